//! What libFuzzer says of a run at its end.

use anyhow::Context as _;

/// The numbers of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stats {
    /// How many inputs were run.
    pub(crate) executed: u64,
    /// How many of them in a second, on average.
    pub(crate) each_second: u64,
}

/// Reads them from what it printed.
pub(crate) fn read(said: &str) -> anyhow::Result<Stats> {
    let number = |name: &str| {
        said.lines()
            .filter_map(|line| line.strip_prefix("stat::"))
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .and_then(|text| text.trim().parse().ok())
            .with_context(|| format!("libFuzzer does not say {name}"))
    };
    Ok(Stats {
        executed: number("number_of_executed_units")?,
        each_second: number("average_exec_per_sec")?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Stats, read};

    #[test]
    fn numbers_are_read_from_the_last_lines() {
        let said = "#7 DONE cov: 1\nDone 7 runs in 1 second(s)\n\
            stat::number_of_executed_units: 7000\nstat::average_exec_per_sec:     3500\n";
        let expected = Stats {
            executed: 7000,
            each_second: 3500,
        };
        assert_eq!(read(said).unwrap(), expected);
        let error = read("stat::number_of_executed_units: many").unwrap_err();
        assert!(
            error.to_string().contains("number_of_executed_units"),
            "{error}"
        );
    }
}
