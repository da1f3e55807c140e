//! A server that answers well until it does not: at random moments of a seed.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use fastrand::Rng;

use super::deed::{any, commit, good};

/// Longest head of a request that is read.
const LONGEST: usize = 4 << 20;
/// Between two looks at whether all is over.
const POLL: Duration = Duration::from_millis(20);

/// How a server is given to misbehaviour.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mood {
    /// What it does follows from this.
    pub(super) seed: u64,
    /// Of a thousand requests so many are not answered well.
    pub(super) of_thousand: u32,
    /// Requests that are answered well before.
    pub(super) first: u64,
    /// Whether it goes away for a moment, now and then.
    pub(super) restarts: bool,
}

/// A server that runs until this is dropped.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // A panic in it has been printed.
            let _ = thread.join();
        }
    }
}

/// What all connections of a server share.
struct Shared {
    mood: Mood,
    over: Arc<AtomicBool>,
    requests: AtomicU64,
}

impl Server {
    /// Listens at a port of 127.0.0.1, or at any free one for 0.
    pub(super) fn start(port: u16, mood: Mood) -> anyhow::Result<Self> {
        let listener = listen(port).context("cannot listen")?;
        let address = listener.local_addr().context("no address")?;
        let over = Arc::new(AtomicBool::new(false));
        let shared = Arc::new(Shared {
            mood,
            over: Arc::clone(&over),
            requests: AtomicU64::new(0),
        });
        let thread = thread::spawn(move || accept(listener, address.port(), &shared));
        Ok(Self {
            address,
            over,
            thread: Some(thread),
        })
    }
}

fn listen(port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

fn accept(listener: TcpListener, port: u16, shared: &Arc<Shared>) {
    let mut rng = Rng::with_seed(shared.mood.seed);
    let mut listener = Some(listener);
    let mut connections = Vec::new();
    let mut number = 0_u64;
    while !shared.over.load(Ordering::Relaxed) {
        let Some(open) = &listener else {
            thread::sleep(Duration::from_millis(rng.u64(1..300)));
            listener = listen(port).ok();
            continue;
        };
        match open.accept() {
            Ok((stream, _)) => {
                number += 1;
                let shared = Arc::clone(shared);
                let seed = shared
                    .mood
                    .seed
                    .wrapping_add(number.wrapping_mul(0x9E37_79B9));
                connections.push(thread::spawn(move || {
                    // An error means that the client has gone.
                    let _ = connection(stream, &shared, Rng::with_seed(seed));
                }));
            }
            Err(_) => thread::sleep(Duration::from_millis(2)),
        }
        if shared.mood.restarts && rng.u32(..1000) == 0 {
            listener = None;
        }
    }
    for connection in connections {
        // A panic in it has been printed.
        let _ = connection.join();
    }
}

fn connection(mut stream: TcpStream, shared: &Shared, mut rng: Rng) -> io::Result<()> {
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(POLL))?;
    stream.set_write_timeout(Some(Duration::from_millis(500)))?;
    let over = || shared.over.load(Ordering::Relaxed);
    let mut kept = Vec::new();
    while let Some(head) = head(&mut stream, &mut kept, &over)? {
        let before = shared.requests.fetch_add(1, Ordering::Relaxed);
        if before >= shared.mood.first && rng.u32(..1000) < shared.mood.of_thousand {
            commit(any(&mut rng), &mut stream, &head, &mut rng, &over)?;
        } else {
            stream.write_all(&good(&head))?;
        }
    }
    Ok(())
}

/// The head of the next request; bodies are small, and taken with what follows. `None` at the end.
fn head(
    stream: &mut TcpStream,
    kept: &mut Vec<u8>,
    over: &dyn Fn() -> bool,
) -> io::Result<Option<Vec<u8>>> {
    let mut some = [0; 16 * 1024];
    loop {
        if let Some(end) = kept.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head: Vec<u8> = kept.drain(..end + 4).collect();
            kept.clear();
            return Ok(Some(head));
        }
        if over() || kept.len() > LONGEST {
            return Ok(None);
        }
        match stream.read(&mut some) {
            Ok(0) => return Ok(None),
            Ok(read) => kept.extend(some.get(..read).unwrap_or_default()),
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::WouldBlock
                        | io::ErrorKind::TimedOut
                        | io::ErrorKind::Interrupted
                ) => {}
            Err(error) => return Err(error),
        }
    }
}
