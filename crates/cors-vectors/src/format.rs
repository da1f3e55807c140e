//! How case files are laid out: two spaces a level, and on one line what is short.

use serde_json::Value;

/// The longest line that a list or an object may be put on.
const WIDTH: usize = 100;

/// The canonical text of a JSON value, with a line feed at its end. Members keep their order.
///
/// A list or an object stands on one line when it ends by column 100 and no object in it holds
/// another one (texts such as `{"hex": "00"}` do not count); header pairs thus keep theirs.
pub fn format(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, 0, &mut out);
    out.push('\n');
    out
}

/// Writes a value that begins at `indent` levels; `used` columns of the last line follow or precede
/// it (the key before it, the comma after it).
fn write(value: &Value, indent: usize, used: usize, out: &mut String) {
    if depth(value) <= 1 && !(indent == 0 && value.is_object()) {
        let line = inline(value);
        if used + line.chars().count() <= WIDTH {
            out.push_str(&line);
            return;
        }
    }
    let pad = "  ".repeat(indent + 1);
    match value {
        Value::Array(items) if !items.is_empty() => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&pad);
                write(item, indent + 1, pad.len() + 1, out);
            }
            out.push('\n');
            out.push_str(&"  ".repeat(indent));
            out.push(']');
        }
        Value::Object(members) if !members.is_empty() => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                out.push_str(if index == 0 { "\n" } else { ",\n" });
                out.push_str(&pad);
                let key = Value::from(key.as_str()).to_string();
                out.push_str(&key);
                out.push_str(": ");
                write(member, indent + 1, pad.len() + key.chars().count() + 3, out);
            }
            out.push('\n');
            out.push_str(&"  ".repeat(indent));
            out.push('}');
        }
        Value::Array(_)
        | Value::Object(_)
        | Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::String(_) => out.push_str(&inline(value)),
    }
}

/// How many objects stand inside each other, texts not counted.
fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => {
            let inner = members.values().map(depth).max().unwrap_or(0);
            let is_text = members.len() == 1
                && members
                    .keys()
                    .all(|key| matches!(key.as_str(), "hex" | "repeat" | "concat"));
            inner + usize::from(!is_text)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

fn inline(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!(
                "[{}]",
                items.iter().map(inline).collect::<Vec<_>>().join(", ")
            )
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, member)| format!("{}: {}", Value::from(key.as_str()), inline(member)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_things_stay_on_a_line_and_order_is_kept() {
        let value = json!({
            "z": [["A", "b"], ["C", {"repeat": ["d", 3]}]],
            "a": {"x": 1, "y": []},
            "cases": [{"id": "i", "steps": [{"fetch": {"origin": "o"}, "checks": []}]}],
            "e": {},
        });
        assert_eq!(
            format(&value),
            r#"{
  "z": [["A", "b"], ["C", { "repeat": ["d", 3] }]],
  "a": { "x": 1, "y": [] },
  "cases": [
    {
      "id": "i",
      "steps": [
        {
          "fetch": { "origin": "o" },
          "checks": []
        }
      ]
    }
  ],
  "e": {}
}
"#
        );
    }

    #[test]
    fn lines_end_by_column_100() {
        let fits = json!({"k": ["a".repeat(45), "b".repeat(39)]});
        let longest = format(&fits)
            .lines()
            .map(|line| line.chars().count())
            .max()
            .unwrap();
        assert_eq!(format(&fits).lines().count(), 3);
        assert_eq!(longest, 99, "a comma may follow");
        let too_long = json!({"k": ["a".repeat(45), "b".repeat(40)]});
        assert_eq!(format(&too_long).lines().count(), 6);
    }

    #[test]
    fn formatting_changes_nothing_but_the_layout() {
        let text = r#"{"a":[1,{"b":{"c":"é\n"}},[],{}],"z":null}"#;
        let value: Value = serde_json::from_str(text).unwrap();
        let formatted = format(&value);
        let back: Value = serde_json::from_str(&formatted).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), text);
        assert_eq!(format(&back), formatted);
    }
}
