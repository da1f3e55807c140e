//! `cargo xtask vectors release`: the cases as data for programs in any language, one file for
//! servers and one for agents, in which nothing is left out that only a reader of ours knows.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use cors_vectors::Library;
use cors_vectors::data::data_file;
use cors_vectors::fill::fills;
use cors_vectors::flags::Flag;
use cors_vectors::format::format;
use cors_vectors::read::read_flags;
use cors_vectors::server::ServerCase;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::conformance;
use changes::Changes;
use member::set;

mod changes;
mod defaults;
mod member;
mod plain;
mod schema;
mod texts;

/// Arguments of `cargo xtask vectors release`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write the files into this folder
    #[arg(long, value_name = "FOLDER", default_value = "target/vectors")]
    out: PathBuf,
    /// The folder of the release before: cases keep the version in which they came, and what was
    /// added, changed and retired is printed for CHANGELOG.md
    #[arg(long, value_name = "FOLDER")]
    previous: Option<PathBuf>,
}

/// The files, by the kind of their cases.
pub(crate) const FILES: [(&str, &str); 2] = [
    ("server", "cors-conformance-server-cases.json"),
    ("agent", "cors-conformance-agent-cases.json"),
];

/// Writes both files.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    write(args.out.clone(), args.previous.as_deref())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes both files and their schemas into a folder, and says what is new in them.
pub(crate) fn write(out: PathBuf, previous: Option<&Path>) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    let library = cors_vectors::library()?;
    for (kind, name) in FILES {
        let (mut release, schema) = match kind {
            "server" => (server(library)?, schema::server()?),
            _ => (agent(library)?, schema::agent()?),
        };
        let schema_name = name.replace(".json", ".schema.json");
        write_to(&out.join(&schema_name), &format(&schema))?;
        set(&mut release, "$schema", json!(schema_name));
        let before = previous.map(|folder| changes::read(&folder.join(name)));
        let changes = Changes::between(before.transpose()?.as_ref(), &mut release)?;
        let path = out.join(name);
        write_to(&path, &format!("{release}\n"))?;
        println!("{}: {changes}", path.display());
    }
    Ok(out)
}

fn write_to(path: &Path, text: &str) -> anyhow::Result<()> {
    fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
}

/// What both files begin with.
fn head(about: &str) -> Value {
    json!({
        "about": about,
        "version": env!("CARGO_PKG_VERSION"),
        "format": "vectors/README.md, section \"Released files\"",
        "standard": {"fetch": fetch_commit()}
    })
}

/// The pinned revision of the Fetch standard.
fn fetch_commit() -> Option<String> {
    let pin: toml::Table = toml::from_str(&data_file("spec/fetch.toml")?).ok()?;
    Some(pin.get("commit")?.as_str()?.to_owned())
}

/// The server cases, each also as requests without placeholders under the named policy that it
/// names.
fn server(library: &Library) -> anyhow::Result<Value> {
    let flags = flags()?;
    let classes = classes()?;
    let mut policies = BTreeMap::new();
    for (name, named) in library.policies() {
        let mut named = serde_json::to_value(named)?;
        if let Some(policy) = named.get_mut("policy") {
            defaults::policy(policy);
        }
        policies.insert(name, named);
    }
    let mut cases = Vec::new();
    for case in library.server_cases() {
        let mut released = serde_json::to_value(case)?;
        defaults::server_case(&mut released);
        let filled = filled(library, case, &released)?;
        set(&mut released, "filled", filled);
        let classes = case.catches.iter().map(|fault| {
            let class = classes.get(fault);
            class.with_context(|| format!("{}: no faulty server is called {fault}", case.id))
        });
        let classes: BTreeSet<&String> = classes.collect::<anyhow::Result<_>>()?;
        let of_case = flags.iter().filter(|flag| classes.contains(&flag.class));
        set(
            &mut released,
            "flags",
            of_case.map(|flag| flag.id.as_str()).collect(),
        );
        cases.push(released);
    }
    let mut release = head("What must hold of a server that has a policy for CORS.");
    set(
        &mut release,
        "flags",
        flags
            .iter()
            .map(|flag| (flag.id.clone(), json!(flag)))
            .collect(),
    );
    set(
        &mut release,
        "rules",
        serde_json::to_value(library.rules())?,
    );
    set(&mut release, "policies", json!(policies));
    set(&mut release, "number_of_cases", json!(cases.len()));
    set(&mut release, "cases", Value::Array(cases));
    Ok(release)
}

