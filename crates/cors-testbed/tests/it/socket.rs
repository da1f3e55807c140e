//! Servers on a socket, and that nothing is left of them.

use cors_testbed::{Behaviour, Kit, Running, Server, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::common::{A, EVIL, listed};

pub(crate) async fn loopback() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

/// Sends bytes and reads until `end` has arrived or the connection ends.
pub(crate) async fn exchange(stream: &mut TcpStream, request: &str, end: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let mut buffer = [0; 4096];
    while !String::from_utf8_lossy(&got).contains(end) {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => break,
            Ok(n) => got.extend_from_slice(&buffer[..n]),
        }
    }
    String::from_utf8_lossy(&got).into_owned()
}

/// Ends the server and asserts that nobody listens any more.
pub(crate) async fn stop(running: Running) {
    let address = running.address();
    running.stop().await;
    assert!(
        TcpStream::connect(address).await.is_err(),
        "still listening"
    );
}

#[tokio::test]
async fn one_connection_serves_several_requests() {
    let running = serve(loopback().await, Server::reference(&listed()).unwrap()).unwrap();
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    let shared =
        format!("POST /resource HTTP/1.1\r\nHost: x\r\nOrigin: {A}\r\nContent-Length: 2\r\n\r\nhi");
    let answer = exchange(&mut stream, &shared, "resource\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains(&format!("access-control-allow-origin: {A}\r\n")),
        "{answer}"
    );
    let preflight = format!(
        "OPTIONS /resource HTTP/1.1\r\nHost: x\r\nOrigin: {A}\r\n\
         Access-Control-Request-Method: PUT\r\n\r\n"
    );
    let answer = exchange(&mut stream, &preflight, "\r\n\r\n").await;
    assert!(
        answer.starts_with("HTTP/1.1 204 No Content\r\n"),
        "{answer}"
    );
    assert!(!answer.contains("content-length"), "{answer}");
    let refused = format!("GET /resource HTTP/1.1\r\nHost: x\r\nOrigin: {EVIL}\r\n\r\n");
    let answer = exchange(&mut stream, &refused, "resource\n").await;
    assert!(answer.contains("x-calls: 2\r\n"), "{answer}");
    let head = "HEAD /resource HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = exchange(&mut stream, head, "\r\n\r\n").await;
    assert!(
        answer.contains("content-length: 9\r\n") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    stop(running).await;
    // The open connection has been closed too.
    assert_eq!(exchange(&mut stream, "", "never").await, "");
}

#[tokio::test]
async fn a_thousand_header_lines_are_read() {
    let running = serve(loopback().await, Server::reference(&listed()).unwrap()).unwrap();
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    let lines = "Access-Control-Request-Headers: x-token\r\n".repeat(1000);
    let request = format!(
        "OPTIONS /resource HTTP/1.1\r\nHost: x\r\nOrigin: {A}\r\n\
         Access-Control-Request-Method: PUT\r\n{lines}\r\n"
    );
    let answer = exchange(&mut stream, &request, "\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
    stop(running).await;
}

#[tokio::test]
async fn a_kit_on_a_socket_lists_its_policies() {
    let policy = listed();
    let kit = Kit::new([("listed", &policy)], &Behaviour::REFERENCE);
    let running = serve(loopback().await, kit).unwrap();
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    let request = "GET /kit.json HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = exchange(&mut stream, request, "p/listed/").await;
    assert!(
        answer.contains("application/json") && answer.contains("p/listed/"),
        "{answer}"
    );
    stop(running).await;
}

#[tokio::test]
async fn dropping_the_handle_ends_the_server() {
    let running = serve(loopback().await, Server::reference(&listed()).unwrap()).unwrap();
    let address = running.address();
    drop(running);
    // The task ends at its next turn; until then the kernel may still complete a handshake.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}
