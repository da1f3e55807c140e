//! Which headers script may set, which of them ask for a preflight, and which it may read.

mod forbidden;
mod request_header;
mod response_header;

pub(crate) use forbidden::METHOD_OVERRIDES;
pub use forbidden::is_forbidden_request_header;
pub(crate) use request_header::PRIVILEGED_NO_CORS_REQUEST_HEADER_NAMES;
pub use request_header::{
    cors_unsafe_request_header_names, is_cors_non_wildcard_request_header_name,
    is_cors_safelisted_request_header, is_cors_unsafe_request_header_byte,
    is_no_cors_safelisted_request_header, is_no_cors_safelisted_request_header_name,
    is_privileged_no_cors_request_header_name,
};
pub use response_header::{
    is_cors_safelisted_response_header_name, is_forbidden_response_header_name,
};

#[cfg(test)]
mod tests;
