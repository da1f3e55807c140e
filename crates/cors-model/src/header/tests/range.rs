use crate::header::{NotASingleRange, SingleRange, parse_single_range_header_value};
use crate::trace::NoTrace;

type Parsed<'a> = Result<SingleRange<'a>, NotASingleRange>;

fn strict(value: &[u8]) -> Parsed<'_> {
    parse_single_range_header_value(value, false, &mut NoTrace)
}

fn lenient(value: &[u8]) -> Parsed<'_> {
    parse_single_range_header_value(value, true, &mut NoTrace)
}

fn range<'a>(start: Option<&'a str>, end: Option<&'a str>) -> Parsed<'a> {
    Ok(SingleRange {
        start: start.map(str::as_bytes),
        end: end.map(str::as_bytes),
    })
}

#[test]
fn ranges_have_a_start_or_an_end() {
    assert_eq!(strict(b"bytes=0-"), range(Some(""), None));
    assert_eq!(strict(b"bytes=0-0"), range(Some(""), Some("")));
    assert_eq!(strict(b"bytes=100-200"), range(Some("100"), Some("200")));
    assert_eq!(strict(b"bytes=009-9"), range(Some("9"), Some("9")));
    assert_eq!(strict(b"bytes=-500"), range(None, Some("500")));
}

#[test]
fn anything_else_is_no_range() {
    for bad in [
        "bytes=-",
        "bytes=",
        "bytes",
        "",
        "bytes=200-100",
        "bytes=010-9",
        "BYTES=0-1",
        "items=0-1",
        "bytes =0-1",
        "bytes:0-1",
        "bytesx=0-1",
        "bytes= 0-1",
        "bytes=0 -1",
        "bytes=0- 1",
        "bytes=\t0-1",
        "bytes=0-1,5-6",
        "bytes=0-1,",
        "bytes=+1-2",
        "bytes=0x1-2",
        "bytes=0--1",
        "bytes=1-2-3",
        "bytes=0-9;x",
        "bytes=1",
        "bytes=2-10 ",
    ] {
        assert_eq!(strict(bad.as_bytes()), Err(NotASingleRange), "{bad}");
    }
}

#[test]
fn numbers_have_any_size() {
    let (small, great) = ("18446744073709551616", "18446744073709551617");
    let value = alloc::format!("bytes={small}-{great}");
    assert_eq!(strict(value.as_bytes()), range(Some(small), Some(great)));
    let value = alloc::format!("bytes={great}-{small}");
    assert_eq!(strict(value.as_bytes()), Err(NotASingleRange));
    assert_eq!(strict(b"bytes=9-10"), range(Some("9"), Some("10")));
    assert_eq!(strict(b"bytes=10-9"), Err(NotASingleRange));
}

#[test]
fn whitespace_may_be_allowed() {
    let wanted = range(Some("1"), Some("2"));
    for value in [
        "bytes =1-2",
        "bytes= 1-2",
        "bytes=1 -2",
        "bytes=1-\t2",
        "bytes \t= \t1 - 2",
    ] {
        assert_eq!(lenient(value.as_bytes()), wanted, "{value}");
        assert_eq!(strict(value.as_bytes()), Err(NotASingleRange), "{value}");
    }
    assert_eq!(lenient(b"bytes=1-2 "), Err(NotASingleRange));
}
