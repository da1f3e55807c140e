//! Every byte in each of the five safelisted request-headers.

use cors_vectors::agent::{AgentCase, AgentFile, ErrorKind};

use super::build::{
    actual, allow_actual, allow_preflight, bytes, case, error, fetch, file, header, plain,
    preflight, shared,
};
use super::tables::{NEVER_IN_A_VALUE, TRIMMED_BY_NORMALIZE, cors_unsafe, hex, language};

/// What becomes of a request with one such header.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    /// The API refuses the value.
    Throws,
    /// The header is not safelisted: a preflight asks for it.
    Preflight,
    /// The header is safelisted: the request goes straight out.
    Straight,
}

struct Sweep {
    area: &'static str,
    about: &'static str,
    name: &'static str,
    lower: &'static str,
    spec: &'static [&'static str],
    rules: &'static [&'static str],
    /// What stands before and after the byte.
    around: (&'static str, &'static str),
    fate: fn(u8) -> Fate,
}

impl Sweep {
    fn file(&self) -> AgentFile {
        file(
            self.area,
            self.about,
            "header-bytes",
            (0..=255).map(|byte| self.case(byte)).collect(),
        )
    }

    fn case(&self, byte: u8) -> AgentCase {
        let (before, after) = self.around;
        let value = bytes(&[before.as_bytes(), &[byte], after.as_bytes()].concat());
        let id = format!("{}/{}", self.area, hex(byte));
        let mut f = fetch();
        f.headers = vec![header(self.name, value)];
        let allowed = || {
            vec![
                allow_preflight(None, Some(plain(self.lower))),
                allow_actual(),
            ]
        };
        match (self.fate)(byte) {
            Fate::Throws => case(
                id,
                format!("0x{byte:02X} cannot stand in a header value, so the API throws"),
                &["fetch#headers-validate/1", "fetch#header-value"],
                &["CL-BYTE-02"],
                vec![f],
                Vec::new(),
                Vec::new(),
                vec![error(ErrorKind::TypeError)],
            ),
            Fate::Preflight => case(
                id,
                format!(
                    "0x{byte:02X} in {} makes the request preflighted",
                    self.name
                ),
                self.spec,
                self.rules,
                vec![f],
                allowed(),
                vec![
                    preflight(plain("GET"), Some(plain(self.lower))),
                    actual(plain("GET")),
                ],
                vec![shared(200)],
            ),
            Fate::Straight => case(
                id,
                format!("0x{byte:02X} in {} leaves it safelisted", self.name),
                self.spec,
                self.rules,
                vec![f],
                allowed(),
                vec![actual(plain("GET"))],
                vec![shared(200)],
            ),
        }
    }
}

fn unsafe_bytes(byte: u8) -> Fate {
    if NEVER_IN_A_VALUE.contains(&byte) {
        Fate::Throws
    } else if cors_unsafe(byte) {
        Fate::Preflight
    } else {
        Fate::Straight
    }
}

fn language_bytes(byte: u8) -> Fate {
    if NEVER_IN_A_VALUE.contains(&byte) {
        Fate::Throws
    } else if language(byte) {
        Fate::Straight
    } else {
        Fate::Preflight
    }
}

/// `bytes=0-1` followed by the byte: white space is removed by normalization, a digit continues the
/// number, anything else is trailing data that a single range does not allow.
fn range_bytes(byte: u8) -> Fate {
    if TRIMMED_BY_NORMALIZE.contains(&byte) || byte.is_ascii_digit() {
        Fate::Straight
    } else if byte == 0 {
        Fate::Throws
    } else {
        Fate::Preflight
    }
}

/// `Accept: a<byte>b`.
pub(super) fn accept() -> AgentFile {
    Sweep {
        area: "accept-bytes",
        about: "Every byte inside an Accept value: the CORS-unsafe ones make the request preflighted.",
        name: "Accept",
        lower: "accept",
        spec: &["fetch#cors-safelisted-request-header/2[accept].1", "fetch#cors-unsafe-request-header-byte"],
        rules: &["CL-BYTE-01", "CL-HDR-03"],
        around: ("a", "b"),
        fate: unsafe_bytes,
    }
    .file()
}

/// `Accept-Language: en<byte>US`.
pub(super) fn accept_language() -> AgentFile {
    Sweep {
        area: "accept-language-bytes",
        about: "Every byte inside an Accept-Language value: 69 of them keep it safelisted.",
        name: "Accept-Language",
        lower: "accept-language",
        spec: &["fetch#cors-safelisted-request-header/2[accept-language]"],
        rules: &["CL-LANG-01"],
        around: ("en", "US"),
        fate: language_bytes,
    }
    .file()
}

/// `Content-Language: en<byte>US`.
pub(super) fn content_language() -> AgentFile {
    Sweep {
        area: "content-language-bytes",
        about: "Every byte inside a Content-Language value: 69 of them keep it safelisted.",
        name: "Content-Language",
        lower: "content-language",
        spec: &["fetch#cors-safelisted-request-header/2[accept-language]"],
        rules: &["CL-LANG-01"],
        around: ("en", "US"),
        fate: language_bytes,
    }
    .file()
}

/// `Content-Type: text/plain;x=a<byte>b`.
pub(super) fn content_type() -> AgentFile {
    Sweep {
        area: "content-type-bytes",
        about: "Every byte inside a parameter of a safelisted Content-Type: only the CORS-unsafe ones count, \
                since parameters play no part in the essence.",
        name: "Content-Type",
        lower: "content-type",
        spec: &["fetch#cors-safelisted-request-header/2[content-type].1", "fetch#cors-unsafe-request-header-byte"],
        rules: &["CL-BYTE-01", "CL-CT-04"],
        around: ("text/plain;x=a", "b"),
        fate: unsafe_bytes,
    }
    .file()
}

/// `Range: bytes=0-1<byte>`.
pub(super) fn range() -> AgentFile {
    Sweep {
        area: "range-bytes",
        about: "Every byte at the end of a Range value: digits continue it, white space is trimmed, the rest \
                is no single range.",
        name: "Range",
        lower: "range",
        spec: &["fetch#simple-range-header-value/16", "fetch#cors-safelisted-request-header/2[range].2"],
        rules: &["CL-RANGE-03", "CL-BYTE-02"],
        around: ("bytes=0-1", ""),
        fate: range_bytes,
    }
    .file()
}
