use proptest::prelude::*;

use std::net::IpAddr;

use super::form::ONE;
use super::range::{address_like, bits_of, mask, written};
use super::*;
use crate::origin::{Parts, check_serialized};

/// Every form, with origins that fit it and others that do not.
const FORMS: &[(&str, &[&str], &[&str])] = &[
    (
        "https://*.a.test:8443",
        &["https://x.a.test:8443", "https://x.y-1_.a.test:8443"],
        &[
            "https://a.test:8443",
            "https://.a.test:8443",
            "https://x..a.test:8443",
            "https://xa.test:8443",
            "http://x.a.test:8443",
            "https://x.a.test",
            "https://X.a.test:8443",
            "https://evil.test/.a.test:8443",
            "https://u@x.a.test:8443",
            "https://x.a.test:8443.evil.test",
        ],
    ),
    (
        "https://{label}.a.test",
        &["https://x.a.test", "https://xn--bcher-kva.a.test"],
        &[
            "https://a.test",
            "https://x.y.a.test",
            "https://.a.test",
            "https://x.a.test:8443",
            "https://{label}.a.test",
        ],
    ),
    (
        "https://app.*.test",
        &["https://app.x.test"],
        &[
            "https://app.test",
            "https://app.x.y.test",
            "https://evilapp.x.test",
        ],
    ),
    (
        "https://preview-*--site.a.test",
        &[
            "https://preview-1--site.a.test",
            "https://preview-a-b_c--site.a.test",
        ],
        &[
            "https://preview---site.a.test",
            "https://preview-x.evil--site.a.test",
            "https://evilpreview-1--site.a.test",
            "https://preview-1--site.a.test.evil.test",
            "https://preview-1--sitexa.test",
            "https://preview-1/--site.a.test",
        ],
    ),
    (
        "https://*-team.a.test",
        &["https://x-team.a.test"],
        &[
            "https://-team.a.test",
            "https://x.y-team.a.test",
            "https://xteam.a.test",
        ],
    ),
    (
        "http://localhost:*",
        &[
            "http://localhost",
            "http://localhost:1",
            "http://localhost:65535",
        ],
        &[
            "https://localhost",
            "http://localhost:",
            "http://localhost:0",
            "http://localhost:080",
            "http://localhost:80",
            "http://localhost:65536",
            "http://localhost:3000.evil.test",
            "http://localhost:3000/",
            "http://evillocalhost:3000",
            "http://localhost.evil.test",
        ],
    ),
    (
        "https://*.app.test:*",
        &["https://x.app.test", "https://x.y.app.test:8443"],
        &[
            "https://app.test:8443",
            "http://x.app.test",
            "https://x.app.test:443",
        ],
    ),
    (
        "https://*",
        &[
            "https://a.test",
            "https://a.test:8443",
            "https://[::1]",
            "https://localhost",
        ],
        &[
            "http://a.test",
            "https://",
            "https://a.test/",
            "https://A.test",
            "https://a.test:443",
            "https://u@a.test",
            "null",
            "https://*",
        ],
    ),
    (
        "chrome-extension://*",
        &["chrome-extension://abcdefghijklmnopabcdefghijklmnop"],
        &["chrome-extension://", "moz-extension://a", "https://a.test"],
    ),
    (
        "http://10.20.0.0/16:3000",
        &["http://10.20.0.0:3000", "http://10.20.255.255:3000"],
        &[
            "http://10.21.0.0:3000",
            "http://10.20.1.1",
            "http://10.20.1:3000",
            "http://10.20.1.1.evil.test:3000",
            "http://10.20.01.1:3000",
            "http://[::ffff:10.20.1.1]:3000",
            "https://10.20.1.1:3000",
        ],
    ),
    (
        "http://[fd00::]/8:*",
        &["http://[fd00::1]", "http://[fdff::]:81"],
        &[
            "http://[fe00::1]",
            "http://[fd00:0::1]",
            "http://fd00::1",
            "http://10.0.0.1",
        ],
    ),
];

#[test]
fn each_form_fits_what_it_means_and_not_what_looks_like_it() {
    for (pattern, fitting, others) in FORMS {
        assert!(is_pattern(pattern), "{pattern}");
        assert_eq!(check_pattern(pattern), Ok(()), "{pattern}");
        for origin in *fitting {
            assert!(
                fits_pattern(origin.as_bytes(), pattern),
                "{pattern} {origin}"
            );
        }
        for origin in *others {
            assert!(
                !fits_pattern(origin.as_bytes(), pattern),
                "{pattern} {origin}"
            );
        }
    }
    assert!(!is_pattern("https://a.test") && !is_pattern("http://10.0.0.1:81"));
    assert!(!fits_pattern(b"https://a.test", "https://a.test"));
}

