//! The reader of policies: what it takes means the same however it is asked.
//!
//! Input: the text of a policy in TOML.

use cors_vectors::policy::AnyOr;
use cors_vectors::read::read_policy_toml;

/// Runs one input.
pub fn run(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else {
        return;
    };
    let policy = match read_policy_toml("cors.toml", text) {
        Ok(policy) => policy,
        Err(errors) => {
            assert!(errors.to_string().contains("cors.toml"), "{errors}");
            return;
        }
    };
    for origin in policy.exact_origins() {
        assert!(
            policy.allows_origin(origin.as_bytes()),
            "{origin} is listed and refused"
        );
    }
    if let AnyOr::Listed(methods) = &policy.allow_methods {
        for method in methods {
            assert!(
                policy.allows_method(method.as_bytes()),
                "{method} is listed and refused"
            );
        }
    }
    if let AnyOr::Listed(names) = &policy.allow_headers {
        for name in names {
            assert!(
                policy.allows_header(name.to_ascii_uppercase().as_bytes()),
                "{name}"
            );
        }
    }
    // Written as JSON, it is the same policy.
    let json = serde_json::to_string(&policy).expect("a policy is JSON");
    assert_eq!(
        serde_json::from_str(&json).ok().as_ref(),
        Some(&policy),
        "{json}"
    );
}
