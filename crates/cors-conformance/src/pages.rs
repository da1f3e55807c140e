//! `pages`: what is handed out beside the program, made from its own arguments.

use std::fs::create_dir_all;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use cors_harness::exit::Exit;

use crate::args::Cli;
use crate::output::unwritable;
use crate::stop::Stop;

/// The shells that are completed for.
const SHELLS: [Shell; 4] = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell];

/// Writes the man pages into `man/man1` below the folder, and completions into `completions`.
pub(crate) fn write(folder: &Path) -> Result<Exit, Stop> {
    let failed = |error| unwritable(&folder.display().to_string(), &error);
    let man = folder.join("man/man1");
    let completions = folder.join("completions");
    create_dir_all(&man)
        .and_then(|()| create_dir_all(&completions))
        .map_err(failed)?;
    clap_mangen::generate_to(Cli::command(), &man).map_err(failed)?;
    for shell in SHELLS {
        let mut command = Cli::command();
        clap_complete::generate_to(shell, &mut command, "cors-conformance", &completions)
            .map_err(failed)?;
    }
    Ok(Exit::AsExpected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subcommand_has_a_page_and_each_shell_its_completions() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path()).unwrap();
        let text = |path: &str| std::fs::read_to_string(folder.path().join(path)).unwrap();
        let all = Cli::command();
        for command in all
            .get_subcommands()
            .filter(|command| !command.is_hide_set())
        {
            let name = command.get_name();
            let page = text(&format!("man/man1/cors-conformance-{name}.1"));
            assert!(page.contains(".SH NAME"), "{name}");
            for completed in [
                "cors-conformance.bash",
                "_cors-conformance",
                "cors-conformance.fish",
            ] {
                let completed = text(&format!("completions/{completed}"));
                assert!(completed.contains(name), "{name}");
            }
        }
        assert!(text("man/man1/cors-conformance.1").contains("Exit status"));
        assert!(text("completions/_cors-conformance.ps1").contains("fail-on"));
        let hidden = folder.path().join("man/man1/cors-conformance-fuzz-hunt.1");
        assert!(!hidden.exists(), "what is hidden has no page");
    }
}
