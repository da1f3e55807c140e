//! From whole texts to explanations.

use crate::complete::completed;
use crate::compose::explanation;
use crate::conclude::Concluded;
use crate::derive::{Stated, Unclear};
use crate::gather::Material;
use crate::har::{self, Har};
use crate::har_groups::Groups;
use crate::view::{Explanation, Verdict};

/// Entries that a note names.
const MOST_NAMED: usize = 20;

/// What a browser decides about requests and responses.
///
/// # Errors
///
/// Something is missing or contradicts itself, so that nothing can be concluded.
pub fn explain(material: &Material, stated: &Stated) -> Result<Explanation, Unclear> {
    let completed = completed(material, stated)?;
    let concluded = Concluded::of(&completed.material, &completed.stated)?;
    let mut explained = explanation(&concluded, &completed.stated);
    completed.finish(&mut explained);
    Ok(explained)
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
    let unclear = |why: String| Unclear(format!("{name}: {why}"));
    let har = har::read(bytes).map_err(|error| unclear(error.to_string()))?;
    let mut groups = Groups::of(&har);
    if let Some(wanted) = entry {
        if groups.not_by_cors.contains(&wanted) && stated.origin.is_none() {
            return Err(unclear(format!(
                "entry {wanted} goes to another origin (by the URL and Referer), but not by CORS: \
                 it has no Origin header, which a browser sends with every request by CORS. An \
                 image, a script, a style sheet or a request with mode: \"no-cors\" needs no leave, \
                 and script cannot read it"
            )));
        }
        groups.only(&har, wanted).map_err(unclear)?;
    }
    if groups.groups.is_empty() {
        return Err(unclear(nothing_crosses(&har, &groups)));
    }
    let mut chosen: Option<(usize, Concluded)> = None;
    let mut open: Option<Unclear> = None;
    let mut skipped = Vec::new();
    for (index, members) in &groups.groups {
        let material = Groups::material(name, &har, members);
        match Concluded::of(&material, stated) {
            Ok(concluded) if concluded.verdict() == Verdict::Refused => {
                chosen = Some((*index, concluded));
                break;
            }
            Ok(concluded) => {
                chosen.get_or_insert((*index, concluded));
            }
            Err(error) => {
                // What a browser shows no answer to is what somebody wants to know about.
                if material.has_failed() {
                    open.get_or_insert(error);
                } else {
                    skipped.push((*index, error));
                }
            }
        }
    }
    let refused = |chosen: &(usize, Concluded)| chosen.1.verdict() == Verdict::Refused;
    if let Some(error) = open.filter(|_| !chosen.as_ref().is_some_and(refused)) {
        return Err(error);
    }
    let Some((index, concluded)) = chosen else {
        let first = skipped.into_iter().next();
        return Err(first.map_or_else(|| unclear(String::new()), |(_, error)| error));
    };
    let mut explained = explanation(&concluded, stated);
    explained
        .notes
        .extend(chosen_of(&explained, index, &groups));
    if let Some((index, Unclear(why))) = skipped.first() {
        let note = format!("Nothing can be concluded from entry {index}: {why}");
        explained.notes.push(note);
    }
    if let Some(error) = har.skipped.first() {
        explained.notes.push(format!(
            "{} of the {} entries cannot be read and are left out: {error}.",
            har.skipped.len(),
            har.count
        ));
    }
    Ok(explained)
}

/// Which exchange was chosen, where there are others.
fn chosen_of(explanation: &Explanation, index: usize, groups: &Groups) -> Option<String> {
    let count = groups.groups.len();
    if count < 2 {
        return None;
    }
    let which = if explanation.verdict == Verdict::Refused {
        "the first that a browser refuses"
    } else {
        "the first"
    };
    let others = groups.groups.iter().map(|(other, _)| *other);
    let others = numbers(others.filter(|other| *other != index));
    Some(format!(
        "Of the {count} exchanges with other origins in this file, this is {which} (entry {index}). \
         --entry N explains another one: {others}."
    ))
}

fn nothing_crosses(har: &Har, groups: &Groups) -> String {
    let count = har.count;
    if groups.not_by_cors.is_empty() {
        return format!(
            "none of the {count} entries goes to another origin than its page's (by the Origin \
             header); name one with --entry N, counted from 0"
        );
    }
    let which = numbers(groups.not_by_cors.iter().copied());
    format!(
        "none of the {count} entries goes to another origin by CORS. Those that go to another origin \
         by the URL and Referer have no Origin header, as images, scripts, style sheets and requests \
         with mode: \"no-cors\" have none: {which} (counted from 0)"
    )
}

fn numbers(numbers: impl Iterator<Item = usize>) -> String {
    let shown: Vec<String> = numbers.take(MOST_NAMED).map(|n| n.to_string()).collect();
    shown.join(", ")
}
