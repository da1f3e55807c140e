//! Whose behaviour is explained, when that is not the standard's: an engine, where it does something
//! else, and what is known of that.

use cors_model::dialect::Dialect;
use cors_model::dialect::Engine;
use cors_vectors::known::agents::known;
use cors_vectors::known::entry::Known as KnownFailure;
use cors_vectors::known::file::KnownFile;
use cors_vectors::observed::{ObservedError, observed};
use serde::Serialize;

/// The engine whose behaviour an explanation is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EngineView {
    /// Its name.
    pub name: String,
    /// The version that was looked at.
    pub version: String,
    /// The day on which it was looked at.
    pub date: String,
    /// What the standard says instead, as a sentence; absent where the engine does the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard: Option<String>,
    /// Why: what is known of the engine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departures: Vec<DepartureView>,
}

/// Where an engine leaves the standard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DepartureView {
    /// The name of the deviation, or of what its cases accept.
    pub name: String,
    /// What the engine does, and what the standard says.
    pub reason: String,
    /// The steps of the standard that it leaves.
    pub spec: Vec<String>,
    /// A case that shows it.
    pub case: String,
}

impl From<&KnownFailure> for DepartureView {
    fn from(deviation: &KnownFailure) -> Self {
        Self {
            name: deviation.name.clone().unwrap_or_default(),
            reason: deviation.reason.clone(),
            spec: deviation.spec.clone(),
            case: deviation.cases.first().cloned().unwrap_or_default(),
        }
    }
}

/// An engine with what is known of it.
#[derive(Debug, Clone)]
pub struct Known {
    engine: Engine,
    version: String,
    date: String,
    failures: KnownFile,
}

impl Known {
    /// What the embedded files say of an engine.
    ///
    /// # Errors
    ///
    /// They cannot be read, or are missing.
    pub fn of(engine: Engine) -> Result<Self, ObservedError> {
        let unusable = |said: String| ObservedError {
            file: engine.name().to_owned(),
            said,
        };
        let missing = || unusable("nothing is known of it".to_owned());
        let record = observed(engine.name())?.ok_or_else(missing)?;
        let failures = known(engine.name()).map_err(|error| unusable(error.to_string()))?;
        Ok(Self {
            engine,
            version: record.version,
            date: record.date,
            failures: failures.ok_or_else(missing)?,
        })
    }

    /// How it departs from the standard.
    pub const fn dialect(&self) -> Dialect {
        self.engine.dialect()
    }

    /// The engine's part of an explanation. `play` says what becomes of what is explained under a
    /// dialect; `standard` says as a sentence what the standard makes of it. Of several deviations by
    /// one departure those are named that the case shows, if any does.
    pub fn view<T: PartialEq>(
        &self,
        case: Option<&str>,
        play: impl Fn(Dialect) -> T,
        standard: impl FnOnce(&T) -> String,
    ) -> EngineView {
        let (own, usual) = (play(self.dialect()), play(Dialect::STANDARD));
        let mut departures = Vec::new();
        if own != usual {
            for (field, without) in self.dialect().departures() {
                if play(without) != own {
                    departures.extend(self.named(field, case));
                }
            }
        }
        EngineView {
            departures,
            ..self.differing((own != usual).then(|| standard(&usual)))
        }
    }

    /// The same with what is different, if anything is, and no reason for it.
    pub fn differing(&self, standard: Option<String>) -> EngineView {
        EngineView {
            name: self.dialect().name.to_owned(),
            version: self.version.clone(),
            date: self.date.clone(),
            standard,
            departures: Vec::new(),
        }
    }

    fn named(&self, field: &str, case: Option<&str>) -> Vec<DepartureView> {
        let all = self.failures.entries.iter().map(|entry| &entry.known);
        let all = all.filter(|known| known.dialect.as_deref() == Some(field));
        let all: Vec<&KnownFailure> = all.collect();
        let shows = |known: &KnownFailure| known.cases.iter().any(|id| Some(id.as_str()) == case);
        let those = |is_wanted: &dyn Fn(&KnownFailure) -> bool| -> Vec<&KnownFailure> {
            all.iter()
                .copied()
                .filter(|known| is_wanted(known))
                .collect()
        };
        let lists = [
            those(&shows),
            those(&|known| !known.accepted),
            those(&|known| known.accepted),
        ];
        let list = lists.into_iter().find(|list| !list.is_empty());
        list.into_iter().flatten().map(Into::into).collect()
    }
}
