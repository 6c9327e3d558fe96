//! What companies post that never come again, and that cannot be taken now: on disk, sealed, before its 200; taken in order as soon as the engine
//! owns its conversations and the database answers.
//!
//! A request is a file of its own, written beside its place, synced, moved into place, and the folder synced: after that it survives a kill and
//! a power cut. While anything of a gateway lies here, what it posts goes behind it, so that nobody is overtaken. Taking twice changes nothing:
//! a file goes only after its updates are safe. What is still under way when its turn takes long is noted in the diary meanwhile; after a kill
//! the notes lie here.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use super::diary::{self, Diary, Note, Noted};
use crate::actors::dead_letters::Raw;
use crate::actors::fence::Fence;
use crate::actors::ingress::{Ingress, Taken};
use crate::actors::shared::World;
use crate::channels::sms::{Called, Gateway};
use crate::config::SmsSpool;
use crate::crypto::{DataKey, Place, random};
use crate::domain::Trace;

/// What is in its place, what is being written, and what cannot be read.
const WHOLE: &str = "request";
const WRITING: &str = "writing";
const TORN: &str = "torn";
/// The label of the seal.
const TABLE: &str = "spool";
/// Requests taken at once.
const BATCH_MAX: usize = 64;
/// How often the folder is looked at where nothing says that it should be.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// How long to wait after something could not be taken.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Why a request could not be kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    #[error("the spool is full: {requests} requests, {bytes} bytes")]
    Full { requests: usize, bytes: u64 },
    #[error("the spool cannot be written")]
    Disk(#[from] io::Error),
}

/// A request as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub gateway: String,
    pub method: String,
    /// Path and query.
    pub target: String,
    #[serde(default)]
    pub content_type: Option<String>,
    pub body: Raw,
}

/// The folder, and what lies in it.
#[derive(Debug)]
pub struct Spool {
    folder: PathBuf,
    requests_max: usize,
    bytes_max: u64,
    held: Mutex<Held>,
    diary: Arc<Diary>,
    /// Something was kept.
    news: Notify,
}

#[derive(Debug, Default)]
struct Held {
    next: u64,
    bytes: u64,
    /// By gateway, in their order: the number in the name, and the bytes. No bytes: it is being written.
    requests: BTreeMap<String, BTreeMap<u64, u64>>,
}

impl Held {
    fn count(&self) -> usize {
        self.requests.values().map(BTreeMap::len).sum()
    }

    fn number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// What was under way when a former life was cut off is kept like what could not be taken.
    fn take_over(&mut self, folder: &Path) -> io::Result<()> {
        let (notes, files) = diary::left(folder)?;
        for Note { number, gateway, sealed } in notes {
            write(folder, &Named { number, gateway: gateway.clone(), kind: WHOLE }, &sealed)?;
            self.next = self.next.max(number + 1);
            self.put(&gateway, number, sealed.len() as u64);
        }
        files.iter().try_for_each(fs::remove_file)
    }

    fn put(&mut self, gateway: &str, number: u64, bytes: u64) {
        self.bytes += bytes;
        self.requests.entry(gateway.to_owned()).or_default().insert(number, bytes);
    }

    fn remove(&mut self, gateway: &str, number: u64) {
        let Some(own) = self.requests.get_mut(gateway) else { return };
        self.bytes = self.bytes.saturating_sub(own.remove(&number).unwrap_or_default());
        if own.is_empty() {
            self.requests.remove(gateway);
        }
    }
}

impl Spool {
    /// Counts what a former life left in the folder, if it is there. What was being written then was never acknowledged.
    pub fn open(settings: &SmsSpool) -> io::Result<Self> {
        let folder = settings.folder.clone();
        let mut held = Held::default();
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => Some(entries),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        for entry in entries.into_iter().flatten() {
            let entry = entry?;
            match Named::read(&entry.path()) {
                Some(Named { number, gateway, kind: WHOLE }) => {
                    let bytes = entry.metadata()?.len();
                    held.next = held.next.max(number + 1);
                    held.put(&gateway, number, bytes);
                }
                Some(Named { kind: WRITING, .. }) => fs::remove_file(entry.path())?,
                Some(Named { number, .. }) => held.next = held.next.max(number + 1),
                None => {}
            }
        }
        if folder.is_dir() {
            held.take_over(&folder)?;
        }
        if !held.requests.is_empty() {
            tracing::info!(requests = held.count(), "requests of companies lie in the spool and will be taken");
        }
        let (requests_max, bytes_max) = (settings.requests_max, settings.bytes_max);
        let diary = Arc::new(Diary::new(&folder));
        let spool = Self { folder, requests_max, bytes_max, held: Mutex::new(held), diary, news: Notify::new() };
        spool.measure();
        Ok(spool)
    }

