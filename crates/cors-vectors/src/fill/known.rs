//! What all cases share under one rule.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use cors_policy::policy::View;

use super::each::Each;
use super::origins;
use super::values::Fill;
use crate::server::Requirement;

/// A rule, and what was found of it so far.
#[derive(Debug)]
pub(super) struct Known<'p> {
    view: View<'p>,
    facts: OnceCell<BTreeSet<Requirement>>,
    kinds: OnceCell<usize>,
    /// Values by the kind of origin.
    fills: RefCell<BTreeMap<usize, Fill>>,
    /// Values for each entry of a list.
    entries: RefCell<BTreeMap<Each, Vec<Fill>>>,
}

impl<'p> Known<'p> {
    pub(super) fn of(view: View<'p>) -> Self {
        Self {
            view,
            facts: OnceCell::new(),
            kinds: OnceCell::new(),
            fills: RefCell::default(),
            entries: RefCell::default(),
        }
    }

    pub(super) const fn view(&self) -> View<'p> {
        self.view
    }

    pub(super) fn facts(&self) -> &BTreeSet<Requirement> {
        let View { rule, scope, .. } = self.view;
        self.facts.get_or_init(|| Requirement::of_rule(rule, scope))
    }

    /// How many kinds of origins the rule allows.
    pub(super) fn kinds(&self) -> usize {
        *self.kinds.get_or_init(|| origins::kinds(self.view))
    }

    /// The values for one of these kinds.
    pub(super) fn of_kind(&self, kind: usize) -> Fill {
        let mut fills = self.fills.borrow_mut();
        let fill = fills.entry(kind);
        fill.or_insert_with(|| Fill::of_kind(self.view, kind))
            .clone()
    }

    /// The values for each entry of a list.
    pub(super) fn of_entries(&self, each: Each) -> Vec<Fill> {
        let plain = self.of_kind(0);
        let mut entries = self.entries.borrow_mut();
        let fills = entries.entry(each);
        fills
            .or_insert_with(|| plain.with_entries(self.view, each))
            .clone()
    }
}
