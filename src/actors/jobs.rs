//! Slow work: jobs that turns committed are done by a few workers; their results come back as events. A job's row goes with its result.
//!
//! Media is fetched at once and with a few tries. Work outside (`orders.rs`) is tried until its deadline; between two tries its row waits in
//! the table, and no worker with it.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use tokio::sync::{Notify, mpsc};

use super::accounts::Account;
use super::event::{JobResult, StoredMedia, Verdict};
use super::fence::Fence;
use super::ingress::Ingress;
use super::orders::{self, Attempt};
use super::shared::World;
use super::turn::MEDIA_JOB;
use crate::channels::transport::{DownloadError, Transport};
use crate::channels::whatsapp::{self, media};
use crate::crypto::{DataKey, Place};
use crate::domain::{MediaRef, OutboxId};
use crate::flows::JobKind;
use crate::store::{OpenJob, seals};

/// Jobs at work at once that may hold a whole file in memory.
const FILES_MAX: usize = 4;
/// Other jobs at work at once.
const WORKERS_MAX: usize = 64;
/// Rows of one kind read at once.
const PAGE: i32 = 64;
/// How often the table is looked at without being told to.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// Tries of one job before it has failed.
const TRIES_MAX: u32 = 4;
/// The pause before the second try; doubles with each.
const PAUSE: Duration = Duration::from_millis(500);

