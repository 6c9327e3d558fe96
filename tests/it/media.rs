//! Media in a bucket that speaks S3, and what is not fetched at all.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use ganira::config::{Config, MediaStore};
use parking_lot::Mutex;
use serde_json::json;

use crate::world::{Wish, World, wait_for};

const ALINE: &str = "+250780000001";
/// The smallest PNG there is.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// What a bucket was asked to keep: path, who signed, how many bytes.
type Kept = Arc<Mutex<Vec<(String, String, usize)>>>;

async fn keep(
    State(kept): State<Kept>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    if method != Method::PUT {
        return (StatusCode::METHOD_NOT_ALLOWED, [("etag", "")]);
    }
    let signer = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    kept.lock().push((uri.path().to_owned(), signer, body.len()));
    (StatusCode::OK, [("etag", "\"1\"")])
}

#[tokio::test]
async fn media_goes_to_a_bucket_where_one_is_configured() {
    let kept = Kept::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bucket = Router::new().fallback(keep).with_state(kept.clone());
    let mut server = tokio::task::JoinSet::new();
    server.spawn(async move { axum::serve(listener, bucket).await });
    let world = World::with(Wish {
        flow: "diary",
        change: Box::new(move |config: &mut Config| {
            config.media.store = MediaStore::S3;
            config.media_s3.bucket = Some("ganira-media".into());
            config.media_s3.region = Some("eu-west-1".into());
            config.media_s3.endpoint = Some(format!("http://{address}").parse().unwrap());
            config.media_s3.access_key = Some("AKSYNTHETIC".to_owned().into());
            config.media_s3.secret_key = Some("synthetic secret".to_owned().into());
        }),
        ..Wish::default()
    })
    .await;
    world.person("media", json!({"from": ALINE, "kind": "image", "mime": "image/png", "bytes": PNG})).await;
    wait_for("the bucket", async || (!kept.lock().is_empty()).then_some(())).await;
    let (path, signer, bytes) = kept.lock()[0].clone();
    assert!(path.starts_with("/ganira-media/"), "{path}");
    assert!(signer.starts_with("AWS4-HMAC-SHA256 Credential=AKSYNTHETIC/"), "{signer}");
    assert!(bytes > 70, "sealed: {bytes} bytes");
    world.stop().await;
}

#[tokio::test]
async fn a_file_that_is_not_what_it_says_is_not_kept_and_its_turn_goes_on() {
    let world = World::diary().await;
    // An HTML page that claims to be a picture.
    let page = "PGh0bWw+PGJvZHk+aGVsbG88L2JvZHk+PC9odG1sPg==";
    world.person("media", json!({"from": ALINE, "kind": "image", "mime": "image/png", "bytes": page})).await;
    let count = async |sql: &'static str| -> i64 {
        sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
    };
    wait_for("the job to fail for good", async || {
        (count("SELECT count(*) FROM ganira.journal WHERE kind = 7").await == 1).then_some(())
    })
    .await;
    assert_eq!(count("SELECT count(*) FROM ganira.media").await, 0);
    assert_eq!(count("SELECT count(*) FROM ganira.job").await, 0);
    world.stop().await;
}
