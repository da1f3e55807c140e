//! Servers of the testbed on loopback sockets, each on a thread of its own until it is dropped.

use std::path::PathBuf;
use std::thread::JoinHandle;

use cors_testbed::non_server::{self, How};
use cors_testbed::{Behaviour, Kit, Server, serve, serve_tls, tls_config};
use cors_vectors::policy::Policy;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The policy of the servers, as a user writes it.
pub(crate) const POLICY: &str = include_str!("../../examples/cors.toml");

/// A server on a socket, and the file that states its policy.
#[derive(Debug)]
pub(crate) struct Listening {
    /// The URL of its resource.
    pub(crate) url: String,
    /// The policy file.
    pub(crate) policy: PathBuf,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    _folder: TempDir,
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// The reference server, with this behaviour.
pub(crate) fn behaving(behaviour: Behaviour) -> Listening {
    listen(move |listener| {
        let policy: Policy = toml::from_str(POLICY).unwrap();
        serve(listener, Server::new(&policy, behaviour).unwrap()).unwrap()
    })
}

/// The reference server behind TLS, with HTTP/2 and HTTP/1.1, and the path of its certificate,
/// which is for the name `target.test` and its own authority.
pub(crate) fn secure() -> (Listening, PathBuf) {
    with_certificate(false, "target.test")
}

/// The same, with a certificate for a name that may be an authority's, as `openssl req -x509` makes
/// it.
pub(crate) fn with_certificate(is_authority: bool, name: &str) -> (Listening, PathBuf) {
    let mut params = rcgen::CertificateParams::new([name.to_owned()]).unwrap();
    if is_authority {
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    }
    let signing_key = rcgen::KeyPair::generate().unwrap();
    let cert = params.self_signed(&signing_key).unwrap();
    let (certificate, key) = (cert.der().to_vec(), signing_key.serialize_der());
    let listening = listen(move |listener| {
        let policy: Policy = toml::from_str(POLICY).unwrap();
        let tls = tls_config(certificate, key, &[b"h2", b"http/1.1"]).unwrap();
        serve_tls(listener, Server::reference(&policy).unwrap(), tls).unwrap()
    });
    let file = listening.policy.with_file_name("authority.pem");
    std::fs::write(&file, cert.pem()).unwrap();
    (listening, file)
}

/// A server of all named policies, with this behaviour. Its URL is that of its start page.
pub(crate) fn kit(behaviour: Behaviour) -> Listening {
    let mut listening = listen(move |listener| {
        let policies = cors_vectors::library().unwrap().policies().iter();
        let policies = policies.map(|(name, named)| (name.as_str(), &named.policy));
        serve(listener, Kit::new(policies, &behaviour)).unwrap()
    });
    listening.url = listening.url.replace("/resource", "/");
    listening
}

/// A server that allows whatever origin asks.
pub(crate) fn reflecting() -> Listening {
    behaving(Behaviour::but(|behaviour| {
        behaviour.match_origin = |_| true;
    }))
}

/// Something of the testbed that is no server.
pub(crate) fn non_server(name: &str) -> Listening {
    match non_server::find(name).unwrap().how {
        How::Decisions(replace) => behaving(Behaviour::but(replace)),
        How::Wire(wire) => listen(move |listener| non_server::serve_wire(listener, wire).unwrap()),
    }
}

fn listen(start: impl FnOnce(TcpListener) -> cors_testbed::Running + Send + 'static) -> Listening {
    let (stop, stopped) = oneshot::channel::<()>();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let running = start(TcpListener::bind("127.0.0.1:0").await.unwrap());
            tell.send(running.url()).unwrap();
            // An error means that the other end was dropped, which is how it is told.
            let _ = stopped.await;
            running.stop().await;
        });
    });
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("cors.toml");
    std::fs::write(&policy, POLICY).unwrap();
    Listening {
        url: format!("{}/resource", told.recv().unwrap()),
        policy,
        stop: Some(stop),
        thread: Some(thread),
        _folder: folder,
    }
}

/// A URL on loopback where nothing listens.
pub(crate) fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    format!("http://{address}/resource")
}
