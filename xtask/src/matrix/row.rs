//! What came of one subject: its line of the table, and what is known of its failures.

use std::fmt;

use anyhow::Context as _;
use cors_vectors::known::file::{KnownFile, Reasons, ids_of};
use cors_vectors::library::library;

use crate::subjects::manifest::Subject;
use crate::subjects::report::{Counts, Report};

/// What came of one subject.
pub(super) struct Row<'a> {
    /// The subject.
    pub(super) subject: &'a Subject,
    /// Its known failures.
    pub(super) known: KnownFile,
    /// What the suite found.
    pub(super) report: Report,
}

impl fmt::Display for Row<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            pass,
            info,
            fail,
            error,
            skip,
            blocked,
        } = self.report.counts;
        let manifest = &self.subject.manifest;
        write!(
            f,
            "{:20} {pass:4} passed {info:3} info {:3} failed {:3} skipped  {}",
            manifest.name,
            fail + error,
            skip + blocked,
            manifest.version
        )
    }
}

/// The known failures of a subject.
pub(super) fn known(subject: &Subject) -> anyhow::Result<KnownFile> {
    let file = subject.known();
    let name = file.display().to_string();
    let text = std::fs::read_to_string(&file).with_context(|| format!("reading {name}"))?;
    let library = library().map_err(|errors| anyhow::anyhow!("the cases: {errors}"))?;
    let ids = |text: &str| ids_of(library.server_cases(), text);
    Ok(KnownFile::read(&name, &text, Reasons::Needed, &ids)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subjects::Places;

    #[test]
    fn every_known_failure_of_the_subjects_is_judged_and_about_cases_that_exist() {
        for subject in Subject::read_all(&Places::find().unwrap()).unwrap() {
            let name = &subject.manifest.name;
            for entry in known(&subject).unwrap().entries {
                let class = entry.known.class.as_deref().unwrap_or_default();
                let number = class.strip_prefix(['O', 'V', 'E', 'R', 'P', 'D']);
                assert!(
                    number.is_some_and(|number| number.parse::<u8>().is_ok()),
                    "{name}:{}: {class}",
                    entry.line
                );
                let judged = entry.known.whose.is_some() && entry.known.fails.is_some();
                assert!(judged, "{name}:{}", entry.line);
                let empty = entry.named.iter().any(std::collections::BTreeSet::is_empty);
                assert!(!empty, "{name}:{}: there is no such case", entry.line);
            }
        }
    }
}
