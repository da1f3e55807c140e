//! Other spellings of a path that the application serves as the same, and that decide.

use super::fault::{Fault, but_not, fault, open_if, table};
use crate::behaviour::Interception;
use crate::routes;

table! {
    "decoded-path-open" O22 "The application reads escaped letters in a path; such a path is open to every origin." {
        resolve: routes::decoded,
        match_origin: |x| open_if(x, x.respells.is_some()),
    }
    "merged-slashes-open" O22 "The application takes two slashes in a path for one; such a path is open to every origin." {
        resolve: routes::with_slashes_merged,
        match_origin: |x| open_if(x, x.respells.is_some()),
    }
    "slash-at-end-open" O22 "The application ignores a slash at the end of a path; such a path is open to every origin." {
        resolve: routes::without_slash_at_end,
        match_origin: |x| open_if(x, x.respells.is_some()),
    }
    "other-case-open" O22 "The application ignores the case of a path; a path in capitals is open to every origin." {
        resolve: routes::in_lower_case,
        match_origin: |x| open_if(x, x.respells.is_some()),
    }
    "escaped-dots-open" O22 "The application resolves escaped dots in a path; such a path is open to every origin." {
        resolve: routes::with_dots_resolved,
        match_origin: |x| open_if(x, x.respells.is_some()),
    }
    "policy-of-written-path" O22 "The policy is that of the path as it is written; the application resolves escaped dots in it." {
        resolve: routes::with_dots_resolved,
        policy_of_written_path: true,
    }
    "preflight-of-decoded-path-open" O24 "Preflights for a path with escaped letters, which the application reads, are granted to every origin." {
        resolve: routes::decoded,
        match_origin: |x| open_if(x, x.respells.is_some() && x.is_preflight()),
    }
    "preflight-of-other-case-open" O24 "Preflights for a path in capitals, which the application serves, are granted to every origin." {
        resolve: routes::in_lower_case,
        match_origin: |x| open_if(x, x.respells.is_some() && x.is_preflight()),
    }
    "other-case-refused" O15 "The application ignores the case of a path; a path in capitals is refused to allowed origins." {
        resolve: routes::in_lower_case,
        match_origin: |x| but_not(x, |_| x.respells.is_some()),
    }
    "merged-slashes-uncovered" R3 "The application takes two slashes in a path for one; the answers have no CORS headers." {
        resolve: routes::with_slashes_merged,
        covers: |x| x.respells.is_none(),
    }
    "slash-at-end-uncovered" R3 "The application ignores a slash at the end of a path; the answers have no CORS headers." {
        resolve: routes::without_slash_at_end,
        covers: |x| x.respells.is_none(),
    }
    "preflight-of-slash-at-end-404" P3 "The application ignores a slash at the end of a path; preflights for such a path are answered 404." {
        resolve: routes::without_slash_at_end,
        intercept: |x| (x.respells.is_some() && x.is_preflight()).then_some(Interception::Answer(404)),
    }
}
