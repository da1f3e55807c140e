//! What a server does at random instead of answering well, and what it answers when it does not.

use std::io::{self, Write as _};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use fastrand::Rng;

/// Something that no server should do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The connection ends without an answer.
    HangUp,
    /// The connection is reset, or what comes nearest to that.
    Reset,
    /// Nothing is sent any more.
    Stall,
    /// Bytes that are not HTTP.
    Garbage,
    /// Megabytes of header lines.
    HugeHead,
    /// As many lines and names as clients take.
    LongLists,
    /// Interim responses without end.
    Interim,
    /// Fewer bytes than announced.
    TooShort,
    /// More bytes than announced.
    TooLong,
    /// A chunked body whose chunks are malformed.
    BadChunks,
    /// A body without end.
    EndlessBody,
    /// The answer in single bytes.
    Drip,
    /// A status that is no number of three digits, or a status of failure.
    Status,
    /// A redirect to another machine.
    Away,
    /// Controls, commands of CI systems and markup in values.
    Controls,
    /// Two answers for one request.
    Twice,
    /// An answer to everybody, with credentials.
    Everybody,
}

const ALL: &[Deed] = &[
    Deed::HangUp,
    Deed::Reset,
    Deed::Stall,
    Deed::Garbage,
    Deed::HugeHead,
    Deed::LongLists,
    Deed::Interim,
    Deed::TooShort,
    Deed::TooLong,
    Deed::BadChunks,
    Deed::EndlessBody,
    Deed::Drip,
    Deed::Status,
    Deed::Away,
    Deed::Controls,
    Deed::Twice,
    Deed::Everybody,
];

/// Text that must not come through to a terminal or a CI system as it is.
const POISON: &[u8] =
    b"\x1b[2J ::error::x ##vso[task.complete] <script>alert(1)</script> \xc2\x9b31m \xe2\x80\xae \x9b";

/// A random one.
pub(super) fn any(rng: &mut Rng) -> Deed {
    ALL.get(rng.usize(..ALL.len()))
        .copied()
        .unwrap_or(Deed::HangUp)
}

/// The right answer to the head of a request under the example's policy.
pub(super) fn good(head: &[u8]) -> Vec<u8> {
    answer(head, b"200 OK", b"")
}

fn answer(head: &[u8], status: &[u8], more: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(head).into_owned();
    let line = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().to_owned())
    };
    let mut out = [b"HTTP/1.1 ", status, b"\r\nVary: Origin\r\n"].concat();
    let origin = line("origin").unwrap_or_default();
    if ["https://app.example", "https://admin.example:8443"].contains(&&*origin) {
        let grant = format!(
            "Access-Control-Allow-Origin: {origin}\r\nAccess-Control-Allow-Credentials: true\r\n\
             Access-Control-Expose-Headers: x-request-id\r\n"
        );
        out.extend(grant.bytes());
        if text.starts_with("OPTIONS ") && line("access-control-request-method").is_some() {
            out.extend(
                b"Access-Control-Allow-Methods: GET, PUT, DELETE\r\n\
                  Access-Control-Allow-Headers: content-type, x-token\r\n\
                  Access-Control-Max-Age: 600\r\n",
            );
        }
    }
    out.extend(more);
    out.extend(b"Content-Length: 2\r\n\r\n");
    if !text.starts_with("HEAD ") {
        out.extend(b"ok");
    }
    out
}

