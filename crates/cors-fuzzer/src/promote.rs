//! Findings as a file of cases.

use std::collections::BTreeMap;

use cors_vectors::policy::{NamedPolicy, Policy};
use cors_vectors::server::{
    Credentials, Endpoint, Level, PageFetch, ServerCase, ServerFile, Verdict,
};
use cors_vectors::text::Text;

use crate::finding::Finding;
use crate::generate::origins;
use crate::source::Source;
use crate::steps::{bare, blank, refuses};

/// The findings as cases of an area, with the policies that they bring, by name. A finding that is a
/// refusal is paired with a case in which the same policy shares.
pub fn promoted(
    area: &str,
    findings: &[Finding],
    policies: &BTreeMap<String, Policy>,
    known: impl Fn(&str) -> bool,
) -> ServerFile {
    let mut file = ServerFile {
        schema: None,
        area: area.to_owned(),
        about: "What cors-conformance fuzz found.".to_owned(),
        policies: BTreeMap::new(),
        cases: Vec::new(),
    };
    for finding in findings {
        let mut case = finding.case.clone();
        if let Some(policy) = policies.get(&case.policy) {
            if refuses(&case)
                && let Some(pair) = pair(area, &case.policy, policy)
            {
                case.paired_with = Some(pair.id.clone());
                if file.cases.iter().all(|other| other.id != pair.id) {
                    file.cases.push(pair);
                }
            }
            if !known(&case.policy) {
                let named = NamedPolicy {
                    about: "The policy under which it was found.".to_owned(),
                    policy: policy.clone(),
                };
                file.policies.insert(case.policy.clone(), named);
            }
        }
        file.cases.push(case);
    }
    file
}

/// The case that shows that the policy allows something at all.
fn pair(area: &str, name: &str, policy: &Policy) -> Option<ServerCase> {
    let mut bytes = arbitrary::Unstructured::new(&[]);
    let origin = policy
        .exact_origins()
        .next()
        .map(str::to_owned)
        .or_else(|| origins::allowed(&mut Source::new(&mut bytes), policy))?;
    let fetch = PageFetch {
        origin: Text::literal(origin.as_bytes()),
        method: "GET".into(),
        endpoint: Endpoint::Resource,
        credentials: Credentials::SameOrigin,
        headers: Vec::new(),
        body: None,
        upload_listener: false,
        reads: Vec::new(),
        cannot_read: Vec::new(),
    };
    let mut step = bare(Some(fetch), None);
    step.verdict = Some(Verdict::Shared);
    Some(ServerCase {
        id: format!("{area}/allowed-{name}"),
        title: "A page of an allowed origin can read the response".to_owned(),
        why: "A refusal means something only because this is shared.".to_owned(),
        spec: vec!["fetch#concept-cors-check/4".to_owned()],
        policy: name.to_owned(),
        ..blank(vec![step], Level::Must)
    })
}
