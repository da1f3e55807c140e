//! Members of JSON objects.

use serde_json::Value;

/// Sets a member of an object.
pub(super) fn set(object: &mut Value, member: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(member.to_owned(), value);
    }
}
