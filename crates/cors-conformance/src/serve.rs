//! `serve`: a server of the testbed on a socket of this machine.

use std::io::{self, Write};

use cors_harness::exit::Exit;
use cors_testbed::faults::{self, Fault, faults};
use cors_testbed::variants::{self, Variant, variants};
use cors_testbed::{Answers, Behaviour, Kit, Server, serve_at};
use cors_vectors::server_library;
use serde_json::{Value, json};

use crate::args::ServeArgs;
use crate::output::unwritable;
use crate::runtime::runtime;
use crate::stop::Stop;
use crate::target;
use cors_text::style::{FAINT, STRONG};

/// Serves until the user interrupts it, or lists what can be served.
pub(crate) fn run(args: &ServeArgs) -> Result<Exit, Stop> {
    if args.list {
        let list = if args.json { list_json } else { list };
        return match list(&mut anstream::stdout()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(unwritable("standard output", &error))
            }
            Ok(()) | Err(_) => Ok(Exit::AsExpected),
        };
    }
    let behaviour = behaviour(args)?;
    if let Some(file) = &args.policy {
        let policy = target::policy(file)?;
        let server = Server::new(&policy, behaviour).map_err(|reason| {
            let name = file.display();
            Stop::usage(format_args!("{name}: {}", reason.reason))
        })?;
        return listen(args.port, server, "resource");
    }
    let named = server_library().map_err(Stop::bug)?.policies();
    let named = named
        .iter()
        .map(|(name, named)| (name.as_str(), &named.policy));
    listen(args.port, Kit::new(named, &behaviour), "kit.json")
}

fn behaviour(args: &ServeArgs) -> Result<Behaviour, Stop> {
    let unknown = |what: &str, name: &str| {
        Stop::usage(format_args!(
            "no {what} is called {name:?}: `serve --list` names them all"
        ))
    };
    match (&args.fault, &args.variant) {
        (Some(name), _) => match faults::find(name) {
            Some(fault) => Ok(fault.behaviour()),
            None => Err(unknown("fault", name)),
        },
        (None, Some(name)) => match variants::find(name) {
            Some(variant) => Ok(variant.behaviour()),
            None => Err(unknown("variant", name)),
        },
        (None, None) => Ok(Behaviour::REFERENCE),
    }
}

fn listen<S: Answers>(port: u16, server: S, path: &str) -> Result<Exit, Stop> {
    let runtime = runtime()?;
    runtime.block_on(async {
        let running = serve_at(port, server).await.map_err(|error| {
            Stop::usage(format_args!("port {port} cannot be listened on: {error}"))
        })?;
        let mut sink = anstream::stdout();
        let told = writeln!(sink, "{}/{path}", running.url()).and_then(|()| sink.flush());
        told.map_err(|error| unwritable("standard output", &error))?;
        let interrupted = tokio::signal::ctrl_c().await;
        running.stop().await;
        interrupted.map(|()| Exit::AsExpected).map_err(Stop::bug)
    })
}

fn list(sink: &mut dyn Write) -> io::Result<()> {
    writeln!(sink, "{STRONG}Faults{STRONG:#} (--fault NAME)")?;
    for fault in faults() {
        writeln!(
            sink,
            "  {}  {FAINT}{}{FAINT:#}  {}",
            fault.name, fault.class, fault.about
        )?;
    }
    writeln!(sink, "{STRONG}Variants{STRONG:#} (--variant NAME)")?;
    for variant in variants() {
        writeln!(sink, "  {}  {}", variant.name, variant.about)?;
    }
    Ok(())
}

fn list_json(sink: &mut dyn Write) -> io::Result<()> {
    let fault =
        |fault: &Fault| json!({"name": fault.name, "class": fault.class, "about": fault.about});
    let faults: Vec<Value> = faults().iter().map(fault).collect();
    let variant = |variant: &Variant| json!({"name": variant.name, "about": variant.about});
    let variants: Vec<Value> = variants().iter().map(variant).collect();
    writeln!(sink, "{}", json!({"faults": faults, "variants": variants}))
}
