//! The citations of a file of the model: those of its documentation, and the steps that it states.

use syn::parse::{Parse, ParseStream};
use syn::spanned::Spanned as _;
use syn::visit::{self, Visit};
use syn::{Attribute, Block, Expr, Ident, LitStr, Signature, Token, Type};

use super::cited::{Citation, Cited, Function, Step};
use super::path::{StepRange, parse_range};

/// The address that definitions of the standard have.
const FETCH: &str = "https://fetch.spec.whatwg.org/#";

/// The arguments of `step!`: a trace, unless nothing is recorded, the path or a place in a
/// variable, perhaps a marker, a colon, and a sentence with what it shows.
struct StepArguments {
    path: Option<LitStr>,
    marker: Option<(Ident, LitStr)>,
    sentence: LitStr,
}

impl Parse for StepArguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        if !input.peek(LitStr) {
            input.parse::<Expr>()?;
            input.parse::<Token![,]>()?;
        }
        let path = if input.peek(LitStr) {
            Some(input.parse()?)
        } else {
            input.parse::<Ident>()?;
            None
        };
        let marker = if input.peek(Ident) {
            let word = input.parse()?;
            let inside;
            syn::parenthesized!(inside in input);
            Some((word, inside.parse()?))
        } else {
            None
        };
        input.parse::<Token![:]>()?;
        let sentence = input.parse()?;
        input.parse::<proc_macro2::TokenStream>()?;
        Ok(Self {
            path,
            marker,
            sentence,
        })
    }
}

/// Reads one file of the model.
pub(super) struct Reader<'a, 'c> {
    file: &'a str,
    cited: &'c mut Cited<'a>,
    of: Option<String>,
    /// The functions that are being read, the innermost last.
    functions: Vec<Function<'a>>,
}

impl<'a, 'c> Reader<'a, 'c> {
    /// Reads into `cited`.
    pub(super) fn new(file: &'a str, cited: &'c mut Cited<'a>) -> Self {
        Self {
            file,
            cited,
            of: None,
            functions: Vec::new(),
        }
    }
}

impl Reader<'_, '_> {
    fn function(&mut self, attributes: &[Attribute], signature: &Signature, block: Option<&Block>) {
        self.functions.push(Function {
            file: self.file,
            line: signature.ident.span().start().line,
            name: signature.ident.to_string(),
            of: self.of.clone(),
            anchor: transcribed(attributes),
            ..Function::default()
        });
        if let Some(block) = block {
            self.visit_block(block);
        }
        let Some(function) = self.functions.pop() else {
            return;
        };
        let Function {
            line,
            name,
            declared,
            anchor,
            steps,
            ..
        } = &function;
        let elsewhere = declared.as_ref().is_some_and(|anchor| anchor.contains('#'));
        if let Some(step) = steps.first()
            && !elsewhere
            && (anchor.is_none() || declared.is_some() && declared != anchor)
        {
            let documented = anchor.as_ref().map_or("no algorithm", String::as_str);
            let message = format!(
                "`{name}` states steps of {} but its documentation cites {documented}; expected a first or last line such as `/// The CORS check: <https://fetch.spec.whatwg.org/#concept-cors-check>`",
                declared.as_ref().map_or("an algorithm", String::as_str)
            );
            let line = if anchor.is_none() { step.line } else { *line };
            self.cited.fail(self.file, line, message);
        }
        if function.anchor.is_some() || !function.steps.is_empty() {
            self.cited.functions.push(function);
        }
    }

