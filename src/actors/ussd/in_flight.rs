//! Hops in flight: one that comes again meanwhile waits for the same screen.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use quick_cache::sync::Cache;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::{Conversation, Screen};

/// Hops, sessions and people remembered in memory.
const REMEMBERED_MAX: usize = 20_000;

/// How long a refused hop is refused again: gateways repeat within seconds, and what comes later is meant anew.
const TOLD_FOR: Duration = Duration::from_mins(1);

/// Names a hop: the same one again has the same.
pub type HopKey = [u8; 16];

/// See the module. What it remembers beside may be lost at any moment without harm.
#[derive(Debug)]
pub struct InFlight {
    waiting: Mutex<HashMap<HopKey, watch::Receiver<Option<Screen>>>>,
    /// What was told instead of a screen, and until when it is told again.
    told: Cache<HopKey, (Screen, Instant)>,
    /// Whose session it is, for gateways that name nothing but the session when it ends.
    sessions: Cache<HopKey, Conversation>,
    /// The language of people who speak another than their tenant.
    languages: Cache<Conversation, String>,
}

/// Where a hop sits down.
#[derive(Debug)]
pub enum Seat {
    /// It is the first of its name; its screen is to be given here.
    First(watch::Sender<Option<Screen>>),
    /// The screen of the one before will be its own.
    Behind(watch::Receiver<Option<Screen>>),
    /// It was refused before, and is again.
    Told(Screen),
}

impl Default for InFlight {
    fn default() -> Self {
        Self {
            waiting: Mutex::default(),
            told: Cache::new(REMEMBERED_MAX),
            sessions: Cache::new(REMEMBERED_MAX),
            languages: Cache::new(REMEMBERED_MAX),
        }
    }
}

impl InFlight {
    pub fn sit(&self, hop: HopKey) -> Seat {
        if let Some((told, until)) = self.told.get(&hop)
            && Instant::now() < until
        {
            return Seat::Told(told);
        }
        let mut waiting = self.waiting.lock();
        if let Some(before) = waiting.get(&hop) {
            return Seat::Behind(before.clone());
        }
        let (sender, receiver) = watch::channel(None);
        waiting.insert(hop, receiver);
        Seat::First(sender)
    }

    /// The hop is answered.
    pub fn rise(&self, hop: HopKey) {
        self.waiting.lock().remove(&hop);
    }

    /// Whoever sends this hop again is told the same.
    pub fn keep_told(&self, hop: HopKey, screen: Screen) {
        self.told.insert(hop, (screen, Instant::now() + TOLD_FOR));
    }

    pub fn began(&self, session: HopKey, who: Conversation) {
        self.sessions.insert(session, who);
    }

    pub fn whose(&self, session: HopKey) -> Option<Conversation> {
        self.sessions.get(&session)
    }

    /// The language a person was last spoken to in.
    pub fn spoke(&self, who: Conversation, language: &str, usual: &str) {
        if language != usual || self.languages.get(&who).is_some() {
            self.languages.insert(who, language.to_owned());
        }
    }

    pub fn language(&self, who: Conversation) -> Option<String> {
        self.languages.get(&who)
    }
}
