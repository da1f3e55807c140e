//! JSON with errors that say where.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use cors_policy::strict::field_of;
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;

use crate::error::{Error, Problem};

/// A file's name and text.
pub(crate) struct Source<'a> {
    name: &'a str,
    text: &'a str,
    /// Where cases and policies begin, once that is asked for.
    begins: OnceCell<BTreeMap<&'a str, usize>>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(name: &'a str, text: &'a str) -> Self {
        let begins = OnceCell::new();
        Self { name, text, begins }
    }

    pub(crate) fn name(&self) -> &'a str {
        self.name
    }

    /// Reads the text into its type.
    pub(crate) fn shape<T: DeserializeOwned>(&self) -> Result<T, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(self.text);
        let read = serde_path_to_error::deserialize(&mut deserializer);
        let value = read.map_err(|error| self.shape_error(error))?;
        deserializer
            .end()
            .map_err(|error| self.syntax_error(&error))?;
        Ok(value)
    }

    fn shape_error(&self, error: serde_path_to_error::Error<serde_json::Error>) -> Error {
        use serde_json::error::Category;
        match error.inner().classify() {
            Category::Io | Category::Syntax | Category::Eof => self.syntax_error(error.inner()),
            Category::Data => {
                let (case, field) = self.locate(error.path().iter().collect());
                let inner = error.into_inner();
                Error::Shape {
                    file: self.name.to_owned(),
                    line: inner.line(),
                    column: inner.column(),
                    case,
                    field,
                    problem: without_position(&inner),
                }
            }
        }
    }

    fn syntax_error(&self, error: &serde_json::Error) -> Error {
        Error::Syntax {
            file: self.name.to_owned(),
            line: error.line(),
            column: error.column(),
            problem: format!("not JSON: {}", without_position(error)),
        }
    }

    /// Splits a path into the id of the case (rule, policy) that it is in and the field there.
    fn locate(&self, path: Vec<&Segment>) -> (Option<String>, String) {
        match path.as_slice() {
            [
                Segment::Map { key: list },
                Segment::Seq { index },
                rest @ ..,
            ] => {
                // The text is JSON, or the error would be another one; the id may still be missing.
                let id = serde_json::from_str::<serde_json::Value>(self.text)
                    .ok()
                    .and_then(|value| {
                        value
                            .get(list)?
                            .get(index)?
                            .get("id")?
                            .as_str()
                            .map(str::to_owned)
                    });
                match id {
                    Some(id) => (Some(id), field_of(rest.iter().copied())),
                    None => (None, field_of(path.into_iter())),
                }
            }
            [
                Segment::Map { key: map },
                Segment::Map { key: name },
                rest @ ..,
            ] if map == "policies" => (Some(name.clone()), field_of(rest.iter().copied())),
            _ => (None, field_of(path.into_iter())),
        }
    }

    /// An error about a value, at the line where its case begins.
    pub(crate) fn error(&self, case: Option<&str>, field: String, problem: Problem) -> Error {
        Error::Value {
            file: self.name.to_owned(),
            line: case.map_or(1, |case| self.line_of(case)),
            case: case.map(str::to_owned),
            field,
            problem: Box::new(problem),
        }
    }

    /// The line of the case with this id, or of the policy with this name; 1 when it is not found.
    fn line_of(&self, name: &str) -> usize {
        let quoted = serde_json::Value::from(name).to_string();
        let begins = self.begins.get_or_init(|| begins(self.text));
        begins.get(quoted.as_str()).copied().unwrap_or(1)
    }
}

/// The lines, from 1, that begin with a string or with an `id`, by that string as it is written.
fn begins(text: &str) -> BTreeMap<&str, usize> {
    let mut begins = BTreeMap::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let line = line.strip_prefix('{').unwrap_or(line).trim_start();
        let id = line
            .strip_prefix("\"id\"")
            .map(|rest| rest.trim_start_matches([' ', ':']));
        if let Some(quoted) = leading_string(id.unwrap_or(line)) {
            begins.entry(quoted).or_insert(index + 1);
        }
    }
    begins
}

/// The string with its quotes that a text begins with.
fn leading_string(text: &str) -> Option<&str> {
    let mut escaped = false;
    let inner = text.strip_prefix('"')?;
    let end = inner.find(|letter| {
        let ends = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        ends
    })?;
    text.get(..end + 2)
}

fn without_position(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message
        .strip_suffix(&position)
        .unwrap_or(&message)
        .to_owned()
}
