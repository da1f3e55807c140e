//! What refers to other files, and files from outside.

use cors_vectors::Library;

use super::{AGENT, POLICIES, RULES, SERVER, with};

#[test]
fn what_refers_to_other_files() {
    let read = |server: &str, agent: &str, policies: &str| {
        let files = [
            ("server/origin.json", server),
            ("agent/cors-check.json", agent),
            ("policies.json", policies),
            ("rules.json", RULES),
        ];
        Library::from_files(files.map(|(name, text)| (name.to_owned(), text.to_owned())))
            .map(drop)
            .map_err(|errors| errors.to_string())
    };
    assert_eq!(read(SERVER, AGENT, POLICIES), Ok(()));
    for (old, new, expected) in [
        (
            "\"policy\": \"plain\"",
            "\"policy\": \"plan\"",
            "server/origin.json:6: `origin/allowed`: field `policy`: there is no policy `plan`; did you mean `plain`?\nserver/origin.json:14: `origin/foreign`: field `paired_with`: `origin/allowed` has the policy `plan`, this case `plain`: a pair shares it",
        ),
        (
            "\"paired_with\": \"origin/allowed\"",
            "\"paired_with\": \"origin/alowed\"",
            "server/origin.json:14: `origin/foreign`: field `paired_with`: there is no server case `origin/alowed`; did you mean `origin/allowed`?",
        ),
        (
            "\"paired_with\": \"origin/allowed\"",
            "\"paired_with\": \"origin/foreign\"",
            "server/origin.json:14: `origin/foreign`: field `paired_with`: `origin/foreign` is not a case whose verdicts are all `shared`",
        ),
        (
            "\"policy\": \"plain\"",
            "\"rules\": [\"CL-CHECK-03\"], \"policy\": \"plain\"",
            "server/origin.json:6: `origin/allowed`: field `rules[0]`: there is no rule for servers `CL-CHECK-03`",
        ),
        (
            "\"policy\": \"plain\"",
            "\"aliases\": [\"origin/foreign\"], \"policy\": \"plain\"",
            "server/origin.json:14: `origin/foreign`: field `id`: `origin/foreign` is taken: `origin/allowed` in server/origin.json has it",
        ),
        (
            "\"policy\": \"plain\"",
            "\"requires\": [\"credentials\"], \"policy\": \"plain\"",
            "server/origin.json:6: `origin/allowed`: field `requires`: the case cannot run under its own policy `plain`: only when the policy allows credentials",
        ),
        (
            "\"{allowed}\"",
            "\"{allowed2}\"",
            "server/origin.json:6: `origin/allowed`: field `steps`: the case cannot run under its own policy `plain`: the policy lists no second origin",
        ),
        (
            "\"{foreign}\"",
            "\"{allowed}\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: the case wants a request of `https://app.example` refused, and the policy allows it",
        ),
        (
            "\"{allowed}\"",
            "\"{foreign}\"",
            "server/origin.json:6: `origin/allowed`: field `steps`: the case cannot run under its own policy `plain`: the case is about the origin `https://foreign.example`, which the policy does not allow",
        ),
        (
            "\"{foreign}\"",
            "\"{allowed}/\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: no page can have the origin `https://app.example/`: `https://app.example/` goes on after the host: an origin has no path, not even `/`; write `https://app.example`",
        ),
        (
            "\"endpoint\": \"missing\"",
            "\"endpoint\": \"vary\"",
            "server/origin.json:14: `origin/foreign`: field `steps`: the case cannot run under its own policy `plain`: the policy names no path that sets Vary itself (`vary` under [endpoints])",
        ),
    ] {
        let server = if new.contains("plan") {
            SERVER.replacen(old, new, 1)
        } else {
            with(SERVER, old, new)
        };
        assert_eq!(
            read(&server, AGENT, POLICIES),
            Err(expected.to_owned()),
            "{new}"
        );
    }
    let agent = with(AGENT, "CL-CHECK-03", "CL-CHECK-3");
    assert_eq!(
        read(SERVER, &agent, POLICIES),
        Err("agent/cors-check.json:6: `cors-check/star`: field `rules[0]`: there is no rule for browsers `CL-CHECK-3`; did you mean `CL-CHECK-03`?".to_owned())
    );
}

#[test]
fn files_from_outside() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let library = Library::from_files([("policies.json".to_owned(), POLICIES.to_owned())]).unwrap();
    let mine = SERVER
        .replace("origin/", "mine/")
        .replace("\"origin\",", "\"mine\",");
    std::fs::write(&path, &mine).unwrap();
    for given in [folder.path(), &path] {
        let extended = library.extend_from_path(given).unwrap();
        assert_eq!(extended.server_cases().count(), 2);
        assert!(extended.server_case("mine/allowed").is_some());
    }
    assert_eq!(library.server_cases().count(), 0);

    let taken = library
        .extend_from_path(&path)
        .unwrap()
        .extend_from_path(&path)
        .unwrap_err();
    assert_eq!(taken.as_slice().len(), 2, "{taken}");

    std::fs::write(&path, "{}").unwrap();
    let shown = path.display();
    assert_eq!(
        library.extend_from_path(&path).unwrap_err().to_string(),
        format!(
            "{shown}: expected a file of cases, each with `fetches` (agent) or `steps` (server), of `policies` or of `rules`"
        )
    );
    let missing = folder.path().join("missing.json");
    let error = library.extend_from_path(&missing).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{}: cannot be read: ", missing.display())),
        "{error}"
    );
    std::fs::remove_file(&path).unwrap();
    assert_eq!(
        library
            .extend_from_path(folder.path())
            .unwrap_err()
            .to_string(),
        format!(
            "{}: there is no file that ends in `.json`",
            folder.path().display()
        )
    );
}

#[test]
fn a_file_of_cases_brings_policies_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.json");
    let policies = POLICIES
        .trim()
        .trim_start_matches('{')
        .trim_end_matches('}');
    let mine = SERVER.replace("origin/", "mine/").replace(
        "\"area\": \"origin\",",
        &format!("\"area\": \"mine\", {policies},"),
    );
    std::fs::write(&path, &mine).unwrap();
    let library = Library::default().extend_from_path(&path).unwrap();
    assert_eq!(library.server_cases().count(), 2);
    assert!(library.policy("plain").is_some());

    // What they are is checked, and that the name is still to be had.
    let taken = Library::from_files([("policies.json".to_owned(), POLICIES.to_owned())])
        .unwrap()
        .extend_from_path(&path)
        .unwrap_err()
        .to_string();
    assert!(
        taken.contains("`plain` is taken: an earlier policy has it"),
        "{taken}"
    );
    std::fs::write(
        &path,
        mine.replace("\"allow_origins\": [", "\"allow_origins\": [\"x\", "),
    )
    .unwrap();
    let wrong = Library::default().extend_from_path(&path).unwrap_err();
    assert!(wrong.to_string().contains("allow_origins"), "{wrong}");
}
