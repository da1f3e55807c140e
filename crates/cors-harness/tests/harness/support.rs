//! Small scripted servers on loopback, which end with the test that started them.

use std::net::SocketAddr;
use std::time::Duration;

use cors_harness::target::url::UrlOptions;
use cors_harness::target::{Deadlines, UrlTarget};
use cors_harness::wire;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// A server that runs until it is dropped.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Server {
    /// Hands each connection to the script.
    pub(crate) async fn start<F, S>(script: S) -> Self
    where
        S: Fn(TcpStream) -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut served = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                served.spawn(script(stream));
            }
        });
        Self {
            address,
            _tasks: tasks,
        }
    }

    /// Answers each request with what `answer` makes of its head, on kept-alive connections.
    pub(crate) async fn answering<A>(answer: A) -> Self
    where
        A: Fn(&str) -> String + Clone + Send + Sync + 'static,
    {
        Self::start(move |mut stream| {
            let answer = answer.clone();
            async move {
                while let Some(head) = read_request(&mut stream).await {
                    if stream.write_all(answer(&head).as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        })
        .await
    }

    pub(crate) fn url(&self) -> cors_model::url::Url {
        cors_model::url::Url::parse(&format!("http://{}/resource", self.address)).unwrap()
    }

    pub(crate) fn target(&self) -> UrlTarget {
        UrlTarget::new(&self.url(), &options()).unwrap()
    }
}

/// Short deadlines: every server here is on this machine.
pub(crate) fn options() -> UrlOptions {
    let deadlines = Deadlines {
        connect: Duration::from_secs(5),
        head: Duration::from_millis(300),
        body: Duration::from_millis(300),
    };
    UrlOptions {
        deadlines,
        ..UrlOptions::default()
    }
}

/// A request's head, and its body read past; `None` when the connection ends.
pub(crate) async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"\r\n\r\n") {
        bytes.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8_lossy(&bytes).into_owned();
    if let Some(length) = field(&head, "content-length").and_then(|length| length.parse().ok()) {
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
    }
    Some(head)
}

/// The value of a request's first line with this name.
pub(crate) fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().skip(1).find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A response with a body of two bytes.
pub(crate) fn response(status: u16, lines: &[(&str, &str)]) -> String {
    let line = |text: String, (name, value): &(&str, &str)| format!("{text}{name}: {value}\r\n");
    let lines = lines.iter().fold(String::new(), line);
    let (length, body) = if status == 204 {
        ("", "")
    } else {
        ("Content-Length: 2\r\n", "ok")
    };
    format!("HTTP/1.1 {status} X\r\n{lines}{length}\r\n{body}")
}

pub(crate) fn get(server: &Server) -> wire::Request {
    wire::Request {
        method: b"GET".to_vec(),
        base: format!("http://{}", server.address),
        path: b"/resource".to_vec(),
        headers: Vec::new(),
        body: None,
    }
}
