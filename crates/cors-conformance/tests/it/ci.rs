//! The recipes for CI: their shell steps are run, and the page shows the files.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::pages::{page, root};
use crate::program::{Ran, command, finish};
use crate::testbed::Serving;

const POLICY: &str = "allow_origins = [\"https://app.example\"]\nallow_credentials = true\n\
                      allow_methods = []\nallow_headers = []\nexpose_headers = []\n";

/// The recipes, and how their blocks in the page begin.
const RECIPES: [&str; 4] = [
    "github.yml",
    "gitlab-ci.yml",
    "Jenkinsfile",
    "azure-pipelines.yml",
];

fn ci() -> PathBuf {
    root().join("crates/cors-conformance/ci")
}

/// Runs a script with a folder of programs before the others.
fn script(name: &str, programs: &Path, folder: &Path, environment: &[(&str, &str)]) -> Ran {
    let mut path = programs.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut sh = Command::new("sh");
    sh.arg(ci().join(name))
        .env("PATH", path)
        .current_dir(folder);
    for name in [
        "GITHUB_STEP_SUMMARY",
        "URL",
        "CMD",
        "POLICY",
        "FAIL_ON",
        "REPORT",
    ] {
        sh.env_remove(name);
    }
    sh.envs(environment.iter().copied());
    finish(sh)
}

fn run_step(environment: &[(&str, &str)], folder: &Path) -> Ran {
    let program = PathBuf::from(command(&[]).get_program());
    script("run.sh", program.parent().unwrap(), folder, environment)
}

#[test]
fn the_step_ends_with_the_exit_status_and_leaves_its_reports() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    fs::write(&policy, POLICY).unwrap();
    let policy = policy.to_str().unwrap();
    let summary = folder.path().join("summary.md");
    fs::write(&summary, "before\n").unwrap();
    for (more, status) in [(&[][..], 0), (&["--fault", "origin-suffix-match"], 1)] {
        let server = Serving::start(&[&["--policy", policy], more].concat());
        let ran = run_step(
            &[
                ("URL", &server.url),
                ("POLICY", policy),
                ("GITHUB_STEP_SUMMARY", summary.to_str().unwrap()),
            ],
            folder.path(),
        );
        assert_eq!(ran.code, Some(status), "{}", ran.stderr);
        let report = folder.path().join("cors.xml");
        assert!(fs::read_to_string(&report).unwrap().contains("<testsuites"));
        fs::remove_file(report).unwrap();
    }
    let summary = fs::read_to_string(summary).unwrap();
    assert!(summary.starts_with("before\n"), "{summary}");
    assert!(summary.contains("origin/suffix-lookalike"), "{summary}");
    let ran = run_step(&[], folder.path());
    assert!(
        ran.stderr.contains("neither URL nor CMD is set"),
        "{}",
        ran.stderr
    );
    assert_ne!(ran.code, Some(0));
}

/// Puts a release together in a folder, with this as the program; gives the address of releases.
fn released(folder: &Path, version: &str, program: &[u8]) -> String {
    let name = format!("cors-conformance-{version}-x86_64-unknown-linux-musl");
    let release = folder.join(format!("v{version}"));
    fs::create_dir_all(release.join(&name)).unwrap();
    let file = release.join(&name).join("cors-conformance");
    fs::write(&file, program).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(ci().join("install.sh"), release.join("install.sh")).unwrap();
    let made = format!("tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz > SHA256SUMS");
    let made = Command::new("sh")
        .args(["-c", &made])
        .current_dir(&release)
        .status();
    assert!(made.unwrap().success());
    format!("file://{}", folder.display())
}

/// The lines of a recipe that a shell runs.
fn shell_lines(recipe: &str) -> String {
    const WORDS: [&str; 4] = ["apt-get ", "curl ", "./start-my-server ", "bin/"];
    let lines = recipe.lines().map(|line| {
        let line = line.trim_start();
        line.strip_prefix("- ").unwrap_or(line)
    });
    let lines = lines.filter(|line| WORDS.iter().any(|word| line.starts_with(word)));
    lines.fold(String::new(), |script, line| script + line + "\n")
}