/// The steps of a case under its policy, once for each rule and entry of a list that it goes through.
fn filled(library: &Library, case: &ServerCase, released: &Value) -> anyhow::Result<Value> {
    let policy = library.policy(&case.policy).context("no such policy")?;
    let steps = released
        .get("steps")
        .and_then(Value::as_array)
        .context("a case without steps")?;
    let fills = fills(case, policy, true).map_err(|skip| anyhow::anyhow!("{}: {skip}", case.id))?;
    let all = fills.into_iter().map(|(_, fill)| {
        let kept = steps.iter().enumerate();
        let kept = kept.filter(|(position, _)| fill.has_step(*position));
        let kept = kept.map(|(_, step)| {
            let mut step = step.clone();
            texts::filled(&mut step, &fill).with_context(|| case.id.clone())?;
            Ok(step)
        });
        kept.collect::<anyhow::Result<Vec<Value>>>()
    });
    Ok(json!(all.collect::<anyhow::Result<Vec<_>>>()?))
}

/// The agent cases.
fn agent(library: &Library) -> anyhow::Result<Value> {
    let mut cases = Vec::new();
    for case in library.agent_cases() {
        let mut released = serde_json::to_value(case)?;
        defaults::agent_case(&mut released);
        texts::plain(&mut released)?;
        set(
            &mut released,
            "flags",
            plain::is_plain(case)
                .then_some(plain::FLAG)
                .into_iter()
                .collect(),
        );
        cases.push(released);
    }
    let mut release = head("What a browser or another user agent must do.");
    set(
        &mut release,
        "flags",
        json!({plain::FLAG: {"description": plain::DESCRIPTION}}),
    );
    set(&mut release, "number_of_cases", json!(cases.len()));
    set(&mut release, "cases", Value::Array(cases));
    Ok(release)
}

fn flags() -> anyhow::Result<Vec<Flag>> {
    let text = data_file("flags.json").context("there is no vectors/flags.json")?;
    Ok(read_flags("vectors/flags.json", &text)?.flags)
}

/// The class of each faulty server, from the program that has them.
fn classes() -> anyhow::Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    struct Listed {
        faults: Vec<Fault>,
    }
    #[derive(Deserialize)]
    struct Fault {
        name: String,
        class: String,
    }
    let listed = conformance::quiet()
        .args(["serve", "--list", "--json"])
        .output()
        .context("cannot start cargo")?;
    ensure!(
        listed.status.success(),
        "cors-conformance serve --list --json: {}\n{}",
        listed.status,
        String::from_utf8_lossy(&listed.stderr)
    );
    let listed: Listed = serde_json::from_slice(&listed.stdout)?;
    let faults = listed.faults.into_iter();
    Ok(faults.map(|fault| (fault.name, fault.class)).collect())
}

#[cfg(test)]
mod tests {
    use cors_vectors::agent::AgentCase;

    use super::*;

    /// Our own reader takes what was released, and nothing is different in it.
    #[test]
    fn what_was_released_is_read_again() {
        let library = cors_vectors::library().unwrap();
        for case in library.server_cases() {
            let mut released = serde_json::to_value(case).unwrap();
            defaults::server_case(&mut released);
            let again: ServerCase = serde_json::from_value(released).unwrap();
            assert!(again == *case, "{}", case.id);
        }
        for case in library.agent_cases() {
            let mut released = serde_json::to_value(case).unwrap();
            defaults::agent_case(&mut released);
            let again: AgentCase = serde_json::from_value(released.clone()).unwrap();
            let mut again = serde_json::to_value(again).unwrap();
            defaults::agent_case(&mut again);
            assert!(again == released, "{}", case.id);
        }
    }

