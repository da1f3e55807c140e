//! What a self-test over the grid found.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::io::{self, Write};

use cors_harness::exit::Exit;
use serde::Serialize;

use super::rig::Counts;
use super::shapes::Origins;

use cors_text::style::{BAD, FAINT, STRONG};
use cors_text::terminal::sentence;

/// What became of all pairs of a server and a policy.
#[derive(Debug, Default, Serialize)]
pub(super) struct GridReport {
    /// In the order of their numbers.
    pub(super) shapes: Vec<ShapeReport>,
}

/// What became of the servers under one policy.
#[derive(Debug, Serialize)]
pub(super) struct ShapeReport {
    pub(super) name: String,
    /// What kind of origins it allows.
    pub(super) origins: Origins,
    /// In the order of the settings.
    pub(super) settings: Vec<SettingReport>,
    /// Servers that are right and are found fault with: server, case, reason.
    pub(super) overstrict: Vec<(String, String, String)>,
}

/// What became of the faulty servers in one setting.
#[derive(Debug, Serialize)]
pub(super) struct SettingReport {
    pub(super) setting: String,
    /// What becomes of the cases here.
    pub(super) cases: Counts,
    /// Number of faults that a case fails on.
    pub(super) caught: usize,
    /// The faults that nobody can tell from the reference server.
    pub(super) invisible: Vec<String>,
    /// The others, with what shows them.
    pub(super) holes: BTreeMap<String, String>,
}

impl SettingReport {
    /// Before any server was looked at.
    pub(super) fn new(setting: impl Display, cases: Counts) -> Self {
        Self {
            setting: setting.to_string(),
            cases,
            caught: 0,
            invisible: Vec::new(),
            holes: BTreeMap::new(),
        }
    }
}

/// How many of the pairs that show are caught.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    caught: usize,
    visible: usize,
}

impl Share {
    fn of<'r>(shapes: impl IntoIterator<Item = &'r ShapeReport>) -> Self {
        let mut share = Self::default();
        for one in shapes.into_iter().flat_map(|shape| &shape.settings) {
            share.caught += one.caught;
            share.visible += one.caught + one.holes.len();
        }
        share
    }
}

/// In tenths of a hundredth, rounded down, so that only all is 100.
impl Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = (1000 * self.caught).checked_div(self.visible);
        let share = share.unwrap_or(1000);
        write!(f, "{}.{}%", share / 10, share % 10)
    }
}

impl GridReport {
    /// Number of pairs that are visible and not caught, and of servers found fault with wrongly.
    pub(super) fn holes(&self) -> usize {
        let of = |shape: &ShapeReport| {
            let missed = shape.settings.iter().map(|setting| setting.holes.len());
            missed.sum::<usize>() + shape.overstrict.len()
        };
        self.shapes.iter().map(of).sum()
    }

    /// 6 when there are holes: each is a bug of the suite.
    pub(super) fn exit(&self) -> Exit {
        if self.holes() == 0 {
            Exit::AsExpected
        } else {
            Exit::Bug
        }
    }

    /// How many of the pairs that show are caught, by what kind of origins is allowed.
    fn write_shares(&self, sink: &mut dyn Write) -> io::Result<()> {
        for origins in Origins::ALL {
            let of_kind = self.shapes.iter().filter(|shape| shape.origins == origins);
            let of_kind: Vec<&ShapeReport> = of_kind.collect();
            if of_kind.is_empty() {
                continue;
            }
            let each = of_kind.iter().map(|shape| {
                let number = shape.name.split('-').next().unwrap_or_default();
                format!("{number} {}", Share::of([*shape]))
            });
            let each = each.collect::<Vec<_>>().join(", ");
            let all = Share::of(of_kind);
            writeln!(sink, "{origins}: {all} of what shows is caught ({each})")?;
        }
        writeln!(sink)
    }

    /// The table, then what is wrong.
    pub(super) fn write(&self, sink: &mut dyn Write) -> io::Result<()> {
        let names = self.shapes.iter().map(|shape| shape.name.len());
        let width = names.max().unwrap_or_default();
        writeln!(
            sink,
            "{STRONG}{:<width$}  {:<28}  {:>4}  {:>7}  {:>6}  {:>9}  {:>5}{STRONG:#}",
            "policy", "with", "runs", "skipped", "caught", "invisible", "holes"
        )?;
        for shape in &self.shapes {
            for one in &shape.settings {
                writeln!(
                    sink,
                    "{:<width$}  {:<28}  {:>4}  {:>6}%  {:>6}  {:>9}  {:>5}",
                    shape.name,
                    one.setting,
                    one.cases.run,
                    one.cases.skipped_of_hundred(),
                    one.caught,
                    one.invisible.len(),
                    one.holes.len()
                )?;
            }
        }
        writeln!(sink)?;
        self.write_shares(sink)?;
        let mut missed: BTreeMap<&str, Vec<(&str, &str, &str)>> = BTreeMap::new();
        for shape in &self.shapes {
            for one in &shape.settings {
                for (fault, what) in &one.holes {
                    let pair = (shape.name.as_str(), one.setting.as_str(), what.as_str());
                    missed.entry(fault).or_default().push(pair);
                }
            }
            for (server, case, reason) in &shape.overstrict {
                writeln!(
                    sink,
                    "{BAD}hole:{BAD:#} {case} does not hold on {server}, which is right, under {}: {}",
                    shape.name,
                    sentence(reason)
                )?;
            }
        }
        for (fault, pairs) in &missed {
            let Some((shape, setting, what)) = pairs.first() else {
                continue;
            };
            writeln!(
                sink,
                "{BAD}hole:{BAD:#} {fault} is not caught under {shape} ({setting}), though it shows in {}{FAINT}; {} in all{FAINT:#}",
                sentence(what),
                pairs.len()
            )?;
        }
        let count = |of: fn(&SettingReport) -> usize| -> usize {
            let settings = self.shapes.iter().flat_map(|shape| &shape.settings);
            settings.map(of).sum()
        };
        writeln!(
            sink,
            "self-test: {} policies, {} pairs caught, {} invisible, {} holes",
            self.shapes.len(),
            count(|setting| setting.caught),
            count(|setting| setting.invisible.len()),
            self.holes()
        )
    }
}
