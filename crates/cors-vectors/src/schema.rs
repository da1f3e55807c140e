//! JSON Schemas of the files, made from the types that read them: of those in `vectors/`, of known
//! failures, and of what a program under test reads and serves.

use cors_policy::kit::Manifest;
use schemars::{JsonSchema, schema_for};
use serde_json::Value;

use crate::agent::AgentFile;
use crate::flags::FlagFile;
use crate::known::file::Written;
use crate::observed::ObservedFile;
use crate::policy::{Policy, PolicyFile};
use crate::rules::RuleFile;
use crate::server::ServerFile;
use crate::summary::SummaryFile;

/// The schemas by the name of their file in `vectors/schema/`, such as `agent.schema.json`.
/// `cargo run -p cors-vectors --example vectors -- schema vectors/schema` writes them there.
pub fn schemas() -> Vec<(String, Value)> {
    vec![
        ("agent.schema.json".to_owned(), schema_of::<AgentFile>()),
        ("flags.schema.json".to_owned(), schema_of::<FlagFile>()),
        ("kit.schema.json".to_owned(), schema_of::<Manifest>()),
        ("known.schema.json".to_owned(), schema_of::<Written>()),
        (
            "observed.schema.json".to_owned(),
            schema_of::<ObservedFile>(),
        ),
        ("policies.schema.json".to_owned(), schema_of::<PolicyFile>()),
        ("policy.schema.json".to_owned(), schema_of::<Policy>()),
        ("rules.schema.json".to_owned(), schema_of::<RuleFile>()),
        ("server.schema.json".to_owned(), schema_of::<ServerFile>()),
        ("summary.schema.json".to_owned(), schema_of::<SummaryFile>()),
    ]
}

fn schema_of<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::data_file;
    use crate::format::format;

    #[test]
    fn the_schemas_in_the_folder_are_those_of_the_types() {
        for (name, schema) in schemas() {
            let written = data_file(&format!("schema/{name}"));
            assert!(
                written.as_deref() == Some(format(&schema).as_str()),
                "vectors/schema/{name} is out of date: run `cargo run -p cors-vectors \
                 --example vectors -- schema vectors/schema`"
            );
        }
    }
}
