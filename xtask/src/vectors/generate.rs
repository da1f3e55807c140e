//! `cargo xtask vectors generate`: writes the generated families, or says which are stale.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use cors_vectors::agent::AgentFile;

use super::families;

/// Arguments of `cargo xtask vectors generate`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when a file differs from what would be written
    #[arg(long)]
    check: bool,
}

/// Writes every family, or compares it with the file.
pub(crate) fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let folder = crate::root().join("vectors/agent");
    if args.check {
        let stale = stale(&folder)?;
        for path in &stale {
            println!(
                "{} is stale: run `cargo xtask vectors generate`",
                path.display()
            );
        }
        return Ok(if stale.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        });
    }
    for file in families::all() {
        let path = path(&folder, &file);
        fs::write(&path, text(&file)?)
            .with_context(|| format!("cannot write {}", path.display()))?;
        println!("{}: {} cases", path.display(), file.cases.len());
    }
    Ok(ExitCode::SUCCESS)
}

/// The generated files in the folder that are not what the families say, missing and orphaned ones
/// included.
fn stale(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut stale = Vec::new();
    let mut known = Vec::new();
    for file in families::all() {
        let path = path(folder, &file);
        if fs::read_to_string(&path).ok() != Some(text(&file)?) {
            stale.push(path.clone());
        }
        known.push(path);
    }
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?
    {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".generated.json") && !known.contains(&path) {
            stale.push(path);
        }
    }
    Ok(stale)
}

fn path(folder: &Path, file: &AgentFile) -> PathBuf {
    folder.join(format!("{}.generated.json", file.area))
}

/// A file's text: one line per case, so that a change of a table shows as the lines it changes.
fn text(file: &AgentFile) -> anyhow::Result<String> {
    let mut text = String::from("{\n");
    let head = [
        ("$schema", serde_json::to_string(&file.schema)?),
        ("area", serde_json::to_string(&file.area)?),
        ("about", serde_json::to_string(&file.about)?),
        ("generator", serde_json::to_string(&file.generator)?),
    ];
    for (name, value) in head {
        writeln!(text, "  \"{name}\": {value},")?;
    }
    text.push_str("  \"cases\": [\n");
    for (i, case) in file.cases.iter().enumerate() {
        let comma = if i + 1 == file.cases.len() { "" } else { "," };
        writeln!(text, "    {}{comma}", serde_json::to_string(case)?)?;
    }
    text.push_str("  ]\n}\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{families, stale, text};

    #[test]
    fn committed_families_are_what_the_tables_say() {
        let stale = stale(&crate::root().join("vectors/agent")).expect("the folder can be listed");
        assert!(
            stale.is_empty(),
            "run `cargo xtask vectors generate`: {stale:?}"
        );
    }

    #[test]
    fn text_reads_back_as_the_family() {
        for file in families::all() {
            let back: cors_vectors::agent::AgentFile =
                serde_json::from_str(&text(&file).expect("a family can be written"))
                    .expect("and read");
            assert_eq!(back, file);
        }
    }
}