/// Does it in the place of the answer to `head`. What is without end ends with the connection, or
/// when `over` says so.
pub(super) fn commit(
    deed: Deed,
    stream: &mut TcpStream,
    head: &[u8],
    rng: &mut Rng,
    over: &dyn Fn() -> bool,
) -> io::Result<()> {
    let begin = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n";
    match deed {
        Deed::HangUp => stream.shutdown(Shutdown::Both),
        Deed::Reset => {
            // What was not read when a socket is closed makes a reset.
            stream.write_all(b"HTTP/1.1 200 OK\r\nVary: Ori")?;
            stream.shutdown(Shutdown::Both)
        }
        Deed::Stall => {
            while !over() {
                std::thread::sleep(Duration::from_millis(20));
            }
            Ok(())
        }
        Deed::Garbage => {
            let garbage: Vec<u8> = (0..rng.usize(1..4096)).map(|_| rng.u8(..)).collect();
            stream.write_all(&garbage)?;
            stream.shutdown(Shutdown::Both)
        }
        Deed::HugeHead => {
            stream.write_all(begin)?;
            let line = [b"X-Filler: ".as_slice(), &[b'a'; 1000], b"\r\n"].concat();
            for _ in 0..rng.usize(300..4000) {
                stream.write_all(&line)?;
            }
            stream.write_all(b"\r\n")
        }
        Deed::LongLists => {
            let name = *rng
                .choice(&["Allow-Headers", "Allow-Methods", "Expose-Headers"])
                .unwrap_or(&"Allow-Headers");
            let list = "x,".repeat(rng.usize(1..100_000));
            let more = format!("Access-Control-{name}: {list}\r\n");
            stream.write_all(&answer(head, b"200 OK", more.as_bytes()))
        }
        Deed::Interim => {
            let many = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(500);
            forever(stream, &many, over)
        }
        Deed::TooShort => {
            stream.write_all(begin)?;
            stream.write_all(b"Content-Length: 100\r\n\r\nabc")?;
            stream.shutdown(Shutdown::Both)
        }
        Deed::TooLong => {
            stream.write_all(&good(head))?;
            stream.write_all(b"and more than that")
        }
        Deed::BadChunks => {
            stream.write_all(begin)?;
            stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n")?;
            let size = rng.choice(["zz", "-1", "FFFFFFFFFFFFFFFF", "FFFFFFFFFFFFFFFFF", "5;"]);
            stream.write_all(size.unwrap_or("zz").as_bytes())?;
            stream.write_all(b"\r\nabc\r\n")
        }
        Deed::EndlessBody => {
            stream.write_all(begin)?;
            stream.write_all(b"Transfer-Encoding: chunked\r\n\r\n")?;
            forever(stream, &b"10\r\n0123456789abcdef\r\n".repeat(100), over)
        }
        Deed::Drip => {
            for byte in good(head) {
                stream.write_all(&[byte])?;
                std::thread::sleep(Duration::from_millis(rng.u64(0..5)));
            }
            Ok(())
        }
        Deed::Status => {
            let all = [
                "000", "099", "101", "204", "304", "401", "429", "500", "600", "1000", "2O0",
            ];
            let status = *rng.choice(&all).unwrap_or(&"500");
            stream.write_all(&answer(head, format!("{status} X").as_bytes(), b""))
        }
        Deed::Away => {
            let all = [
                "http://192.0.2.1/",
                "//192.0.2.1/",
                "http://169.254.169.254/latest/",
                "http://3221225985/",
                "file:///etc/passwd",
                "https://[::ffff:192.0.2.1]/",
            ];
            let to = *rng.choice(&all).unwrap_or(&"//192.0.2.1/");
            let more = format!("Location: {to}\r\n");
            stream.write_all(&answer(head, b"302 Found", more.as_bytes()))
        }
        Deed::Controls => {
            let more = [
                b"X-Poison: ".as_slice(),
                POISON,
                b"\r\nAccess-Control-Allow-Methods: ",
            ];
            let more = [&more.concat(), POISON, b"\r\n"].concat();
            let status = [b"200 ".as_slice(), POISON].concat();
            stream.write_all(&answer(head, &status, &more))
        }
        Deed::Twice => {
            stream.write_all(&good(head))?;
            stream.write_all(&good(head))
        }
        Deed::Everybody => {
            let origin = b"Access-Control-Allow-Origin: https://foreign.example\r\n\
                           Access-Control-Allow-Credentials: true\r\n";
            stream.write_all(&answer(head, b"200 OK", origin))
        }
    }
}

fn forever(stream: &mut TcpStream, bytes: &[u8], over: &dyn Fn() -> bool) -> io::Result<()> {
    while !over() {
        stream.write_all(bytes)?;
    }
    Ok(())
}
