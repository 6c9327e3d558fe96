//! The dice of one step: everything a step is follows from one number and from what the tables hold.

use chrono::{Days, NaiveDate, TimeDelta};
use ganira::domain::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::super::ground;

#[derive(Debug)]
pub struct Dice(StdRng);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    pub fn number(&mut self, from: i64, until: i64) -> i64 {
        self.0.random_range(from..until)
    }

    pub fn percent(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    pub fn of<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    /// One of them, if there are any.
    pub fn any<T>(&mut self, choices: impl Iterator<Item = T>) -> Option<T> {
        let mut choices: Vec<T> = choices.collect();
        (!choices.is_empty()).then(|| choices.swap_remove(self.below(choices.len())))
    }

    /// With so many percent.
    pub fn maybe<T>(&mut self, percent: u32, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.percent(percent).then(|| make(self))
    }

    /// So many of them, at most.
    pub fn several<T>(&mut self, from: usize, until: usize, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = from + self.below(until - from + 1);
        (0..count).map(|_| make(self)).collect()
    }

    /// One of few, so that it is met again.
    pub fn hash(&mut self, of: u8, few: u8) -> [u8; 16] {
        let mut hash = [of; 16];
        hash[15] = self.0.random_range(0..few);
        hash
    }

    /// Never met before.
    pub fn fresh_hash(&mut self) -> [u8; 16] {
        self.0.random()
    }

    pub fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(6);
        (0..length).map(|_| self.0.random()).collect()
    }

    /// Hardly ever the same instant twice.
    pub fn instant(&mut self) -> Timestamp {
        ground::base() + TimeDelta::microseconds(self.number(0, 86_400_000_000))
    }

    /// Days before or after the present: what the databases' own clocks decide about.
    pub fn long_ago_or_ahead(&mut self) -> Timestamp {
        // Today at midnight, and not near it.
        ground::base() + TimeDelta::days(self.of(&[0, 1, 3, 4]))
    }

    /// A day that has a partition, but for a few.
    pub fn day(&mut self) -> NaiveDate {
        let today = ground::base().date_naive() + Days::new(2);
        match self.below(120) {
            0 => today - Days::new(9),
            1 => today + Days::new(8),
            2 => today - Days::new(8),
            3 => today + Days::new(7),
            4..50 => today - Days::new(1),
            _ => today,
        }
    }

    pub fn uuid(&mut self, few: u8) -> String {
        uuid::Builder::from_custom_bytes(self.hash(7, few)).into_uuid().to_string()
    }
}
