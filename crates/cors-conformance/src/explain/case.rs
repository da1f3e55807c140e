//! `explain CASE`: what a case demands and why, and what a browser does there.

use std::fmt::Write as _;

use cors_agents::model::play_as;
use cors_agents::observation::{Observation, ObservedOutcome};
use cors_agents::world::World;
use cors_explain::Known;
use cors_explain::render::engine as engine_text;
use cors_explain::steps::{self, is_decisive_citation};
use cors_explain::view::Step;
use cors_harness::escape::escape_cut;
use cors_harness::event::{CaseEvent, Event};
use cors_harness::exit::Exit;
use cors_harness::kit::{Kit, Subject};
use cors_harness::options::Options;
use cors_harness::plan::Plan;
use cors_harness::redact::Redactor;
use cors_harness::run::run as drive;
use cors_model::dialect::Dialect;
use cors_model::trace::{NoTrace, Steps};
use cors_report::block;
use cors_report::cite::cited;
use cors_text::style::{FAINT, STRONG};
use cors_text::terminal::sentence;
use cors_vectors::agent::{AgentCase, RequestKind};
use cors_vectors::error::nearest;
use cors_vectors::server::{ServerCase, Verdict};
use cors_vectors::{Library, library, server_library};
use serde_json::{Value, json};

use super::print::print;
use crate::args::ExplainArgs;
use crate::invoked;
use crate::reference::Reference;
use crate::runtime::runtime;
use crate::stop::Stop;

/// Explains the case with an id.
pub(crate) fn run(id: &str, args: &ExplainArgs) -> Result<Exit, Stop> {
    let servers = server_library().map_err(Stop::bug)?;
    if let Some(case) = servers.server_case(id) {
        return server(servers, case, args);
    }
    let library = library().map_err(Stop::bug)?;
    if let Some(case) = library.agent_case(id) {
        return agent(case, args);
    }
    let ids = library.server_cases().map(|case| case.id.as_str());
    let ids = ids.chain(library.agent_cases().map(|case| case.id.as_str()));
    let near = nearest(id, ids);
    let hint = if near.is_empty() {
        format!("`{} list` names them", invoked::name())
    } else {
        format!("did you mean {}?", near.join(", "))
    };
    Err(Stop::usage(format_args!("there is no case {id}; {hint}")))
}

/// A server case, run against the reference server in this program.
fn server(library: &Library, case: &ServerCase, args: &ExplainArgs) -> Result<Exit, Stop> {
    let named = library
        .policies()
        .get(&case.policy)
        .ok_or_else(|| Stop::bug(format_args!("{}: no policy {}", case.id, case.policy)))?;
    let known = args.known()?;
    let mut event = carried_out(library, case, known.as_ref())?;
    if args.json {
        let value = json!({ "case": case, "policy": named, "reference_server": event });
        print(&pretty(&value)?)?;
        return Ok(Exit::AsExpected);
    }
    let mut text = String::new();
    head(
        &mut text,
        &case.id,
        block::level(case.level),
        &case.title,
        Some(&case.why),
        &case.spec,
    );
    section(&mut text, "the server is meant to allow");
    put(
        &mut text,
        &format!(
            "  policy {}: {}",
            sentence(&case.policy),
            sentence(&named.about)
        ),
    );
    let mut policy = named.policy.clone();
    // Where the application puts what is part of the kit, not of what is demanded.
    policy.endpoints.clear();
    let policy = toml::to_string(&policy).map_err(Stop::bug)?;
    for line in policy.lines() {
        put(&mut text, &format!("    {}", sentence(line)));
    }
    section(&mut text, "what must happen");
    for (number, step) in (1..).zip(&event.steps) {
        demanded(&mut text, number, step);
    }
    for check in &event.checks {
        put(
            &mut text,
            &format!(
                "  step {}, {}: {}",
                check.step + 1,
                block::level(check.level),
                sentence(&check.said)
            ),
        );
    }
    section(
        &mut text,
        "with a server that does it right (the reference server in this program)",
    );
    if let Some(known) = &known {
        let said: Vec<&str> = event
            .engines
            .iter()
            .map(|engine| engine.said.as_str())
            .collect();
        let differing = known.differing((!said.is_empty()).then(|| said.join("; ")));
        text.push_str(&engine_text(&differing));
    }
    if !args.verbose {
        for step in &mut event.steps {
            let refused_at = step.refusal.as_ref().map(|refusal| refusal.at.clone());
            step.trace.retain(|taken| {
                is_decisive_citation(&taken.at) || Some(&taken.at) == refused_at.as_ref()
            });
        }
    }
    // The title has been said.
    for line in block::verbose(&event, usize::MAX).lines().skip(2) {
        put(&mut text, line);
    }
    print(&text)?;
    Ok(Exit::AsExpected)
}

