use alloc::format;
use alloc::string::ToString as _;
use alloc::vec::Vec;

use crate::header::{
    Abnf, ExtractFailure, Header, HeaderList, HeaderName, Listed, delta_seconds,
    extract_header_list_values, extract_header_values, names,
};
use crate::support::header;
use crate::trace::{NoTrace, Steps};

type Extracted = Result<Option<Vec<Vec<u8>>>, ExtractFailure>;

fn extract(name: &HeaderName, values: &[&[u8]]) -> Extracted {
    let lines = values.iter().map(|value| Header {
        name: name.clone(),
        ..header("x", value)
    });
    let list: HeaderList = lines.collect();
    let extracted = extract_header_list_values(name, &list, &mut NoTrace);
    extracted.map(|values| values.map(|values| values.into_iter().map(<[u8]>::to_vec).collect()))
}

fn values(values: &[&str]) -> Extracted {
    Ok(Some(
        values
            .iter()
            .map(|value| value.as_bytes().to_vec())
            .collect(),
    ))
}

const FAILURE: Extracted = Err(ExtractFailure::Grammar);

#[test]
fn lists_take_empty_elements_and_blanks_around_commas() {
    for name in [names::ACAM, names::ACAH, names::ACEH] {
        assert_eq!(extract(&name, &[]), Ok(None));
        assert_eq!(extract(&name, &[b""]), values(&[]));
        assert_eq!(extract(&name, &[b","]), values(&[]));
        assert_eq!(extract(&name, &[b"a,b"]), values(&["a", "b"]));
        assert_eq!(extract(&name, &[b",a ,\t,B,"]), values(&["a", "B"]));
        assert_eq!(
            extract(&name, &[b"a", b"", b"b,c"]),
            values(&["a", "b", "c"])
        );
        assert_eq!(extract(&name, &[b"*"]), values(&["*"]));
        assert_eq!(extract(&name, &[b"'x'"]), values(&["'x'"]));
    }
}

#[test]
fn one_bad_element_spoils_all() {
    for bad in [
        &b"a b"[..],
        b"a;b",
        b"a,\x0Bb",
        b"a\x0B",
        b"\"a\"",
        b"b@d",
        b"x:y",
        b"P\xDCT",
        b"a,b c",
        b"a b,c",
        b"PUT;q=1",
        b"(PUT)",
        b"PUT/1",
        b"a,\x0Cb",
    ] {
        assert_eq!(extract(&names::ACAM, &[bad]), FAILURE, "{bad:?}");
        assert_eq!(extract(&names::ACAH, &[b"ok", bad]), FAILURE, "{bad:?}");
    }
}

#[test]
fn single_headers_fail_when_repeated_even_if_equal() {
    let several = Err(ExtractFailure::SeveralHeaders);
    for name in [names::ACMA, names::ACRM, names::LOCATION] {
        assert_eq!(extract(&name, &[b"600"]), values(&["600"]));
        assert_eq!(extract(&name, &[b"600", b"600"]), several);
        assert_eq!(extract(&name, &[b"", b"600"]), several);
        assert_eq!(extract(&name, &[]), Ok(None));
    }
}

#[test]
fn max_age_is_digits_and_nothing_else() {
    for good in ["0", "007", "600", "99999999999999999999"] {
        assert_eq!(extract(&names::ACMA, &[good.as_bytes()]), values(&[good]));
    }
    for bad in [
        "", "-1", "+5", "5.0", "5s", "1e3", "0x10", "\"5\"", "'5'", "6 0", "five", "5;x=1", "٥",
        "60, 60", "60,",
    ] {
        assert_eq!(extract(&names::ACMA, &[bad.as_bytes()]), FAILURE, "{bad}");
    }
}

#[test]
fn request_headers_have_grammars_too() {
    assert_eq!(extract(&names::ACRH, &[b"a,b"]), values(&["a", "b"]));
    assert_eq!(extract(&names::ACRH, &[b""]), FAILURE);
    assert_eq!(extract(&names::ACRH, &[b","]), FAILURE);
    assert_eq!(extract(&names::ACRH, &[b"a b"]), FAILURE);
    assert_eq!(extract(&names::ACRM, &[b"PUT"]), values(&["PUT"]));
    assert_eq!(extract(&names::ACRM, &[b"PUT,GET"]), FAILURE);
    assert_eq!(extract(&names::ACRM, &[b""]), FAILURE);
    assert_eq!(extract(&names::LOCATION, &[b"a b,c"]), values(&["a b,c"]));
    assert_eq!(extract(&names::TAO, &[b"a b", b"c"]), values(&["a b", "c"]));
}

#[test]
fn grammars_say_what_they_expect() {
    let expected = [
        Abnf::Tokens,
        Abnf::SomeTokens,
        Abnf::Token,
        Abnf::DeltaSeconds,
        Abnf::UriReference,
        Abnf::Unknown,
    ]
    .map(Abnf::expects);
    assert_eq!(
        expected,
        [
            "tokens, separated by commas",
            "one or more tokens, separated by commas",
            "one token",
            "a number of seconds, in digits",
            "one URL",
            "anything",
        ]
    );
    assert_eq!(Abnf::of(&names::LOCATION), Abnf::UriReference);
    assert_eq!(
        ExtractFailure::SeveralHeaders.to_string(),
        "the header may be there once and is there several times"
    );
    assert_eq!(
        ExtractFailure::Grammar.to_string(),
        "the value does not have the form that the header requires"
    );
}

#[test]
fn one_header_is_extracted_with_its_steps() {
    let mut steps = Steps::default();
    let good = Header {
        name: names::ACAM,
        ..header("x", b"a")
    };
    assert_eq!(
        extract_header_values(&good, &mut steps),
        Ok(Vec::from([&b"a"[..]]))
    );
    let bad = Header {
        name: names::ACAM,
        ..header("x", b"a b")
    };
    assert_eq!(
        extract_header_values(&bad, &mut steps),
        Err(ExtractFailure::Grammar)
    );
    assert_eq!(
        steps.render(),
        "1. [api] fetch#extract-header-values/2: Values in `a`: 1.\n\
         2. [api] fetch#extract-header-values/1: `a b` is not tokens, separated by commas.\n"
    );
}

#[test]
fn seconds_never_wrap() {
    assert_eq!(delta_seconds(b"0"), 0);
    assert_eq!(delta_seconds(b"007"), 7);
    assert_eq!(delta_seconds(b"4294967295"), u32::MAX);
    assert_eq!(delta_seconds(b"4294967296"), u32::MAX);
    assert_eq!(delta_seconds(b"99999999999999999999"), u32::MAX);
    assert_eq!(delta_seconds(b"86400"), 86400);
}

#[test]
fn lists_are_shown_with_commas() {
    assert_eq!(format!("{}", Listed(&[b"a", b"b"])), "`a`, `b`");
}
