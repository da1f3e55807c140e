// What the subjects written in Rust share: the policy that CORS_POLICY names.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde::Deserialize;

/// A policy, as the suite hands it over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    pub allow_origins: AnyOr,
    pub allow_credentials: bool,
    pub allow_methods: AnyOr,
    pub allow_headers: AnyOr,
    pub expose_headers: AnyOr,
    pub max_age: Option<u32>,
}

/// Everything, or what is listed.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum AnyOr {
    Any(Any),
    Listed(Vec<String>),
}

/// The word `any`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Any {
    Any,
}

impl Policy {
    /// Reads it.
    pub fn read() -> Self {
        let file = std::env::var_os("CORS_POLICY").expect("CORS_POLICY must name a file");
        let text = std::fs::read_to_string(file).expect("CORS_POLICY must be readable");
        serde_json::from_str(&text).expect("the policy must have the members that are promised")
    }
}

/// Ends before listening: the suite then skips the cases of this policy, with the reason.
pub fn cannot(reason: impl std::fmt::Display) -> ! {
    println!("{reason}");
    std::process::exit(64)
}

/// The port to listen on, once it is said which endpoints there are.
pub fn port(endpoints: &str) -> u16 {
    println!("endpoints: {endpoints}");
    let port = std::env::var("PORT").ok().and_then(|port| port.parse().ok());
    port.expect("PORT must be a port number")
}

/// The headers that the application itself puts on /resource.
pub fn resource_headers() -> [(&'static str, String); 3] {
    static CALLS: AtomicUsize = AtomicUsize::new(0);
    let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
    [
        ("x-calls", calls.to_string()),
        ("x-request-id", "1".to_owned()),
        ("x-unexposed", "1".to_owned()),
    ]
}
