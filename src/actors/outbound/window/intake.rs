//! Which rows are still to be fetched, and from where: the table in its order, or memory.
//!
//! Rows of one contact stand in the table in the order of their commits: writer numbers grow with every incarnation, and within one
//! incarnation a contact keeps its lane. So what earlier incarnations left is read first, and whole; then each lane by itself.
//!
//! | mode of a lane | event | next |
//! |---|---|---|
//! | catching up | rows committed | catching up; the newest place is remembered |
//! | catching up | a page that does not reach the newest place heard of | catching up |
//! | catching up | a page that does, and the past is read | live |
//! | live | rows committed, room for all | live; taken from memory |
//! | live | rows committed, no room | catching up, from the first that found none |

use std::collections::{BTreeMap, VecDeque};

use super::words::{Goal, Read};
use crate::domain::ContactId;
use crate::store::OutboxPlace;

/// Rows of one read.
const PAGE: usize = 256;
/// Rows of a read that most likely meets only rows known to be settled.
const PEEK: usize = 16;
/// With more contacts than this waiting for their left rows, nothing else is read.
const REFILLS_FIRST: usize = 16;

/// How far one writer's rows are taken.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Progress {
    /// Every row up to here was taken, or is among the left ones of its contact.
    pub read: OutboxPlace,
    /// The newest place heard of.
    pub heard: OutboxPlace,
    /// The table holds rows behind `read`, or may.
    pub behind: bool,
}

#[derive(Debug)]
pub(super) struct Intake {
    /// Writers from this number on are of our incarnation.
    first_lane: i64,
    /// Where reading of the earlier incarnations' rows stands. `None`: done.
    past: Option<OutboxPlace>,
    hopped: bool,
    /// What was settled when we started.
    saved: BTreeMap<i64, i64>,
    writers: BTreeMap<i64, Progress>,
    /// Contacts whose left rows may be fetched now.
    refills: VecDeque<ContactId>,
    refill_turn: bool,
    last_lane: i64,
    reading: bool,
}

impl Intake {
    pub fn new(lanes: &[i64], saved: BTreeMap<i64, i64>) -> Self {
        let lane = |writer: &i64| (*writer, Progress { read: start_of(*writer), behind: true, ..Progress::default() });
        Self {
            first_lane: lanes.iter().copied().min().unwrap_or(i64::MAX),
            past: Some(OutboxPlace::default()),
            hopped: true,
            saved,
            writers: lanes.iter().map(lane).collect(),
            refills: VecDeque::new(),
            refill_turn: false,
            last_lane: 0,
            reading: false,
        }
    }

    /// All rows come from memory.
    pub fn is_live(&self) -> bool {
        self.past.is_none() && self.writers.values().all(|progress| !progress.behind)
    }

    /// The next page to read, with room for so many rows of `rows_max`. `left_of` gives the first and last row a contact left in the table.
    pub fn next_read(
        &mut self,
        room: usize,
        rows_max: usize,
        left_of: impl Fn(ContactId) -> Option<(OutboxPlace, OutboxPlace)>,
    ) -> Option<Read> {
        if self.reading || room == 0 {
            return None;
        }
        let behind = self.past.is_some() || self.writers.values().any(|progress| progress.behind);
        let scan = behind && room >= (rows_max / 4).clamp(1, PAGE);
        let refill = !self.refills.is_empty() && (self.refill_turn || !scan || self.refills.len() > REFILLS_FIRST);
        self.refill_turn = !refill;
        let read = if refill { self.refill(left_of) } else { None };
        let read = read.or_else(|| scan.then(|| self.scan(room)));
        self.reading = read.is_some();
        read
    }

    fn refill(&mut self, left_of: impl Fn(ContactId) -> Option<(OutboxPlace, OutboxPlace)>) -> Option<Read> {
        while let Some(contact) = self.refills.pop_front() {
            if let Some((from, last)) = left_of(contact) {
                let after = OutboxPlace { place: from.place - 1, ..from };
                return Some(Read { after, limit: PAGE, goal: Goal::Contact { contact, last } });
            }
        }
        None
    }

