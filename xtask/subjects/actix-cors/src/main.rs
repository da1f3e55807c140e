//! actix-web behind actix-cors.

use std::io;

use actix_cors::Cors;
use actix_web::http::header;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok());
    let port: u16 = port.ok_or_else(|| io::Error::other("PORT must be a port number"))?;

    HttpServer::new(|| {
        let cors = Cors::default()
            .allowed_origin("https://app.example")
            .allowed_origin("https://admin.app.example:8443")
            .supports_credentials()
            .allowed_methods(["GET", "PUT", "DELETE"])
            .allowed_headers(["content-type", "x-token"])
            .expose_headers(["x-request-id"])
            .max_age(600);

        App::new()
            .wrap(cors)
            .service(web::resource("/resource").to(resource))
            .route("/error", web::get().to(error))
            .route("/throws", web::get().to(throws))
            .route("/redirect", web::get().to(redirect))
            .route("/not-modified", web::get().to(not_modified))
            .route("/vary", web::get().to(vary))
            .route("/own-headers", web::get().to(own_headers))
            .service(
                web::resource("/options")
                    .route(web::get().to(async || HttpResponse::Ok().body("options\n")))
                    .route(web::method(actix_web::http::Method::OPTIONS).to(options)),
            )
            .route("/unauthorized", web::get().to(unauthorized))
    })
    .workers(1)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}

async fn resource() -> HttpResponse {
    HttpResponse::Ok().insert_header(("X-Request-Id", "1")).body("resource\n")
}

async fn error() -> HttpResponse {
    HttpResponse::InternalServerError().body("the application failed\n")
}

// An error that the handler lets out: actix turns it into a response with status 500.
async fn throws() -> io::Result<String> {
    std::fs::read_to_string("/nowhere/nothing")
        .map_err(|error| io::Error::other(format!("nobody handles this: {error}")))
}

async fn redirect() -> HttpResponse {
    HttpResponse::Found().insert_header((header::LOCATION, "/resource")).finish()
}

async fn not_modified(request: HttpRequest) -> HttpResponse {
    let tag = (header::ETAG, "\"v1\"");
    if request.headers().get(header::IF_NONE_MATCH).is_some_and(|sent| sent == "\"v1\"") {
        HttpResponse::NotModified().insert_header(tag).finish()
    } else {
        HttpResponse::Ok().insert_header(tag).body("version 1\n")
    }
}

async fn vary() -> HttpResponse {
    HttpResponse::Ok().insert_header((header::VARY, "Accept-Encoding")).body("varies\n")
}

async fn own_headers() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::ACCESS_CONTROL_ALLOW_ORIGIN, "https://own.example"))
        .body("own\n")
}

async fn options() -> HttpResponse {
    HttpResponse::Ok().insert_header(("X-Options-Handler", "1")).body("options\n")
}

async fn unauthorized() -> HttpResponse {
    HttpResponse::Unauthorized()
        .insert_header((header::WWW_AUTHENTICATE, "Basic realm=\"subject\""))
        .body("who?\n")
}
