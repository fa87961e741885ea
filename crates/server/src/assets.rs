use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::Embed;

use crate::problem::Problem;

/// The page as `cargo xtask web` built it.
#[derive(Embed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Built;

/// What stands in for the page until it is built.
const NOT_BUILT: &str = "<!doctype html><html lang=\"zh-CN\"><meta charset=\"utf-8\">\
<title>暖圈 nuanquan</title><body style=\"font:16px/1.6 sans-serif;max-width:40em;margin:4em auto\">\
<h1>暖圈 nuanquan</h1><p>网页尚未构建：运行 <code>cargo xtask web</code>，再重新编译并启动。</p>\
<p>The page is not built yet: run <code>cargo xtask web</code>, then build and start again. \
The answers are there already: <a href=\"/api/plan\">/api/plan</a>, \
<a href=\"/openapi.json\">/openapi.json</a>.</p></body></html>";

/// Whether the page was built before this program was.
pub fn has_page() -> bool {
    Built::get("index.html").is_some()
}

/// Files of the page; the page itself at `/`.
pub(crate) async fn serve(uri: Uri) -> Response {
    let path = uri.path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    let Some(file) = Built::get(path) else {
        if path == "index.html" {
            let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            return (StatusCode::OK, html, NOT_BUILT).into_response();
        }
        return Problem::unknown(format!("there is nothing at `/{path}`")).into_response();
    };
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = Response::new(Body::from(file.data));
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(mime.essence_str()) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    // Names of built files hold a hash of their content; the page's own name does not.
    let keep = if path.starts_with("assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    response
}
