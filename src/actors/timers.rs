//! Timers: the next minute of alarm rows in memory, fired on time as events. The rows are the truth; losing this memory loses nothing.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::sync::mpsc;
use tokio::time::Instant;

use super::event::Verdict;
use super::fence::Fence;
use super::ingress::Ingress;
use super::shared::World;
use crate::domain::{Conversation, Timestamp};
use crate::store::DueTimer;

/// How far ahead rows are read into memory.
const HORIZON: TimeDelta = TimeDelta::seconds(60);
/// How often the table is read again.
const REFRESH: Duration = Duration::from_secs(20);
/// Rows held at once; with more due the horizon is nearer.
const HELD_MAX: i32 = 20_000;
/// A clock that was set by more than this is noticed within as long: what was read by it is read again.
const SLIP: Duration = Duration::from_secs(1);
/// Firings in flight at once: herds at full hours are paced.
const FIRING_MAX: usize = 256;
/// When a firing found no way in, or the table could not be read, it is tried again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The entrance to the timers. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Timers(mpsc::UnboundedSender<DueTimer>);

/// The other end, before the task is started.
#[derive(Debug)]
pub struct TimersQueue(mpsc::UnboundedReceiver<DueTimer>);

pub fn channel() -> (Timers, TimersQueue) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Timers(sender), TimersQueue(receiver))
}

impl Timers {
    /// A commit wrote this alarm. The queue is bounded by the turns in flight; what lies beyond the horizon is dropped at once.
    pub fn arm(&self, due: Timestamp, conversation: Conversation) {
        let _ = self.0.send(DueTimer { due, conversation });
    }
}

/// Runs until the fence falls.
pub async fn run(world: Arc<World>, fence: Fence, ingress: Ingress, queue: TimersQueue) {
    let (ended, endings) = mpsc::unbounded_channel();
    let wheel = Wheel {
        read_at: (world.clock.now(), Instant::now()),
        world,
        ingress,
        held: BTreeSet::new(),
        horizon: Timestamp::UNIX_EPOCH,
        firing: HashSet::new(),
        ended,
    };
    tokio::select! {
        biased;
        () = fence.fallen() => {}
        () = wheel.run(queue.0, endings) => {}
    }
}

struct Wheel {
    world: Arc<World>,
    ingress: Ingress,
    /// By the instant at which to fire: the row's own, or later where an earlier try found no way in.
    held: BTreeSet<(Timestamp, DueTimer)>,
    /// Every row due before this is held, in flight or done.
    horizon: Timestamp,
    /// When the table was last read: by the clock that is set, and by the one that only goes on.
    read_at: (Timestamp, Instant),
    firing: HashSet<DueTimer>,
    ended: mpsc::UnboundedSender<(DueTimer, Verdict)>,
}

impl Wheel {
    async fn run(
        mut self,
        mut queue: mpsc::UnboundedReceiver<DueTimer>,
        mut endings: mpsc::UnboundedReceiver<(DueTimer, Verdict)>,
    ) {
        let mut refresh = tokio::time::interval(REFRESH);
        refresh.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            if self.clock_was_set() {
                refresh.reset_immediately();
            }
            let until_due = self.until_next().min(SLIP);
            tokio::select! {
                // What is rarely ready stands before what may always be.
                biased;
                () = tokio::time::sleep(until_due) => self.fire_due(),
                _ = refresh.tick() => {
                    if !self.refresh().await {
                        // Until it is read, nothing near is held.
                        refresh.reset_after(AGAIN_AFTER);
                    }
                }
                Some((timer, verdict)) = endings.recv() => self.end(timer, verdict),
                Some(timer) = queue.recv() => self.hold(timer),
            }
        }
    }

    /// Until the first held timer is due; a long time where nothing may be fired now.
    fn until_next(&self) -> Duration {
        match self.held.first() {
            Some((at, _)) if self.firing.len() < FIRING_MAX => {
                (*at - self.world.clock.now()).to_std().unwrap_or_default()
            }
            _ => REFRESH,
        }
    }

    fn clock_was_set(&self) -> bool {
        let (at, by) = self.read_at;
        let slip = (self.world.clock.now() - at) - TimeDelta::from_std(by.elapsed()).unwrap_or_default();
        slip.abs().to_std().is_ok_and(|slip| slip > SLIP)
    }

    /// False: the table could not be read.
    async fn refresh(&mut self) -> bool {
        self.read_at = (self.world.clock.now(), Instant::now());
        let until = self.read_at.0 + HORIZON;
        match self.world.store.due_timers(until, HELD_MAX).await {
            Ok(rows) => {
                let full = rows.len() >= HELD_MAX as usize;
                self.horizon = if full { rows.last().map_or(until, |row| row.due) } else { until };
                for row in rows.into_iter().filter(|row| !self.firing.contains(row)) {
                    self.held.insert((row.due, row));
                }
            }
            Err(error) => {
                tracing::warn!(error = %error.source, "the timers could not be read");
                return false;
            }
        }
        true
    }

    fn hold(&mut self, timer: DueTimer) {
        if timer.due <= self.horizon {
            self.held.insert((timer.due, timer));
        }
    }

    fn fire_due(&mut self) {
        let now = self.world.clock.now();
        while self.firing.len() < FIRING_MAX
            && let Some((at, timer)) = self.held.first().copied()
            && at <= now
        {
            self.held.pop_first();
            if !self.firing.insert(timer) {
                continue;
            }
            metrics::histogram!("ganira_timer_late_seconds").record((now - timer.due).as_seconds_f64());
            let ingress = self.ingress.clone();
            let ended = self.ended.clone();
            super::spawn(async move {
                #[cfg(feature = "planted-bugs")]
                if super::plant::Plant::TimerFiredByBoth.grows() {
                    ingress.alarm(timer.conversation, timer.due).await;
                }
                let verdict = ingress.alarm(timer.conversation, timer.due).await;
                let _ = ended.send((timer, verdict));
            });
        }
    }

    /// A firing that found no way in comes again; its row is still there.
    fn end(&mut self, timer: DueTimer, verdict: Verdict) {
        self.firing.remove(&timer);
        if verdict == Verdict::Unavailable {
            self.held.insert((self.world.clock.now() + AGAIN_AFTER, timer));
        }
    }
}
