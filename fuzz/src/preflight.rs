//! What a preflight's answer allows, against the rules said in one expression.
//!
//! Input: flags (credentials, an upload listener), the method, the request's header, the status's
//! class, then the headers of the answer, one a line.

use cors_model::fetch::UserAgent;
use cors_model::header::{HeaderList, HeaderName, names};
use cors_model::network::RequestKind;
use cors_model::request::CredentialsMode;
use cors_model::response::Response;
use cors_model::trace::NoTrace;

use crate::input::{choice, flags, headers};
use crate::max_age;
use crate::naive::lists;
use crate::support::{Script, answer, header, request, run_traced};

pub(crate) const METHODS: &[&str] = &["GET", "POST", "PUT", "patch", "DELETE"];
const HEADERS: &[Option<&str>] = &[
    None,
    Some("x-a"),
    Some("Authorization"),
    Some("Content-Type"),
];
pub(crate) const STATUSES: &[u16] = &[204, 200, 299, 300, 301, 304, 401, 403, 404, 500];

/// What a header lists.
enum Listed<'a> {
    Missing,
    Items(Vec<&'a [u8]>),
    /// One of its values is no list.
    Broken,
}

impl<'a> Listed<'a> {
    /// The items, or others when there is no header; nothing when it is broken.
    fn or(self, implied: Vec<&'a [u8]>) -> Option<Vec<&'a [u8]>> {
        match self {
            Self::Missing => Some(implied),
            Self::Items(items) => Some(items),
            Self::Broken => None,
        }
    }
}

fn listed<'a>(list: &'a HeaderList, name: &[u8]) -> Listed<'a> {
    let values: Vec<_> = list
        .iter()
        .filter(|header| header.name.as_bytes().eq_ignore_ascii_case(name))
        .map(|header| lists::tokens(header.value.as_bytes()))
        .collect();
    if values.is_empty() {
        return Listed::Missing;
    }
    let values: Option<Vec<_>> = values.into_iter().collect();
    values.map_or(Listed::Broken, |values| Listed::Items(values.concat()))
}

fn combined(list: &HeaderList, name: &[u8]) -> Option<Vec<u8>> {
    list.get(name).map(|value| value.to_vec())
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let ([include, listener, ..], data) = flags(data);
    let (&method, data) = choice(data, METHODS);
    let (&name, data) = choice(data, HEADERS);
    let (&status, data) = choice(data, STATUSES);
    let list = headers(data);
    let mut asking = request(method, "https://b.test/r");
    asking.use_cors_preflight = listener;
    if include {
        asking.credentials_mode = CredentialsMode::Include;
    }
    if let Some(name) = name {
        let header = header(name, b"application/json");
        asking.header_list.append(header.name, header.value);
    }
    let shared = [
        ("Access-Control-Allow-Origin", "https://a.test"),
        ("Access-Control-Allow-Credentials", "true"),
    ];
    let mut network = Script::new([
        Ok(Response::new(status, list.clone(), None)),
        answer(200, &shared),
    ]);
    let mut agent = UserAgent::default();
    let result = run_traced(&mut agent, &mut network, asking, 0, &mut NoTrace);
    let kinds: Vec<_> = network.seen.iter().map(|seen| seen.kind).collect();

    let safelisted = matches!(method, "GET" | "POST");
    let asks = !safelisted || name.is_some() || listener;
    if !asks {
        // The answer may be a redirect then, and what follows is no matter of this target.
        assert_eq!(kinds.first(), Some(&RequestKind::Actual));
        return;
    }
    let origin = combined(&list, names::ACAO.as_bytes());
    let shares = match origin.as_deref() {
        Some(b"*") if !include => true,
        Some(b"https://a.test") => {
            !include || combined(&list, names::ACAC.as_bytes()).as_deref() == Some(b"true")
        }
        _ => false,
    };
    let methods = listed(&list, names::ACAM.as_bytes());
    let header_names = listed(&list, names::ACAH.as_bytes());
    let implied = if listener {
        vec![method.as_bytes()]
    } else {
        Vec::new()
    };
    let allowed = if let (Some(methods), Some(header_names)) =
        (methods.or(implied), header_names.or(Vec::new()))
    {
        let any = |list: &[&[u8]]| !include && list.contains(&&b"*"[..]);
        let method_allowed = safelisted || any(&methods) || methods.contains(&method.as_bytes());
        let name_allowed = name.is_none_or(|name| {
            let named = header_names
                .iter()
                .any(|item| item.eq_ignore_ascii_case(name.as_bytes()));
            named || (any(&header_names) && name != "Authorization")
        });
        method_allowed && name_allowed
    } else {
        false
    };
    let passes = shares && (200..300).contains(&status) && allowed;
    let expected: &[RequestKind] = if passes {
        &[RequestKind::Preflight, RequestKind::Actual]
    } else {
        &[RequestKind::Preflight]
    };
    assert_eq!(
        kinds, expected,
        "{method} {name:?} {status} {list:?}: {result:?}"
    );
    assert_eq!(result.is_ok(), passes);

    // What was learnt is kept for as long as was said, or for five seconds.
    let limit = agent.max_age_limit;
    let expected = max_age::seconds(&list).map_or(5, |seconds| seconds.min(limit));
    let entries = agent.preflight_cache.entries();
    assert!(entries.iter().all(|entry| entry.max_age == expected));
    assert_eq!(entries.is_empty(), !passes || said_nothing(&list, listener));
}

/// Whether a preflight's answer names no method and no header, not even by what it leaves out.
fn said_nothing(list: &HeaderList, listener: bool) -> bool {
    let names = |name: &HeaderName| match listed(list, name.as_bytes()) {
        Listed::Items(items) => !items.is_empty(),
        Listed::Missing | Listed::Broken => false,
    };
    let implied = listener && !list.contains(names::ACAM.as_bytes());
    !names(&names::ACAM) && !names(&names::ACAH) && !implied
}
