//! Processes as `/proc` shows them: what is left of a run.

use std::fs;
use std::time::Duration;

/// The variable by which the processes of a run are known.
pub(super) const MARK: &str = "CORS_CONFORMANCE_CHAOS";

/// How long the machine has been running.
pub(super) fn uptime() -> Duration {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let seconds = text.split(' ').next().and_then(|word| word.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or_default())
}

/// Processes that carry the mark of a run.
pub(super) fn marked(mark: &str) -> Vec<i32> {
    let wanted = format!("{MARK}={mark}");
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    ids.filter(|id| {
        let environment = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        let mut all = environment.split(|byte| *byte == 0);
        all.any(|one| one == wanted.as_bytes())
    })
    .collect()
}
