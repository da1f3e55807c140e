//! Checks or lays out case files, and writes the schemas, without the rest of the workspace.
//!
//! ```text
//! cargo run -p cors-vectors --example vectors -- check vectors/agent/cors-check.json
//! cargo run -p cors-vectors --example vectors -- format vectors/agent/cors-check.json
//! cargo run -p cors-vectors --example vectors -- schema vectors/schema
//! ```

#![expect(clippy::print_stderr, clippy::print_stdout, reason = "it is a program")]

use std::path::Path;
use std::process::ExitCode;
use std::{env, error, fs};

use cors_vectors::format::format;
use cors_vectors::{Library, read, schema};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn error::Error>> {
    match arguments {
        [command] if command == "check" => {
            let library = cors_vectors::library()?;
            println!(
                "{} agent cases, {} server cases, {} policies, {} rules",
                library.agent_cases().count(),
                library.server_cases().count(),
                library.policies().len(),
                library.rules().len()
            );
        }
        [command, files @ ..] if command == "check" => {
            for file in files {
                if Path::new(file).is_dir() {
                    Library::default().extend_from_path(Path::new(file))?;
                    continue;
                }
                let text = fs::read_to_string(file)?;
                // A single file is read without what refers to others.
                if file.ends_with("policies.json") {
                    read::read_policies(file, &text)?;
                } else if file.ends_with("rules.json") {
                    read::read_rules(file, &text)?;
                } else if file.contains("server/") {
                    read::read_server_file(file, &text)?;
                } else if file.contains("agent/") {
                    read::read_agent_file(file, &text)?;
                } else {
                    Library::default().extend_from_path(Path::new(file))?;
                }
            }
        }
        [command, files @ ..] if command == "format" => {
            for file in files {
                let value: serde_json::Value = serde_json::from_str(&fs::read_to_string(file)?)
                    .map_err(|error| std::format!("{file}: {error}"))?;
                fs::write(file, format(&value))?;
            }
        }
        [command, folder] if command == "schema" => {
            for (name, schema) in schema::schemas() {
                fs::write(Path::new(folder).join(name), format(&schema))?;
            }
        }
        _ => return Err("usage: vectors check [FILE…] | format FILE… | schema FOLDER".into()),
    }
    Ok(())
}
