//! The pin: `vectors/spec/fetch.toml`. Which revision of the standard is implemented, what it
//! defines, the steps of the algorithms in scope, and the exceptions that people have stated.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use anyhow::{Context as _, Result, anyhow, bail};
use serde::Deserialize;

use super::path::Outline;
use super::standard::{Algorithm, Standard};

/// Where the part that `spec pin` writes begins. All before it belongs to people.
pub(crate) const GENERATED: &str =
    "# Below this line `cargo xtask spec pin` writes; of it, only `status` and `reason` are yours.";

/// What a definition is called: anchor to term, `header list/get` for a scoped one.
pub(crate) type Definitions = BTreeMap<String, String>;

/// The file as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pin {
    /// The commit of whatwg/fetch.
    pub(crate) commit: String,
    /// Anchors of the algorithms whose every leaf needs a case.
    #[serde(default)]
    pub(crate) strict: Vec<String>,
    /// Names of functions that do not follow from the term: anchor, name, reason.
    #[serde(default)]
    pub(crate) names: BTreeMap<String, BTreeMap<String, String>>,
    /// Keys of `DEVIATION(key):` and `UNDERSPECIFIED(key):`, with the reason.
    #[serde(default)]
    pub(crate) markers: BTreeMap<String, String>,
    /// Steps that no case cites: anchor, step or range, reason.
    #[serde(default)]
    pub(crate) uncited: BTreeMap<String, BTreeMap<String, String>>,
    /// Every definition of the standard.
    #[serde(default)]
    pub(crate) definitions: Definitions,
    /// The algorithms.
    #[serde(default)]
    pub(crate) algorithm: Vec<PinnedAlgorithm>,
}

/// One algorithm of the pin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PinnedAlgorithm {
    /// Its anchor.
    pub(crate) anchor: String,
    /// Whether cases must cover it.
    pub(crate) status: Status,
    /// Why it is out of scope.
    pub(crate) reason: Option<String>,
    /// The hash of the text before the steps.
    #[serde(default)]
    pub(crate) text: String,
    /// Pairs of id and hash.
    #[serde(default)]
    pub(crate) steps: Vec<(String, String)>,
    /// Pairs of another name of a switch arm and its id.
    #[serde(default)]
    pub(crate) same: Vec<(String, String)>,
}

/// Whether an algorithm's steps must be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Status {
    /// Covered by cases, or marked step by step.
    In,
    /// May be cited, need not be covered.
    Out,
}

impl Pin {
    /// Reads the text of the file and checks what can be checked without other files.
    ///
    /// # Errors
    ///
    /// The text is no TOML, a field is unknown or missing, or two entries contradict each other.
    pub(crate) fn read(text: &str) -> Result<Self> {
        let pin: Self = toml::from_str(text)?;
        let mut seen = BTreeSet::new();
        for algorithm in &pin.algorithm {
            let anchor = &algorithm.anchor;
            if !seen.insert(anchor) {
                bail!("[[algorithm]] `{anchor}` is listed twice; expected once");
            }
            match (algorithm.status, &algorithm.reason) {
                (Status::Out, None) => {
                    bail!(
                        "[[algorithm]] `{anchor}` has status \"out\"; expected a `reason` beside it"
                    )
                }
                (Status::In, Some(_)) => {
                    bail!(
                        "[[algorithm]] `{anchor}` has status \"in\" and a `reason`; expected one without the other"
                    )
                }
                _ => {}
            }
            algorithm
                .outline()
                .with_context(|| format!("[[algorithm]] `{anchor}`"))?;
        }
        Ok(pin)
    }

    /// The algorithm of an anchor.
    pub(crate) fn algorithm(&self, anchor: &str) -> Option<&PinnedAlgorithm> {
        self.algorithm
            .iter()
            .find(|algorithm| algorithm.anchor == anchor)
    }
}

