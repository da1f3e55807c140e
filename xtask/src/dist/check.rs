//! Each file tried as somebody gets it: in an empty folder, on servers that are right and wrong.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, ensure};
use cargo_metadata::Package;
use tempfile::TempDir;

use super::made::{Made, PLATFORMS, Platform};
use super::{archive, npm};
use crate::python;
use crate::tools::{needs, succeed};
use crate::tried::Trial;

/// How each shell reads its completions without doing anything: the words before the file.
const SHELLS: &[(&str, &[&str], &str)] = &[
    ("bash", &["-n"], "cors-conformance.bash"),
    ("zsh", &["-n"], "_cors-conformance"),
    ("fish", &["--no-execute"], "cors-conformance.fish"),
];

/// Tries everything that was made.
pub(super) fn check(made: &Made) -> anyhow::Result<()> {
    for platform in PLATFORMS {
        binstall(&made.package, *platform)?;
    }
    let folder = TempDir::new().context("cannot make a folder")?;
    let program = unpacked(made, folder.path())?;
    if made.platform.is_linux() {
        container_works(&program, folder.path())?;
    }
    if let Some(wheel) = &made.wheel {
        wheel_works(wheel)?;
    }
    if !made.npm.is_empty() {
        npm_works(&made.npm, &program)?;
    }
    Ok(())
}

/// The archive has the program, which runs, and what belongs to it; gives the program.
fn unpacked(made: &Made, folder: &Path) -> anyhow::Result<PathBuf> {
    println!("the archive:");
    let mut tar = Command::new("tar");
    succeed(tar.arg("-xzf").arg(&made.archive).arg("-C").arg(folder))?;
    let root = folder.join(archive::name(&made.package, made.platform));
    for file in [
        "LICENSE-MIT",
        "LICENSE-APACHE",
        "README.md",
        "cors-conformance.cdx.json",
        "man/man1/cors-conformance.1",
        "completions/_cors-conformance.ps1",
    ] {
        ensure!(root.join(file).is_file(), "the archive has no {file}");
    }
    for (shell, arguments, file) in SHELLS {
        let file = root.join("completions").join(file);
        if needs(shell, shell).is_ok() {
            succeed(Command::new(shell).args(*arguments).arg(&file))?;
        } else {
            println!("  {shell} is not here: {} was not read", file.display());
        }
    }
    let program = root.join("cors-conformance");
    let empty = TempDir::new().context("cannot make a folder")?;
    let trial = Trial {
        words: vec![program.clone().into()],
        program: program.clone(),
        folder: empty.path(),
    };
    trial.run()?;
    Ok(program)
}

/// The files of the image, laid out as ci/Dockerfile says, are enough: the program runs with nothing else,
/// as nobody.
fn container_works(program: &Path, unpacked: &Path) -> anyhow::Result<()> {
    println!("the container:");
    let dockerfile = crate::root().join("crates/cors-conformance/ci/Dockerfile");
    let dockerfile = std::fs::read_to_string(dockerfile).context("the Dockerfile")?;
    let line = |word: &str| dockerfile.lines().find_map(|line| line.strip_prefix(word));
    let copied = line("COPY ").context("the Dockerfile copies nothing")?;
    let user = line("USER ").context("the Dockerfile names no user")?;
    let image = unpacked.join("image");
    std::fs::create_dir(&image).context("cannot make a folder")?;
    let from = program.parent().context("the program is nowhere")?;
    for name in copied.split(' ').filter(|name| *name != "/") {
        std::fs::copy(from.join(name), image.join(name)).with_context(|| name.to_owned())?;
    }
    let words = ["chroot", &format!("--userspec={user}")].map(Into::into);
    let mut words = words.to_vec();
    words.extend([image.clone().into(), "/cors-conformance".into()]);
    let mut version = Command::new("chroot");
    version.arg(&image).args(["/cors-conformance", "--version"]);
    if !version.output().is_ok_and(|output| output.status.success()) {
        println!("  chroot cannot be used here (it needs root): the container was not tried");
        return Ok(());
    }
    let trial = Trial {
        words,
        program: program.to_path_buf(),
        folder: &image,
    };
    trial.run()
}

