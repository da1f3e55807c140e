//! What is known of where an agent leaves the standard, by case.

use std::collections::BTreeMap;

use cors_vectors::observed::ExpectationsFile;

/// The known deviations of an agent, by case.
#[derive(Debug, Clone, Default)]
pub struct Known {
    by_case: BTreeMap<String, Explained>,
}

/// What explains that a case fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// The deviation's name.
    pub name: String,
    /// Its reason.
    pub reason: String,
}

impl Known {
    /// What the file says.
    pub fn new(file: &ExpectationsFile) -> Self {
        let by_case = file
            .deviations
            .iter()
            .flat_map(|deviation| {
                let explained = Explained {
                    name: deviation.name.clone(),
                    reason: deviation.reason.clone(),
                };
                deviation
                    .cases
                    .iter()
                    .map(move |case| (case.clone(), explained.clone()))
            })
            .collect();
        Self { by_case }
    }

    /// What explains that this case fails.
    pub fn explains(&self, case: &str) -> Option<&Explained> {
        self.by_case.get(case)
    }

    /// The cases that are known to fail.
    pub fn cases(&self) -> impl Iterator<Item = &str> {
        self.by_case.keys().map(String::as_str)
    }
}
