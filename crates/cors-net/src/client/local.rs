//! Ports of this machine's own address.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

use tokio::net::TcpStream;

/// A port at 127.0.0.1 that was free a moment ago.
pub fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// Whether something accepts connections at a port of 127.0.0.1.
pub async fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_ok()
}
