//! A server of one kind of attack: bytes on sockets, as a script says for each request.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::secure::Certificate;

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Over {
    /// By a URL with http.
    Http1,
    /// By HTTP/2 from the first byte.
    Http2,
    /// By a URL with https, where no TLS comes about.
    Tls,
    /// By a URL with https, behind a certificate.
    Https(Certificate),
    /// As a proxy with a password, for a URL with http.
    Proxy,
    /// As a proxy with a password, for a URL with https, to which it should make a tunnel.
    Tunnel,
    /// By its `/kit.json`.
    Kit,
    /// By a URL with http, with requests that hold secrets.
    Secrets,
}

/// How a run against a server ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    /// The exit status.
    pub(super) with: i32,
    /// Another, which is right as well, and why.
    pub(super) or: Option<(i32, &'static str)>,
}

/// One kind of attack, how a run against it ends, and what the server does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) over: Over,
    pub(super) ends: Ends,
    pub(super) script: fn(&Asked) -> Vec<Do>,
}

impl Kind {
    pub(super) const fn new(
        over: Over,
        name: &'static str,
        with: i32,
        script: fn(&Asked) -> Vec<Do>,
    ) -> Self {
        let ends = Ends { with, or: None };
        Self {
            name,
            over,
            ends,
            script,
        }
    }

    /// That may end in another way as well.
    pub(super) const fn or(mut self, with: i32, why: &'static str) -> Self {
        self.ends.or = Some((with, why));
        self
    }
}

/// What a script answers.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// The head of a request; empty when a connection begins.
    pub(super) head: String,
    /// The stream, with HTTP/2.
    pub(super) stream: u32,
}

/// What a server does.
#[derive(Debug, Clone)]
pub(super) enum Do {
    /// It sends this.
    Send(Vec<u8>),
    /// It sends this until the connection ends.
    Forever(Vec<u8>),
    /// It sends this, a byte at a time with so many milliseconds between.
    Drip(Vec<u8>, u64),
    /// It waits for so many milliseconds.
    Wait(u64),
    /// It does nothing any more.
    Hang,
    /// It closes the connection.
    Close,
    /// It resets the connection.
    Reset,
}

impl Asked {
    pub(super) fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    pub(super) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    pub(super) fn line(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        let found = lines.find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim())
    }

    pub(super) fn host(&self) -> &str {
        self.line("host").unwrap_or("127.0.0.1")
    }

    /// Whether it is no request, but the beginning of a connection.
    pub(super) fn begins(&self) -> bool {
        self.head.is_empty() && self.stream == 0
    }
}

/// A server that runs until this is dropped.
pub(super) struct Server {
    pub(super) port: u16,
    /// The certificate that it shows, where it has one of its own.
    pub(super) certificate: Option<String>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // Wakes what waits for a connection.
        drop(TcpStream::connect(("127.0.0.1", self.port)));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Server {
    pub(super) fn start(kind: Kind) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let over = Arc::new(AtomicBool::new(false));
        let shared = Arc::clone(&over);
        let identity = if let Over::Https(certificate) = kind.over {
            Some(certificate.identity())
        } else {
            None
        };
        let certificate = identity.as_ref().map(|identity| identity.pem.clone());
        let tls = identity.map(|identity| Arc::new(identity.config));
        let thread = thread::spawn(move || {
            let mut connections = Vec::new();
            for stream in listener.incoming().flatten() {
                if shared.load(Ordering::Relaxed) {
                    break;
                }
                let over = Arc::clone(&shared);
                let tls = tls.clone();
                connections.push(thread::spawn(move || {
                    // An error means that the client has gone.
                    drop(Connection::new(stream, over, kind, tls).and_then(Connection::serve));
                }));
            }
            for connection in connections {
                connection.join().unwrap();
            }
        });
        Self {
            port,
            certificate,
            over,
            thread: Some(thread),
        }
    }
}

/// What a server reads and writes.
trait Stream: io::Read + io::Write {}
impl<S: io::Read + io::Write> Stream for S {}

struct Connection {
    socket: TcpStream,
    /// The same, below TLS where there is.
    stream: Box<dyn Stream>,
    over: Arc<AtomicBool>,
    kind: Kind,
}

