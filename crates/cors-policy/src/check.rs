//! What a policy must be, beyond its shape.

use std::collections::{BTreeMap, BTreeSet};

use crate::any_or::{Any, AnyOr};
use crate::endpoint::Endpoint;
use crate::error::Problem;
use crate::examples::Examples;
use crate::names::{is_forbidden_method, is_token, normalize_method};
use crate::origin::check_serialized;
use crate::pattern::{check_pattern, is_pattern};
use crate::stated::{Entry, Stated};

/// Most rules and resources, patterns, examples, and names in a list. A question about an origin or
/// a name looks at all of them; only exact origins are looked up.
const MOST: usize = 1000;

/// Everything that is wrong with a policy: field and problem.
pub(crate) fn check(policy: &Stated) -> Vec<(String, Problem)> {
    let mut problems = counts(policy);
    if !problems.is_empty() {
        return problems;
    }
    for name in policy.missing() {
        problems.push((name.to_owned(), Problem::Broken("this field is missing")));
    }
    for (field, stated) in [
        ("path", policy.path.is_some()),
        ("example", policy.example.is_some()),
    ] {
        if stated {
            problems.push((field.to_owned(), Problem::Broken("only a resource has it")));
        }
    }
    allowed(policy, "", &mut problems);
    for (number, rule) in policy.rules.iter().enumerate() {
        inner(rule, &format!("rules[{number}]."), false, &mut problems);
    }
    for (number, resource) in policy.resources.iter().enumerate() {
        let at = format!("resources[{number}].");
        inner(resource, &at, true, &mut problems);
        for (number, rule) in resource.rules.iter().enumerate() {
            inner(rule, &format!("{at}rules[{number}]."), false, &mut problems);
        }
    }
    problems
}

/// What there is too much of.
fn counts(policy: &Stated) -> Vec<(String, Problem)> {
    let mut problems = Vec::new();
    let mut at_most = |field: &str, count: usize, what: &str| {
        if count > MOST {
            let said = format!("{count} {what}: expected at most {MOST}");
            problems.push((field.to_owned(), Problem::Contradiction(said)));
        }
    };
    let all = policy.all();
    at_most("rules", all.len(), "rules and resources");
    let patterns = all.iter().flat_map(|(_, policy)| policy.patterns());
    at_most("allow_origins", patterns.count(), "patterns in all rules");
    let examples = all.iter().flat_map(|(_, policy)| policy.examples());
    let examples = examples.map(|one| one.allowed.len().max(1) + one.refused.len());
    at_most("allow_origins", examples.sum(), "examples in all rules");
    for (at, policy) in &all {
        let lists = [
            ("allow_methods", &policy.allow_methods),
            ("allow_headers", &policy.allow_headers),
            ("expose_headers", &policy.expose_headers),
        ];
        for (field, names) in lists {
            if let Some(AnyOr::Listed(names)) = names {
                at_most(&format!("{at}{field}"), names.len(), "names");
            }
        }
    }
    problems
}

/// What is wrong with a rule or a resource.
fn inner(policy: &Stated, at: &str, resource: bool, problems: &mut Vec<(String, Problem)>) {
    let mut put = |field: &str, problem| problems.push((format!("{at}{field}"), problem));
    for name in policy.missing() {
        put(name, Problem::Broken("this field is missing"));
    }
    if resource {
        let of_resource = |path: &str| {
            let inner = path.strip_suffix('*').unwrap_or(path);
            if inner.contains('*') {
                return Some(Problem::Contradiction(format!(
                    "`{path}` has a star in a place where paths have none: expected one at the end"
                )));
            }
            not_a_path(inner)
        };
        match policy.path.as_deref() {
            None => put("path", Problem::Broken("this field is missing")),
            Some(path) => {
                if let Some(problem) = of_resource(path) {
                    put("path", problem);
                }
            }
        }
        if let Some(problem) = policy.example.as_deref().and_then(not_a_path) {
            put("example", problem);
        }
        if !policy.resources.is_empty() {
            put("resources", Problem::Broken("a resource has no resources"));
        }
    } else {
        for (field, stated) in [
            ("path", policy.path.is_some()),
            ("example", policy.example.is_some()),
            ("endpoints", !policy.endpoints.is_empty()),
            ("rules", !policy.rules.is_empty()),
            ("resources", !policy.resources.is_empty()),
        ] {
            if stated {
                put(field, Problem::Broken("a rule does not have it"));
            }
        }
    }
    allowed(policy, at, problems);
}

/// What is wrong with what is allowed.
fn allowed(policy: &Stated, at: &str, problems: &mut Vec<(String, Problem)>) {
    let any = matches!(policy.allow_origins, Some(AnyOr::Any(Any::Any)));
    if any && policy.allow_credentials && !policy.credentials_for_any_origin {
        problems.push((
            format!("{at}allow_credentials"),
            Problem::Broken(
                "no server should allow credentials to `any` origin: browsers refuse `*` for requests \
                 with credentials, and a server that echoes every origin instead lets every page \
                 act as its visitors; list the origins, or, where this is what the server is to \
                 do, say `credentials_for_any_origin = true`",
            ),
        ));
    }
    if policy.credentials_for_any_origin && !(any && policy.allow_credentials) {
        problems.push((
            format!("{at}credentials_for_any_origin"),
            Problem::Broken("it is for `allow_origins = \"any\"` with `allow_credentials = true`"),
        ));
    }
    if let Some(AnyOr::Listed(origins)) = &policy.allow_origins {
        let field = format!("{at}allow_origins");
        let texts = origins
            .iter()
            .enumerate()
            .filter_map(|(number, entry)| match entry {
                Entry::Text(text) => Some((number, text.as_str())),
                Entry::Examples(_) => None,
            });
        entries(texts, &field, problems, |entry| match entry {
            "null" => None,
            "*" | "any" => Some(Problem::Broken(
                "every origin is written `allow_origins = \"any\"`, without a list",
            )),
            pattern if is_pattern(pattern) => check_pattern(pattern).err().map(Problem::from),
            origin => check_serialized(origin).err().map(Problem::from),
        });
        for (number, entry) in origins.iter().enumerate() {
            if let Entry::Examples(one) = entry {
                examples(one, &format!("{field}[{number}]"), problems);
            }
        }
    }
    if let Some(methods) = &policy.allow_methods {
        listed(methods, &format!("{at}allow_methods"), problems, method);
    }
    for (field, names) in [
        ("allow_headers", &policy.allow_headers),
        ("expose_headers", &policy.expose_headers),
    ] {
        if let Some(names) = names {
            listed(names, &format!("{at}{field}"), problems, field_name);
        }
    }
    endpoints(&policy.endpoints, at, problems);
}

