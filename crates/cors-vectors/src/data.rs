//! The files of `vectors/`: part of the program in packages and with the feature `embedded`, else
//! read from the repository that the crate was built in, so that a changed case is run without
//! compiling. `build.rs` decides.

use std::borrow::Cow;

#[cfg(not(embedded))]
use disk::{files_of, text_of};
#[cfg(embedded)]
use embedded::{files_of, text_of};

/// The text of a file, by its path below `vectors/`, such as `server/origin.json`; `None` when
/// there is no such file.
pub fn data_file(path: &str) -> Option<Cow<'static, str>> {
    text_of(path)
}

/// The files of cases, policies and rules: their names, such as `server/origin.json`, in order, and
/// texts.
pub fn case_files() -> Vec<(String, Cow<'static, str>)> {
    files(&["agent", "server"])
}

/// The same without the agent cases, which are many times as many as the others.
pub(crate) fn server_files() -> Vec<(String, Cow<'static, str>)> {
    files(&["server"])
}

fn files(folders: &[&str]) -> Vec<(String, Cow<'static, str>)> {
    let single = ["policies.json", "rules.json"].map(str::to_owned);
    folders
        .iter()
        .flat_map(|folder| files_of(folder))
        .chain(single)
        .filter_map(|name| text_of(&name).map(|text| (name, text)))
        .collect()
}

#[cfg(embedded)]
mod embedded {
    use std::borrow::Cow;

    /// Paths, in order, and texts.
    static DATA: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/data.rs"));

    pub(super) fn text_of(path: &str) -> Option<Cow<'static, str>> {
        let at = DATA.binary_search_by_key(&path, |(path, _)| path).ok()?;
        DATA.get(at).map(|(_, text)| Cow::Borrowed(*text))
    }

    /// The names of the JSON files in a folder.
    pub(super) fn files_of(folder: &str) -> Vec<String> {
        let within = |path: &str| {
            let name = path.strip_prefix(folder)?.strip_prefix('/')?;
            name.strip_suffix(".json")
                .filter(|name| !name.contains('/'))?;
            Some(path.to_owned())
        };
        DATA.iter().filter_map(|(path, _)| within(path)).collect()
    }
}

#[cfg(not(embedded))]
mod disk {
    use std::borrow::Cow;
    use std::fs;

    const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data");

    pub(super) fn text_of(path: &str) -> Option<Cow<'static, str>> {
        let text = fs::read_to_string(format!("{DATA}/{path}"));
        text.ok().map(Cow::Owned)
    }

    /// The names of the JSON files in a folder.
    pub(super) fn files_of(folder: &str) -> Vec<String> {
        let entries = fs::read_dir(format!("{DATA}/{folder}"));
        let names = entries.into_iter().flatten().flatten();
        let mut names: Vec<String> = names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| name.strip_suffix(".json").is_some())
            .map(|name| format!("{folder}/{name}"))
            .collect();
        names.sort();
        names
    }
}
