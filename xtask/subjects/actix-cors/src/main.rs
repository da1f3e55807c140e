//! actix-web behind actix-cors.

#[path = "../../policy.rs"]
mod policy;

use std::io;
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::http::header::{self, HeaderName, InvalidHeaderName};
use actix_web::http::{Method, Uri};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};

use crate::policy::{AnyOr, Policy, cannot, port, resource_headers};

#[actix_web::main]
async fn main() -> io::Result<()> {
    let policy = Arc::new(Policy::read());
    // Built once to see whether it can be: the workers build it where nobody hears a reason.
    drop(cors(&policy));
    let endpoints =
        "missing error throws redirect not_modified vary own_headers options unauthorized";
    let port = port(endpoints);

    HttpServer::new(move || {
        let cors = cors(&policy);

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
                    .route(web::method(Method::OPTIONS).to(options)),
            )
            .route("/unauthorized", web::get().to(unauthorized))
    })
    .workers(1)
    .bind(("127.0.0.1", port))?
    .run()
    .await
}

/// The library, configured as its documentation says.
fn cors(policy: &Policy) -> Cors {
    let mut cors = Cors::default();
    match &policy.allow_origins {
        AnyOr::Any(_) if policy.allow_credentials => cannot("any origin with credentials"),
        // `send_wildcard`, since nothing here depends on who asks.
        AnyOr::Any(_) => cors = cors.allow_any_origin().send_wildcard(),
        AnyOr::Listed(origins) => {
            for origin in origins {
                if origin.contains('*') {
                    cannot("there are no patterns; a function is the application's own code");
                }
                if let Err(error) = origin.parse::<Uri>() {
                    cannot(format!("{origin:?}: {error}"));
                }
                cors = cors.allowed_origin(origin);
            }
        }
    }
    if policy.allow_credentials {
        cors = cors.supports_credentials();
    }
    cors = match &policy.allow_methods {
        AnyOr::Any(_) => cors.allow_any_method(),
        AnyOr::Listed(methods) => {
            let methods: Result<Vec<Method>, _> =
                methods.iter().map(|method| method.parse()).collect();
            // What is not listed is refused, so the methods that need no leave have to be.
            let cors = cors.allowed_methods([Method::GET, Method::HEAD, Method::POST]);
            cors.allowed_methods(methods.unwrap_or_else(|error| cannot(error)))
        }
    };
    cors = match &policy.allow_headers {
        AnyOr::Any(_) => cors.allow_any_header(),
        AnyOr::Listed(headers) => cors.allowed_headers(names(headers)),
    };
    cors = match &policy.expose_headers {
        AnyOr::Any(_) if policy.allow_credentials => {
            cannot("with credentials the exposed headers have to be listed")
        }
        AnyOr::Any(_) => cors.expose_any_header(),
        AnyOr::Listed(headers) => cors.expose_headers(names(headers)),
    };
    cors.max_age(policy.max_age.map(|seconds| seconds as usize))
}

fn names(names: &[String]) -> Vec<HeaderName> {
    let names: Result<_, _> = names.iter().map(|name| name.parse()).collect();
    names.unwrap_or_else(|error: InvalidHeaderName| cannot(error))
}

async fn resource() -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in resource_headers() {
        response.insert_header(header);
    }
    response.body("resource\n")
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
