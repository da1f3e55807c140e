//! `subject.toml`: what a subject is, what it needs, how it is installed and started.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use serde::Deserialize;

use super::Places;

/// One `subject.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// The folder's name, by which `cargo xtask try` calls it.
    pub(crate) name: String,
    /// One line: what answers, and which code adds the CORS headers.
    pub(crate) about: String,
    /// What it is written in.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, checked by a test")
    )]
    pub(crate) language: String,
    /// The versions that are pinned, or why they are not.
    pub(crate) version: String,
    /// Where it came from, and whose advice its configuration follows.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, checked by a test")
    )]
    pub(crate) source: String,
    /// The file, relative to the folder, that puts a policy into the subject's own words.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "documentation, checked by a test")
    )]
    pub(crate) program: String,
    /// Programs that must be on the machine.
    #[serde(default)]
    pub(crate) needs: Vec<Need>,
    /// What is fetched or built before it can start.
    pub(crate) install: Install,
    /// How it is started.
    pub(crate) start: Start,
}

/// A program that must be on the machine.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Need {
    /// A command that succeeds when the program is there.
    pub(crate) check: Vec<String>,
    /// Its name in a message.
    pub(crate) what: String,
    /// The Debian packages that bring it; empty when Debian's are too old or there are none.
    pub(crate) debian: Vec<String>,
}

/// What is fetched or built in the subject's folder, each by its ordinary client from a lock file.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum Install {
    /// A crate outside the workspace, built from its `Cargo.lock` into the shared target directory.
    Cargo,
    /// `package-lock.json`, into `node_modules`.
    Npm,
    /// `requirements.txt`, every package pinned, into the virtual environment `.venv`.
    Pip,
    /// Nothing beyond what it needs of the machine.
    None,
}

/// How the server is started: with the port in the variable `PORT` and the path of a policy in
/// `CORS_POLICY`, as the suite starts every program.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Start {
    /// Program and arguments. `{dir}` stands for the subject's folder and `{target}` for cargo's
    /// target directory.
    pub(crate) command: Vec<String>,
}

/// A subject: its manifest, and where it lies.
#[derive(Debug)]
pub(crate) struct Subject {
    /// What `subject.toml` says.
    pub(crate) manifest: Manifest,
    /// The subject's folder.
    pub(crate) dir: PathBuf,
    /// The policy that `cargo xtask try --serve` gives it: its own, or that of all subjects when it
    /// has none.
    pub(crate) policy: PathBuf,
}

impl Subject {
    /// Reads the subject in one folder.
    ///
    /// Fails when `subject.toml` cannot be read, has an unknown or missing field, or bears another
    /// name than its folder.
    pub(crate) fn read(dir: &Path) -> anyhow::Result<Self> {
        let file = dir.join("subject.toml");
        let text = std::fs::read_to_string(&file)
            .with_context(|| format!("reading {}", file.display()))?;
        let manifest: Manifest =
            toml::from_str(&text).with_context(|| format!("in {}", file.display()))?;
        if dir
            .file_name()
            .is_none_or(|folder| folder != manifest.name.as_str())
        {
            bail!(
                "{}: name is {:?}, expected the folder's",
                file.display(),
                manifest.name
            );
        }
        if manifest.start.command.is_empty() {
            bail!(
                "{}: start.command is empty, expected a program",
                file.display()
            );
        }
        let own = dir.join("policy.toml");
        let policy = if own.exists() {
            own
        } else {
            dir.with_file_name("policy.toml")
        };
        Ok(Self {
            manifest,
            dir: dir.to_owned(),
            policy,
        })
    }

    /// The words of the command that starts it.
    pub(crate) fn words(&self, places: &Places) -> Vec<String> {
        let words = self.manifest.start.command.iter();
        words
            .map(|word| {
                word.replace("{dir}", &self.dir.to_string_lossy())
                    .replace("{target}", &places.target.to_string_lossy())
            })
            .collect()
    }

