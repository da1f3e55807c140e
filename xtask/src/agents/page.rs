//! The page that `cors-conformance report` makes, in a real browser: opened, clicked through, and
//! photographed.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use cors_net::process::Group;

use super::program::{program, shown};

/// What is done in the page.
const TEST: &str = include_str!("../../agents/page-test.js");
/// Where the page and its pictures are kept, to be looked at.
const FOLDER: &str = "target/report";

/// Between two looks whether Chromium has ended, and how many.
const LOOK: Duration = Duration::from_millis(50);
const LOOKS: u32 = 1_200;

/// Makes the page, lets Chromium test it, and takes pictures of it.
pub(super) fn check() -> anyhow::Result<()> {
    let folder = crate::root().join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let plain = folder.join("report.html");
    let code = program(&["report", "--out", shown(&plain)?])?;
    ensure!(code == Some(0), "report: exit status {code:?}, expected 0");
    let page = fs::read_to_string(&plain)?;
    let tested = folder.join("tested.html");
    fs::write(&tested, format!("{page}<script>\n{TEST}</script>\n"))?;

    let dump = chromium(&["--dump-dom", "--virtual-time-budget=20000"], &tested, "")?;
    let (_, result) = dump
        .split_once("<pre id=\"self-test\">")
        .context("the page did not get to the end of its test")?;
    let result = result.split("</pre>").next().unwrap_or_default().trim();
    println!("the page of the report: {result}");
    ensure!(
        result.ends_with(" 0 failed"),
        "the page of the report does not do what it should"
    );
    // A test that cannot fail tests nothing: without its script the page must not pass it.
    let (before, after) = page
        .rsplit_once("<script>")
        .context("the page has no script")?;
    let (_, after) = after
        .split_once("</script>")
        .context("the page's script has no end")?;
    let lame = folder.join("lame.html");
    fs::write(&lame, format!("{before}{after}<script>\n{TEST}</script>\n"))?;
    let dump = chromium(&["--dump-dom", "--virtual-time-budget=20000"], &lame, "")?;
    ensure!(
        dump.contains("<pre id=\"self-test\">") && !dump.contains(" 0 failed"),
        "the page without its script passes its test"
    );
    fs::remove_file(&lame)?;

    // Blink's numbers for dark and light.
    for (scheme, number) in [("dark", 0), ("light", 1)] {
        for (what, size, hash) in [("top", "1280,1400", ""), ("case", "1280,1000", "#picture")] {
            let picture = folder.join(format!("{what}-{scheme}.png"));
            let arguments = [
                format!("--screenshot={}", shown(&picture)?),
                format!("--blink-settings=preferredColorScheme={number}"),
                format!("--window-size={size}"),
                "--hide-scrollbars".to_owned(),
                "--virtual-time-budget=20000".to_owned(),
            ];
            let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
            let of = if hash.is_empty() { &plain } else { &tested };
            chromium(&arguments, of, hash)?;
            ensure!(picture.is_file(), "there is no {}", picture.display());
        }
    }
    println!("pictures of it are in {FOLDER}/");
    Ok(())
}

/// What Chromium prints when it opens a file.
fn chromium(arguments: &[&str], file: &Path, hash: &str) -> anyhow::Result<String> {
    let program = std::env::var_os("CORS_CHROMIUM").unwrap_or_else(|| "chromium".into());
    let home = tempfile::tempdir()?;
    let output: PathBuf = home.path().join("output");
    let mut profile = std::ffi::OsString::from("--user-data-dir=");
    profile.push(home.path());
    let mut command = Command::new(program);
    command
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
        ])
        .arg(profile)
        .args(arguments)
        .arg(format!("file://{}{hash}", shown(file)?))
        .stdin(Stdio::null())
        .stdout(File::create(&output)?)
        .stderr(Stdio::null());
    let mut group = Group::spawn(&mut command)
        .context("Chromium cannot be started: `cargo xtask agents install chromium`")?;
    let ended = (0..LOOKS).any(|_| {
        std::thread::sleep(LOOK);
        group.has_exited()
    });
    let status = group.kill()?;
    if !ended {
        bail!("Chromium did not end");
    }
    ensure!(status.success(), "Chromium: {status}");
    Ok(String::from_utf8_lossy(&fs::read(&output)?).into_owned())
}
