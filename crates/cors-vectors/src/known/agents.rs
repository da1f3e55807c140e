//! Where a browser is known to differ from the standard: `agent/known/ENGINE.toml`.

use std::collections::BTreeSet;

use super::file::{KnownError, KnownFile, Reasons};
use crate::data::data_file;

/// What is known of an agent, by the name that `agent` takes; `None` when nothing is written down.
/// Its cases are whole ids, of which nobody says whether there are such cases.
///
/// # Errors
///
/// It is no such file, or an entry lacks its name, the steps that it is about, or whole ids.
pub fn known(agent: &str) -> Result<Option<KnownFile>, KnownError> {
    let name = format!("agent/known/{agent}.toml");
    data_file(&name).map(|text| read(&name, &text)).transpose()
}

fn read(name: &str, text: &str) -> Result<KnownFile, KnownError> {
    let whole = |id: &str| Ok(BTreeSet::from([id.to_owned()]));
    let file = KnownFile::read(name, text, Reasons::Needed, &whole)?;
    let mut problems = Vec::new();
    for entry in &file.entries {
        let known = &entry.known;
        if known.name.is_none()
            || known.spec.is_empty()
            || known.count.is_some()
            || !known.shows.is_empty()
        {
            let line = entry.line;
            problems.push(format!(
                "{name}:{line}: expected a name, the steps that it is about, and every case by its id"
            ));
        }
    }
    if problems.is_empty() {
        Ok(file)
    } else {
        Err(KnownError(problems))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(entries: &str) -> String {
        read("x.toml", entries).map_or_else(|error| error.to_string(), |_| String::new())
    }

    #[test]
    fn an_entry_has_name_reason_steps_and_whole_ids() {
        let entry = |name: &str, cases: &str| {
            format!(
                "[[known]]\nname = '{name}'\nreason = 'It does what the standard does not.'\n\
                 spec = ['fetch#x/1']\ncases = [{cases}]\n"
            )
        };
        assert_eq!(problem(&entry("a", "'a/b'")), "");
        assert!(problem(&entry("a", "")).contains("it is empty"));
        assert!(problem(&entry("a", "'a/*'")).contains("glob"));
        let globs = entry("a", "'a/*'") + "count = 3\n";
        assert!(problem(&globs).contains("every case by its id"));
        assert!(problem(&entry("a", "'a/b', 'a/b'")).contains("already"));
        let twice = entry("a", "'a/b'") + &entry("a", "'a/c'");
        assert!(problem(&twice).contains("already"));
        let none = entry("a", "'a/b'").replace("It does what the standard does not.", " ");
        assert!(problem(&none).contains("reason"));
        let steps = entry("a", "'a/b'").replace("'fetch#x/1'", "");
        assert!(problem(&steps).contains("the steps"));
    }
}
