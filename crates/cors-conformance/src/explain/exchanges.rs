//! `explain` of files.

use std::io;
use std::path::{Path, PathBuf};

use cors_explain::{Material, Stated, Unclear, Verdict, explain, of_har, render};
use cors_harness::exit::Exit;
use cors_vectors::input;

use super::case;
use super::print::print;
use crate::args::ExplainArgs;
use crate::output::columns;
use crate::stop::Stop;

/// Explains what the arguments name.
pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Stop> {
    let pasted = args.case.as_deref() == Some("-");
    if let Some(id) = args.case.as_deref().filter(|_| !pasted) {
        if args.origin.is_some() || args.credentials.is_some() {
            return Err(Stop::usage(
                "--origin and --credentials are for exchanges: a case states its own",
            ));
        }
        return case::run(id, args);
    }
    let stated = Stated {
        origin: args.origin.clone(),
        credentials: args.credentials.map(Into::into),
        engine: args.known()?,
    };
    let explanation = if let Some(file) = &args.har {
        let (name, bytes) = bytes(file)?;
        of_har(&name, &bytes, args.entry, &stated).map_err(usage)?
    } else {
        explain(&material(args, pasted)?, &stated).map_err(usage)?
    };
    let text = if args.json {
        let json = serde_json::to_string_pretty(&explanation).map_err(Stop::bug)?;
        json + "\n"
    } else {
        let columns = columns().unwrap_or(usize::MAX);
        render::text_within(&explanation, args.verbose, columns)
    };
    print(&text)?;
    Ok(match explanation.verdict {
        Verdict::Refused | Verdict::NotCors => Exit::Failed,
        Verdict::Shared | Verdict::AllowedSoFar => Exit::AsExpected,
    })
}

fn usage(Unclear(why): Unclear) -> Stop {
    Stop::usage(why)
}

/// What the files of `--request` and `--response` hold, or standard input.
fn material(args: &ExplainArgs, pasted: bool) -> Result<Material, Stop> {
    let mut material = Material::default();
    let input = pasted.then(|| PathBuf::from("-"));
    for file in input.iter().chain(&args.request) {
        let (name, bytes) = bytes(file)?;
        material.add_text(&name, &bytes).map_err(usage)?;
    }
    for file in &args.response {
        let (name, bytes) = bytes(file)?;
        material.add_responses(&name, &bytes).map_err(usage)?;
    }
    Ok(material)
}

fn bytes(file: &Path) -> Result<(String, Vec<u8>), Stop> {
    let kind = input::Kind::EXCHANGES;
    let (name, read) = if file.as_os_str() == "-" {
        let name = "standard input".to_owned();
        let read = input::bytes_of(&name, io::stdin().lock(), kind);
        (name, read)
    } else {
        (file.display().to_string(), input::bytes(file, kind))
    };
    read.map(|bytes| (name, bytes))
        .map_err(|error| Stop::input(&error))
}