/// The wheel's program runs, and its fixture does what its page says.
fn wheel_works(wheel: &Path) -> anyhow::Result<()> {
    println!("the wheel:");
    let folder = TempDir::new().context("cannot make a folder")?;
    let environment = folder.path().join("environment");
    let wheel = wheel.to_string_lossy();
    python::environment(&environment, &[&wheel, "pytest", "uvicorn"])?;
    let program = environment.join("bin/cors-conformance");
    let trial = Trial {
        words: vec![program.clone().into()],
        program,
        folder: folder.path(),
    };
    trial.run()?;
    let test = super::python::folder().join("tests/test_fixture.py");
    let mut pytest = Command::new(environment.join("bin/pytest"));
    pytest.args(["--quiet", "--rootdir"]).arg(folder.path());
    std::fs::copy(&test, folder.path().join("test_fixture.py")).context("the test")?;
    succeed(pytest.arg("test_fixture.py").current_dir(folder.path()))
}

/// The program that npm installs runs, and the function does what its page says.
fn npm_works(packages: &[PathBuf], program: &Path) -> anyhow::Result<()> {
    println!("the npm packages:");
    let folder = TempDir::new().context("cannot make a folder")?;
    std::fs::write(folder.path().join("package.json"), "{\"private\":true}\n")?;
    npm::install(folder.path(), packages)?;
    let trial = Trial {
        words: ["npx", "--no-install", "cors-conformance"]
            .map(Into::into)
            .into(),
        program: program.to_path_buf(),
        folder: folder.path(),
    };
    trial.run()?;
    let name = "conformance.test.mjs";
    let test = npm::folder().join("test").join(name);
    std::fs::copy(&test, folder.path().join(name)).context("the test")?;
    let mut node = Command::new("node");
    succeed(node.args(["--test", name]).current_dir(folder.path()))
}

/// Where `cargo binstall` looks is what the archive is called.
fn binstall(package: &Package, platform: Platform) -> anyhow::Result<()> {
    let (url, folder) = binstalled(package, platform)?;
    let name = archive::name(package, platform);
    ensure!(
        url.ends_with(&format!("/{name}.tar.gz")),
        "binstall looks for {url}"
    );
    ensure!(
        folder == format!("{name}/cors-conformance"),
        "binstall expects {folder}"
    );
    Ok(())
}

/// The address and the path of the program in the archive, by the manifest.
fn binstalled(package: &Package, platform: Platform) -> anyhow::Result<(String, String)> {
    let repository = package.repository.as_deref().context("no repository")?;
    let version = package.version.to_string();
    let filled = |field: &str| {
        let template = package.metadata.pointer(&format!("/binstall/{field}"));
        let template = template.and_then(|value| value.as_str());
        let template = template.with_context(|| format!("no {field} for binstall"))?;
        let values = [
            ("repo", repository),
            ("name", &package.name),
            ("version", &version),
            ("target", platform.target),
            ("bin", "cors-conformance"),
            ("binary-ext", ""),
        ];
        let filled = values
            .iter()
            .fold(template.to_owned(), |text, (name, value)| {
                text.replace(&format!("{{ {name} }}"), value)
            });
        ensure!(!filled.contains('{'), "{field} for binstall: {filled}");
        Ok(filled)
    };
    Ok((filled("pkg-url")?, filled("bin-dir")?))
}

#[cfg(test)]
mod tests {
    #[test]
    fn binstall_looks_for_the_archive() {
        let package = crate::dist::made::package().unwrap();
        for platform in super::PLATFORMS {
            super::binstall(&package, *platform).unwrap();
        }
    }
}
