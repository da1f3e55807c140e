//! axum behind tower-http's `CorsLayer`: routers nested and merged, with a fallback, and the layer
//! around all of them, so that it sees what the router itself answers too.

#[path = "../../policy.rs"]
mod policy;
#[path = "../../tower-http.rs"]
mod tower_http_layer;

use std::io;
use std::net::Ipv4Addr;

use axum::Router;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get, method_routing};
use tower_http::catch_panic::CatchPanicLayer;

use crate::policy::{Policy, port, resource_headers};

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let cors = tower_http_layer::layer(&Policy::read());

    // Nested below a prefix, which is how larger applications are put together.
    let resource = Router::new().route("/", any(|| async { (resource_headers(), "resource\n") }));
    let failing = Router::new()
        .route("/error", get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "it failed\n") }))
        .route("/throws", get(throws))
        .route("/unauthorized", get(unauthorized));
    let app = Router::new()
        .nest("/resource", resource)
        .merge(failing)
        .route("/redirect", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/resource")]) }))
        .route("/not-modified", get(not_modified))
        .route("/vary", get(|| async { ([(header::VARY, "Accept-Encoding")], "varies\n") }))
        .route("/own-headers", get(own_headers))
        .route("/options", method_routing::get(|| async { "options\n" }).options(options))
        .fallback(|| async { (StatusCode::NOT_FOUND, "nothing here\n") })
        .layer(CatchPanicLayer::new())
        .layer(cors);

    let endpoints =
        "missing error throws redirect not_modified vary own_headers options unauthorized";
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port(endpoints))).await?;
    axum::serve(listener, app).await
}

async fn throws() -> &'static str {
    panic!("nobody handles this")
}

async fn not_modified(headers: HeaderMap) -> impl IntoResponse {
    let fresh = headers.get(header::IF_NONE_MATCH).is_some_and(|tag| tag == "\"v1\"");
    let (status, body) =
        if fresh { (StatusCode::NOT_MODIFIED, "") } else { (StatusCode::OK, "version 1\n") };
    (status, [(header::ETAG, "\"v1\"")], body)
}

async fn own_headers() -> impl IntoResponse {
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "https://own.example")], "own\n")
}

async fn options(method: Method) -> impl IntoResponse {
    ([("x-options-handler", "1")], format!("{method}\n"))
}

async fn unauthorized() -> impl IntoResponse {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"subject\"")], "who?\n")
}
