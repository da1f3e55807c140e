//! Other spellings of a path, queries, and routes with a policy of their own.

use super::fault::{Fault, fault, open_if, table};
use crate::behaviour::{Exchange, Grant, Interception, reference};

table! {
    "trailing-slash-open" O22 "A path with a slash at its end is open to every origin." {
        match_origin: |x| open_if(x, x.path.len() > 1 && x.path.ends_with('/')),
    }
    "doubled-slash-open" O22 "A path with two slashes in a row is open to every origin." {
        match_origin: |x| open_if(x, x.path.contains("//")),
    }
    "escaped-path-open" O22 "A path with an escaped letter is open to every origin." {
        match_origin: |x| open_if(x, x.path.contains('%')),
    }
    "path-parameter-open" O22 "A path with a parameter behind a semicolon is open to every origin." {
        match_origin: |x| open_if(x, x.path.contains(';')),
    }
    "preflight-of-other-spelling-open" O24 "Preflights for paths that no route matches letter by letter are granted to every origin." {
        match_origin: |x| open_if(x, x.is_preflight() && x.path.starts_with("/resource/")),
    }
    "preflight-of-missing-open" O24 "Preflights for paths without a route are granted to every origin." {
        match_origin: |x| open_if(x, x.is_preflight() && x.path == "/missing"),
    }
    "preflight-of-protected-open" O24 "Preflights for a path behind a login are granted to every origin." {
        match_origin: |x| open_if(x, x.is_preflight() && x.path == "/unauthorized"),
    }
    "redirect-open" O22 "A redirect may be followed by every origin." {
        match_origin: |x| open_if(x, x.path == "/redirect"),
    }
    "failure-page-open" O22 "What is answered to an unhandled failure is open to every origin." {
        carries: |x, grant| (x.thrown && grant == Grant::Origin) || reference::carries(x, grant),
        allow_origin_value: |x| x.origin.clone().into_iter().collect(),
    }
    "callback-opens-origins" O27 "Every origin is allowed where the query names a callback." {
        match_origin: |x| open_if(x, has_parameter(x, &["callback", "jsonp"])),
    }
    "debug-opens-origins" O27 "Every origin is allowed where the query asks for debugging." {
        match_origin: |x| open_if(x, has_parameter(x, &["debug", "dev", "test"])),
    }
    "signed-preflight-refused" P3 "Preflights for an address with a signature are refused, since they are signed for another method." {
        match_origin: |x| !is_signed(x) && reference::match_origin(x),
    }
    "preflight-with-long-query-refused" P3 "Preflights with a query of 1 KiB are answered 414." {
        intercept: |x| (x.is_preflight() && x.query.len() > 1000).then_some(Interception::Answer(414)),
    }
}

fn has_parameter(x: &Exchange<'_>, names: &[&str]) -> bool {
    let mut parameters = x.query.split('&');
    parameters.any(|parameter| names.contains(&parameter.split('=').next().unwrap_or_default()))
}

fn is_signed(x: &Exchange<'_>) -> bool {
    x.is_preflight() && x.query.contains("Signature=")
}
