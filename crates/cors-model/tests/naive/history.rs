//! A preflight cache that keeps everything that ever happened, and looks at it when it is asked.

/// Whom and what an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) partition: u8,
    pub(crate) origin: u8,
    pub(crate) url: u8,
}

/// A method or a header name in lower case, or the wildcard of either.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    Method(String),
    Header(String),
}

impl Item {
    fn covers(&self, wanted: &Self) -> bool {
        match (self, wanted) {
            (Self::Method(own), Self::Method(wanted)) => own == wanted || own == "*",
            (Self::Header(own), Self::Header(wanted)) => {
                own == wanted || (own == "*" && wanted != "authorization")
            }
            _ => false,
        }
    }
}

/// Something that happened.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A preflight at this second allowed one item, for this many seconds.
    Allowed {
        place: Place,
        including: bool,
        item: Item,
        max_age: u64,
        at: u64,
    },
    /// A request failed.
    Failed { place: Place },
}

/// Everything that happened, in order.
#[derive(Debug, Default)]
pub(crate) struct History(pub(crate) Vec<Event>);

struct Entry {
    place: Place,
    including: bool,
    item: Item,
    stored: u64,
    max_age: u64,
}

impl Entry {
    fn helps(&self, place: Place, including: bool, item: &Item, now: u64) -> bool {
        self.place == place
            && (self.including || !including)
            && self.item.covers(item)
            && now < self.stored + self.max_age
    }
}

impl History {
    /// Whether an item is allowed, by all that happened.
    pub(crate) fn allows(&self, place: Place, including: bool, item: &Item, now: u64) -> bool {
        let mut entries: Vec<Entry> = Vec::new();
        for event in &self.0 {
            match event {
                Event::Failed { place } => entries.retain(|entry| entry.place != *place),
                Event::Allowed {
                    place,
                    including,
                    item,
                    max_age,
                    at,
                } => {
                    for entry in &mut entries {
                        if entry.helps(*place, *including, item, *at) {
                            entry.max_age = *max_age;
                        }
                    }
                    // A new max-age may have ended what was known.
                    let known = entries
                        .iter()
                        .any(|entry| entry.helps(*place, *including, item, *at));
                    if !known {
                        let (place, including, item) = (*place, *including, item.clone());
                        entries.push(Entry {
                            place,
                            including,
                            item,
                            stored: *at,
                            max_age: *max_age,
                        });
                    }
                }
            }
        }
        entries
            .iter()
            .any(|entry| entry.helps(place, including, item, now))
    }
}