    /// Makes the folder and proves that it can be written.
    pub fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let probe = self.folder.join("probe");
        File::create(&probe)?.sync_all()?;
        fs::remove_file(probe)
    }

    /// Whether anything of a gateway lies here.
    pub fn holds(&self, gateway: &str) -> bool {
        self.held.lock().requests.contains_key(gateway)
    }

    /// Notes a request whose turn is under way: should it be cut off before it is over, the next life finds it here. Returns once it is on disk
    /// for good.
    pub async fn note(&self, key: &DataKey, kept: &Kept) -> io::Result<Noted> {
        let number = self.held.lock().number();
        let (gateway, sealed) = (kept.gateway.clone(), seal(key, number, kept)?);
        metrics::counter!("ganira_spool_noted_total").increment(1);
        self.diary.write(&Note { number, gateway, sealed }).await
    }

    /// Keeps a request. Returns once it is on disk for good.
    pub async fn keep(&self, key: &DataKey, kept: &Kept) -> Result<(), NotKept> {
        let number = self.reserve(&kept.gateway)?;
        let name = Named { number, gateway: kept.gateway.clone(), kind: WHOLE };
        let sealed = seal(key, number, kept)?;
        let (folder, bytes) = (self.folder.clone(), sealed.len() as u64);
        let written = tokio::task::spawn_blocking(move || write(&folder, &name, &sealed)).await;
        let written = written.unwrap_or_else(|error| Err(io::Error::other(error)));
        let mut held = self.held.lock();
        match written {
            Ok(()) => {
                held.put(&kept.gateway, number, bytes);
                drop(held);
                metrics::counter!("ganira_spool_kept_total").increment(1);
                self.measure();
                self.news.notify_one();
                Ok(())
            }
            Err(error) => {
                held.remove(&kept.gateway, number);
                Err(error.into())
            }
        }
    }

    /// A number, and a place among the others from now on: what comes next goes behind it.
    fn reserve(&self, gateway: &str) -> Result<u64, NotKept> {
        let mut held = self.held.lock();
        if held.count() >= self.requests_max || held.bytes >= self.bytes_max {
            metrics::counter!("ganira_spool_full_total").increment(1);
            return Err(NotKept::Full { requests: held.count(), bytes: held.bytes });
        }
        let number = held.number();
        held.put(gateway, number, 0);
        Ok(number)
    }

    /// The gateways that have something here.
    fn gateways(&self) -> Vec<String> {
        self.held.lock().requests.keys().cloned().collect()
    }

    /// The oldest requests of a gateway, in their order, as far as they are written.
    fn oldest(&self, gateway: &str) -> Vec<u64> {
        let held = self.held.lock();
        let own = held.requests.get(gateway).into_iter().flatten();
        own.take_while(|(_, bytes)| **bytes > 0).map(|(number, _)| *number).take(BATCH_MAX).collect()
    }

    fn path(&self, number: u64, gateway: &str, kind: &'static str) -> PathBuf {
        self.folder.join(Named { number, gateway: gateway.to_owned(), kind }.to_string())
    }

    fn read(&self, key: &DataKey, number: u64, gateway: &str) -> io::Result<Kept> {
        let sealed = fs::read(self.path(number, gateway, WHOLE))?;
        let plain = key.open(Place { tenant: 0, table: TABLE, row: &number.to_be_bytes() }, &sealed);
        let plain = plain.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        serde_json::from_slice(&plain).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    /// Those that can be read; what never will be is moved aside.
    fn read_all(&self, key: &DataKey, numbers: &[u64], gateway: &str) -> io::Result<Vec<(u64, Kept)>> {
        let mut requests = Vec::with_capacity(numbers.len());
        for number in numbers {
            match self.read(key, *number, gateway) {
                Ok(kept) => requests.push((*number, kept)),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => self.quarantine(*number, gateway, &error),
                Err(error) => return Err(error),
            }
        }
        Ok(requests)
    }

    fn forget(&self, number: u64, gateway: &str) {
        self.held.lock().remove(gateway, number);
        self.measure();
    }

    fn remove(&self, number: u64, gateway: &str) {
        match fs::remove_file(self.path(number, gateway, WHOLE)) {
            Ok(()) => self.forget(number, gateway),
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.forget(number, gateway),
            Err(error) => tracing::error!(%error, "a request that was taken cannot be removed from the spool"),
        }
    }

    /// Out of the way, for people to look at.
    fn quarantine(&self, number: u64, gateway: &str, error: &io::Error) {
        tracing::error!(gateway, number, %error, "a request in the spool cannot be read: it is kept aside as .{TORN}");
        metrics::counter!("ganira_spool_torn_total").increment(1);
        if let Err(error) = fs::rename(self.path(number, gateway, WHOLE), self.path(number, gateway, TORN)) {
            tracing::error!(%error, "a request in the spool cannot be moved aside");
        }
        self.forget(number, gateway);
    }

    fn measure(&self) {
        let held = self.held.lock();
        metrics::gauge!("ganira_spool_requests").set(held.count() as f64);
        metrics::gauge!("ganira_spool_bytes").set(held.bytes as f64);
    }
}