/// What a step demands.
fn demanded(text: &mut String, number: usize, step: &cors_harness::event::StepEvent) {
    let asked = step.exchanges.last().map(|exchange| &exchange.request);
    let asked = asked.map_or_else(
        || "a request".to_owned(),
        |request| format!("{} {}", sentence(&request.method), sentence(&request.url)),
    );
    let origin = step.origin.as_deref().map(sentence);
    let line = match (step.wanted, origin) {
        (Some(Verdict::Shared), Some(origin)) => {
            format!("a browser must let a page of {origin} read the answer to {asked}")
        }
        (Some(Verdict::Refused), Some(origin)) => {
            format!("a browser must keep the answer to {asked} from a page of {origin}")
        }
        _ => format!("{asked} is sent as it is; only the checks below judge the answer"),
    };
    put(text, &format!("  step {number}: {line}"));
}

/// The case as it goes on the reference server, with the steps of the standard.
fn carried_out(
    library: &Library,
    case: &ServerCase,
    engine: Option<&Known>,
) -> Result<CaseEvent, Stop> {
    let kit = Kit::in_process(&Reference, library.policies()).map_err(Stop::bug)?;
    let all: Vec<ServerCase> = library.server_cases().cloned().collect();
    let plan =
        Plan::new(&all, |other| other.id == case.id, Subject::Kit(kit)).map_err(Stop::bug)?;
    let runtime = runtime()?;
    let options = Options {
        trace: true,
        engines: engine.map(Known::dialect).into_iter().collect(),
        ..Options::default()
    };
    let mut found = None;
    let mut sink = |event: &Event| {
        if let Event::Case(event) = event
            && event.id == case.id
        {
            found = Some(event.as_ref().clone());
        }
    };
    runtime.block_on(drive(&plan, &options, std::future::pending(), &mut sink));
    found.ok_or_else(|| Stop::bug(format_args!("{} was not carried out", case.id)))
}

/// An agent case, played on the model.
fn agent(case: &AgentCase, args: &ExplainArgs) -> Result<Exit, Stop> {
    let world = World::of_model(case);
    let mut taken = Steps::default();
    let known = args.known()?;
    let dialect = known.as_ref().map_or(Dialect::STANDARD, Known::dialect);
    let observed = play_as(dialect, case, &world, &mut taken).map_err(Stop::bug)?;
    let engine = known.map(|known| {
        known.view(
            Some(&case.id),
            |dialect| play_as(dialect, case, &world, &mut NoTrace).ok(),
            |_| "The requests that it makes of this, and what script sees, are those above that must happen.".to_owned(),
        )
    });
    let steps = steps::view(&taken, None, &Redactor::default());
    if args.json {
        let mut value =
            json!({ "case": case, "requests": requests(&observed, &world), "steps": steps });
        if let (Some(engine), Some(object)) = (engine, value.as_object_mut()) {
            object.insert("engine".to_owned(), json!(engine));
        }
        print(&pretty(&value)?)?;
        return Ok(Exit::AsExpected);
    }
    let mut text = String::new();
    head(
        &mut text,
        &case.id,
        "user agents",
        &case.title,
        case.why.as_deref(),
        &case.spec,
    );
    for (heading, value) in [
        ("what the page does", json!(case.fetches)),
        ("how the servers answer", json!(case.server)),
        ("what must happen", json!(case.expect)),
    ] {
        section(&mut text, heading);
        for line in json_lines(&value) {
            put(&mut text, &format!("  {}", sentence(&line)));
        }
    }
    if let Some(engine) = &engine {
        text.push_str(&engine_text(engine));
    }
    let who = engine.map_or_else(|| "the standard".to_owned(), |engine| engine.name);
    section(&mut text, &format!("the requests that {who} makes of it"));
    let lines = requests(&observed, &world);
    if lines.is_empty() {
        put(&mut text, "  none");
    }
    for line in lines {
        put(&mut text, &format!("  {}", sentence(&line)));
    }
    section(&mut text, "what script sees");
    for (number, outcome) in (1..).zip(&observed.outcomes) {
        put(&mut text, &format!("  {number}. {}", seen(outcome)));
    }
    section(&mut text, "why, step by step");
    let shown: Vec<&Step> = steps
        .iter()
        .filter(|step| args.verbose || step.decisive)
        .collect();
    for (number, step) in (1..).zip(shown) {
        put(
            &mut text,
            &format!(
                "  {number}. {}  {FAINT}{}{FAINT:#}",
                sentence(&step.said),
                sentence(&step.at)
            ),
        );
    }
    print(&text)?;
    Ok(Exit::AsExpected)
}

