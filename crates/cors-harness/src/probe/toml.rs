//! An inferred policy as a file.

use std::ops::Deref;

use cors_vectors::policy::{Any, AnyOr};

use super::inferred::Inferred;

/// Columns of a comment.
const WIDTH: usize = 100;

impl Inferred {
    /// The policy as a file for `--policy`, with the evidence above each line.
    pub fn toml(&self) -> String {
        let Self {
            policy, evidence, ..
        } = self;
        let mut file = File(String::new());
        file.comment(&format!(
        "What {} seems to allow, learnt by {} requests that change nothing. It is a guess: correct \
         it, keep it, and give it with --policy.",
        evidence.url, evidence.requests
    ));
        file.comments(&evidence.about);
        file.field(
            &evidence.origins,
            "allow_origins",
            &any_or_listed(&policy.allow_origins),
        );
        file.field(
            &evidence.credentials,
            "allow_credentials",
            &policy.allow_credentials.to_string(),
        );
        file.field(
            &evidence.methods,
            "allow_methods",
            &any_or_listed(&policy.allow_methods),
        );
        file.field(
            &evidence.headers,
            "allow_headers",
            &any_or_listed(&policy.allow_headers),
        );
        file.field(
            &evidence.expose,
            "expose_headers",
            &any_or_listed(&policy.expose_headers),
        );
        if let Some(seconds) = policy.max_age {
            file.field(&evidence.max_age, "max_age", &seconds.to_string());
        } else {
            file.0.push('\n');
            file.comments(&evidence.max_age);
            file.comment("max_age = 600");
        }
        file.0.push('\n');
        file.comment(
        "Paths that answer otherwise than the resource cannot be guessed. With them more is tested:",
    );
        file.comment("[endpoints]");
        file.comment("missing = \"/no-such-page\"");
        file.0
    }
}

struct File(String);

impl File {
    fn field(&mut self, evidence: &[String], name: &str, value: &str) {
        self.0.push('\n');
        self.comments(evidence);
        for part in [name, " = ", value, "\n"] {
            self.0.push_str(part);
        }
    }

    fn comments(&mut self, sentences: &[String]) {
        for sentence in sentences {
            self.comment(sentence);
        }
    }

    /// A sentence, broken into lines at its spaces.
    fn comment(&mut self, sentence: &str) {
        let mut line = String::from("#");
        for word in sentence.split(' ') {
            if line.len() > 1 && line.len() + 1 + word.len() > WIDTH {
                self.0.push_str(&line);
                line = String::from("\n#  ");
            }
            line.push(' ');
            line.push_str(word);
        }
        self.0.push_str(&line);
        self.0.push('\n');
    }
}

fn any_or_listed<L: Deref<Target = [String]>>(listed: &AnyOr<L>) -> String {
    match listed {
        AnyOr::Any(Any::Any) => "\"any\"".to_owned(),
        AnyOr::Listed(listed) => {
            // What JSON makes of a string without control characters TOML reads as well.
            let quoted = listed
                .iter()
                .map(|entry| serde_json::Value::from(entry.as_str()).to_string());
            let quoted: Vec<String> = quoted.collect();
            format!("[{}]", quoted.join(", "))
        }
    }
}
