//! What a case says of the bytes of a response, and whether it holds.

use cors_net::raw::{Framing, Head, Raw};
use cors_text::escape::escape_cut;
use cors_vectors::check::WireIs;
use cors_vectors::names::is_token;

/// Whether a statement holds, and what was wanted and what came.
pub(crate) fn holds(raw: &Raw, is: WireIs) -> (bool, String) {
    let (wrong, wanted) = match is {
        WireIs::NoContent => (content(raw), "nothing after the head, and none announced"),
        WireIs::WellFramed => (misframed(raw), "after the head what it announces"),
        WireIs::WellFormedFields => (
            heads(raw).find_map(malformed),
            "header lines that are a name, a colon and a value",
        ),
        WireIs::PlainInterim => (
            raw.interim
                .iter()
                .chain(switched(raw))
                .find_map(wrong_interim),
            "no interim answer, or ones that announce no content and switch to nothing",
        ),
    };
    let holds = wrong.is_none();
    let came = wrong.unwrap_or_else(|| "the answer is as it should be".to_owned());
    (holds, format!("{came}, expected {wanted}"))
}

fn heads(raw: &Raw) -> impl Iterator<Item = &Head> {
    raw.interim.iter().chain([&raw.last])
}

/// The last answer where it says that another protocol follows.
fn switched(raw: &Raw) -> Option<&Head> {
    Some(&raw.last).filter(|head| head.status == 101)
}

fn content(raw: &Raw) -> Option<String> {
    // No client takes it for the beginning of something.
    let none = |line: &String| line == "Content-Length: 0";
    let announced = raw.last.announces().filter(|line| !none(line));
    let announced = announced.map(|line| format!("the head has {line}"));
    announced.or_else(|| {
        let shown = escape_cut(&raw.rest);
        (!raw.rest.is_empty()).then(|| format!("`{shown}` follows the head"))
    })
}

fn misframed(raw: &Raw) -> Option<String> {
    match raw.framing() {
        Framing::Whole | Framing::UntilTheEnd => None,
        Framing::Incomplete if raw.let_go => None,
        Framing::Incomplete => Some("less follows the head than it announces".to_owned()),
        Framing::Surplus(more) => {
            let at = raw.rest.len().saturating_sub(more);
            let shown = escape_cut(raw.rest.get(at..).unwrap_or_default());
            Some(format!("{more} bytes too many follow the head: `{shown}`"))
        }
        Framing::Broken(said) => Some(said),
    }
}

fn wrong_interim(head: &Head) -> Option<String> {
    let Head { status, .. } = head;
    if *status == 101 {
        return Some("101 switches to another protocol, for which nobody asked".to_owned());
    }
    let line = head.announces()?;
    Some(format!("the interim answer {status} has {line}"))
}

/// The first line that is no well-formed field, with what is wrong with it.
fn malformed(head: &Head) -> Option<String> {
    head.lines.iter().find_map(|line| {
        let shown = escape_cut(line);
        let Some(field) = line.strip_suffix(b"\r") else {
            return Some(format!("the line `{shown}` does not end with CR and LF"));
        };
        if field.first().is_some_and(|byte| is_blank(*byte)) {
            return Some(format!("the line `{shown}` is folded"));
        }
        let colon = field.iter().position(|byte| *byte == b':');
        let (name, value) = field.split_at(colon.unwrap_or(field.len()));
        if colon.is_none() || !is_token(name) {
            return Some(format!(
                "the line `{shown}` does not begin with a name and a colon"
            ));
        }
        let control = value
            .iter()
            .any(|byte| byte.is_ascii_control() && *byte != b'\t');
        control.then(|| format!("the line `{shown}` holds a control character"))
    })
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(head: &str, rest: &str) -> Raw {
        let head = format!("HTTP/1.1 {head}\r\n\r\n");
        let (last, taken) = Head::read(head.as_bytes()).unwrap().unwrap();
        assert_eq!(taken, head.len());
        Raw {
            interim: Vec::new(),
            last,
            rest: rest.as_bytes().to_vec(),
            to_head: false,
            let_go: false,
        }
    }

    fn is(raw: &Raw, is: WireIs) -> bool {
        holds(raw, is).0
    }

    #[test]
    fn statements_about_bytes_hold_or_say_what_came() {
        assert!(is(&raw("204 No\r\nVary: Origin", ""), WireIs::NoContent));
        assert!(is(
            &raw("204 No\r\nContent-Length: 0", ""),
            WireIs::NoContent
        ));
        for (head, rest, said) in [
            (
                "204 No\r\nContent-Length: 2",
                "",
                "the head has Content-Length: 2",
            ),
            (
                "204 No\r\nTransfer-encoding: chunked",
                "",
                "the head has Transfer-Encoding: chunked",
            ),
            ("204 No", "ok\n", r"`ok\x0a` follows the head"),
        ] {
            let (is_so, found) = holds(&raw(head, rest), WireIs::NoContent);
            assert!(!is_so && found.starts_with(said), "{found}");
        }
        assert!(is(
            &raw("200 OK\r\nA:b\r\nC:\t d \r\ne: ", ""),
            WireIs::WellFormedFields
        ));
        for (head, said) in [
            ("200 OK\r\nA : b", "does not begin with a name"),
            ("200 OK\r\nA: b\r\n c", "is folded"),
            ("200 OK\r\nA: b\nC: d", "does not end with CR and LF"),
            ("200 OK\r\nA: b\0c", "control character"),
            ("200 OK\r\nnothing", "does not begin with a name"),
        ] {
            let (is_so, found) = holds(&raw(head, ""), WireIs::WellFormedFields);
            assert!(!is_so && found.contains(said), "{found}");
        }
        let mut interim = raw("200 OK", "");
        assert!(is(&interim, WireIs::PlainInterim));
        interim.interim = vec![raw("103 Early\r\nLink: x", "").last];
        assert!(is(&interim, WireIs::PlainInterim));
        interim
            .interim
            .push(raw("103 Early\r\nContent-Length: 0", "").last);
        assert!(!is(&interim, WireIs::PlainInterim));
        assert!(!is(&raw("101 Switching", ""), WireIs::PlainInterim));
    }

    #[test]
    fn broken_framing_is_not_well_framed() {
        for (head, rest) in [
            (
                "200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
                "0\r\n\r\n",
            ),
            ("200 OK\r\nContent-Length: 2\r\nContent-Length: 3", "ok"),
            ("200 OK\r\nContent-Length: +2", "ok"),
            ("200 OK\r\nTransfer-Encoding: chunked", "z\r\n"),
            ("200 OK\r\nTransfer-Encoding: chunked", "1\r\nok\r\n"),
        ] {
            assert!(!is(&raw(head, rest), WireIs::WellFramed));
        }
    }
}
