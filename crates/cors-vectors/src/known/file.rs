//! A file of known failures: strict reading, and whether it still says what happens.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use cors_policy::strict::{Lines, write_first};
#[cfg(feature = "schema")]
use schemars::JsonSchema;
use serde::Deserialize;
use toml::de::DeTable;

use super::entry::Known;
use crate::select::{Selectable, Selector};

/// Most entries of a file, and most cases of an entry.
const MOST: usize = 10_000;

/// A file of known failures.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownFile {
    /// How messages name it.
    pub name: String,
    /// Its entries, in order.
    pub entries: Vec<Entry>,
}

/// An entry of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The line at which its cases stand, from 1.
    pub line: usize,
    /// What it says.
    pub known: Known,
    /// For each of its `cases` the ids that it names.
    pub named: Vec<BTreeSet<String>>,
}

/// Whether every entry must have its reason already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reasons {
    /// It must.
    Needed,
    /// It need not, since the file is only tidied up.
    Optional,
}

/// What became of a case in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It passed.
    Passed,
    /// It failed, with this fingerprint.
    Failed(String),
    /// There was no answer to judge; with this fingerprint. Only an entry that records it so
    /// explains it: a failure that is known in any form is still a decision.
    Unanswered(String),
    /// It was not run, since it means nothing here.
    Skipped,
}

/// Everything that is wrong with a file, a sentence each, with file, line and field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct KnownError(pub Vec<String>);

impl fmt::Display for KnownError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_first(f, &self.0)
    }
}

/// A file of known failures as it is written.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(JsonSchema))]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "the command line reads targets and options itself, with its own names"
)]
pub(crate) struct Written {
    /// Options of the command line for every target, by their long names.
    #[serde(default)]
    options: BTreeMap<String, serde_json::Value>,
    /// Targets: a `name`, a `url` or `cmd`, and options of the command line.
    #[serde(default)]
    target: Vec<BTreeMap<String, serde_json::Value>>,
    /// The entries.
    #[serde(default)]
    known: Vec<Known>,
}

impl Entry {
    /// The ids of all its cases.
    pub fn ids(&self) -> BTreeSet<&str> {
        self.named.iter().flatten().map(String::as_str).collect()
    }

    /// How many of its cases fail.
    pub fn count(&self) -> usize {
        self.known.count.unwrap_or_else(|| self.ids().len())
    }

    /// Whether it is about such a failure of the case. What the case itself accepts is no failure.
    pub fn explains(&self, id: &str, fate: &Fate) -> bool {
        if self.known.accepted {
            return false;
        }
        let recorded = self.known.fails.as_deref();
        let as_recorded = match fate {
            Fate::Failed(how) => recorded.is_none_or(|fails| fails == how),
            Fate::Unanswered(how) => recorded.is_some_and(|fails| fails == how),
            Fate::Passed | Fate::Skipped => false,
        };
        as_recorded && self.named.iter().any(|ids| ids.contains(id))
    }
}

