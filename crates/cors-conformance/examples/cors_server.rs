//! A server with CORS on Rust's standard library, for the suite to start:
//!
//! ```text
//! cargo build -p cors-conformance --example cors_server
//! cors-conformance --cmd target/debug/examples/cors_server
//! ```

#![expect(
    clippy::print_stdout,
    reason = "that is how a program answers the suite"
)]

use std::error::Error;
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, thread};

use cors_vectors::policy::{AnyOr, Policy};
use cors_vectors::read::check_policy;

/// Answers of the application so far.
static CALLS: AtomicUsize = AtomicUsize::new(0);

fn main() -> Result<(), Box<dyn Error>> {
    // What is beyond lists and subdomains is only given to programs that say that they know it.
    println!("forms: patterns examples");
    let policy: Policy = serde_json::from_slice(&std::fs::read(env::var("CORS_POLICY")?)?)?;
    if let Err(reason) = check(&policy) {
        // Ends before listening: the cases of this policy are then skipped, with the reason.
        println!("{reason}");
        std::process::exit(64);
    }
    println!("endpoints: missing error unauthorized");
    let policy = Arc::new(policy);
    let listener = TcpListener::bind(("127.0.0.1", env::var("PORT")?.parse()?))?;
    for stream in listener.incoming() {
        let (stream, policy) = (stream?, Arc::clone(&policy));
        thread::spawn(move || {
            // A connection that fails is the client's affair.
            let _ = serve(stream, &policy);
        });
    }
    Ok(())
}

/// Whether this server can have the policy.
fn check(policy: &Policy) -> Result<(), Box<dyn Error>> {
    check_policy("the policy", policy)?;
    let lists = [
        &policy.allow_methods,
        &policy.allow_headers,
        &policy.expose_headers,
    ];
    if policy.allow_credentials && lists.iter().any(|list| matches!(list, AnyOr::Any(_))) {
        return Err("with credentials a star means nothing, so all has to be listed".into());
    }
    Ok(())
}

/// The header lines with which the policy is put into effect.
fn cors(policy: &Policy, origins: &[&str], preflight: bool) -> Vec<(&'static str, String)> {
    let names = |list: &AnyOr<Vec<String>>, star: &str| match list {
        AnyOr::Any(_) => star.to_owned(),
        AnyOr::Listed(names) => names.join(", "),
    };
    let mut lines = Vec::new();
    if matches!(policy.allow_origins, AnyOr::Any(_)) {
        lines.push(("Access-Control-Allow-Origin", "*".to_owned()));
    } else {
        lines.push(("Vary", "Origin".to_owned()));
        match origins {
            [origin] if policy.allows_origin(origin.as_bytes()) => {
                lines.push(("Access-Control-Allow-Origin", (*origin).to_owned()));
            }
            _ => return lines,
        }
    }
    if policy.allow_credentials {
        lines.push(("Access-Control-Allow-Credentials", "true".to_owned()));
    }
    if preflight {
        let headers = names(&policy.allow_headers, "*, Authorization");
        // Never left out: behind an upload listener browsers take a missing list for leave.
        let methods = match names(&policy.allow_methods, "*") {
            none if none.is_empty() => "GET".to_owned(),
            methods => methods,
        };
        lines.push(("Access-Control-Allow-Methods", methods));
        lines.push(("Access-Control-Allow-Headers", headers));
        let max_age = policy.max_age.map(|seconds| seconds.to_string());
        lines.extend(max_age.map(|seconds| ("Access-Control-Max-Age", seconds)));
    } else {
        lines.push((
            "Access-Control-Expose-Headers",
            names(&policy.expose_headers, "*"),
        ));
    }
    lines.retain(|(_, value)| !value.is_empty());
    lines
}

/// Answers the requests of a connection.
fn serve(stream: TcpStream, policy: &Policy) -> Result<(), Box<dyn Error>> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if reader.read_until(b'\n', &mut head)? == 0 {
                return Ok(());
            }
        }
        // Each byte as the character of the same number: none is lost, none is refused.
        let head: String = head.into_iter().map(char::from).collect();
        let mut lines = head.split("\r\n");
        let mut start = lines.next().unwrap_or_default().split([' ', '?']);
        let (method, path) = (start.next().unwrap_or_default(), start.next());
        let fields: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(':')).collect();
        let values = |name: &str| -> Vec<&str> {
            let named = fields
                .iter()
                .filter(|(field, _)| field.eq_ignore_ascii_case(name));
            named
                .map(|(_, value)| value.trim_matches([' ', '\t']))
                .collect()
        };
        let length = values("Content-Length")
            .first()
            .and_then(|length| length.parse().ok());
        io::copy(
            &mut reader.by_ref().take(length.unwrap_or(0)),
            &mut io::sink(),
        )?;

        let origins = values("Origin");
        let asks = !values("Access-Control-Request-Method").is_empty();
        let preflight = method == "OPTIONS" && asks && !origins.is_empty();
        let status = match path {
            _ if preflight => "204 No Content",
            Some("/resource") => "200 OK",
            Some("/error") => "500 Internal Server Error",
            Some("/unauthorized") => "401 Unauthorized",
            _ => "404 Not Found",
        };
        let mut answer = format!("HTTP/1.1 {status}\r\n");
        for (name, value) in cors(policy, &origins, preflight) {
            write!(answer, "{name}: {value}\r\n")?;
        }
        if preflight {
            answer.push_str("\r\n");
        } else {
            let calls = CALLS.fetch_add(1, Ordering::Relaxed) + 1;
            let body = if method == "HEAD" { "" } else { "hello\n" };
            write!(
                answer,
                "X-Calls: {calls}\r\nContent-Length: 6\r\n\r\n{body}"
            )?;
        }
        reader.get_mut().write_all(answer.as_bytes())?;
    }
}
