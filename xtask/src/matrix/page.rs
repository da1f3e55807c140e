//! What was found as a page of Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Counts, Row};
use crate::subjects::suite::Outcome;

/// The page: a table of the subjects, and for each what was found and what it cannot express.
pub(super) fn page(rows: &[Row<'_>]) -> String {
    let mut page = String::from(
        "# What the suite finds in real servers\n\n\
         Written by `cargo xtask matrix --write xtask/subjects/RESULTS.md`; do not edit.\n\
         Each subject takes on every named policy that it can express.\n\
         A failure stands here with its judgement, which is in the subject's `expected.toml`;\n\
         `library` is the one that adds the CORS headers, `server` what it runs on, `recipe` the \
         configuration that people copy.\n\
         The curl lines show the first case of each; `CORS_POLICY=FILE PORT=PORT` and the command \
         in `subject.toml` start the server with the policy that is named there.\n\n\
         | subject | versions | passed | failed | skipped |\n|---|---|---:|---:|---:|\n",
    );
    for row in rows {
        let Counts {
            passed,
            failed,
            skipped,
        } = row.counts();
        let manifest = &row.subject.manifest;
        let _ = writeln!(
            page,
            "| [{0}](#{0}) | {1} | {passed} | {failed} | {skipped} |",
            manifest.name, manifest.version
        );
    }
    for row in rows {
        section(&mut page, row);
    }
    page
}

/// A subject's section.
fn section(page: &mut String, row: &Row<'_>) {
    let manifest = &row.subject.manifest;
    let _ = write!(
        page,
        "\n## {}\n\n{}.\n",
        manifest.name,
        capital(&manifest.about)
    );
    if !row.expected.findings.is_empty() {
        page.push_str(
            "\n| class | whose | what was found | cases, and how they fail |\n|---|---|---|---|\n",
        );
    }
    for finding in &row.expected.findings {
        let link = finding
            .link
            .as_ref()
            .map_or_else(String::new, |link| format!(" ([known]({link}))"));
        let cases: Vec<String> = finding
            .cases
            .iter()
            .map(|(id, how)| format!("`{id}` {how}"))
            .collect();
        let _ = writeln!(
            page,
            "| {} | {} | {}{link} | {} |",
            finding.class,
            finding.whose.name(),
            cell(&finding.said),
            cell(&cases.join("<br>"))
        );
    }
    let mut lines = String::new();
    for finding in &row.expected.findings {
        let mut cases = finding.cases.keys();
        let shown = cases.find_map(|id| {
            let case = row.cases.get(id)?;
            Some((id, case.policy.as_deref()?, case.curl()?))
        });
        if let Some((id, policy, curl)) = shown {
            let _ = writeln!(lines, "# {id}, policy {policy}\n{curl}");
        }
    }
    if !lines.is_empty() {
        let _ = write!(page, "\n```sh\n{lines}```\n");
    }
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    for case in row.cases.values() {
        if matches!(case.outcome, Outcome::Skip | Outcome::Blocked) {
            *skipped
                .entry(case.reason.as_deref().unwrap_or("no reason is given"))
                .or_default() += 1;
        }
    }
    if !skipped.is_empty() {
        page.push_str("\nNot judged:\n\n");
    }
    for (reason, count) in skipped {
        let _ = writeln!(page, "- {count}: {reason}");
    }
}

/// A text with a capital at its beginning, unless that is a name, which is known by its spelling.
fn capital(text: &str) -> String {
    text.strip_prefix("an ")
        .map_or_else(|| text.to_owned(), |rest| format!("An {rest}"))
}

/// A text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::expected::Expected;
    use crate::subjects::Places;
    use crate::subjects::manifest::Subject;

    #[test]
    fn a_page_has_the_counts_and_the_judgements() {
        let subjects = Subject::read_all(&Places::find().unwrap()).unwrap();
        let subject = subjects
            .iter()
            .find(|subject| subject.manifest.name == "nginx")
            .unwrap();
        let expected: Expected = toml::from_str(
            "[[finding]]\nsaid = 'it | that'\nwhose = 'recipe'\nclass = 'E1'\n\
             link = 'https://known.example/1'\ncases = { 'a/b' = 'must: one-line' }\n",
        )
        .unwrap();
        let case = |outcome: &str| {
            let text = format!(
                r#"{{"id":"a/b","level":"must","outcome":"{outcome}","reason":"no patterns",
                    "policy":"any","checks":[{{"id":"x","level":"must","outcome":"fail"}}],
                    "steps":[{{"exchanges":[{{"request":{{"method":"GET","headers":[],
                        "url":"http://127.0.0.1:1/resource"}}}}]}}]}}"#
            );
            serde_json::from_str(&text).unwrap()
        };
        let cases = [
            ("a/b", "fail"),
            ("a/c", "pass"),
            ("a/d", "skip"),
            ("a/e", "blocked"),
        ];
        let row = Row {
            subject,
            expected,
            cases: cases
                .into_iter()
                .map(|(id, outcome)| (id.to_owned(), case(outcome)))
                .collect(),
            differences: Vec::new(),
        };
        let page = page(&[row]);
        assert!(page.contains("| 1 | 1 | 2 |"), "{page}");
        assert!(
            page.contains("| E1 | recipe | it \\| that ([known](https://known.example/1)) | `a/b` must: one-line |"),
            "{page}"
        );
        assert!(page.contains("- 2: no patterns"), "{page}");
        let curl = "# a/b, policy any\ncurl -i -g --path-as-is http://127.0.0.1:PORT/resource\n";
        assert!(page.contains(curl), "{page}");
    }
}