    fn scan(&mut self, room: usize) -> Read {
        let limit = room.min(PAGE);
        if let Some(after) = self.past {
            let limit = if self.hopped { limit.min(PEEK) } else { limit };
            return Read { after, limit, goal: Goal::Past };
        }
        let is_behind = |(_, progress): &(&i64, &Progress)| progress.behind;
        let next =
            self.writers.range(self.last_lane + 1..).find(is_behind).or_else(|| self.writers.iter().find(is_behind));
        let (writer, progress) = next.map_or((0, Progress::default()), |(writer, progress)| (*writer, *progress));
        self.last_lane = writer;
        Read { after: progress.read, limit, goal: Goal::Lane { writer, heard: progress.heard } }
    }

    /// The read ended, one way or the other.
    pub fn read_ended(&mut self) {
        self.reading = false;
    }

    /// It is still wanted.
    pub fn read_failed(&mut self, read: Read) {
        self.read_ended();
        if let Goal::Contact { contact, .. } = read.goal {
            self.want_refill(contact);
        }
    }

    /// Held rows from there on are to be read, if nothing else is being read.
    pub fn held_read(&mut self, from: OutboxPlace) -> Option<Read> {
        if self.reading {
            return None;
        }
        self.reading = true;
        Some(Read { after: OutboxPlace { place: from.place - 1, ..from }, limit: PAGE, goal: Goal::Held })
    }

    pub fn is_reading(&self) -> bool {
        self.reading
    }

    /// A contact has room again for the rows it left in the table.
    pub fn want_refill(&mut self, contact: ContactId) {
        if !self.refills.contains(&contact) {
            self.refills.push_back(contact);
        }
    }

    /// Whether a row of the past belongs to a lane of ours, so that the past is over.
    pub fn is_ours(&self, writer: i64) -> bool {
        writer >= self.first_lane
    }

    /// A row of the past lies before its writer's cursor: everything up to there is passed over in one go.
    pub fn hop(&mut self, at: OutboxPlace) -> bool {
        match self.saved.get(&at.writer) {
            Some(&batch) if at.batch <= batch => {
                self.past = Some(OutboxPlace { batch, place: i32::MAX, ..at });
                self.hopped = true;
                true
            }
            _ => false,
        }
    }

    /// A row of the past was dealt with.
    pub fn past_read(&mut self, at: OutboxPlace) {
        self.past = Some(at);
        self.hopped = false;
        self.writers.insert(at.writer, Progress { read: at, heard: at, behind: false });
    }

    pub fn past_ended(&mut self) {
        self.past = None;
    }

    /// A row of a lane was dealt with.
    pub fn lane_read(&mut self, at: OutboxPlace) {
        let progress = self.lane(at.writer);
        progress.read = progress.read.max(at);
    }

    /// A lane's page held all there was when it was read; the newest place heard of was `heard` then.
    pub fn lane_exhausted(&mut self, writer: i64, heard: OutboxPlace) {
        let progress = self.lane(writer);
        // A row that was heard of before the read and is not in the table was erased.
        let met = progress.read >= progress.heard || progress.heard == heard;
        progress.behind = !met;
        if met {
            progress.read = progress.read.max(heard);
        }
    }

    /// A committed row was handed over. `true`: take it from memory; `false`: the table will bring it, or has.
    pub fn committed(&mut self, at: OutboxPlace) -> bool {
        // Every lane begins behind, and none is read before the past is: so nothing fresh overtakes what is old.
        let progress = self.lane(at.writer);
        progress.heard = progress.heard.max(at);
        #[cfg(feature = "planted-bugs")]
        if crate::actors::plant::Plant::LiveBeforeCaughtUp.grows() {
            return at > progress.read;
        }
        !progress.behind && at > progress.read
    }

    /// There was no room for a row of a live lane.
    pub fn fall_back(&mut self, writer: i64) {
        self.lane(writer).behind = true;
    }

    /// Up to which batch each writer's rows need not be read again by a later incarnation, were nothing open.
    pub fn passed(&self) -> impl Iterator<Item = (i64, i64)> {
        let past = self.past.map(|place| place.writer);
        self.writers.iter().map(move |(writer, progress)| {
            let whole = !progress.behind && past != Some(*writer);
            (*writer, if whole { progress.read.batch } else { progress.read.batch - 1 })
        })
    }

    fn lane(&mut self, writer: i64) -> &mut Progress {
        let start = Progress { read: start_of(writer), behind: true, ..Progress::default() };
        self.writers.entry(writer).or_insert(start)
    }
}

/// Before the first row of a writer.
fn start_of(writer: i64) -> OutboxPlace {
    OutboxPlace { writer, batch: 0, place: 0 }
}
