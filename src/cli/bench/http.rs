//! The least client that HTTP/1.1 needs: one connection, one request after the other. Whatever it costs is taken from what is measured.

use std::net::SocketAddr;
use std::ops::Range;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::bodies::signature;

const BUFFER_BYTES: usize = 16 * 1024;

pub(super) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    /// Where the body of the last answer lies in the buffer.
    body: Range<usize>,
}

impl Connection {
    pub(super) async fn open(to: SocketAddr) -> std::io::Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(BUFFER_BYTES), body: 0..0 })
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

    /// Posts a form as a USSD gateway does, which signs nothing, and returns the status.
    pub(super) async fn post_form(&mut self, path: &str, form: &str) -> std::io::Result<u16> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        );
        self.ask(&request).await
    }

    /// The body of the last answer.
    pub(super) fn body(&self) -> &[u8] {
        &self.buffer[self.body.clone()]
    }

    pub(super) async fn get(&mut self, path: &str) -> std::io::Result<u16> {
        self.ask(&format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n")).await
    }

    async fn ask(&mut self, request: &str) -> std::io::Result<u16> {
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        self.body = 0..0;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            if let Some((status, body)) = head(&self.buffer) {
                while self.buffer.len() < body.end {
                    if self.stream.read_buf(&mut self.buffer).await? == 0 {
                        return Err(std::io::ErrorKind::UnexpectedEof.into());
                    }
                }
                self.body = body;
                return Ok(status);
            }
        }
    }
}

/// Status of an answer and where its body lies, once its head is there.
fn head(answer: &[u8]) -> Option<(u16, Range<usize>)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let status = head.get(9..12)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    Some((status, end..end + length.unwrap_or(0)))
}
