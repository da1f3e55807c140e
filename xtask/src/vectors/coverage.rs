//! `cargo xtask vectors coverage`: which rules have cases, and which steps of the strict algorithms
//! the cases execute.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use cors_vectors::Library;
use cors_vectors::rules::{Rule, Side};
use serde::{Deserialize, Serialize};

use crate::spec::path::parse_range;
use crate::spec::pin::Pin;

/// At most this many of the rules for browsers may be out of scope.
const CLIENT_RULES_OUT_OF_SCOPE: usize = 40;

/// Arguments of `cargo xtask vectors coverage`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only the rules for one side
    #[arg(long, value_enum)]
    side: Option<SideArg>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
    /// Only the numbers, and what is wrong
    #[arg(long, conflicts_with = "json")]
    brief: bool,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum SideArg {
    /// What browsers must do
    Client,
    /// What servers' answers must be
    Server,
}

/// What is covered by what.
#[derive(Debug, Default, PartialEq, Serialize)]
struct Report {
    /// The rules, in their order.
    rules: Vec<RuleLine>,
    /// Steps of strict algorithms that no agent case executes on the model.
    unexecuted: Vec<String>,
    /// Number of leaf steps of the strict algorithms.
    steps: usize,
}

/// What is known of a rule.
#[derive(Debug, PartialEq, Serialize)]
struct RuleLine {
    id: String,
    side: String,
    /// The ids of the cases that show it.
    cases: Vec<String>,
    /// Why none does.
    out_of_scope: Option<String>,
}

impl RuleLine {
    fn is_uncovered(&self) -> bool {
        self.cases.is_empty() && self.out_of_scope.is_none()
    }
}