    /// A path behind `step!` or `cite!`, which is one of the function's algorithm.
    fn path(&mut self, path: &LitStr, sentence: &str) {
        let (line, text) = (path.span().start().line, path.value());
        let Some(function) = self.functions.last_mut() else {
            return;
        };
        let anchor = function.declared.as_ref().or(function.anchor.as_ref());
        let anchor = anchor.cloned().unwrap_or_default();
        let range = parse_range(&text);
        if !text.is_empty() && range.is_none() {
            let message = format!("`{text}` is no step; expected one such as 7.5");
            return self.cited.fail(self.file, line, message);
        }
        if let Some(range) = range.clone() {
            let out_of_scope = sentence.starts_with("OUT OF SCOPE:");
            function.steps.push(Step {
                line,
                range,
                out_of_scope,
            });
        }
        if anchor.contains('#') {
            let step = if text.is_empty() {
                text
            } else {
                format!("/{text}")
            };
            self.cited
                .cite(self.file, line, &format!("{anchor}{step}"), false);
        } else if !anchor.is_empty() {
            self.cite(line, anchor, range);
        }
    }

    /// Notes that code cites a definition, or steps of it.
    fn cite(&mut self, line: usize, anchor: String, range: Option<StepRange>) {
        let (file, by_case) = (self.file, false);
        self.cited.citations.push(Citation {
            file,
            line,
            anchor,
            range,
            by_case,
        });
    }

    fn step(&mut self, step: &StepArguments) {
        let sentence = step.sentence.value();
        let line = step.sentence.span().start().line;
        if let Some(path) = &step.path {
            self.path(path, &sentence);
        }
        let reason = sentence
            .strip_prefix("OUT OF SCOPE")
            .map(|rest| rest.strip_prefix(':'));
        if reason.is_some_and(|reason| reason.is_none_or(|reason| reason.trim().is_empty())) {
            let message = "`OUT OF SCOPE` gives no reason; expected `OUT OF SCOPE: why`";
            self.cited.fail(self.file, line, message.to_owned());
        } else if sentence.trim().is_empty() {
            let message = "the step has no sentence; expected what happens there";
            self.cited.fail(self.file, line, message.to_owned());
        }
        if let Some((word, key)) = &step.marker {
            let line = word.span().start().line;
            self.cited.markers.push((key.value(), self.file, line));
            if word != "DEVIATION" && word != "UNDERSPECIFIED" {
                let message =
                    format!("`{word}` is no marker; expected DEVIATION or UNDERSPECIFIED");
                self.cited.fail(self.file, line, message);
            }
        }
    }

    fn arguments<T>(&mut self, found: &syn::Macro, parsed: syn::Result<T>) -> Option<T> {
        let line = found.path.span().start().line;
        let fail = |error: &syn::Error| {
            let message = format!("a citation that cannot be read: {error}");
            self.cited.fail(self.file, line, message);
        };
        parsed.inspect_err(fail).ok()
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<Ident>()
                    .is_ok_and(|word| word == "test"))
    })
}

fn type_name(of: &Type) -> Option<String> {
    if let Type::Reference(of) = of {
        return type_name(&of.elem);
    }
    let Type::Path(of) = of else { return None };
    let last = of.path.segments.last();
    last.map(|segment| segment.ident.to_string())
}

