//! The trace: which steps of the standard were taken, and what was at hand at each of them.
//!
//! Every function that executes a step records it. A caller who does not care passes [`NoTrace`],
//! and then nothing is formatted or allocated: the entry is a closure that is never called.

use alloc::borrow::Cow;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use crate::stage::Stage;

/// A place in a standard.
///
/// `anchor` is the id of a definition in the Fetch standard, such as `concept-cors-check`; for the
/// other standards it has their name in front, such as `xhr#dom-xmlhttprequest-send` or
/// `mimesniff#parse-a-mime-type`. `step` is the path of the step, such as `7.5` or
/// `2[content-type].1`, and empty where the definition has no steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cite {
    /// The id of the definition.
    pub anchor: &'static str,
    /// The path of the step.
    pub step: &'static str,
}

impl Cite {
    /// A place in a standard.
    pub const fn new(anchor: &'static str, step: &'static str) -> Self {
        Self { anchor, step }
    }

    /// The address of the definition.
    pub fn url(&self) -> String {
        let (site, id) = match self.anchor.split_once('#') {
            Some(("xhr", id)) => ("https://xhr.spec.whatwg.org/", id),
            Some(("mimesniff", id)) => ("https://mimesniff.spec.whatwg.org/", id),
            Some(_) | None => ("https://fetch.spec.whatwg.org/", self.anchor),
        };
        let mut url = String::from(site);
        url.push('#');
        url.push_str(id);
        url
    }
}

/// `fetch#concept-cors-check/4`, the form that cases use.
impl fmt::Display for Cite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.anchor.contains('#') {
            f.write_str("fetch#")?;
        }
        f.write_str(self.anchor)?;
        if !self.step.is_empty() {
            write!(f, "/{}", self.step)?;
        }
        Ok(())
    }
}

/// States, first of all in a function, which definition its steps belong to: the one that its
/// documentation links to. `cargo xtask spec check` compares the two.
macro_rules! anchor {
    ($anchor:literal) => {
        const ANCHOR: &str = $anchor;
    };
}
pub(crate) use anchor;

/// The [`Cite`] of a step of the function's algorithm, or with `""` of its definition.
macro_rules! cite {
    ($step:literal) => {
        $crate::trace::Cite::new(ANCHOR, $step)
    };
}
pub(crate) use cite;

/// States a step of the function's algorithm: its path, a colon, and a sentence.
///
/// With a trace in front it is recorded, the sentence being a format string with its arguments, and
/// formatted only if the trace keeps it. Without one there is nothing to record: the step is
/// `OUT OF SCOPE: why`, or the code behind it leaves no trace. A [`Cite`] in a variable may stand in
/// place of the path. What the standard leaves open has `UNDERSPECIFIED("key")` behind the path, and
/// where this crate does otherwise `DEVIATION("key")`; the keys are explained in
/// `vectors/spec/fetch.toml`.
macro_rules! step {
    ($step:literal $($marker:ident($key:literal))?: $sentence:literal) => {};
    ($trace:expr, $step:literal $($marker:ident($key:literal))?: $($sentence:tt)+) => {
        $crate::trace::Trace::record(&mut *$trace, || {
            $crate::trace::Entry::at(
                $crate::trace::cite!($step),
                ::core::format_args!($($sentence)+),
            )
        })
    };
    ($trace:expr, $at:ident: $($sentence:tt)+) => {
        $crate::trace::Trace::record(&mut *$trace, || {
            $crate::trace::Entry::at($at, ::core::format_args!($($sentence)+))
        })
    };
}
pub(crate) use step;

/// A step that was taken.
///
/// Such as step 4 of the [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which one.
    pub at: Cite,
    /// A sentence for a person, with the values at hand.
    pub said: Cow<'static, str>,
    /// During which part of the fetch.
    pub stage: Stage,
}

impl Entry {
    /// An entry for a step; its stage is [`Stage::Api`] until a [`Staged`] trace sets it.
    pub fn at(at: Cite, said: fmt::Arguments<'_>) -> Self {
        let said = said
            .as_str()
            .map_or_else(|| Cow::Owned(said.to_string()), Cow::Borrowed);
        Self {
            at,
            said,
            stage: Stage::Api,
        }
    }
}

/// Where steps are recorded.
pub trait Trace {
    /// Takes note of a step. The closure is called only by those who keep the entry.
    fn record(&mut self, entry: impl FnOnce() -> Entry);
}

/// Keeps nothing and costs nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NoTrace;

impl Trace for NoTrace {
    #[inline]
    fn record(&mut self, _entry: impl FnOnce() -> Entry) {}
}

/// Keeps every step, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Steps(pub Vec<Entry>);

impl Trace for Steps {
    fn record(&mut self, entry: impl FnOnce() -> Entry) {
        self.0.push(entry());
    }
}

impl Steps {
    /// The steps as numbered lines of plain text.
    pub fn render(&self) -> String {
        lines(self.0.iter())
    }

    /// The steps of the algorithms that decide, without those that prepare what is decided on:
    /// numbered lines of plain text, for a first look.
    pub fn render_decisions(&self) -> String {
        lines(
            self.0
                .iter()
                .filter(|entry| !PREPARATIONS.contains(&entry.at.anchor)),
        )
    }
}

fn lines<'a>(entries: impl Iterator<Item = &'a Entry>) -> String {
    let mut text = String::new();
    for (number, entry) in (1..).zip(entries) {
        let Entry { at, said, stage } = entry;
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{number}. [{stage}] {at}: {said}");
    }
    text
}

/// Algorithms that only prepare what others decide on.
const PREPARATIONS: [&str; 17] = [
    "append-a-request-origin-header",
    "block-bad-port",
    "byte-serializing-a-request-origin",
    "concept-cache-create-entry",
    "concept-cache-match",
    "concept-cache-match-header",
    "concept-cache-match-method",
    "concept-http-network-fetch",
    "concept-http-network-or-cache-fetch",
    "concept-request-tainted-origin",
    "convert-header-names-to-a-sorted-lowercase-set",
    "cors-unsafe-request-header-byte",
    "cors-unsafe-request-header-names",
    "extract-header-values",
    "request-determine-the-network-partition-key",
    "serializing-a-request-origin",
    "simple-range-header-value",
];

/// A trace together with the part of the fetch that is going on.
///
/// Algorithms that can refuse take one of these, since a refusal names its stage.
#[derive(Debug)]
pub struct Staged<'a, T> {
    trace: &'a mut T,
    /// The part of the fetch that is going on.
    pub stage: Stage,
}

impl<'a, T: Trace> Staged<'a, T> {
    /// Records into `trace`, as of `stage`.
    pub fn new(stage: Stage, trace: &'a mut T) -> Self {
        Self { trace, stage }
    }

    /// The same trace for another stage.
    pub fn during(&mut self, stage: Stage) -> Staged<'_, T> {
        Staged {
            trace: self.trace,
            stage,
        }
    }
}

impl<T: Trace> Trace for Staged<'_, T> {
    fn record(&mut self, entry: impl FnOnce() -> Entry) {
        let stage = self.stage;
        self.trace.record(|| Entry { stage, ..entry() });
    }
}

/// Bytes for a person to read: printable ASCII as it is, the rest as `\xNN`, all in backticks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a>(pub(crate) &'a [u8]);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.0.escape_ascii())
    }
}

/// Bytes that may be missing, for a person to read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ShownOr<'a>(pub(crate) Option<&'a [u8]>);

impl fmt::Display for ShownOr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("missing"),
            Some(bytes) => Shown(bytes).fmt(f),
        }
    }
}
