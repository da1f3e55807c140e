//! What is known already, and how a finding is told.

use std::collections::BTreeSet;

use cors_harness::attribute::cause;
use cors_harness::event::{Again, CaseEvent, FoundEvent, NoteAbout, NoteEvent, Outcome};
use cors_vectors::known::file::Fate;
use cors_vectors::server::ServerCase;

use super::Search;
use crate::failure::Failure;
use crate::finding::{Finding, Fuzzing};
use crate::matter::Matter;
use crate::oddity::{Oddity, unusual};
use crate::place::Place;
use crate::rules;
use crate::shorten::Seen;

impl Search<'_> {
    /// The first failure that no finding explains; the others are counted.
    pub(super) fn news(&mut self, failed: &[Failure]) -> Option<Failure> {
        for failure in failed {
            let level = |place: usize| self.findings.get(place).map(|one| one.event.level);
            let explains = |matter: &Matter, place: usize| {
                matter.explains(&failure.matter) && level(place) >= Some(failure.level)
            };
            let mut findings = self.findings.iter().enumerate();
            let known = findings
                .find(|(place, finding)| explains(&finding.matter, *place))
                .map(|(place, _)| place);
            let known = known.or_else(|| {
                let mut also = self.also.iter();
                also.find(|(matter, place)| explains(matter, *place))
                    .map(|(_, place)| *place)
            });
            match known.and_then(|place| self.findings.get_mut(place)) {
                Some(finding) => finding.times += 1,
                None => return Some(failure.clone()),
            }
        }
        None
    }

    /// The finding of which this one is one more sign, and no more binding: it shows no more, or is
    /// about the same defect, or about the same thing that the application does, or about requests of
    /// the same unusual form under the same policy.
    pub(super) fn same(&self, new: &Finding, place: Place<'_>) -> Option<usize> {
        if !new.is_confirmed() {
            return None;
        }
        let odd = |finding: &Finding, is_such: fn(Oddity) -> bool| -> BTreeSet<Oddity> {
            let steps = finding.case.steps.iter();
            let odd = steps.flat_map(|step| unusual(step, &place.site.policy));
            odd.filter(|odd| is_such(*odd)).collect()
        };
        self.findings.iter().position(|known| {
            let alike = |is_such: fn(Oddity) -> bool| {
                let new = odd(new, is_such);
                !new.is_empty() && new == odd(known, is_such)
            };
            let is_same = known.matter.explains(&new.matter)
                || new.has_defect_of(known)
                || alike(Oddity::is_of_application)
                || (known.case.policy == new.case.policy && alike(Oddity::is_of_form));
            known.is_confirmed() && known.event.level >= new.event.level && is_same
        })
    }

    /// Tells once that something was not answered, and was when it was asked again.
    pub(super) fn chance(&mut self) {
        if std::mem::replace(&mut self.has_chance, true) {
            return;
        }
        self.stream.note(NoteEvent {
            about: NoteAbout::NoResponse,
            text:
                "a request got no response, and got one when it was sent again to a fresh target: \
                   that is no finding, and fewer --jobs may help a slow server"
                    .to_owned(),
        });
    }

    /// Tells a finding.
    pub(super) fn tell(&mut self, finding: Finding, fuzzing: &Fuzzing) {
        let event = &finding.event;
        let fate = || {
            let how = event.cause.clone().or_else(|| cause(event));
            let how = how.map_or_else(String::new, |cause| cause.fingerprint());
            if event.outcome == Outcome::Error {
                Fate::Unanswered(how)
            } else {
                Fate::Failed(how)
            }
        };
        let known = fuzzing.known.as_ref();
        let is_known = known.is_some_and(|list| list.explaining(&event.id, &fate()).is_some());
        self.is_news |= event.level >= self.options.fail_on && !is_known;
        self.stream.case(Box::new(event.clone()));
        self.findings.push(finding);
    }

    /// What was seen as a finding.
    pub(super) fn as_finding(
        &self,
        seen: Seen,
        area: &str,
        after: usize,
        confirmed: bool,
    ) -> Finding {
        let Seen {
            case,
            event,
            failure,
        } = seen;
        let case = self.named(case, &failure, area);
        let cli = self.options.cli.as_ref();
        let event = CaseEvent {
            id: case.id.clone(),
            title: case.title.clone(),
            why: case.why.clone(),
            spec: case.spec.clone(),
            again: Some(Again {
                cli: cli.map(|(before, behind)| format!("{before}{}{behind}", case.id)),
                curl: event.again.and_then(|again| again.curl),
                // What was generated is in no library.
                explain: None,
            }),
            found: Some(FoundEvent { after, confirmed }),
            ..event
        };
        Finding {
            case,
            event,
            matter: failure.matter,
            times: 1,
        }
    }

    /// A case with an id of its own and the texts of what it shows.
    pub(super) fn named(&self, case: ServerCase, failure: &Failure, area: &str) -> ServerCase {
        let rule = rules::find(&failure.rule);
        let slug = failure.matter.slug();
        let ids: Vec<&str> = self
            .findings
            .iter()
            .map(|one| one.case.id.as_str())
            .collect();
        let mut id = format!("{area}/{slug}");
        let mut number = 1;
        while ids.contains(&id.as_str()) {
            number += 1;
            id = format!("{area}/{slug}-{number}");
        }
        let tags = if case.steps.len() > 1 {
            vec!["state".to_owned()]
        } else {
            Vec::new()
        };
        ServerCase {
            id,
            title: rule.title.to_owned(),
            why: rule.why.to_owned(),
            spec: rule.spec.iter().copied().map(str::to_owned).collect(),
            tags,
            ..case
        }
    }
}