    /// The file of its known failures.
    pub(crate) fn known(&self) -> PathBuf {
        self.dir.join("known.toml")
    }

    /// Writes its policy as the suite hands policies to programs, as JSON without the endpoints, and
    /// gives the file.
    pub(crate) fn policy_as_json(&self, places: &Places) -> anyhow::Result<PathBuf> {
        let from = &self.policy;
        let text =
            std::fs::read_to_string(from).with_context(|| format!("reading {}", from.display()))?;
        let mut policy: toml::Table =
            toml::from_str(&text).with_context(|| format!("in {}", from.display()))?;
        policy.remove("endpoints");
        let folder = places.target.join("subjects");
        let to = folder.join(format!("{}.policy.json", self.manifest.name));
        let text = serde_json::to_vec_pretty(&policy)?;
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&to, text))
            .with_context(|| format!("writing {}", to.display()))?;
        Ok(to)
    }

    /// Reads every subject, sorted by name.
    ///
    /// Fails as [`Subject::read`] does, on the first folder that does.
    pub(crate) fn read_all(places: &Places) -> anyhow::Result<Vec<Self>> {
        let reading = || format!("reading {}", places.subjects.display());
        let mut dirs = Vec::new();
        for entry in std::fs::read_dir(&places.subjects).with_context(reading)? {
            let path = entry.with_context(reading)?.path();
            if path.is_dir() {
                dirs.push(path);
            }
        }
        dirs.sort();
        dirs.iter().map(|dir| Self::read(dir)).collect()
    }
}

