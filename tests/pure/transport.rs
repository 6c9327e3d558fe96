//! The transport against a wire that misbehaves, and the guard.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use ganira::channels::guard::{Barred, Reach};
use ganira::channels::transport::{DownloadError, Transport, TransportError, TransportOptions};
use http::Request;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

fn transport(reach: Reach) -> Transport {
    let timeout = Duration::from_millis(400);
    Transport::new(TransportOptions {
        timeout,
        download_timeout: timeout,
        answer_bytes_max: 100,
        reach,
        ..TransportOptions::default()
    })
    .unwrap()
}

/// A server that reads a request and then writes these bytes (or, with none, nothing) and closes after `linger`.
async fn server(answer: &'static [u8], linger: Duration) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    #[expect(clippy::disallowed_methods, reason = "the test's own server")]
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4_096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(answer).await;
            tokio::time::sleep(linger).await;
        }
    });
    address
}

fn post(address: SocketAddr) -> Request<Bytes> {
    Request::post(format!("http://{address}/x")).body(Bytes::from_static(b"{}")).unwrap()
}

async fn sent(answer: &'static [u8], linger: Duration) -> Result<http::Response<Bytes>, TransportError> {
    transport(Reach::Private).send(post(server(answer, linger).await)).await
}

#[tokio::test]
async fn an_answer_comes_back_whole() {
    let answer =
        sent(b"HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}", Duration::ZERO).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.body()[..]), (429, b"{}".as_slice()));
    assert_eq!(answer.headers()["retry-after"], "7");
}

#[tokio::test]
async fn a_refused_connection_and_a_name_nobody_has_are_surely_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let refused = transport(Reach::Private).send(post(address)).await.unwrap_err();
    assert!(matches!(refused, TransportError::SurelyNotSent { .. }), "{refused}");
    let nobody = Request::get("http://nobody.invalid/").body(Bytes::new()).unwrap();
    let unresolved = transport(Reach::Private).send(nobody).await.unwrap_err();
    assert!(matches!(unresolved, TransportError::SurelyNotSent { .. }), "{unresolved}");
}

#[tokio::test]
async fn a_closed_connection_a_silence_and_half_an_answer_are_unknown() {
    for (answer, linger) in [
        (b"".as_slice(), Duration::ZERO),
        (b"", Duration::from_secs(5)),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"messages\"", Duration::ZERO),
        (b"not http at all\r\n\r\n", Duration::ZERO),
    ] {
        let error = sent(answer, linger).await.unwrap_err();
        assert!(matches!(error, TransportError::Unknown { .. }), "{answer:?}: {error}");
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut_off() {
    let mut answer = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".to_vec();
    answer.extend_from_slice(&[b'x'; 1_000]);
    let error = sent(answer.leak(), Duration::ZERO).await.unwrap_err();
    assert!(matches!(error, TransportError::Unknown { .. }), "{error}");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_not_followed() {
    let answer =
        sent(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n", Duration::ZERO)
            .await
            .unwrap();
    assert_eq!(answer.status().as_u16(), 302);
}

#[tokio::test]
async fn a_download_is_written_measured_and_hashed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let address =
        server(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 5\r\n\r\nhello", Duration::ZERO).await;
    let file = transport(Reach::Private).download(post(address), 5, &path).await.unwrap();
    assert_eq!((file.bytes, &file.head[..], file.content_type.as_deref()), (5, b"hello".as_slice(), Some("image/png")));
    assert_eq!(file.sha256, <[u8; 32]>::from(Sha256::digest(b"hello")));
    assert_eq!(std::fs::read(&path).unwrap(), b"hello");
}

#[tokio::test]
async fn a_download_that_fails_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n";
    let too_large = transport(Reach::Private).download(post(server(chunked, Duration::ZERO).await), 9, &path).await;
    assert!(matches!(too_large, Err(DownloadError::TooLarge { most: 9 })), "{too_large:?}");
    let half = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhello";
    let broken = transport(Reach::Private).download(post(server(half, Duration::ZERO).await), 9, &path).await;
    assert!(matches!(broken, Err(DownloadError::Transport(TransportError::Unknown { .. }))), "{broken:?}");
    let absent = transport(Reach::Private)
        .download(post(server(b"HTTP/1.1 404 No\r\ncontent-length: 0\r\n\r\n", Duration::ZERO).await), 9, &path)
        .await;
    assert_eq!(absent.unwrap().status.as_u16(), 404);
    assert!(!path.exists());
}

#[tokio::test]
async fn the_guard_stops_requests_to_the_own_network() {
    let address = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", Duration::ZERO).await;
    let port = address.port();
    for url in [
        format!("http://127.0.0.1:{port}/"),
        format!("https://127.0.0.1:{port}/"),
        "https://localhost/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://0x7f.1/".to_owned(),
        "https://[::1]/".to_owned(),
    ] {
        let request = Request::get(&url).body(Bytes::new()).unwrap();
        let error = transport(Reach::Public).send(request).await.unwrap_err();
        assert!(matches!(error, TransportError::Barred(_)), "{url}: {error}");
        assert!(error.to_string().contains("allow_private_hosts"), "{url}: {error}");
    }
}

#[test]
fn private_and_reserved_addresses_are_barred_and_others_not() {
    let barred = |text: &str| Reach::Public.judge(text.parse::<IpAddr>().unwrap()).is_err();
    for address in [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "::7f00:1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "2001::1",
        "fc00::1",
        "fdff::1",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ] {
        assert!(barred(address), "{address}");
    }
    for address in
        ["8.8.8.8", "157.240.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2a03:2880:f12f::1", "2606:4700::1"]
    {
        assert!(!barred(address), "{address}");
    }
    assert_eq!(Reach::Private.judge("127.0.0.1".parse().unwrap()), Ok(()));
}

#[test]
fn only_https_on_its_own_port_leaves() {
    let check = |url: &str| Reach::Public.check(&url.parse().unwrap());
    assert_eq!(check("https://graph.facebook.com/x"), Ok(()));
    assert_eq!(check("https://graph.facebook.com:443/x"), Ok(()));
    assert_eq!(check("http://graph.facebook.com/x"), Err(Barred::Scheme));
    assert_eq!(check("https://graph.facebook.com:8443/x"), Err(Barred::Scheme));
    assert_eq!(check("ftp://graph.facebook.com/x"), Err(Barred::Scheme));
}
