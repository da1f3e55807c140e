//! What engines say on their consoles: how each is made to tell, and what of it is about which case.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use cors_model::dialect::Engine;
use cors_vectors::agent::Place;
use serde_json::{Value, json};

use crate::world::World;

/// Firefox picks a port for its remote protocol, and writes it into its profile.
pub(super) const FIREFOX_PREFERENCES: &str = "user_pref(\"marionette.port\", 0);\n";

/// How long Firefox may take for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a message may take to the console.
const LAST_WORDS: Duration = Duration::from_millis(700);

/// Longest message of Firefox's remote protocol, in bytes.
const LONGEST: usize = 16 * 1024 * 1024;

/// The script that asks Firefox for the messages of its console. Those of pages are script errors;
/// others are its own affair.
const MESSAGES: &str = "return Services.console.getMessageArray().flatMap((message) => {
  try { return [message.QueryInterface(Ci.nsIScriptError).errorMessage]; } catch (_) { return []; }
})";

/// Where an engine's console is read.
#[derive(Debug)]
pub(super) struct Console {
    engine: Engine,
    home: PathBuf,
}

impl Console {
    pub(super) fn new(engine: Engine, home: &Path) -> Self {
        Self {
            engine,
            home: home.to_owned(),
        }
    }

    fn file(&self) -> PathBuf {
        self.home.join("console.txt")
    }

    /// The command that starts the browser with its output in a file.
    pub(super) fn command(&self, program: &Path) -> io::Result<Command> {
        let file = File::create(self.file())?;
        let mut command = match self.engine {
            // Its page process is ended from outside, with what it has not written by then.
            Engine::Webkit => {
                let mut command = Command::new("stdbuf");
                command.arg("-oL").arg(program);
                command
            }
            Engine::Chromium | Engine::Firefox => Command::new(program),
        };
        command.stdout(file.try_clone()?).stderr(file);
        Ok(command)
    }

    /// What makes the engine tell.
    pub(super) const fn arguments(engine: Engine) -> &'static [&'static str] {
        match engine {
            Engine::Chromium => &["--enable-logging=stderr"],
            Engine::Firefox => &["-marionette", "-remote-allow-system-access"],
            Engine::Webkit => &["--enable-write-console-messages-to-stdout=true"],
        }
    }

    /// What was said so far.
    pub(super) fn read(&self) -> io::Result<Vec<String>> {
        // The last of it may be on its way from one process to another.
        std::thread::sleep(LAST_WORDS);
        if self.engine == Engine::Firefox {
            return self.ask();
        }
        let text = fs::read(self.file())?;
        let text = String::from_utf8_lossy(&text);
        Ok(text
            .lines()
            .filter_map(|line| message(self.engine, line))
            .collect())
    }

    /// Asks Firefox by its remote protocol.
    fn ask(&self) -> io::Result<Vec<String>> {
        let port = fs::read_to_string(self.home.join("MarionetteActivePort"))?;
        let port: u16 = port.trim().parse().map_err(io::Error::other)?;
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        packet(&mut stream)?;
        let script = json!({ "script": MESSAGES, "args": [] });
        let mut last = Value::Null;
        for (id, (name, parameters)) in [
            ("WebDriver:NewSession", json!({})),
            ("Marionette:SetContext", json!({ "value": "chrome" })),
            ("WebDriver:ExecuteScript", script),
        ]
        .into_iter()
        .enumerate()
        {
            let command = json!([0, id, name, parameters]).to_string();
            stream.write_all(format!("{}:{command}", command.len()).as_bytes())?;
            last = packet(&mut stream)?;
            if let Some(error) = last.get(2).filter(|error| !error.is_null()) {
                return Err(io::Error::other(format!("{name}: {error}")));
            }
        }
        let said = last.pointer("/3/value").and_then(Value::as_array);
        let said = said.ok_or_else(|| io::Error::other("Firefox tells no messages"))?;
        let text = |message: &Value| message.as_str().map(str::to_owned);
        let about_cors = |said: &String| said.starts_with("Cross-Origin Request");
        Ok(said.iter().filter_map(text).filter(about_cors).collect())
    }
}

/// A message of Firefox's remote protocol: its length, a colon, JSON.
fn packet(stream: &mut TcpStream) -> io::Result<Value> {
    let mut length: usize = 0;
    loop {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        match byte {
            [b':'] => break,
            [digit @ b'0'..=b'9'] if length < LONGEST => {
                length = length * 10 + usize::from(digit - b'0');
            }
            _ => {
                return Err(io::Error::other(
                    "Firefox's remote protocol is not understood",
                ));
            }
        }
    }
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes)?;
    serde_json::from_slice(&bytes).map_err(io::Error::other)
}

