//! A table in memory that can take back what was written since the last [`Table::keep`].

use std::collections::BTreeMap;
use std::ops::Deref;

/// Rows by their primary key, in its order.
#[derive(Debug)]
pub struct Table<K, V> {
    rows: BTreeMap<K, V>,
    /// What stood under a key before each write, the latest last.
    undo: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), undo: Vec::new() }
    }
}

impl<K, V> Deref for Table<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &Self::Target {
        &self.rows
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    /// Writes a row over whatever stands there.
    pub fn put(&mut self, key: K, row: V) {
        let before = self.rows.insert(key.clone(), row);
        self.undo.push((key, before));
    }

    /// `ON CONFLICT DO NOTHING`: false where a row stands already.
    pub fn add(&mut self, key: K, row: V) -> bool {
        let is_new = !self.rows.contains_key(&key);
        if is_new {
            self.put(key, row);
        }
        is_new
    }

    /// False where there is no such row.
    pub fn change(&mut self, key: &K, change: impl FnOnce(&mut V)) -> bool {
        let Some(row) = self.rows.get_mut(key) else { return false };
        self.undo.push((key.clone(), Some(row.clone())));
        change(row);
        true
    }

    /// Changes every row that `is_meant`; how many that were.
    pub fn change_where(&mut self, is_meant: impl Fn(&K, &V) -> bool, mut change: impl FnMut(&mut V)) -> usize {
        let mut changed = 0;
        for (key, row) in self.rows.iter_mut().filter(|(key, row)| is_meant(key, row)) {
            self.undo.push((key.clone(), Some(row.clone())));
            change(row);
            changed += 1;
        }
        changed
    }

    pub fn take(&mut self, key: &K) -> Option<V> {
        let row = self.rows.remove(key)?;
        self.undo.push((key.clone(), Some(row.clone())));
        Some(row)
    }

    /// Takes every row that `is_meant` away; how many that were.
    pub fn take_where(&mut self, is_meant: impl Fn(&K, &V) -> bool) -> usize {
        let meant: Vec<K> =
            self.rows.iter().filter(|(key, row)| is_meant(key, row)).map(|(key, _)| key.clone()).collect();
        meant.iter().filter(|key| self.take(key).is_some()).count()
    }

    /// Ends the transaction: what was written stays.
    pub(super) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Ends the transaction: nothing was written.
    pub(super) fn roll_back(&mut self) {
        while let Some((key, before)) = self.undo.pop() {
            match before {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}
