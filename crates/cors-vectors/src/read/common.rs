//! What the readers of the kinds of files have in common.

use std::collections::BTreeSet;

use super::citation;
use crate::error::Problem;
use crate::text::{HeaderPair, Text};
use cors_policy::names::is_token;

pub(super) fn is_slug(slug: &str) -> bool {
    !slug.is_empty()
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--")
        && slug
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// The part of a file's name that its area must repeat, and whether the name says that the file is
/// generated.
pub(super) fn area_of(name: &str) -> (&str, bool) {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = base.strip_suffix(".json").unwrap_or(base);
    match stem.strip_suffix(".generated") {
        Some(stem) => (stem, true),
        None => (stem, false),
    }
}

pub(super) fn sentence(text: &str, field: &str, push: &mut dyn FnMut(String, Problem)) {
    if text.trim().is_empty() {
        push(
            field.to_owned(),
            Problem::Broken("expected a sentence, found nothing"),
        );
    }
}

/// What agent and server cases have in common.
pub(super) struct Common<'a> {
    pub(super) id: &'a str,
    pub(super) aliases: &'a [String],
    pub(super) title: &'a str,
    pub(super) spec: &'a [String],
    pub(super) rules: &'a [String],
    pub(super) tags: &'a [String],
}

pub(super) fn common(area: &str, case: &Common<'_>, push: &mut dyn FnMut(String, Problem)) {
    let bad_id = |found: &str| {
        let slug = found
            .strip_prefix(area)
            .and_then(|rest| rest.strip_prefix('/'));
        (!slug.is_some_and(is_slug)).then(|| Problem::Id {
            found: found.to_owned(),
            area: area.to_owned(),
        })
    };
    if let Some(problem) = bad_id(case.id) {
        push("id".to_owned(), problem);
    }
    for (index, alias) in case.aliases.iter().enumerate() {
        // An alias may have been in another file.
        let known_shape = alias
            .split_once('/')
            .is_some_and(|(area, slug)| is_slug(area) && is_slug(slug));
        if !known_shape {
            push(
                format!("aliases[{index}]"),
                Problem::Id {
                    found: alias.clone(),
                    area: "area".to_owned(),
                },
            );
        }
    }
    sentence(case.title, "title", push);
    if case.spec.is_empty() {
        push(
            "spec".to_owned(),
            Problem::Broken("expected at least one citation"),
        );
    }
    for (index, spec) in case.spec.iter().enumerate() {
        if let Err(problem) = citation::check(spec) {
            push(format!("spec[{index}]"), problem);
        }
    }
    no_repeats(case.rules, "rules", push);
    no_repeats(case.tags, "tags", push);
    for (index, tag) in case.tags.iter().enumerate() {
        if !is_slug(tag) {
            push(
                format!("tags[{index}]"),
                Problem::Broken("a tag is of lower-case letters, digits and hyphens"),
            );
        }
    }
}

pub(super) fn no_repeats(names: &[String], field: &str, push: &mut dyn FnMut(String, Problem)) {
    let mut seen = BTreeSet::new();
    for (index, name) in names.iter().enumerate() {
        if !seen.insert(name) {
            let by = format!("an earlier entry of `{field}`");
            push(
                format!("{field}[{index}]"),
                Problem::Taken {
                    name: name.clone(),
                    by,
                },
            );
        }
    }
}

/// Checks the placeholders of a text against those known there.
pub(super) fn text(
    text: &Text,
    field: String,
    known: &[&'static str],
    push: &mut dyn FnMut(String, Problem),
) {
    // A length that only shows when expanded is found with stand-ins of one byte.
    let stand_in = |name: &str| known.contains(&name).then(|| vec![b'x']);
    match text.expand(&stand_in) {
        Ok(_) => {}
        Err(crate::text::TextError::Unfilled { name }) => {
            push(
                field,
                Problem::Placeholder {
                    name,
                    known: known.to_vec(),
                },
            );
        }
        Err(error) => push(field, error.into()),
    }
}

pub(super) fn optional_text(
    value: Option<&Text>,
    field: String,
    known: &[&'static str],
    push: &mut dyn FnMut(String, Problem),
) {
    if let Some(value) = value {
        text(value, field, known, push);
    }
}

pub(super) fn header_pairs(
    pairs: &[HeaderPair],
    field: &str,
    known: &[&'static str],
    push: &mut dyn FnMut(String, Problem),
) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        text(name, format!("{field}[{index}][0]"), known, push);
        text(value, format!("{field}[{index}][1]"), known, push);
    }
}

pub(super) fn header_name(name: &str, field: String, push: &mut dyn FnMut(String, Problem)) {
    if !is_token(name.as_bytes()) {
        push(
            field,
            Problem::Token {
                found: name.to_owned(),
                what: "header name",
            },
        );
    }
}
