//! What cites the standard, and the grammar of citations.

use std::collections::BTreeMap;

use serde_json::Value;

use super::finding::{File, Finding};
use super::path::{StepRange, parse_range};

/// Other standards that cases and traces may cite. Only the form of such a citation is checked:
/// `xhr#the-send()-method/4.3`, a document, an anchor, and perhaps a step.
const OTHER_STANDARDS: [&str; 8] = [
    "xhr",
    "mimesniff",
    "url",
    "html",
    "infra",
    "rfc9110",
    "rfc9111",
    "rfc9112",
];

/// One place that cites the standard.
#[derive(Debug, Clone)]
pub(crate) struct Citation<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The line, from 1.
    pub(crate) line: usize,
    /// The anchor.
    pub(crate) anchor: String,
    /// The step or steps; none when the definition as a whole is cited.
    pub(crate) range: Option<StepRange>,
    /// Whether a case cites, and so covers what it cites.
    pub(crate) by_case: bool,
}

/// A function that transcribes a definition.
#[derive(Debug, Default)]
pub(crate) struct Function<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The line of its name.
    pub(crate) line: usize,
    /// Its name.
    pub(crate) name: String,
    /// The type or trait whose block it stands in.
    pub(crate) of: Option<String>,
    /// The definition that its documentation cites.
    pub(crate) anchor: Option<String>,
    /// The definition that its `anchor!` names.
    pub(super) declared: Option<String>,
    /// The steps that it states.
    pub(crate) steps: Vec<Step>,
}

/// A step that a function states.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    /// The line.
    pub(crate) line: usize,
    /// The step or steps.
    pub(crate) range: StepRange,
    /// Whether it says that it is out of scope.
    pub(crate) out_of_scope: bool,
}

/// All that cites the standard, with what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Cited<'a> {
    /// The citations of all kinds.
    pub(crate) citations: Vec<Citation<'a>>,
    /// The functions of the model that transcribe a definition of this or another standard.
    pub(crate) functions: Vec<Function<'a>>,
    /// The keys of `DEVIATION("key")` and `UNDERSPECIFIED("key")`, each with file and line.
    pub(crate) markers: Vec<(String, &'a str, usize)>,
    /// What is not in the citation grammar.
    pub(crate) findings: Vec<Finding>,
}

impl<'a> Cited<'a> {
    /// Notes what is not in the citation grammar.
    pub(super) fn fail(&mut self, file: &str, line: usize, message: String) {
        self.findings.push(Finding {
            file: file.to_owned(),
            line,
            message,
        });
    }

    /// Reads every `"spec": […]` of a file. JSON has no lines, so that each text is looked for.
    pub(super) fn cases(&mut self, file: &'a File, value: &Value) {
        let mut texts = BTreeMap::new();
        spec_lists(value, &mut texts);
        for (text, count) in texts {
            let quoted = Value::from(text).to_string();
            let places = file.text.lines().zip(1..);
            let lines = places.flat_map(|(line, at)| line.matches(&quoted).map(move |_| at));
            for line in lines.take(count) {
                self.cite(&file.path, line, text, true);
            }
        }
    }

    /// Reads `fetch#anchor/step`, or the same of another standard.
    pub(super) fn cite(&mut self, file: &'a str, line: usize, text: &str, by_case: bool) {
        let Some((standard, rest)) = text.split_once('#') else {
            let message =
                format!("`{text}` is no citation; expected one such as fetch#concept-cors-check/4");
            return self.fail(file, line, message);
        };
        let (anchor, step) = match rest.split_once('/') {
            Some((anchor, step)) => (anchor, Some(step)),
            None => (rest, None),
        };
        let range = step.and_then(parse_range);
        if anchor.is_empty() || anchor.contains(char::is_whitespace) {
            let message =
                format!("`{text}` has no anchor; expected one such as fetch#concept-cors-check/4");
            self.fail(file, line, message);
        } else if step.is_some() && range.is_none() {
            let message = format!(
                "`{text}` ends in no step; expected a step such as 7.5 or a range such as 6-8 behind the /"
            );
            self.fail(file, line, message);
        } else if standard == "fetch" {
            let anchor = anchor.to_owned();
            self.citations.push(Citation {
                file,
                line,
                anchor,
                range,
                by_case,
            });
        } else if !OTHER_STANDARDS.contains(&standard) {
            let message = format!(
                "`{text}` cites `{standard}`; expected fetch or one of {}",
                OTHER_STANDARDS.join(", ")
            );
            self.fail(file, line, message);
        }
    }
}

/// Counts the texts in all lists that are called `spec`.
fn spec_lists<'v>(value: &'v Value, texts: &mut BTreeMap<&'v str, usize>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| spec_lists(value, texts)),
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_array() {
                    Some(list) if key == "spec" => {
                        for text in list.iter().filter_map(Value::as_str) {
                            *texts.entry(text).or_default() += 1;
                        }
                    }
                    Some(_) | None => spec_lists(value, texts),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
