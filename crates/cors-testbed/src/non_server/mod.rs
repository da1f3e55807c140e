//! What no CORS server is: programs that a suite must recognise as such rather than pass or hang on.

mod http2;

use std::future::pending;
use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::behaviour::{Behaviour, Interception, Kind};
use crate::serve::{Running, accept};

pub use self::http2::Http2;

/// Something that is no CORS server.
#[derive(Debug, Clone, Copy)]
pub struct NonServer {
    /// Its name.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub about: &'static str,
    /// How it does it.
    pub how: How,
}

/// How a [`NonServer`] does what it does.
#[derive(Debug, Clone, Copy)]
pub enum How {
    /// By other decisions in the reference server, so that it runs in process too.
    Decisions(fn(&mut Behaviour)),
    /// By bytes on a socket, or their absence.
    Wire(Wire),
}

/// What happens on a connection, once the head of a request has arrived where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// The connection is reset.
    Reset,
    /// Bytes arrive that are not HTTP.
    Garbage,
    /// The head of the answer arrives at one byte a second.
    SlowHead,
    /// The body of the answer does not end.
    EndlessBody,
    /// The head of the answer has ten megabytes.
    HugeHead,
    /// The head of the answer does not end.
    EndlessHead,
    /// Interim responses arrive without end.
    InterimForever,
    /// The answer allows a hundred thousand request headers, in as long a line as clients take.
    LongList,
    /// The answer has as many lines as clients take, each of them long.
    ManyLines,
    /// Nothing is read and nothing is sent.
    Deaf,
    /// Nothing is sent.
    Mute,
    /// The answer stops within its head.
    StopsInHead,
    /// The answer stops within its body.
    StopsInBody,
    /// The answer ends, with the connection, before its stated length.
    EndsInBody,
    /// The answer goes on beyond its stated length.
    BeyondLength,
    /// After each answer, on the connection that is kept, comes another one.
    SpeaksUnasked,
    /// The answer is a redirect to another server.
    RedirectAway,
    /// After a client's first bytes a TLS handshake begins, and stops.
    TlsStops,
    /// After a client's first bytes a TLS handshake begins, and the connection ends.
    TlsEnds,
    /// HTTP/2.
    Http2(Http2),
}

