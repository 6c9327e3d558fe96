//! The one file that sends HTTP on behalf of the channels. It knows no company; it knows whether a request can have arrived.

use std::fmt::Debug;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use http::{Request, Response};
use reqwest::redirect;
use rustls::pki_types::pem::PemObject as _;
use sha2::{Digest, Sha256};
use tokio::io::AsyncWriteExt;

use super::guard::{Barred, GuardedResolver, Reach};

/// How requests are sent.
#[derive(Debug, Clone)]
pub struct TransportOptions {
    pub connect_timeout: Duration,
    /// From the first byte sent to the last byte of the answer.
    pub timeout: Duration,
    /// The longest answer read into memory, in bytes.
    pub answer_bytes_max: usize,
    /// The longest a download may take.
    pub download_timeout: Duration,
    pub reach: Reach,
}

impl Default for TransportOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(20),
            answer_bytes_max: 1024 * 1024,
            download_timeout: Duration::from_mins(2),
            reach: Reach::Public,
        }
    }
}

/// What can be said about a request that has no answer.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// No byte of it left: it may be sent again without doing anything twice.
    #[error("the request was not sent: {why}")]
    SurelyNotSent { why: String },
    /// It will never be sent: its address is forbidden to us. No byte of it left.
    #[error("the request may not be sent: {0}")]
    Barred(Barred),
    /// It may have arrived and been acted upon.
    #[error("the request was sent, but no answer came: {why}")]
    Unknown { why: String },
}

