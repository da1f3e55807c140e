//! The files of `vectors/`: part of the program with the feature `embedded`, else read from the
//! folder that the crate was built in, so that a changed case is run without compiling.

use std::borrow::Cow;

#[cfg(not(feature = "embedded"))]
use disk::{files_of, text_of};
#[cfg(feature = "embedded")]
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

#[cfg(feature = "embedded")]
mod embedded {
    use std::borrow::Cow;

    use include_dir::{Dir, include_dir};

    static DATA: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/data");

    pub(super) fn text_of(path: &str) -> Option<Cow<'static, str>> {
        DATA.get_file(path)?.contents_utf8().map(Cow::Borrowed)
    }

    /// The names of the JSON files in a folder.
    pub(super) fn files_of(folder: &str) -> Vec<String> {
        let files = DATA.get_dir(folder).into_iter().flat_map(Dir::files);
        let names = files.filter_map(|file| file.path().to_str());
        let mut names: Vec<String> = names.map(|name| name.replace('\\', "/")).collect();
        names.retain(|name| name.strip_suffix(".json").is_some());
        names.sort();
        names
    }
}

#[cfg(not(feature = "embedded"))]
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
