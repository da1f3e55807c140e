//! The documents held to the program: their command lines parse, their options, links and exit
//! statuses exist, their files can be read, and a command prints what they show.

use std::collections::BTreeSet;
use std::path::Path;

use clap::error::ErrorKind;
use clap::{Command, CommandFactory as _, Parser as _};
use cors_conformance::args::Cli;
use cors_harness::exit::Exit;
use cors_harness::kit::{Manifest, nonsense};
use cors_testbed::{faults, variants};
use cors_vectors::fill::{AGENT_PLACEHOLDERS, SERVER_PLACEHOLDERS};
use cors_vectors::policy::Policy;
use cors_vectors::read::{check_policy, read_policy_toml};
use cors_vectors::server::Endpoint;

use crate::pages::{Block, Page, page, pages, root, user_pages};
use crate::program::{run, text};
use crate::transcripts::{masked, transcript};

/// How documents write the program: installed, and in a clone.
const NAMES: [&str; 2] = ["cors-conformance", "cargo xtask conformance"];

/// Exit statuses of other programs: `EX_USAGE`, by which a command says that it cannot express a
/// policy.
const OTHERS: [u8; 1] = [64];

/// The words of a command line of the program, without its name; `None` for other lines.
fn words(line: &str) -> Option<Vec<String>> {
    let line = line.trim();
    let line = ["$ ", "- ", "run: ", "script: "]
        .iter()
        .fold(line, |line, prefix| {
            line.strip_prefix(prefix).unwrap_or(line)
        });
    let rest = NAMES.iter().find_map(|name| line.strip_prefix(name))?;
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let words = shlex::split(rest).unwrap_or_else(|| panic!("not a command line: {line}"));
    let mut kept = Vec::new();
    for word in words {
        if word.starts_with(['|', '>', '&', ';']) || word.starts_with("2>") {
            break;
        }
        match word.strip_suffix(';') {
            Some(last) => {
                kept.push(last.to_owned());
                break;
            }
            None => kept.push(word),
        }
    }
    Some(kept)
}

/// The command lines in a block, continued lines put together.
fn lines(page: &Page, block: &Block) -> Vec<Vec<String>> {
    let joined = page.code(block).replace("\\\n", " ");
    // What a console shows else is output.
    let prefix = if block.language() == "console" {
        "$ "
    } else {
        ""
    };
    let commands = joined.lines().filter(|line| line.starts_with(prefix));
    commands.filter_map(words).collect()
}

/// Every option of a command and of those below it, such as `--policy` and `-t`.
fn options(command: &Command) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = ["-h", "--help", "-V", "--version"].map(Into::into).into();
    for argument in command.get_arguments() {
        all.extend(argument.get_long().map(|long| format!("--{long}")));
        all.extend(argument.get_short().map(|short| format!("-{short}")));
    }
    all.extend(command.get_subcommands().flat_map(options));
    all
}

