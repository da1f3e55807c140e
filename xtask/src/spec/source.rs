//! Where the standard is cited: in the documentation and the steps of the model, and in the `spec`
//! lists of cases.

use syn::visit::Visit as _;

use super::cited::Cited;
use super::finding::File;
use super::reader::Reader;

/// Collects the citations of the model and of the cases.
pub(crate) fn collect<'a>(sources: &'a [File], case_files: &'a [File]) -> Cited<'a> {
    let mut cited = Cited::default();
    for file in sources {
        match syn::parse_file(&file.text) {
            Ok(parsed) => {
                Reader::new(&file.path, &mut cited).visit_file(&parsed);
            }
            Err(error) => {
                let line = error.span().start().line;
                cited.fail(&file.path, line, format!("not readable as Rust: {error}"));
            }
        }
    }
    for file in case_files {
        match serde_json::from_str(&file.text) {
            Ok(value) => cited.cases(file, &value),
            Err(error) => {
                cited.fail(
                    &file.path,
                    error.line(),
                    format!("not readable as JSON: {error}"),
                );
            }
        }
    }
    cited
}
