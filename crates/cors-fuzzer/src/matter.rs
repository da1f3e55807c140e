//! What two failures have in common when they have one cause, no matter who sends
//! the request and which origin, method or header it has.

use std::collections::BTreeSet;
use std::fmt;

use cors_harness::cause::About;

use crate::oddity::Oddity;

/// What does not hold, so far as it makes two failures one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Matter {
    /// What does not hold.
    pub kind: Kind,
    /// What of the request it needs, as far as that is known.
    pub odd: BTreeSet<Oddity>,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Something is allowed that the policy does not allow.
    Granted,
    /// Something is not allowed that the policy allows.
    Withheld {
        /// Whether the response to a preflight shows it.
        on_preflight: bool,
        /// What of the response shows it.
        about: Option<About>,
    },
    /// There is no response.
    Unanswered,
    /// A requirement of its own.
    Rule(String),
}

impl Matter {
    /// Whether a failure for the other matter shows no more than one for this.
    pub fn explains(&self, other: &Self) -> bool {
        let covered = |odd: &Oddity| other.odd.iter().any(|one| odd.covers(*one));
        self.kind == other.kind && self.odd.iter().all(covered)
    }

    /// Its words in an id.
    pub(crate) fn slug(&self) -> String {
        let mut words = vec![match &self.kind {
            Kind::Granted => "refused".to_owned(),
            Kind::Withheld { .. } => "shared".to_owned(),
            Kind::Unanswered => "answered".to_owned(),
            Kind::Rule(rule) => rule.clone(),
        }];
        if let Kind::Withheld {
            on_preflight,
            about,
        } = &self.kind
        {
            words.extend(on_preflight.then(|| "preflight".to_owned()));
            words.extend(match about {
                Some(About::Header(name)) => {
                    let name = name.to_ascii_lowercase();
                    let short = name.strip_prefix("access-control-");
                    Some(short.unwrap_or(&name).to_owned())
                }
                Some(About::Status) => Some("status".to_owned()),
                Some(About::Bytes) => Some("bytes".to_owned()),
                None => None,
            });
        }
        words.extend(self.odd.iter().map(|odd| odd.name().to_owned()));
        words.join("-")
    }
}

impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Granted => f.write_str("more is allowed than the policy says"),
            Kind::Withheld {
                on_preflight,
                about,
            } => {
                f.write_str("less is allowed than the policy says")?;
                if *on_preflight {
                    f.write_str(", on the preflight")?;
                }
                match about {
                    Some(about) => write!(f, ", by {about}"),
                    None => Ok(()),
                }
            }
            Kind::Unanswered => f.write_str("there is no response"),
            Kind::Rule(rule) => f.write_str(rule),
        }?;
        for odd in &self.odd {
            write!(f, ", {}", odd.name())?;
        }
        Ok(())
    }
}
