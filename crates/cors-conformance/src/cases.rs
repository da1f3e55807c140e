//! The cases that a command is about: those of the project, those from outside, and the selection.

use std::borrow::Cow;

use cors_vectors::data::data_file;
use cors_vectors::select::{Select, Selectable};
use cors_vectors::{Library, library, server_library};

use crate::args::Selection;
use crate::stop::Stop;

/// The library and what was added to it.
pub(crate) fn load(selection: &Selection) -> Result<Cow<'static, Library>, Stop> {
    let mut library = Cow::Borrowed(library().map_err(Stop::bug)?);
    for path in &selection.vectors {
        let extended = library.extend_from_path(path).map_err(Stop::usage)?;
        library = Cow::Owned(extended);
    }
    Ok(library)
}

/// The same for a command about servers: without the agent cases, unless something is added, whose
/// ids must not be theirs.
pub(crate) fn load_for_servers(selection: &Selection) -> Result<Cow<'static, Library>, Stop> {
    if selection.vectors.is_empty() {
        server_library().map(Cow::Borrowed).map_err(Stop::bug)
    } else {
        load(selection)
    }
}

/// The selected ones of the cases. Each selector must match something, so that a slip of the pen
/// cannot make a run green.
pub(crate) fn choose<'a, C: Selectable>(
    cases: impl Iterator<Item = &'a C>,
    selection: &Selection,
) -> Result<Vec<&'a C>, Stop> {
    let tests = selection.tests.iter().map(String::as_str);
    let select = Select::parse(tests, selection.skip.iter().map(String::as_str));
    select
        .and_then(|select| select.choose(cases))
        .map_err(Stop::usage)
}

/// The revision of the standard that the cases follow.
pub(crate) fn standard() -> Result<String, Stop> {
    let text = data_file("spec/fetch.toml")
        .ok_or_else(|| Stop::bug("the pin of the standard is not there"))?;
    let pin: toml::Table = text.parse().map_err(Stop::bug)?;
    let commit = pin.get("commit").and_then(toml::Value::as_str);
    commit
        .map(str::to_owned)
        .ok_or_else(|| Stop::bug("the pin of the standard has no commit"))
}

/// How the cases are named in reports.
pub(crate) fn version(selection: &Selection) -> String {
    let mut version = env!("CARGO_PKG_VERSION").to_owned();
    for path in &selection.vectors {
        version.push_str(" and ");
        version.push_str(&path.to_string_lossy());
    }
    version
}
