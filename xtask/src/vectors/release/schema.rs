//! The JSON Schemas of the released files: those of the case files, with what a release adds.

use anyhow::Context as _;
use cors_vectors::data::data_file;
use serde_json::{Value, json};

use super::member::set;

/// The schema of a file of server cases.
pub(super) fn server() -> anyhow::Result<Value> {
    let mut definitions = definitions("server")?;
    with(
        &mut definitions,
        "ServerCase",
        &json!({
            "since": {"type": "string"},
            "flags": strings(),
            // Texts are strings here, which they may be anywhere.
            "filled": {"type": "array", "items": {"type": "array", "items": {"$ref": "#/$defs/Step"}}}
        }),
    )?;
    Ok(file(
        "ServerCase",
        &definitions,
        &json!({
            "flags": {"type": "object", "additionalProperties": {"type": "object"}},
            "rules": {"type": "array", "items": {"type": "object"}},
            "policies": {"type": "object", "additionalProperties": {"$ref": "#/$defs/NamedPolicy"}}
        }),
    ))
}

/// The schema of a file of agent cases.
pub(super) fn agent() -> anyhow::Result<Value> {
    let mut definitions = definitions("agent")?;
    let text = json!({
        "description": "Each character is a byte (U+0000 to U+00FF); placeholders stand in braces.",
        "type": "string"
    });
    set(&mut definitions, "Text", text);
    with(
        &mut definitions,
        "AgentCase",
        &json!({"since": {"type": "string"}, "flags": strings()}),
    )?;
    Ok(file(
        "AgentCase",
        &definitions,
        &json!({
            "flags": {"type": "object", "additionalProperties": {"type": "object"}}
        }),
    ))
}

fn strings() -> Value {
    json!({"type": "array", "items": {"type": "string"}})
}

fn definitions(kind: &str) -> anyhow::Result<Value> {
    let name = format!("schema/{kind}.schema.json");
    let text = data_file(&name).with_context(|| format!("there is no vectors/{name}"))?;
    let mut schema: Value = serde_json::from_str(&text)?;
    Ok(schema.get_mut("$defs").context("no definitions")?.take())
}

/// Adds members, all of them required, to an object that allows no others.
fn with(definitions: &mut Value, name: &str, more: &Value) -> anyhow::Result<()> {
    let object = definitions.get_mut(name).context("no such definition")?;
    let more = more.as_object().context("no members")?;
    for (member, schema) in more {
        set(
            object.get_mut("properties").context("no members")?,
            member,
            schema.clone(),
        );
        let required = object.get_mut("required").and_then(Value::as_array_mut);
        required.context("nothing is required")?.push(json!(member));
    }
    Ok(())
}

fn file(case: &str, definitions: &Value, more: &Value) -> Value {
    let mut properties = json!({
        "$schema": {"type": "string"},
        "about": {"type": "string"},
        "version": {"type": "string"},
        "format": {"type": "string"},
        "standard": {"type": "object", "additionalProperties": {"type": "string"}},
        "number_of_cases": {"type": "integer"},
        "cases": {"type": "array", "items": {"$ref": format!("#/$defs/{case}")}}
    });
    for (member, of) in more.as_object().into_iter().flatten() {
        set(&mut properties, member, of.clone());
    }
    let required: Vec<String> = properties
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "required": required,
        "$defs": definitions
    })
}
