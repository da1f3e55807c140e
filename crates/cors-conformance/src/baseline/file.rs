//! `cors-conformance.toml`: the known failures of a run, and where they are.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cors_harness::cause::Cause;
use cors_vectors::Library;
use cors_vectors::input;
use cors_vectors::known::edit::written;
use cors_vectors::known::entry::Known;
use cors_vectors::known::file::{KnownFile, Reasons, ids_of};

use crate::stop::Stop;

/// The file that is used when it is there and no other is named.
const DEFAULT: &str = "cors-conformance.toml";

/// What stands at the head of a new file.
const HEAD: &str = "\
# Known failures of cors-conformance. They are run, and have to fail in the recorded way; see
# `cors-conformance baseline --help`. Each needs a reason.
";

/// Reads the file that is named, or the default one where it is there.
pub(crate) fn find(
    named: Option<&Path>,
    library: &Library,
    reasons: Reasons,
) -> Result<Option<KnownFile>, Stop> {
    let path = path(named);
    if named.is_none() && !path.exists() {
        return Ok(None);
    }
    let name = path.display().to_string();
    let text = text(&path)?;
    let ids = |text: &str| ids_of(library.server_cases(), text);
    let file = KnownFile::read(&name, &text, reasons, &ids).map_err(Stop::usage)?;
    for entry in &file.entries {
        if let Some(fails) = &entry.known.fails
            && !Cause::can_be_fingerprint(fails)
        {
            let line = entry.line;
            return Err(Stop::usage(format_args!(
                "{name}:{line}: `fails = {fails:?}`: no case fails in such a way; leave it out, or \
                 take it from a file that `baseline init` writes"
            )));
        }
    }
    Ok(Some(file))
}

/// The text of a file.
pub(crate) fn text(path: &Path) -> Result<String, Stop> {
    input::text(path, input::Kind::KNOWN).map_err(|error| Stop::input(&error))
}

/// The path that is named, or the default one.
pub(crate) fn path(named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| PathBuf::from(DEFAULT), Path::to_path_buf)
}

/// A new file of failures, each with how it fails, without reasons; or what is added to a file that is
/// there.
pub(crate) fn new(failures: &BTreeMap<String, String>, before: Option<&str>) -> String {
    let mut alike: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    for (id, fails) in failures {
        alike.entry(fails).or_default().push(id.clone());
    }
    let entries = alike.into_iter().map(|(fails, cases)| Known {
        count: Some(cases.len()),
        cases,
        fails: Some(fails.clone()),
        ..Known::default()
    });
    let entries: Vec<Known> = entries.collect();
    let mut text = match before {
        None => HEAD.to_owned(),
        // The entries begin with a line feed.
        Some(before) if before.is_empty() || before.ends_with('\n') => String::new(),
        Some(_) => "\n".to_owned(),
    };
    for entry in &entries {
        text.push_str(&written(std::slice::from_ref(entry)));
        text.push_str("# link = \"https://…\"\n");
    }
    text
}

/// Whether a selection leaves cases out, so that a baseline's entries need not all be used.
pub(crate) fn is_narrowed(selection: &crate::args::Selection) -> bool {
    !selection.tests.is_empty() || !selection.skip.is_empty()
}
