//! Refusals: why a fetch ends in a network error, or an API throws.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt::{self, Write as _};

use crate::header::{HeaderName, HeaderValue};
pub use crate::reason::Reason;
use crate::response::Response;
pub use crate::stage::Stage;
use crate::trace::{Cite, Shown, ShownOr};

/// A network error, with its reason: <https://fetch.spec.whatwg.org/#concept-network-error>
///
/// In the standard it is a kind of response; here it is neither a response nor a *failure*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkError {
    /// Why.
    pub refusal: Box<Refusal>,
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.refusal.fmt(f)
    }
}

impl core::error::Error for NetworkError {}

impl From<Refusal> for NetworkError {
    fn from(refusal: Refusal) -> Self {
        Self {
            refusal: Box::new(refusal),
        }
    }
}

/// The failure of a CORS check, which is not yet a network error.
///
/// The [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) fails with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorsCheckFailure {
    /// Why.
    pub refusal: Box<Refusal>,
}

impl From<CorsCheckFailure> for NetworkError {
    fn from(failure: CorsCheckFailure) -> Self {
        Self {
            refusal: failure.refusal,
        }
    }
}

/// Why something is refused: where, in comparing what, and what would satisfy.
///
/// What the standard leaves out of its [network error](https://fetch.spec.whatwg.org/#concept-network-error).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The step that refuses.
    pub at: Cite,
    /// The part of the fetch.
    pub stage: Stage,
    /// The reason.
    pub reason: Reason,
    /// The two values that were compared, where there are two.
    pub compared: Option<Compared>,
    /// Changes of the response, each of which would satisfy the step; empty where none can.
    pub remedies: Vec<Remedy>,
}

impl Refusal {
    /// A refusal that no response can help.
    pub(crate) fn new(at: Cite, stage: Stage, reason: Reason) -> Self {
        Self {
            at,
            stage,
            reason,
            compared: None,
            remedies: Vec::new(),
        }
    }

    /// States what was compared.
    #[must_use]
    pub(crate) fn comparing(mut self, what: Part, got: Option<&[u8]>, wanted: Wanted) -> Self {
        self.compared = Some(Compared {
            what,
            got: got.map(<[u8]>::to_vec),
            wanted,
        });
        self
    }

    /// States what would satisfy.
    #[must_use]
    pub(crate) fn remedied(mut self, remedies: impl IntoIterator<Item = Remedy>) -> Self {
        self.remedies.extend(remedies);
        self
    }
}

/// One plain sentence, for someone who does not know the standard.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.stage.refuses())?;
        let got = self.compared.as_ref();
        let got = got.and_then(|compared| compared.got.as_deref());
        if self.reason == Reason::AllowOriginMismatch && got == Some(b"*") {
            f.write_str(
                "the server allows every origin by `*`, which counts without credentials only",
            )?;
        } else {
            write!(f, "{}", self.reason)?;
        }
        match &self.compared {
            // The reason has the status.
            Some(Compared {
                what: Part::Status,
                wanted,
                ..
            }) => write!(f, " (expected {wanted})")?,
            Some(compared) => write!(f, " ({compared})")?,
            None => {}
        }
        f.write_str(".")
    }
}

/// Two values that were compared.
///
/// One of them is from a response, as in the [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// What of the response the values are of.
    pub what: Part,
    /// What was there; `None` when nothing was.
    pub got: Option<Vec<u8>>,
    /// What should have been there.
    pub wanted: Wanted,
}

impl fmt::Display for Compared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}, expected {}",
            self.what,
            ShownOr(self.got.as_deref()),
            self.wanted
        )
    }
}

/// A part of a response that steps such as those of the [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) compare.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// The header of this name.
    Header(HeaderName),
    /// The status.
    Status,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => {
                let mut letters = name.as_bytes().iter().map(|byte| char::from(*byte));
                letters.try_for_each(|letter| f.write_char(letter))
            }
            Self::Status => f.write_str("status"),
        }
    }
}

/// What a value is expected to be.
///
/// What a step such as those of the [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// One of these, byte for byte.
    OneOf(Vec<Vec<u8>>),
    /// A list with one of these in it.
    ListWith(Vec<Vec<u8>>),
    /// What these words say.
    Described(&'static str),
    /// A number between these, both included.
    Between(u64, u64),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = match self {
            Self::Described(words) => return f.write_str(words),
            Self::Between(least, most) => return write!(f, "{least} to {most}"),
            Self::OneOf(values) => values,
            Self::ListWith(values) => {
                f.write_str("a list with ")?;
                values
            }
        };
        for (position, value) in values.iter().enumerate() {
            let separator = if position == 0 { "" } else { " or " };
            write!(f, "{separator}{}", Shown(value))?;
        }
        Ok(())
    }
}

/// A change of a response.
///
/// One after which the [CORS check](https://fetch.spec.whatwg.org/#concept-cors-check) or the [CORS-preflight fetch](https://fetch.spec.whatwg.org/#cors-preflight-fetch-0) gets further.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// The response has exactly one header with this name, and this is its value.
    SetHeader {
        /// Which response: to the preflight, or to the request itself.
        on: Stage,
        /// The header's name.
        name: HeaderName,
        /// The header's value.
        value: HeaderValue,
    },
    /// The response has another header with this name, one more element of the list.
    AddToList {
        /// Which response: to the preflight, or to the request itself.
        on: Stage,
        /// The header's name.
        name: HeaderName,
        /// The element.
        value: HeaderValue,
    },
    /// The response has no header with this name.
    RemoveHeader {
        /// Which response: to the preflight, or to the request itself.
        on: Stage,
        /// The header's name.
        name: HeaderName,
    },
    /// The response has this status.
    SetStatus {
        /// Which response: to the preflight, or to the request itself.
        on: Stage,
        /// The status.
        status: u16,
    },
}

impl Remedy {
    /// Which response it changes.
    pub const fn on(&self) -> Stage {
        match self {
            Self::SetHeader { on, .. }
            | Self::AddToList { on, .. }
            | Self::RemoveHeader { on, .. }
            | Self::SetStatus { on, .. } => *on,
        }
    }

    /// The header that it changes; `None` where it is the status.
    pub const fn name(&self) -> Option<&HeaderName> {
        match self {
            Self::SetHeader { name, .. }
            | Self::AddToList { name, .. }
            | Self::RemoveHeader { name, .. } => Some(name),
            Self::SetStatus { .. } => None,
        }
    }

    /// Carries the change out.
    pub fn apply(&self, response: &mut Response) {
        match self {
            Self::SetHeader { name, value, .. } => {
                response.header_list.set(name.clone(), value.clone());
            }
            Self::AddToList { name, value, .. } => {
                response.header_list.append(name.clone(), value.clone());
            }
            Self::RemoveHeader { name, .. } => response.header_list.delete(name),
            Self::SetStatus { status, .. } => response.status = *status,
        }
    }
}

impl fmt::Display for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SetHeader { name, value, .. } => write!(f, "send {name} with the value {value}"),
            Self::AddToList { name, value, .. } => write!(f, "list {value} in {name}"),
            Self::RemoveHeader { name, .. } => write!(f, "do not send {name}"),
            Self::SetStatus { status, .. } => write!(f, "answer with the status {status}"),
        }
    }
}
