//! Which entries of a HAR file belong together: a request that goes to another origin, its preflight,
//! and what a redirect leads to.

use std::collections::{BTreeMap, BTreeSet};

use cors_model::url::Url;

use crate::gather::{Exchanged, Material};
use crate::har::{Entry, Har};
use crate::message::{RequestMessage, has, values};

/// Redirects that are followed in a file.
const MOST_HOPS: usize = 20;

/// The groups of a file.
#[derive(Debug)]
pub(crate) struct Groups {
    /// Each with the index of its request among all entries of the file, and the positions of its
    /// members among those that can be read.
    pub(crate) groups: Vec<(usize, Vec<usize>)>,
    /// The entries that go to another origin, but not by CORS, by their index.
    pub(crate) not_by_cors: Vec<usize>,
}

impl Groups {
    /// The groups of a file.
    pub(crate) fn of(har: &Har) -> Self {
        let mut preflights: BTreeMap<(&[u8], &[u8]), BTreeSet<usize>> = BTreeMap::new();
        let mut by_target: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
        for (position, entry) in har.entries.iter().enumerate() {
            let request = &entry.request;
            if let Some(method) = asks_for(request) {
                let key = (request.target.as_slice(), method);
                preflights.entry(key).or_default().insert(position);
            } else {
                by_target
                    .entry(request.target.as_slice())
                    .or_default()
                    .push(position);
            }
        }
        let mut groups = Vec::new();
        let mut not_by_cors = Vec::new();
        for (position, entry) in har.entries.iter().enumerate() {
            let request = &entry.request;
            if asks_for(request).is_some() {
                continue;
            }
            let key = (request.target.as_slice(), request.method.as_slice());
            let preflight = preflights
                .get_mut(&key)
                .and_then(|positions| take_nearest(positions, position));
            match (preflight, crosses(entry)) {
                (None, Crosses::No) => continue,
                (None, Crosses::NotByCors) => {
                    not_by_cors.push(entry.index);
                    continue;
                }
                (Some(_), _) | (None, Crosses::ByCors) => {}
            }
            let mut members: Vec<usize> = preflight.into_iter().chain([position]).collect();
            hops(har, &by_target, position, &mut members);
            groups.push((entry.index, members));
        }
        let alone = preflights.into_values().flatten();
        groups.extend(alone.filter_map(|position| {
            let entry = har.entries.get(position)?;
            Some((entry.index, vec![position]))
        }));
        groups.sort();
        Self {
            groups,
            not_by_cors,
        }
    }

    /// Only the group with an entry of the file, which stands alone where it is in none.
    ///
    /// # Errors
    ///
    /// There is no such entry, or it cannot be read.
    pub(crate) fn only(&mut self, har: &Har, wanted: usize) -> Result<(), String> {
        if wanted >= har.count {
            return Err(format!(
                "there is no entry {wanted}; there are {}, counted from 0",
                har.count
            ));
        }
        let Ok(position) = har
            .entries
            .binary_search_by_key(&wanted, |entry| entry.index)
        else {
            let place = har.place(wanted);
            let error = har
                .skipped
                .iter()
                .find(|error| error.at.starts_with(&place));
            return Err(error.map_or(place, ToString::to_string));
        };
        self.groups
            .retain(|(_, members)| members.contains(&position));
        if self.groups.is_empty() {
            self.groups.push((wanted, vec![position]));
        }
        self.groups.truncate(1);
        Ok(())
    }

    /// What is to be explained of a group.
    pub(crate) fn material(file: &str, har: &Har, members: &[usize]) -> Material {
        let mut material = Material {
            recorded: true,
            ..Material::default()
        };
        for entry in members.iter().filter_map(|member| har.entries.get(*member)) {
            let place = har.place(entry.index);
            let mut request = entry.request.clone();
            request.place = format!("{file}, {place}.request");
            let mut response = entry.response.clone();
            if let Some(response) = &mut response {
                response.place = format!("{file}, {place}.response");
            }
            let left_out = entry.left_out.iter();
            material
                .notes
                .extend(left_out.map(|why| format!("In {place}, {why}.")));
            material.cached |= entry.cached;
            material.exchanges.push(Exchanged {
                request,
                response,
                error: entry.error.clone(),
            });
        }
        material
    }
}

/// The method that a preflight asks for; `None` for other requests.
fn asks_for(request: &RequestMessage) -> Option<&[u8]> {
    let mut asked = values(&request.fields, "Access-Control-Request-Method");
    asked.next().filter(|_| request.is_preflight())
}

/// Takes the position that is nearest to another, the earlier one of two.
fn take_nearest(positions: &mut BTreeSet<usize>, to: usize) -> Option<usize> {
    let before = positions.range(..to).next_back().copied();
    let after = positions.range(to..).next().copied();
    let nearest = before
        .into_iter()
        .chain(after)
        .min_by_key(|position| position.abs_diff(to))?;
    positions.remove(&nearest);
    Some(nearest)
}

/// Whether a request goes to another origin than that of its page.
enum Crosses {
    No,
    /// By CORS, or nobody can tell since the browser does not show what it sent.
    ByCors,
    /// To another origin by its Referer, and without Origin: no request by CORS.
    NotByCors,
}

fn crosses(entry: &Entry) -> Crosses {
    let request = &entry.request;
    let Some(url) = url(&request.target).filter(|url| matches!(url.scheme(), "http" | "https"))
    else {
        return Crosses::No;
    };
    let own = url.origin().serialize();
    if has(&request.fields, "Origin") {
        let other = values(&request.fields, "Origin").any(|origin| origin != own.as_bytes());
        return if other { Crosses::ByCors } else { Crosses::No };
    }
    let referer = values(&request.fields, "Referer")
        .next()
        .and_then(self::url);
    match referer {
        Some(referer) if referer.origin() != url.origin() => {
            if entry.response.is_some() {
                Crosses::NotByCors
            } else {
                Crosses::ByCors
            }
        }
        Some(_) | None => Crosses::No,
    }
}

fn url(bytes: &[u8]) -> Option<Url> {
    Url::parse(std::str::from_utf8(bytes).ok()?).ok()
}

/// Adds the entries that a redirect leads to.
fn hops(har: &Har, by_target: &BTreeMap<&[u8], Vec<usize>>, from: usize, members: &mut Vec<usize>) {
    let mut at = from;
    for _ in 0..MOST_HOPS {
        let Some(Entry {
            request,
            response: Some(response),
            ..
        }) = har.entries.get(at)
        else {
            return;
        };
        let target = match response.status {
            // Tried again on a new connection.
            421 => Some(request.target.clone()),
            300..=399 => {
                let location = values(&response.fields, "Location").next();
                let location = location.and_then(|location| std::str::from_utf8(location).ok());
                let base = location.and_then(|_| url(&request.target));
                let joined = location.and_then(|location| base?.join(location).ok());
                joined.map(|url| url.serialize(false).into_bytes())
            }
            _ => None,
        };
        let later = target.and_then(|target| by_target.get(target.as_slice()));
        let next = later.and_then(|later| {
            let first = later.partition_point(|position| *position <= at);
            later.get(first)
        });
        let Some(next) = next else { return };
        members.push(*next);
        at = *next;
    }
}
