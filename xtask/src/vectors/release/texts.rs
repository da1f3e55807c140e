//! Texts as strings: a byte is the character with its number (Latin-1), and a brace that means
//! itself is doubled as long as there are placeholders.

use anyhow::Context as _;
use cors_vectors::fill::Fill;
use cors_vectors::text::Text;
use serde_json::Value;

/// Members of a server step that hold texts, or lists or pairs of them.
const TEXTS: &[&str] = &[
    "origin",
    "method",
    "headers",
    "body",
    "suffix",
    "reads",
    "cannot_read",
    "equals",
    "one_of",
    "absent_or_one_of",
    "not",
    "has_token",
    "has_token_if_due",
    "lacks_token",
    "lacks_bytes",
];

/// The three forms of texts that are objects.
const FORMS: &[&str] = &["hex", "repeat", "concat"];

/// Writes each text that is an object as a string, placeholders left as they are.
pub(super) fn plain(value: &mut Value) -> anyhow::Result<()> {
    let is_text = value.as_object().is_some_and(|members| {
        members.len() == 1 && members.keys().all(|name| FORMS.contains(&name.as_str()))
    });
    if is_text {
        *value = Value::String(with_placeholders(&text(value)?)?);
        return Ok(());
    }
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(plain),
        Value::Object(members) => members.values_mut().try_for_each(plain),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

/// Fills the placeholders of a server step in, and writes all of its texts as strings.
pub(super) fn filled(step: &mut Value, fill: &Fill) -> anyhow::Result<()> {
    match step {
        Value::Array(items) => items.iter_mut().try_for_each(|item| filled(item, fill)),
        Value::Object(members) => members.iter_mut().try_for_each(|(name, value)| {
            if TEXTS.contains(&name.as_str()) {
                expanded(value, fill)
            } else {
                filled(value, fill)
            }
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Ok(()),
    }
}

fn expanded(value: &mut Value, fill: &Fill) -> anyhow::Result<()> {
    if let Value::Array(items) = value {
        return items.iter_mut().try_for_each(|item| expanded(item, fill));
    }
    let bytes = fill.expand(&text(value)?)?;
    *value = Value::String(bytes.into_iter().map(char::from).collect());
    Ok(())
}

fn text(value: &Value) -> anyhow::Result<Text> {
    serde_json::from_value(value.clone()).with_context(|| format!("no text: {value}"))
}

/// The text with each byte as a character; placeholders stay in single braces.
fn with_placeholders(text: &Text) -> anyhow::Result<String> {
    Ok(match text {
        Text::Plain(plain) => plain.clone(),
        Text::Repeat(repeat) => {
            let (part, count) = &repeat.repeat;
            with_placeholders(part)?.repeat(usize::try_from(*count)?)
        }
        Text::Concat(concat) => {
            let parts = concat.concat.iter().map(with_placeholders);
            parts.collect::<anyhow::Result<String>>()?
        }
        Text::Hex(_) => {
            let bytes = text.expand(&|_| None)?.into_iter().map(char::from);
            let characters: String = bytes.collect();
            characters.replace('{', "{{").replace('}', "}}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_become_strings() {
        let mut value = json!({
            "headers": [["A", {"hex": "c37b"}]],
            "body": {"concat": ["{page}", {"repeat": ["ab", 2]}]}
        });
        plain(&mut value).unwrap();
        assert_eq!(
            value,
            json!({"headers": [["A", "\u{c3}{{"]], "body": "{page}abab"})
        );
    }
}
