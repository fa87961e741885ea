//! The questions of the command line over HTTP, and the map page.
//!
//! ```text
//!  Project --State::new--> State --router--> /                page, built by `cargo xtask web`
//!                            |               /api/plan        what there is
//!                            |               /api/values      arrays in the order of the cells
//!                            |               /api/edits       one Modification in, what changed out
//!                            |               /api/compare     kept, gained, lost, never
//!                            |               /api/isochrone   reached streets and their outline
//!                            |               /api/sites       candidates and what each adds
//!                            |               /api/explain     why a cell is covered or not
//!                            |               /api/hours       a standard at each hour of the week
//!                            |               /api/detail      why not, how full, how evenly
//!                            |               /api/tables/...  tables that `run` writes, as CSV
//!                            |               /tiles/...       geometry, never results
//!                            |               /openapi.json    all of this, for programs
//!                            '-- one Session a scenario, edits on top
//! ```
//!
//! [`router`] is a pure value: a test calls it without a socket.
//! Searches run off the async threads; what one request may ask is in [`limits`].
//! Errors are `application/problem+json` with the sentences of the command line.
//!
//! What it does not do: read OSM files, keep edits beyond the life of the process.

mod assets;
mod description;
pub mod limits;
mod problem;
mod routes;
mod state;
mod wire;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header;
use axum::middleware;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as documented;

pub use assets::has_page;
pub use state::{Access, State, StateError};

/// Everything the server answers.
///
/// Cost: none worth naming; the state was built before.
pub fn router(state: State) -> Router {
    let state = Arc::new(state);
    let (router, document) = documented_routes().split_for_parts();
    let document = description::written(&document);
    router
        .route(
            "/openapi.json",
            get(async move || ([(header::CONTENT_TYPE, "application/json")], document)),
        )
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(limits::MOST_BODY_BYTES))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&state),
            routes::guard,
        ))
        .with_state(state)
}

/// The description of the interface, as `/openapi.json` has it: `OpenAPI` 3.1.
///
/// A member that may be null is always there, and one that may be left out is never null.
///
/// Cost: none worth naming.
pub fn openapi() -> String {
    description::written(documented_routes().get_openapi())
}

/// Routes and their description in one table, so that neither can miss what the other has.
fn documented_routes() -> OpenApiRouter<Arc<State>> {
    OpenApiRouter::with_openapi(description::empty())
        .routes(documented!(routes::plan::health))
        .routes(documented!(routes::plan::plan))
        .routes(documented!(routes::values::values))
        .routes(documented!(
            routes::edits::list,
            routes::edits::make,
            routes::edits::undo
        ))
        .routes(documented!(routes::edits::plan))
        .routes(documented!(routes::compare::compare))
        .routes(documented!(routes::isochrone::isochrone))
        .routes(documented!(routes::sites::sites))
        .routes(documented!(routes::explain::explain))
        .routes(documented!(routes::hours::hours))
        .routes(documented!(routes::detail::detail))
        .routes(documented!(routes::detail::table))
        .routes(documented!(routes::tiles::tile))
}
