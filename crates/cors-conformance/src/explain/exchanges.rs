//! `explain` of files.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use cors_explain::{Material, Stated, Unclear, Verdict, explain, of_har, render};
use cors_harness::exit::Exit;

use super::case;
use super::print::print;
use crate::args::ExplainArgs;
use crate::output::columns;
use crate::stop::Stop;

/// Longest file that is read, in bytes. HAR files hold the bodies of whole pages.
const LONGEST: u64 = 512 * 1024 * 1024;

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
    let mut bytes = Vec::new();
    let (name, read) = if file.as_os_str() == "-" {
        let read = io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes);
        ("standard input".to_owned(), read)
    } else {
        let opened = std::fs::File::open(file);
        let read = opened.and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
        (file.display().to_string(), read)
    };
    match read {
        Err(error) => Err(Stop::usage(format_args!("{name}: cannot be read: {error}"))),
        Ok(length) if u64::try_from(length).is_ok_and(|length| length > LONGEST) => Err(
            Stop::usage(format_args!("{name}: is longer than {LONGEST} bytes")),
        ),
        Ok(_) => Ok((name, bytes)),
    }
}
