//! Runs agent cases against a user agent under test: the model, browsers, emulators.
//!
//! A case says what a page does, how servers answer, and what must then happen. Whatever plays the
//! page leaves an [`observation::Observation`]; [`compare::compare`] holds it against the case. The
//! scripted servers ([`script`]) and the places they stand at ([`world`]) are the same for every
//! user agent, so that a case means the same to all of them.

#[cfg(unix)]
pub mod browser;
#[cfg(unix)]
pub mod client;
pub mod compare;
pub mod decision;
mod jar;
pub mod known;
pub mod model;
pub mod observation;
mod paired;
pub mod record;
pub mod refusals;
pub mod run;
pub mod script;
mod scripted;
mod url;
pub mod world;

#[cfg(test)]
mod tests {
    use cors_vectors::agent::AgentCase;

    /// A case with this id whose page makes one plain fetch.
    pub(crate) fn case(id: &str) -> AgentCase {
        case_with_server(id, "[]")
    }

    /// The same with these answers, as JSON.
    pub(crate) fn case_with_server(id: &str, server: &str) -> AgentCase {
        let json = format!(
            r#"{{ "id": "{id}", "title": "", "spec": [], "fetches": [{{}}], "server": {server},
                  "expect": {{
                      "requests": [{{ "kind": "actual", "method": "GET", "origin": "page" }}],
                      "outcomes": [{{ "type": "cors", "status": 200 }}]
                  }} }}"#
        );
        serde_json::from_str(&json).expect("the fixture is a case")
    }
}
