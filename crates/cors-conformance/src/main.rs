//! The program; see the library of the same name.

use std::process::ExitCode;

fn main() -> ExitCode {
    cors_conformance::main(std::env::args_os()).into()
}
