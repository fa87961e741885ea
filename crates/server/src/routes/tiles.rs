use std::sync::Arc;

use axum::extract::{Path, State as Given};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tiles::{TileAddress, TileLayer};

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::State;

/// One vector tile of `streets`, `backdrop` or `cells`; 204 when it holds nothing
#[utoipa::path(get, path = "/tiles/{layer}/{z}/{x}/{y}", params(
    ("layer" = String, Path, description = "`streets`, `backdrop` or `cells`"),
    ("z" = u8, Path, description = "zoom"), ("x" = u32, Path, description = "column"),
    ("y" = String, Path, description = "row and ending, e.g. `14276.mvt`")
), responses(
    (status = 200, description = "a Mapbox Vector Tile",
     content_type = "application/vnd.mapbox-vector-tile"),
    (status = 204, description = "nothing is there"), (status = 404, body = Problem)
))]
pub(crate) async fn tile(
    Given(state): Given<Arc<State>>,
    Path((layer, zoom, column, row)): Path<(String, u8, u32, String)>,
) -> Result<Response, Problem> {
    let bytes = compute(&state, move |state| {
        let found = state.layers.iter().find(|known| known.name() == layer);
        let layer = found.ok_or_else(|| {
            let known: Vec<&str> = state.layers.iter().map(TileLayer::name).collect();
            Problem::unknown(format!(
                "there is no layer `{layer}`; take {}",
                known.join(", ")
            ))
        })?;
        let number = row.strip_suffix(".mvt").and_then(|row| row.parse().ok());
        let row = number.ok_or_else(|| {
            Problem::unknown(format!("`{row}` is no row of tiles, like `14.mvt`"))
        })?;
        let address =
            TileAddress::new(zoom, column, row).map_err(|why| Problem::unknown(why.to_string()))?;
        Ok(layer.tile(address))
    })
    .await?;
    let status = if bytes.is_empty() {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = (status, bytes).into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/vnd.mapbox-vector-tile"),
    );
    // The page asks with the version of the tiles in the address, so an old one is never wrong.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=86400"),
    );
    Ok(response)
}
