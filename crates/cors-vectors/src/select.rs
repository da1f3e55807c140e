//! Choosing cases: by id, tag, level and what they cite.

use std::fmt;
use std::str::FromStr;

use fast_glob::glob_match;

use crate::agent::AgentCase;
use crate::error::nearest;
use crate::level::Level;
use crate::server::ServerCase;

/// What a selection looks at in a case.
pub trait Selectable {
    /// The id.
    fn id(&self) -> &str;
    /// Earlier ids.
    fn aliases(&self) -> &[String];
    /// The tags.
    fn tags(&self) -> &[String];
    /// The citations.
    fn spec(&self) -> &[String];
    /// The ids of the rules shown.
    fn rules(&self) -> &[String];
    /// How binding the case is.
    fn level(&self) -> Level;
}

impl Selectable for AgentCase {
    fn id(&self) -> &str {
        &self.id
    }
    fn aliases(&self) -> &[String] {
        &self.aliases
    }
    fn tags(&self) -> &[String] {
        &self.tags
    }
    fn spec(&self) -> &[String] {
        &self.spec
    }
    fn rules(&self) -> &[String] {
        &self.rules
    }
    /// Browsers are bound by all of the standard.
    fn level(&self) -> Level {
        Level::Must
    }
}

impl Selectable for ServerCase {
    fn id(&self) -> &str {
        &self.id
    }
    fn aliases(&self) -> &[String] {
        &self.aliases
    }
    fn tags(&self) -> &[String] {
        &self.tags
    }
    fn spec(&self) -> &[String] {
        &self.spec
    }
    fn rules(&self) -> &[String] {
        &self.rules
    }
    fn level(&self) -> Level {
        self.level
    }
}

/// A case of either kind.
#[derive(Debug, Clone, Copy)]
pub enum AnyCase<'a> {
    /// One of servers.
    Server(&'a ServerCase),
    /// One of user agents.
    Agent(&'a AgentCase),
}

impl AnyCase<'_> {
    fn inner(&self) -> &dyn Selectable {
        match *self {
            Self::Server(case) => case,
            Self::Agent(case) => case,
        }
    }
}

impl Selectable for AnyCase<'_> {
    fn id(&self) -> &str {
        self.inner().id()
    }
    fn aliases(&self) -> &[String] {
        self.inner().aliases()
    }
    fn tags(&self) -> &[String] {
        self.inner().tags()
    }
    fn spec(&self) -> &[String] {
        self.inner().spec()
    }
    fn rules(&self) -> &[String] {
        self.inner().rules()
    }
    fn level(&self) -> Level {
        self.inner().level()
    }
}

/// Most bytes of a selector.
const LONGEST: usize = 4096;
/// Most braces that a selector opens: each is tried with each id.
const MOST_BRACES: usize = 32;

/// One condition on cases.
///
/// Read from a string: `spec:fetch#concept-cors-check` (a citation, or the beginning of one up to
/// a `/`, `.` or the end), `rule:SV-VARY-01`, `tag:slow`, `level:must`, or an id glob such as
/// `origin/*`, `**/null*` (`*` stays within a segment, `**` does not; a name without `/` is an
/// area).
#[derive(Debug, Clone)]
pub enum Selector {
    /// An id glob: as it was written, and with the `/*` that stands for all of an area.
    Id(String, String),
    /// A tag.
    Tag(String),
    /// A level.
    Level(Level),
    /// The beginning of a citation.
    Spec(String),
    /// A rule's id.
    Rule(String),
}

impl Selector {
    /// Whether a case fulfils the condition.
    pub fn fits(&self, case: &dyn Selectable) -> bool {
        match self {
            Self::Id(_, glob) => {
                let mut aliases = case.aliases().iter();
                glob_match(glob, case.id()) || aliases.any(|alias| glob_match(glob, alias))
            }
            Self::Tag(tag) => case.tags().contains(tag),
            Self::Level(level) => case.level() == *level,
            Self::Spec(prefix) => case.spec().iter().any(|spec| {
                spec.strip_prefix(prefix.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.', '[']))
            }),
            Self::Rule(rule) => case.rules().contains(rule),
        }
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(text, _) => f.write_str(text),
            Self::Tag(tag) => write!(f, "tag:{tag}"),
            Self::Level(level) => write!(f, "level:{}", level.name()),
            Self::Spec(prefix) => write!(f, "spec:{prefix}"),
            Self::Rule(rule) => write!(f, "rule:{rule}"),
        }
    }
}

impl FromStr for Selector {
    type Err = SelectError;

