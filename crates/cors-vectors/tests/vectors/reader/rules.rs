//! What is wrong with the list of rules.

use cors_vectors::read::read_rules;

use super::{RULES, check};

#[test]
fn rules() {
    check(
        |text| read_rules("rules.json", text),
        RULES,
        &[
            (
                "\"CL-CHECK-03\"",
                "\"SV-CHECK-03\"",
                "rules.json:5: `SV-CHECK-03`: field `id`: a rule's id is `CL-` (client) or `SV-` (server), a group in capitals and a number of two digits, such as `CL-CHECK-04`",
            ),
            (
                "\"Statement.\"",
                "\"\"",
                "rules.json:5: `CL-CHECK-03`: field `statement`: expected a sentence, found nothing",
            ),
            (
                "\"fetch#",
                "\"etch#",
                "rules.json:5: `CL-CHECK-03`: field `spec[0]`: `etch#concept-cors-check/3` is no citation: the source is one of beacon, csp, fetch, html, infra, lna, mimesniff, pna, url, w3c-cors, xhr, or rfc and a number",
            ),
            (
                "\"client\"",
                "\"browser\"",
                "rules.json:6:23: `CL-CHECK-03`: field `side`: unknown variant `browser`, expected `client` or `server`",
            ),
        ],
    );
}
