//! The list of the targets.

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Its name, which is that of its program and of its folders of inputs.
    pub name: &'static str,
    /// Runs one input, and panics when something does not hold.
    pub run: fn(&[u8]),
}

macro_rules! targets {
    ($($name:ident),* $(,)?) => {
        &[$(Target { name: stringify!($name), run: crate::$name::run }),*]
    };
}

/// Every target, by name; without `empty`, the yardstick of measurements.
pub const TARGETS: &[Target] = targets![
    agent_cases,
    cache,
    case_reader,
    cors_check,
    differential_actix_cors,
    differential_poem,
    differential_salvo,
    differential_tower_http,
    differential_warp,
    exchange,
    explained,
    har,
    header_lists,
    html,
    http_text,
    junit,
    markdown,
    max_age,
    mime,
    ndjson,
    origin,
    origin_urls,
    policy_reader,
    preflight,
    range,
    redirects,
    safelist,
    script_apis,
    sequences,
    terminal,
    unsafe_names,
];

#[cfg(test)]
mod tests {
    use super::TARGETS;

    /// Inputs that anyone would try first, and noise that is the same in each run.
    #[test]
    fn every_target_takes_any_bytes() {
        let mut state = 1_u64;
        let mut next = || {
            // xorshift64: any noise does.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            u8::try_from(state & 0xff).expect("one byte")
        };
        for target in TARGETS {
            (target.run)(b"");
            (target.run)(&[0; 300]);
            (target.run)(&[0xff; 300]);
            for length in 0..200 {
                let bytes: Vec<u8> = (0..length).map(|_| next()).collect();
                (target.run)(&bytes);
            }
        }
    }
}
