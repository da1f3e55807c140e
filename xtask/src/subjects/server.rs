//! A subject that runs: on a free loopback port, in a directory and a process group of its own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, bail};
use tempfile::TempDir;

use super::group::Group;
use super::interrupt::Interrupt;
use super::manifest::Subject;
use super::{POLL, Places, command};

/// Looks, each [`POLL`] apart, until a server that does not listen is given up.
const START: u32 = 600;
/// How many of the last lines of its log are shown when something fails.
const LOG_LINES: usize = 20;

/// A server that listens. Dropping it ends it and removes the directory it ran in.
#[derive(Debug)]
pub(crate) struct Server {
    group: Group,
    port: u16,
    log: PathBuf,
    _run: TempDir,
}

impl Server {
    /// Starts a subject that is installed, and waits until it listens.
    ///
    /// Fails, with the last lines of its log, when it ends or does not listen in time, and when
    /// the user interrupts.
    pub(crate) fn start(
        subject: &Subject,
        places: &Places,
        interrupt: &Interrupt,
    ) -> anyhow::Result<Self> {
        let name = &subject.manifest.name;
        let port = free_port().context("looking for a free loopback port")?;
        let run = tempfile::Builder::new()
            .prefix("subject-")
            .tempdir()
            .context("creating a directory to run in")?;
        let policy = run.path().join("policy.json");
        write_policy(&subject.policy, &policy)?;
        let (log, output) = open_log(places, name)?;

        let words = subject.words(places);
        let (program, arguments) = words.split_first().context("start.command is empty")?;
        let mut command = command(program);
        command
            .args(arguments)
            .current_dir(run.path())
            .env("PORT", port.to_string())
            .env("CORS_POLICY", policy);
        command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        let group = Group::spawn(&mut command).with_context(|| format!("starting {program}"))?;

        let server = Self {
            group,
            port,
            log,
            _run: run,
        };
        if let Err(error) = server.wait(interrupt) {
            bail!("{name}: {error:#}{}", server.log_tail());
        }
        Ok(server)
    }

    /// Waits until it listens.
    fn wait(&self, interrupt: &Interrupt) -> anyhow::Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.port));
        for _ in 0..START {
            interrupt.check()?;
            if self.group.has_exited() {
                bail!("the server ended before it listened");
            }
            if TcpStream::connect_timeout(&address, POLL).is_ok() {
                return Ok(());
            }
            std::thread::sleep(POLL);
        }
        bail!("the server does not listen on {address}")
    }

    /// The address of the resource that the policy protects.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/resource", self.port)
    }

    /// Where its standard output and standard error go.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Whether it still runs.
    pub(crate) fn is_running(&self) -> bool {
        !self.group.has_exited()
    }

    /// The end of its log, ready to be put after a message.
    pub(crate) fn log_tail(&self) -> String {
        let text = fs::read(&self.log).unwrap_or_default();
        tail(&String::from_utf8_lossy(&text), &self.log)
    }

    /// Ends it. Dropping does the same but says nothing of failures.
    pub(crate) fn end(mut self) -> anyhow::Result<()> {
        self.group.end().context("ending the server")?;
        Ok(())
    }
}

/// A port that was free a moment ago.
fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// Writes a policy file as the suite hands policies to programs: as JSON, without the endpoints.
fn write_policy(from: &Path, to: &Path) -> anyhow::Result<()> {
    let text = fs::read_to_string(from).with_context(|| format!("reading {}", from.display()))?;
    let mut policy: toml::Table =
        toml::from_str(&text).with_context(|| format!("in {}", from.display()))?;
    policy.remove("endpoints");
    fs::write(to, serde_json::to_vec_pretty(&policy)?)
        .with_context(|| format!("writing {}", to.display()))
}

/// The empty log of a subject, kept until its next run.
fn open_log(places: &Places, name: &str) -> anyhow::Result<(PathBuf, File)> {
    let dir = places.target.join("subjects");
    let log = dir.join(format!("{name}.log"));
    let file = fs::create_dir_all(&dir)
        .and_then(|()| File::create(&log))
        .and_then(|_emptied| OpenOptions::new().append(true).open(&log))
        .with_context(|| format!("opening {}", log.display()))?;
    Ok((log, file))
}

/// The last lines of a log, under a heading.
fn tail(text: &str, log: &Path) -> String {
    let lines: Vec<&str> = text.lines().collect();
    if lines.is_empty() {
        return format!("\nIts log is empty: {}", log.display());
    }
    let from = lines.len().saturating_sub(LOG_LINES);
    let last = lines.get(from..).unwrap_or_default().join("\n  ");
    format!("\nThe end of its log, {}:\n  {last}", log.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A subject that is a shell script, in a folder of its own, with places to write to.
    fn subject(script: &str) -> (TempDir, Subject, Places) {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("here");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("script.sh"), script).unwrap();
        fs::write(
            folder.join("policy.toml"),
            "allow_origins = 'any'\n[endpoints]\n",
        )
        .unwrap();
        let manifest = "name = 'here'\nabout = ''\nlanguage = ''\nversion = ''\nsource = ''\n\
            program = ''\ninstall.kind = 'none'\n\
            start.command = ['sh', '{dir}/script.sh', '{target}']\n";
        fs::write(folder.join("subject.toml"), manifest).unwrap();
        let subject = Subject::read(&folder).unwrap();
        let places = Places {
            root: dir.path().to_owned(),
            subjects: dir.path().to_owned(),
            target: dir.path().join("target"),
        };
        (dir, subject, places)
    }

    #[test]
    fn a_free_port_can_be_listened_on() {
        let port = free_port().unwrap();
        assert_ne!(port, 0);
        // Another process may have taken it meanwhile; that every one of ten is taken is a bug.
        let free = (0..10).any(|_| {
            let port = free_port().unwrap();
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        assert!(free);
    }

    #[test]
    fn a_server_that_ends_at_once_is_reported_with_its_log() {
        let (_dir, subject, places) =
            subject("echo port $PORT, target $1\ncat $CORS_POLICY\necho no luck >&2\nexit 1\n");
        let error = Server::start(&subject, &places, &Interrupt::default()).unwrap_err();
        let message = error.to_string();
        assert!(message.contains("ended before it listened"), "{message}");
        assert!(message.contains("no luck"), "{message}");
        let log = fs::read_to_string(places.target.join("subjects/here.log")).unwrap();
        let (port, rest) = log.strip_prefix("port ").unwrap().split_once(", ").unwrap();
        assert_ne!(port.parse::<u16>().unwrap(), 0);
        let target = format!("target {}\n", places.target.display());
        assert!(rest.starts_with(&target), "{rest}");
        assert!(rest.contains("\"allow_origins\": \"any\""), "{rest}");
        assert!(!rest.contains("endpoints"), "{rest}");
    }

    #[test]
    fn a_log_is_cut_to_its_end() {
        let lines: Vec<String> = (1..=30).map(|number| format!("line {number}")).collect();
        let text = lines.join("\n");
        let shown = tail(&text, Path::new("a.log"));
        assert!(
            shown.contains("line 11\n") && shown.ends_with("line 30"),
            "{shown}"
        );
        assert!(!shown.contains("line 10\n"), "{shown}");
        assert!(tail("", Path::new("a.log")).contains("empty"));
    }
}
