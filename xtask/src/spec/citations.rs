//! Where the standard is cited: in the documentation, the step comments and the code of the
//! model, and in the `spec` lists of cases.

use super::path::{StepRange, parse_range, read_range};
use super::rust::{self, Function};
use super::{File, Finding, cases};

/// The address that definitions of the standard have.
const FETCH: &str = "https://fetch.spec.whatwg.org/#";

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

/// A function that transcribes a definition, or part of an algorithm.
#[derive(Debug)]
pub(crate) struct Transcription<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The function.
    pub(crate) function: Function,
    /// The definition that its documentation cites.
    pub(crate) anchor: Option<String>,
    /// Whether its documentation cites another standard.
    pub(crate) elsewhere: bool,
    /// The steps it was given: `Steps 6–8 of the CORS check: <…>`.
    pub(crate) part: Option<StepRange>,
    /// The step comments of its body.
    pub(crate) steps: Vec<StepComment>,
}

/// A comment that carries a step.
#[derive(Debug, Clone)]
pub(crate) struct StepComment {
    /// Its first line.
    pub(crate) line: usize,
    /// The step or steps.
    pub(crate) range: StepRange,
    /// What follows the path, over all its lines.
    pub(crate) text: String,
}

/// A comment of the model, for markers.
#[derive(Debug)]
pub(crate) struct Remark<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The line.
    pub(crate) line: usize,
    /// The text.
    pub(crate) text: String,
}

/// All that cites the standard, with what could not be read.
#[derive(Debug, Default)]
pub(crate) struct Cited<'a> {
    /// The citations of all kinds.
    pub(crate) citations: Vec<Citation<'a>>,
    /// The functions of the model that cite a definition or have step comments.
    pub(crate) functions: Vec<Transcription<'a>>,
    /// Every comment and literal of the model.
    pub(crate) remarks: Vec<Remark<'a>>,
    /// What is not in the citation grammar.
    pub(crate) findings: Vec<Finding>,
}

/// Collects the citations. `known` tells anchors of the standard from other literals.
pub(crate) fn collect<'a>(
    sources: &'a [File],
    case_files: &'a [File],
    known: &dyn Fn(&str) -> bool,
) -> Cited<'a> {
    let mut cited = Cited::default();
    for file in sources {
        cited.source(file, known);
    }
    for file in case_files {
        match cases::read(&file.text) {
            Ok(found) => {
                for case in found {
                    cited.case(&file.path, case.line, &case.text);
                }
            }
            Err(reason) => cited.fail(&file.path, 1, format!("not readable as JSON: {reason}")),
        }
    }
    cited
}

impl<'a> Cited<'a> {
    fn fail(&mut self, file: &str, line: usize, message: String) {
        self.findings.push(Finding {
            file: file.to_owned(),
            line,
            message,
        });
    }

    fn source(&mut self, file: &'a File, known: &dyn Fn(&str) -> bool) {
        let path = file.path.as_str();
        let source = rust::read(&file.text);
        for (line, text) in source.texts {
            for anchor in anchors(&text) {
                self.citations.push(Citation {
                    file: path,
                    line,
                    anchor,
                    range: None,
                    by_case: false,
                });
            }
            self.remarks.push(Remark {
                file: path,
                line,
                text,
            });
        }
        for trace in source.traces {
            if trace.anchor.contains('#') {
                if trace.explicit {
                    let step = trace
                        .step
                        .map(|step| format!("/{step}"))
                        .unwrap_or_default();
                    self.cite(path, trace.line, &format!("{}{step}", trace.anchor), false);
                }
                continue;
            }
            let range = match trace.step.as_deref().map(|step| (step, parse_range(step))) {
                None => None,
                // `cite!(anchor, "")` cites the definition as a whole.
                Some(("", _)) if trace.explicit => None,
                Some((_, Some(range))) => Some(range),
                Some(_) if !trace.explicit => continue,
                Some((step, None)) => {
                    let message = format!("`{step}` is no step; expected one such as 7.5");
                    self.fail(path, trace.line, message);
                    continue;
                }
            };
            if trace.explicit || known(&trace.anchor) {
                let (line, anchor) = (trace.line, trace.anchor);
                self.citations.push(Citation {
                    file: path,
                    line,
                    anchor,
                    range,
                    by_case: false,
                });
            }
        }
        for function in source.functions {
            self.function(path, function);
        }
    }

