//! The sites of a target, each with the policy that it has.

use std::collections::BTreeSet;

use cors_harness::event::Mode;
use cors_harness::kit::{Site, Subject};
use cors_harness::options::Options;
use cors_vectors::server::Requirement;

use crate::source::Source;
use crate::terms::Terms;

/// A site of the target.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) policy: &'a str,
    pub(crate) site: &'a Site,
    pub(crate) origin: &'a str,
}

impl<'a> Place<'a> {
    /// What a generator has to know of it.
    pub(crate) fn terms(self, mode: Mode, options: &Options) -> Terms<'a> {
        let kit = mode == Mode::Kit;
        Terms {
            policy: &self.site.policy,
            kit,
            unsafe_methods: kit || options.unsafe_methods,
            bytes: self.site.target.hides_bytes().is_none(),
            own_origin: self.origin,
        }
    }
}

/// The origins of the sites, in order.
pub(crate) fn origins(subject: &Subject) -> Vec<String> {
    let sites = sites(subject).into_iter();
    sites
        .map(|(_, site)| site.target.url().origin().serialize().into_owned())
        .collect()
}

/// The sites with their policies' names and origins.
pub(crate) fn places<'p>(subject: &'p Subject, origins: &'p [String]) -> Vec<Place<'p>> {
    sites(subject)
        .into_iter()
        .zip(origins)
        .map(|((policy, site), origin)| Place {
            policy,
            site,
            origin,
        })
        .collect()
}

/// The site for a sequence. Half of the time it is one with a fact about its policy that was chosen
/// first, so that what only one policy has comes up as well.
pub(crate) fn choose<'p>(source: &mut Source<'_, '_>, places: &[Place<'p>]) -> Option<Place<'p>> {
    if places.len() > 1 && source.happens(1, 2) {
        let all = places
            .iter()
            .flat_map(|place| Requirement::of(&place.site.policy));
        let facts: Vec<Requirement> = all.collect::<BTreeSet<_>>().into_iter().collect();
        let fact = source.one(&facts)?;
        let fits = |place: &&Place<'p>| Requirement::of(&place.site.policy).contains(fact);
        let with: Vec<Place<'p>> = places.iter().filter(fits).copied().collect();
        return source.one(&with).copied();
    }
    source.one(places).copied()
}

/// The sites that can be fuzzed, with the names of their policies, in order. What is generated knows one
/// rule; of a kit, policies with more are left out.
fn sites(subject: &Subject) -> Vec<(&str, &Site)> {
    match subject {
        Subject::Site { site, .. } => vec![("", site)],
        Subject::Kit(kit) => kit
            .sites()
            .filter_map(|(name, site)| Some((name, site.as_ref().ok()?)))
            .filter(|(_, site)| site.policy.views().len() == 1)
            .collect(),
    }
}