    fn from_str(text: &str) -> Result<Self, SelectError> {
        let malformed = |reason: String| SelectError::Malformed {
            selector: text.to_owned(),
            reason,
        };
        if text.is_empty() {
            return Err(malformed("it is empty".to_owned()));
        }
        if text.len() > LONGEST || text.matches('{').count() > MOST_BRACES {
            let begin: String = text.chars().take(40).collect();
            return Err(SelectError::Malformed {
                selector: format!("{begin}…"),
                reason: format!(
                    "a selector has at most {LONGEST} bytes, and {MOST_BRACES} opening braces"
                ),
            });
        }
        if let (None, Some(open)) = (text.find(':'), unclosed(text)) {
            return Err(malformed(format!("`{open}` is not closed")));
        }
        Ok(match text.split_once(':') {
            Some(("tag", tag)) => Self::Tag(tag.to_owned()),
            Some(("spec", spec)) => Self::Spec(spec.to_owned()),
            Some(("rule", rule)) => Self::Rule(rule.to_owned()),
            Some(("level", level)) => Self::Level(
                Level::ALL
                    .into_iter()
                    .find(|known| known.name() == level)
                    .ok_or_else(|| {
                        malformed("expected level:must, level:should or level:info".to_owned())
                    })?,
            ),
            Some((kind, _)) => {
                return Err(malformed(format!(
                    "`{kind}:` is not known: expected spec:, rule:, tag:, level: or an id"
                )));
            }
            // For the library it would stand for everything else.
            None if text.starts_with('!') => {
                return Err(malformed("no id begins with `!`".to_owned()));
            }
            None if text.contains(['/', '*']) => Self::Id(text.to_owned(), text.to_owned()),
            None => Self::Id(text.to_owned(), format!("{text}/*")),
        })
    }
}

/// The bracket or brace that a glob opens and does not close.
fn unclosed(glob: &str) -> Option<char> {
    let pairs = [('[', ']'), ('{', '}')];
    let pair = pairs.into_iter().find(|(open, close)| {
        let opened = glob.rfind(*open);
        opened.is_some_and(|at| glob.rfind(*close).is_none_or(|closed| closed < at))
    });
    pair.map(|(open, _)| open)
}

/// What is wrong with a selection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// A selector cannot be read.
    #[error("`{selector}` selects nothing: {reason}")]
    Malformed {
        /// The selector.
        selector: String,
        /// Why.
        reason: String,
    },
    /// No case fits a selector.
    #[error("`{selector}` matches no case{}", hint(nearest))]
    NoMatch {
        /// The selector.
        selector: String,
        /// Ids, tags, citations or rules that look like it.
        nearest: Vec<String>,
    },
}

fn hint(nearest: &[String]) -> String {
    match nearest {
        [] => String::new(),
        [one] => format!("; did you mean `{one}`?"),
        several => format!("; did you mean one of `{}`?", several.join("`, `")),
    }
}

/// A selection. Conditions of one kind widen each other, different kinds narrow: ids `a/*` and
/// `b/*` with `level:must` are the binding cases of both areas.
#[derive(Debug, Clone, Default)]
pub struct Select {
    /// What is chosen; everything when empty.
    pub pick: Vec<Selector>,
    /// What is left out of that.
    pub skip: Vec<Selector>,
}

impl Select {
    /// Reads the selectors of both lists.
    ///
    /// # Errors
    ///
    /// The first that cannot be read.
    pub fn parse<'a>(
        pick: impl IntoIterator<Item = &'a str>,
        skip: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, SelectError> {
        let pick = pick.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        let skip = skip.into_iter().map(str::parse).collect::<Result<_, _>>()?;
        Ok(Self { pick, skip })
    }

    /// Whether a case is chosen.
    pub fn fits(&self, case: &dyn Selectable) -> bool {
        let kinds = (0..5).all(|kind| {
            let mut of_kind = self
                .pick
                .iter()
                .filter(|selector| selector.kind() == kind)
                .peekable();
            of_kind.peek().is_none() || of_kind.any(|selector| selector.fits(case))
        });
        kinds && !self.skip.iter().any(|selector| selector.fits(case))
    }

    /// The chosen ones of `cases`, in their order.
    ///
    /// # Errors
    ///
    /// When a selector, of either list, fits none of `cases`.
    pub fn choose<'a, C: Selectable>(
        &self,
        cases: impl IntoIterator<Item = &'a C>,
    ) -> Result<Vec<&'a C>, SelectError> {
        let cases: Vec<&C> = cases.into_iter().collect();
        for selector in self.pick.iter().chain(&self.skip) {
            if !cases.iter().any(|case| selector.fits(*case)) {
                return Err(SelectError::NoMatch {
                    selector: selector.to_string(),
                    nearest: selector.nearest(&cases),
                });
            }
        }
        Ok(cases.into_iter().filter(|case| self.fits(*case)).collect())
    }
}

impl Selector {
    fn kind(&self) -> u8 {
        match self {
            Self::Id(..) => 0,
            Self::Tag(_) => 1,
            Self::Level(_) => 2,
            Self::Spec(_) => 3,
            Self::Rule(_) => 4,
        }
    }

    fn nearest<C: Selectable>(&self, cases: &[&C]) -> Vec<String> {
        let mut names: Vec<&str> = match self {
            Self::Id(text, _) if text.contains('/') && !text.ends_with("/*") => {
                cases.iter().map(|case| case.id()).collect()
            }
            Self::Id(..) => cases
                .iter()
                .filter_map(|case| Some(case.id().split_once('/')?.0))
                .collect(),
            Self::Tag(_) => cases
                .iter()
                .flat_map(|case| case.tags())
                .map(String::as_str)
                .collect(),
            Self::Spec(_) => cases
                .iter()
                .flat_map(|case| case.spec())
                .map(String::as_str)
                .collect(),
            Self::Rule(_) => cases
                .iter()
                .flat_map(|case| case.rules())
                .map(String::as_str)
                .collect(),
            Self::Level(_) => Vec::new(),
        };
        names.sort_unstable();
        names.dedup();
        let (prefix, wanted) = match self {
            Self::Id(text, _) => (
                "",
                text.strip_suffix("/*").unwrap_or(text).trim_matches('*'),
            ),
            Self::Tag(tag) => ("tag:", tag.as_str()),
            Self::Spec(spec) => ("spec:", spec.as_str()),
            Self::Rule(rule) => ("rule:", rule.as_str()),
            Self::Level(level) => ("level:", level.name()),
        };
        nearest(wanted, names.into_iter())
            .into_iter()
            .map(|name| format!("{prefix}{name}"))
            .collect()
    }
}
