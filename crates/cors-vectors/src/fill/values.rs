//! What the placeholders of server cases stand for.

use std::collections::{BTreeMap, BTreeSet};

use cors_policy::origin::Parts;
use cors_policy::policy::{Policy, View};

use super::each::Each;
use super::{headers, methods, origins};
use crate::text::{Text, TextError};

/// What the placeholders of server cases stand for under one policy.
///
/// A placeholder that the policy has nothing for (`{foreign}` when any origin is allowed) has no
/// value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    values: BTreeMap<&'static str, Vec<u8>>,
    /// Positions of steps that ask for the refusal of what the policy allows.
    left_out: BTreeSet<usize>,
}

impl Fill {
    /// The values under the first rule of a policy.
    pub fn of(policy: &Policy) -> Self {
        let first = policy.views().into_iter().next();
        Self::of_view(first.unwrap_or_else(|| View::first(policy)))
    }

    /// The values under one rule, for the first kind of origin that it allows.
    pub fn of_view(view: View<'_>) -> Self {
        Self::of_kind(view, 0)
    }

    /// The same for each entry of a list, once without one where the list has none.
    pub(super) fn with_entries(self, view: View<'_>, each: Each) -> Vec<Self> {
        let entries = each.entries(view);
        if entries.is_empty() {
            return vec![self];
        }
        let with_entry = |entry| {
            let mut fill = self.clone();
            let values = each.values(entry).into_iter();
            let values = values.map(|(name, value)| (name, value.into_bytes()));
            fill.values.extend(values);
            fill
        };
        entries.into_iter().map(with_entry).collect()
    }

    /// The same for another kind.
    pub(super) fn of_kind(view: View<'_>, kind: usize) -> Self {
        let mut values = BTreeMap::new();
        let found = origins::values(view, kind)
            .into_iter()
            .chain(methods::values(view.rule))
            .chain(headers::values(view.rule))
            .chain([(
                "max_age",
                view.rule.max_age.map(|seconds| seconds.to_string()),
            )]);
        values.extend(found.filter_map(|(name, value)| Some((name, value?.into_bytes()))));
        Self {
            values,
            left_out: BTreeSet::new(),
        }
    }

    /// Takes in the target's own origin.
    pub(super) fn set_own(&mut self, own: &str) {
        let Some(parts) = Parts::of(own) else {
            return;
        };
        let host = parts.authority();
        if parts.scheme == "https" {
            let insecure = format!("http://{host}");
            self.values.insert("own.insecure", insecure.into_bytes());
        }
        self.values.insert("own", own.as_bytes().to_vec());
        self.values.insert("own.host", host.into_bytes());
    }

    pub(super) fn leave_out(&mut self, step: usize) {
        self.left_out.insert(step);
    }

    /// Whether the step at a position means something under the policy.
    pub fn has_step(&self, position: usize) -> bool {
        !self.left_out.contains(&position)
    }

    /// The value of a placeholder.
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// The bytes of a text.
    ///
    /// # Errors
    ///
    /// As [`Text::expand`].
    pub fn expand(&self, text: &Text) -> Result<Vec<u8>, TextError> {
        text.expand(&|name| self.get(name).map(<[u8]>::to_vec))
    }
}
