//! What `run` and `fuzz` have in common: what requests carry, how they get to the target, and which
//! and how many of them do.

use std::num::NonZeroU32;

use clap::Args;
use cors_harness::wire::Line;

use super::transport::TransportArgs;
use super::values::{parse_cookie, parse_count, parse_header, parse_user};

/// How requests are sent to the target.
#[derive(Debug, Clone, Args)]
pub struct RequestArgs {
    /// A header to add to requests as a page has it, for instance to get past authentication: not
    /// to preflights, which no browser sends with it
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = parse_header)]
    pub headers: Vec<(String, String)>,
    /// A name and a password for requests as a page has them, as -H 'Authorization: Basic …'
    #[arg(short = 'u', long = "user", value_name = "NAME:PASSWORD", value_parser = parse_user)]
    pub user: Option<(String, String)>,
    /// Add the headers of -H to preflights too, for a gateway that lets nothing through without
    #[arg(long, requires = "headers")]
    pub header_everywhere: bool,
    /// A cookie for requests with credentials; it is sent to the target only. -H 'Cookie: …' is the
    /// same
    #[arg(short = 'b', long = "cookie", value_name = "NAME=VALUE[; NAME=VALUE]...",
          value_parser = parse_cookie)]
    pub cookie: Option<String>,
    /// How a server given by URL is reached.
    #[command(flatten)]
    pub transport: TransportArgs,
    /// Send at most this many requests a second to a server given by URL
    #[arg(long, value_name = "N", value_parser = parse_count)]
    pub rate: Option<NonZeroU32>,
    /// Let methods other than GET, HEAD and OPTIONS reach a server given by URL
    #[arg(long)]
    pub unsafe_methods: bool,
}

fn is_cookie((name, _): &(String, String)) -> bool {
    name.eq_ignore_ascii_case("cookie")
}

impl RequestArgs {
    /// The headers to add, as they go onto the wire, but for cookies.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let others = self.headers.iter().chain(&self.user);
        let others = others.filter(|header| !is_cookie(header));
        let line = |(name, value): &(String, String)| {
            (name.clone().into_bytes(), value.clone().into_bytes())
        };
        others.map(line).collect()
    }

    /// The cookies, of both options.
    pub(crate) fn cookies(&self) -> Option<String> {
        let headers = self.headers.iter().filter(|header| is_cookie(header));
        let cookies: Vec<&str> = self
            .cookie
            .iter()
            .chain(headers.map(|(_, value)| value))
            .map(String::as_str)
            .collect();
        (!cookies.is_empty()).then(|| cookies.join("; "))
    }
}