/// Why the client could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up")]
pub struct NoTransport(#[from] reqwest::Error);

/// A pool of connections. Cheap to clone. Redirects are not followed, proxies of the environment not used: both would lead around the guard.
#[derive(Debug, Clone)]
pub struct Transport {
    line: Line,
    options: TransportOptions,
}

/// Where requests go.
#[derive(Debug, Clone)]
enum Line {
    Sockets(reqwest::Client),
    Within(Arc<dyn Peer>),
}

/// Everybody beyond the wire, within this process: a simulation has no sockets.
#[async_trait]
pub trait Peer: Send + Sync + Debug + 'static {
    async fn answer(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError>;
}

/// A file that was fetched.
#[derive(Debug, Clone)]
pub struct Downloaded {
    pub status: http::StatusCode,
    pub content_type: Option<String>,
    pub bytes: u64,
    pub sha256: [u8; 32],
    /// The first 8 kB, enough to tell what it is.
    pub head: Bytes,
}

/// Why a download ended without a file. Nothing is left at its path.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error(transparent)]
    Transport(#[from] TransportError),
    #[error("the file is larger than {most} bytes")]
    TooLarge { most: u64 },
    #[error("the file cannot be written")]
    Disk(#[from] std::io::Error),
}

/// How much of a download is kept in memory for looking at.
const HEAD_BYTES: usize = 8 * 1024;

impl Transport {
    pub fn new(options: TransportOptions) -> Result<Self, NoTransport> {
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .dns_resolver(GuardedResolver(options.reach))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(options.connect_timeout)
            .pool_idle_timeout(Duration::from_mins(1))
            .tcp_nodelay(true)
            .user_agent(concat!("ganira/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { line: Line::Sockets(client), options })
    }

    /// One whose requests reach `peer` and nobody else: by no socket, and so by no guard.
    pub fn within(peer: Arc<dyn Peer>, options: TransportOptions) -> Self {
        Self { line: Line::Within(peer), options }
    }

    /// Sends a request and reads its whole answer. Dropping the future after the request went out leaves its fate unknown.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.send_within(request, self.options.timeout).await
    }

    /// The same within another time.
    pub async fn send_within(
        &self,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<Response<Bytes>, TransportError> {
        let mut answer = self.begin(request, timeout).await?;
        let mut body = BytesMut::new();
        while let Some(chunk) = answer.chunk().await? {
            if body.len() + chunk.len() > self.options.answer_bytes_max {
                let why = format!("the answer is longer than {} bytes", self.options.answer_bytes_max);
                return Err(TransportError::Unknown { why });
            }
            body.extend_from_slice(&chunk);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = answer.status();
        *response.headers_mut() = answer.headers().clone();
        Ok(response)
    }

    /// Fetches a file of at most `bytes_max` bytes into `path`, which must not exist yet. An answer that is no success is read but not kept.
    pub async fn download(
        &self,
        request: Request<Bytes>,
        bytes_max: u64,
        path: &Path,
    ) -> Result<Downloaded, DownloadError> {
        let mut answer = self.begin(request, self.options.download_timeout).await?;
        let content_type = answer.headers().get(http::header::CONTENT_TYPE);
        let mut downloaded = Downloaded {
            status: answer.status(),
            content_type: content_type.and_then(|value| value.to_str().ok()).map(str::to_owned),
            bytes: 0,
            sha256: [0; 32],
            head: Bytes::new(),
        };
        if !downloaded.status.is_success() {
            return Ok(downloaded);
        }
        if answer.content_length().is_some_and(|bytes| bytes > bytes_max) {
            return Err(DownloadError::TooLarge { most: bytes_max });
        }
        let result = save(&mut answer, bytes_max, path, &mut downloaded).await;
        if result.is_err() {
            // What is left of a failed download is of no use; that it may not exist is fine.
            let _ = tokio::fs::remove_file(path).await;
        }
        result.map(|()| downloaded)
    }

    async fn begin(&self, request: Request<Bytes>, timeout: Duration) -> Result<Answer, TransportError> {
        match &self.line {
            Line::Sockets(client) => self.dial(client, request, timeout).await.map(Answer::Arriving),
            Line::Within(peer) => {
                let answered = tokio::time::timeout(timeout, peer.answer(request)).await;
                let late = |_| Err(TransportError::Unknown { why: "timed out".to_owned() });
                let (head, body) = answered.unwrap_or_else(late)?.into_parts();
                Ok(Answer::Whole(head, Some(body)))
            }
        }
    }

    async fn dial(
        &self,
        client: &reqwest::Client,
        request: Request<Bytes>,
        timeout: Duration,
    ) -> Result<reqwest::Response, TransportError> {
        let not_sent = |why: &dyn std::fmt::Display| TransportError::SurelyNotSent { why: why.to_string() };
        let mut request = reqwest::Request::try_from(request).map_err(|error| not_sent(&chain(&error)))?;
        self.options.reach.check(request.url()).map_err(TransportError::Barred)?;
        *request.timeout_mut() = Some(timeout);
        client.execute(request).await.map_err(|error| {
            if let Some(barred) = barred(&error) {
                TransportError::Barred(barred)
            } else if error.is_connect() || error.is_builder() {
                not_sent(&chain(&error))
            } else {
                unknown(&error)
            }
        })
    }
}

/// An answer whose head is there.
enum Answer {
    Arriving(reqwest::Response),
    /// The body is `None` once it was read.
    Whole(http::response::Parts, Option<Bytes>),
}

impl Answer {
    fn status(&self) -> http::StatusCode {
        match self {
            Self::Arriving(answer) => answer.status(),
            Self::Whole(head, _) => head.status,
        }
    }

    fn headers(&self) -> &http::HeaderMap {
        match self {
            Self::Arriving(answer) => answer.headers(),
            Self::Whole(head, _) => &head.headers,
        }
    }

    /// As far as it is known.
    fn content_length(&self) -> Option<u64> {
        match self {
            Self::Arriving(answer) => answer.content_length(),
            Self::Whole(_, body) => body.as_ref().map(|body| body.len() as u64),
        }
    }

    /// The next bytes of the body; `None` at its end.
    async fn chunk(&mut self) -> Result<Option<Bytes>, TransportError> {
        match self {
            Self::Arriving(answer) => answer.chunk().await.map_err(|error| unknown(&error)),
            Self::Whole(_, body) => Ok(body.take().filter(|body| !body.is_empty())),
        }
    }
}

async fn save(
    answer: &mut Answer,
    bytes_max: u64,
    path: &Path,
    downloaded: &mut Downloaded,
) -> Result<(), DownloadError> {
    let mut file = tokio::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).await?;
    let mut hash = Sha256::new();
    let mut head = BytesMut::new();
    while let Some(chunk) = answer.chunk().await? {
        downloaded.bytes += chunk.len() as u64;
        if downloaded.bytes > bytes_max {
            return Err(DownloadError::TooLarge { most: bytes_max });
        }
        hash.update(&chunk);
        head.extend_from_slice(&chunk[..chunk.len().min(HEAD_BYTES - head.len())]);
        file.write_all(&chunk).await?;
    }
    file.flush().await?;
    downloaded.sha256 = hash.finalize().into();
    downloaded.head = head.freeze();
    Ok(())
}

/// Ring as the one crypto provider, Mozilla's roots built in: the engine needs no certificates of the machine.
pub(crate) fn tls() -> rustls::ClientConfig {
    tls_with(rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
}

/// The same believing the certificates of a PEM file instead.
pub(crate) fn tls_of(path: &Path) -> Result<rustls::ClientConfig, String> {
    let mut roots = rustls::RootCertStore::empty();
    let certificates = rustls::pki_types::CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    for certificate in certificates {
        roots.add(certificate.map_err(|error| error.to_string())?).map_err(|error| error.to_string())?;
    }
    if roots.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(tls_with(roots)) }
}

fn tls_with(roots: rustls::RootCertStore) -> rustls::ClientConfig {
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    #[expect(clippy::expect_used, reason = "ring supports the default protocol versions")]
    let versions = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring supports TLS 1.2 and 1.3");
    versions.with_root_certificates(roots).with_no_client_auth()
}

fn unknown(error: &reqwest::Error) -> TransportError {
    TransportError::Unknown { why: chain(error) }
}

/// The guard's word, if it was the guard that refused a name's addresses.
fn barred(error: &reqwest::Error) -> Option<Barred> {
    let first = std::error::Error::source(error);
    std::iter::successors(first, |error| error.source()).find_map(|error| error.downcast_ref::<Barred>()).cloned()
}

/// An error with its causes but without the address, which may hold ids of people.
fn chain(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() { "timed out".to_owned() } else { "failed".to_owned() };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
