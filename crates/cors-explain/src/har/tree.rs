//! The JSON of a HAR file, read in one go: entries as they come, and without bodies.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::entry::{Entry, entry};
use super::error::HarError;

/// What a value of the file may be.
#[derive(Clone, Copy)]
pub(super) enum Place {
    /// All of it.
    File,
    /// `log`.
    Log,
    /// The entries.
    Entries,
}

/// A value of the file, with its entries read as they come: a file may have tens of thousands.
pub(super) enum Node {
    Entries(Vec<Result<Entry, HarError>>),
    Object(Object),
    /// Something else; of an array or an object without what is in it.
    Other(Value),
}

/// An object that may hold entries.
#[derive(Default)]
pub(super) struct Object {
    pub(super) log: Option<Box<Node>>,
    pub(super) entries: Option<Box<Node>>,
    pub(super) members: Map<String, Value>,
}

/// The scalars of JSON, for a visitor that makes something of a [`Value`].
macro_rules! scalars {
    ($make:path) => {
        fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
            Ok($make(Value::from(value)))
        }

        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($make(Value::Null))
        }
    };
}

impl<'de> DeserializeSeed<'de> for Place {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars!(Node::Other);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Node, A::Error> {
        if matches!(self, Self::Log) {
            while elements.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::Other(Value::Array(Vec::new())));
        }
        let mut entries = Vec::new();
        while let Some(value) = elements.next_element_seed(WithoutBodies)? {
            entries.push(entry(entries.len(), &value));
        }
        Ok(Node::Entries(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object = Object::default();
        while let Some(name) = members.next_key::<String>()? {
            match (self, name.as_str()) {
                (Self::File, "log") => {
                    object.log = Some(Box::new(members.next_value_seed(Self::Log)?));
                }
                (Self::File | Self::Log, "entries") => {
                    object.entries = Some(Box::new(members.next_value_seed(Self::Entries)?));
                }
                (Self::File, _) => {
                    let value = members.next_value_seed(WithoutBodies)?;
                    object.members.insert(name, value);
                }
                (Self::Log | Self::Entries, _) => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(if matches!(self, Self::Entries) {
            Node::Other(Value::Object(Map::new()))
        } else {
            Node::Object(object)
        })
    }
}

/// Members whose content is not looked at; that they are there is.
const BODIES: [&str; 9] = [
    "_initiator",
    "cache",
    "content",
    "cookies",
    "pages",
    "postData",
    "queryString",
    "timings",
    "_webSocketMessages",
];

/// A value without the content of the members that can be long.
struct WithoutBodies;

impl<'de> DeserializeSeed<'de> for WithoutBodies {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for WithoutBodies {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    scalars!(std::convert::identity);

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = elements.next_element_seed(Self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = if BODIES.contains(&name.as_str()) {
                let there: Option<IgnoredAny> = members.next_value()?;
                there.map_or(Value::Null, |_| Value::Bool(true))
            } else {
                members.next_value_seed(Self)?
            };
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}
