//! What is under way of companies that post once: written down beside the spool while its turn takes long, so that a kill does not take it along.
//!
//! Requests that come at the same time share one write and one sync. Nothing is written of those whose turn is over sooner, as with a healthy
//! database nearly all are. A note is good until its request is over, and stays good where nobody says so, as after a panic; a file goes when
//! none of its notes is good any more. What a former life left is read by its frames, and by its seals.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

const EXTENSION: &str = "diary";
/// After so many bytes another file is begun.
const FILE_BYTES: u64 = 4 * 1024 * 1024;

/// A request as it is noted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its number in the spool, under which it is sealed.
    pub number: u64,
    pub gateway: String,
    pub sealed: Vec<u8>,
}

/// See the module.
#[derive(Debug)]
pub struct Diary {
    folder: PathBuf,
    pending: Mutex<Pending>,
    /// Held while it is written and synced.
    page: Mutex<Option<Page>>,
    counts: Mutex<Counts>,
}

/// What is to be written next.
#[derive(Debug, Default)]
struct Pending {
    bytes: Vec<u8>,
    notes: u64,
    /// Notes so far, written or not.
    total: u64,
}

/// The file that is written to.
#[derive(Debug)]
struct Page {
    number: u64,
    file: File,
    bytes: u64,
}

#[derive(Debug, Default)]
struct Counts {
    next: u64,
    /// Good notes by page.
    good: BTreeMap<u64, u64>,
    /// By the last note of each write, in which page it stands; none where it failed.
    written: BTreeMap<u64, Option<u64>>,
}

/// A note on disk.
#[derive(Debug)]
#[must_use = "a note stays until its request is over"]
pub struct Noted {
    diary: Arc<Diary>,
    page: u64,
}

impl Noted {
    /// Its request is safe elsewhere, or was refused.
    pub fn settle(self) {
        self.diary.settle(self.page, 1);
    }
}

impl Diary {
    /// One in a folder in which none is left of a former life.
    pub fn new(folder: &Path) -> Self {
        let (pending, page, counts) = (Mutex::default(), Mutex::default(), Mutex::default());
        Self { folder: folder.to_owned(), pending, page, counts }
    }

    /// Returns once the note is on disk for good.
    pub async fn write(self: &Arc<Self>, note: &Note) -> io::Result<Noted> {
        let upto = self.pending.lock().put(note);
        let diary = self.clone();
        let page = tokio::task::spawn_blocking(move || diary.sync(upto)).await;
        let page = page.unwrap_or_else(|error| Err(io::Error::other(error)))?;
        Ok(Noted { diary: self.clone(), page })
    }

    /// Writes everything that is pending, unless this note has been written with others; says in which page it stands.
    fn sync(&self, upto: u64) -> io::Result<u64> {
        let mut page = self.page.lock();
        if let Some((_, written)) = self.counts.lock().written.range(upto..).next() {
            return written.ok_or_else(|| io::Error::other("the diary could not be written"));
        }
        let Pending { bytes, notes, total } = self.pending.lock().take();
        let number = self.counts.lock().place(page.as_ref(), notes);
        let written = self.append(&mut page, number, &bytes);
        self.counts.lock().written.insert(total, written.is_ok().then_some(number));
        if written.is_err() {
            *page = None;
            self.settle(number, notes);
        }
        written.map(|()| number)
    }

    fn append(&self, page: &mut Option<Page>, number: u64, bytes: &[u8]) -> io::Result<()> {
        let page = match page {
            Some(page) if page.number == number => page,
            _ => {
                let file = File::create(path(&self.folder, number))?;
                File::open(&self.folder)?.sync_all()?;
                page.insert(Page { number, file, bytes: 0 })
            }
        };
        page.file.write_all(bytes)?;
        page.bytes += bytes.len() as u64;
        page.file.sync_data()
    }

    /// So many notes of a page are good no more.
    fn settle(&self, page: u64, notes: u64) {
        let is_over = {
            let mut counts = self.counts.lock();
            let good = counts.good.get(&page).copied().unwrap_or_default().saturating_sub(notes);
            if good > 0 {
                counts.good.insert(page, good);
            } else {
                counts.good.remove(&page);
                counts.written.retain(|_, written| *written != Some(page));
            }
            good == 0
        };
        // What is left behind is taken again after the next start, which changes nothing.
        if is_over && let Err(error) = fs::remove_file(path(&self.folder, page)) {
            tracing::warn!(%error, "a diary cannot be removed, though all of its requests are safe");
        }
    }
}

impl Pending {
    fn put(&mut self, note: &Note) -> u64 {
        let Note { number, gateway, sealed } = note;
        self.bytes.extend(number.to_be_bytes());
        for part in [gateway.as_bytes(), sealed] {
            self.bytes.extend((part.len() as u64).to_be_bytes());
            self.bytes.extend(part);
        }
        self.notes += 1;
        self.total += 1;
        self.total
    }

    fn take(&mut self) -> Self {
        let total = self.total;
        std::mem::replace(self, Self { total, ..Self::default() })
    }
}

impl Counts {
    /// The page for some more notes: the open one while it has good notes and room.
    fn place(&mut self, page: Option<&Page>, notes: u64) -> u64 {
        let open = page.filter(|page| page.bytes < FILE_BYTES && self.good.contains_key(&page.number));
        let number = open.map_or(self.next, |page| page.number);
        self.next = self.next.max(number + 1);
        *self.good.entry(number).or_default() += notes;
        number
    }
}

/// What a former life left in a folder: its notes, and the files that they stand in. A frame that is not whole was never on disk for good.
pub fn left(folder: &Path) -> io::Result<(Vec<Note>, Vec<PathBuf>)> {
    let (mut notes, mut files) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == EXTENSION) {
            let bytes = fs::read(&path)?;
            let mut rest = bytes.as_slice();
            notes.extend(std::iter::from_fn(|| frame(&mut rest)));
            files.push(path);
        }
    }
    notes.sort_by_key(|note: &Note| note.number);
    Ok((notes, files))
}

fn frame(rest: &mut &[u8]) -> Option<Note> {
    let number = u64::from_be_bytes(*rest.split_off(..8)?.first_chunk()?);
    let mut part = || {
        let length = u64::from_be_bytes(*rest.split_off(..8)?.first_chunk()?);
        rest.split_off(..usize::try_from(length).ok()?)
    };
    let (gateway, sealed) = (part()?, part()?);
    Some(Note { number, gateway: String::from_utf8(gateway.to_vec()).ok()?, sealed: sealed.to_vec() })
}

fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:020}.{EXTENSION}"))
}
