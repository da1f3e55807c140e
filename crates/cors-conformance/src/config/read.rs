//! The file, read as arguments of `run`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue};
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, CommandFactory as _};
use cors_vectors::error::nearest;
use toml::de::{DeTable, DeValue};

use crate::args::{Cli, Command, RunArgs};
use crate::baseline::file;
use crate::stop::Stop;

/// Options that are no matter of a file.
const TYPED_ONLY: [&str; 7] = [
    "color",
    "help",
    "quiet",
    "target",
    "verbose",
    "watch",
    "watch-path",
];

/// Options that name files: relative to the file that names them.
const PATHS: [&str; 5] = ["baseline", "cacert", "policy", "vectors", "write-policy"];

/// What is run.
#[derive(Debug)]
pub(crate) struct Run {
    /// The name of the target, where it stands in the file.
    pub(crate) name: Option<String>,
    /// Its arguments.
    pub(crate) args: RunArgs,
}

/// What the arguments (the program's name first), read as `args`, and the file ask for.
///
/// # Errors
///
/// The file cannot be used; the error names the line and the field. Or a target is not in it.
pub(crate) fn runs(arguments: &[OsString], args: &RunArgs) -> Result<Vec<Run>, Stop> {
    let path = file::path(args.baseline.baseline.as_deref());
    let text = if path.exists() {
        file::text(&path)?
    } else {
        String::new()
    };
    let file = ConfigFile {
        name: path.display().to_string(),
        text: &text,
        folder: path.parent().map(Path::to_path_buf).unwrap_or_default(),
    };
    let tables = file.tables()?;
    let typed = Typed::of(arguments)?;
    let wants_targets = args.target.is_none();
    if let Some(name) = args
        .targets
        .iter()
        .find(|name| !tables.targets.iter().any(|target| target.name == **name))
    {
        let all = tables.targets.iter().map(|target| target.name.as_str());
        let near = nearest(name, all);
        let hint = near
            .first()
            .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        return Err(Stop::usage(format_args!(
            "{}: there is no target `{name}`{hint}",
            file.name
        )));
    }
    let chosen = tables
        .targets
        .iter()
        .filter(|target| args.targets.is_empty() || args.targets.contains(&target.name));
    let chosen: Vec<&Table> = chosen.filter(|_| wants_targets).collect();
    if chosen.is_empty() {
        let args = file.arguments(&typed, None, &tables.options)?;
        return Ok(vec![Run { name: None, args }]);
    }
    let several = chosen.len() > 1;
    let run = |target: &&Table| {
        let args = file.arguments(&typed, Some(target), &tables.options)?;
        if several && typed.has("report") {
            return Err(Stop::usage(
                "--report would be written by each target: name one with --target, or give each a \
                 `report` in the file",
            ));
        }
        Ok(Run {
            name: Some(target.name.clone()),
            args,
        })
    };
    chosen.iter().map(run).collect()
}

/// The command line as it was typed.
struct Typed<'a> {
    program: &'a OsString,
    words: &'a [OsString],
    matches: ArgMatches,
}

impl<'a> Typed<'a> {
    fn of(arguments: &'a [OsString]) -> Result<Self, Stop> {
        let matches = Cli::command().try_get_matches_from(arguments);
        let mut matches = matches.map_err(Stop::bug)?;
        let (program, mut words) = arguments
            .split_first()
            .ok_or_else(|| Stop::bug("no program"))?;
        // `run`, or `baseline` with `init` or `prune`, which take the arguments of `run`.
        while let Some((name, of_it)) = matches.remove_subcommand() {
            matches = of_it;
            let at = words.iter().position(|word| *word == *name);
            words = at.and_then(|at| words.get(at + 1..)).unwrap_or_default();
        }
        Ok(Self {
            program,
            words,
            matches,
        })
    }

    /// Whether an option was given on the command line.
    fn has(&self, id: &str) -> bool {
        self.matches.try_contains_id(id).unwrap_or(false)
            && self.matches.value_source(id) == Some(ValueSource::CommandLine)
    }
}

/// The fields of a table, as words of a command line.
#[derive(Debug, Default)]
struct Table {
    /// How messages name it: `target[0]`.
    place: String,
    /// The line at which it begins, from 1.
    line: usize,
    /// Of a target.
    name: String,
    fields: Vec<Field>,
}

