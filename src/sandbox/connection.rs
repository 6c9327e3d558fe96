//! Connections that can be cut from within a handler: how an answer gets lost.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use futures::task::AtomicWaker;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// The means to cut one connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Scissors(Arc<Cut>);

#[derive(Debug, Default)]
struct Cut {
    done: AtomicBool,
    waker: AtomicWaker,
}

impl Scissors {
    /// Closes the connection; nothing more is read from or written to it.
    pub(super) fn cut(&self) {
        self.0.done.store(true, Ordering::Release);
        self.0.waker.wake();
    }
}

/// A listener whose connections carry their [`Scissors`].
pub(super) struct CuttableListener(pub(super) TcpListener);

pub(super) struct Cuttable {
    stream: TcpStream,
    scissors: Scissors,
}

impl Listener for CuttableListener {
    type Io = Cuttable;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Cuttable, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Small answers must not wait for more to come; where that cannot be set they are only slower.
        let _ = stream.set_nodelay(true);
        (Cuttable { stream, scissors: Scissors::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Scissors {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().scissors.clone()
    }
}

impl Cuttable {
    fn is_cut(&self, context: &Context<'_>) -> bool {
        self.scissors.0.waker.register(context.waker());
        self.scissors.0.done.load(Ordering::Acquire)
    }
}

fn reset() -> io::Error {
    io::ErrorKind::ConnectionReset.into()
}

impl AsyncRead for Cuttable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.is_cut(context) {
            Poll::Ready(Err(reset()))
        } else {
            Pin::new(&mut self.stream).poll_read(context, buffer)
        }
    }
}

impl AsyncWrite for Cuttable {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_cut(context) {
            Poll::Ready(Err(reset()))
        } else {
            Pin::new(&mut self.stream).poll_write(context, buffer)
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.is_cut(context) { Poll::Ready(Err(reset())) } else { Pin::new(&mut self.stream).poll_flush(context) }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
