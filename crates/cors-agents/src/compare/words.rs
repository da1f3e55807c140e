//! Words for what is expected and observed.

use cors_vectors::agent::{ErrorKind, Place, RequestKind, ResponseType};

pub(super) fn kind(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Preflight => "preflight",
        RequestKind::Actual => "actual",
    }
}

pub(super) fn place(place: Option<Place>) -> &'static str {
    match place {
        Some(Place::Page) => "page",
        Some(Place::Cross) => "cross",
        Some(Place::Third) => "third",
        None => "an unknown place",
    }
}

pub(super) fn shown(bytes: Option<&[u8]>) -> String {
    bytes.map_or_else(
        || "absent".to_owned(),
        |bytes| format!("`{}`", bytes.escape_ascii()),
    )
}

pub(super) fn error(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::TypeError => "TypeError",
        ErrorKind::SyntaxError => "SyntaxError",
        ErrorKind::SecurityError => "SecurityError",
        ErrorKind::Blocked => "blocked before any request",
        ErrorKind::Preflight => "the preflight failed",
        ErrorKind::CorsCheck => "the CORS check failed",
        ErrorKind::Redirect => "the redirect may not be followed",
        ErrorKind::Transport => "the transport failed",
        ErrorKind::Other => "another network error",
        ErrorKind::Any => "some error",
    }
}

pub(super) fn response_type(kind: ResponseType) -> &'static str {
    match kind {
        ResponseType::Basic => "basic",
        ResponseType::Cors => "cors",
        ResponseType::Opaque => "opaque",
        ResponseType::OpaqueRedirect => "opaqueredirect",
    }
}
