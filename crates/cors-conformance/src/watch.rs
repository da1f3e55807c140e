//! Waiting until a file changes, for `--watch`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;

use crate::args::RunArgs;
use crate::baseline::file;
use crate::config::Run;
use crate::message;
use crate::run::interrupt;
use crate::runtime::runtime;
use crate::stop::Stop;

/// How often files are looked at.
const PAUSE: Duration = Duration::from_millis(300);

/// Files of a folder that are looked at, and folders within folders.
const MOST: usize = 10_000;

/// Folders that hold what is made, not what people write.
const MADE: [&str; 2] = ["target", "node_modules"];

/// When files were last changed, and how long they are; `None` where there is none.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stamps {
    paths: Vec<PathBuf>,
    files: BTreeMap<PathBuf, Option<(u64, Option<SystemTime>)>>,
}

impl Stamps {
    /// How these files, and what is in these folders, are now.
    pub(crate) fn of(paths: Vec<PathBuf>) -> Self {
        let mut files = BTreeMap::new();
        for path in &paths {
            look(path, &mut files);
        }
        Self { paths, files }
    }
}

/// Waits for changes, until the program is asked to end.
pub(crate) struct Watch {
    runtime: Runtime,
    end: Pin<Box<dyn Future<Output = ()>>>,
}

impl Watch {
    /// Listens for signals from here on, also while cases are run.
    pub(crate) fn begin() -> Result<Self, Stop> {
        let runtime = runtime()?;
        let end = {
            let _within = runtime.enter();
            Box::pin(interrupt())
        };
        Ok(Self { runtime, end })
    }

    /// Waits until something is not as it was; `false` when the program is to end.
    pub(crate) fn is_changed(&mut self, before: &Stamps) -> bool {
        let count = before.files.len();
        message::note(&format!("watching {count} files; Ctrl-C ends"));
        loop {
            let end = self.end.as_mut();
            let pause = async {
                tokio::select! {
                    biased;
                    () = end => true,
                    () = tokio::time::sleep(PAUSE) => false,
                }
            };
            if self.runtime.block_on(pause) {
                return false;
            }
            if Stamps::of(before.paths.clone()) != *before {
                return true;
            }
        }
    }
}

fn look(path: &Path, files: &mut BTreeMap<PathBuf, Option<(u64, Option<SystemTime>)>>) {
    if files.len() >= MOST {
        return;
    }
    let known = fs::metadata(path).ok();
    if !known.as_ref().is_some_and(fs::Metadata::is_dir) {
        let stamp = known.map(|known| (known.len(), known.modified().ok()));
        files.insert(path.to_path_buf(), stamp);
        return;
    }
    for entry in fs::read_dir(path).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        // What a link leads to may be the folder itself.
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if !name.starts_with('.') && !MADE.contains(&&*name) && !is_link {
            look(&entry.path(), files);
        }
    }
}

/// What a run depends on: the file of targets and known failures, and for each target its policy, its
/// case files and the files that its command names.
pub(crate) fn paths(args: &RunArgs, runs: &[Run]) -> Vec<PathBuf> {
    let mut paths = vec![file::path(args.baseline.baseline.as_deref())];
    paths.extend(args.watch_paths.iter().cloned());
    for args in runs.iter().map(|run| &run.args).chain([args]) {
        paths.extend(args.target.policy.clone());
        paths.extend(args.selection.vectors.iter().cloned());
        paths.extend(args.baseline.baseline.clone());
        let words = args
            .target
            .cmd
            .iter()
            .flat_map(|line| line.split_whitespace());
        let words = words.map(|word| Path::new(word.trim_matches(['\'', '"'])));
        paths.extend(words.filter(|path| path.is_file()).map(Path::to_path_buf));
    }
    paths.sort();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changes_comes_or_goes_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["src", "policy"].map(|name| folder.path().join(name));
        let stamps = || Stamps::of(paths.to_vec());
        let empty = stamps();
        assert_eq!(empty, stamps());
        fs::create_dir_all(folder.path().join("src/target")).unwrap();
        fs::write(folder.path().join("src/target/made"), "").unwrap();
        fs::write(folder.path().join("src/.hidden"), "").unwrap();
        let made = stamps();
        fs::write(folder.path().join("src/target/made"), "again").unwrap();
        assert_eq!(made, stamps());
        fs::write(folder.path().join("src/a"), "").unwrap();
        let with_file = stamps();
        assert_ne!(made, with_file);
        fs::write(folder.path().join("src/a"), "x").unwrap();
        assert_ne!(with_file, stamps());
        fs::remove_file(folder.path().join("src/a")).unwrap();
        fs::write(folder.path().join("policy"), "x").unwrap();
        assert_ne!(made, stamps());
    }
}