    /// The page that describes the files states the same defaults, in the same words.
    #[test]
    fn the_defaults_are_those_of_the_page() {
        let page = fs::read_to_string(crate::root().join("vectors/README.md")).unwrap();
        let states = |name: &str, default: &Value| {
            let default = match default.as_str() {
                Some("") => "empty".to_owned(),
                Some(text) => text.to_owned(),
                None => default.to_string(),
            };
            let rows = page
                .lines()
                .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
            let mut rows = rows.filter(|cells| cells.get(1) == Some(&format!("`{name}`").as_str()));
            rows.any(|cells| {
                let stated = cells
                    .get(3)
                    .map(|cell| cell.trim_matches('`').replace("the empty string", "empty"));
                stated.as_deref() == Some(default.as_str())
            })
        };
        let mut bare = json!({
            "steps": [{"fetch": {}, "send": {}, "checks": [{}]}],
            "fetches": [{}], "server": [{"interim": [{}]}],
            "expect": {"requests": [{}], "outcomes": [{}]},
            "rules": [], "resources": []
        });
        let mut checked = 0;
        defaults::server_case(&mut bare);
        defaults::agent_case(&mut bare);
        defaults::policy(&mut bare);
        let mut values = vec![&bare];
        while let Some(value) = values.pop() {
            match value {
                Value::Array(items) => values.extend(items),
                Value::Object(members) => {
                    for (name, value) in members {
                        let is_leaf = !value.to_string().contains(':') && *value != json!([{}]);
                        if is_leaf {
                            checked += 1;
                            assert!(states(name, value), "vectors/README.md: {name}: {value}");
                        }
                        values.push(value);
                    }
                }
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        assert!(checked > 40, "{checked}");
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        let released = agent(cors_vectors::library().unwrap()).unwrap();
        let text = released.to_string();
        for form in ["{\"hex\":", "{\"repeat\":", "{\"concat\":"] {
            assert!(!text.contains(form), "{form}");
        }
        let first = &released["cases"][0];
        assert_eq!(first["fetches"][0]["mode"], "cors", "{first}");
        let library = cors_vectors::library().unwrap();
        let case = library.server_case("origin/each-listed").unwrap();
        let mut released = serde_json::to_value(case).unwrap();
        defaults::server_case(&mut released);
        let filled = filled(library, case, &released).unwrap();
        let origin = |number: usize| filled[number][0]["fetch"]["origin"].as_str().unwrap();
        assert_ne!(origin(0), origin(1), "{filled}");
        assert!(!filled.to_string().contains("{each"), "{filled}");
    }

    #[test]
    fn the_schemas_describe_the_files() {
        let library = cors_vectors::library().unwrap();
        let mut release = agent(library).unwrap();
        Changes::between(None, &mut release).unwrap();
        release["$schema"] = json!("agent");
        let schema = jsonschema::validator_for(&schema::agent().unwrap()).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&release)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{:?}", errors.first());
        release["cases"][0]["fetches"][0]["colour"] = json!("red");
        assert!(!schema.is_valid(&release));

        let case = library.server_case("origin/each-listed").unwrap();
        let mut released = serde_json::to_value(case).unwrap();
        defaults::server_case(&mut released);
        released["filled"] = filled(library, case, &released).unwrap();
        released["flags"] = json!(["origin-refused"]);
        let mut release = head("About.");
        release["$schema"] = json!("server");
        for (member, value) in [
            ("flags", json!({})),
            ("rules", json!([])),
            ("policies", json!({})),
            ("number_of_cases", json!(1)),
            ("cases", json!([released])),
        ] {
            release[member] = value;
        }
        Changes::between(None, &mut release).unwrap();
        let schema = jsonschema::validator_for(&schema::server().unwrap()).unwrap();
        let errors: Vec<_> = schema
            .iter_errors(&release)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{:?}", errors.first());
        release["cases"][0]["filled"][0][0]["verdict"] = json!("perhaps");
        assert!(!schema.is_valid(&release));
    }
}
