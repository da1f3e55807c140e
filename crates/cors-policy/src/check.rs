//! What a policy must be, beyond its shape.

use std::collections::BTreeMap;

use crate::endpoint::Endpoint;
use crate::error::Problem;
use crate::names::{is_forbidden_method, is_token, normalize_method};
use crate::origin;
use crate::policy::{Any, AnyOr, Policy, is_pattern};

/// Everything that is wrong with a policy: field and problem.
pub(crate) fn check(policy: &Policy) -> Vec<(String, Problem)> {
    let mut problems = Vec::new();
    match &policy.allow_origins {
        AnyOr::Any(Any::Any) if policy.allow_credentials => problems.push((
            "allow_credentials".to_owned(),
            Problem::Broken(
                "no server can allow credentials to `any` origin: browsers refuse `*` for requests \
                 with credentials, and a server that echoes every origin instead lets every page \
                 act as its visitors; list the origins",
            ),
        )),
        AnyOr::Any(Any::Any) => {}
        AnyOr::Listed(origins) => {
            entries(origins, "allow_origins", &mut problems, |entry| {
                let checked = match entry {
                    "null" => Ok(()),
                    "*" | "any" => {
                        return Some(Problem::Broken(
                            "every origin is written `allow_origins = \"any\"`, without a list",
                        ));
                    }
                    pattern if is_pattern(pattern) => origin::check_pattern(pattern),
                    origin => origin::check_serialized(origin),
                };
                checked.err().map(Problem::from)
            });
        }
    }
    listed(
        &policy.allow_methods,
        "allow_methods",
        &mut problems,
        |method| {
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
        },
    );
    listed(
        &policy.allow_headers,
        "allow_headers",
        &mut problems,
        field_name,
    );
    listed(
        &policy.expose_headers,
        "expose_headers",
        &mut problems,
        field_name,
    );
    endpoints(&policy.endpoints, &mut problems);
    problems
}

fn field_name(name: &str) -> Option<Problem> {
    (!is_token(name.as_bytes())).then(|| Problem::Token {
        found: name.to_owned(),
        what: "header name",
    })
}

fn listed(
    names: &AnyOr<Vec<String>>,
    field: &str,
    problems: &mut Vec<(String, Problem)>,
    check: impl Fn(&str) -> Option<Problem>,
) {
    if let AnyOr::Listed(names) = names {
        entries(names, field, problems, |name| match name {
            "*" | "any" => Some(Problem::Broken(
                "everything is written `\"any\"`, without a list",
            )),
            name => check(name),
        });
    }
}

fn entries(
    entries: &[String],
    field: &str,
    problems: &mut Vec<(String, Problem)>,
    check: impl Fn(&str) -> Option<Problem>,
) {
    for (index, entry) in entries.iter().enumerate() {
        let at = format!("{field}[{index}]");
        if entries.iter().take(index).any(|earlier| earlier == entry) {
            let by = format!("an earlier entry of `{field}`");
            problems.push((
                at,
                Problem::Taken {
                    name: entry.clone(),
                    by,
                },
            ));
        } else if let Some(problem) = check(entry) {
            problems.push((at, problem));
        }
    }
}

fn endpoints(endpoints: &BTreeMap<Endpoint, String>, problems: &mut Vec<(String, Problem)>) {
    for (endpoint, path) in endpoints {
        let at = format!("endpoints.{}", endpoint.name());
        if *endpoint == Endpoint::Resource {
            problems.push((
                at,
                Problem::Broken("the resource is the target itself: leave it out"),
            ));
        } else if !path.starts_with('/') {
            problems.push((
                at,
                Problem::Contradiction(format!("`{path}` is no path: it starts with `/`")),
            ));
        } else if !path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
        {
            problems.push((
                at,
                Problem::Contradiction(format!(
                    "`{path}` is no path: it is of printable ASCII without spaces and `#`"
                )),
            ));
        }
    }
}
