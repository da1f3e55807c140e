//! The responses of a case to the same request, compared with each other.

use crate::done::{Done, Exchange};
use crate::wire::Response;

/// The last exchanges, with their answers, of the steps that asked the same of the same URL as one of
/// them.
pub(crate) fn answered_alike(
    all: &[Done],
    index: usize,
) -> impl Iterator<Item = (&Exchange, &Response)> {
    let asked = all.get(index).and_then(|done| done.exchanges.last());
    let last = all.iter().filter_map(|done| done.exchanges.last());
    let alike = last.filter(move |other| {
        asked.is_some_and(|asked| {
            let (one, other) = (&asked.request, &other.request);
            one.method == other.method && one.base == other.base && one.path == other.path
        })
    });
    alike.filter_map(|exchange| Some((exchange, exchange.answer.as_ref().ok()?)))
}

/// Whether the last answers of the steps that asked the same of the same URL do not all have the same
/// `Access-Control-Allow-Origin`.
pub(crate) fn depends_on_origin(all: &[Done], index: usize) -> bool {
    const ALLOW_ORIGIN: &str = "Access-Control-Allow-Origin";
    let answered = answered_alike(all, index);
    let grants: Vec<(bool, Vec<&[u8]>)> = answered
        .map(|(exchange, answer)| {
            (
                exchange.request.has("Origin"),
                answer.values(ALLOW_ORIGIN).collect(),
            )
        })
        .collect();
    let mut with = grants
        .iter()
        .filter(|(has, _)| *has)
        .map(|(_, grant)| grant);
    let Some(first) = with.next() else {
        return false;
    };
    // A server that leaves a star out where nobody asks for it confuses nobody about whose it is.
    let star = first.as_slice() == [b"*".as_slice()];
    let differs = |grant: &Vec<&[u8]>| grant != first;
    with.any(differs) || (!star && grants.iter().any(|(has, grant)| !has && differs(grant)))
}

/// Whether the body of an answer is that of the answers to the same without an `Origin`; `None` where
/// these are not alike, or the body is an echo of the request.
pub(crate) fn body_kept(all: &[Done], index: usize, answer: &Response) -> Option<bool> {
    let origin = all.get(index).and_then(|done| done.exchanges.last());
    let origin = origin.and_then(|exchange| {
        let mut lines = exchange.request.headers.iter();
        let (_, value) = lines.find(|(name, _)| name.eq_ignore_ascii_case(b"Origin"))?;
        Some(value.as_slice())
    });
    let is_echo = origin.is_some_and(|origin| {
        let mut parts = answer.body.windows(origin.len().max(1));
        parts.any(|part| part == origin)
    });
    let answered = answered_alike(all, index);
    let others = answered.filter(|(exchange, _)| !exchange.request.has("Origin"));
    let others: Vec<&Response> = others.map(|(_, answer)| answer).collect();
    let (first, more) = others.split_first()?;
    let alike = more
        .iter()
        .all(|other| (other.status, &other.body) == (first.status, &first.body));
    (alike && !more.is_empty() && first.status == answer.status && !is_echo)
        .then(|| first.body == answer.body)
}

/// Whether the application serves the path that a step asked for as it serves `plain`, of which that
/// is another spelling: both gave a plain request, which is a GET where not told otherwise, without an
/// `Origin` the same body, one more than once.
pub(crate) fn serves_spelling(all: &[Done], index: usize, plain: &[u8]) -> bool {
    let asked = all.get(index).and_then(|done| done.exchanges.last());
    let Some(spelled) = asked.map(|exchange| exchange.request.path.as_slice()) else {
        return false;
    };
    let bodies = |path: &[u8]| -> Vec<Option<&[u8]>> {
        let last = all.iter().filter_map(|done| done.exchanges.last());
        let of_path = last.filter(|exchange| {
            let request = &exchange.request;
            let is_plain = matches!(request.method.as_slice(), b"GET" | b"POST");
            is_plain && request.path == path && !request.has("Origin")
        });
        of_path
            .map(|exchange| {
                let answer = exchange.answer.as_ref().ok()?;
                (answer.status == 200).then_some(answer.body.as_slice())
            })
            .collect()
    };
    let (plain, spelled) = (bodies(plain), bodies(spelled));
    let Some(Some(first)) = plain.first() else {
        return false;
    };
    let mut both = plain.iter().chain(&spelled);
    plain.len() > 1
        && !spelled.is_empty()
        && !first.is_empty()
        && both.all(|body| *body == Some(first))
}