#[test]
fn command_lines_are_understood() {
    let mut seen = 0;
    for page in pages() {
        for block in &page.blocks {
            for words in lines(&page, block) {
                let line = words.join(" ");
                let program = std::iter::once("cors-conformance".to_owned());
                let parsed = Cli::try_parse_from(program.chain(words));
                let at = format!("{}:{}: {line}", page.name(), page.line(block));
                match parsed.map(|cli| cli.command) {
                    Ok(Some(cors_conformance::args::Command::Serve(args))) => {
                        let fault = args.fault.as_deref().map(faults::find);
                        assert!(!matches!(fault, Some(None)), "{at}: no such fault");
                        let variant = args.variant.as_deref().map(variants::find);
                        assert!(!matches!(variant, Some(None)), "{at}: no such variant");
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let shown = [ErrorKind::DisplayHelp, ErrorKind::DisplayVersion];
                        assert!(shown.contains(&error.kind()), "{at}: {error}");
                    }
                }
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} command lines were found");
}

#[test]
fn options_and_subcommands_in_sentences_exist() {
    let known = options(&Cli::command());
    let root = Cli::command();
    let mut seen = 0;
    for page in user_pages() {
        for span in &page.spans {
            let words = words(span);
            let of_program = words.is_some();
            let words = words.unwrap_or_else(|| span.split(' ').map(str::to_owned).collect());
            if let Some(name) = words.first()
                && of_program
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
                && !name.starts_with('-')
            {
                let found = root.find_subcommand(name).is_some();
                assert!(found, "{}: `{span}`: no subcommand {name}", page.name());
            }
            if !of_program && !span.starts_with('-') {
                continue;
            }
            for word in words
                .iter()
                .filter(|word| word.starts_with('-') && word.len() > 1)
            {
                let option = word.split('=').next().unwrap_or_default();
                // Several short ones may be written together.
                let repeated = option.starts_with("-v") && option[1..].bytes().all(|b| b == b'v');
                let found = known.contains(option) || repeated;
                assert!(found, "{}: `{span}`: no option {option}", page.name());
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "only {seen} options were found");
}

#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for page in pages() {
        for link in &page.links {
            if link.starts_with("https://") || link.starts_with("http://") {
                continue;
            }
            let (file, anchor) = link.split_once('#').unwrap_or((link.as_str(), ""));
            let target = if file.is_empty() {
                page.path.clone()
            } else {
                page.path.parent().unwrap().join(file)
            };
            assert!(target.exists(), "{}: {link}: no such file", page.name());
            if !anchor.is_empty() {
                let anchors = Page::read(target).anchors;
                let found = anchors.iter().any(|known| known == anchor);
                assert!(found, "{}: {link}: only {anchors:?}", page.name());
            }
            seen += 1;
        }
    }
    assert!(seen > 30, "only {seen} links were found");
}

#[test]
fn exit_statuses_exist() {
    let real: BTreeSet<u8> = Exit::BY_PRECEDENCE.iter().map(|exit| exit.code()).collect();
    let mut seen = 0;
    for page in pages() {
        let prose = page.prose.to_lowercase();
        for rest in prose.split("exit status ").skip(1) {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let Ok(code) = digits.parse::<u8>() else {
                continue;
            };
            let known = real.contains(&code) || OTHERS.contains(&code);
            assert!(known, "{}: exit status {code}", page.name());
            seen += 1;
        }
    }
    assert!(seen > 5, "only {seen} exit statuses were found");
    // The page about them has a heading for each.
    let page = page("crates/cors-conformance/docs/exit-statuses.md");
    let headings = page.anchors.iter();
    let explained = headings.filter_map(|anchor| anchor.split('-').next()?.parse().ok());
    assert_eq!(explained.collect::<BTreeSet<u8>>(), real);
}

#[test]
fn every_page_is_found_from_the_readme_which_is_short() {
    let readme = page("README.md");
    for page in &user_pages()[1..] {
        let name = page.name();
        assert!(
            readme.links.contains(&name),
            "README.md does not link {name}"
        );
    }
    for command in ["cargo xtask conformance", "cargo test --workspace"] {
        assert!(readme.text.contains(command), "README.md lacks {command}");
    }
    let words = readme.text.split_whitespace().count();
    assert!(words <= 900, "README.md has {words} words: at most 900");
}

#[test]
fn the_architecture_names_every_crate() {
    let architecture = page("ARCHITECTURE.md");
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("crates/{name}");
        let named = architecture.spans.contains(&path);
        assert!(named, "ARCHITECTURE.md has no row for `{path}`");
    }
}

/// The policy of the examples: the first TOML block of README.md.
fn example_policy() -> String {
    let readme = page("README.md");
    let block = readme
        .blocks
        .iter()
        .find(|block| block.language() == "toml");
    readme.code(block.unwrap()).to_owned()
}

#[test]
fn files_in_the_documents_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cors-conformance.toml");
    let mut seen = 0;
    for page in user_pages() {
        for block in &page.blocks {
            let code = page.code(block);
            let at = format!("{}:{}", page.name(), page.line(block));
            if block.language() == "toml" && code.contains("allow_origins") {
                read_policy_toml(&at, code).unwrap();
            } else if block.language() == "toml" && code.contains("[[known]]") {
                std::fs::write(&file, code).unwrap();
                let ran = run(&["baseline", "check", "--baseline", text(&file)]);
                assert_eq!(ran.code, Some(0), "{at}: {ran:#?}");
            } else if block.language() == "json" && code.contains("\"kit\"") {
                serde_json::from_str::<Manifest>(code)
                    .unwrap_or_else(|error| panic!("{at}: {error}"));
            } else if block.language() == "json" && code.contains("\"allow_origins\"") {
                let policy: Policy =
                    serde_json::from_str(code).unwrap_or_else(|error| panic!("{at}: {error}"));
                if policy != nonsense() {
                    check_policy(&at, &policy).unwrap();
                }
            } else {
                continue;
            }
            seen += 1;
        }
    }
    assert!(seen > 4, "only {seen} files were found");
}

