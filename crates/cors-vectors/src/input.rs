//! Reading what a user names: a file, or what another program writes. Every input comes through
//! here, so that each has a limit and none keeps the program waiting.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// How long a pipe or a device may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

const MIB: u64 = 1 << 20;

/// What an input is, and how much of it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// In words, with an article.
    pub what: &'static str,
    /// Most bytes.
    pub most: u64,
}

impl Kind {
    /// A policy.
    pub const POLICY: Self = Self::new("a policy", 16);
    /// A file of known failures.
    pub const KNOWN: Self = Self::new("a file of known failures", 4);
    /// A file of cases.
    pub const CASES: Self = Self::new("a file of cases", 16);
    /// Certificates to trust.
    pub const CERTIFICATES: Self = Self::new("a file of certificates", 16);
    /// What a run left behind: a stream of events, a record of a browser, a matrix.
    pub const RECORD: Self = Self::new("a record", 128);
    /// A script for pages.
    pub const SCRIPT: Self = Self::new("a script", 4);
    /// Exchanges; HAR files hold the bodies of whole pages.
    pub const EXCHANGES: Self = Self::new("a file of exchanges", 512);

    const fn new(what: &'static str, mebibytes: u64) -> Self {
        Self {
            what,
            most: mebibytes * MIB,
        }
    }
}

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{name}: {why}")]
pub struct InputError {
    /// How the input is named.
    pub name: String,
    /// What is wrong.
    pub why: Why,
}

/// What is wrong with an input.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// The system does not give it.
    #[error("cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is a folder.
    #[error("cannot be read: it is a folder")]
    Folder,
    /// It does not end.
    #[error("cannot be read: it did not end within {} s", PATIENCE.as_secs())]
    Endless,
    /// It is too long.
    #[error("it has more than {} MiB, which is the most for {}", .0.most / MIB, .0.what)]
    TooLong(Kind),
    /// It is no text.
    #[error("cannot be read: {0}")]
    NoText(#[from] std::str::Utf8Error),
    /// It is text in another encoding.
    #[error("cannot be read: the text is UTF-16, as PowerShell writes it; expected UTF-8")]
    Utf16,
    /// It holds too much.
    #[error("it has more than {most} {what}")]
    TooMany {
        /// How many at most.
        most: usize,
        /// Of what.
        what: &'static str,
    },
}

/// The bytes of a file, a pipe or a device.
///
/// # Errors
///
/// Why it cannot be read, or that it has more bytes than its kind may have.
pub fn bytes(path: &Path, kind: Kind) -> Result<Vec<u8>, InputError> {
    named(path, read(path, kind))
}

/// The text of a file, a pipe or a device.
///
/// # Errors
///
/// Those of [`bytes`], and that it is no UTF-8.
pub fn text(path: &Path, kind: Kind) -> Result<String, InputError> {
    named(path, read(path, kind).and_then(as_text))
}

/// The bytes of what is open already, such as standard input.
///
/// # Errors
///
/// Why it cannot be read, or that it has more bytes than its kind may have.
pub fn bytes_of(name: &str, from: impl Read, kind: Kind) -> Result<Vec<u8>, InputError> {
    up_to(from, kind).map_err(|why| InputError {
        name: name.to_owned(),
        why,
    })
}

fn named<T>(path: &Path, read: Result<T, Why>) -> Result<T, InputError> {
    read.map_err(|why| InputError {
        name: path.display().to_string(),
        why,
    })
}

fn as_text(bytes: Vec<u8>) -> Result<String, Why> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(Why::Utf16);
    }
    String::from_utf8(bytes).map_err(|error| error.utf8_error().into())
}

fn read(path: &Path, kind: Kind) -> Result<Vec<u8>, Why> {
    let about = path.metadata()?;
    if about.is_dir() {
        return Err(Why::Folder);
    }
    if about.is_file() && about.len() > kind.most {
        return Err(Why::TooLong(kind));
    }
    if about.is_file() {
        return up_to(File::open(path)?, kind);
    }
    // A pipe is waited for, even to be opened. The thread ends with the program.
    let (done, result) = channel();
    let path = path.to_path_buf();
    thread::Builder::new().spawn(move || {
        let read = File::open(path).map_err(Why::from);
        // Nobody waits any more: then it does not matter.
        let _ = done.send(read.and_then(|file| up_to(file, kind)));
    })?;
    match result.recv_timeout(PATIENCE) {
        Ok(read) => read,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Why::Endless),
    }
}

fn up_to(from: impl Read, kind: Kind) -> Result<Vec<u8>, Why> {
    let mut bytes = Vec::new();
    from.take(kind.most + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= kind.most) {
        Ok(bytes)
    } else {
        Err(Why::TooLong(kind))
    }
}
