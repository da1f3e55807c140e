//! What may stand in text for a terminal.

/// The colours that are written, and their end.
const COLOURS: [&str; 6] = [
    "\u{1b}[0m",
    "\u{1b}[1m",
    "\u{1b}[2m",
    "\u{1b}[31m",
    "\u{1b}[32m",
    "\u{1b}[33m",
];

/// Characters that change how others are shown, or are not seen: those of the category Cf, and the
/// separators that end lines.
const HIDDEN: [(char, char); 14] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{600}', '\u{605}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{6dd}', '\u{6dd}'),
    ('\u{70f}', '\u{70f}'),
    ('\u{180e}', '\u{180e}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{2028}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{feff}', '\u{feff}'),
    ('\u{fff9}', '\u{fffb}'),
    ('\u{13430}', '\u{1343f}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'),
];

/// The text without its colours, once nothing else in it could be obeyed or hidden.
pub(crate) fn plain(text: &str) -> String {
    let plain = COLOURS
        .iter()
        .fold(text.to_owned(), |text, colour| text.replace(colour, ""));
    check(&plain, true);
    plain
}

/// One line, or a text of several where `several`, that is safe to print.
pub(crate) fn check(text: &str, several: bool) {
    let harmful = |character: char| {
        (character.is_control() && !(several && character == '\n'))
            || HIDDEN
                .iter()
                .any(|(first, last)| (*first..=*last).contains(&character))
    };
    let found = text.chars().find(|character| harmful(*character));
    assert_eq!(found, None, "{text:?}");
}

/// The ways in which a secret may stand in a text.
pub(crate) fn forms(secret: &str) -> [String; 4] {
    let json = serde_json::to_string(secret).expect("a string can be written");
    [
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        secret.as_bytes().escape_ascii().to_string(),
        cors_harness::escape::escape(secret.as_bytes()),
    ]
}

/// That a secret is not in a text.
pub(crate) fn check_secret(text: &str, secret: &str) {
    for form in forms(secret) {
        assert!(!text.contains(&form), "{form} in {text}");
    }
}
