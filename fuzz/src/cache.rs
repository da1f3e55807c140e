//! The preflight cache, over a sequence of fetches, against everything that ever happened.
//!
//! Input: fetches, of twelve bytes each.

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::naive::history::Place;
use crate::naive::visit::{Visit, follow};

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "patch"];
const NAMES: [&str; 3] = ["x-a", "X-B", "Authorization"];
const ALLOWED_METHODS: [&str; 5] = ["PUT", "DELETE", "*", "patch", "GET"];
const ALLOWED_NAMES: [&str; 5] = ["x-a", "*", "authorization", "X-b", "x-A"];

/// The members of a list whose bit is set.
fn some(among: &[&'static str], bits: u8) -> Vec<&'static str> {
    let set = |(place, _): &(usize, &&'static str)| bits >> place & 1 == 1;
    among
        .iter()
        .enumerate()
        .filter(set)
        .map(|(_, member)| *member)
        .collect()
}

impl<'a> Arbitrary<'a> for Visit {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut small = |below: u8| Ok(u8::arbitrary(u)? % below);
        let place = Place {
            partition: small(2)?,
            origin: small(2)?,
            url: small(2)?,
        };
        let header = small(4)?;
        let max_age = small(8)?;
        Ok(Self {
            place,
            including: small(2)? == 0,
            forced: small(5)? == 4,
            method: METHODS[usize::from(small(5)?)],
            header: NAMES.get(usize::from(header)).copied(),
            later: small(3)?.into(),
            methods: some(&ALLOWED_METHODS, small(32)?),
            headers: some(&ALLOWED_NAMES, small(32)?),
            max_age: (max_age < 6).then(|| max_age.into()),
            shared: small(8)? != 7,
        })
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let mut bytes = Unstructured::new(data);
    let mut visits = Vec::new();
    // What history costs grows with the square of its length.
    while !bytes.is_empty() && visits.len() < 24 {
        visits.push(Visit::arbitrary(&mut bytes).expect("bytes that have run out are zeros"));
    }
    follow(&visits);
}
