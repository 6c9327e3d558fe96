//! The door in front of the SMPP server: it knows its own port, sends small PDUs at once, and can cut every connection.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// See the module. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Front(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    listener: TcpListener,
    addr: SocketAddr,
    behind: OnceLock<SocketAddr>,
    /// Cancelled to cut all connections there are, and replaced.
    scissors: Mutex<CancellationToken>,
    /// Nobody is let in: connections are closed at once.
    shut: Mutex<bool>,
    open: AtomicUsize,
    stop: CancellationToken,
}

impl Front {
    pub(super) async fn listen(listen: SocketAddr, stop: CancellationToken) -> std::io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let addr = listener.local_addr()?;
        Ok(Self(Arc::new(Inner {
            listener,
            addr,
            behind: OnceLock::new(),
            scissors: Mutex::new(stop.child_token()),
            shut: Mutex::new(false),
            open: AtomicUsize::new(0),
            stop,
        })))
    }

    pub(super) fn addr(&self) -> SocketAddr {
        self.0.addr
    }

    pub(super) fn lead_to(&self, behind: SocketAddr) {
        let _ = self.0.behind.set(behind);
    }

    /// Connections that stand.
    pub(super) fn open(&self) -> usize {
        self.0.open.load(Ordering::Acquire)
    }

    /// Cuts every connection: what is on its way is lost.
    pub(super) fn cut(&self) {
        let mut scissors = self.0.scissors.lock();
        scissors.cancel();
        *scissors = self.0.stop.child_token();
    }

    /// Lets nobody in, or everybody again.
    pub(super) fn shut(&self, shut: bool) {
        *self.0.shut.lock() = shut;
    }

    /// Serves until it is stopped.
    pub(super) async fn run(&self) {
        loop {
            let accepted = tokio::select! {
                () = self.0.stop.cancelled() => return,
                accepted = self.0.listener.accept() => accepted,
            };
            let Ok((stream, _)) = accepted else { continue };
            if *self.0.shut.lock() {
                continue;
            }
            let (front, cut) = (self.clone(), self.0.scissors.lock().clone());
            #[expect(clippy::disallowed_methods, reason = "ends with its connection, which the front can cut")]
            tokio::spawn(async move { front.relay(stream, cut).await });
        }
    }

    async fn relay(&self, mut outside: TcpStream, cut: CancellationToken) {
        let Some(behind) = self.0.behind.get() else { return };
        let Ok(mut inside) = TcpStream::connect(behind).await else { return };
        // Small PDUs must not wait for more to come; where that cannot be set they are only slower.
        let _ = (outside.set_nodelay(true), inside.set_nodelay(true));
        self.0.open.fetch_add(1, Ordering::AcqRel);
        let relayed = async {
            introduce(&mut outside, &mut inside).await?;
            tokio::io::copy_bidirectional(&mut outside, &mut inside).await
        };
        tokio::select! {
            () = cut.cancelled() => {}
            _ = relayed => {}
        }
        self.0.open.fetch_sub(1, Ordering::AcqRel);
    }
}

const BIND_RECEIVER: u32 = 0x01;
const BIND_TRANSCEIVER: u32 = 0x09;
const ANSWER: u32 = 0x8000_0000;
const BIND_BYTES_MAX: usize = 1024;

/// Relays the bind and its answer. The server behind takes answers to its messages from transmitters and transceivers, not from receivers
/// (`smpp34` 1.5.1): to it a receiver is a transceiver that sends nothing.
async fn introduce(outside: &mut TcpStream, inside: &mut TcpStream) -> std::io::Result<()> {
    let mut bind = pdu(outside).await?;
    let receives = put_command(&mut bind, BIND_RECEIVER, BIND_TRANSCEIVER);
    inside.write_all(&bind).await?;
    let mut answer = pdu(inside).await?;
    if receives {
        put_command(&mut answer, ANSWER | BIND_TRANSCEIVER, ANSWER | BIND_RECEIVER);
    }
    outside.write_all(&answer).await
}

/// Puts one command in the place of another. False: it was another still.
fn put_command(pdu: &mut [u8], from: u32, to: u32) -> bool {
    let Some(command) = pdu.get_mut(4..8) else { return false };
    let is_from = command == from.to_be_bytes();
    if is_from {
        command.copy_from_slice(&to.to_be_bytes());
    }
    is_from
}

async fn pdu(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).await?;
    let bytes = u32::from_be_bytes(length) as usize;
    if !(16..=BIND_BYTES_MAX).contains(&bytes) {
        return Err(std::io::ErrorKind::InvalidData.into());
    }
    let mut pdu = vec![0; bytes];
    pdu[..4].copy_from_slice(&length);
    stream.read_exact(&mut pdu[4..]).await?;
    Ok(pdu)
}