#[derive(Debug)]
struct Field {
    key: String,
    line: usize,
    id: String,
    words: Vec<OsString>,
}

struct Tables {
    options: Table,
    targets: Vec<Table>,
}

struct ConfigFile<'a> {
    name: String,
    text: &'a str,
    folder: PathBuf,
}

impl ConfigFile<'_> {
    /// The line of a place in the text, from 1.
    fn line(&self, at: usize) -> usize {
        self.text
            .get(..at)
            .unwrap_or_default()
            .matches('\n')
            .count()
            + 1
    }

    fn wrong(&self, line: usize, place: &str, text: &str) -> Stop {
        Stop::usage(format_args!("{}:{line}: {place}: {text}", self.name))
    }

    /// What the file says of targets and options; the known failures are read elsewhere.
    fn tables(&self) -> Result<Tables, Stop> {
        let whole = DeTable::parse(self.text).map_err(|error| {
            let at = error.span().map_or(1, |span| self.line(span.start));
            Stop::usage(format_args!("{}:{at}: {}", self.name, error.message()))
        })?;
        let whole = whole.get_ref();
        let run = Cli::command();
        let run = run
            .find_subcommand("run")
            .ok_or_else(|| Stop::bug("there is no `run`"))?;
        let options = match whole.get("options") {
            None => Table::default(),
            Some(value) => {
                let line = self.line(value.span().start);
                let DeValue::Table(table) = value.get_ref() else {
                    return Err(self.wrong(line, "options", "expected a table, `[options]`"));
                };
                self.table(run, table, "options", line)?
            }
        };
        let mut targets: Vec<Table> = Vec::new();
        if let Some(value) = whole.get("target") {
            let line = self.line(value.span().start);
            let DeValue::Array(array) = value.get_ref() else {
                return Err(self.wrong(line, "target", "expected tables, each `[[target]]`"));
            };
            for (index, value) in array.iter().enumerate() {
                let (place, line) = (format!("target[{index}]"), self.line(value.span().start));
                let DeValue::Table(table) = value.get_ref() else {
                    return Err(self.wrong(line, &place, "expected a table, `[[target]]`"));
                };
                let target = self.table(run, table, &place, line)?;
                if target.name.is_empty() {
                    return Err(self.wrong(line, &place, "it has no `name`, a text"));
                }
                if !target
                    .fields
                    .iter()
                    .any(|field| ["url", "cmd"].contains(&&*field.key))
                {
                    return Err(self.wrong(line, &place, "it has neither `url` nor `cmd`"));
                }
                if targets.iter().any(|other| other.name == target.name) {
                    return Err(self.wrong(line, &place, "another target has this name"));
                }
                targets.push(target);
            }
        }
        Ok(Tables { options, targets })
    }

    fn table(
        &self,
        run: &clap::Command,
        table: &DeTable<'_>,
        place: &str,
        line: usize,
    ) -> Result<Table, Stop> {
        let is_target = place != "options";
        let mut read = Table {
            place: place.to_owned(),
            line,
            ..Table::default()
        };
        for (key, value) in table {
            let line = self.line(key.span().start);
            let (key, value) = (key.get_ref().as_ref(), value.get_ref());
            let wrong = |text: &str| self.wrong(line, &format!("{place}.{key}"), text);
            if is_target && key == "name" {
                let name = value.as_str().filter(|name| !name.is_empty());
                name.ok_or_else(|| wrong("expected a text"))?
                    .clone_into(&mut read.name);
                continue;
            }
            let long = key.replace('_', "-");
            let is_whose = |arg: &&Arg| {
                let long = arg.get_long();
                long.is_some_and(|long| {
                    !TYPED_ONLY.contains(&long) && (is_target || long != "baseline")
                }) || (arg.get_id() == "url" && is_target)
            };
            let name_of = |arg: &Arg| arg.get_long().unwrap_or("url").to_owned();
            let known: Vec<&Arg> = run.get_arguments().filter(is_whose).collect();
            let Some(arg) = known.iter().find(|arg| name_of(arg) == long) else {
                let names: Vec<String> = known
                    .iter()
                    .map(|arg| name_of(arg).replace('-', "_"))
                    .collect();
                let near = nearest(key, names.iter().map(String::as_str));
                return Err(wrong(&match near.first() {
                    Some(near) => format!("there is no such option; did you mean `{near}`?"),
                    None => {
                        "there is no such option of `run`, or it is no matter of a file".to_owned()
                    }
                }));
            };
            read.fields.push(Field {
                key: key.to_owned(),
                line,
                id: arg.get_id().to_string(),
                words: self.words(arg, value).map_err(|text| wrong(&text))?,
            });
        }
        Ok(read)
    }

    /// A value as words of the command line.
    fn words(&self, arg: &Arg, value: &DeValue<'_>) -> Result<Vec<OsString>, String> {
        let Some(long) = arg.get_long() else {
            let url = value.as_str().ok_or("expected a text")?;
            return Ok(vec![url.into()]);
        };
        if matches!(arg.get_action(), ArgAction::SetTrue) {
            let DeValue::Boolean(given) = value else {
                return Err("expected true or false".to_owned());
            };
            return Ok(given
                .then(|| format!("--{long}").into())
                .into_iter()
                .collect());
        }
        let word = |value: &DeValue<'_>| {
            let text = match value {
                DeValue::String(text) => text.to_string(),
                DeValue::Integer(number) => number.to_string(),
                DeValue::Float(number) => number.to_string(),
                DeValue::Boolean(_)
                | DeValue::Datetime(_)
                | DeValue::Array(_)
                | DeValue::Table(_) => return Err("expected a text or a number".to_owned()),
            };
            let mut word = OsString::from(format!("--{long}="));
            if PATHS.contains(&long) {
                word.push(self.folder.join(text));
            } else {
                word.push(text);
            }
            Ok(word)
        };
        if let DeValue::Array(values) = value
            && matches!(arg.get_action(), ArgAction::Append)
        {
            return values.iter().map(|value| word(value.get_ref())).collect();
        }
        Ok(vec![word(value)?])
    }

    /// The arguments of `run` for a target.
    fn arguments(
        &self,
        typed: &Typed<'_>,
        target: Option<&Table>,
        options: &Table,
    ) -> Result<RunArgs, Stop> {
        let own = target.into_iter().flat_map(|target| &target.fields);
        let general = options.fields.iter().filter(|field| {
            let mut own = target.into_iter().flat_map(|target| &target.fields);
            !own.any(|own| own.id == field.id)
        });
        let of_target = own.map(|field| (target.unwrap_or(options), field));
        let fields = of_target.chain(general.map(|field| (options, field)));
        let fields: Vec<_> = fields.filter(|(_, field)| !typed.has(&field.id)).collect();
        let mut words = vec![typed.program.clone(), "run".into()];
        words.extend(fields.iter().flat_map(|(_, field)| field.words.clone()));
        words.extend(typed.words.iter().filter(|_| target.is_none()).cloned());
        if target.is_some() {
            words.extend(without_targets(typed.words));
        }
        let error = match <Cli as clap::Parser>::try_parse_from(words) {
            Ok(Cli {
                command: Some(Command::Run(args)),
                ..
            }) => return Ok(*args),
            Ok(_) => return Err(Stop::bug("`run` is not read as such")),
            Err(error) => error,
        };
        let argument = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(text)) => text.as_str(),
            _ => "",
        };
        let at_fault = fields.iter().find(|(_, field)| {
            let long = format!("--{}", field.key.replace('_', "-"));
            argument.split(' ').next() == Some(&long) || (argument == "[URL]" && field.key == "url")
        });
        let reason = std::error::Error::source(&error).map(ToString::to_string);
        let reason = reason.unwrap_or_else(|| {
            let text = error.to_string();
            let lines = text.lines().take_while(|line| !line.is_empty());
            let lines: Vec<&str> = lines.map(str::trim).collect();
            lines.join(" ").trim_start_matches("error: ").to_owned()
        });
        Err(match (at_fault, target) {
            (Some((table, field)), _) => self.wrong(
                field.line,
                &format!("{}.{}", table.place, field.key),
                &reason,
            ),
            (None, Some(target)) => self.wrong(target.line, &target.place, &reason),
            (None, None) => self.wrong(options.line, "options", &reason),
        })
    }
}

/// Words without those that choose targets.
fn without_targets(words: &[OsString]) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--target" {
            words.next();
        } else if !word.as_encoded_bytes().starts_with(b"--target=") {
            kept.push(word.clone());
        }
    }
    kept
}