impl PinnedAlgorithm {
    /// The steps with their positions.
    pub(crate) fn outline(&self) -> Result<Outline> {
        Outline::new(&self.steps, &self.same).map_err(|reason| anyhow!(reason))
    }
}

/// The line of an entry: the first line that starts with `key` behind the header of its table.
pub(crate) fn line_of(text: &str, table: &str, key: &str) -> usize {
    let mut inside = table.is_empty();
    for (line, number) in text.lines().zip(1..) {
        let line = line.trim_start();
        if line.starts_with('[') && !table.is_empty() {
            inside = line.trim_end() == table;
        }
        let plain = line.strip_prefix('"').unwrap_or(line);
        if inside
            && plain
                .strip_prefix(key)
                .is_some_and(|rest| rest.starts_with([' ', '=', '"']))
        {
            return number;
        }
    }
    1
}

/// The line where an algorithm is listed.
pub(crate) fn line_of_algorithm(text: &str, anchor: &str) -> usize {
    let wanted = format!("anchor = \"{anchor}\"");
    text.lines()
        .zip(1..)
        .find(|(line, _)| line.trim() == wanted)
        .map_or(1, |(_, number)| number)
}

/// Writes the pin anew from the standard, and keeps what people have written.
///
/// # Errors
///
/// The old text is no pin, or an algorithm that it lists is not defined.
pub(crate) fn repin(old: &str, standard: &Standard, commit: &str) -> Result<String> {
    if commit.len() != 40 || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
        bail!("`{commit}` is no commit; expected its 40 hexadecimal digits");
    }
    let pin = Pin::read(old)?;
    let (by_hand, _) = old
        .split_once(GENERATED)
        .with_context(|| format!("expected the line `{GENERATED}` before the generated part"))?;
    let mut text = String::new();
    for line in by_hand.lines() {
        if line.starts_with("commit = ") {
            writeln!(text, "commit = \"{commit}\"")?;
        } else {
            writeln!(text, "{line}")?;
        }
    }
    writeln!(text, "{GENERATED}\n")?;
    let definitions = standard.definitions();
    writeln!(text, "[definitions]")?;
    for (anchor, definition) in &definitions {
        writeln!(text, "{} = {}", quote(anchor), quote(&definition.notation))?;
    }
    for pinned in &pin.algorithm {
        let definition = definitions.get(&pinned.anchor).with_context(|| {
            format!(
                "[[algorithm]] `{}`: the standard defines no such anchor",
                pinned.anchor
            )
        })?;
        let algorithm = definition.algorithm().map_err(|reason| anyhow!(reason))?;
        write_algorithm(&mut text, pinned, &algorithm)?;
    }
    Pin::read(&text).context("the new pin cannot be read back")?;
    Ok(text)
}

fn write_algorithm(text: &mut String, pinned: &PinnedAlgorithm, new: &Algorithm) -> Result<()> {
    writeln!(text, "\n[[algorithm]]\nanchor = {}", quote(&pinned.anchor))?;
    match pinned.status {
        Status::In => writeln!(text, "status = \"in\"")?,
        Status::Out => writeln!(text, "status = \"out\"")?,
    }
    if let Some(reason) = &pinned.reason {
        writeln!(text, "reason = {}", quote(reason))?;
    }
    writeln!(text, "text = {}", quote(&new.text))?;
    write_pairs(text, "steps", &new.steps)?;
    if !new.same.is_empty() {
        write_pairs(text, "same", &new.same)?;
    }
    Ok(())
}

fn write_pairs(text: &mut String, key: &str, pairs: &[(String, String)]) -> Result<()> {
    if pairs.is_empty() {
        writeln!(text, "{key} = []")?;
        return Ok(());
    }
    writeln!(text, "{key} = [")?;
    for (one, other) in pairs {
        writeln!(text, "  [{}, {}],", quote(one), quote(other))?;
    }
    writeln!(text, "]")?;
    Ok(())
}

fn quote(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
