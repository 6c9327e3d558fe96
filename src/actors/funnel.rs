//! How people walk through the flows, counted in memory and written every few seconds. A statistic: what was counted since the last writing
//! goes with a crash.

use std::collections::HashMap;

use chrono::NaiveDate;
use parking_lot::Mutex;
use smol_str::SmolStr;

use crate::domain::{TenantId, Timestamp};
use crate::flows::{Channel, Count, Passing};
use crate::store::{FlowCount, Store, StoreError};

/// Steps counted between two writings; more are not counted, and that is counted.
const STEPS_MAX: usize = 20_000;

/// One step on one day, by one channel.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Place {
    tenant: TenantId,
    day: NaiveDate,
    revision: i32,
    channel: Channel,
    flow: SmolStr,
    step: SmolStr,
}

/// Where turns leave their counts. Cheap to share.
#[derive(Debug, Default)]
pub struct Funnel {
    counts: Mutex<HashMap<Place, [i64; 4]>>,
}

/// Whose counts they are.
#[derive(Debug, Clone, Copy)]
pub struct Walked {
    pub tenant: TenantId,
    pub revision: i32,
    pub channel: Channel,
    pub at: Timestamp,
}

impl Funnel {
    /// Adds what one committed turn counted.
    pub fn add(&self, walked: Walked, counts: Vec<Count>) {
        if counts.is_empty() {
            return;
        }
        let Walked { tenant, revision, channel, at } = walked;
        let day = at.date_naive();
        let mut all = self.counts.lock();
        for Count { flow, step, what } in counts {
            let place = Place { tenant, day, revision, channel, flow, step };
            if all.len() >= STEPS_MAX && !all.contains_key(&place) {
                metrics::counter!("ganira_funnel_overflow_total").increment(1);
                continue;
            }
            all.entry(place).or_default()[column(what)] += 1;
        }
    }

    /// Writes what has gathered. If that fails it is kept for the next time.
    pub async fn write(&self, store: &dyn Store) -> Result<(), StoreError> {
        let gathered = std::mem::take(&mut *self.counts.lock());
        if gathered.is_empty() {
            return Ok(());
        }
        let rows: Vec<FlowCount> = gathered.iter().map(|(place, counts)| row(place, *counts)).collect();
        let written = store.count_flows(&rows).await;
        if written.is_err() {
            let mut all = self.counts.lock();
            for (place, counts) in gathered {
                let kept = all.entry(place).or_default();
                kept.iter_mut().zip(counts).for_each(|(kept, count)| *kept += count);
            }
        }
        written
    }
}

fn column(what: Passing) -> usize {
    match what {
        Passing::Entered => 0,
        Passing::Answered => 1,
        Passing::Reasked => 2,
        Passing::Left => 3,
    }
}

fn row(place: &Place, [entered, answered, asked_again, left]: [i64; 4]) -> FlowCount {
    FlowCount {
        tenant: place.tenant,
        day: place.day,
        revision: place.revision,
        flow: place.flow.to_string(),
        step: place.step.to_string(),
        channel: place.channel.as_str(),
        entered,
        answered,
        asked_again,
        left,
    }
}
