//! What was found as a page of Markdown.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cors_vectors::known::entry::Whose;
use cors_vectors::known::file::Entry;

use super::row::Row;

/// The page: a table of the subjects, and for each what was found and what it cannot express.
pub(super) fn page(rows: &[Row<'_>]) -> String {
    let mut page = String::from(
        "# What the suite finds in real servers\n\n\
         Written by `cargo xtask matrix --write xtask/subjects/RESULTS.md`; do not edit.\n\
         Each subject takes on every named policy that it can express.\n\
         A failure stands here with its judgement, which is in the subject's `known.toml`;\n\
         `library` is the one that adds the CORS headers, `server` what it runs on, `recipe` the \
         configuration that people copy.\n\
         `cargo xtask try SUBJECT -- --baseline /dev/null -t CASE` shows what was sent and what came, \
         and the step at which a browser decides.\n\n\
         | subject | versions | passed | info | failed | skipped |\n|---|---|---:|---:|---:|---:|\n",
    );
    for row in rows {
        let counts = row.report.counts;
        let manifest = &row.subject.manifest;
        let _ = writeln!(
            page,
            "| [{0}](#{0}) | {1} | {2} | {3} | {4} | {5} |",
            manifest.name,
            manifest.version,
            counts.pass,
            counts.info,
            counts.fail + counts.error,
            counts.skip + counts.blocked
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
    let about = match manifest.about.strip_prefix("an ") {
        Some(rest) => format!("An {rest}"),
        // It begins with a name, which keeps its spelling.
        None => manifest.about.clone(),
    };
    let _ = write!(page, "\n## {}\n\n{about}.\n", manifest.name);
    // What differs in nothing but how the cases fail is one finding.
    let findings =
        row.known
            .entries
            .chunk_by(|Entry { known: one, .. }, Entry { known: other, .. }| {
                (&one.class, one.whose, &one.reason, &one.link)
                    == (&other.class, other.whose, &other.reason, &other.link)
            });
    for (index, finding) in findings.enumerate() {
        let Some(Entry { known: first, .. }) = finding.first() else {
            continue;
        };
        if index == 0 {
            page.push_str(
                "\n| class | whose | what was found | cases, and how they fail |\n\
                 |---|---|---|---|\n",
            );
        }
        let link = first.link.as_ref();
        let link = link.map_or_else(String::new, |link| format!(" ([known]({link}))"));
        let cases = finding.iter().map(|Entry { known, .. }| {
            let fails = known.fails.as_deref().unwrap_or("in any way");
            format!("`{}`: {fails}", known.cases.join("` `"))
        });
        let cases: Vec<String> = cases.collect();
        let _ = writeln!(
            page,
            "| {} | {} | {}{link} | {} |",
            first.class.as_deref().unwrap_or_default(),
            first.whose.map_or("", Whose::name),
            cell(&first.reason),
            cell(&cases.join("<br>"))
        );
    }
    let mut skipped: BTreeMap<&str, usize> = BTreeMap::new();
    let cases = row.report.cases.values();
    for case in cases.filter(|case| ["skip", "blocked"].contains(&case.outcome.as_str())) {
        let reason = case.reason.as_deref().unwrap_or("no reason is given");
        *skipped.entry(reason).or_default() += 1;
    }
    if !skipped.is_empty() {
        page.push_str("\nNot judged:\n\n");
    }
    for (reason, count) in skipped {
        let _ = writeln!(page, "- {count}: {reason}");
    }
}

/// A text that stays in its cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use cors_vectors::known::file::{KnownFile, Reasons};

    use super::*;
    use crate::subjects::Places;
    use crate::subjects::manifest::Subject;
    use crate::subjects::report::Report;

    #[test]
    fn a_page_has_the_counts_and_the_judgements() {
        let subjects = Subject::read_all(&Places::find().unwrap()).unwrap();
        let mut subjects = subjects.iter();
        let subject = subjects
            .find(|subject| subject.manifest.name == "nginx")
            .unwrap();
        let known = |fails: &str, case: &str| {
            format!(
                "[[known]]\ncases = ['{case}']\nfails = '{fails}'\nreason = 'it | that'\n\
                 whose = 'recipe'\nclass = 'E1'\nlink = 'https://known.example/1'\n"
            )
        };
        let known = known("checks vary", "a/b") + &known("no answer", "a/c");
        let ids = |text: &str| Ok(BTreeSet::from([text.to_owned()]));
        let case = |id: &str, outcome: &str| {
            format!(r#"{{"type":"case","id":"{id}","outcome":"{outcome}","reason":"no patterns"}}"#)
        };
        let report = [
            case("a/b", "fail"),
            case("a/d", "skip"),
            case("a/e", "blocked"),
            r#"{"type":"end","counts":{"pass":7,"info":3,"fail":1,"error":1,"skip":1,"blocked":1}}"#.into(),
        ];
        let row = Row {
            subject,
            known: KnownFile::read("known.toml", &known, Reasons::Needed, &ids).unwrap(),
            report: Report::parse(&report.join("\n")).unwrap(),
        };
        let page = page(&[row]);
        assert!(page.contains("| 7 | 3 | 2 | 2 |"), "{page}");
        let found = "| E1 | recipe | it \\| that ([known](https://known.example/1)) \
                     | `a/b`: checks vary<br>`a/c`: no answer |";
        assert!(page.contains(found), "{page}");
        assert!(page.contains("- 2: no patterns"), "{page}");
    }
}