/// What is wrong with examples.
fn examples(one: &Examples, at: &str, problems: &mut Vec<(String, Problem)>) {
    if one.allowed.is_empty() {
        problems.push((
            format!("{at}.allowed"),
            Problem::Broken("at least one origin has to be an example of those that are allowed"),
        ));
    }
    for (name, list, meant) in [
        ("allowed", &one.allowed, true),
        ("refused", &one.refused, false),
    ] {
        entries(
            numbered(list),
            &format!("{at}.{name}"),
            problems,
            |origin| {
                if origin != "null"
                    && let Err(problem) = check_serialized(origin)
                {
                    return Some(problem.into());
                }
                let pattern = one.pattern.as_ref();
                let wrong = pattern.is_some_and(|pattern| pattern.fits(origin) != meant);
                let other = if meant { &one.refused } else { &one.allowed };
                if wrong {
                    let does = if meant { "does not match" } else { "matches" };
                    let pattern = pattern.map_or("", |pattern| pattern.as_str());
                    return Some(Problem::Contradiction(format!(
                        "`{origin}` is an example of what is {name}, but all of it {does} `{pattern}`"
                    )));
                }
                other.iter().any(|other| other == origin).then(|| {
                    Problem::Contradiction(format!("`{origin}` is both allowed and refused"))
                })
            },
        );
    }
}

fn method(method: &str) -> Option<Problem> {
    if !is_token(method.as_bytes()) {
        return Some(Problem::Token {
            found: method.to_owned(),
            what: "method",
        });
    }
    if is_forbidden_method(method.as_bytes()) {
        return Some(Problem::Contradiction(format!(
            "`{method}` is a forbidden method: no page can use it"
        )));
    }
    let normal = normalize_method(method);
    (normal != method).then(|| {
        Problem::Contradiction(format!(
            "methods are case-sensitive and browsers send `{normal}`: write it so"
        ))
    })
}

fn field_name(name: &str) -> Option<Problem> {
    if !is_token(name.as_bytes()) {
        return Some(Problem::Token {
            found: name.to_owned(),
            what: "header name",
        });
    }
    let prefix = name.strip_suffix('*').unwrap_or(name);
    prefix.contains('*').then(|| {
        Problem::Contradiction(format!(
            "`{name}` has a star in a place where names have none: expected one at the end, as in \
             `x-amz-*`"
        ))
    })
}

fn listed(
    names: &AnyOr<Vec<String>>,
    field: &str,
    problems: &mut Vec<(String, Problem)>,
    check: impl Fn(&str) -> Option<Problem>,
) {
    if let AnyOr::Listed(names) = names {
        entries(numbered(names), field, problems, |name| match name {
            "*" | "any" => Some(Problem::Broken(
                "everything is written `\"any\"`, without a list",
            )),
            name => check(name),
        });
    }
}

fn numbered(texts: &[String]) -> impl Iterator<Item = (usize, &str)> {
    texts.iter().map(String::as_str).enumerate()
}

fn entries<'t>(
    entries: impl Iterator<Item = (usize, &'t str)>,
    field: &str,
    problems: &mut Vec<(String, Problem)>,
    check: impl Fn(&str) -> Option<Problem>,
) {
    let mut earlier = BTreeSet::new();
    for (index, entry) in entries {
        let at = || format!("{field}[{index}]");
        if !earlier.insert(entry) {
            let by = format!("an earlier entry of `{field}`");
            let name = entry.to_owned();
            problems.push((at(), Problem::Taken { name, by }));
        } else if let Some(problem) = check(entry) {
            problems.push((at(), problem));
        }
    }
}

fn endpoints(
    endpoints: &BTreeMap<Endpoint, String>,
    at: &str,
    problems: &mut Vec<(String, Problem)>,
) {
    for (endpoint, path) in endpoints {
        let problem = if *endpoint == Endpoint::Resource {
            Some(Problem::Broken(
                "the resource is the target itself: leave it out",
            ))
        } else {
            not_a_path(path)
        };
        if let Some(problem) = problem {
            problems.push((format!("{at}endpoints.{}", endpoint.name()), problem));
        }
    }
}

fn not_a_path(path: &str) -> Option<Problem> {
    if !path.starts_with('/') {
        return Some(Problem::Contradiction(format!(
            "`{path}` is no path: it starts with `/`"
        )));
    }
    let printable = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    (!path.bytes().all(printable)).then(|| {
        Problem::Contradiction(format!(
            "`{path}` is no path: it is of printable ASCII without spaces and `#`"
        ))
    })
}