/// Each of them.
pub const NON_SERVERS: &[NonServer] = &[
    NonServer {
        name: "no-cors",
        about: "The application without any CORS layer.",
        how: How::Decisions(|b| {
            b.classify = |_| Kind::Ordinary;
            b.covers = |_| false;
        }),
    },
    NonServer {
        name: "hang-up",
        about: "Reads the request and closes the connection.",
        how: How::Decisions(|b| b.intercept = |_| Some(Interception::HangUp)),
    },
    NonServer {
        name: "500-to-all",
        about: "Answers 500 to everything.",
        how: How::Decisions(|b| b.intercept = |_| Some(Interception::Answer(500))),
    },
    NonServer {
        name: "empty-200",
        about: "Answers 200 without headers and body to everything.",
        how: How::Decisions(|b| b.intercept = |_| Some(Interception::Answer(200))),
    },
    NonServer {
        name: "mirror-everything",
        about: "Allows any origin with credentials, any method and any header by repeating them.",
        how: How::Decisions(|b| {
            b.match_origin = |_| true;
            b.match_method = |_| true;
            b.match_headers = |_| true;
            b.allow_origin_value = |x| vec![x.line("origin").unwrap_or_else(|| "*".to_owned())];
            b.allow_credentials_value = |_| vec!["true".to_owned()];
            b.allow_methods_value = |x| x.lines("access-control-request-method");
            b.allow_headers_value = |x| x.lines("access-control-request-headers");
            b.vary_tokens = |_| Vec::new();
        }),
    },
    NonServer {
        name: "reset",
        about: "Reads the request and resets the connection.",
        how: How::Wire(Wire::Reset),
    },
    NonServer {
        name: "garbage",
        about: "Answers with bytes that are not HTTP.",
        how: How::Wire(Wire::Garbage),
    },
    NonServer {
        name: "slow-head",
        about: "Sends the head of its answer at one byte a second.",
        how: How::Wire(Wire::SlowHead),
    },
    NonServer {
        name: "endless-body",
        about: "Sends a body without end.",
        how: How::Wire(Wire::EndlessBody),
    },
    NonServer {
        name: "huge-head",
        about: "Sends ten megabytes of header lines.",
        how: How::Wire(Wire::HugeHead),
    },
    wire(
        "endless-head",
        "Sends header lines without end.",
        Wire::EndlessHead,
    ),
    wire(
        "interim-forever",
        "Sends 100 Continue without end.",
        Wire::InterimForever,
    ),
    wire(
        "long-list",
        "Allows a hundred thousand request headers in one line.",
        Wire::LongList,
    ),
    wire(
        "many-lines",
        "Sends 490 long lines of allowed methods.",
        Wire::ManyLines,
    ),
    wire("deaf", "Accepts connections and does no more.", Wire::Deaf),
    wire("mute", "Reads the request and sends nothing.", Wire::Mute),
    wire(
        "stops-in-head",
        "Sends half a head and no more.",
        Wire::StopsInHead,
    ),
    wire(
        "stops-in-body",
        "Sends half a body and no more.",
        Wire::StopsInBody,
    ),
    wire(
        "ends-in-body",
        "Sends half a body and closes the connection.",
        Wire::EndsInBody,
    ),
    wire(
        "beyond-length",
        "Sends more than the stated length, on a connection that is kept.",
        Wire::BeyondLength,
    ),
    wire(
        "speaks-unasked",
        "Sends another answer after each, to which no request was sent.",
        Wire::SpeaksUnasked,
    ),
    wire(
        "redirect-away",
        "Redirects everything to another server.",
        Wire::RedirectAway,
    ),
    wire(
        "tls-stops",
        "Begins a TLS handshake and sends no more.",
        Wire::TlsStops,
    ),
    wire(
        "tls-ends",
        "Begins a TLS handshake and closes the connection.",
        Wire::TlsEnds,
    ),
    wire(
        "http2-silence",
        "Speaks HTTP/2 and answers nothing.",
        Wire::Http2(Http2::Silence),
    ),
    wire(
        "http2-goaway",
        "Answers an HTTP/2 request with GOAWAY.",
        Wire::Http2(Http2::GoAway),
    ),
    wire(
        "http2-reset",
        "Resets every HTTP/2 stream.",
        Wire::Http2(Http2::Reset),
    ),
    wire(
        "http2-no-more-streams",
        "Answers one HTTP/2 request and lets the client open no more streams.",
        Wire::Http2(Http2::NoMoreStreams),
    ),
    wire(
        "http2-endless-continuation",
        "Continues the head of an HTTP/2 answer without end.",
        Wire::Http2(Http2::EndlessContinuation),
    ),
];

const fn wire(name: &'static str, about: &'static str, wire: Wire) -> NonServer {
    NonServer {
        name,
        about,
        how: How::Wire(wire),
    }
}

/// The non-server of this name.
pub fn find(name: &str) -> Option<&'static NonServer> {
    NON_SERVERS
        .iter()
        .find(|non_server| non_server.name == name)
}

/// Puts bytes on each connection as `wire` says. Must be called within a Tokio runtime; fails when
/// the listener's address cannot be read.
pub fn serve_wire(listener: TcpListener, wire: Wire) -> io::Result<Running> {
    // An error means that the client has gone, which is the end of the connection.
    accept(listener, move |_, stream| async move {
        drop(connection(stream, wire).await);
    })
}

/// Whom [`Wire::SpeaksUnasked`] allows in the answer that nobody asked for.
pub const UNASKED: &str = "https://nobody-asked.example";

/// Header bytes of [`Wire::HugeHead`].
pub const HUGE_HEAD: usize = 10 << 20;

