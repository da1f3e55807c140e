//! What a server remembers between requests: its call counter, and the notes of stateful faults.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// State that all clones of one server share.
#[derive(Debug, Default)]
pub struct Memory {
    calls: AtomicU64,
    notes: Mutex<BTreeMap<String, String>>,
}

impl Memory {
    /// Counts a call of `/resource` and returns the number of calls so far, this one included.
    pub fn count_call(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// What was last remembered under `key`.
    pub fn recall(&self, key: &str) -> Option<String> {
        self.notes.lock().ok()?.get(key).cloned()
    }

    /// Remembers `value` under `key` and returns what was there before.
    pub fn remember(&self, key: &str, value: &str) -> Option<String> {
        self.notes
            .lock()
            .ok()?
            .insert(key.to_owned(), value.to_owned())
    }

    /// Returns how often this was called with `key` before.
    pub fn visits(&self, key: &str) -> u64 {
        let before = self
            .recall(key)
            .and_then(|count| count.parse().ok())
            .unwrap_or(0);
        self.remember(key, &(before + 1).to_string());
        before
    }
}