    fn function(&mut self, path: &'a str, function: Function) {
        let steps = step_comments(&function);
        let (anchor, part) = transcribed(&function);
        let elsewhere = anchor.is_none()
            && function
                .docs
                .iter()
                .any(|(_, text)| text.contains("<https://"));
        if anchor.is_none() && steps.is_empty() {
            return;
        }
        if let Some(anchor) = &anchor {
            for step in &steps {
                self.citations.push(Citation {
                    file: path,
                    line: step.line,
                    anchor: anchor.clone(),
                    range: Some(step.range.clone()),
                    by_case: false,
                });
            }
        }
        self.functions.push(Transcription {
            file: path,
            function,
            anchor,
            elsewhere,
            part,
            steps,
        });
    }

    fn case(&mut self, path: &'a str, line: usize, text: &str) {
        self.cite(path, line, text, true);
    }

    /// Takes a citation in the form of cases: `fetch#concept-cors-check/6-8`.
    fn cite(&mut self, path: &'a str, line: usize, text: &str, by_case: bool) {
        let Some((standard, rest)) = text.split_once('#') else {
            let message =
                format!("`{text}` is no citation; expected one such as fetch#concept-cors-check/4");
            return self.fail(path, line, message);
        };
        let (anchor, step) = match rest.split_once('/') {
            Some((anchor, step)) => (anchor, Some(step)),
            None => (rest, None),
        };
        let range = step.and_then(parse_range);
        if anchor.is_empty() || anchor.contains(char::is_whitespace) {
            let message =
                format!("`{text}` has no anchor; expected one such as fetch#concept-cors-check/4");
            self.fail(path, line, message);
        } else if step.is_some() && range.is_none() {
            let message = format!(
                "`{text}` ends in no step; expected a step such as 7.5 or a range such as 6-8 behind the /"
            );
            self.fail(path, line, message);
        } else if standard == "fetch" {
            self.citations.push(Citation {
                file: path,
                line,
                anchor: anchor.to_owned(),
                range,
                by_case,
            });
        } else if !OTHER_STANDARDS.contains(&standard) {
            let message = format!(
                "`{text}` cites `{standard}`; expected fetch or one of {}",
                OTHER_STANDARDS.join(", ")
            );
            self.fail(path, line, message);
        }
    }
}

/// The anchors of the standard that a text links to.
fn anchors(text: &str) -> Vec<String> {
    text.match_indices(FETCH)
        .filter_map(|(start, _)| text.get(start + FETCH.len()..))
        .map(|rest| {
            let end = rest.find(|c: char| c.is_whitespace() || "<>()[]{}\"'`,;".contains(c));
            rest.get(..end.unwrap_or(rest.len()))
                .unwrap_or(rest)
                .trim_end_matches(['.', ':'])
        })
        .filter(|anchor| !anchor.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What a function transcribes: the definition that an autolink in the first or last paragraph of
/// its documentation leads to, and the steps of it, when it is not the whole.
fn transcribed(function: &Function) -> (Option<String>, Option<StepRange>) {
    let lines: Vec<&str> = function
        .docs
        .iter()
        .map(|(_, text)| text.as_str())
        .collect();
    let paragraphs: Vec<String> = lines
        .split(|line| line.is_empty())
        .filter(|paragraph| !paragraph.is_empty())
        .map(|paragraph| paragraph.join(" "))
        .collect();
    let autolink = format!("<{FETCH}");
    for paragraph in paragraphs.first().into_iter().chain(paragraphs.last()) {
        let Some(start) = paragraph.find(&autolink) else {
            continue;
        };
        let anchor = paragraph
            .get(start..)
            .and_then(|link| anchors(link).into_iter().next());
        let part = paragraph
            .strip_prefix("Steps ")
            .or_else(|| paragraph.strip_prefix("Step "))
            .and_then(read_range)
            .and_then(|(range, rest)| rest.starts_with(" of ").then_some(range));
        return (anchor, part);
    }
    (None, None)
}

/// The comments that begin with a path and a full stop, with the lines that continue them.
fn step_comments(function: &Function) -> Vec<StepComment> {
    let mut steps: Vec<StepComment> = Vec::new();
    let mut previous = None;
    for (line, text) in &function.comments {
        let step = read_range(text).and_then(|(range, rest)| {
            let rest = rest.strip_prefix('.')?;
            (rest.is_empty() || rest.starts_with(' ')).then_some((range, rest.trim().to_owned()))
        });
        if let Some((range, text)) = step {
            steps.push(StepComment {
                line: *line,
                range,
                text,
            });
            previous = Some(*line);
        } else if previous.is_some_and(|previous| previous + 1 == *line)
            && let Some(step) = steps.last_mut()
        {
            step.text.push(' ');
            step.text.push_str(text);
            previous = Some(*line);
        }
    }
    steps
}
