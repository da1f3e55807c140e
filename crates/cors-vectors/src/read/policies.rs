//! Named policies.

use std::collections::BTreeMap;

use super::common::is_slug;
use super::json::Source;
use crate::error::{Error, Errors, Problem};
use crate::policies::{NamedPolicy, PolicyFile};

/// Reads the named policies.
///
/// # Errors
///
/// Everything that is wrong, unless the shape is: then the first.
pub fn read_policies(name: &str, text: &str) -> Result<PolicyFile, Errors> {
    let source = Source::new(name, text);
    let file: PolicyFile = source.shape()?;
    let errors = check_policies(&source, &file.policies);
    Errors::none_or(errors, file)
}

/// Everything that is wrong with named policies.
pub(super) fn check_policies(
    source: &Source<'_>,
    policies: &BTreeMap<String, NamedPolicy>,
) -> Vec<Error> {
    let mut errors = Vec::new();
    for (policy_name, named) in policies {
        if !is_slug(policy_name) {
            errors.push(source.error(
                Some(policy_name),
                "policies".to_owned(),
                Problem::Broken("a policy's name is of lower-case letters, digits and hyphens"),
            ));
        }
        for (field, problem) in cors_policy::read::problems(&named.policy) {
            let field = format!("policy.{field}");
            errors.push(source.error(Some(policy_name), field, problem.into()));
        }
    }
    errors
}
