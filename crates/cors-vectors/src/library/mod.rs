//! The library: all cases, policies and rules together, with what refers from one to another.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use crate::agent::{AgentCase, AgentFile};
use crate::data;
use crate::error::{Error, Errors, Problem, nearest};
use crate::fill::{self, Skip};
use crate::policy::{NamedPolicy, Policy};
use crate::read::Source;
use crate::rules::{Rule, Side};
use crate::server::{ServerCase, ServerFile, Verdict};

use files::{Content, collect, read_all};

mod files;

/// Cases, policies and rules that fit together.
#[derive(Debug, Clone, Default)]
pub struct Library {
    agent: Vec<(String, AgentFile)>,
    server: Vec<(String, ServerFile)>,
    policies: BTreeMap<String, NamedPolicy>,
    rules: Vec<Rule>,
    /// The texts of the files, to say in which line something stands.
    texts: BTreeMap<String, String>,
}

/// The library of the project, read once.
///
/// # Errors
///
/// Everything that is wrong with it, which is a mistake in this crate's data.
pub fn library() -> Result<&'static Library, &'static Errors> {
    static LIBRARY: OnceLock<Result<Library, Errors>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| from_data(data::case_files()))
        .as_ref()
}

/// The part of [`library`] that runs on servers need: server cases, policies and rules, read once.
/// The agent cases are many times as many.
///
/// # Errors
///
/// Everything that is wrong with it, which is a mistake in this crate's data.
pub fn server_library() -> Result<&'static Library, &'static Errors> {
    static LIBRARY: OnceLock<Result<Library, Errors>> = OnceLock::new();
    LIBRARY
        .get_or_init(|| from_data(data::server_files()))
        .as_ref()
}

