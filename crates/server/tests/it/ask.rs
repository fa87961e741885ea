//! Asking a router, and the plan that it serves.

use std::path::PathBuf;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request, header};
use scenario::{Plan, Project, resolve};
use serde_json::Value;
use server::{Access, State, router};
use tower::ServiceExt;

pub(crate) struct Asked {
    method: Method,
    path: String,
    body: String,
    headers: Vec<(header::HeaderName, String)>,
}

impl Asked {
    pub(crate) fn get(path: &str) -> Self {
        Self::new(Method::GET, path, "")
    }

    pub(crate) fn post(path: &str, body: &str) -> Self {
        let mut asked = Self::new(Method::POST, path, body);
        asked
            .headers
            .push((header::CONTENT_TYPE, "application/json".to_owned()));
        asked
    }

    pub(crate) fn delete(path: &str) -> Self {
        Self::new(Method::DELETE, path, "")
    }

    pub(crate) fn token(mut self, token: &str) -> Self {
        self.headers
            .push((header::AUTHORIZATION, format!("Bearer {token}")));
        self
    }

    pub(crate) fn host(mut self, host: &str) -> Self {
        self.headers.push((header::HOST, host.to_owned()));
        self
    }

    fn new(method: Method, path: &str, body: &str) -> Self {
        Self {
            method,
            path: path.to_owned(),
            body: body.to_owned(),
            headers: Vec::new(),
        }
    }
}

pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) mime: String,
    pub(crate) body: String,
}

pub(crate) fn ask(router: &Router, asked: Asked) -> Answered {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut request = Request::builder().method(asked.method).uri(&asked.path);
    for (name, value) in asked.headers {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(asked.body)).unwrap();
    runtime.block_on(async {
        let response = router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        let mime = response.headers().get(header::CONTENT_TYPE);
        let mime = mime.map_or("", |mime| mime.to_str().unwrap()).to_owned();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = String::from_utf8_lossy(&bytes).into_owned();
        Answered { status, mime, body }
    })
}

/// The JSON of a request that has an answer.
pub(crate) fn answer(router: &Router, asked: Asked) -> Value {
    let path = asked.path.clone();
    let answered = ask(router, asked);
    assert_eq!(answered.status, 200, "{path}: {}", answered.body);
    serde_json::from_str(&answered.body).unwrap()
}

/// Status and sentence of a request that is refused.
pub(crate) fn problem(router: &Router, asked: Asked) -> (u16, String) {
    let path = asked.path.clone();
    let answered = ask(router, asked);
    assert_eq!(
        answered.mime, "application/problem+json",
        "{path}: {}",
        answered.body
    );
    let problem: Value = serde_json::from_str(&answered.body).unwrap();
    assert_eq!(problem["status"], answered.status);
    (
        answered.status,
        problem["detail"].as_str().unwrap().to_owned(),
    )
}

fn data() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../data/shenzhen")
}

pub(crate) fn plan_text() -> String {
    std::fs::read_to_string(data().join("plan.toml")).unwrap()
}

/// A plan of the data folder with another text.
pub(crate) fn project_of(text: &str) -> Project {
    let aside = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            std::fs::copy(&path, aside.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let path = aside.path().join("plan.toml");
    std::fs::write(&path, text).unwrap();
    let plan = Plan::read(&path).unwrap();
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default()).unwrap();
    resolve(&plan, city).unwrap()
}

pub(crate) fn server() -> Router {
    server_of(plan_text())
}

pub(crate) fn server_of(text: String) -> Router {
    router(State::new(project_of(&text), text, Access::ThisMachine).unwrap())
}

pub(crate) fn server_with_token(token: &str) -> Router {
    let text = plan_text();
    router(State::new(project_of(&text), text, Access::Token(token.to_owned())).unwrap())
}
