//! What a self-test found: the kill matrix, and its holes.

use std::fmt;

use cors_harness::event::Mode;
use cors_harness::exit::Exit;
use serde::Serialize;

/// The result of a self-test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Report {
    /// The faulty servers, in the order of the registry.
    pub(super) faults: Vec<FaultReport>,
    /// The reference server, then the legitimate variants.
    pub(super) legitimate: Vec<LegitimateReport>,
    /// Number of cases that were run.
    pub(super) cases: usize,
    /// What is missing or wrong; with none the suite is as it should be.
    pub(super) holes: Vec<Hole>,
}

/// Which cases catch a faulty server. Each case ran alone, on a server of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct FaultReport {
    /// Its name.
    pub(super) name: String,
    /// Its class, such as `O1`.
    pub(super) class: String,
    /// What it does.
    pub(super) about: String,
    /// The cases that fail in kit mode at the level `must` or `should`.
    pub(super) kit: Vec<String>,
    /// Those of them that fail in policy mode as well.
    pub(super) policy: Vec<String>,
    /// The cases that fail in probe mode, where all run together under what is learnt of the server
    /// itself; `None` when that was not asked for. For information: a policy that is not stated
    /// cannot be broken in every way.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) probe: Option<Vec<String>>,
    /// The cases of level `info` that record something which they do not record of the reference
    /// server.
    pub(super) noted: Vec<String>,
}

/// What became of a server that is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct LegitimateReport {
    /// Its name; `reference` for the reference server.
    pub(super) name: String,
    /// What it does.
    pub(super) about: String,
    /// The cases that do not hold, by mode.
    pub(super) fails: Vec<(Mode, String)>,
}

/// Something that makes the suite less than what it claims to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "hole", rename_all = "kebab-case")]
pub(super) enum Hole {
    /// No case fails on a faulty server.
    Uncaught {
        /// The fault.
        fault: String,
        /// What it does.
        about: String,
    },
    /// Only kit mode shows a fault, though a case that needs no kit fails there.
    UncaughtByPolicy {
        /// The fault.
        fault: String,
        /// That case.
        case: String,
    },
    /// A case names a fault that does not exist.
    UnknownFault {
        /// The case.
        case: String,
        /// The name.
        fault: String,
    },
    /// A case does not fail on a fault that it names.
    Misses {
        /// The case.
        case: String,
        /// The fault.
        fault: String,
    },
    /// A case names no fault.
    CatchesNothing {
        /// The case.
        case: String,
        /// A few faults on which it fails; none when it never does.
        could: Vec<String>,
    },
    /// A case does not hold on a server that is right.
    Overstrict {
        /// The case.
        case: String,
        /// The server.
        server: String,
        /// How it was run.
        mode: Mode,
        /// What the case says.
        reason: String,
    },
}

impl fmt::Display for Hole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Uncaught { fault, about } => {
                write!(f, "no case fails on the faulty server {fault}: {about}")
            }
            Self::UncaughtByPolicy { fault, case } => write!(
                f,
                "{fault} is caught in kit mode only, though {case} needs no kit"
            ),
            Self::UnknownFault { case, fault } => {
                write!(
                    f,
                    "{case} catches {fault}, which no faulty server is called"
                )
            }
            Self::Misses { case, fault } => {
                write!(f, "{case} holds on {fault}, which it says it catches")
            }
            Self::CatchesNothing { case, could } if could.is_empty() => {
                write!(f, "{case} catches nothing, and fails on no faulty server")
            }
            Self::CatchesNothing { case, could } => {
                let could = could.join(", ");
                write!(
                    f,
                    "{case} says of nothing that it catches it; it fails on {could}"
                )
            }
            Self::Overstrict {
                case,
                server,
                mode,
                reason,
            } => {
                let mode = mode_name(*mode);
                write!(
                    f,
                    "{case} does not hold on {server}, which is right ({mode} mode): {reason}"
                )
            }
        }
    }
}

/// How a mode is called in reports.
pub(super) fn mode_name(mode: Mode) -> &'static str {
    match mode {
        Mode::Probe => "probe",
        Mode::Policy => "policy",
        Mode::Kit => "kit",
    }
}

impl Report {
    /// 6 when there are holes: each is a bug of the suite.
    pub(super) fn exit(&self) -> Exit {
        if self.holes.is_empty() {
            Exit::AsExpected
        } else {
            Exit::Bug
        }
    }

    /// The cases that fail on a fault, those first that fail on the fewest others.
    pub(super) fn most_specific<'a>(&'a self, fault: &'a FaultReport, most: usize) -> Vec<&'a str> {
        let breadth = |case: &String| {
            let others = self.faults.iter();
            others.filter(|other| other.kit.contains(case)).count()
        };
        let mut cases: Vec<(usize, &str)> = fault
            .kit
            .iter()
            .map(|case| (breadth(case), case.as_str()))
            .collect();
        cases.sort_unstable();
        cases.into_iter().take(most).map(|(_, case)| case).collect()
    }

    /// Number of faults that at least one case fails on in kit mode, and in policy mode.
    pub(super) fn caught(&self) -> (usize, usize) {
        let count = |cases: fn(&FaultReport) -> &[String]| {
            let caught = self.faults.iter().filter(|fault| !cases(fault).is_empty());
            caught.count()
        };
        (count(|fault| &fault.kit), count(|fault| &fault.policy))
    }

    /// Number of faults that at least one case fails on in probe mode, when that was asked for.
    pub(super) fn caught_by_probe(&self) -> Option<usize> {
        let probed = self.faults.iter().map(|fault| fault.probe.as_ref());
        let probed: Option<Vec<&Vec<String>>> = probed.collect();
        Some(probed?.iter().filter(|cases| !cases.is_empty()).count())
    }

    /// Number of servers that are right on which every case holds, in every mode.
    pub(super) fn clean(&self) -> usize {
        let clean = self.legitimate.iter().filter(|one| one.fails.is_empty());
        clean.count()
    }
}
