//! Slow work: jobs that turns committed are done by a few workers; their results come back as events. A job's row goes with its result.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::{Notify, mpsc};

use super::accounts::Account;
use super::event::{StoredMedia, Verdict};
use super::fence::Fence;
use super::ingress::Ingress;
use super::shared::World;
use super::turn::MEDIA_JOB;
use crate::channels::transport::Transport;
use crate::channels::whatsapp::{self, media};
use crate::crypto::{DataKey, Place};
use crate::domain::{MediaRef, OutboxId};
use crate::store::{OpenJob, seals};

/// Jobs at work at once. Each may hold a whole file in memory while it is sealed.
const WORKERS_MAX: usize = 4;
/// Rows read at once.
const PAGE: i32 = 64;
/// How often the table is looked at without being told to.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Tries of one job before it has failed.
const TRIES_MAX: u32 = 4;
/// The pause before the second try; doubles with each.
const PAUSE: Duration = Duration::from_millis(500);

/// Tells the workers that a turn left a job. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Jobs(Arc<Notify>);

impl Jobs {
    pub fn wake(&self) {
        self.0.notify_one();
    }

    async fn woken(&self) {
        self.0.notified().await;
    }
}

/// What the workers work with.
#[derive(Debug, Clone)]
pub struct JobTools {
    pub world: Arc<World>,
    pub transport: Transport,
    pub objects: Arc<dyn ObjectStore>,
    /// Where files lie while they are fetched.
    pub spool: PathBuf,
}

