//! URLs and serialized origins, against the `url` crate.
//!
//! Input: what might be an origin or a URL; behind a line feed a URL relative to it.

use cors_model::origin::Origin;
use cors_model::url::Url;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    // What Punycode means takes the tables of Unicode, which the model does not have.
    if text.to_ascii_lowercase().contains("xn--") {
        return;
    }
    origin(text);
    let (base, relative) = text.split_once('\n').unwrap_or((text, ""));
    urls(base, relative);
}

/// What the URL parser gives as an origin is one here, and nothing else of a special scheme is.
fn origin(text: &str) {
    let special = ["http://", "https://", "ws://", "wss://", "ftp://"];
    if !special.iter().any(|scheme| text.starts_with(scheme)) {
        return;
    }
    let theirs = url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text);
    assert_eq!(
        Origin::parse_serialized(text.as_bytes()).is_some(),
        theirs,
        "{text}: the url crate says {theirs}"
    );
}

/// Both parsers write the same, or both refuse.
fn urls(base: &str, relative: &str) {
    let (ours, theirs) = (Url::parse(base), url::Url::parse(base));
    if !comparable(base) || !same(base, ours.as_ref().ok(), theirs.as_ref().ok()) {
        return;
    }
    let (Ok(ours), Ok(theirs)) = (ours, theirs) else {
        return;
    };
    assert_eq!(Url::from_serialized(theirs.as_str()), ours, "{base}");
    // The crate takes a third slash for the end of an empty host.
    let slashes = relative
        .chars()
        .filter(|letter| *letter > ' ')
        .take_while(|letter| matches!(letter, '/' | '\\'));
    if comparable(relative) && slashes.count() < 3 {
        let shown = format!("{relative:?} at {base:?}");
        let (ours, theirs) = (ours.join(relative), theirs.join(relative));
        same(&shown, ours.as_ref().ok(), theirs.as_ref().ok());
    }
}

/// Whether both know what a text means: of `file` the model knows nothing, of domains that are not
/// ASCII too little, and the crate leaves `^` in paths as it was until 2024.
fn comparable(text: &str) -> bool {
    text.is_ascii() && !text.to_ascii_lowercase().contains("file") && !text.contains('^')
}

/// Whether it is worth going on.
fn same(text: &str, ours: Option<&Url>, theirs: Option<&url::Url>) -> bool {
    let special = |scheme: &str| matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp");
    let scheme = ours
        .map(Url::scheme)
        .or_else(|| theirs.map(url::Url::scheme));
    let is_unicode = ours.is_some_and(|url| !url.serialize(false).is_ascii());
    if is_unicode || !scheme.is_some_and(special) {
        return false;
    }
    assert_eq!(
        ours.map(|url| url.serialize(false)).as_deref(),
        theirs.map(url::Url::as_str),
        "{text:?}"
    );
    true
}

#[cfg(test)]
mod tests {
    /// What URLs are made of, and what is wrong in them.
    const PIECES: &[&str] = &[
        "http:",
        "https:",
        "ws:",
        "ftp:",
        "foo:",
        "data:",
        "//",
        "/",
        "\\",
        ":",
        "@",
        "?",
        "#",
        "..",
        ".",
        "%2e",
        "%41",
        "%",
        "%zz",
        "a.test",
        "A",
        "b",
        "127.0.0.1",
        "0x7f.1",
        "010",
        "256",
        "1.",
        "[::1]",
        "[::ffff:1.2.3.4]",
        "[1:0:0:2::]",
        "[",
        "]",
        "80",
        ":443",
        ":8080",
        ":99999",
        ":",
        " ",
        "\t",
        "\n",
        "'",
        "\"",
        "<",
        "^",
        "|",
        "`",
        "{",
        ";=",
    ];

    #[test]
    fn random_urls_are_parsed_as_by_the_url_crate() {
        let mut random = fastrand::Rng::with_seed(13);
        for _ in 0..60_000 {
            let mut text = random
                .choice(["http://", "https://a.test", ""])
                .unwrap()
                .to_owned();
            for _ in 0..random.usize(1..9) {
                text += random.choice(PIECES.iter()).unwrap();
            }
            super::run(text.as_bytes());
        }
    }
}
