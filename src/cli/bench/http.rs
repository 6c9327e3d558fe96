//! The least client that HTTP/1.1 needs: one connection, one request after the other. Whatever it costs is taken from what is measured.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bodies::signature;

const BUFFER_BYTES: usize = 16 * 1024;

pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    pub(super) async fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES) })
    }

    /// Posts a signed body and returns the status.
    pub(super) async fn post(&mut self, body: &str) -> std::io::Result<u16> {
        let request = format!(
            "POST /webhooks/whatsapp HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\nx-hub-signature-256: {}\r\ncontent-length: {}\r\n\r\n{body}",
            signature(body.as_bytes()),
            body.len()
        );
        self.ask(&request).await
    }

    pub(super) async fn get(&mut self, path: &str) -> std::io::Result<u16> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n")).await
    }

    async fn ask(&mut self, request: &str) -> std::io::Result<u16> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((status, bytes)) = head(&self.buffer) {
                while self.buffer.len() < bytes {
                    if self.stream.read_buf(&mut self.buffer).await? == 0 {
                        return Err(std::io::ErrorKind::UnexpectedEof.into());
                    }
                }
                return Ok(status);
            }
        }
    }
}

/// Status and length of a whole answer, once its head is there.
fn head(answer: &[u8]) -> Option<(u16, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, end + length.unwrap_or(0)))
}
