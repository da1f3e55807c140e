//! The fetch algorithms, each in a file of its own.

mod cors_preflight_fetch;
mod http_fetch;
mod http_network_fetch;
mod http_network_or_cache_fetch;
mod http_redirect_fetch;
mod main_fetch;
mod params;
mod scheme_fetch;
mod start;
#[cfg(test)]
mod tests;

pub(crate) use http_network_or_cache_fetch::{CONDITIONAL, KEEPALIVE_LIMIT};
pub use params::UserAgent;
pub use start::{block_on, fetch};
