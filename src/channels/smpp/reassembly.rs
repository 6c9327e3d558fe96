//! Parts of long messages on their way in: kept until the last one is there or their time is over, whatever the order they come in.
//!
//! Pure: time is passed in, and what has to be durable is the caller's. A part that was taken may come again, also after its message was
//! whole: the message centre did not hear our answer.
//!
//! | a part comes | its message | then |
//! |---|---|---|
//! | first of its message | is begun | waits |
//! | a new one | | waits, or is whole |
//! | the same once more | waits or was whole | nothing |
//! | one of the same number, but another | waits | what is there is given up, and a new message begins |
//! | one of the same reference, but another | was whole | a new message begins |
//! | none until the time is over | waits | what is there is given up |

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::text::{self, Alphabet, Said};
use super::udh::{Concatenation, Reference};
use crate::domain::Timestamp;

/// What parts of one message have in common.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Key {
    pub from: String,
    pub to: String,
    pub reference: Reference,
    pub total: u8,
}

/// The text of one part, as its gateway gives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PartText {
    pub alphabet: Alphabet,
    pub octets: Vec<u8>,
}

/// Stands for a part that never came.
const MISSING: &str = "…";

/// Parts that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gathered {
    pub key: Key,
    pub parts: BTreeMap<u8, PartText>,
    /// When the first one came.
    pub since: Timestamp,
}

impl Gathered {
    pub fn is_whole(&self) -> bool {
        self.parts.len() == usize::from(self.key.total)
    }

    /// What the message says, with an ellipsis for each part that never came. Binary parts have nothing to say.
    pub fn said(&self) -> Said {
        let mut said = String::new();
        let mut has_text = false;
        // Octets of one alphabet are read together: a pair of UTF-16 units may have been parted by a careless phone.
        let mut run: Option<PartText> = None;
        let mut end = |run: &mut Option<PartText>, said: &mut String| {
            if let Some(Said::Text(text)) = run.take().map(|part| text::read(&part.octets, part.alphabet)) {
                has_text = true;
                said.push_str(&text);
            }
        };
        for number in 1..=self.key.total {
            match (self.parts.get(&number), &mut run) {
                (Some(part), Some(run)) if run.alphabet == part.alphabet => run.octets.extend_from_slice(&part.octets),
                (Some(part), _) => {
                    end(&mut run, &mut said);
                    run = Some(part.clone());
                }
                (None, _) => {
                    end(&mut run, &mut said);
                    said.push_str(MISSING);
                }
            }
        }
        end(&mut run, &mut said);
        if has_text { Said::Text(said) } else { Said::Binary }
    }
}

/// What follows from a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// An older message of the same reference that will never be whole.
    pub given_up: Option<Gathered>,
    pub standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    Waits,
    /// It is there already: nothing changes.
    Again,
    /// The last one. The message is out of here until [`Reassembly::put_back`].
    Whole(Gathered),
}

/// The open messages of one connection or many.
#[derive(Debug)]
pub struct Reassembly {
    open: HashMap<Key, Gathered>,
    /// Messages that were whole lately, to know their parts again.
    done: HashMap<Key, Gathered>,
    /// How long a message is waited for, and remembered.
    limit: Duration,
    /// Parts held at most.
    parts_max: usize,
    parts: usize,
}

impl Reassembly {
    pub fn new(limit: Duration, parts_max: usize) -> Self {
        Self { open: HashMap::new(), done: HashMap::new(), limit, parts_max, parts: 0 }
    }

    /// Whether there is room for one more part; without, it has to come again.
    pub fn has_room(&self) -> bool {
        self.parts < self.parts_max
    }

    pub fn take(&mut self, from: &str, to: &str, place: Concatenation, part: PartText, now: Timestamp) -> Taken {
        let key = Key { from: from.to_owned(), to: to.to_owned(), reference: place.reference, total: place.total };
        if self.done.get(&key).is_some_and(|done| done.parts.get(&place.number) == Some(&part)) {
            return Taken { given_up: None, standing: Standing::Again };
        }
        let known = self.open.get(&key).and_then(|open| open.parts.get(&place.number));
        let given_up = match known {
            Some(known) if *known == part => return Taken { given_up: None, standing: Standing::Again },
            Some(_) => self.take_out(&key),
            None => None,
        };
        self.parts += 1;
        let open = self.open.entry(key.clone());
        let open = open.or_insert_with(|| Gathered { key: key.clone(), parts: BTreeMap::new(), since: now });
        open.parts.insert(place.number, part);
        if !open.is_whole() {
            return Taken { given_up, standing: Standing::Waits };
        }
        let whole = self.take_out(&key);
        Taken { given_up, standing: whole.map_or(Standing::Waits, Standing::Whole) }
    }

    /// Takes back what was kept of a message before a restart; gives it out if it is whole and was not delivered on.
    pub fn restore(&mut self, gathered: Gathered, delivered: bool) -> Option<Gathered> {
        if delivered {
            self.settled(gathered);
        } else if gathered.is_whole() {
            return Some(gathered);
        } else {
            self.put_back(gathered, None);
        }
        None
    }

    /// A message was delivered on: its parts are known again for a while.
    pub fn settled(&mut self, whole: Gathered) {
        self.parts += whole.parts.len();
        if let Some(before) = self.done.insert(whole.key.clone(), whole) {
            self.parts -= before.parts.len();
        }
    }

    /// A message could not be delivered on: it is open again, without the part that has to come again.
    pub fn put_back(&mut self, mut gathered: Gathered, without: Option<u8>) {
        if let Some(number) = without {
            gathered.parts.remove(&number);
        }
        if gathered.parts.is_empty() {
            return;
        }
        self.parts += gathered.parts.len();
        if let Some(before) = self.open.insert(gathered.key.clone(), gathered) {
            self.parts -= before.parts.len();
        }
    }

    /// A part that was taken last could not be kept: it has to come again.
    pub fn forget(&mut self, from: &str, to: &str, place: Concatenation) {
        let key = Key { from: from.to_owned(), to: to.to_owned(), reference: place.reference, total: place.total };
        if let Some(gathered) = self.take_out(&key) {
            self.put_back(gathered, Some(place.number));
        }
    }

    /// Takes out what has waited too long, the oldest first, and forgets what was whole.
    pub fn overdue(&mut self, now: Timestamp) -> Vec<Gathered> {
        let limit = self.limit;
        let is_over = |gathered: &Gathered| (now - gathered.since).to_std().is_ok_and(|age| age >= limit);
        let forgotten: usize = self.done.values().filter(|done| is_over(done)).map(|done| done.parts.len()).sum();
        self.done.retain(|_, done| !is_over(done));
        self.parts -= forgotten;
        let keys: Vec<Key> = self.open.values().filter(|open| is_over(open)).map(|open| open.key.clone()).collect();
        let mut overdue: Vec<Gathered> = keys.iter().filter_map(|key| self.take_out(key)).collect();
        overdue.sort_by_key(|gathered| gathered.since);
        overdue
    }

    /// Messages that wait for parts.
    pub fn open(&self) -> usize {
        self.open.len()
    }

    fn take_out(&mut self, key: &Key) -> Option<Gathered> {
        let gathered = self.open.remove(key)?;
        self.parts -= gathered.parts.len();
        Some(gathered)
    }
}