/// The message in a line of output, if there is one.
fn message(engine: Engine, line: &str) -> Option<String> {
    match engine {
        Engine::Chromium => {
            let (_, said) = line.split_once(":CONSOLE")?.1.split_once("] \"")?;
            let (said, _) = said.rsplit_once("\", source: ")?;
            Some(said.to_owned())
        }
        Engine::Firefox => None,
        Engine::Webkit => {
            let said = line.strip_prefix("CONSOLE ")?;
            let (kind, said) = said.split_once(" ERROR ")?;
            ["JS", "SECURITY", "NETWORK"]
                .contains(&kind)
                .then(|| said.to_owned())
        }
    }
}

/// What was said of each case, by its number: messages name its URL, or come before one that does,
/// when cases run one at a time. Origins and the URL are replaced by their placeholders.
pub(super) fn by_case(
    engine: Engine,
    messages: Vec<String>,
    worlds: &[World],
) -> BTreeMap<usize, Vec<String>> {
    let mut all: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let mut before: Vec<String> = Vec::new();
    for message in messages {
        let names = |world: &&World| {
            [Place::Page, Place::Cross, Place::Third]
                .into_iter()
                .any(|place| message.contains(&world.url(place)))
        };
        // Of two cases the id of one may begin with that of the other.
        let about = worlds
            .iter()
            .enumerate()
            .filter(|(_, world)| names(world))
            .max_by_key(|(_, world)| world.url(Place::Cross).len());
        // WebKit gives the reason first, and then the URL.
        if engine != Engine::Webkit {
            before.clear();
        }
        before.push(message.clone());
        if let Some((number, world)) = about {
            let said = before.drain(..).map(|said| anonymous(&said, world));
            let list = all.entry(number).or_default();
            for said in said {
                if !list.contains(&said) {
                    list.push(said);
                }
            }
        }
    }
    all
}

fn anonymous(said: &str, world: &World) -> String {
    let mut said = said.to_owned();
    for (place, name) in [
        (Place::Page, "page"),
        (Place::Cross, "cross"),
        (Place::Third, "third"),
    ] {
        said = said.replace(&world.url(place), &format!("{{{name}.url}}"));
        said = said.replace(world.origin(place), &format!("{{{name}}}"));
        said = said.replace(world.authority(place), &format!("{{{name}.host}}"));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::case;

    #[test]
    fn messages_are_found_in_what_engines_print() {
        let line = "[1:2:1122/171414.6:INFO:CONSOLE:0] \"Access to fetch at 'x' has \"a\".\", source: http://p/ (0)";
        let said = message(Engine::Chromium, line);
        assert_eq!(said.as_deref(), Some("Access to fetch at 'x' has \"a\"."));
        assert_eq!(message(Engine::Chromium, "[1:2:ERROR:dbus] no bus"), None);
        let said = message(
            Engine::Webkit,
            "CONSOLE SECURITY ERROR Origin p is not allowed.",
        );
        assert_eq!(said.as_deref(), Some("Origin p is not allowed."));
        assert_eq!(message(Engine::Webkit, "CONSOLE CONSOLE-API LOG x"), None);
    }

    #[test]
    fn messages_belong_to_the_case_whose_url_comes_next() {
        let worlds: Vec<World> = ["a/b", "a/bc"]
            .map(|id| World::new(&case(id), "http://p:1", "http://c:2", "http://t:3"))
            .into();
        let messages = [
            "Origin http://p:1 is not allowed.",
            "Cannot load http://c:2/c/a/b.",
            "Cannot load http://c:2/c/a/b.",
            "Cannot load http://t:3/c/a/bc/2.",
            "nothing of ours",
        ];
        let messages: Vec<String> = messages.map(str::to_owned).into();
        let said = by_case(Engine::Webkit, messages.clone(), &worlds);
        assert_eq!(
            said,
            BTreeMap::from([
                (
                    0,
                    vec![
                        "Origin {page} is not allowed.".to_owned(),
                        "Cannot load {cross.url}.".to_owned()
                    ]
                ),
                (1, vec!["Cannot load {third.url}/2.".to_owned()]),
            ])
        );
        let said = by_case(Engine::Chromium, messages, &worlds);
        assert_eq!(said[&0], ["Cannot load {cross.url}."]);
    }
}
