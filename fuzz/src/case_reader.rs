//! The reader of cases: what it takes, it writes and takes again.
//!
//! Input: the text of a file of agent cases or of server cases.

use cors_vectors::format::format;
use cors_vectors::read::{read_agent_file, read_server_file};

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    match read_agent_file("agent/fuzz.json", text) {
        Ok(file) => {
            let value = serde_json::to_value(&file).expect("a file of cases is JSON");
            let written = format(&value);
            let again = read_agent_file("agent/fuzz.json", &written);
            assert_eq!(again.ok().as_ref(), Some(&file), "{written}");
        }
        Err(errors) => assert!(errors.to_string().contains("agent/fuzz.json"), "{errors}"),
    }
    match read_server_file("server/fuzz.json", text) {
        Ok(file) => {
            let value = serde_json::to_value(&file).expect("a file of cases is JSON");
            let written = format(&value);
            let again = read_server_file("server/fuzz.json", &written);
            assert_eq!(again.ok().as_ref(), Some(&file), "{written}");
        }
        Err(errors) => assert!(errors.to_string().contains("server/fuzz.json"), "{errors}"),
    }
}
