//! Every input that is kept, through its target: seeds, and what was once found.

use std::fs;
use std::path::{Path, PathBuf};

use cors_fuzz::{TARGETS, Target};
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> std::process::ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut trials = vec![Trial::test("folders", {
        let root = root.to_path_buf();
        move || check_folders(&root)
    })];
    for target in TARGETS {
        for kind in ["seeds", "regressions"] {
            for file in files(&root.join(kind).join(target.name)) {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let name = format!("{kind}/{}/{name}", target.name);
                let run = target.run;
                trials.push(Trial::test(name, move || {
                    run(&fs::read(&file)?);
                    Ok(())
                }));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.sort();
    files
}

/// Each target has a program and seeds, and there is nothing for a target that does not exist.
fn check_folders(root: &Path) -> Result<(), Failed> {
    for Target { name, .. } in TARGETS {
        if files(&root.join("seeds").join(name)).is_empty() {
            return Err(format!("fuzz/seeds/{name} has no file").into());
        }
        if !root.join(format!("fuzz_targets/{name}.rs")).is_file() {
            return Err(format!("fuzz/fuzz_targets/{name}.rs is missing").into());
        }
    }
    for kind in ["seeds", "regressions"] {
        for folder in files(&root.join(kind)) {
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let known = name == "README.md" || TARGETS.iter().any(|target| target.name == name);
            if !known {
                return Err(format!("fuzz/{kind}/{name} belongs to no target").into());
            }
        }
    }
    Ok(())
}