#[test]
fn derived_origins_of_each_form() {
    let derived = |pattern: &'static str| OriginPattern::read(pattern).unwrap().fitting();
    assert_eq!(
        derived("https://preview-*--site.a.test"),
        [
            "https://preview-app--site.a.test",
            "https://preview-second-one--site.a.test",
            "https://preview-third--site.a.test"
        ]
    );
    assert_eq!(
        derived("http://localhost:*"),
        [
            "http://localhost:3000",
            "http://localhost",
            "http://localhost:5173"
        ]
    );
    assert_eq!(
        derived("http://10.20.0.0/31"),
        ["http://10.20.0.0", "http://10.20.0.1"]
    );
    assert_eq!(derived("http://[fd00::]/8")[0], "http://[fd00::1]");
    let near = OriginPattern::read("https://{label}.a.test")
        .unwrap()
        .near();
    assert_eq!(
        near,
        [
            (Near::Port, "https://app.a.test:9999".to_owned()),
            (Near::Suffix, "https://app.a.test.evil.example".to_owned()),
            (Near::Apex, "https://a.test".to_owned()),
            (Near::Prefix, "https://evila.test".to_owned()),
            (Near::Dotted, "https://app.evil.a.test".to_owned()),
            (Near::Scheme, "http://app.a.test".to_owned()),
        ]
    );
    let near = OriginPattern::read("http://10.20.0.0/16:*").unwrap().near();
    assert_eq!(near[0], (Near::Range, "http://10.19.255.255".to_owned()));
    assert_eq!(
        near[1],
        (Near::Suffix, "http://10.20.0.1.evil.example".to_owned())
    );
}

#[test]
fn what_is_wrong_is_said_with_what_to_write() {
    let star = "has a star in a place where patterns have none: expected one for labels \
                (`https://*.rest`; `https://{label}.rest` for exactly one), for a part of a label \
                (`https://app-*.rest`), for any host (`https://*`) or for any port \
                (`http://localhost:*`)";
    for (pattern, expected) in [
        (
            "*.a.test",
            "`*.a.test` has no scheme: expected `scheme://host` or `scheme://host:port`".to_owned(),
        ),
        (
            "10.20.0.0/16",
            "`10.20.0.0/16` has no scheme: expected `scheme://host` or `scheme://host:port`"
                .to_owned(),
        ),
        ("*://a.test", format!("`*://a.test` {star}")),
        (
            "http://localhost:3*",
            format!("`http://localhost:3*` {star}"),
        ),
        (
            "https://a*b*.a.test",
            format!("`https://a*b*.a.test` {star}"),
        ),
        (
            "https://x{label}.a.test",
            format!("`https://x{{label}}.a.test` {star}"),
        ),
        (
            "http://10.20.*:3000",
            "`http://10.20.*:3000` is no origin: addresses have no labels: write a range such as \
             `http://10.20.0.0/16:*`"
                .to_owned(),
        ),
        (
            "http://10.20.0.1/16",
            "`http://10.20.0.1/16` is no origin: the range begins at another address; write \
             `http://10.20.0.0/16`"
                .to_owned(),
        ),
        (
            "http://10.20.0.0/33",
            "`http://10.20.0.0/33` is no origin: a range has at most 32 bits".to_owned(),
        ),
        (
            "https://*.A.test",
            "`https://*.A.test` has upper-case letters, which browsers lower; write \
             `https://*.a.test`"
                .to_owned(),
        ),
        (
            "https://*.a.test:443",
            "`https://*.a.test:443` states the default port, which browsers leave out; write \
             `https://*.a.test`"
                .to_owned(),
        ),
        (
            "https://*.a.test/",
            "`https://*.a.test/` goes on after the host: an origin has no path, not even `/`; \
             write `https://*.a.test`"
                .to_owned(),
        ),
    ] {
        let problem = check_pattern(pattern).expect_err(pattern);
        assert_eq!(problem.to_string(), expected);
    }
}

/// Patterns of every form, of random parts.
fn patterns() -> impl Strategy<Value = String> {
    let label = "[a-z][a-z0-9-]{0,5}[a-z0-9]";
    let scheme = prop_oneof![
        Just("https"),
        Just("http"),
        Just("capacitor"),
        Just("chrome-extension")
    ];
    let part = (label, label).prop_map(|(before, after)| format!("{before}*{after}"));
    let starred = prop_oneof![
        Just("*".to_owned()),
        Just(ONE.to_owned()),
        part,
        label.prop_map(|after| format!("*-{after}")),
        label.prop_map(|before| format!("{before}-*")),
    ];
    let end = prop_oneof![Just("example"), Just("test"), Just("com")];
    let middle = prop::collection::vec(
        prop_oneof![3 => label.boxed(), 1 => Just("*".to_owned()).boxed()],
        0..3,
    );
    let named = (starred, middle, label, end).prop_map(|(first, middle, last, end)| {
        let mut labels = vec![first];
        labels.extend(middle);
        labels.extend([last, end.to_owned()]);
        labels.join(".")
    });
    let v4 = (any::<[u8; 4]>(), 0_u8..=32).prop_map(|(address, bits)| {
        let kind = IpAddr::from(address);
        let first = address_like(kind, bits_of(kind).0 & mask(bits));
        format!("{}/{bits}", written(first))
    });
    let v6 = (any::<[u8; 16]>(), 0_u8..=128).prop_map(|(address, bits)| {
        let kind = IpAddr::from(address);
        let first = address_like(kind, bits_of(kind).0 & mask(bits));
        format!("{}/{bits}", written(first))
    });
    let host = prop_oneof![4 => named.boxed(), 1 => v4.boxed(), 1 => v6.boxed(), 1 => Just("*".to_owned()).boxed()];
    let port = prop_oneof![
        Just(String::new()),
        Just(":*".to_owned()),
        (1024_u16..).prop_map(|port| format!(":{port}"))
    ];
    (scheme, host, port).prop_map(|(scheme, host, port)| format!("{scheme}://{host}{port}"))
}