/// The ids of the cases that an id or a glob names, by their aliases too.
///
/// Fails with a sentence where the text is neither.
pub fn ids_of<'a, C: Selectable + 'a>(
    cases: impl Iterator<Item = &'a C>,
    text: &str,
) -> Result<BTreeSet<String>, String> {
    match text.parse() {
        Ok(selector @ Selector::Id(..)) => {
            let fitting = cases.filter(|case| selector.fits(*case));
            Ok(fitting.map(|case| case.id().to_owned()).collect())
        }
        Ok(_) => Err("expected an id or a glob of ids, such as `origin/*`".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

impl KnownFile {
    /// Reads a file's text. `ids` gives the cases that one of the texts in `cases` names, or says
    /// why it can name none.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn read(
        name: &str,
        text: &str,
        reasons: Reasons,
        ids: &dyn Fn(&str) -> Result<BTreeSet<String>, String>,
    ) -> Result<Self, KnownError> {
        let lines = Lines::of(text);
        let line = |at: usize| lines.line(at);
        let unreadable = |error: &toml::de::Error| {
            let at = error.span().map_or(1, |span| line(span.start));
            KnownError(vec![format!("{name}:{at}: {}", error.message())])
        };
        let written: Written = toml::from_str(text).map_err(|error| unreadable(&error))?;
        let many = |count: usize, what: &str| {
            let text = format!("{name}: it has more than {MOST} {what}");
            if count > MOST {
                Err(KnownError(vec![text]))
            } else {
                Ok(())
            }
        };
        many(written.known.len(), "entries")?;
        let cases = written.known.iter().map(|known| known.cases.len());
        many(cases.max().unwrap_or(0), "cases in an entry")?;
        let places = DeTable::parse(text).map_err(|error| unreadable(&error))?;
        let mut problems = Vec::new();
        let mut entries = Vec::new();
        let mut names = BTreeMap::new();
        let mut taken: BTreeMap<String, Vec<(Option<String>, usize)>> = BTreeMap::new();
        for (index, known) in written.known.into_iter().enumerate() {
            let place = |field: &str| {
                let entry = places.get_ref().get("known")?.get_ref().get(index)?;
                let entry = entry.get_ref();
                let value = entry.get(field).map_or(0, |value| value.span().start);
                Some(line(value))
            };
            let place = |field: &str| place(field).unwrap_or(1);
            let mut wrong = |field: &str, message: &str| {
                let at = place(field);
                problems.push(format!("{name}:{at}: known[{index}].{field}: {message}"));
            };
            if reasons == Reasons::Needed && known.reason.trim().is_empty() {
                wrong("reason", "it is empty: say why this failure is accepted");
            }
            if known
                .fails
                .as_ref()
                .is_some_and(|how| how.trim().is_empty())
            {
                wrong(
                    "fails",
                    "it is empty: `baseline init` writes how a case fails",
                );
            }
            let is_url =
                |link: &String| link.starts_with("https://") || link.starts_with("http://");
            if known.link.as_ref().is_some_and(|link| !is_url(link)) {
                wrong("link", "expected an http: or https: URL");
            }
            if known.count == Some(0) {
                wrong("count", "it is 0: an entry is of failures; take it out");
            }
            if known.cases.is_empty() && known.shows.is_empty() {
                wrong("cases", "it is empty: expected ids of cases");
            }
            let is_glob =
                |text: &String| text.contains(['*', '?', '[', '{']) || !text.contains('/');
            if known.count.is_none() && known.cases.iter().any(is_glob) {
                wrong("cases", "a glob needs `count`: how many of the cases fail");
            }
            if let Some(short) = &known.name
                && let Some(earlier) = names.insert(short.clone(), place("name"))
            {
                wrong(
                    "name",
                    &format!("`{short}` is there from line {earlier} already"),
                );
            }
            let mut named = Vec::new();
            for text in &known.cases {
                let ids = ids(text).unwrap_or_else(|message| {
                    wrong("cases", &message);
                    BTreeSet::new()
                });
                for id in &ids {
                    let earlier = taken.entry(id.clone()).or_default();
                    let same = |(how, _): &&(Option<String>, usize)| {
                        how.is_none() || known.fails.is_none() || *how == known.fails
                    };
                    if let Some((_, earlier)) = earlier.iter().find(same) {
                        wrong(
                            "cases",
                            &format!("{id} is known from line {earlier} already"),
                        );
                    }
                    earlier.push((known.fails.clone(), place("cases")));
                }
                named.push(ids);
            }
            entries.push(Entry {
                line: place("cases"),
                known,
                named,
            });
        }
        if problems.is_empty() {
            let name = name.to_owned();
            Ok(Self { name, entries })
        } else {
            Err(KnownError(problems))
        }
    }

    /// What explains that the case fails in this way.
    pub fn explaining(&self, id: &str, fate: &Fate) -> Option<&Known> {
        let entry = self.entries.iter().find(|entry| entry.explains(id, fate));
        entry.map(|entry| &entry.known)
    }

    /// Whether the case is known to fail, in whatever way.
    pub fn lists(&self, id: &str) -> bool {
        self.entries.iter().any(|entry| entry.ids().contains(id))
    }

    /// What in the file names no case, a sentence each.
    pub fn unknown(&self) -> Vec<String> {
        self.entries
            .iter()
            .flat_map(|entry| self.nameless(entry))
            .collect()
    }

    fn nameless(&self, entry: &Entry) -> Vec<String> {
        let texts = entry.known.cases.iter().zip(&entry.named);
        let texts = texts.filter(|(_, ids)| ids.is_empty());
        texts
            .map(|(text, _)| {
                format!(
                    "{}:{}: there is no case {text}: take it out",
                    self.name, entry.line
                )
            })
            .collect()
    }

    /// Everything in which the file is no longer right, a sentence each: cases that pass or fail in
    /// another way, and, where a run was `whole`, entries without use and counts that changed.
    pub fn check(&self, fates: &BTreeMap<String, Fate>, whole: bool) -> Vec<String> {
        let mut wrong = Vec::new();
        for entry in self.entries.iter().filter(|entry| !entry.known.accepted) {
            let at = match (&entry.known.name, entry.line) {
                (Some(name), 0) => format!("{}: {name}", self.name),
                (_, line) => format!("{}:{line}", self.name),
            };
            let before = wrong.len();
            let is_literal = |id: &str| entry.known.cases.iter().any(|text| text == id);
            let (mut failing, mut ran, mut skipped) = (0, 0, Vec::new());
            for id in entry.ids() {
                match fates.get(id) {
                    Some(fate @ (Fate::Failed(how) | Fate::Unanswered(how))) => {
                        ran += 1;
                        if entry.explains(id, fate) {
                            failing += 1;
                        } else if self.explaining(id, fate).is_none() {
                            let recorded = entry.known.fails.as_deref().unwrap_or_default();
                            wrong.push(format!(
                                "{at}: {id} fails in another way: recorded is `{recorded}`, now it \
                                 is `{how}`"
                            ));
                        }
                    }
                    Some(Fate::Passed) => {
                        ran += 1;
                        // A glob may well name cases that hold.
                        if is_literal(id) {
                            wrong.push(format!("{at}: {id} passes: take it out"));
                        }
                    }
                    Some(Fate::Skipped) => skipped.push(id),
                    None => {}
                }
            }
            if !whole {
                continue;
            }
            wrong.extend(self.nameless(entry));
            if wrong.len() > before {
                continue;
            }
            if ran == 0 {
                wrong.push(format!(
                    "{at}: it is not used: its cases are skipped against this target"
                ));
            } else if failing != entry.count() {
                let verb = if failing == 1 { "fails" } else { "fail" };
                let skipped = match skipped.as_slice() {
                    [] => String::new(),
                    ids => format!("; skipped: {}", ids.join(", ")),
                };
                wrong.push(format!(
                    "{at}: {failing} of its cases {verb} in the recorded way, recorded is the count \
                     {}{skipped}",
                    entry.count()
                ));
            }
        }
        wrong
    }
}
