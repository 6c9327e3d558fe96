//! Days and instants of the contact's that begin a flow: when the next one is due is part of the state.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::run::Run;
use super::state::{Begins, Later};
use crate::domain::Timestamp;
use crate::flows::definition::{Flow, Schedule};
use crate::flows::turn::{Fault, Question};
use crate::flows::value::{Row, Value};

/// Nobody is wished a happy birthday any later than this.
const LATE_MAX: TimeDelta = TimeDelta::hours(24);

/// No two clocks of the world are further apart.
const ZONES_APART: TimeDelta = TimeDelta::hours(26);

impl Run<'_> {
    /// Writes down when each day comes next. One that is due and has not come yet stays.
    pub(super) fn plan_days(&mut self) {
        let now = self.context.now;
        let mut days = std::mem::take(&mut self.state.days);
        days.retain(|_, due| *due <= now);
        for (flow, schedule) in schedules(&self.set.flows) {
            let key = key(flow, schedule);
            let value = schedule.when.expression.value(self);
            if let Some(due) = value.and_then(|value| self.next(&value, schedule.clock))
                && !days.contains_key(&key)
            {
                days.insert(key, due);
            }
        }
        self.state.days = days;
    }

    /// A day comes every year, on the 28th where the 29th of February is missing; an instant comes once.
    fn next(&self, value: &Value, clock: NaiveTime) -> Option<Timestamp> {
        let now = self.context.now;
        match value {
            Value::DateTime(at) => Some(*at).filter(|at| *at > now),
            Value::Date(day) => {
                let this_year = now.with_timezone(&self.context.zone).year();
                [this_year, this_year + 1].into_iter().find_map(|year| {
                    let day = day.with_year(year).or_else(|| NaiveDate::from_ymd_opt(year, day.month(), 28))?;
                    self.at_clock(day, clock).filter(|at| *at > now)
                })
            }
            _ => None,
        }
    }

    /// The instant at which the tenant's clocks show this; an hour later where they skip it.
    fn at_clock(&self, day: NaiveDate, clock: NaiveTime) -> Option<Timestamp> {
        let local = day.and_time(clock);
        let zone = self.context.zone;
        let at = local.and_local_timezone(zone).earliest();
        let at = at.or_else(|| (local + TimeDelta::hours(1)).and_local_timezone(zone).earliest());
        let latest = day.checked_add_days(Days::new(1))?;
        at.map(|at| at.with_timezone(&Utc)).filter(|at: &DateTime<Utc>| at.date_naive() <= latest)
    }

    /// A day has come: its flow begins. What has come too late is counted and comes next year.
    pub(super) fn day_comes(&mut self) -> Option<Question> {
        let now = self.context.now;
        let key = self.state.days.iter().filter(|(_, due)| **due <= now).min_by_key(|(_, due)| **due)?.0.clone();
        let due = self.state.days.remove(&key)?;
        let set = self.set;
        let found = schedules(&set.flows).find(|(flow, schedule)| self::key(flow, schedule) == key);
        let value = found.and_then(|(_, schedule)| schedule.when.expression.value(self));
        let again = found.zip(value).and_then(|((_, schedule), value)| self.next(&value, schedule.clock));
        if again.is_some_and(|again| again - due <= ZONES_APART) {
            // The tenant moved to another zone: the same day comes later than it was planned. The plan is made anew.
            return None;
        }
        let Some((flow, schedule)) = found.filter(|_| now - due <= LATE_MAX) else {
            self.faults.push(Fault::Event);
            return None;
        };
        let by = Begins::Day(schedule.key.clone());
        self.begin_over(Later { flow: flow.name.clone(), by, vals: Row::new() })
    }
}

fn schedules(flows: &[Flow]) -> impl Iterator<Item = (&Flow, &Schedule)> {
    flows.iter().flat_map(|flow| flow.start.schedule.iter().map(move |schedule| (flow, schedule)))
}

fn key(flow: &Flow, schedule: &Schedule) -> String {
    format!("{}.{}", flow.name, schedule.key)
}