/// The subjects of these names, in order; all of them without names.
pub(crate) fn choose<'a>(
    subjects: &'a [Subject],
    names: &[String],
) -> anyhow::Result<Vec<&'a Subject>> {
    let known = |subject: &'a Subject| subject.manifest.name.as_str();
    if let Some(name) = names
        .iter()
        .find(|name| !subjects.iter().map(known).any(|one| one == **name))
    {
        let known: Vec<_> = subjects.iter().map(known).collect();
        bail!(
            "there is no subject {name:?}; there are {}",
            known.join(", ")
        );
    }
    let chosen = subjects.iter();
    let chosen = chosen.filter(|one| names.is_empty() || names.contains(&one.manifest.name));
    Ok(chosen.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The fields of a policy file, read as strictly as the suite reads them.
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Policy {
        allow_origins: Vec<String>,
        #[expect(dead_code, reason = "read for its type alone")]
        allow_credentials: bool,
        #[expect(dead_code, reason = "read for its type alone")]
        allow_methods: Vec<String>,
        #[expect(dead_code, reason = "read for its type alone")]
        allow_headers: Vec<String>,
        #[expect(dead_code, reason = "read for its type alone")]
        expose_headers: Vec<String>,
        #[expect(dead_code, reason = "read for its type alone")]
        max_age: u32,
        endpoints: BTreeMap<String, String>,
    }

    fn subjects() -> Vec<Subject> {
        Subject::read_all(&Places::find().unwrap()).unwrap()
    }

    fn policy(subject: &Subject) -> Policy {
        let text = std::fs::read_to_string(&subject.policy).unwrap();
        toml::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", subject.policy.display()))
    }

    #[test]
    fn every_folder_is_a_subject_and_names_are_unique() {
        let subjects = subjects();
        let names: BTreeSet<_> = subjects
            .iter()
            .map(|subject| &subject.manifest.name)
            .collect();
        assert!(names.len() >= 11, "{names:?}");
        assert_eq!(names.len(), subjects.len());
        assert!(
            !names.contains(&"all".to_owned()),
            "`try all` means every subject"
        );
    }

    #[test]
    fn an_unknown_subject_is_named_with_those_there_are() {
        let subjects = subjects();
        assert_eq!(choose(&subjects, &[]).unwrap().len(), subjects.len());
        assert_eq!(choose(&subjects, &["nginx".to_owned()]).unwrap().len(), 1);
        let message = choose(&subjects, &["iis".to_owned()])
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("iis") && message.contains("nginx"),
            "{message}"
        );
    }

    #[test]
    fn a_policy_is_handed_over_as_the_suite_does() {
        let target = tempfile::tempdir().unwrap();
        let places = Places {
            target: target.path().to_owned(),
            ..Places::find().unwrap()
        };
        for subject in subjects() {
            let file = subject.policy_as_json(&places).unwrap();
            let text = std::fs::read_to_string(file).unwrap();
            let policy: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert!(policy["allow_origins"].is_array() && policy.get("endpoints").is_none());
        }
    }

    #[test]
    fn every_subject_says_what_it_is() {
        for Subject { manifest, dir, .. } in subjects() {
            for said in [
                &manifest.about,
                &manifest.language,
                &manifest.version,
                &manifest.source,
            ] {
                assert!(!said.is_empty(), "{}", manifest.name);
            }
            let file = dir.join(&manifest.program);
            assert!(file.is_file(), "{}", file.display());
            for need in &manifest.needs {
                assert!(!need.check.is_empty(), "{}: {}", manifest.name, need.what);
            }
        }
    }

    #[test]
    fn every_lock_file_is_there() {
        for Subject { manifest, dir, .. } in subjects() {
            let lock = match manifest.install {
                Install::Cargo => "Cargo.lock",
                Install::Npm => "package-lock.json",
                Install::Pip => "requirements.txt",
                Install::None => continue,
            };
            let text = std::fs::read_to_string(dir.join(lock))
                .unwrap_or_else(|error| panic!("{}/{lock}: {error}", manifest.name));
            if matches!(manifest.install, Install::Pip) {
                for line in text.lines() {
                    assert!(
                        line.contains("=="),
                        "{}: {line} is not pinned",
                        manifest.name
                    );
                }
            }
        }
    }

    #[test]
    fn every_policy_parses_and_allows_something() {
        for subject in subjects() {
            let policy = policy(&subject);
            assert!(!policy.allow_origins.is_empty());
            assert!(policy.endpoints.values().all(|path| path.starts_with('/')));
        }
    }

    #[test]
    fn a_wrong_manifest_is_refused_with_its_file_and_field() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("here");
        std::fs::create_dir(&folder).unwrap();
        let text = "name = 'there'\nabout = ''\nlanguage = ''\nversion = ''\nsource = ''\n\
            program = ''\ninstall.kind = 'none'\nstart.command = ['true']\n";
        let refusal = |text: &str| {
            std::fs::write(folder.join("subject.toml"), text).unwrap();
            format!("{:#}", Subject::read(&folder).unwrap_err())
        };
        let message = refusal(text);
        assert!(
            message.contains("subject.toml: name is \"there\""),
            "{message}"
        );
        let message = refusal(&text.replace("language", "tongue"));
        assert!(
            message.contains("subject.toml") && message.contains("tongue"),
            "{message}"
        );
        let message = refusal(&text.replace("['true']", "[]").replace("there", "here"));
        assert!(message.contains("start.command"), "{message}");
    }

    #[test]
    fn the_command_line_has_its_places_filled_in() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("here");
        std::fs::create_dir(&folder).unwrap();
        let text = "name = 'here'\nabout = ''\nlanguage = ''\nversion = ''\nsource = ''\n\
            program = ''\ninstall.kind = 'none'\nstart.command = ['{target}/x', '{dir}/y z']\n";
        std::fs::write(folder.join("subject.toml"), text).unwrap();
        let places = Places {
            root: "/root".into(),
            subjects: dir.path().to_owned(),
            target: "/target".into(),
        };
        let words = Subject::read(&folder).unwrap().words(&places);
        assert_eq!(
            words,
            ["/target/x".to_owned(), format!("{}/y z", folder.display())]
        );
    }
}
