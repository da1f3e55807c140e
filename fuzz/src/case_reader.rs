//! The reader of cases: what it takes, it writes and takes again.
//!
//! Input: the text of a file of agent cases or of server cases.

use cors_vectors::format::format;
use cors_vectors::read::{read_agent_file, read_server_file};

/// The area that a text says its cases are of: a file of that name is what the reader wants.
pub(crate) fn area(text: &str) -> &str {
    let quoted = text.split_once("\"area\"").map(|(_, rest)| rest.split('"'));
    let area = quoted
        .and_then(|mut parts| parts.nth(1))
        .unwrap_or_default();
    let plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    if !area.is_empty() && area.bytes().all(plain) {
        area
    } else {
        "fuzz"
    }
}

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let name = format!("agent/{}.json", area(text));
    match read_agent_file(&name, text) {
        Ok(file) => {
            let value = serde_json::to_value(&file).expect("a file of cases is JSON");
            let written = format(&value);
            let again = read_agent_file(&name, &written);
            assert_eq!(again.ok().as_ref(), Some(&file), "{written}");
        }
        Err(errors) => assert!(errors.to_string().contains(&name), "{errors}"),
    }
    let name = format!("server/{}.json", area(text));
    match read_server_file(&name, text) {
        Ok(file) => {
            let value = serde_json::to_value(&file).expect("a file of cases is JSON");
            let written = format(&value);
            let again = read_server_file(&name, &written);
            assert_eq!(again.ok().as_ref(), Some(&file), "{written}");
        }
        Err(errors) => assert!(errors.to_string().contains(&name), "{errors}"),
    }
}

#[cfg(test)]
mod tests {
    use cors_vectors::read::read_agent_file;

    #[test]
    fn seeds_are_files_that_the_reader_takes() {
        for seed in crate::seeds::of("case_reader").unwrap().iter().step_by(97) {
            let text = str::from_utf8(seed).unwrap();
            let name = format!("agent/{}.json", super::area(text));
            let read = read_agent_file(&name, text);
            assert!(read.is_ok(), "{name}: {:?}", read.err());
        }
        assert_eq!(super::area("{ \"area\": \"../x\" }"), "fuzz");
        assert_eq!(super::area(""), "fuzz");
    }
}