impl Visit<'_> for Reader<'_, '_> {
    fn visit_item_mod(&mut self, item: &syn::ItemMod) {
        if !is_test(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &syn::ItemImpl) {
        let outer = std::mem::replace(&mut self.of, type_name(&item.self_ty));
        visit::visit_item_impl(self, item);
        self.of = outer;
    }

    fn visit_item_trait(&mut self, item: &syn::ItemTrait) {
        let outer = self.of.replace(item.ident.to_string());
        visit::visit_item_trait(self, item);
        self.of = outer;
    }

    fn visit_item_fn(&mut self, item: &syn::ItemFn) {
        if !is_test(&item.attrs) {
            item.attrs
                .iter()
                .for_each(|attribute| self.visit_attribute(attribute));
            self.function(&item.attrs, &item.sig, Some(&item.block));
        }
    }

    fn visit_impl_item_fn(&mut self, item: &syn::ImplItemFn) {
        item.attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        self.function(&item.attrs, &item.sig, Some(&item.block));
    }

    fn visit_trait_item_fn(&mut self, item: &syn::TraitItemFn) {
        item.attrs
            .iter()
            .for_each(|attribute| self.visit_attribute(attribute));
        self.function(&item.attrs, &item.sig, item.default.as_ref());
    }

    fn visit_expr_call(&mut self, call: &syn::ExprCall) {
        let literal = |argument: Option<&Expr>| match argument {
            Some(Expr::Lit(syn::ExprLit {
                lit: syn::Lit::Str(text),
                ..
            })) => Some(text.value()),
            _ => None,
        };
        let mut arguments = call.args.iter();
        if let Expr::Path(path) = &*call.func
            && path
                .path
                .segments
                .iter()
                .rev()
                .nth(1)
                .is_some_and(|of| of.ident == "Cite")
            && let Some(anchor) = literal(arguments.next())
        {
            let standard = if anchor.contains('#') { "" } else { "fetch#" };
            let step = literal(arguments.next()).filter(|step| !step.is_empty());
            let step = step.map(|step| format!("/{step}")).unwrap_or_default();
            let line = call.span().start().line;
            self.cited
                .cite(self.file, line, &format!("{standard}{anchor}{step}"), false);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_lit_str(&mut self, text: &LitStr) {
        let line = text.span().start().line;
        for anchor in anchors(&text.value()) {
            self.cite(line, anchor, None);
        }
    }

    fn visit_macro(&mut self, found: &syn::Macro) {
        if found.path.is_ident("step") {
            if let Some(step) = self.arguments(found, found.parse_body()) {
                self.step(&step);
            }
        } else if found.path.is_ident("cite") {
            if let Some(path) = self.arguments(found, found.parse_body::<LitStr>()) {
                self.path(&path, "");
            }
        } else if found.path.is_ident("anchor") {
            let anchor = self.arguments(found, found.parse_body::<LitStr>());
            if let (Some(anchor), Some(function)) = (anchor, self.functions.last_mut()) {
                function.declared = Some(anchor.value());
            }
        } else {
            self.texts(found.tokens.clone());
        }
    }
}

impl Reader<'_, '_> {
    /// Looks at the literals, documentation among them, inside of a macro of another kind.
    fn texts(&mut self, tokens: proc_macro2::TokenStream) {
        for token in tokens {
            match token {
                proc_macro2::TokenTree::Group(group) => self.texts(group.stream()),
                proc_macro2::TokenTree::Literal(literal) => {
                    if let syn::Lit::Str(text) = syn::Lit::new(literal) {
                        self.visit_lit_str(&text);
                    }
                }
                proc_macro2::TokenTree::Ident(_) | proc_macro2::TokenTree::Punct(_) => {}
            }
        }
    }
}

/// The anchors of the standard that a text links to.
fn anchors(text: &str) -> impl Iterator<Item = String> {
    text.split(FETCH).skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_whitespace() || "<>()[]{}\"'`,;".contains(c));
        let anchor = rest
            .get(..end.unwrap_or(rest.len()))?
            .trim_end_matches(['.', ':']);
        (!anchor.is_empty()).then(|| anchor.to_owned())
    })
}

/// The definition that an autolink in the first or last paragraph of a documentation leads to.
fn transcribed(attributes: &[Attribute]) -> Option<String> {
    let lines = attributes.iter().filter_map(|attribute| {
        let doc = attribute.meta.require_name_value().ok()?;
        let Expr::Lit(value) = &doc.value else {
            return None;
        };
        let syn::Lit::Str(text) = &value.lit else {
            return None;
        };
        doc.path.is_ident("doc").then(|| text.value())
    });
    let text = lines
        .map(|line| line.trim().to_owned())
        .collect::<Vec<_>>()
        .join("\n");
    let (first, last) = (text.split("\n\n").next(), text.rsplit("\n\n").next());
    let link = format!("<{FETCH}");
    let linked = first.into_iter().chain(last).find_map(|paragraph| {
        paragraph
            .find(&link)
            .and_then(|start| paragraph.get(start..))
    })?;
    anchors(linked).next()
}