fn from_data(files: Vec<(String, Cow<'static, str>)>) -> Result<Library, Errors> {
    if files.is_empty() {
        let problem = Problem::Broken(
            "the case files are not where this program was built: to use it without them, build \
             it with the feature `embedded`",
        );
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data").to_owned();
        return Err(Error::File { file, problem }.into());
    }
    Library::from_files(
        files
            .into_iter()
            .map(|(name, text)| (name, text.into_owned())),
    )
}

impl Library {
    /// Puts a library together from the texts of its files. A name says what the file is: its
    /// folder is `agent` or `server`, or it is `policies.json` or `rules.json`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with the files, or else with what refers from one to another.
    pub fn from_files(files: impl IntoIterator<Item = (String, String)>) -> Result<Self, Errors> {
        Self::default().extended(files)
    }

    /// This library and further case files: a file, or a folder and all below it that ends in
    /// `.json`. Files are told apart by their folder (`agent`, `server`) or, outside such, by
    /// whether their cases have `fetches` or `steps`.
    ///
    /// # Errors
    ///
    /// When something cannot be read, and everything that is wrong with what was; ids that are
    /// taken already are.
    pub fn extend_from_path(&self, path: &Path) -> Result<Self, Errors> {
        let files = collect(path)?;
        if files.is_empty() {
            let problem = Problem::Broken("there is no file that ends in `.json`");
            return Err(Error::File {
                file: path.display().to_string(),
                problem,
            }
            .into());
        }
        self.clone().extended(files)
    }

    fn extended(
        mut self,
        files: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Errors> {
        let mut errors = Vec::new();
        let files: Vec<(String, String)> = files.into_iter().collect();
        let contents = read_all(&files);
        for ((name, text), content) in files.into_iter().zip(contents) {
            let added = content.and_then(|content| self.add(&name, &text, content));
            if let Err(more) = added {
                errors.extend(more.into_vec());
            }
            self.texts.insert(name, text);
        }
        // References into a file that could not be read would all seem broken.
        if errors.is_empty() {
            self.check_ids(&mut errors);
            self.check_rules(&mut errors);
            self.check_server_cases(&mut errors);
        }
        Errors::none_or(errors, self)
    }

    fn add(&mut self, name: &str, text: &str, content: Content) -> Result<(), Errors> {
        match content {
            Content::Agent(file) => self.agent.push((name.to_owned(), file)),
            Content::Server(file) => {
                self.add_policies(name, text, file.policies.clone())?;
                self.server.push((name.to_owned(), file));
            }
            Content::Policies(file) => self.add_policies(name, text, file.policies)?,
            Content::Rules(file) => self.rules.extend(file.rules),
            Content::Apart => {}
        }
        Ok(())
    }

    fn add_policies(
        &mut self,
        name: &str,
        text: &str,
        policies: BTreeMap<String, NamedPolicy>,
    ) -> Result<(), Errors> {
        for (policy, named) in policies {
            if self.policies.contains_key(&policy) {
                let by = "an earlier policy".to_owned();
                let problem = Problem::Taken {
                    name: policy.clone(),
                    by,
                };
                let source = Source::new(name, text);
                return Err(source
                    .error(Some(&policy), "policies".to_owned(), problem)
                    .into());
            }
            self.policies.insert(policy, named);
        }
        Ok(())
    }

    /// All files of agent cases, by name.
    pub fn agent_files(&self) -> impl Iterator<Item = (&str, &AgentFile)> {
        self.agent.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// All files of server cases, by name.
    pub fn server_files(&self) -> impl Iterator<Item = (&str, &ServerFile)> {
        self.server.iter().map(|(name, file)| (name.as_str(), file))
    }

    /// All agent cases, in the order of the files.
    pub fn agent_cases(&self) -> impl Iterator<Item = &AgentCase> {
        self.agent.iter().flat_map(|(_, file)| &file.cases)
    }

    /// All server cases, in the order of the files.
    pub fn server_cases(&self) -> impl Iterator<Item = &ServerCase> {
        self.server.iter().flat_map(|(_, file)| &file.cases)
    }

    /// The agent case with this id or earlier id.
    pub fn agent_case(&self, id: &str) -> Option<&AgentCase> {
        self.agent_cases()
            .find(|case| case.id == id || case.aliases.iter().any(|alias| alias == id))
    }

    /// The server case with this id or earlier id.
    pub fn server_case(&self, id: &str) -> Option<&ServerCase> {
        self.server_cases()
            .find(|case| case.id == id || case.aliases.iter().any(|alias| alias == id))
    }

    /// The named policies.
    pub fn policies(&self) -> &BTreeMap<String, NamedPolicy> {
        &self.policies
    }

    /// A named policy.
    pub fn policy(&self, name: &str) -> Option<&Policy> {
        self.policies.get(name).map(|named| &named.policy)
    }

    /// The rules, in their order.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
    }

    fn error(&self, file: &str, case: &str, field: impl Into<String>, problem: Problem) -> Error {
        let text = self.texts.get(file).map(String::as_str).unwrap_or_default();
        Source::new(file, text).error(Some(case), field.into(), problem)
    }

    fn check_ids(&self, errors: &mut Vec<Error>) {
        let agent = self.agent.iter().flat_map(|(file, agent)| {
            agent
                .cases
                .iter()
                .map(move |case| (file, &case.id, &case.aliases))
        });
        let server = self.server.iter().flat_map(|(file, server)| {
            server
                .cases
                .iter()
                .map(move |case| (file, &case.id, &case.aliases))
        });
        let mut taken: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
        for (file, id, aliases) in agent.chain(server) {
            let names =
                std::iter::once(("id", id)).chain(aliases.iter().map(|alias| ("aliases", alias)));
            for (field, name) in names {
                if let Some((other_file, other_id)) = taken.insert(name, (file, id)) {
                    let by = format!("`{other_id}` in {other_file}");
                    let problem = Problem::Taken {
                        name: name.clone(),
                        by,
                    };
                    errors.push(self.error(file, id, field, problem));
                }
            }
        }
    }

    fn check_rules(&self, errors: &mut Vec<Error>) {
        let agent = self.agent.iter().flat_map(|(file, agent)| {
            agent
                .cases
                .iter()
                .map(move |case| (file, &case.id, &case.rules, Side::Client))
        });
        let server = self.server.iter().flat_map(|(file, server)| {
            server
                .cases
                .iter()
                .map(move |case| (file, &case.id, &case.rules, Side::Server))
        });
        for (file, id, rules, side) in agent.chain(server) {
            for (index, name) in rules.iter().enumerate() {
                let of_side = || self.rules.iter().filter(|rule| rule.side == side);
                if !of_side().any(|rule| rule.id == *name) {
                    let what = match side {
                        Side::Client => "rule for browsers",
                        Side::Server => "rule for servers",
                    };
                    let nearest = nearest(name, of_side().map(|rule| rule.id.as_str()));
                    let problem = Problem::Unknown {
                        what,
                        name: name.clone(),
                        nearest,
                    };
                    errors.push(self.error(file, id, format!("rules[{index}]"), problem));
                }
            }
        }
    }

    fn check_server_cases(&self, errors: &mut Vec<Error>) {
        for (file, cases) in &self.server {
            for case in &cases.cases {
                let mut push = |field: &str, problem| {
                    errors.push(self.error(file, &case.id, field, problem));
                };
                self.check_pair(case, &mut push);
                let Some(policy) = self.policy(&case.policy) else {
                    let nearest = nearest(&case.policy, self.policies.keys().map(String::as_str));
                    let name = case.policy.clone();
                    push(
                        "policy",
                        Problem::Unknown {
                            what: "policy",
                            name,
                            nearest,
                        },
                    );
                    continue;
                };
                let filled = fill::fill(case, policy, true);
                if let Ok(fill) = &filled
                    && let Some(step) = (0..case.steps.len()).find(|step| !fill.has_step(*step))
                {
                    let problem = Problem::Contradiction(format!(
                        "step {} asks for the refusal of what the case's own policy `{}` allows",
                        step + 1,
                        case.policy
                    ));
                    push("steps", problem);
                }
                if let Err(skip) = filled {
                    let field = match skip {
                        Skip::Requires(_) => "requires",
                        Skip::Endpoint(_)
                        | Skip::Placeholder { .. }
                        | Skip::NoSuchPage { .. }
                        | Skip::Allowed { .. }
                        | Skip::Refused { .. }
                        | Skip::OtherOrigin { .. }
                        | Skip::Undetermined
                        | Skip::Text(_) => "steps",
                    };
                    let problem = Problem::Contradiction(format!(
                        "the case cannot run under its own policy `{}`: {skip}",
                        case.policy
                    ));
                    push(field, problem);
                }
            }
        }
    }

    fn check_pair(&self, case: &ServerCase, push: &mut dyn FnMut(&str, Problem)) {
        let Some(name) = &case.paired_with else {
            return;
        };
        let Some(pair) = self.server_cases().find(|other| other.id == *name) else {
            let nearest = nearest(name, self.server_cases().map(|other| other.id.as_str()));
            push(
                "paired_with",
                Problem::Unknown {
                    what: "server case",
                    name: name.clone(),
                    nearest,
                },
            );
            return;
        };
        if pair.policy != case.policy {
            push(
                "paired_with",
                Problem::Contradiction(format!(
                    "`{name}` has the policy `{}`, this case `{}`: a pair shares it",
                    pair.policy, case.policy
                )),
            );
        }
        let verdicts: Vec<Verdict> = pair.steps.iter().filter_map(|step| step.verdict).collect();
        if verdicts.is_empty() || verdicts.contains(&Verdict::Refused) {
            push(
                "paired_with",
                Problem::Contradiction(format!(
                    "`{name}` is not a case whose verdicts are all `shared`"
                )),
            );
        }
    }
}
