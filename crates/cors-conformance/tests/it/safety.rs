//! What leaves the program, seen on the sockets: which methods, to whom, with which secrets.

use std::collections::BTreeSet;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use cors_harness::event::{Event, Outcome};
use cors_testbed::Behaviour;

use crate::program::{Ran, run, text};
use crate::servers::{Listening, behaving};

/// How long a socket of the tests waits for bytes; longer than any deadline of a run.
const PATIENCE: Duration = Duration::from_secs(30);
/// A header's value and a cookie that only the target may learn.
const SECRETS: [&str; 2] = ["k3y-of-the-user", "s3ssion-of-the-user"];

/// What each connection said. They are kept apart, since connections are open side by side and each
/// says a request in several pieces.
type Heard = Arc<Mutex<Vec<Vec<u8>>>>;

/// Something that answers on a loopback socket, and all that was said to it.
struct Ear {
    address: SocketAddr,
    heard: Heard,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Ear {
    /// Every connection is handed to `answer`, which gives what it hears to its second argument.
    fn new(answer: impl Fn(TcpStream, &dyn Fn(&[u8])) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (heard, over) = (Heard::default(), Arc::new(AtomicBool::new(false)));
        let (all, ends, answer) = (Arc::clone(&heard), Arc::clone(&over), Arc::new(answer));
        let thread = thread::spawn(move || {
            let mut connections = Vec::new();
            for stream in listener.incoming().map_while(Result::ok) {
                if ends.load(Ordering::Relaxed) {
                    break;
                }
                stream.set_read_timeout(Some(PATIENCE)).unwrap();
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                let number = connections.len();
                all.lock().unwrap().push(Vec::new());
                let hear = move |said: &[u8]| {
                    let mut all = all.lock().unwrap();
                    all.get_mut(number).unwrap().extend_from_slice(said);
                };
                connections.push(thread::spawn(move || answer(stream, &hear)));
            }
            for connection in connections {
                connection.join().unwrap();
            }
        });
        let thread = Some(thread);
        Self {
            address,
            heard,
            over,
            thread,
        }
    }

    /// Hands everything on to a server, and its answers back.
    fn before(server: &Listening) -> Self {
        let url: url::Url = server.url.parse().unwrap();
        let behind = url.socket_addrs(|| None).unwrap().remove(0);
        Self::new(move |mut client, hear| {
            let mut server = TcpStream::connect(behind).unwrap();
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let back = thread::spawn(move || {
                // Either side may end at any time.
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(Shutdown::Both);
            });
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = client.read(&mut buffer) {
                let came = buffer.get(..count).unwrap();
                hear(came);
                if server.write_all(came).is_err() {
                    break;
                }
            }
            let _ = server.shutdown(Shutdown::Both);
            back.join().unwrap();
        })
    }

    /// Allows every preflight, and redirects everything else to an address.
    fn redirecting(to: SocketAddr) -> Self {
        Self::new(move |mut client, hear| {
            let mut request = Vec::new();
            let mut buffer = [0; 4096];
            while !request.windows(4).any(|end| end == b"\r\n\r\n") {
                match client.read(&mut buffer) {
                    Ok(count @ 1..) => request.extend(buffer.iter().take(count)),
                    Ok(0) | Err(_) => break,
                }
            }
            hear(&request);
            let request = String::from_utf8_lossy(&request).into_owned();
            let origin = request
                .lines()
                .find_map(|line| line.strip_prefix("Origin: "));
            let origin = origin.unwrap_or("*");
            let first = if request.starts_with("OPTIONS ") {
                "204 No Content".to_owned()
            } else {
                format!("307 Temporary Redirect\r\nLocation: http://{to}/elsewhere")
            };
            let _ = write!(
                client,
                "HTTP/1.1 {first}\r\nAccess-Control-Allow-Origin: {origin}\r\n\
                 Access-Control-Allow-Credentials: true\r\n\
                 Access-Control-Allow-Methods: GET, PUT, DELETE\r\n\
                 Access-Control-Allow-Headers: content-type, x-token\r\n\
                 Content-Length: 0\r\nConnection: close\r\n\r\n"
            );
        })
    }

    /// What was said, one connection after the other.
    fn heard(&self) -> String {
        let heard = self.heard.lock().unwrap();
        let said: Vec<_> = heard
            .iter()
            .map(|one| String::from_utf8_lossy(one))
            .collect();
        said.join("\n")
    }

    /// The methods of the requests that came.
    fn methods(&self) -> BTreeSet<String> {
        let heard = self.heard();
        let lines = heard.lines().filter(|line| line.ends_with(" HTTP/1.1"));
        let method = |line: &str| line.split(' ').next().unwrap().to_owned();
        lines.map(method).collect()
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        // The listener waits for a connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// All cases of the library on what listens at an address, under the policy of the tests' servers.
fn judged(address: SocketAddr, policy: &Listening, more: &[&str]) -> Ran {
    let url = format!("http://{address}/resource");
    let mut arguments = vec![url.as_str(), "--policy", text(&policy.policy)];
    arguments.extend(["--report", "ndjson=-"]);
    arguments.extend(more);
    run(&arguments)
}

#[test]
fn only_safe_methods_leave_unless_others_are_allowed() {
    let server = behaving(Behaviour::REFERENCE);
    let safe: BTreeSet<String> = ["GET", "HEAD", "OPTIONS"].map(str::to_owned).into();
    let ear = Ear::before(&server);
    let ran = judged(ear.address, &server, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(ear.methods(), safe);

    let ear = Ear::before(&server);
    let ran = judged(ear.address, &server, &["--unsafe-methods"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ear.methods().contains("PUT"), "{:?}", ear.methods());
    assert!(ear.methods().is_superset(&safe), "{:?}", ear.methods());
}

#[test]
fn no_redirect_off_the_target_is_followed_and_no_secret_goes_with_it() {
    let server = behaving(Behaviour::REFERENCE);
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let ear = Ear::redirecting(elsewhere.local_addr().unwrap());
    let header = format!("X-Key: {}", SECRETS[0]);
    let cookie = format!("session={}", SECRETS[1]);
    let ran = judged(
        ear.address,
        &server,
        &["--unsafe-methods", "-H", &header, "-b", &cookie],
    );
    let off_target = |event: &Event| match event {
        Event::Case(case) => {
            case.outcome == Outcome::Skip
                && case
                    .reason
                    .as_ref()
                    .is_some_and(|reason| reason.contains("which is not the target"))
        }
        Event::Run(_) | Event::Note(_) | Event::End(_) => false,
    };
    assert!(ran.events().iter().any(off_target), "{}", ran.stdout);
    for secret in SECRETS {
        assert!(ear.heard().contains(secret), "{secret} never left");
        let said = [&ran.stdout, &ran.stderr];
        assert!(said.iter().all(|text| !text.contains(secret)), "{secret}");
    }
    let nobody = elsewhere.accept().unwrap_err();
    assert_eq!(nobody.kind(), ErrorKind::WouldBlock, "somebody came");
}

#[test]
fn a_case_with_a_login_of_its_own_does_not_replace_that_of_the_user() {
    let server = behaving(Behaviour::REFERENCE);
    let policy = server.policy.to_str().unwrap();
    let case = "origin/with-authorization";
    let words = [
        &server.url,
        "--policy",
        policy,
        "-t",
        case,
        "--report",
        "ndjson=-",
    ];
    let plain = run(&words);
    assert_eq!(plain.code, Some(0), "{plain:#?}");
    let with_login = run(&[&words[..], &["-u", "usr:pw"]].concat());
    assert_eq!(with_login.code, Some(4), "{with_login:#?}");
    assert!(
        with_login.stdout.contains("would replace yours"),
        "{with_login:#?}"
    );
}
