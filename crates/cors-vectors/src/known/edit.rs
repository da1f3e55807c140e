//! Changes of a file of known failures that people keep: what is written by hand stays as it is.

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::entry::{Known, Shows};
use super::file::KnownError;

/// The entries as text, without what stands at the head of a file.
pub fn written(entries: &[Known]) -> String {
    entries.iter().map(entry).collect()
}

fn entry(known: &Known) -> String {
    let mut lines = vec!["\n[[known]]".to_owned()];
    let mut put = |name: &str, value: Value| lines.push(format!("{name} = {value}"));
    let text = |text: &String| Value::from(text.as_str());
    if let Some(name) = &known.name {
        put("name", text(name));
    }
    put("cases", array(&known.cases).into());
    if let Some(fails) = &known.fails {
        put("fails", text(fails));
    }
    if let Some(count) = known.count {
        put("count", i64::try_from(count).unwrap_or(i64::MAX).into());
    }
    put("reason", text(&known.reason));
    if let Some(link) = &known.link {
        put("link", text(link));
    }
    if !known.spec.is_empty() {
        put("spec", array(&known.spec).into());
    }
    if let Some(dialect) = &known.dialect {
        put("dialect", text(dialect));
    }
    if known.accepted {
        put("accepted", true.into());
    }
    if let Some(class) = &known.class {
        put("class", text(class));
    }
    if let Some(whose) = known.whose {
        put("whose", whose.name().into());
    }
    if !known.shows.is_empty() {
        put(
            "shows",
            known.shows.iter().map(shown).collect::<Array>().into(),
        );
    }
    lines.join("\n") + "\n"
}

fn shown(shows: &Shows) -> InlineTable {
    let fields = [
        ("all", &shows.all),
        ("only", &shows.only),
        ("cases", &shows.cases),
    ];
    let fields = fields.into_iter().filter(|(_, texts)| !texts.is_empty());
    fields
        .map(|(name, texts)| (name, texts.iter().map(String::as_str).collect::<Array>()))
        .collect()
}

/// Texts, each in a line of its own where there are several.
fn array(texts: &[String]) -> Array {
    let mut array: Array = texts.iter().map(String::as_str).collect();
    if texts.len() > 1 {
        for value in array.iter_mut() {
            value.decor_mut().set_prefix("\n    ");
        }
        array.set_trailing("\n");
        array.set_trailing_comma(true);
    }
    array
}

/// The text of a file with other cases and counts: for each entry the cases that stay, as they are
/// written, and how many of them fail. Entries without cases go; comments stay.
///
/// # Errors
///
/// It is no such file.
pub fn pruned(text: &str, kept: &[(Vec<String>, usize)]) -> Result<String, KnownError> {
    let unusable = |message: String| KnownError(vec![message]);
    let mut document: DocumentMut = text
        .parse()
        .map_err(|error: toml_edit::TomlError| unusable(error.to_string()))?;
    let Some(entries) = document
        .get_mut("known")
        .and_then(Item::as_array_of_tables_mut)
    else {
        return Ok(text.to_owned());
    };
    // What stands above an entry that goes is put above the next one that stays.
    let mut above = String::new();
    for ((cases, count), table) in kept.iter().zip(entries.iter_mut()) {
        let prefix = table.decor().prefix().and_then(|prefix| prefix.as_str());
        let prefix = prefix.unwrap_or_default().to_owned();
        if cases.is_empty() {
            above.push_str(comments(&prefix));
            continue;
        }
        if !above.is_empty() {
            let all = format!("{}{prefix}", std::mem::take(&mut above));
            table.decor_mut().set_prefix(all);
        }
        update(table, cases, *count);
    }
    let mut stays = kept.iter().map(|(cases, _)| !cases.is_empty());
    entries.retain(|_| stays.next().unwrap_or(true));
    if !above.is_empty() {
        let after = document.trailing().as_str().unwrap_or_default().to_owned();
        document.set_trailing(format!("{above}{after}"));
    }
    Ok(document.to_string())
}

/// What of the text before an entry is more than blank lines.
fn comments(prefix: &str) -> &str {
    if prefix.trim().is_empty() { "" } else { prefix }
}

fn update(table: &mut Table, cases: &[String], count: usize) {
    let written = table.get("cases").and_then(Item::as_array);
    if written.is_some_and(|written| written.len() > cases.len()) {
        table["cases"] = Item::Value(array(cases).into());
    }
    let number = i64::try_from(count).unwrap_or(i64::MAX);
    if let Some(value) = table.get_mut("count").and_then(Item::as_value_mut)
        && value.as_integer() != Some(number)
    {
        let decor = value.decor().clone();
        *value = number.into();
        *value.decor_mut() = decor;
    }
}
