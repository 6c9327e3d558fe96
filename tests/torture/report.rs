//! What a row found: how often its fault bit, what was checked, what was wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::Violation;

#[derive(Debug, Default)]
pub struct Report {
    /// How often the fault was ordered.
    pub runs: usize,
    /// How often it did what it is feared for, by what that is. A row without a bite has shown nothing.
    pub bites: Vec<(&'static str, usize)>,
    /// Messages and hops that were acknowledged and looked for.
    pub messages: usize,
    /// For how long nobody was answered, fault by fault.
    pub gaps: Vec<Duration>,
    pub figures: Vec<(&'static str, String)>,
    times: BTreeMap<&'static str, Duration>,
    sums: BTreeMap<&'static str, usize>,
    pub violations: BTreeMap<Violation, Vec<String>>,
    /// Messages that are to lie among the dead letters.
    pub dead_letters_expected: i64,
    /// How long the row took.
    pub took: Duration,
}

impl Report {
    pub fn add(&mut self, violation: Violation, what: impl Into<String>) {
        self.violations.entry(violation).or_default().push(what.into());
    }

    #[cfg(feature = "planted-bugs")]
    pub fn has(&self, violation: Violation) -> bool {
        self.violations.contains_key(&violation)
    }

    pub fn figure(&mut self, name: &'static str, value: impl std::fmt::Display) {
        self.figures.push((name, value.to_string()));
    }

    /// Keeps the longest of several times.
    pub fn slowest(&mut self, name: &'static str, took: Duration) {
        let most = self.times.entry(name).or_default();
        *most = took.max(*most);
    }

    /// Adds to a sum that is told, and need not be more than zero.
    pub fn more(&mut self, name: &'static str, times: usize) {
        *self.sums.entry(name).or_default() += times;
    }

    /// Counts bites of one kind; the same kind again adds to it.
    pub fn bit(&mut self, what: &'static str, times: usize) {
        match self.bites.iter_mut().find(|(known, _)| *known == what) {
            Some((_, sum)) => *sum += times,
            None => self.bites.push((what, times)),
        }
    }

    /// Figures, sums and longest times.
    pub fn all_figures(&self) -> impl Iterator<Item = (&'static str, String)> {
        let times = self.times.iter().map(|(name, most)| (*name, format!("{most:.1?}")));
        let sums = self.sums.iter().map(|(name, sum)| (*name, sum.to_string()));
        times.chain(sums).chain(self.figures.iter().map(|(name, value)| (*name, value.clone())))
    }

    pub fn violations(&self) -> usize {
        self.violations.values().map(Vec::len).sum()
    }

    /// The median and the longest gap.
    pub fn gap(&self) -> Option<(Duration, Duration)> {
        let mut gaps = self.gaps.clone();
        gaps.sort_unstable();
        Some((*gaps.get(gaps.len() / 2)?, *gaps.last()?))
    }

    pub fn print(&self) {
        println!("{:<44} {}", "runs", self.runs);
        for (what, times) in &self.bites {
            println!("bit: {what:<39} {times}");
        }
        for (name, value) in self.all_figures() {
            println!("{name:<44} {value}");
        }
        if let Some((median, most)) = self.gap() {
            println!("{:<44} {median:.0?}, {most:.0?}", "nobody was answered for, median and most");
        }
        for (violation, examples) in &self.violations {
            println!("VIOLATION {violation:?}: {} times", examples.len());
            for example in examples.iter().take(5) {
                println!("    {example}");
            }
        }
        println!("{:<44} {}", "violations", self.violations());
        println!("{:<44} {:.1?}", "time", self.took);
    }

    /// What keeps this row from proving anything.
    pub fn complaint(&self) -> Option<String> {
        if self.violations() > 0 {
            return Some(format!("{} violations", self.violations()));
        }
        if self.bites.is_empty() {
            return Some("nothing says whether the fault bit".to_owned());
        }
        let missed: Vec<&str> = self.bites.iter().filter(|(_, times)| *times == 0).map(|(what, _)| *what).collect();
        (!missed.is_empty()).then(|| format!("never bit: {}", missed.join(", ")))
    }
}