#[test]
fn the_shell_steps_of_the_recipes_install_a_release_and_run_it() {
    const VERSION: &str = "9.9.9";
    let folder = tempfile::tempdir().unwrap();
    let program = PathBuf::from(command(&[]).get_program());
    let program = format!("#!/bin/sh\nexec '{}' \"$@\"\n", program.display());
    let releases = released(folder.path(), VERSION, program.as_bytes());
    let stubs = folder.path().join("stubs");
    fs::create_dir(&stubs).unwrap();
    let stub = |file: PathBuf| {
        fs::write(&file, "#!/bin/sh\n").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    };
    stub(stubs.join("apt-get"));
    let path = format!("{}:{}", stubs.display(), std::env::var("PATH").unwrap());
    for (more, status) in [(&[][..], 0), (&["--fault", "origin-suffix-match"], 1)] {
        let policy = folder.path().join("cors.toml");
        fs::write(&policy, POLICY).unwrap();
        let server = Serving::start(&[&["--policy", policy.to_str().unwrap()], more].concat());
        for name in RECIPES.iter().skip(1) {
            let recipe = fs::read_to_string(ci().join(name)).unwrap();
            let script = shell_lines(&recipe)
                .replace("$(RELEASES)", &releases)
                .replace("$(VERSION)", VERSION)
                .replace("http://127.0.0.1:8080/resource", &server.url);
            assert_eq!(
                script.lines().count(),
                if script.contains("apt-get") { 4 } else { 3 }
            );
            let job = folder.path().join(format!("{name}-{status}"));
            fs::create_dir(&job).unwrap();
            fs::copy(&policy, job.join("cors.toml")).unwrap();
            stub(job.join("start-my-server"));
            let mut sh = Command::new("sh");
            sh.args(["-e", "-c", &script]).current_dir(&job);
            sh.env("RELEASES", &releases)
                .env("VERSION", VERSION)
                .env("PATH", &path);
            let ran = finish(sh);
            assert_eq!(ran.code, Some(status), "{name}: {ran:#?}");
            let report = fs::read_to_string(job.join("cors.xml")).unwrap();
            assert!(report.contains("<testsuites"), "{name}: {report}");
        }
    }
}

#[test]
fn a_release_is_taken_only_with_its_sum() {
    let folder = tempfile::tempdir().unwrap();
    let name = "cors-conformance-9.9.9-x86_64-unknown-linux-musl";
    let releases = released(folder.path(), "9.9.9", b"the program");
    let release = folder.path().join("v9.9.9");
    let install = |into: &str| {
        let mut sh = Command::new("sh");
        sh.arg(ci().join("install.sh"))
            .arg(into)
            .current_dir(folder.path());
        sh.env("RELEASES", &releases).env("VERSION", "9.9.9");
        finish(sh)
    };
    let ran = install("bin");
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let installed = fs::read_to_string(folder.path().join("bin/cors-conformance")).unwrap();
    assert_eq!(installed, "the program");
    fs::write(
        release.join("SHA256SUMS"),
        format!("{}  {name}.tar.gz\n", "0".repeat(64)),
    )
    .unwrap();
    let ran = install("other");
    assert_ne!(ran.code, Some(0));
    assert!(!folder.path().join("other/cors-conformance").exists());
}

#[test]
fn the_page_shows_the_recipes() {
    let page = page("crates/cors-conformance/docs/ci.md");
    for name in RECIPES {
        let recipe = fs::read_to_string(ci().join(name)).unwrap();
        let shown = page.blocks.iter().any(|block| page.code(block) == recipe);
        assert!(shown, "docs/ci.md does not show ci/{name} as it is");
    }
}

#[test]
fn the_recipes_name_the_repository_and_version_of_the_manifest() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let package = &manifest["workspace"]["package"];
    let repository = package["repository"].as_str().unwrap();
    let version = package["version"].as_str().unwrap();
    let releases = format!("{repository}/releases/download");
    let action = ci().join("action.yml");
    let files = RECIPES.iter().skip(1).map(|name| ci().join(name));
    for file in files.chain([action]) {
        let text = fs::read_to_string(&file).unwrap();
        assert!(
            text.contains(&releases),
            "{}: not {releases}",
            file.display()
        );
        assert!(text.contains(version), "{}: not {version}", file.display());
    }
    let (_, name) = repository.split_once("github.com/").unwrap();
    let github = fs::read_to_string(ci().join("github.yml")).unwrap();
    assert!(
        github.contains(&format!(
            "uses: {name}/crates/cors-conformance/ci@v{version}"
        )),
        "{github}"
    );
}
