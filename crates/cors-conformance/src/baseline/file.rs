//! `cors-conformance.toml`: how known failures are written down.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use cors_vectors::Library;
use cors_vectors::select::Selector;
use serde::Deserialize;
use toml::Spanned;

use crate::stop::Stop;

/// The file that is used when it is there and no other is named.
pub(crate) const USUAL: &str = "cors-conformance.toml";

/// What stands at the head of a new file.
const HEAD: &str = "\
# Known failures of cors-conformance. They are run, and have to fail in the recorded way; see
# `cors-conformance baseline --help`. Each needs a reason.
";

/// The known failures.
#[derive(Debug)]
pub(crate) struct Baseline {
    /// How messages name the file.
    pub(crate) name: String,
    text: String,
    pub(crate) entries: Vec<Entry>,
}

/// Failures that are accepted for one reason.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The line at which it begins, from 1.
    pub(crate) line: usize,
    /// Ids and globs as they are written, with the cases they name.
    pub(crate) cases: Vec<(String, BTreeSet<String>)>,
    /// How they fail.
    pub(crate) fingerprint: String,
    /// How many of them fail.
    pub(crate) count: usize,
    /// Why that is accepted.
    pub(crate) reason: String,
    /// Where its owner keeps track of it.
    pub(crate) link: Option<String>,
    cases_at: Range<usize>,
    count_at: Range<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    known: Vec<WrittenEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenEntry {
    cases: Spanned<Vec<Spanned<String>>>,
    fingerprint: Spanned<String>,
    count: Spanned<usize>,
    reason: Spanned<String>,
    link: Option<Spanned<String>>,
}

/// Whether every failure must have its reason already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reasons {
    /// It must.
    Needed,
    /// It need not, since the file is only tidied up.
    Optional,
}

impl Baseline {
    /// Reads the file that is named, or the usual one where it is there.
    pub(crate) fn find(
        named: Option<&Path>,
        library: &Library,
        reasons: Reasons,
    ) -> Result<Option<Self>, Stop> {
        let path = path(named);
        if named.is_none() && !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path)
            .map_err(|error| Stop::usage(format_args!("{name}: cannot be read: {error}")))?;
        Self::read(name, text, library, reasons).map(Some)
    }

    /// Reads a file's text; says everything that is wrong with it.
    pub(crate) fn read(
        name: String,
        text: String,
        library: &Library,
        reasons: Reasons,
    ) -> Result<Self, Stop> {
        let line = |at: usize| line_at(&text, at);
        let written: Written = toml::from_str(&text).map_err(|error| {
            let at = error.span().map_or(1, |span| line(span.start));
            Stop::usage(format_args!("{name}:{at}: {}", error.message()))
        })?;
        let mut problems = Vec::new();
        let mut entries = Vec::new();
        let mut taken: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (index, entry) in written.known.into_iter().enumerate() {
            let mut wrong = |field: &str, at: usize, said: &str| {
                problems.push(format!(
                    "{name}:{}: known[{index}].{field}: {said}",
                    line(at)
                ));
            };
            let fields = [
                ("fingerprint", &entry.fingerprint),
                ("reason", &entry.reason),
            ];
            for (field, value) in fields {
                if field == "reason" && reasons == Reasons::Optional {
                    continue;
                }
                if value.get_ref().trim().is_empty() {
                    let said = if field == "reason" {
                        "it is empty: say why this failure is accepted"
                    } else {
                        "it is empty: `baseline init` writes how a case fails"
                    };
                    wrong(field, value.span().start, said);
                }
            }
            if let Some(link) = &entry.link
                && !(link.get_ref().starts_with("https://")
                    || link.get_ref().starts_with("http://"))
            {
                wrong("link", link.span().start, "expected an http: or https: URL");
            }
            if *entry.count.get_ref() == 0 {
                let said = "it is 0: an entry is of failures; take it out";
                wrong("count", entry.count.span().start, said);
            }
            if entry.cases.get_ref().is_empty() {
                wrong(
                    "cases",
                    entry.cases.span().start,
                    "it is empty: expected ids of cases",
                );
            }
            let mut cases = Vec::new();
            for case in entry.cases.get_ref() {
                let at = case.span().start;
                let selector: Result<Selector, _> = case.get_ref().parse();
                let ids = match selector {
                    Ok(selector @ Selector::Id(..)) => {
                        let known = library.server_cases();
                        let fitting = known.filter(|case| selector.fits(*case));
                        fitting.map(|case| case.id.clone()).collect()
                    }
                    Ok(_) => {
                        wrong(
                            "cases",
                            at,
                            "expected an id or a glob of ids, such as `origin/*`",
                        );
                        BTreeSet::new()
                    }
                    Err(error) => {
                        wrong("cases", at, &error.to_string());
                        BTreeSet::new()
                    }
                };
                for id in &ids {
                    let key = (id.clone(), entry.fingerprint.get_ref().clone());
                    if let Some(earlier) = taken.insert(key, line(at)) {
                        let said = format!("{id} is known from line {earlier} already");
                        wrong("cases", at, &said);
                    }
                }
                cases.push((case.get_ref().clone(), ids));
            }
            entries.push(Entry {
                line: line(entry.cases.span().start),
                cases,
                cases_at: entry.cases.span(),
                fingerprint: entry.fingerprint.into_inner(),
                count_at: entry.count.span(),
                count: entry.count.into_inner(),
                reason: entry.reason.into_inner(),
                link: entry.link.map(Spanned::into_inner),
            });
        }
        if !problems.is_empty() {
            return Err(Stop::usage(problems.join("\n")));
        }
        Ok(Self {
            name,
            text,
            entries,
        })
    }

    /// The text of the file with other cases and counts: for each entry the cases that stay, as they
    /// are written, and how many of them fail. Entries without cases go; comments stay.
    pub(crate) fn pruned(&self, kept: &[(Vec<String>, usize)]) -> String {
        let mut text = self.text.clone();
        // From the end, so that what stands before keeps its place.
        for (entry, (cases, count)) in self.entries.iter().zip(kept).rev() {
            if cases.is_empty() {
                remove_entry(&mut text, entry);
                continue;
            }
            let mut edits = Vec::new();
            if cases.len() < entry.cases.len() {
                edits.push((entry.cases_at.clone(), quoted(cases)));
            }
            if *count != entry.count {
                edits.push((entry.count_at.clone(), count.to_string()));
            }
            edits.sort_by_key(|(at, _)| at.start);
            for (at, with) in edits.into_iter().rev() {
                text.replace_range(at, &with);
            }
        }
        text
    }
}

