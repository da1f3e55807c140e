//! What a program prints: read as it comes, so that it never waits for us, and kept in part.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;

use crate::escape::escape_cut;

/// Bytes that are kept from the start of standard output.
const HEAD: usize = 4096;
/// Bytes that are kept from the end of both streams.
const TAIL: usize = 16 * 1024;
/// Lines of it that are shown.
const LINES: usize = 20;
/// Bytes that are read in one go, so that a program that prints without end does not hold us up.
const SWALLOW: usize = 1024 * 1024;

/// Standard output and standard error of a program.
#[derive(Debug)]
pub(super) struct Output {
    stdout: OwnedFd,
    stderr: OwnedFd,
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    head: Vec<u8>,
    tail: VecDeque<u8>,
}

impl Output {
    /// Of these two pipes, which are made not to block.
    pub(super) fn new(stdout: OwnedFd, stderr: OwnedFd) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&stdout, true)?;
        rustix::io::ioctl_fionbio(&stderr, true)?;
        let kept = RefCell::default();
        Ok(Self {
            stdout,
            stderr,
            kept,
        })
    }

    /// Takes what has been printed.
    pub(super) fn take(&self) {
        let Kept { head, tail } = &mut *self.kept.borrow_mut();
        read(&self.stdout, |bytes| {
            let room = HEAD.saturating_sub(head.len());
            head.extend(bytes.iter().take(room));
            tail.extend(bytes);
        });
        read(&self.stderr, |bytes| tail.extend(bytes));
        let excess = tail.len().saturating_sub(TAIL);
        tail.drain(..excess);
    }

    /// What the first line on standard output that begins so says behind it; nothing where no
    /// line does.
    pub(super) fn declared(&self, beginning: &str) -> Vec<u8> {
        let kept = self.kept.borrow();
        let mut lines = lines(&kept.head);
        let rest = lines.find_map(|line| line.strip_prefix(beginning.as_bytes()));
        rest.unwrap_or_default().to_vec()
    }

    /// Standard output from its start, in one escaped line, without the lines that begin so.
    pub(super) fn said(&self, without: &[&str]) -> String {
        let kept = self.kept.borrow();
        let is_left_out = |line: &[u8]| {
            let mut without = without.iter();
            without.any(|beginning| line.starts_with(beginning.as_bytes()))
        };
        let lines: Vec<String> = lines(&kept.head)
            .filter(|line| !line.is_empty() && !is_left_out(line))
            .map(escape_cut)
            .collect();
        lines.join("; ")
    }

    /// The last lines of both streams, escaped.
    pub(super) fn last_lines(&self) -> Vec<String> {
        let kept: Vec<u8> = self.kept.borrow().tail.iter().copied().collect();
        let lines = kept.trim_ascii_end().split(|byte| *byte == b'\n');
        let lines: Vec<String> = lines
            .map(|line| escape_cut(line.trim_ascii_end()))
            .collect();
        let skipped = lines.len().saturating_sub(LINES);
        let shown = lines.into_iter().skip(skipped);
        // An empty text has one empty line.
        shown.skip_while(String::is_empty).collect()
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = text.split(|byte| *byte == b'\n');
    lines.map(<[u8]>::trim_ascii)
}

fn read(pipe: &OwnedFd, mut each: impl FnMut(&[u8])) {
    let mut buffer = [0; 8192];
    let mut swallowed = 0;
    // An error is that there is nothing now, or never again.
    while let Ok(length @ 1..) = rustix::io::read(pipe, &mut buffer) {
        each(buffer.get(..length).unwrap_or_default());
        swallowed += length;
        if swallowed >= SWALLOW {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    /// What is kept of a program that printed this and ended.
    fn of(stdout: &[u8], stderr: &[u8]) -> Output {
        let pipe = |bytes: &[u8]| {
            let (reader, mut writer) = io::pipe().unwrap();
            let bytes = bytes.to_vec();
            // A pipe holds less than some of the texts.
            let thread = std::thread::spawn(move || writer.write_all(&bytes).unwrap());
            (OwnedFd::from(reader), thread)
        };
        let ((stdout, first), (stderr, second)) = (pipe(stdout), pipe(stderr));
        let output = Output::new(stdout, stderr).unwrap();
        while !(first.is_finished() && second.is_finished()) {
            output.take();
        }
        output.take();
        output
    }

    #[test]
    fn the_last_lines_are_kept_and_escaped() {
        let output = of(b"endpoints: missing \r\nsecond\n", b"\x1b[2J went wrong\n");
        assert_eq!(output.declared("endpoints:"), b" missing");
        assert_eq!(output.declared("forms:"), b"");
        assert_eq!(output.said(&[]), "endpoints: missing; second");
        assert_eq!(output.said(&["forms:", "endpoints:"]), "second");
        // Which of the two streams comes first is up to who prints when.
        let mut lines = output.last_lines();
        lines.retain(|line| line != "\\x1b[2J went wrong");
        assert_eq!(lines, ["endpoints: missing", "second"]);
        assert_eq!(output.last_lines().len(), 3);
    }

    #[test]
    fn much_is_cut_to_its_end() {
        let lines: Vec<String> = (0..100_000).map(|number: u32| number.to_string()).collect();
        let output = of(lines.join("\n").as_bytes(), b"");
        let last = output.last_lines();
        assert_eq!(
            (last.len(), last[0].as_str(), last[19].as_str()),
            (20, "99980", "99999")
        );
        assert_eq!(output.declared("0"), b"");
        assert!(output.said(&[]).len() < 2 * HEAD);
        let kept = output.kept.borrow();
        assert_eq!((kept.head.len(), kept.tail.len()), (HEAD, TAIL));
    }

    #[test]
    fn nothing_is_no_line() {
        let output = of(b"", b"\n\n");
        assert_eq!(output.last_lines(), Vec::<String>::new());
        assert_eq!(
            (output.declared("endpoints:"), output.said(&[])),
            (Vec::new(), String::new())
        );
    }
}