/// How long a file waits whose trouble is ours alone, such as a full disk, and how often: a day. The company keeps it for longer.
const OUR_PAUSE: Duration = Duration::from_secs(10);
const OUR_TRIES_MAX: i16 = 8_640;

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
    let mut working = Working::default();
    let (ended, mut endings) = mpsc::unbounded_channel();
    loop {
        begin(&tools, &fence, &ingress, &jobs, &ended, &mut working).await;
        tokio::select! {
            () = fence.fallen() => return,
            () = jobs.woken() => {}
            Some(id) = endings.recv() => working.end(id),
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn begin(
    tools: &JobTools,
    fence: &Fence,
    ingress: &Ingress,
    jobs: &Jobs,
    ended: &mpsc::UnboundedSender<OutboxId>,
    working: &mut Working,
) {
    if working.is_full() {
        return;
    }
    let open = match tools.world.store.due_jobs(tools.world.clock.now(), PAGE).await {
        Ok(open) => open,
        Err(error) => return tracing::warn!(error = %error.source, "the jobs could not be read"),
    };
    for job in open {
        if !working.take(&job) {
            continue;
        }
        let (tools, fence, ingress, ended) = (tools.clone(), fence.clone(), ingress.clone(), ended.clone());
        let jobs = jobs.clone();
        super::spawn(async move {
            let id = job.id;
            work(&tools, &fence, &ingress, &jobs, job).await;
            let _ = ended.send(id);
        });
    }
}

/// The jobs at work.
#[derive(Debug, Default)]
struct Working {
    files: HashSet<OutboxId>,
    others: HashSet<OutboxId>,
}

impl Working {
    fn is_full(&self) -> bool {
        self.files.len() >= FILES_MAX && self.others.len() >= WORKERS_MAX
    }

    /// `false` where it is at work already, or as many as may be.
    fn take(&mut self, job: &OpenJob) -> bool {
        let with_file = job.kind == MEDIA_JOB || job.kind == JobKind::Read.as_str();
        let (set, most) = if with_file { (&mut self.files, FILES_MAX) } else { (&mut self.others, WORKERS_MAX) };
        set.len() < most && set.insert(job.id)
    }

    fn end(&mut self, id: OutboxId) {
        self.files.remove(&id);
        self.others.remove(&id);
    }
}

/// Does one job and brings its result in. Only then its row goes; one that is not done yet waits in its row.
async fn work(tools: &JobTools, fence: &Fence, ingress: &Ingress, jobs: &Jobs, job: OpenJob) {
    let Some(account) = tools.world.accounts.by_id(job.account) else { return };
    let result = if job.kind == MEDIA_JOB {
        match fetch_with_retries(tools, &account, &job).await {
            Fetching::Over(stored) => JobResult::Media(stored),
            Fetching::Later => return put_off(tools, fence, jobs, &job, OUR_PAUSE).await,
        }
    } else if let Some(kind) = JobKind::named(&job.kind) {
        match orders::attempt(tools, &account, &job, kind).await {
            Attempt::Over(result) => result,
            Attempt::Later(pause) => return put_off(tools, fence, jobs, &job, pause).await,
        }
    } else {
        tracing::error!(job.kind = job.kind, "a job of a kind this release does not know");
        return;
    };
    let failed = matches!(result, JobResult::Media(None) | JobResult::Outside { given_up: true, .. });
    let outcome = if failed { "failed" } else { "done" };
    metrics::counter!("ganira_jobs_total", "kind" => job.kind.clone(), "outcome" => outcome).increment(1);
    let verdict = loop {
        match ingress.job_done(job.id, &account, result.clone()).await {
            Verdict::Unavailable if fence.wait_or_fallen(PAUSE).await => return,
            Verdict::Unavailable => {}
            verdict => break verdict,
        }
    };
    if let (Verdict::Void, JobResult::Media(Some(stored))) = (verdict, result) {
        drop_if_erased(tools, job.id, &stored).await;
    }
}

/// The row waits, and the workers are told when it may be tried again. If that is lost, they find the row by themselves.
async fn put_off(tools: &JobTools, fence: &Fence, jobs: &Jobs, job: &OpenJob, pause: Duration) {
    let pause_by_clock = chrono::TimeDelta::from_std(pause).unwrap_or(chrono::TimeDelta::minutes(1));
    let not_before = tools.world.clock.now() + pause_by_clock;
    if let Err(error) = tools.world.store.postpone_job(job.id, job.tries.saturating_add(1), not_before).await {
        return tracing::warn!(job.id = %job.id, error = %error.source, "a job could not be put off");
    }
    let (jobs, fence) = (jobs.clone(), fence.clone());
    super::spawn(async move {
        if !fence.wait_or_fallen(pause).await {
            jobs.wake();
        }
    });
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

/// How it ends with a file.
enum Fetching {
    /// It is kept, or will never be.
    Over(Option<StoredMedia>),
    /// There is no place for it now: that is no reason to lose it.
    Later,
}

async fn fetch_with_retries(tools: &JobTools, account: &Account, job: &OpenJob) -> Fetching {
    let Some((key, media)) = open(account, job) else { return Fetching::Over(None) };
    let mut pause = PAUSE;
    for attempt in 1..=TRIES_MAX {
        let stored = match fetch(tools, account, &media).await {
            Ok(file) => store(tools, job.id, &key, file).await,
            Err(error) => Err(error),
        };
        match stored {
            Ok(stored) => return Fetching::Over(Some(stored)),
            Err(error) => {
                tracing::warn!(job.id = %job.id, attempt, error = %error, "media could not be fetched");
                if attempt == TRIES_MAX {
                    let later = is_ours(&*error) && job.tries < OUR_TRIES_MAX;
                    return if later { Fetching::Later } else { Fetching::Over(None) };
                }
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
        }
    }
    Fetching::Over(None)
}

/// What is to be fetched, and the key that seals it.
fn open(account: &Account, job: &OpenJob) -> Option<(DataKey, MediaRef)> {
    let key = account.tenant.key.unwrap(seals::CONTACT_KEY, &job.wrapped_key).ok()?;
    let place = Place { tenant: job.id.conversation.tenant.0, table: seals::JOB, row: &seals::outbox_row(job.id) };
    let media = serde_json::from_slice(&key.open(place, &job.body).ok()?).ok()?;
    Some((key, media))
}

/// Whether it failed for want of a place of ours: the disk, or the object store.
fn is_ours(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    error.is::<std::io::Error>()
        || error.is::<object_store::Error>()
        || matches!(error.downcast_ref(), Some(DownloadError::Disk(_)))
}

/// Metadata, download, checks. The URL in the metadata lives five minutes, so every try begins with the metadata.
pub(super) async fn fetch(tools: &JobTools, account: &Account, media: &MediaRef) -> Fetched<File> {
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
    let judged = save(tools, media, &metadata, request, &file).await;
    let _ = tokio::fs::remove_file(&file).await;
    judged
}

async fn save(
    tools: &JobTools,
    media: &MediaRef,
    metadata: &media::Metadata,
    request: http::Request<bytes::Bytes>,
    file: &std::path::Path,
) -> Fetched<File> {
    let most = media::most_bytes(media.kind).min(tools.world.settings.media.bytes_max);
    let arrived = tools.transport.download(request, most, file).await?;
    media::arrived(arrived.status)?;
    let seen = media::Arrived { bytes: arrived.bytes, sha256: arrived.sha256, head: &arrived.head };
    let mime = media::judge(media.kind, &media.mime, &[media.sha256.as_deref(), metadata.sha256.as_deref()], &seen)?;
    Ok(File { mime, plain: tokio::fs::read(file).await? })
}

/// Seals the file and puts it into the object store.
async fn store(tools: &JobTools, id: OutboxId, key: &DataKey, file: File) -> Fetched<StoredMedia> {
    let object = format!("{}/{}/{}-{}", id.conversation.tenant, id.conversation.contact, id.seq, id.n);
    let place = Place { tenant: id.conversation.tenant.0, table: "media", row: object.as_bytes() };
    let sealed = key.seal(place, &file.plain);
    tools.objects.put(&ObjectPath::from(object.as_str()), sealed.into()).await?;
    Ok(StoredMedia { object, mime: file.mime, bytes: file.plain.len() as u64 })
}

/// A file that was fetched and judged.
pub(super) struct File {
    pub mime: String,
    pub plain: Vec<u8>,
}

/// One error type for a fetch's many ways to fail: it is only ever logged.
pub(super) type Fetched<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;
