//! One file per question.
#![expect(
    unused_qualifications,
    reason = "the attribute that describes a route writes the types of its parameters anew"
)]

pub(crate) mod compare;
pub(crate) mod detail;
pub(crate) mod edits;
pub(crate) mod explain;
pub(crate) mod hours;
pub(crate) mod isochrone;
pub(crate) mod plan;
pub(crate) mod sites;
pub(crate) mod tiles;
pub(crate) mod values;

use std::sync::Arc;

use axum::extract::{Request, State as Given};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::limits;
use crate::problem::Problem;
use crate::state::{Access, State};

/// Runs a computation off the async threads, when it is its turn.
pub(crate) async fn compute<T: Send + 'static>(
    state: &Arc<State>,
    work: impl FnOnce(&State) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let inner = Arc::clone(state);
    let turn = async {
        let turn = Arc::clone(&state.turns).acquire_owned().await;
        let turn = turn.map_err(|_closed| Problem::busy("the server is closing"))?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until the work ends, also when nobody waits for it any more.
            let _turn = turn;
            work(&inner)
        });
        done.await
            .map_err(|_panicked| Problem::bug("the computation failed; the server goes on"))?
    };
    tokio::time::timeout(limits::LONGEST_ANSWER, turn)
        .await
        .map_err(|_elapsed| {
            Problem::busy(format!(
                "no answer within {} s; ask again, or for less",
                limits::LONGEST_ANSWER.as_secs()
            ))
        })?
}

/// Who may ask: see [`Access`].
pub(crate) async fn guard(
    Given(state): Given<Arc<State>>,
    request: Request,
    next: Next,
) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let allowed = match &state.access {
        Access::ThisMachine => is_for_this_machine(request.headers()),
        Access::Token(token) => reads || bears(request.headers(), token),
    };
    if allowed {
        return next.run(request).await;
    }
    let why = match &state.access {
        Access::ThisMachine => {
            "this server answers to `localhost` and `127.0.0.1` only; to serve others, give \
             `--listen` an address of the network"
        }
        Access::Token(_) => {
            "editing needs the token that `nuanquan serve` printed: `Authorization: Bearer TOKEN`"
        }
    };
    Problem::forbidden(why).into_response()
}

/// A page from elsewhere that points its own name at this machine is turned away by the name.
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else {
        return true;
    };
    let host = host.to_str().unwrap_or_default();
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "localhost" | "127.0.0.1" | "::1")
}

/// Compares without stopping at the first wrong byte, so that time tells nothing.
fn bears(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    given.len() == token.len()
        && given
            .bytes()
            .zip(token.bytes())
            .fold(0, |differs, (a, b)| differs | (a ^ b))
            == 0
}
