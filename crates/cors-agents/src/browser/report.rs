//! What the page posts: what it saw of each case.

use std::collections::BTreeMap;

use cors_vectors::agent::{ErrorKind, ResponseType};
use serde::Deserialize;

use crate::observation::{ObservedOutcome, ObservedResponse};

/// What the page saw of a case.
#[derive(Debug, Deserialize)]
pub struct Report {
    /// The case's number in the run.
    pub job: usize,
    /// What each fetch ended in.
    pub seen: Vec<Seen>,
}

/// What a fetch ended in. One of the members is there.
#[derive(Debug, Default, Deserialize)]
pub struct Seen {
    response: Option<SeenResponse>,
    /// The name of what the API threw before it sent anything.
    thrown: Option<String>,
    /// The page waited in vain.
    #[serde(default)]
    timeout: bool,
    /// The words that go with an error.
    #[serde(default)]
    pub said: String,
}

#[derive(Debug, Deserialize)]
struct SeenResponse {
    r#type: Option<String>,
    status: u16,
    headers: Vec<(String, String)>,
    url: String,
    redirected: Option<bool>,
}

impl Seen {
    /// Whether none of the members is there.
    pub const fn is_empty(&self) -> bool {
        self.response.is_none() && self.thrown.is_none() && !self.timeout
    }

    /// As an outcome.
    ///
    /// # Errors
    ///
    /// A sentence, when there is no result: the fetch did not end, or the page reported what it
    /// cannot have seen.
    pub fn outcome(&self) -> Result<ObservedOutcome, String> {
        if self.timeout {
            return Err("a fetch did not end in time".to_owned());
        }
        if let Some(thrown) = &self.thrown {
            return Ok(ObservedOutcome::Error(Some(match thrown.as_str() {
                "TypeError" => ErrorKind::TypeError,
                "SyntaxError" => ErrorKind::SyntaxError,
                "SecurityError" => ErrorKind::SecurityError,
                _ => ErrorKind::Other,
            })));
        }
        let Some(response) = &self.response else {
            return Ok(ObservedOutcome::Error(None));
        };
        let response_type = match response.r#type.as_deref() {
            None => None,
            Some("basic") => Some(ResponseType::Basic),
            Some("cors") => Some(ResponseType::Cors),
            Some("opaque") => Some(ResponseType::Opaque),
            Some("opaqueredirect") => Some(ResponseType::OpaqueRedirect),
            Some(other) => return Err(format!("`{other}` is no type that a script can see")),
        };
        let mut headers: BTreeMap<Vec<u8>, Vec<u8>> = BTreeMap::new();
        for (name, value) in &response.headers {
            let (name, value) = (bytes(name)?.to_ascii_lowercase(), bytes(value)?);
            headers
                .entry(name)
                .and_modify(|all| {
                    all.extend_from_slice(b", ");
                    all.extend_from_slice(&value);
                })
                .or_insert(value);
        }
        Ok(ObservedOutcome::Response(ObservedResponse {
            response_type,
            status: response.status,
            headers,
            url: Some(response.url.clone()),
            redirected: response.redirected,
            timing_allowed: None,
        }))
    }
}

fn bytes(text: &str) -> Result<Vec<u8>, String> {
    text.chars()
        .map(|character| {
            u8::try_from(u32::from(character))
                .map_err(|_| format!("{text:?} is no string of bytes, as header values are"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(json: &str) -> Result<ObservedOutcome, String> {
        serde_json::from_str::<Seen>(json).unwrap().outcome()
    }

    #[test]
    fn errors_are_told_apart_as_far_as_script_can() {
        for (json, error) in [
            (r#"{"failed": true, "said": "x"}"#, None),
            (r#"{"thrown": "TypeError"}"#, Some(ErrorKind::TypeError)),
            (r#"{"thrown": "SyntaxError"}"#, Some(ErrorKind::SyntaxError)),
            (
                r#"{"thrown": "SecurityError"}"#,
                Some(ErrorKind::SecurityError),
            ),
            (r#"{"thrown": "DataCloneError"}"#, Some(ErrorKind::Other)),
        ] {
            assert_eq!(outcome(json), Ok(ObservedOutcome::Error(error)));
        }
        assert!(outcome(r#"{"timeout": true}"#).unwrap_err().contains("end"));
    }

    #[test]
    fn headers_are_bytes_and_lines_of_a_name_are_joined() {
        let json = r#"{"response": {"type": "cors", "status": 200, "url": "u", "redirected": false,
                       "headers": [["X-A", "\u00e9"], ["x-a", "2"]]}}"#;
        let Ok(ObservedOutcome::Response(response)) = outcome(json) else {
            panic!("a response");
        };
        assert_eq!(response.headers[&b"x-a"[..]], b"\xe9, 2");
        assert_eq!(response.response_type, Some(ResponseType::Cors));
        let json = json.replace("\\u00e9", "\\u0100");
        assert!(outcome(&json).unwrap_err().contains("no string of bytes"));
        let json = json.replace("cors", "default");
        assert!(outcome(&json).unwrap_err().contains("no type"));
    }
}
