//! Takes PDUs that do not read out of a stream before the codec meets them: it would end the session, the centre would send the same PDU
//! again on the next one, and nothing behind it would ever come.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf as _, Bytes, BytesMut};
use rusmpp::Command;
use rusmpp::decode::DecodeWithLength as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc::UnboundedSender;

use super::session::Heard;

const HEADER: usize = 16;
const READ_AT_ONCE: usize = 8 * 1024;
/// The commands of a centre that want an answer of ours: `deliver_sm`, `data_sm`.
const MESSAGES: [u32; 2] = [0x05, 0x103];

/// What is left of the bytes of one connection.
#[derive(Debug)]
pub struct Strained {
    bytes_max: usize,
    raw: BytesMut,
    good: BytesMut,
    /// The lengths make no sense any more: from here on everything goes through as it is.
    lost: bool,
}

/// A PDU that does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stranger {
    pub command: u32,
    pub sequence: u32,
    pub pdu: Bytes,
    pub why: String,
}

impl Strained {
    pub fn new(bytes_max: usize) -> Self {
        Self { bytes_max, raw: BytesMut::new(), good: BytesMut::new(), lost: false }
    }

    /// Takes bytes as they come, and returns the PDUs among them that do not read.
    pub fn put(&mut self, bytes: &[u8]) -> Vec<Stranger> {
        self.raw.extend_from_slice(bytes);
        let mut strangers = Vec::new();
        while !self.lost && self.raw.len() >= HEADER {
            let length = word(&self.raw, 0) as usize;
            if !(HEADER..=self.bytes_max).contains(&length) {
                self.lost = true;
                break;
            }
            if self.raw.len() < length {
                break;
            }
            let pdu = self.raw.split_to(length).freeze();
            match Command::decode(&mut BytesMut::from(&pdu[4..]), length - 4) {
                Ok(_) => self.good.extend_from_slice(&pdu),
                Err(error) => {
                    let (command, sequence) = (word(&pdu, 4), word(&pdu, 12));
                    strangers.push(Stranger { command, sequence, pdu, why: error.to_string() });
                }
            }
        }
        if self.lost {
            self.good.unsplit(self.raw.split());
        }
        strangers
    }

    /// The bytes that may go on.
    pub fn good(&mut self) -> &mut BytesMut {
        &mut self.good
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// A stream without what does not read, which goes to `strange` instead.
#[derive(Debug)]
pub(super) struct Sieve<S> {
    stream: S,
    strained: Strained,
    strange: UnboundedSender<Heard>,
    /// Something was written since it was last found that nothing is there to be read.
    wrote: bool,
}

impl<S> Sieve<S> {
    pub(super) fn new(stream: S, bytes_max: usize, strange: UnboundedSender<Heard>) -> Self {
        Self { stream, strained: Strained::new(bytes_max), strange, wrote: false }
    }

    fn tell(&self, stranger: Stranger) {
        let Stranger { command, sequence, pdu, why } = stranger;
        let heard = if MESSAGES.contains(&command) {
            Heard::Unreadable { sequence, pdu, why }
        } else if command & 0x8000_0000 != 0 {
            Heard::Late
        } else {
            Heard::Other { sequence, what: format!("unreadable command {command:#010x}") }
        };
        // Nobody listens any more: the connection is being closed.
        let _ = self.strange.send(heard);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Sieve<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let this = &mut *self;
        let mut chunk = [0; READ_AT_ONCE];
        while this.strained.good().is_empty() {
            let mut read = ReadBuf::new(&mut chunk);
            let polled = Pin::new(&mut this.stream).poll_read(context, &mut read);
            // `rusmppc` writes a few commands each time it is polled, then reads, and does not ask to be polled for the others.
            if polled.is_pending() && std::mem::take(&mut this.wrote) {
                context.waker().wake_by_ref();
            }
            ready!(polled)?;
            if read.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            for stranger in this.strained.put(read.filled()) {
                this.tell(stranger);
            }
        }
        let good = this.strained.good();
        let take = good.len().min(buffer.remaining());
        buffer.put_slice(&good[..take]);
        good.advance(take);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Sieve<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        self.wrote = true;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
