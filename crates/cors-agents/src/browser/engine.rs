//! The engines: which programs they are, where they are found, how they are started. The emulators,
//! which run inside Node.js, are in [`super::emulator`].

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use cors_model::dialect::Engine;
use cors_net::process::Group;
use cors_vectors::agent::AgentCase;
use tempfile::TempDir;

use super::console::{self, Console};
use super::emulator::{Emulator, Package, find};
use super::program::{LaunchError, NODE, Program, first_line};
use super::skip;

const CHROMIUM: Program = Program {
    name: "Chromium",
    variable: "CORS_CHROMIUM",
    names: &["chromium", "chromium-browser", "google-chrome"],
    paths: &["/usr/bin/chromium"],
};
const FIREFOX: Program = Program {
    name: "Firefox",
    variable: "CORS_FIREFOX",
    names: &["firefox-esr", "firefox"],
    paths: &["/usr/bin/firefox-esr"],
};
const MINI_BROWSER: Program = Program {
    name: "WebKitGTK's MiniBrowser",
    variable: "CORS_WEBKIT",
    names: &["MiniBrowser"],
    paths: &[
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.0/MiniBrowser",
    ],
};
const XVFB: Program = Program {
    name: "Xvfb, on which WebKitGTK draws",
    variable: "CORS_XVFB",
    names: &["Xvfb"],
    paths: &["/usr/bin/Xvfb"],
};

/// Preferences that keep Firefox from talking to anybody but us, and from asking people.
const FIREFOX_PREFERENCES: &str = r#"user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.aboutwelcome.enabled", false);
user_pref("browser.newtabpage.enabled", false);
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("dom.min_background_timeout_value", 4);
user_pref("extensions.update.enabled", false);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("network.auth.subresource-http-auth-allow", 0);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.dns.disablePrefetch", true);
user_pref("network.prefetch-next", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
user_pref("toolkit.telemetry.unified", false);
"#;

/// Third-party cookies are allowed: what the cases ask about is credentials mode, not this.
const CHROMIUM_PREFERENCES: &str =
    r#"{"profile":{"block_third_party_cookies":false,"cookie_controls_mode":0}}"#;

const CHROMIUM_FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--metrics-recording-only",
    "--password-store=basic",
];

/// A browser that runs. Dropping it ends every process it started and removes its profile.
#[derive(Debug)]
pub struct Browser {
    engine: Option<Engine>,
    group: Group,
    /// The display of WebKit, which ends after the browser.
    _display: Option<Display>,
    /// What it says on its console, when that is wanted.
    console: Option<Console>,
    /// Its profile, removed last.
    _folder: TempDir,
}

impl Browser {
    /// Whether it has ended by itself.
    pub fn has_exited(&self) -> bool {
        self.group.has_exited()
    }

    /// Which it is; `None` for an emulator.
    pub const fn engine(&self) -> Option<Engine> {
        self.engine
    }

    /// What it has said on its console so far, a message a string.
    ///
    /// # Errors
    ///
    /// It does not tell.
    pub fn console(&self) -> io::Result<Vec<String>> {
        self.console
            .as_ref()
            .map_or_else(|| Ok(Vec::new()), Console::read)
    }
}

/// An engine or an emulator that is installed, with what it needs.
#[derive(Debug)]
pub struct Installed {
    what: What,
    program: PathBuf,
    display: Option<Display>,
    /// Its name and version, as it says it.
    pub version: String,
    /// Whether what it says on its console is kept.
    pub talks: bool,
}

/// What is installed.
#[derive(Debug)]
enum What {
    Engine(Engine),
    Package(Package),
}

/// The program of an engine.
const fn program(engine: Engine) -> Program {
    match engine {
        Engine::Chromium => CHROMIUM,
        Engine::Firefox => FIREFOX,
        Engine::Webkit => MINI_BROWSER,
    }
}

impl Installed {
    /// Finds the programs of an engine and asks for its version.
    ///
    /// # Errors
    ///
    /// Something is missing or does not run.
    pub fn engine(engine: Engine) -> Result<Self, LaunchError> {
        let about = program(engine);
        let program = about.find()?;
        let display = match engine {
            Engine::Webkit => Some(Display::open()?),
            Engine::Chromium | Engine::Firefox => None,
        };
        let mut command = Command::new(&program);
        command.arg("--version");
        if let Some(display) = &display {
            command.env("DISPLAY", &display.name);
        }
        let said = first_line(&about, &mut command)?.1;
        let version = said
            .ok_or(LaunchError::Silent("the browser does not tell its version"))?
            .trim()
            .to_owned();
        Ok(Self {
            what: What::Engine(engine),
            program,
            display,
            version,
            talks: false,
        })
    }

