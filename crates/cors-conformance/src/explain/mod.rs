//! `explain`: what a browser decides about exchanges that somebody wrote down, step by step, and
//! which change of the answers would make it share.
//!
//! [`http_text`] and [`har`] read; `gather` finds out which request and which answers belong
//! together; `derive` concludes what the page did; `replay` runs the model; `change` tries remedies;
//! `compose` puts the explanation together ([`view`]), and `render` writes it.

mod advice;
pub mod args;
mod case;
pub mod change;
mod compose;
mod derive;
pub mod engine;
mod exchanges;
mod gather;
pub mod har;
pub mod http_text;
pub mod message;
mod outline;
pub mod render;
mod replay;
mod steps;
pub mod view;

use std::io::{self, Read as _, Write as _};
use std::path::Path;

use cors_agents::browser::Engine;
use cors_harness::exit::Exit;

use self::args::ExplainArgs;
use self::compose::explain;
use self::derive::{Given, Unclear};
use self::engine::Known;
use self::gather::{Material, from_har};
use self::view::{Explanation, Verdict};
use crate::output;
use crate::stop::Stop;

/// Longest file that is read, in bytes. HAR files hold the bodies of whole pages.
const LONGEST: u64 = 512 * 1024 * 1024;

/// Explains what the arguments name.
pub(crate) fn run(args: &ExplainArgs) -> Result<Exit, Stop> {
    if let Some(id) = &args.case {
        return case::run(id, args);
    }
    let given = Given {
        origin: args.origin.clone(),
        credentials: args.credentials.map(Into::into),
        engine: args.engine.map(|name| Known::of(name.into())).transpose()?,
    };
    let explanation = if let Some(file) = &args.har {
        explain_har(file, args.entry, &given)?
    } else {
        explain(&material(args)?, &given).map_err(|Unclear(said)| Stop::usage(said))?
    };
    let text = if args.json {
        let json = serde_json::to_string_pretty(&explanation).map_err(Stop::bug)?;
        json + "\n"
    } else {
        render::text(&explanation, args.verbose)
    };
    print(&text)?;
    Ok(match explanation.verdict {
        Verdict::Refused => Exit::Failed,
        Verdict::Shared | Verdict::AllowedSoFar => Exit::AsExpected,
    })
}

/// Writes to standard output; a reader that has seen enough is no trouble.
fn print(text: &str) -> Result<(), Stop> {
    let mut sink = anstream::stdout();
    match sink.write_all(text.as_bytes()).and_then(|()| sink.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(output::unwritable("standard output", &error))
        }
        _ => Ok(()),
    }
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

/// What the files of `--request` and `--response` hold.
fn material(args: &ExplainArgs) -> Result<Material, Stop> {
    let mut material = Material::default();
    for file in &args.request {
        let (name, bytes) = bytes(file)?;
        let messages = http_text::read(&bytes)
            .map_err(|error| Stop::usage(format_args!("{name}: {error}")))?;
        if !messages
            .iter()
            .any(|message| matches!(message, message::Message::Request(_)))
        {
            return Err(Stop::usage(format_args!(
                "{name}: there is no request; expected a line such as `GET https://api.example/x` \
                 (or give the file with --response)"
            )));
        }
        material.add(&name, messages);
    }
    for file in &args.response {
        let (name, bytes) = bytes(file)?;
        let messages = http_text::read(&bytes)
            .map_err(|error| Stop::usage(format_args!("{name}: {error}")))?;
        let responses: Vec<_> = messages
            .into_iter()
            .filter(|message| matches!(message, message::Message::Response(_)))
            .collect();
        if responses.is_empty() {
            return Err(Stop::usage(format_args!(
                "{name}: there is no response; expected a line such as `HTTP/1.1 200 OK` (or give \
                 the file with --request)"
            )));
        }
        material.add(&name, responses);
    }
    Ok(material)
}

