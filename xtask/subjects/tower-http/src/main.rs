//! axum behind tower-http's `CorsLayer`.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::{any, get};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::CorsLayer;

#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| io::Error::other("PORT must be a port number"))?;

    let cors = CorsLayer::new()
        .allow_origin([
            HeaderValue::from_static("https://app.example"),
            HeaderValue::from_static("https://admin.app.example:8443"),
        ])
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::PUT, Method::DELETE])
        .allow_headers([header::CONTENT_TYPE, header::HeaderName::from_static("x-token")])
        .expose_headers([header::HeaderName::from_static("x-request-id")])
        .max_age(Duration::from_secs(600));

    let app = Router::new()
        .route("/resource", any(|| async { ([("x-request-id", "1")], "resource\n") }))
        .route(
            "/error",
            get(|| async { (StatusCode::INTERNAL_SERVER_ERROR, "the application failed\n") }),
        )
        .route("/throws", get(throws))
        .route("/redirect", get(|| async { (StatusCode::FOUND, [(header::LOCATION, "/resource")]) }))
        .route("/not-modified", get(not_modified))
        .route("/vary", get(|| async { ([(header::VARY, "Accept-Encoding")], "varies\n") }))
        .route("/own-headers", get(own_headers))
        .route(
            "/options",
            get(|| async { "options\n" })
                .options(|| async { ([("x-options-handler", "1")], "options\n") }),
        )
        .route("/unauthorized", get(unauthorized))
        .layer(CatchPanicLayer::new())
        .layer(cors);

    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
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

async fn unauthorized() -> impl IntoResponse {
    (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"subject\"")], "who?\n")
}
