//! A server of the testbed as a program for the suite to start, with a fault or one that crashes:
//!
//! ```text
//! cargo build -p cors-conformance --example testbed_server
//! cors-conformance --cmd 'FAULT=origin-reflected target/debug/examples/testbed_server'
//! ```
//!
//! `FAULT` names one of `cors-conformance serve --list`. With `CRASH_AFTER` the program answers so
//! many requests and ends with status 9 instead of answering the next. `FORMS` are the forms of
//! policies that it declares to know, all where it is not there.

#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "what a program says about itself, and when it crashes, is read"
)]

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use cors_testbed::{Behaviour, Server, faults, serve_at};
use cors_vectors::forms::Form;
use cors_vectors::policy::Policy;

/// The exit status of a program that cannot express its policy.
const CANNOT: u8 = 64;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut behaviour = match env::var("FAULT") {
        Ok(name) => faults::find(&name)
            .ok_or("FAULT names no fault")?
            .behaviour(),
        Err(_) => Behaviour::REFERENCE,
    };
    if env::var_os("CRASH_AFTER").is_some() {
        behaviour.intercept = |_| {
            static ANSWERED: AtomicUsize = AtomicUsize::new(0);
            let most: usize = env::var("CRASH_AFTER").ok()?.parse().ok()?;
            if ANSWERED.fetch_add(1, Ordering::Relaxed) == most {
                eprintln!("crashing on purpose");
                crash();
            }
            None
        };
    }
    let all = || Form::ALL.map(Form::name).join(" ");
    println!("forms: {}", env::var("FORMS").unwrap_or_else(|_| all()));
    let policy: Policy = serde_json::from_slice(&std::fs::read(env::var("CORS_POLICY")?)?)?;
    let Ok(server) = Server::new(&policy, behaviour) else {
        return Ok(ExitCode::from(CANNOT));
    };
    let port = env::var("PORT")?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let _running = serve_at(port, server).await?;
        std::future::pending().await
    })
}

#[expect(clippy::exit, reason = "a crash ends the whole program")]
fn crash() -> ! {
    std::process::exit(9)
}