#[test]
fn case_files_in_the_documents_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let page = page("vectors/README.md");
    let mut seen = 0;
    for block in page
        .blocks
        .iter()
        .filter(|block| block.language() == "json")
    {
        let (Some(name), code) = (block.file(), page.code(block)) else {
            continue;
        };
        let at = page.line(block);
        match Path::new(name).parent().and_then(Path::to_str) {
            Some("agent") => drop(cors_vectors::read::read_agent_file(name, code).unwrap()),
            Some("server") => {
                let file = folder.path().join(name);
                std::fs::create_dir_all(file.parent().unwrap()).unwrap();
                std::fs::write(&file, code).unwrap();
                let ran = run(&["list", "--vectors", text(&file)]);
                assert_eq!(ran.code, Some(0), "vectors/README.md:{at}: {ran:#?}");
            }
            other => panic!("vectors/README.md:{at}: {other:?}"),
        }
        seen += 1;
    }
    assert!(seen >= 2, "only {seen} case files were found");
}

#[test]
fn the_page_about_the_data_names_what_only_the_code_knows() {
    let page = page("vectors/README.md");
    let named = |name: &str| page.spans.iter().any(|span| span == name);
    for (name, _) in SERVER_PLACEHOLDERS.iter().chain(AGENT_PLACEHOLDERS) {
        assert!(named(&format!("{{{name}}}")), "placeholder {name}");
    }
    for endpoint in Endpoint::ALL {
        assert!(named(endpoint.name()), "endpoint {}", endpoint.name());
    }
    let library = cors_vectors::library().unwrap();
    let server = library.server_cases();
    let tags = server.flat_map(|case| &case.tags);
    let tags = tags.chain(library.agent_cases().flat_map(|case| &case.tags));
    for tag in tags.collect::<BTreeSet<_>>() {
        assert!(named(tag), "tag {tag}");
    }
    for case in library.server_cases() {
        for fact in &case.requires {
            assert!(named(fact.name()), "fact {}", fact.name());
        }
    }
}

#[test]
fn the_program_prints_what_the_documents_show() {
    let update = std::env::var_os("UPDATE_DOCS").is_some();
    let policy = example_policy();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for mut page in user_pages() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("cors.toml"), &policy).unwrap();
        let mut edits = Vec::new();
        for block in &page.blocks {
            let code = page.code(block);
            if let Some(name) = block.file() {
                std::fs::write(folder.path().join(name), code).unwrap();
            }
            if block.language() != "console" {
                continue;
            }
            let now = transcript(code, folder.path());
            if masked(&now) != masked(code) {
                let (name, line) = (page.name(), page.line(block));
                wrong.push(format!("{name}:{line}: it is now\n{now}"));
                edits.push((block.at.clone(), now));
            }
            seen += 1;
        }
        for (at, now) in edits.into_iter().rev() {
            page.text.replace_range(at, &now);
        }
        if update {
            std::fs::write(&page.path, &page.text).unwrap();
        }
    }
    assert!(
        update || wrong.is_empty(),
        "{}\n`UPDATE_DOCS=1 cargo test -p cors-conformance --test it docs::` writes it",
        wrong.join("\n")
    );
    assert!(seen > 5, "only {seen} console blocks were found");
}

/// Words that the documents do without, since readers do not know them in this sense.
const AVOIDED: [&str; 9] = [
    "mended",
    "whoever",
    "a preflight is none",
    "HTTP/1.1 else",
    "stands again",
    " is none",
    " told ",
    " said ",
    "make what goes wrong short",
];

#[test]
fn the_documents_use_the_words_of_the_field() {
    for page in pages() {
        let prose = page.prose.replace('\n', " ");
        for word in AVOIDED {
            assert!(!prose.contains(word), "{}: {word:?}", page.name());
        }
    }
}
