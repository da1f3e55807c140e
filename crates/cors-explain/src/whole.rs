//! From whole texts to explanations.

use crate::compose;
use crate::derive::{Stated, Unclear};
use crate::gather::{Material, from_har};
use crate::har;
use crate::view::{Explanation, Verdict};

/// What a browser decides about requests and responses.
///
/// # Errors
///
/// Something is missing or contradicts itself, so that nothing can be concluded.
pub fn explain(material: &Material, stated: &Stated) -> Result<Explanation, Unclear> {
    compose::explain(material, stated)
}

/// What a browser decides about messages that are HTTP text, or `curl -v`'s; `name` is what messages
/// call the text.
///
/// # Errors
///
/// The text cannot be read, or nothing can be concluded from it.
pub fn of_text(name: &str, text: &[u8], stated: &Stated) -> Result<Explanation, Unclear> {
    let mut material = Material::default();
    material.add_text(name, text)?;
    explain(&material, stated)
}

/// What a browser decides about a HAR file: of the entry that is asked for, counted from 0, or else
/// of the first refused exchange, or else of the first that can be explained.
///
/// # Errors
///
/// The file cannot be read, or nothing can be concluded from it.
pub fn of_har(
    name: &str,
    bytes: &[u8],
    entry: Option<usize>,
    stated: &Stated,
) -> Result<Explanation, Unclear> {
    let entries = har::read(bytes).map_err(|error| Unclear(format!("{name}: {error}")))?;
    let groups = from_har(name, entries, entry).map_err(Unclear)?;
    let mut explained = Vec::new();
    let mut unclear: Option<Unclear> = None;
    for (index, material) in &groups {
        match explain(material, stated) {
            Ok(explanation) => explained.push((*index, explanation)),
            Err(error) => {
                unclear.get_or_insert(error);
            }
        }
    }
    let refused = explained
        .iter()
        .position(|(_, found)| found.verdict == Verdict::Refused);
    let others = groups.len().saturating_sub(1);
    if let Some(unclear) = unclear.filter(|_| refused.is_none()) {
        return Err(unclear);
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
