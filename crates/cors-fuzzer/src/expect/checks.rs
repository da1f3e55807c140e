//! The checks of a generated step, and what their names mean.

use cors_vectors::check::{
    Check, HeaderIs, HeaderStatement, On, Statement, StatusStatement, WireIs, WireStatement,
};
use cors_vectors::server::Level;

pub(crate) fn header(name: &str, is: HeaderIs) -> Statement {
    let header = name.to_owned();
    Statement::Header(HeaderStatement { header, is })
}

pub(crate) fn status(ranges: &[(u16, u16)]) -> Statement {
    let status = ranges.to_vec();
    Statement::Status(StatusStatement { status })
}

/// The checks of one step; their ids are their own within the case.
pub(crate) struct Checks {
    number: usize,
    pub(crate) checks: Vec<Check>,
}

impl Checks {
    pub(crate) fn new(number: usize) -> Self {
        let checks = Vec::new();
        Self { number, checks }
    }

    pub(crate) fn add(&mut self, id: &str, level: Level, on: On, statement: Statement) {
        self.push(id, level, on, None, statement);
    }

    pub(crate) fn add_when(
        &mut self,
        id: &str,
        level: Level,
        on: On,
        when: Statement,
        statement: Statement,
    ) {
        self.push(id, level, on, Some(when), statement);
    }

    /// Takes back the checks whose ids do not fit.
    pub(crate) fn retain(&mut self, fits: impl Fn(&str) -> bool) {
        self.checks.retain(|check| fits(&check.id));
    }

    pub(crate) fn wire(&mut self, id: &str, wire: WireIs) {
        let statement = Statement::Wire(WireStatement { wire });
        self.push(id, Level::Must, On::Last, None, statement);
    }

    fn push(
        &mut self,
        id: &str,
        level: Level,
        on: On,
        when: Option<Statement>,
        statement: Statement,
    ) {
        let mut id = match self.number {
            0 => id.to_owned(),
            number => format!("{id}-s{number}"),
        };
        while self.checks.iter().any(|check| check.id == id) {
            id.push_str("-2");
        }
        self.checks.push(Check {
            why: None,
            id,
            level,
            on,
            when,
            statement,
        });
    }
}

/// The requirement behind a check's id.
pub(crate) fn requirement(id: &str) -> &str {
    let id = id.strip_prefix("preflight-").unwrap_or(id);
    let id = id.split_once(':').map_or(id, |(kind, _)| kind);
    let mut id = id.strip_suffix("-with-credentials").unwrap_or(id);
    while let Some((before, last)) = id.rsplit_once('-') {
        let digits = last.strip_prefix('s').unwrap_or(last);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            break;
        }
        id = before;
    }
    id
}
