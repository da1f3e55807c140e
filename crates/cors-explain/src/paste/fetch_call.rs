//! A call of `fetch()`, as browsers copy a request.

use cors_model::request::CredentialsMode;
use cors_model::url::Url;
use serde::de::Deserialize as _;
use serde_json::Value;

use super::pasted::{Pasted, checked};
use crate::derive::tuple_origin;
use crate::http_text::{ReadError, error};
use crate::message::{Field, Message, RequestMessage, has};

/// What stands between the parentheses, where a text is such a call.
pub(super) fn arguments(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let text = text.strip_prefix("await").map_or(text, str::trim_start);
    text.strip_prefix("fetch(")
}

/// Reads the arguments.
pub(super) fn read(text: &str) -> Result<Pasted, ReadError> {
    let bad = |_| {
        error(
            1,
            "expected the call as a browser copies it, such as fetch(\"https://api.example/x\", {\"method\": \"POST\"})",
        )
    };
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    let url = String::deserialize(values.next().transpose().map_err(bad)?.unwrap_or_default())
        .map_err(bad)?;
    let rest = text
        .get(values.byte_offset()..)
        .unwrap_or_default()
        .trim_start();
    let init = match rest.strip_prefix(',') {
        Some(rest) => {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            values.next().transpose().map_err(bad)?.unwrap_or_default()
        }
        None => Value::Null,
    };
    let text = |name: &str| init.get(name).and_then(Value::as_str);
    let headers = init.get("headers").and_then(Value::as_object);
    let field = |(name, value): (&String, &Value)| Field {
        name: name.as_bytes().to_vec(),
        value: value.as_str().unwrap_or_default().as_bytes().to_vec(),
    };
    let mut fields: Vec<Field> = headers.into_iter().flatten().map(field).collect();
    // The page, of which the call itself says nothing.
    let page = text("referrer").and_then(|page| Url::parse(page).ok());
    let page = page.and_then(|page| tuple_origin(&page));
    if let Some(origin) = page.filter(|_| !has(&fields, "Origin")) {
        fields.push(Field {
            name: b"Origin".to_vec(),
            value: origin.into_bytes(),
        });
    }
    let method = text("method").unwrap_or("GET");
    checked(1, method, &fields)?;
    let request = RequestMessage {
        place: "line 1".to_owned(),
        method: method.as_bytes().to_vec(),
        target: url.into_bytes(),
        has_body: init.get("body").is_some_and(|body| !body.is_null()),
        fields,
        encrypted: false,
    };
    Ok(Pasted {
        messages: vec![Message::Request(request)],
        credentials: match text("credentials") {
            Some("include") => Some(CredentialsMode::Include),
            Some("omit") => Some(CredentialsMode::Omit),
            Some("same-origin") => Some(CredentialsMode::SameOrigin),
            _ => None,
        },
    })
}
