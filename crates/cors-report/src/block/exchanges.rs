//! The exchanges of a case: requests and responses, with what decided marked.

use cors_harness::attribute::shows;
use cors_harness::cause::Place;
use cors_harness::event::{CaseEvent, ExchangeEvent, Kind, ResponseEvent, StepEvent};
use cors_text::style::{BAD, FAINT};
use cors_text::terminal as escape;

use super::Block;

/// Columns of a header value that are shown.
const VALUE: usize = 160;
/// Header lines of a message that are shown.
const LINES: usize = 40;

impl Block {
    /// The exchanges of all steps, or only of those in which the failure shows. Of steps that fail
    /// alike, such as the look-alikes of several origins, the first stands for the others.
    pub(super) fn exchanges(&mut self, case: &CaseEvent, only_failed: bool) {
        let is_failed = |(index, step): &(usize, &StepEvent)| shows(case, *index, step);
        let only_failed = only_failed && case.steps.iter().enumerate().any(|step| is_failed(&step));
        let mut left_out = 0;
        let mut shown: Vec<&StepEvent> = Vec::new();
        let mut alike: Vec<String> = Vec::new();
        for (index, step) in case.steps.iter().enumerate() {
            let step_failed = shows(case, index, step);
            if let Some(page) = &step.origin
                && only_failed
                && step_failed
                && !case.checks.iter().any(|check| check.step == index)
                && shown.iter().any(|first| fail_alike(first, step))
            {
                alike.push(escape::sentence(page));
                continue;
            }
            if only_failed && !step_failed {
                left_out += step.exchanges.len();
                continue;
            }
            shown.push(step);
            for (number, exchange) in step.exchanges.iter().enumerate() {
                let marks = case.cause.iter().flat_map(|cause| &cause.marks);
                let marks = marks.filter(|mark| (mark.step, mark.exchange) == (index, number));
                let marks: Vec<&Place> = marks.map(|mark| &mark.place).collect();
                self.exchange(step, exchange, &marks);
            }
            if step.exchanges.is_empty() {
                self.section("request", "nothing was sent");
            }
            if let Some(note) = &step.note {
                self.section("note", &escape::sentence(note));
            }
        }
        if !alike.is_empty() {
            let pages = alike.join(", ");
            self.section(
                "",
                &format!("{FAINT}(the same for {pages}: see -vv){FAINT:#}"),
            );
        }
        if left_out > 0 {
            let said = if left_out == 1 {
                "exchange is"
            } else {
                "exchanges are"
            };
            self.section(
                "",
                &format!("{FAINT}({left_out} more {said} as expected: see -vv){FAINT:#}"),
            );
        }
    }

    fn exchange(&mut self, step: &StepEvent, exchange: &ExchangeEvent, marks: &[&Place]) {
        let page = step.origin.as_deref().map(|origin| match origin {
            "null" => "a page with the origin null".to_owned(),
            origin => format!("a page of {}", escape::sentence(origin)),
        });
        let who = match (exchange.kind, page) {
            (Kind::Preflight, Some(page)) => format!("by a browser for {page}, first a preflight"),
            (Kind::Actual, Some(page)) => format!("by a browser for {page}"),
            (Kind::Preflight, None) => "by a browser, first a preflight".to_owned(),
            (Kind::Actual, None) => "by a browser".to_owned(),
            (Kind::Raw, _) => "by a client that is no browser".to_owned(),
        };
        self.section("request", &who);
        let request = &exchange.request;
        self.more(&format!(
            "> {} {}",
            escape::sentence(&request.method),
            escape::sentence(&request.url)
        ));
        self.headers('>', &request.headers, &[]);
        match (&exchange.response, &exchange.transport) {
            (Some(answer), _) => self.answer(answer, marks),
            (None, Some(transport)) => {
                self.section(
                    "response",
                    &format!("{BAD}{}{BAD:#}", escape::sentence(transport)),
                );
            }
            (None, None) => self.section("response", "nothing"),
        }
    }

    fn answer(&mut self, answer: &ResponseEvent, marks: &[&Place]) {
        self.section("response", &format!("< {}", answer.status));
        if marks.contains(&&Place::Status) {
            self.more(&format!("  {BAD}^^^{BAD:#}"));
        }
        self.headers('<', &answer.headers, marks);
        for mark in marks {
            if let Place::Missing(name) = mark {
                let said = format!("(no {})", escape::sentence(name));
                self.more(&format!("< {said}"));
                self.more(&format!("  {BAD}{}{BAD:#}", "^".repeat(said.len())));
            }
        }
    }

    fn headers(&mut self, direction: char, headers: &[(String, String)], marks: &[&Place]) {
        for (index, (name, value)) in headers.iter().enumerate() {
            let marked = marks.iter().find_map(|mark| match mark {
                Place::Value { line, from, to } if *line == index => Some((*from, *to)),
                Place::Value { .. } | Place::Missing(_) | Place::Status => None,
            });
            if index >= LINES && marked.is_none() {
                continue;
            }
            let name = escape::sentence(name);
            let (mut shown, cut) = escape::clipped(value, VALUE);
            if direction == '>' {
                shown = visible_blanks(&shown);
            }
            let rest = if cut == 0 {
                String::new()
            } else {
                format!(" … ({cut} more)")
            };
            self.more(&format!("{direction} {name}: {shown}{rest}"));
            if let Some((from, to)) = marked {
                let start = from.min(VALUE);
                let width = to.min(VALUE).saturating_sub(start).max(1);
                let before = name.chars().count() + 4 + start;
                self.more(&format!("{:before$}{BAD}{}{BAD:#}", "", "^".repeat(width)));
            }
        }
        if let Some(hidden) = headers
            .len()
            .checked_sub(LINES)
            .filter(|hidden| *hidden > 0)
        {
            self.more(&format!("{direction} … ({hidden} more lines)"));
        }
    }
}

/// Whether two steps fail in the same way: the same decision at the same place, after requests and
/// responses of the same kinds.
fn fail_alike(one: &StepEvent, other: &StepEvent) -> bool {
    let end = |step: &StepEvent| step.refusal.as_ref().map(|refusal| refusal.at.clone());
    let exchanged = |step: &StepEvent| -> Vec<_> {
        let exchanges = step.exchanges.iter();
        let kinds = exchanges.map(|exchange| {
            let status = exchange.response.as_ref().map(|response| response.status);
            (exchange.kind, exchange.request.method.clone(), status)
        });
        kinds.collect()
    };
    (one.wanted, one.got, end(one), exchanged(one))
        == (other.wanted, other.got, end(other), exchanged(other))
}

/// Blanks at the ends of a value that was sent matter, and are not seen unless they are written.
fn visible_blanks(value: &str) -> String {
    let inner = value.trim_matches(' ');
    let before = value.len() - value.trim_start_matches(' ').len();
    let after = value.len() - before - inner.len();
    format!("{}{inner}{}", r"\x20".repeat(before), r"\x20".repeat(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_at_the_ends_are_seen() {
        assert_eq!(visible_blanks(" a b  "), r"\x20a b\x20\x20");
        assert_eq!(visible_blanks("a"), "a");
        assert_eq!(visible_blanks("  "), r"\x20\x20");
        assert_eq!(visible_blanks(""), "");
    }
}
