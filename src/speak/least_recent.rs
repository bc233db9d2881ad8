//! A bounded store that forgets what was used least recently. Pure: what is forgotten is handed back.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Values by key, each with its size, bounded by the sum of sizes.
pub(super) struct LeastRecent<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// Keys by when they were used last; every use has a number of its own.
    by_use: BTreeMap<u64, K>,
    uses: u64,
    size: u64,
    limit: u64,
}

struct Entry<V> {
    value: V,
    size: u64,
    used: u64,
}

impl<K: Copy + Eq + Hash, V> LeastRecent<K, V> {
    /// A store of at most `limit`, in the unit of the sizes.
    pub(super) fn new(limit: u64) -> Self {
        Self { entries: HashMap::new(), by_use: BTreeMap::new(), uses: 0, size: 0, limit }
    }

    /// The value of `key`, which counts as a use.
    pub(super) fn get(&mut self, key: &K) -> Option<&V> {
        let entry = self.entries.get_mut(key)?;
        self.uses += 1;
        self.by_use.remove(&entry.used);
        entry.used = self.uses;
        self.by_use.insert(self.uses, *key);
        Some(&entry.value)
    }

    /// Whether `key` is there; not a use.
    pub(super) fn contains(&self, key: &K) -> bool {
        self.entries.contains_key(key)
    }

    /// Puts `value` in and gives back the keys that had to go. A value larger than the limit goes at once.
    pub(super) fn insert(&mut self, key: K, value: V, size: u64) -> Vec<K> {
        self.remove(&key);
        self.uses += 1;
        self.entries.insert(key, Entry { value, size, used: self.uses });
        self.by_use.insert(self.uses, key);
        self.size += size;
        let mut gone = Vec::new();
        while self.size > self.limit {
            let Some((_, oldest)) = self.by_use.first_key_value() else { break };
            let oldest = *oldest;
            self.remove(&oldest);
            gone.push(oldest);
        }
        gone
    }

    /// Takes `key` out.
    pub(super) fn remove(&mut self, key: &K) {
        if let Some(entry) = self.entries.remove(key) {
            self.by_use.remove(&entry.used);
            self.size -= entry.size;
        }
    }

    /// The sum of sizes.
    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    /// How many values there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let mut store = LeastRecent::new(30);
        assert!(store.insert('a', 1, 10).is_empty());
        assert!(store.insert('b', 2, 10).is_empty());
        assert!(store.insert('c', 3, 10).is_empty());
        assert_eq!(store.get(&'a'), Some(&1));
        assert_eq!(store.insert('d', 4, 15), ['b', 'c']);
        assert_eq!((store.size(), store.len()), (25, 2));
        assert!(store.contains(&'a') && store.contains(&'d') && !store.contains(&'b'));
    }

    #[test]
    fn a_value_put_in_again_counts_once() {
        let mut store = LeastRecent::new(30);
        store.insert('a', 1, 10);
        store.insert('a', 2, 20);
        assert_eq!((store.size(), store.len()), (20, 1));
        assert_eq!(store.get(&'a'), Some(&2));
    }

    #[test]
    fn a_value_too_large_is_not_kept() {
        let mut store = LeastRecent::new(30);
        assert_eq!(store.insert('a', 1, 31), ['a']);
        assert_eq!((store.size(), store.len()), (0, 0));
    }
}