/// Runs until the fence falls.
pub async fn run(tools: JobTools, fence: Fence, ingress: Ingress, jobs: Jobs) {
    let mut working: HashSet<OutboxId> = HashSet::new();
    let (ended, mut endings) = mpsc::unbounded_channel();
    loop {
        if working.len() < WORKERS_MAX {
            begin(&tools, &fence, &ingress, &ended, &mut working).await;
        }
        tokio::select! {
            () = fence.fallen() => return,
            () = jobs.woken() => {}
            Some(id) = endings.recv() => { working.remove(&id); }
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn begin(
    tools: &JobTools,
    fence: &Fence,
    ingress: &Ingress,
    ended: &mpsc::UnboundedSender<OutboxId>,
    working: &mut HashSet<OutboxId>,
) {
    let open = match tools.world.store.open_jobs(PAGE).await {
        Ok(open) => open,
        Err(error) => return tracing::warn!(error = %error.source, "the jobs could not be read"),
    };
    for job in open {
        if working.len() >= WORKERS_MAX {
            return;
        }
        if !working.insert(job.id) {
            continue;
        }
        let (tools, fence, ingress, ended) = (tools.clone(), fence.clone(), ingress.clone(), ended.clone());
        super::spawn(async move {
            let id = job.id;
            work(&tools, &fence, &ingress, job).await;
            let _ = ended.send(id);
        });
    }
}

/// Does one job and brings its result in. Only then its row goes.
async fn work(tools: &JobTools, fence: &Fence, ingress: &Ingress, job: OpenJob) {
    let Some(account) = tools.world.accounts.by_id(job.account) else { return };
    let stored = match job.kind.as_str() {
        MEDIA_JOB => fetch_with_retries(tools, &account, &job).await,
        other => {
            tracing::error!(job.kind = other, "a job of a kind this release does not know");
            return;
        }
    };
    metrics::counter!("ganira_jobs_total", "kind" => MEDIA_JOB, "outcome" => if stored.is_some() { "done" } else { "failed" }).increment(1);
    let verdict = loop {
        match ingress.job_done(job.id, &account, stored.clone()).await {
            Verdict::Unavailable if fence.wait_or_fallen(PAUSE).await => return,
            Verdict::Unavailable => {}
            verdict => break verdict,
        }
    };
    if let (Verdict::Void, Some(stored)) = (verdict, stored) {
        drop_if_erased(tools, job.id, &stored).await;
    }
}

/// Nobody may keep the file of a person who was erased while it was fetched.
async fn drop_if_erased(tools: &JobTools, id: OutboxId, stored: &StoredMedia) {
    let Ok(loaded) = tools.world.store.load(&[id.conversation]).await else { return };
    if loaded.iter().all(|conversation| conversation.wrapped_key.is_none())
        && let Err(error) = tools.objects.delete(&ObjectPath::from(stored.object.as_str())).await
    {
        tracing::error!(job.id = %id, error = &error as &dyn std::error::Error, "the file of an erased person could not be deleted");
    }
}

async fn fetch_with_retries(tools: &JobTools, account: &Account, job: &OpenJob) -> Option<StoredMedia> {
    let key = account.tenant.key.unwrap(seals::CONTACT_KEY, &job.wrapped_key).ok()?;
    let place = Place { tenant: job.id.conversation.tenant.0, table: "job", row: &seals::outbox_row(job.id) };
    let media: MediaRef = serde_json::from_slice(&key.open(place, &job.body).ok()?).ok()?;
    let mut pause = PAUSE;
    for attempt in 1..=TRIES_MAX {
        match fetch(tools, account, job.id, &key, &media).await {
            Ok(stored) => return Some(stored),
            Err(error) => {
                tracing::warn!(job.id = %job.id, attempt, error = %error, "media could not be fetched");
                if attempt == TRIES_MAX {
                    break;
                }
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
    }
    None
}

/// Metadata, download, checks, seal, store. The URL in the metadata lives five minutes, so every try begins with the metadata.
async fn fetch(
    tools: &JobTools,
    account: &Account,
    id: OutboxId,
    key: &DataKey,
    media: &MediaRef,
) -> Fetched<StoredMedia> {
    let settings = &tools.world.settings;
    let token = account.credential.as_ref().ok_or("the account has no access token")?;
    let graph = &settings.whatsapp;
    let wire = whatsapp::Account::new(graph.graph_url.as_str(), &graph.graph_version, &account.external_id, token)?;
    let answer = tools.transport.send(media::metadata_request(&wire, &media.id)?).await?;
    let metadata = media::metadata(media.kind, &answer)?;
    let hosts: Vec<String> = settings.whatsapp.graph_url.host_str().map(str::to_owned).into_iter().collect();
    let request = media::download_request(&wire, &metadata, &hosts)?;
    tokio::fs::create_dir_all(&tools.spool).await?;
    let file = tools.spool.join(format!("{}.part", crate::crypto::random::hex_token::<16>()));
    let stored = store(tools, id, key, media, &metadata, request, &file).await;
    let _ = tokio::fs::remove_file(&file).await;
    stored
}

async fn store(
    tools: &JobTools,
    id: OutboxId,
    key: &DataKey,
    media: &MediaRef,
    metadata: &media::Metadata,
    request: http::Request<bytes::Bytes>,
    file: &std::path::Path,
) -> Fetched<StoredMedia> {
    let most = media::most_bytes(media.kind).min(tools.world.settings.media.bytes_max);
    let arrived = tools.transport.download(request, most, file).await?;
    media::arrived(arrived.status)?;
    let seen = media::Arrived { bytes: arrived.bytes, sha256: arrived.sha256, head: &arrived.head };
    let mime = media::judge(media.kind, &media.mime, &[media.sha256.as_deref(), metadata.sha256.as_deref()], &seen)?;
    let plain = tokio::fs::read(file).await?;
    let object = format!("{}/{}/{}-{}", id.conversation.tenant, id.conversation.contact, id.seq, id.n);
    let sealed = key.seal(Place { tenant: id.conversation.tenant.0, table: "media", row: object.as_bytes() }, &plain);
    tools.objects.put(&ObjectPath::from(object.as_str()), sealed.into()).await?;
    Ok(StoredMedia { object, mime, bytes: arrived.bytes })
}

/// One error type for a fetch's many ways to fail: it is only ever logged.
type Fetched<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
