//! SMPP inside TLS: in front of the message centre stands what ends it, with a certificate made for these tests alone.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::{ALINE, GATEWAY, all_delivered, answer_to, ask, smsc, world};
use crate::world::{World, wait_for};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smpp/tls");

/// Ends TLS and relays what is inside; where it listens.
async fn front(centre: SocketAddr) -> SocketAddr {
    let certificate = CertificateDer::from_pem_file(Path::new(FOLDER).join("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(Path::new(FOLDER).join("key.pem")).unwrap();
    let config =
        rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    let relay = async move {
        while let Ok((outside, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            let relay = async move {
                let Ok(mut outside) = acceptor.accept(outside).await else { return };
                let mut inside = TcpStream::connect(centre).await.unwrap();
                let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
            };
            #[expect(clippy::disallowed_methods, reason = "the operator's side is no part of the engine")]
            tokio::spawn(relay);
        }
    };
    #[expect(clippy::disallowed_methods, reason = "the operator's side is no part of the engine")]
    tokio::spawn(relay);
    addr
}

/// A world that speaks TLS to its message centre, believing these certificates.
async fn over_tls(believes: Option<&str>) -> World {
    let mut world = world("diary", smsc(), |_| {}).await;
    world.stop_engine().await;
    wait_for("the plain session to end", async || (ask(&world, "").await["sessions"] == 0).then_some(())).await;
    let front = front(world.sandbox.smsc_addr().unwrap()).await;
    let gateway = world.config.smpp_gateways.get_mut(GATEWAY).unwrap();
    gateway.port = front.port();
    gateway.tls = true;
    gateway.tls_ca_file = believes.map(|file| Path::new(FOLDER).join(file));
    world.start().await;
    world
}

#[tokio::test]
async fn messages_and_receipts_go_inside_tls() {
    let world = over_tls(Some("certificate.pem")).await;
    assert!(answer_to(&world, ALINE, "Muraho").await.contains("Muraho"));
    all_delivered(&world).await;
    world.stop().await;
}

#[tokio::test]
async fn a_centre_that_nobody_vouches_for_is_told_no_password() {
    let world = over_tls(None).await;
    let binds = ask(&world, "").await["binds"].clone();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let look = ask(&world, "").await;
    assert_eq!((&look["sessions"], &look["binds"]), (&serde_json::json!(0), &binds), "{look}");
    world.stop().await;
}
