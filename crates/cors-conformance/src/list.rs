//! `list`: the cases that a selection names.

use std::io::{self, Write};

use cors_harness::exit::Exit;
use cors_vectors::server::ServerCase;

use crate::args::ListArgs;
use crate::stop::Stop;
use crate::{cases, output};
use cors_report::block::level;
use cors_text::style::{FAINT, STRONG};
use cors_text::terminal::sentence;

/// Lists cases, one a line.
pub(crate) fn run(args: &ListArgs) -> Result<Exit, Stop> {
    let library = cases::load_for_servers(&args.selection)?;
    let chosen = cases::choose(library.server_cases(), &args.selection)?;
    let mut sink = anstream::stdout();
    for case in &chosen {
        if let Err(error) = print(&mut sink, case, args.verbose) {
            if error.kind() == io::ErrorKind::BrokenPipe {
                break;
            }
            return Err(output::unwritable("standard output", &error));
        }
    }
    Ok(if chosen.is_empty() {
        Exit::NothingRan
    } else {
        Exit::AsExpected
    })
}

fn print(sink: &mut dyn Write, case: &ServerCase, verbose: bool) -> io::Result<()> {
    let title = sentence(&case.title);
    let (id, level) = (sentence(&case.id), level(case.level));
    if !verbose {
        return writeln!(sink, "{id}  {FAINT}{level}{FAINT:#}  {title}");
    }
    writeln!(
        sink,
        "{STRONG}{id}{STRONG:#} ({level}, policy {})",
        sentence(&case.policy)
    )?;
    writeln!(sink, "  {title}")?;
    writeln!(sink, "  {}", sentence(&case.why))?;
    for (name, list) in [
        ("spec", &case.spec),
        ("tags", &case.tags),
        ("catches", &case.catches),
    ] {
        if !list.is_empty() {
            writeln!(
                sink,
                "  {FAINT}{name:<8}{FAINT:#}{}",
                sentence(&list.join(", "))
            )?;
        }
    }
    if let Some(pair) = &case.paired_with {
        writeln!(sink, "  {FAINT}{:<8}{FAINT:#}{}", "pair", sentence(pair))?;
    }
    writeln!(sink)
}