impl Connection {
    fn new(
        socket: TcpStream,
        over: Arc<AtomicBool>,
        kind: Kind,
        tls: Option<Arc<rustls::ServerConfig>>,
    ) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(Duration::from_millis(50)))?;
        socket.set_write_timeout(Some(Duration::from_secs(1)))?;
        let plain = socket.try_clone()?;
        let stream: Box<dyn Stream> = match tls {
            Some(tls) => {
                let session = rustls::ServerConnection::new(tls).map_err(io::Error::other)?;
                Box::new(rustls::StreamOwned::new(session, plain))
            }
            None => Box::new(plain),
        };
        Ok(Self {
            socket,
            stream,
            over,
            kind,
        })
    }

    fn serve(mut self) -> io::Result<()> {
        match self.kind.over {
            Over::Http1
            | Over::Https(_)
            | Over::Proxy
            | Over::Tunnel
            | Over::Kit
            | Over::Secrets => {
                while let Some(head) = self.head()? {
                    let asked = Asked { head, stream: 0 };
                    if !self.act((self.kind.script)(&asked))? {
                        return Ok(());
                    }
                }
                Ok(())
            }
            Over::Tls => {
                self.bytes(1)?;
                self.act((self.kind.script)(&Asked::default()))?;
                Ok(())
            }
            Over::Http2 => self.http2(),
        }
    }

    /// The preface, then frames; a request is a frame of headers.
    fn http2(&mut self) -> io::Result<()> {
        self.bytes(24)?;
        if !self.act((self.kind.script)(&Asked::default()))? {
            return Ok(());
        }
        loop {
            let head: [u8; 9] = self.bytes(9)?.try_into().unwrap();
            let [high, middle, low, kind, flags, stream @ ..] = head;
            let length = u32::from_be_bytes([0, high, middle, low]);
            let stream = u32::from_be_bytes(stream);
            let payload = self.bytes(usize::try_from(length).unwrap())?;
            let answer = match kind {
                4 if flags & 1 == 0 => vec![Do::Send(frame(4, 1, 0, b""))],
                6 if flags & 1 == 0 => vec![Do::Send(frame(6, 1, 0, &payload))],
                1 => {
                    let head = String::new();
                    (self.kind.script)(&Asked { head, stream })
                }
                _ => Vec::new(),
            };
            if !self.act(answer)? {
                return Ok(());
            }
        }
    }

    /// Does as the script says; whether the connection goes on.
    fn act(&mut self, script: Vec<Do>) -> io::Result<bool> {
        for one in script {
            match one {
                Do::Send(bytes) => self.send(&bytes)?,
                Do::Forever(bytes) => {
                    while !self.over.load(Ordering::Relaxed) {
                        self.send(&bytes)?;
                    }
                }
                Do::Drip(bytes, pause) => {
                    for byte in bytes {
                        self.send(&[byte])?;
                        self.wait(pause)?;
                    }
                }
                Do::Wait(pause) => self.wait(pause)?,
                Do::Hang => self.wait(u64::MAX)?,
                Do::Close => return Ok(false),
                Do::Reset => {
                    let socket = socket2::SockRef::from(&self.socket);
                    socket.set_linger(Some(Duration::ZERO))?;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes)?;
        self.stream.flush()
    }

    /// Waits, but no longer than the client stays.
    fn wait(&mut self, milliseconds: u64) -> io::Result<()> {
        let mut left = milliseconds;
        while left > 0 {
            if self.over.load(Ordering::Relaxed) {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let part = left.min(20);
            thread::sleep(Duration::from_millis(part));
            left -= part;
        }
        Ok(())
    }

    /// The head of the next request; `None` at the end.
    fn head(&mut self) -> io::Result<Option<String>> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match self.bytes(1) {
                Ok(byte) => head.extend(byte),
                Err(_) if head.is_empty() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
        let asked = Asked {
            head: String::from_utf8_lossy(&head).into_owned(),
            stream: 0,
        };
        let length = asked
            .line("content-length")
            .and_then(|text| text.parse().ok());
        self.bytes(length.unwrap_or(0))?;
        Ok(Some(asked.head))
    }

    fn bytes(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count];
        let mut filled = 0;
        while filled < count {
            let rest = bytes.get_mut(filled..).unwrap_or_default();
            match self.stream.read(rest) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut
                    ) =>
                {
                    if self.over.load(Ordering::Relaxed) {
                        drop(self.socket.shutdown(Shutdown::Both));
                        return Err(error);
                    }
                }
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }
}

/// A frame of HTTP/2 (RFC 9113, 4.1).
pub(super) fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let [_, a, b, c] = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let head = [a, b, c, kind, flags];
    [&head, stream.to_be_bytes().as_slice(), payload].concat()
}
