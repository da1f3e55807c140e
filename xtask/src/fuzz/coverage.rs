//! Which lines of the model the inputs of the fuzz targets reach.
//!
//! The compiler counts how often each region runs (`-C instrument-coverage`), one program puts every
//! input through its target, and LLVM's own tools turn the counts into lines.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context as _, bail};

/// What is measured.
const MODEL: &str = "crates/cors-model/src";

/// The lines of a file that hold code, and how often each was run.
type Counts = BTreeMap<u32, u64>;

/// Measures and prints the table; fails when less than `at_least` percent are reached.
pub(super) fn run(targets: &[String], at_least: f64, lines: bool) -> anyhow::Result<ExitCode> {
    let tools = Tools::find()?;
    let root = crate::root();
    let program = build()?;
    let folder = tempfile::tempdir().context("cannot make a folder for profiles")?;
    let raw = folder.path().join("raw");
    let status = Command::new(&program)
        .args(["fuzz/corpus", "fuzz/seeds", "fuzz/regressions"])
        .env("LLVM_PROFILE_FILE", &raw)
        .current_dir(root)
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    if !status.success() {
        bail!("an input breaks its target or cannot be read, see above: {status}");
    }
    let merged = folder.path().join("merged");
    output(
        Command::new(&tools.profdata)
            .args(["merge", "-sparse", "-o"])
            .args([&merged, &raw]),
    )?;
    let report = output(
        Command::new(&tools.cov)
            .args(["export", "-format=lcov", "-instr-profile"])
            .args([&merged, &program])
            .arg("-sources")
            .arg(root.join(MODEL)),
    )?;
    let files = read(&report, root)?;
    let (reached, all) = print(&files, lines);
    #[expect(
        clippy::cast_precision_loss,
        reason = "the model has far fewer lines than a double has digits"
    )]
    let percent = reached as f64 * 100.0 / all.max(1) as f64;
    println!(
        "coverage: {reached} of {all} lines of {MODEL} ({percent:.2} %), by {} targets",
        targets.len()
    );
    if percent < at_least {
        eprintln!("this is less than {at_least} %: `--lines` shows what is not reached");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints what is reached of each file, and says how many lines that is of how many.
fn print(files: &BTreeMap<String, Counts>, lines: bool) -> (usize, usize) {
    let (mut reached, mut all) = (0, 0);
    for (file, counts) in files {
        let missed: Vec<u32> = counts
            .iter()
            .filter(|(_, count)| **count == 0)
            .map(|(line, _)| *line)
            .collect();
        reached += counts.len() - missed.len();
        all += counts.len();
        println!(
            "{file:<44} {:>5} of {:>5}",
            counts.len() - missed.len(),
            counts.len()
        );
        if lines {
            let source =
                fs::read_to_string(crate::root().join(MODEL).join(file)).unwrap_or_default();
            for line in missed {
                let place = usize::try_from(line).unwrap_or_default().saturating_sub(1);
                println!(
                    "  {line:>5} {}",
                    source.lines().nth(place).unwrap_or_default()
                );
            }
        }
    }
    (reached, all)
}

/// The lines of each file of the model out of an LCOV report, by the path below the model's folder.
fn read(report: &str, root: &Path) -> anyhow::Result<BTreeMap<String, Counts>> {
    let model = root.join(MODEL);
    let mut files: BTreeMap<String, Counts> = BTreeMap::new();
    let mut counts = None;
    for line in report.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            let path = Path::new(path).strip_prefix(&model);
            counts = path.ok().map(|path| {
                files
                    .entry(path.to_string_lossy().into_owned())
                    .or_default()
            });
        } else if let Some((line, count)) = line
            .strip_prefix("DA:")
            .and_then(|rest| rest.split_once(','))
            && let Some(counts) = &mut counts
        {
            let unreadable = || format!("llvm-cov says DA:{line},{count}");
            counts.insert(
                line.parse().with_context(unreadable)?,
                count.parse().with_context(unreadable)?,
            );
        }
    }
    if files.is_empty() {
        bail!("llvm-cov knows no file below {}", model.display());
    }
    Ok(files)
}

/// Builds the program that puts inputs through their targets, with counters.
fn build() -> anyhow::Result<PathBuf> {
    let target = crate::root().join("target/coverage");
    let status = Command::new(crate::cargo())
        .args(["build", "--quiet", "--locked", "--package", "cors-fuzz"])
        .args(["--example", "replay", "--target-dir"])
        .arg(&target)
        // Lines are counted before anything is optimized, and there are many inputs.
        .env("RUSTFLAGS", "-Cinstrument-coverage -Copt-level=1")
        // Build scripts and macros count as well, and nobody reads it.
        .env("LLVM_PROFILE_FILE", "/dev/null")
        .current_dir(crate::root())
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("cargo build: {status}");
    }
    Ok(target.join("debug/examples/replay"))
}

/// LLVM's tools, in the version of the compiler, which writes what they read.
struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    /// Those of the toolchain, or those that the system has of the same version.
    fn find() -> anyhow::Result<Self> {
        let rustc = |arguments: &[&str]| {
            output(
                Command::new("rustc")
                    .args(arguments)
                    .current_dir(crate::root()),
            )
        };
        let version = rustc(&["-vV"])?;
        let field = |name: &str| {
            version
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .with_context(|| format!("rustc -vV says no {name}"))
        };
        let (host, llvm) = (field("host: ")?, field("LLVM version: ")?);
        let major = llvm.split('.').next().unwrap_or(llvm);
        let sysroot = rustc(&["--print", "sysroot"])?;
        let own = Path::new(sysroot.trim())
            .join("lib/rustlib")
            .join(host)
            .join("bin");
        let of_version = |name: &str| {
            let own = own.join(name);
            let starts = |program: &Path| {
                let status = Command::new(program)
                    .arg("--version")
                    .stdout(Stdio::null())
                    .status();
                status.is_ok_and(|status| status.success())
            };
            [own, format!("{name}-{major}").into()]
                .into_iter()
                .find(|program| starts(program))
                .with_context(|| {
                    format!(
                        "{name} of LLVM {major} is missing, which reads what the compiler counts: \
                         `rustup component add llvm-tools`, or `apt-get install llvm-{major}` on \
                         Debian"
                    )
                })
        };
        Ok(Self {
            profdata: of_version("llvm-profdata")?,
            cov: of_version("llvm-cov")?,
        })
    }
}

/// What a program prints; its own words are the error's when it fails.
fn output(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        bail!(
            "{name}: {}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} prints what is not text"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_the_model_are_read_and_no_others() {
        let report = "SF:/p/crates/cors-model/src/a/b.rs\nFN:1,x\nDA:3,0\nDA:4,17\nend_of_record\n\
            SF:/p/crates/cors-vectors/src/c.rs\nDA:1,1\nend_of_record\n";
        let files = read(report, Path::new("/p")).unwrap();
        assert_eq!(files.len(), 1);
        assert_eq!(files["a/b.rs"], Counts::from([(3, 0), (4, 17)]));
        assert_eq!(print(&files, false), (1, 2));
    }

    #[test]
    fn a_report_without_the_model_or_with_odd_lines_is_an_error() {
        let root = Path::new("/p");
        assert!(
            read("", root)
                .unwrap_err()
                .to_string()
                .contains("no file below")
        );
        let odd = read("SF:/p/crates/cors-model/src/a.rs\nDA:x,1\n", root).unwrap_err();
        assert!(odd.to_string().contains("DA:x,1"), "{odd}");
    }
}