/// The first refused exchange of a HAR file, or else the first that can be explained.
fn explain_har(file: &Path, entry: Option<usize>, given: &Given) -> Result<Explanation, Stop> {
    let (name, bytes) = bytes(file)?;
    har_explained(&name, &bytes, entry, given).map_err(Stop::usage)
}

/// What a browser decides about messages that are HTTP text, or `curl -v`'s, as an engine does it
/// where one is named; `file` is what messages call the text. Else a sentence why nothing can be said.
pub fn of_text(file: &str, text: &[u8], engine: Option<Engine>) -> Result<Explanation, String> {
    let messages = http_text::read(text).map_err(|error| format!("{file}: {error}"))?;
    let mut material = Material::default();
    material.add(file, messages);
    explain(&material, &asked_as(engine)?).map_err(|Unclear(said)| said)
}

/// Like [`of_text`], of a HAR file.
pub fn of_har(file: &str, text: &[u8], engine: Option<Engine>) -> Result<Explanation, String> {
    har_explained(file, text, None, &asked_as(engine)?)
}

fn asked_as(engine: Option<Engine>) -> Result<Given, String> {
    let known = engine.map(Known::of).transpose();
    Ok(Given {
        engine: known.map_err(|stop| stop.said)?,
        ..Given::default()
    })
}

fn har_explained(
    name: &str,
    bytes: &[u8],
    entry: Option<usize>,
    given: &Given,
) -> Result<Explanation, String> {
    let entries = har::read(bytes).map_err(|error| format!("{name}: {error}"))?;
    let groups = from_har(name, entries, entry)?;
    let mut explained = Vec::new();
    let mut unclear: Option<String> = None;
    for (index, material) in &groups {
        match explain(material, given) {
            Ok(explanation) => explained.push((*index, explanation)),
            Err(Unclear(said)) => {
                unclear.get_or_insert(said);
            }
        }
    }
    let refused = explained
        .iter()
        .position(|(_, found)| found.verdict == Verdict::Refused);
    let others = groups.len().saturating_sub(1);
    if explained.is_empty() || (refused.is_none() && unclear.is_some()) {
        return Err(unclear.unwrap_or_default());
    }
    let (index, mut explanation) = explained.swap_remove(refused.unwrap_or(0));
    if others > 0 {
        let which = if refused.is_some() {
            "the first that a browser refuses"
        } else {
            "the first"
        };
        let list: Vec<String> = groups
            .iter()
            .map(|(other, _)| *other)
            .filter(|other| *other != index)
            .take(20)
            .map(|other| other.to_string())
            .collect();
        explanation.notes.push(format!(
            "Of the {} exchanges with other origins in this file, this is {which} (entry {index}). \
             --entry N explains another one: {}.",
            others + 1,
            list.join(", ")
        ));
    }
    Ok(explanation)
}

/// Hands on what becomes of texts when bytes are changed, left out, doubled and cut off: the same
/// ones each time.
#[cfg(test)]
fn torture(seeds: &[&[u8]], check: impl Fn(&[u8])) {
    const PIECES: [&[u8]; 12] = [
        b"\0",
        b"\xff",
        b"\r",
        b"\n",
        b"\r\n\r\n",
        b":",
        b" ",
        b"> ",
        b"< HTTP/1.1 200",
        b"Content-Length: 18446744073709551615\r\n",
        b"\"",
        b"null",
    ];
    let mut state: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut below = |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % limit.max(1)
    };
    for seed in seeds {
        for end in 0..seed.len() {
            check(&seed[..end]);
        }
        for _ in 0..3000 {
            let mut bytes = seed.to_vec();
            for _ in 0..=below(4) {
                let at = below(bytes.len());
                let until = (at + below(6)).min(bytes.len());
                let piece = PIECES[below(PIECES.len())];
                bytes.splice(at..until, piece.iter().copied());
            }
            check(&bytes);
        }
    }
}
