//! `adapter`: programs that put a library under test, written and checked.

use std::fs::File;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use cors_harness::command::Command;
use cors_harness::contract::{Point, State, check};
use cors_harness::escape::shell_word;
use cors_harness::exit::Exit;
use cors_text::style::{BAD, DOUBT, FAINT, GOOD};
use cors_vectors::server_library;

use crate::args::{AdapterArgs, AdapterCommand, CheckAdapterArgs, Language, NewArgs};
use crate::invoked;
use crate::output::unwritable;
use crate::runtime::runtime;
use crate::stop::Stop;

/// Writes or checks a program.
pub(crate) fn run(args: &AdapterArgs) -> Result<Exit, Stop> {
    match &args.command {
        AdapterCommand::New(args) => new(args),
        AdapterCommand::Check(args) => checked(args),
    }
}

/// The file of a language, its text, and the command that starts it.
fn skeleton(language: Language) -> (&'static str, &'static str, &'static str) {
    match language {
        Language::Python => (
            "cors_server.py",
            include_str!("../examples/cors_server.py"),
            "python3 FILE",
        ),
        Language::Node => (
            "cors_server.mjs",
            include_str!("../examples/cors_server.mjs"),
            "node FILE",
        ),
        Language::Go => (
            "cors_server.go",
            include_str!("../examples/cors_server.go"),
            "./cors_server",
        ),
        Language::Rust => (
            "cors_server.rs",
            include_str!("../examples/cors_server.rs"),
            "./cors_server",
        ),
        Language::Java => (
            "CorsServer.java",
            include_str!("../examples/CorsServer.java"),
            "java -cp gson.jar FILE",
        ),
    }
}

fn new(args: &NewArgs) -> Result<Exit, Stop> {
    let (name, text, start) = skeleton(args.language);
    let path = args.out.clone().unwrap_or_else(|| PathBuf::from(name));
    let shown = path.display().to_string();
    let written = File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            return Stop::usage(format_args!(
                "{shown}: there is such a file already: name another with --out"
            ));
        }
        unwritable(&shown, &error)
    })?;
    let file = shell_word(path.as_os_str().as_encoded_bytes());
    let start = shell_word(start.replace("FILE", &file).as_bytes());
    let mut lines = vec![format!("{shown} is written.")];
    match args.language {
        Language::Rust => lines.push(format!("Build it:  rustc -O -o cors_server {file}")),
        // `go run` ends with 1 whatever the program ends with.
        Language::Go => lines.push(format!("Build it:  go build -o cors_server {file}")),
        Language::Java => lines.push(
            "Get the library that reads JSON, com.google.code.gson:gson, as gson.jar.".to_owned(),
        ),
        Language::Python | Language::Node => {}
    }
    let me = invoked::name();
    lines.push(format!("Check it:  {me} adapter check {start}"));
    lines.push(format!("Run it:    {me} --cmd {start}"));
    lines.push("Then put your library in the place of the function `cors`.".to_owned());
    write_lines(&lines)
}

fn checked(args: &CheckAdapterArgs) -> Result<Exit, Stop> {
    let policies = server_library().map_err(Stop::bug)?.policies();
    let command = Command {
        line: args.command.clone(),
        start_timeout: Duration::from_secs(args.start_timeout),
    };
    let mut broken = 0_usize;
    let mut failed = None;
    let mut show = |point: Point| {
        broken += usize::from(point.state == State::Broken);
        failed = failed
            .take()
            .or_else(|| write_lines(&lines_of(&point)).err());
    };
    runtime()?.block_on(check(&command, policies, &mut show));
    if let Some(stop) = failed {
        return Err(stop);
    }
    let last = if broken == 0 {
        "adapter: it keeps to the contract".to_owned()
    } else {
        format!("adapter: {broken} to correct")
    };
    write_lines(&[last])?;
    Ok(if broken == 0 {
        Exit::AsExpected
    } else {
        Exit::Unreachable
    })
}

fn lines_of(point: &Point) -> Vec<String> {
    let (style, word) = match point.state {
        State::Kept => (GOOD, "good  "),
        State::Absent => (DOUBT, "absent"),
        State::Broken => (BAD, "wrong "),
    };
    let mut lines = vec![format!("{style}{word}{style:#}  {}", point.text)];
    let log = point.log.iter();
    lines.extend(log.map(|line| format!("        {FAINT}{line}{FAINT:#}")));
    lines
}

fn write_lines(lines: &[String]) -> Result<Exit, Stop> {
    let mut sink = anstream::stdout();
    for line in lines {
        match writeln!(sink, "{line}") {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                return Err(unwritable("standard output", &error));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(Exit::AsExpected)
}