/// Prints the report; fails when a rule or a step is not covered, or too much is out of scope.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let library = cors_vectors::library().map_err(|errors| anyhow::anyhow!("{errors}"))?;
    let side = args.side.map(|side| match side {
        SideArg::Client => Side::Client,
        SideArg::Server => Side::Server,
    });
    let mut report = Report {
        rules: rules(library, side),
        ..Report::default()
    };
    if side != Some(Side::Server) {
        let pin = fs::read_to_string(crate::root().join("vectors/spec/fetch.toml"))?;
        (report.steps, report.unexecuted) = unexecuted(&Pin::read(&pin)?, &executed()?)?;
    }
    if args.json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        if !args.brief {
            print_rules(&report.rules);
        }
        print_numbers(&report);
    }
    Ok(if problems(&report).is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The rules of a side, each with its cases.
fn rules(library: &Library, side: Option<Side>) -> Vec<RuleLine> {
    let mut cases: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let agent = library.agent_cases().map(|case| (&case.id, &case.rules));
    let server = library.server_cases().map(|case| (&case.id, &case.rules));
    for (id, rules) in agent.chain(server) {
        for rule in rules {
            cases.entry(rule).or_default().push(id.clone());
        }
    }
    let line = |rule: &Rule| RuleLine {
        id: rule.id.clone(),
        side: match rule.side {
            Side::Client => "client".to_owned(),
            Side::Server => "server".to_owned(),
        },
        cases: cases.get(rule.id.as_str()).cloned().unwrap_or_default(),
        out_of_scope: rule.out_of_scope.clone(),
    };
    library
        .rules()
        .iter()
        .filter(|rule| side.is_none_or(|side| side == rule.side))
        .map(line)
        .collect()
}

/// The steps that the model takes in any agent case, as `fetch#anchor/step`.
fn executed() -> anyhow::Result<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Line {
        agent: Option<Agent>,
    }
    #[derive(Deserialize)]
    struct Agent {
        #[serde(default)]
        steps: Vec<String>,
    }
    let output = crate::conformance::quiet()
        .args(["agent", "model", "--report", "ndjson=-"])
        .output()
        .context("cannot start cargo")?;
    if !output.status.success() {
        bail!(
            "the agent cases do not pass on the model, so their steps say nothing:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    let mut steps = BTreeSet::new();
    for line in String::from_utf8(output.stdout)?.lines() {
        let line: Line = serde_json::from_str(line).context("a line of the report is not JSON")?;
        steps.extend(line.agent.into_iter().flat_map(|agent| agent.steps));
    }
    Ok(steps)
}

/// How many leaf steps the strict algorithms have, and which of them were not taken. A definition
/// without steps counts as one.
fn unexecuted(pin: &Pin, executed: &BTreeSet<String>) -> anyhow::Result<(usize, Vec<String>)> {
    let mut steps = 0;
    let mut missing = Vec::new();
    for anchor in &pin.strict {
        let prefix = format!("fetch#{anchor}");
        let taken: Vec<&str> = executed
            .iter()
            .filter_map(|at| at.strip_prefix(prefix.as_str()))
            .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            .map(|rest| rest.trim_start_matches('/'))
            .collect();
        let algorithm = pin
            .algorithm(anchor)
            .filter(|algorithm| !algorithm.steps.is_empty());
        let Some(algorithm) = algorithm else {
            steps += 1;
            if taken.is_empty() {
                missing.push(prefix);
            }
            continue;
        };
        let outline = algorithm.outline()?;
        let mut covered = BTreeSet::new();
        for step in taken.into_iter().filter(|step| !step.is_empty()) {
            let range = parse_range(step).with_context(|| format!("{prefix}/{step} is no step"))?;
            let span = outline
                .span(&range)
                .map_err(|error| anyhow::anyhow!("{prefix}/{step}: {error}"))?;
            covered.extend(outline.leaves(span));
        }
        for leaf in outline.leaves(0..outline.len()) {
            steps += 1;
            if !covered.contains(&leaf) {
                missing.push(format!("{prefix}/{}", outline.path(leaf)));
            }
        }
    }
    Ok((steps, missing))
}

/// What keeps the report from being good.
fn problems(report: &Report) -> Vec<String> {
    let mut problems: Vec<String> = report
        .rules
        .iter()
        .filter(|rule| rule.is_uncovered())
        .map(|rule| format!("{} has no case and no reason for having none", rule.id))
        .collect();
    let out = report
        .rules
        .iter()
        .filter(|rule| rule.side == "client" && rule.out_of_scope.is_some())
        .count();
    if out > CLIENT_RULES_OUT_OF_SCOPE {
        problems.push(format!(
            "{out} rules for browsers are out of scope, more than {CLIENT_RULES_OUT_OF_SCOPE}"
        ));
    }
    problems.extend(
        report
            .unexecuted
            .iter()
            .map(|step| format!("no case executes {step}")),
    );
    problems
}

fn print_rules(rules: &[RuleLine]) {
    for rule in rules {
        match (&rule.out_of_scope, rule.cases.as_slice()) {
            (Some(reason), []) => println!("{:<16} out of scope: {reason}", rule.id),
            (reason, cases) => {
                let named: Vec<&str> = cases.iter().take(3).map(String::as_str).collect();
                let more = if cases.len() > 3 { ", …" } else { "" };
                let partly = if reason.is_some() {
                    " (partly out of scope)"
                } else {
                    ""
                };
                let count = match cases.len() {
                    1 => "1 case".to_owned(),
                    count => format!("{count} cases"),
                };
                println!(
                    "{:<16} {count}{partly}: {}{more}",
                    rule.id,
                    named.join(", ")
                );
            }
        }
    }
    println!();
}

fn print_numbers(report: &Report) {
    let count = |what: fn(&RuleLine) -> bool| report.rules.iter().filter(|rule| what(rule)).count();
    println!(
        "rules: {} in all, {} covered, {} out of scope, {} uncovered",
        report.rules.len(),
        count(|rule| !rule.cases.is_empty()),
        count(|rule| rule.cases.is_empty() && rule.out_of_scope.is_some()),
        count(RuleLine::is_uncovered),
    );
    if report.steps > 0 {
        println!(
            "leaf steps of the strict algorithms: {} in all, {} executed",
            report.steps,
            report.steps - report.unexecuted.len()
        );
    }
    for problem in problems(report) {
        println!("error: {problem}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIN: &str = r#"
commit = "586cd2a44c2a865b37c166dc0740f3fb8bb220d6"
strict = ["check", "byte"]
[definitions]
check = "check"
byte = "byte"
[[algorithm]]
anchor = "check"
status = "in"
steps = [["1", "00000000"], ["2", "00000000"], ["2.1", "00000000"], ["2.2", "00000000"]]
"#;

    #[test]
    fn every_leaf_and_every_definition_must_be_executed() {
        let pin = Pin::read(PIN).expect("the fixture is a pin");
        let executed =
            |steps: &[&str]| steps.iter().map(|&s| s.to_owned()).collect::<BTreeSet<_>>();
        let all = executed(&[
            "fetch#byte",
            "fetch#check/1",
            "fetch#check/2.1-2.2",
            "fetch#checkout/9",
        ]);
        assert_eq!(
            unexecuted(&pin, &all).expect("all steps exist"),
            (4, vec![])
        );
        let some = executed(&["fetch#check/2.1"]);
        let (_, missing) = unexecuted(&pin, &some).expect("all steps exist");
        assert_eq!(missing, ["fetch#check/1", "fetch#check/2.2", "fetch#byte"]);
        assert!(unexecuted(&pin, &executed(&["fetch#check/7"])).is_err());
    }

    #[test]
    fn uncovered_rules_and_too_much_out_of_scope_are_problems() {
        let rule = |id: &str, cases: &[&str], out: Option<&str>| RuleLine {
            id: id.to_owned(),
            side: "client".to_owned(),
            cases: cases.iter().map(|&c| c.to_owned()).collect(),
            out_of_scope: out.map(str::to_owned),
        };
        let mut report = Report {
            rules: vec![
                rule("CL-A", &["a/b"], None),
                rule("CL-B", &[], Some("why")),
                rule("CL-C", &[], None),
            ],
            unexecuted: vec!["fetch#check/1".to_owned()],
            steps: 2,
        };
        let found = problems(&report);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("CL-C"), "{found:?}");
        report.rules = (0..41)
            .map(|i| rule(&format!("CL-{i}"), &[], Some("why")))
            .collect();
        assert!(problems(&report)[0].contains("41"));
    }

    #[test]
    fn every_rule_for_browsers_is_covered_or_says_why_not() {
        let library = cors_vectors::library().expect("the embedded library is sound");
        let report = Report {
            rules: rules(library, Some(Side::Client)),
            ..Report::default()
        };
        assert_eq!(report.rules.len(), 216);
        assert_eq!(problems(&report), Vec::<String>::new());
    }
}
