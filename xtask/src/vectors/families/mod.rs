//! Generated families of agent cases: sweeps over a table or grammar of the standard.
//!
//! Each family enumerates inputs and states what follows from the rule it cites, from tables in
//! this folder that a reader can hold against the text. Nothing here runs the model: the crate
//! that this module belongs to does not even depend on it.

mod build;
mod credentials;
mod header_bytes;
mod header_lengths;
mod list_syntax;
mod max_age;
mod method_case;
mod origin_spellings;
mod preflight_status;
mod tables;

use cors_vectors::agent::AgentFile;

/// Every family, in the order of their files' names.
pub(crate) fn all() -> Vec<AgentFile> {
    let mut files = vec![
        credentials::family(),
        header_bytes::accept(),
        header_bytes::accept_language(),
        header_bytes::content_language(),
        header_bytes::content_type(),
        header_bytes::range(),
        header_lengths::family(),
        list_syntax::methods(),
        list_syntax::headers(),
        list_syntax::exposed(),
        max_age::family(),
        method_case::family(),
        origin_spellings::family(),
        preflight_status::family(),
    ];
    files.sort_by(|a, b| a.area.cmp(&b.area));
    files
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::all;

    #[test]
    fn ids_are_unique_and_begin_with_their_area() {
        let mut seen = BTreeSet::new();
        for file in all() {
            for case in &file.cases {
                assert!(
                    case.id.starts_with(&format!("{}/", file.area)),
                    "{}",
                    case.id
                );
                assert!(seen.insert(case.id.clone()), "{} twice", case.id);
            }
        }
        assert!(seen.len() >= 2_000, "{} generated cases", seen.len());
    }

    /// The counts that the standard's byte tables imply: of the 253 bytes that a header value can
    /// hold, 42 are CORS-unsafe and 69 are allowed in the language headers.
    #[test]
    fn sweeps_have_the_sizes_that_the_tables_imply() {
        let preflighted = |area: &str| {
            let files = all();
            let file = files
                .iter()
                .find(|f| f.area == area)
                .expect("the family exists");
            file.cases
                .iter()
                .filter(|c| c.expect.requests.len() == 2)
                .count()
        };
        assert_eq!(preflighted("accept-bytes"), 42);
        assert_eq!(preflighted("accept-language-bytes"), 253 - 69);
        assert_eq!(preflighted("content-language-bytes"), 253 - 69);
        assert_eq!(preflighted("content-type-bytes"), 42);
    }
}
