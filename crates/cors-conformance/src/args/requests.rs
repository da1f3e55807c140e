//! What `run` and `fuzz` have in common: what requests carry, how they get to the target, and which
//! and how many of them do.

use std::num::NonZeroU32;

use clap::Args;
use cors_harness::wire::Line;

use super::transport::TransportArgs;
use super::values::{parse_cookie, parse_header};

/// How requests are sent to the target.
#[derive(Debug, Clone, Args)]
pub struct RequestArgs {
    /// A header to add to each request, for instance to get past authentication
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    pub headers: Vec<(String, String)>,
    /// A cookie for requests with credentials; it is sent to the target only
    #[arg(short = 'b', long = "cookie", value_name = "NAME=VALUE[; NAME=VALUE]...",
          value_parser = parse_cookie)]
    pub cookie: Option<String>,
    /// How a server given by URL is reached.
    #[command(flatten)]
    pub transport: TransportArgs,
    /// Send at most this many requests a second to a server given by URL
    #[arg(long, value_name = "N")]
    pub rate: Option<NonZeroU32>,
    /// Let methods other than GET, HEAD and OPTIONS reach a server given by URL
    #[arg(long)]
    pub unsafe_methods: bool,
}

impl RequestArgs {
    /// The headers to add, as they go onto the wire.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let line = |(name, value): &(String, String)| {
            (name.clone().into_bytes(), value.clone().into_bytes())
        };
        self.headers.iter().map(line).collect()
    }
}
