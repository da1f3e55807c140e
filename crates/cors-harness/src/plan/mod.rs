//! From cases to what is carried out: texts filled in, reasons to skip, partners first.

mod planned;
mod task;

use std::collections::BTreeMap;

use cors_vectors::names::is_cors_safelisted_method;
use cors_vectors::server::ServerCase;

use crate::kit::{Site, Subject};

pub use self::planned::{Action, PlannedCheck, PlannedFetch, PlannedSend, PlannedStep, Task};
pub(crate) use self::task::{Fillers, task};

/// The cases of a run in the order in which they are started: each after the one it is paired with.
#[derive(Debug)]
pub struct Plan {
    /// The cases.
    pub cases: Vec<PlannedCase>,
    /// What they run against.
    pub subject: Subject,
}

/// A case of a run.
#[derive(Debug)]
pub struct PlannedCase {
    /// The case.
    pub case: ServerCase,
    /// Whether it was selected; else it only runs since a selected one is paired with it.
    pub selected: bool,
    /// Position in the plan of the case it is paired with; smaller than its own.
    pub partner: Option<usize>,
    /// What is carried out, or why nothing is.
    pub task: Result<Task, String>,
}

/// Cases that cannot be planned: mistakes in case files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A case is paired with one that does not exist.
    #[error("{case}: paired_with names {partner}, and there is no such case")]
    UnknownPartner {
        /// The case's id.
        case: String,
        /// The name it gives.
        partner: String,
    },
    /// Cases are paired in a circle.
    #[error("{case}: paired_with leads back to the case itself")]
    Circle {
        /// The case's id.
        case: String,
    },
}

impl Plan {
    /// Plans the selected ones of all cases against a subject. Cases that they are paired with run
    /// too, uncounted.
    pub fn new(
        all: &[ServerCase],
        is_selected: impl Fn(&ServerCase) -> bool,
        subject: Subject,
    ) -> Result<Self, PlanError> {
        let mut by_id = BTreeMap::new();
        for (position, case) in all.iter().enumerate() {
            for id in std::iter::once(&case.id).chain(&case.aliases) {
                by_id.entry(id.as_str()).or_insert(position);
            }
        }
        let mut planner = Planner {
            all,
            by_id,
            places: BTreeMap::new(),
            cases: Vec::new(),
            fillers: Fillers::of(&subject),
        };
        for (position, case) in all.iter().enumerate() {
            if is_selected(case) {
                let place = planner.place(position, all.len())?;
                if let Some(planned) = planner.cases.get_mut(place) {
                    planned.selected = true;
                }
            }
        }
        let cases = planner.cases;
        Ok(Self { cases, subject })
    }

    /// Skips the cases for which there is a reason that their own texts do not show.
    pub fn leave_out(&mut self, reason: impl Fn(&PlannedCase) -> Option<String>) {
        for planned in &mut self.cases {
            if let Some(reason) = reason(planned) {
                planned.task = Err(reason);
            }
        }
    }

    /// About how many requests carrying it out takes, once.
    pub fn requests(&self) -> usize {
        let tasks = self.cases.iter().filter_map(|case| case.task.as_ref().ok());
        let of_step = |step: &PlannedStep| match &step.action {
            Action::Fetch(fetch) => {
                let is_simple = is_cors_safelisted_method(&fetch.method)
                    && fetch.headers.is_empty()
                    && !fetch.upload_listener;
                if is_simple { 1 } else { 2 }
            }
            Action::Send(_) => 1,
        };
        tasks.flat_map(|task| &task.steps).map(of_step).sum()
    }

    /// Number of selected cases.
    pub fn selected(&self) -> usize {
        self.cases.iter().filter(|planned| planned.selected).count()
    }

    /// The sites that are used, each once, in plan order; that of a single-site subject always.
    pub fn sites(&self) -> Vec<&Site> {
        let mut sites: Vec<&Site> = Vec::new();
        if let Subject::Site { site, .. } = &self.subject {
            sites.push(site);
        }
        for planned in &self.cases {
            if let Ok(task) = &planned.task
                && !sites
                    .iter()
                    .any(|site| std::rc::Rc::ptr_eq(&site.target, &task.site.target))
            {
                sites.push(&task.site);
            }
        }
        sites
    }
}

struct Planner<'a> {
    all: &'a [ServerCase],
    by_id: BTreeMap<&'a str, usize>,
    /// Position in `all` to position in the plan.
    places: BTreeMap<usize, usize>,
    cases: Vec<PlannedCase>,
    fillers: Fillers<'a>,
}

impl Planner<'_> {
    /// Plans a case after its partner, which is at most `depth` steps of pairing away.
    fn place(&mut self, position: usize, depth: usize) -> Result<usize, PlanError> {
        if let Some(place) = self.places.get(&position) {
            return Ok(*place);
        }
        // Positions come from `all` itself.
        let Some(case) = self.all.get(position) else {
            return Ok(0);
        };
        let partner = match &case.paired_with {
            None => None,
            Some(id) => {
                let Some(&partner) = self.by_id.get(id.as_str()) else {
                    let (case, partner) = (case.id.clone(), id.clone());
                    return Err(PlanError::UnknownPartner { case, partner });
                };
                let Some(depth) = depth.checked_sub(1) else {
                    return Err(PlanError::Circle {
                        case: case.id.clone(),
                    });
                };
                Some(self.place(partner, depth)?)
            }
        };
        let place = self.cases.len();
        let task = task(case, &mut self.fillers);
        self.cases.push(PlannedCase {
            case: case.clone(),
            selected: false,
            partner,
            task,
        });
        self.places.insert(position, place);
        Ok(place)
    }
}
