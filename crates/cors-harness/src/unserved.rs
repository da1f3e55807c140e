//! Whether a resource serves a method at all: the preflight of one that it answers 405 to may be
//! refused.

use cors_policy::names::is_cors_safelisted_method;
use cors_policy::policy::Policy;
use cors_vectors::policy::AnyOr;
use cors_vectors::server::Verdict;

use crate::control::plain_request_as;
use crate::done::{Decision, Done};
use crate::escape::escape_cut;
use crate::event::{Kind, Mode};
use crate::header_value::elements;
use crate::kit::Site;
use crate::plan::PlannedFetch;
use crate::session::Session;
use crate::wire::Response;

/// Why a refused preflight shows nothing of CORS: it asked for a safelisted method that the policy
/// does not list and that the resource serves nobody. Asks only where that can be so.
///
/// A kit serves all methods.
pub(crate) async fn unserved(
    fetch: &PlannedFetch,
    wanted: Option<Verdict>,
    done: &Done,
    site: &Site,
    session: &Session<'_>,
) -> Option<String> {
    let method = fetch.method.as_slice();
    let may_be_unserved = session.mode != Mode::Kit
        && wanted == Some(Verdict::Shared)
        && method != b"GET"
        && is_cors_safelisted_method(method)
        && !is_listed(&site.policy, method);
    if !may_be_unserved || !is_refused_by_preflight(done) {
        return None;
    }
    let shown = escape_cut(method);
    let (asked, answer) = match plain(method, fetch, site, session).await {
        Some(answer) => (method, answer),
        // What may not be asked, the answer to HEAD tells: 405 comes with a list.
        None => (&b"HEAD"[..], plain(b"HEAD", fetch, site, session).await?),
    };
    let status = answer.status;
    if !matches!(status, 405 | 501) {
        return None;
    }
    if asked == method {
        return Some(format!(
            "the resource answers {status} to {shown} without any origin too, so that its preflight \
             may be refused"
        ));
    }
    let allow: Vec<&[u8]> = answer.values("Allow").collect();
    let is_served = elements(&allow).any(|served| served == method);
    (!allow.is_empty() && !is_served).then(|| {
        format!(
            "the resource does not serve {shown}, which its Allow ({}) leaves out, so that the \
             preflight may be refused",
            escape_cut(&allow.join(&b", "[..]))
        )
    })
}

/// Whether a rule of the policy lists the method by its name.
fn is_listed(policy: &Policy, method: &[u8]) -> bool {
    policy
        .views()
        .iter()
        .any(|view| match &view.rule.allow_methods {
            AnyOr::Any(_) => false,
            AnyOr::Listed(listed) => listed.iter().any(|entry| entry.as_bytes() == method),
        })
}

fn is_refused_by_preflight(done: &Done) -> bool {
    let last = done.exchanges.last();
    matches!(done.decision, Some(Decision::Refused))
        && last.is_some_and(|exchange| exchange.kind == Kind::Preflight)
}

/// The answer to such a request of no page; `None` where none may be made or none came.
async fn plain(
    method: &[u8],
    fetch: &PlannedFetch,
    site: &Site,
    session: &Session<'_>,
) -> Option<Response> {
    if !session.lets_out(method) {
        return None;
    }
    let answer = plain_request_as(method, &fetch.url, site, session, &[]).await;
    answer.ok()
}
