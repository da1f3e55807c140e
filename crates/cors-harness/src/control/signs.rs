//! What a response shows of what is in front of the server, and of how its origins are written.

use cors_policy::origin::Parts;

use crate::escape::escape_cut;
use crate::event::{NoteAbout, NoteEvent};
use crate::wire::Response;

/// The header lines by which a cache says that it answered from what it kept.
pub(super) fn cached(answer: &Response) -> Option<String> {
    let is_hit = |value: &[u8]| {
        value
            .to_ascii_lowercase()
            .windows(3)
            .any(|part| part == b"hit")
    };
    let names = [
        "Age",
        "X-Cache",
        "X-Cache-Status",
        "CF-Cache-Status",
        "Cache-Status",
    ];
    let signs = names.iter().filter_map(|name| {
        let value = answer.values(name).next()?;
        (*name == "Age" || is_hit(value)).then(|| format!("{name}: {}", escape_cut(value)))
    });
    let signs: Vec<String> = signs.collect();
    (!signs.is_empty()).then(|| signs.join(", "))
}

/// An allowed origin with a slash at its end, which no page has.
pub(super) fn slash(answer: &Response) -> Option<NoteEvent> {
    let value = answer.values("Access-Control-Allow-Origin").next()?;
    let value = std::str::from_utf8(value).ok()?;
    let origin = value.strip_suffix('/')?;
    Parts::of(origin)?;
    Some(NoteEvent {
        about: NoteAbout::AllowOrigin,
        text: format!(
            "Access-Control-Allow-Origin is {value} and allows no page: an origin has no path, so \
             that it has to be {origin} without the slash"
        ),
    })
}
