//! What is wrong with the list of flags.

use cors_vectors::read::read_flags;

use super::check;

const FLAGS: &str = r#"{
  "about": "Flags.",
  "flags": [
    {
      "id": "one",
      "class": "O1",
      "bug_type": "access",
      "description": "What it does.",
      "effect": "What comes of it."
    },
    { "id": "two", "class": "O2", "bug_type": "cache", "description": "So.", "effect": "Thus." }
  ]
}
"#;

#[test]
fn flags() {
    check(
        |text| read_flags("flags.json", text),
        FLAGS,
        &[
            (
                "\"two\"",
                "\"Two\"",
                "flags.json:11: `Two`: field `id`: expected lower-case letters and digits, joined by single hyphens",
            ),
            (
                "\"two\"",
                "\"one\"",
                "flags.json:5: `one`: field `id`: `one` is taken: another flag of this file has it",
            ),
            (
                "\"O2\"",
                "\"O1\"",
                "flags.json:11: `two`: field `class`: `O1` is taken: another flag of this file has it",
            ),
            (
                "\"What it does.\"",
                "\"\"",
                "flags.json:5: `one`: field `description`: expected a sentence, found nothing",
            ),
            (
                "\"Thus.\"",
                "\" \"",
                "flags.json:11: `two`: field `effect`: expected a sentence, found nothing",
            ),
            (
                "\"cache\"",
                "\"caching\"",
                "flags.json:11:55: `two`: field `bug_type`: unknown variant `caching`, expected one of `access`, `refusal`, `cache`, `malformed`, `crash`, `advice`",
            ),
        ],
    );
}