/// The path that is named, or the usual one.
pub(crate) fn path(named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| PathBuf::from(USUAL), Path::to_path_buf)
}

/// A new file of failures, by fingerprint, without reasons.
pub(crate) fn new(failures: &BTreeMap<String, String>) -> String {
    let mut by_fingerprint: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (id, fingerprint) in failures {
        let same = by_fingerprint.entry(fingerprint).or_default();
        same.push(id.clone());
    }
    let mut text = HEAD.to_owned();
    for (fingerprint, cases) in by_fingerprint {
        let lines = [
            "\n[[known]]\n".to_owned(),
            format!("cases = {}\n", quoted(&cases)),
            format!("fingerprint = {}\n", quote(fingerprint)),
            format!("count = {}\n", cases.len()),
            "reason = \"\"\n".to_owned(),
            "# link = \"https://…\"\n".to_owned(),
        ];
        text.push_str(&lines.concat());
    }
    text
}

fn quoted(texts: &[String]) -> String {
    if let [one] = texts {
        return format!("[{}]", quote(one));
    }
    let lines = texts.iter().map(|text| format!("    {},\n", quote(text)));
    let lines: Vec<String> = lines.collect();
    format!("[\n{}]", lines.concat())
}

/// What JSON makes of a text without control characters TOML reads as well.
fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Takes an entry out, up to the comments that stand above the next one.
fn remove_entry(text: &mut String, entry: &Entry) {
    const START: &str = "[[known]]";
    let before = text.get(..entry.cases_at.start).unwrap_or_default();
    let Some(start) = before.rfind(START) else {
        return;
    };
    let after = text.get(entry.cases_at.end..).unwrap_or_default();
    let end = match after.find(START) {
        None => text.len(),
        Some(next) => {
            let upto = after.get(..next).unwrap_or_default();
            let kept: usize = upto
                .split_inclusive('\n')
                .rev()
                .take_while(|line| line.starts_with('#'))
                .map(str::len)
                .sum();
            entry.cases_at.end + next - kept
        }
    };
    text.replace_range(start..end, "");
}

fn line_at(text: &str, at: usize) -> usize {
    let before = text.get(..at).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// Whether a selection leaves cases out, so that a baseline's entries need not all be used.
pub(crate) fn is_narrowed(selection: &crate::args::Selection) -> bool {
    !selection.tests.is_empty() || !selection.skip.is_empty()
}
