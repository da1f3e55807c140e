//! The known failures of a search: findings that are accepted for now.

use std::collections::BTreeSet;
use std::path::Path;

use cors_fuzzer::{Fuzzed, Kind};
use cors_harness::cause::Cause;
use cors_harness::exit::Exit;
use cors_vectors::known::edit::written;
use cors_vectors::known::entry::Known;
use cors_vectors::known::file::{KnownFile, Reasons};

use crate::baseline::file::text;
use crate::message;
use crate::output::unwritable;
use crate::stop::Stop;

/// What stands at the head of a new file.
const HEAD: &str = "\
# Known findings of `cors-conformance fuzz`, by their causes. Each needs a reason.
";

/// Reads the file; with [`Reasons::Optional`] it need not be there.
pub(super) fn read(path: &Path, reasons: Reasons) -> Result<Option<KnownFile>, Stop> {
    if reasons == Reasons::Optional && !path.exists() {
        return Ok(None);
    }
    let name = path.display().to_string();
    let ids = |id: &str| match id.split_once('/') {
        Some((area, slug))
            if ![area, slug]
                .iter()
                .any(|part| part.contains(['*', '?', '['])) =>
        {
            Ok(BTreeSet::from([id.to_owned()]))
        }
        Some(_) | None => Err("expected the id of a finding, such as fuzz/vary".to_owned()),
    };
    let file = KnownFile::read(&name, &text(path)?, reasons, &ids);
    file.map(Some).map_err(Stop::usage)
}

/// Adds an entry for each finding that is not known. Nothing is taken out: that something was not
/// found is no sign that it is not there.
pub(super) fn update(
    path: &Path,
    fuzzed: &Fuzzed,
    known: Option<&KnownFile>,
) -> Result<Exit, Stop> {
    let name = path.display().to_string();
    let exit = fuzzed.end.exit;
    if !matches!(exit, Exit::Failed | Exit::AsExpected | Exit::OutOfDate) {
        message::note(&format!("{name} is not written: {}", exit.meaning()));
        return Ok(exit);
    }
    let findings = fuzzed.findings.iter();
    let new = findings.filter(|finding| known.is_none_or(|file| !file.lists(&finding.case.id)));
    let entries: Vec<Known> = new
        .map(|finding| Known {
            cases: vec![finding.case.id.clone()],
            // Pages and other clients show one cause in different ways; no answer is its own.
            fails: (finding.matter.kind == Kind::Unanswered).then(|| {
                let cause = finding.event.cause.as_ref();
                cause.map_or_else(String::new, Cause::fingerprint)
            }),
            ..Known::default()
        })
        .collect();
    if entries.is_empty() {
        message::note(&format!("{name} stays as it is: there is no new finding"));
        return Ok(Exit::AsExpected);
    }
    let before = match known {
        Some(_) => text(path)?,
        None => HEAD.to_owned(),
    };
    let after = before + &written(&entries);
    std::fs::write(path, after).map_err(|error| unwritable(&name, &error))?;
    let noun = if entries.len() == 1 {
        "finding"
    } else {
        "findings"
    };
    message::note(&format!(
        "{name}: {} {noun} added: write the reason into each entry",
        entries.len()
    ));
    Ok(Exit::AsExpected)
}