proptest! {
    #[test]
    fn what_is_derived_fits_and_what_nearly_fits_does_not(pattern in patterns()) {
        let read = OriginPattern::read(&pattern);
        prop_assume!(read.is_ok());
        let read = read.unwrap();
        let fitting = read.fitting();
        prop_assert!(!fitting.is_empty(), "{}", pattern);
        for origin in fitting {
            prop_assert!(read.fits(origin.as_bytes()), "{} {}", pattern, origin);
            prop_assert_eq!(check_serialized(&origin), Ok(()), "{} {}", pattern, origin);
        }
        for (kind, origin) in read.near() {
            prop_assert!(!read.fits(origin.as_bytes()), "{} {:?} {}", pattern, kind, origin);
        }
    }

    #[test]
    fn what_fits_is_an_origin_and_nothing_around_it_fits(
        pattern in patterns(),
        before in "[a-z/@.:#]{0,3}",
        after in "[a-z0-9/@.:#]{1,4}",
    ) {
        let read = OriginPattern::read(&pattern);
        prop_assume!(read.is_ok());
        let read = read.unwrap();
        for origin in read.fitting() {
            let around = format!("{before}{origin}{after}");
            if read.fits(around.as_bytes()) {
                prop_assert_eq!(check_serialized(&around), Ok(()), "{} {}", pattern, around);
            }
        }
    }
}

#[test]
fn what_stands_around_a_star_makes_an_origin_that_fits() {
    let found = [
        ("https://*.a.test:8443", Some(("https://", ".a.test:8443"))),
        ("https://{label}.a.test", Some(("https://", ".a.test"))),
        ("https://app.*.test", Some(("https://app.", ".test"))),
        (
            "https://pre-*--site.a.test",
            Some(("https://pre-", "--site.a.test")),
        ),
        ("https://*", Some(("https://", ".example"))),
        ("http://localhost:*", None),
        ("http://10.0.0.0/8", None),
    ];
    for (pattern, around) in found {
        let read = OriginPattern::read(pattern).unwrap();
        let stated = read.around_star();
        let stated = stated
            .as_ref()
            .map(|(start, end)| (start.as_str(), end.as_str()));
        assert_eq!(stated, around, "{pattern}");
        if let Some((start, end)) = stated {
            let origin = format!("{start}my-app-2{end}");
            assert!(read.fits(origin.as_bytes()), "{origin}");
        }
    }
}

#[test]
fn a_star_in_a_label_that_stands_for_nothing_is_near() {
    let read = OriginPattern::read("https://pre-*--site.a.test").unwrap();
    let apex = (Near::Apex, "https://pre---site.a.test".to_owned());
    assert!(read.near().contains(&apex), "{:?}", read.near());
}

#[test]
fn the_longest_host_that_fits_has_253_characters() {
    let found = [
        ("https://*.a.test:8443", true),
        ("https://*", true),
        (
            "https://*.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.test",
            true,
        ),
        ("https://{label}.a.test", false),
        ("https://pre-*.a.test", false),
        ("chrome-extension://*", false),
        ("http://localhost:*", false),
    ];
    for (pattern, has_one) in found {
        let read = OriginPattern::read(pattern).unwrap();
        let longest = read.longest();
        assert_eq!(longest.is_some(), has_one, "{pattern}");
        if let Some(origin) = longest {
            assert!(read.fits(origin.as_bytes()), "{origin}");
            let host = Parts::of(&origin).unwrap().host;
            assert_eq!(host.len(), 253, "{origin}");
            assert!(host.split('.').all(|label| (1..=63).contains(&label.len())));
            assert_eq!(check_serialized(&origin), Ok(()));
        }
    }
}

#[test]
fn an_origin_without_a_port_is_there_where_any_port_fits() {
    let portless = |pattern| OriginPattern::read(pattern).unwrap().portless();
    assert_eq!(
        portless("http://localhost:*").as_deref(),
        Some("http://localhost")
    );
    assert_eq!(
        portless("https://*.a.test:*").as_deref(),
        Some("https://app.a.test")
    );
    assert_eq!(portless("https://*.a.test"), None);
}