/// The requests that were sent, with their headers, a line each.
fn requests(observed: &Observation, world: &World) -> Vec<String> {
    let mut lines = Vec::new();
    for request in &observed.requests {
        let kind = match request.kind {
            RequestKind::Preflight => "preflight",
            RequestKind::Actual => "request",
        };
        let place = request.at.map(|place| world.url(place)).unwrap_or_default();
        let method = escape_cut(&request.method);
        lines.push(format!("> {method} {place}{}  ({kind})", request.suffix));
        for (name, value) in &request.headers {
            lines.push(format!("> {}: {}", escape_cut(name), escape_cut(value)));
        }
    }
    lines
}

fn seen(outcome: &ObservedOutcome) -> String {
    match outcome {
        ObservedOutcome::Error(_) => "an error, and nothing of any response".to_owned(),
        ObservedOutcome::Response(response) => {
            let mut said = format!("a response with the status {}", response.status);
            if let Some(of_type) = response.response_type {
                let of_type = serde_json::to_value(of_type).unwrap_or_default();
                // Writing to a String does not fail.
                let _ = write!(
                    said,
                    " of the type {}",
                    of_type.as_str().unwrap_or_default()
                );
            }
            let names: Vec<String> = response
                .headers
                .keys()
                .map(|name| escape_cut(name))
                .collect();
            if !names.is_empty() {
                let _ = write!(said, " and the headers {}", names.join(", "));
            }
            sentence(&said)
        }
    }
}

/// JSON with a line for each element of an array, and of the arrays in an object.
fn json_lines(value: &Value) -> Vec<String> {
    match value {
        Value::Array(elements) => elements.iter().map(Value::to_string).collect(),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| {
                let lines = json_lines(value).into_iter();
                lines
                    .map(|line| format!("{name}: {line}"))
                    .collect::<Vec<_>>()
            };
            members.iter().flat_map(member).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            vec![value.to_string()]
        }
    }
}

fn pretty(value: &Value) -> Result<String, Stop> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(Stop::bug)
}

fn put(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn section(text: &mut String, heading: &str) {
    put(text, "");
    put(text, &format!("{STRONG}{heading}{STRONG:#}"));
}

fn head(text: &mut String, id: &str, what: &str, title: &str, why: Option<&str>, spec: &[String]) {
    put(
        text,
        &format!("{STRONG}{}{STRONG:#} ({what})", sentence(id)),
    );
    put(text, &format!("{STRONG}{}{STRONG:#}", sentence(title)));
    if let Some(why) = why {
        section(text, "why");
        put(text, &format!("  {}", sentence(why)));
    }
    section(text, "where it is written");
    for citation in spec {
        let shown = cited(citation).map_or_else(
            || sentence(citation),
            |cited| match cited.step {
                Some(step) => format!("{} step {}", sentence(&cited.link), sentence(&step)),
                None => sentence(&cited.link),
            },
        );
        put(text, &format!("  {shown}"));
    }
}
