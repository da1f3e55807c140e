//! Choosing cases.

use cors_vectors::select::{Select, Selector};
use cors_vectors::server::ServerCase;

fn cases() -> Vec<ServerCase> {
    [
        (
            "origin/allowed",
            "must",
            "fetch#concept-cors-check/4",
            "SV-ORIGIN-01",
            "",
        ),
        (
            "origin/null",
            "should",
            "fetch#concept-cors-check/4",
            "SV-ORIGIN-03",
            "\"slow\"",
        ),
        (
            "vary/allowed",
            "should",
            "rfc9110#section-12.5.5",
            "SV-VARY-01",
            "",
        ),
        (
            "vary/null",
            "info",
            "rfc9110#section-12.5.5",
            "SV-VARY-01",
            "\"slow\"",
        ),
    ]
    .into_iter()
    .map(|(id, level, spec, rule, tag)| {
        let json = format!(
            r#"{{"id":"{id}","aliases":["old-{id}"],"title":"t","why":"w","spec":["{spec}"],
                "rules":["{rule}"],"tags":[{tag}],"level":"{level}","policy":"p","steps":[]}}"#
        );
        serde_json::from_str(&json).unwrap()
    })
    .collect()
}

fn choose(pick: &[&str], skip: &[&str]) -> Result<Vec<String>, String> {
    let cases = cases();
    let select = Select::parse(pick.iter().copied(), skip.iter().copied())
        .map_err(|error| error.to_string())?;
    let chosen = select.choose(&cases).map_err(|error| error.to_string())?;
    Ok(chosen.into_iter().map(|case| case.id.clone()).collect())
}

#[test]
fn selectors_choose() {
    let all = ["origin/allowed", "origin/null", "vary/allowed", "vary/null"];
    for (pick, skip, expected) in [
        (&[][..], &[][..], &all[..]),
        (&["origin/allowed"], &[], &all[..1]),
        (&["origin"], &[], &all[..2]),
        (&["origin/*"], &[], &all[..2]),
        (&["**"], &[], &all[..]),
        (&["*/null"], &[], &["origin/null", "vary/null"]),
        (&["**/n*"], &[], &["origin/null", "vary/null"]),
        (&["old-origin/null"], &[], &["origin/null"]),
        (
            &["origin/null", "vary/null"],
            &[],
            &["origin/null", "vary/null"],
        ),
        (&["tag:slow"], &[], &["origin/null", "vary/null"]),
        (&["level:should"], &[], &["origin/null", "vary/allowed"]),
        (
            &["level:should", "level:info", "vary/*"],
            &[],
            &["vary/allowed", "vary/null"],
        ),
        (&["spec:fetch#concept-cors-check"], &[], &all[..2]),
        (&["spec:fetch#concept-cors-check/4"], &[], &all[..2]),
        (&["spec:rfc9110#section-12.5"], &[], &all[2..]),
        (&["rule:SV-VARY-01"], &["tag:slow"], &["vary/allowed"]),
        (&[], &["origin", "*/null"], &["vary/allowed"]),
        // Narrowed to nothing: that is for the caller to report.
        (&["origin/allowed", "tag:slow"], &[], &[]),
    ] {
        assert_eq!(
            choose(pick, skip).unwrap(),
            expected,
            "{pick:?} without {skip:?}"
        );
    }
}

#[test]
fn a_selector_that_matches_nothing_is_an_error() {
    for (selector, expected) in [
        (
            "origin/alowed",
            "`origin/alowed` matches no case; did you mean `origin/allowed`?",
        ),
        (
            "origins",
            "`origins` matches no case; did you mean `origin`?",
        ),
        ("null", "`null` matches no case"),
        (
            "tag:slo",
            "`tag:slo` matches no case; did you mean `tag:slow`?",
        ),
        (
            "spec:fetch#concept-cors",
            "`spec:fetch#concept-cors` matches no case; did you mean `spec:fetch#concept-cors-check/4`?",
        ),
        (
            "rule:SV-VARY-1",
            "`rule:SV-VARY-1` matches no case; did you mean `rule:SV-VARY-01`?",
        ),
        ("nothing/like/it", "`nothing/like/it` matches no case"),
        ("", "`` selects nothing: it is empty"),
        (
            "level:may",
            "`level:may` selects nothing: expected level:must, level:should or level:info",
        ),
        (
            "id:x",
            "`id:x` selects nothing: `id:` is not known: expected spec:, rule:, tag:, level: or an id",
        ),
        ("a/[", "`a/[` selects nothing: `[` is not closed"),
    ] {
        assert_eq!(choose(&[selector], &[]).unwrap_err(), expected);
        assert_eq!(
            choose(&[], &[selector]).unwrap_err(),
            expected,
            "in the list of what to skip"
        );
    }
}

#[test]
fn selectors_print_as_they_are_read() {
    for text in [
        "origin/*",
        "tag:slow",
        "level:must",
        "spec:fetch#a/1",
        "rule:SV-A-01",
    ] {
        assert_eq!(text.parse::<Selector>().unwrap().to_string(), text);
    }
}