    /// Finds Node.js and the package of an emulator, and asks for the versions.
    ///
    /// The package is looked for in the folder that `CORS_EMULATORS` names; without that in
    /// `target/agents`, where `cargo xtask agents install` puts it; and if that is not there in the
    /// current folder.
    ///
    /// # Errors
    ///
    /// Something is missing or does not run.
    pub fn emulator(emulator: Emulator) -> Result<Self, LaunchError> {
        let (package, program, version) = find(emulator)?;
        Ok(Self {
            what: What::Package(package),
            program,
            display: None,
            version,
            talks: false,
        })
    }

    /// Why a case is not run here; `None` when it is.
    pub fn skip(&self, case: &AgentCase) -> Option<String> {
        match &self.what {
            What::Engine(engine) => skip::reason(case, *engine),
            What::Package(package) => skip::for_emulator(case, package.emulator),
        }
    }

    /// Starts the browser on a page, with a profile of its own.
    ///
    /// # Errors
    ///
    /// It does not start, or its profile cannot be written.
    pub fn start(self, url: &str) -> Result<Browser, LaunchError> {
        let about = match &self.what {
            What::Engine(engine) => program(*engine),
            What::Package(_) => NODE,
        };
        let io = |source| LaunchError::Start {
            what: about.name,
            source,
        };
        let folder = tempfile::Builder::new()
            .prefix("cors-conformance-")
            .tempdir()
            .map_err(io)?;
        let home = folder.path();
        let engine = match &self.what {
            What::Engine(engine) => Some(*engine),
            // What emulators say nobody has ever searched for.
            What::Package(_) => None,
        };
        let talks = engine.filter(|_| self.talks);
        let console = talks.map(|engine| Console::new(engine, home));
        let mut command = match &console {
            Some(console) => console.command(&self.program).map_err(io)?,
            None => silent(&self.program),
        };
        command
            .stdin(Stdio::null())
            .current_dir(home)
            .env("HOME", home);
        match &self.what {
            What::Package(package) => package.arguments(&mut command),
            What::Engine(Engine::Chromium) => {
                write(&home.join("Default/Preferences"), CHROMIUM_PREFERENCES).map_err(io)?;
                let mut profile = std::ffi::OsString::from("--user-data-dir=");
                profile.push(home);
                command.args(CHROMIUM_FLAGS).arg(profile);
            }
            What::Engine(Engine::Firefox) => {
                let mut preferences = FIREFOX_PREFERENCES.to_owned();
                if self.talks {
                    preferences += console::FIREFOX_PREFERENCES;
                }
                write(&home.join("user.js"), &preferences).map_err(io)?;
                command
                    .env("MOZ_CRASHREPORTER_DISABLE", "1")
                    .args(["-headless", "-no-remote", "-profile"])
                    .arg(home);
            }
            What::Engine(Engine::Webkit) => {
                for name in [
                    "XDG_CACHE_HOME",
                    "XDG_DATA_HOME",
                    "XDG_CONFIG_HOME",
                    "XDG_RUNTIME_DIR",
                ] {
                    command.env(name, home);
                }
                let display = self.display.as_ref().map(|display| display.name.as_str());
                command
                    .env("DISPLAY", display.unwrap_or_default())
                    .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
                    .env("LIBGL_ALWAYS_SOFTWARE", "1")
                    .env("GSETTINGS_BACKEND", "memory")
                    .env("NO_AT_BRIDGE", "1")
                    .env("GDK_BACKEND", "x11")
                    .arg("--cookies-policy=always");
                if !self.talks {
                    // Private pages say nothing on the console. The profile is thrown away anyway.
                    command.arg("-p");
                }
            }
        }
        if let Some(engine) = talks {
            command.args(Console::arguments(engine));
        }
        let group = about.spawn(command.arg(url))?;
        Ok(Browser {
            engine,
            group,
            console,
            _display: self.display,
            _folder: folder,
        })
    }
}

fn silent(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// A display without a screen.
#[derive(Debug)]
struct Display {
    name: String,
    _server: Group,
}

impl Display {
    fn open() -> Result<Self, LaunchError> {
        let program = XVFB.find()?;
        let mut command = Command::new(program);
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0"]);
        let (server, said) = first_line(&XVFB, command.arg("1024x768x24"))?;
        let number = said.ok_or(LaunchError::Silent("Xvfb does not tell its display"))?;
        Ok(Self {
            name: format!(":{}", number.trim()),
            _server: server,
        })
    }
}
