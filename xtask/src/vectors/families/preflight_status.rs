//! Every final status of a preflight's answer.

use cors_vectors::agent::{AgentFile, ErrorKind, OnRequest};

use super::build::{
    actual, allow_actual, allow_origin, answer, case, error, fetch, file, header, plain, preflight,
    shared,
};

/// The status of a server that does not answer for the origin it was asked about, so that the
/// request is made again on a new connection.
const MISDIRECTED: u16 = 421;

/// See the module.
pub(super) fn family() -> AgentFile {
    let cases = (200..=599)
        .map(|status: u16| {
            let mut f = fetch();
            f.method = Some(plain("PUT"));
            let server = vec![
                answer(
                    OnRequest::Preflight,
                    status,
                    vec![
                        allow_origin(),
                        header("Access-Control-Allow-Methods", plain("PUT")),
                    ],
                ),
                allow_actual(),
            ];
            let mut requests = vec![preflight(plain("PUT"), None)];
            // HTTP-network-or-cache fetch, step 17: once more, on a new connection.
            requests.extend((status == MISDIRECTED).then(|| preflight(plain("PUT"), None)));
            // An ok status is one from 200 to 299.
            let (outcome, title) = if status < 300 {
                requests.push(actual(plain("PUT")));
                (
                    shared(200),
                    format!("{status} is an ok status, so the preflight succeeds"),
                )
            } else {
                (
                    error(ErrorKind::Preflight),
                    format!("{status} is no ok status, so the preflight fails"),
                )
            };
            case(
                format!("preflight-status/{status}"),
                title,
                &["fetch#cors-preflight-fetch-0/7", "fetch#ok-status"],
                &["CL-PFRESP-01"],
                vec![f],
                server,
                requests,
                vec![outcome],
            )
        })
        .map(|mut case| {
            if case.id.ends_with("/421") {
                case.spec
                    .push("fetch#concept-http-network-or-cache-fetch/17".to_owned());
                case.rules.push("CL-PREFLIGHT-12".to_owned());
            }
            if case.id.ends_with("/407") {
                case.spec
                    .push("fetch#concept-http-network-or-cache-fetch/16.1".to_owned());
                case.rules.push("CL-PREFLIGHT-12".to_owned());
            }
            // An answer that says the client took too long makes some engines try again.
            if case.id.ends_with("/408") {
                case.tags.push("retried-by-browsers".to_owned());
            }
            case
        })
        .collect();
    file(
        "preflight-status",
        "A preflight succeeds with a status from 200 to 299 and fails with any other.",
        "preflight-status",
        cases,
    )
}