async fn connection(mut stream: TcpStream, wire: Wire) -> io::Result<()> {
    let needs_head = !matches!(
        wire,
        Wire::Http2(_) | Wire::Deaf | Wire::TlsStops | Wire::TlsEnds
    );
    if needs_head {
        read_head(&mut stream).await?;
    }
    match wire {
        Wire::Http2(how) => http2::connection(stream, how).await,
        Wire::Deaf | Wire::Mute => pending().await,
        Wire::TlsStops | Wire::TlsEnds => {
            stream.read_u8().await?;
            // The beginning of a ServerHello of 122 bytes.
            stream
                .write_all(b"\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03")
                .await?;
            if wire == Wire::TlsStops {
                return pending().await;
            }
            stream.shutdown().await
        }
        Wire::StopsInHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nVary: Ori").await?;
            pending().await
        }
        Wire::StopsInBody | Wire::EndsInBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
                .await?;
            if wire == Wire::StopsInBody {
                return pending().await;
            }
            stream.shutdown().await
        }
        Wire::BeyondLength => loop {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello")
                .await?;
            read_head(&mut stream).await?;
        },
        Wire::SpeaksUnasked => loop {
            stream
                .write_all(
                    b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\
                      Content-Length: 0\r\n\r\n",
                )
                .await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
            let unasked = format!(
                "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {UNASKED}\r\n\
                 Content-Length: 0\r\n\r\n"
            );
            stream.write_all(unasked.as_bytes()).await?;
            read_head(&mut stream).await?;
        },
        Wire::RedirectAway => loop {
            stream
                .write_all(
                    b"HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\n\
                      Access-Control-Allow-Origin: *\r\nContent-Length: 0\r\n\r\n",
                )
                .await?;
            read_head(&mut stream).await?;
        },
        Wire::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            loop {
                stream.write_all(b"X-Filler: aaaaaaaaaaaaaaaa\r\n").await?;
            }
        }
        Wire::InterimForever => {
            let many = b"HTTP/1.1 100 Continue\r\n\r\n".repeat(1000);
            loop {
                stream.write_all(&many).await?;
            }
        }
        Wire::LongList => {
            let list = b"x,".repeat(100_000);
            grant(
                &mut stream,
                &[b"Access-Control-Allow-Headers: ", &*list, b"\r\n"],
            )
            .await
        }
        Wire::ManyLines => {
            let line = [
                b"Access-Control-Allow-Methods: ",
                [b'A'; 400].as_slice(),
                b"\r\n",
            ]
            .concat();
            grant(&mut stream, &[&line.repeat(490)]).await
        }
        Wire::Reset => stream.set_zero_linger(),
        Wire::Garbage => {
            stream
                .write_all(b"\x16\x03\x01 \xff\xfe not HTTP \0\r\n\r\n\x80")
                .await?;
            stream.shutdown().await
        }
        Wire::SlowHead => {
            for byte in b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\n" {
                stream.write_all(&[*byte]).await?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            stream.shutdown().await
        }
        Wire::EndlessBody => {
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                .await?;
            loop {
                stream.write_all(b"10\r\n0123456789abcdef\r\n").await?;
            }
        }
        Wire::HugeHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
            let line = [b"X-Filler: ", [b'a'; 1012].as_slice(), b"\r\n"].concat();
            for _ in 0..HUGE_HEAD / line.len() {
                stream.write_all(&line).await?;
            }
            stream.write_all(b"Content-Length: 0\r\n\r\n").await?;
            stream.shutdown().await
        }
    }
}

/// Grants every request on a connection to everybody, with these lines.
async fn grant(stream: &mut TcpStream, lines: &[&[u8]]) -> io::Result<()> {
    let head: &[u8] = b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n";
    let end: &[u8] = b"Content-Length: 0\r\n\r\n";
    let answer = [head, &lines.concat(), end].concat();
    loop {
        stream.write_all(&answer).await?;
        read_head(stream).await?;
    }
}

/// Reads up to the empty line that ends the head of a request.
async fn read_head(stream: &mut TcpStream) -> io::Result<()> {
    let mut last = [0; 4];
    loop {
        let byte = stream.read_u8().await?;
        last = [last[1], last[2], last[3], byte];
        if last == *b"\r\n\r\n" {
            return Ok(());
        }
    }
}