/// Takes what lies in the spool, oldest first, until the fence falls.
pub async fn run(world: Arc<World>, ingress: Ingress, fence: Fence) {
    let mut strangers = HashSet::new();
    loop {
        let mut pause = Duration::ZERO;
        for name in world.spool.gateways() {
            match world.sms.get(&name) {
                Some(gateway) => pause = pause.max(take_oldest(&world, &ingress, gateway).await),
                None if strangers.insert(name.clone()) => {
                    tracing::error!(
                        gateway = name,
                        "requests lie in the spool of a gateway that is not configured: configure it again"
                    );
                }
                None => {}
            }
        }
        let idle = world.spool.gateways().iter().all(|name| strangers.contains(name));
        if pause.is_zero() && idle {
            pause = LOOK_EVERY;
        }
        tokio::select! {
            biased;
            () = fence.fallen() => return,
            () = world.spool.news.notified(), if idle => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// How long to wait before the next.
async fn take_oldest(world: &Arc<World>, ingress: &Ingress, gateway: &Gateway) -> Duration {
    let name = gateway.name();
    let numbers = world.spool.oldest(name);
    if numbers.is_empty() {
        // The first one is still being written.
        return AGAIN_AFTER;
    }
    let (of, reader) = (name.to_owned(), world.clone());
    let read = move || reader.spool.read_all(&reader.system_key, &numbers, &of);
    let requests = match tokio::task::spawn_blocking(read).await.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(requests) if requests.is_empty() => return Duration::ZERO,
        Ok(requests) => requests,
        Err(error) => {
            tracing::error!(%error, "requests in the spool cannot be read now");
            return AGAIN_AFTER;
        }
    };
    let numbers: Vec<u64> = requests.iter().map(|(number, _)| *number).collect();
    match taken(world, ingress, gateway, &requests).await {
        Taken::Safe => metrics::counter!("ganira_spool_taken_total").increment(numbers.len() as u64),
        Taken::NotSafe | Taken::Refused(_) => return AGAIN_AFTER,
        Taken::Forbidden => {
            let error = io::Error::other("it names an account of another gateway");
            for number in &numbers {
                world.spool.quarantine(*number, name, &error);
            }
            return Duration::ZERO;
        }
    }
    let (of, spool) = (name.to_owned(), world.spool.clone());
    let remove = move || {
        for number in &numbers {
            spool.remove(*number, &of);
        }
    };
    let _ = tokio::task::spawn_blocking(remove).await;
    Duration::ZERO
}

async fn taken(world: &World, ingress: &Ingress, gateway: &Gateway, requests: &[(u64, Kept)]) -> Taken {
    let parts: Vec<(Method, HeaderMap)> = requests.iter().map(|(_, kept)| kept.parts()).collect();
    let called: Vec<Called<'_>> = requests
        .iter()
        .zip(&parts)
        .map(|((_, kept), (method, headers))| Called { method, target: &kept.target, headers, body: &kept.body.0 })
        .collect();
    world.sms.take(ingress, gateway, &called, Trace(random::number())).await
}

impl Kept {
    pub fn of(gateway: &Gateway, called: &Called<'_>) -> Self {
        let content_type = called.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        Self {
            gateway: gateway.name().to_owned(),
            method: called.method.to_string(),
            target: called.target.to_owned(),
            content_type: content_type.map(str::to_owned),
            body: Raw(Bytes::clone(called.body)),
        }
    }

    /// Method and headers as they were.
    pub fn parts(&self) -> (Method, HeaderMap) {
        let mut headers = HeaderMap::new();
        let content_type = self.content_type.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
        if let Some(value) = content_type {
            headers.insert(header::CONTENT_TYPE, value);
        }
        (self.method.parse().unwrap_or(Method::POST), headers)
    }
}

/// What a file's name says: `00000000000000000007-at.request`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    number: u64,
    gateway: String,
    kind: &'static str,
}

impl Named {
    fn read(path: &Path) -> Option<Self> {
        let kind =
            [WHOLE, WRITING, TORN].into_iter().find(|kind| path.extension().is_some_and(|known| known == *kind))?;
        let (number, gateway) = path.file_stem()?.to_str()?.split_once('-')?;
        Some(Self { number: number.parse().ok()?, gateway: gateway.to_owned(), kind })
    }
}

impl std::fmt::Display for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:020}-{}.{}", self.number, self.gateway, self.kind)
    }
}

/// As it lies on disk under a number.
fn seal(key: &DataKey, number: u64, kept: &Kept) -> io::Result<Vec<u8>> {
    let plain = serde_json::to_vec(kept).map_err(io::Error::other)?;
    Ok(key.seal(Place { tenant: 0, table: TABLE, row: &number.to_be_bytes() }, &plain))
}

fn write(folder: &Path, name: &Named, sealed: &[u8]) -> io::Result<()> {
    let beside = folder.join(Named { kind: WRITING, ..name.clone() }.to_string());
    let mut file = File::create(&beside)?;
    file.write_all(sealed)?;
    file.sync_all()?;
    fs::rename(&beside, folder.join(name.to_string()))?;
    File::open(folder)?.sync_all()
}
