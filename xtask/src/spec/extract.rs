//! What the standard defines, read from its source: definitions with their anchors, and the
//! steps of algorithms with their paths.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::markup::{Element, Node, normalize, parse};

/// The standard, parsed.
#[derive(Debug)]
pub(crate) struct Standard {
    document: Element,
}

/// A defined term.
#[derive(Debug, Clone)]
pub(crate) struct Definition {
    /// The term, as others link to it.
    pub(crate) term: String,
    /// What it belongs to, such as `header list`.
    pub(crate) of: Option<String>,
    /// Where its block stands: child positions from the document down.
    block: Vec<usize>,
}

/// A step: its path, and the hash of its own text without the steps inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// The path, such as `2[content-type].1`.
    pub(crate) id: String,
    /// The first eight hexadecimal digits of the SHA-256 of the normalised text.
    pub(crate) hash: String,
}

/// What an algorithm consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Algorithm {
    /// The hash of what comes before the steps, or of the whole definition when it has none.
    pub(crate) text: String,
    /// The steps in the order of the document, parents before what is inside them.
    pub(crate) steps: Vec<Step>,
    /// Other names of switch arms that several labels lead to, with the id of the arm.
    pub(crate) same: Vec<(String, String)>,
}

impl Standard {
    /// Reads `fetch.bs`.
    pub(crate) fn read(source: &str) -> Self {
        Self {
            document: parse(source),
        }
    }

    /// All definitions by anchor: explicit ids, or the ids that Bikeshed gives.
    ///
    /// Definitions inside IDL blocks have no tag of their own in the source and are not here.
    pub(crate) fn definitions(&self) -> BTreeMap<String, Definition> {
        let mut found = BTreeMap::new();
        let mut trail = Vec::new();
        visit(&self.document, &mut trail, 0, &mut found);
        found
    }

    /// The steps of the algorithm that a definition names.
    ///
    /// # Errors
    ///
    /// Two steps get the same path; the text names it.
    pub(crate) fn algorithm(&self, definition: &Definition) -> Result<Algorithm, String> {
        let mut algorithm = Algorithm::default();
        let Some((&start, container)) = definition.block.split_last() else {
            return Ok(algorithm);
        };
        let mut parent = &self.document;
        for &position in container {
            match parent.children.get(position) {
                Some(Node::Element(element)) => parent = element,
                _ => return Ok(algorithm),
            }
        }
        let mut text = String::new();
        let alone = matches!(parent.children.get(start),
            Some(Node::Element(block)) if block.name != "p");
        for (offset, child) in parent.children.iter().skip(start).enumerate() {
            let Node::Element(element) = child else {
                continue;
            };
            if offset > 0 && (alone || ends_definition(element, parent)) {
                break;
            }
            if is_aside(element) {
                continue;
            }
            if element.name == "ol" {
                let mut reader = StepReader {
                    out: &mut algorithm,
                };
                reader.list(element, "");
                break;
            }
            element.push_text(&mut text);
        }
        algorithm.text = hash(&text);
        let mut seen = BTreeSet::new();
        for step in &algorithm.steps {
            if !seen.insert(&step.id) {
                return Err(format!(
                    "two steps of `{}` would be {}",
                    definition.term, step.id
                ));
            }
        }
        Ok(algorithm)
    }
}

impl Definition {
    /// The term in Bikeshed's notation for links: `header list/get`.
    pub(crate) fn notation(&self) -> String {
        self.of
            .as_ref()
            .map_or_else(|| self.term.clone(), |of| format!("{of}/{}", self.term))
    }
}

/// Notes, examples, warnings and open questions: not part of what is required. The names are the
/// classes of the standard's markup; `XXX` is its word for a question, not a mark of ours.
fn is_aside(element: &Element) -> bool {
    ["note", "example", "warning", "XXX"]
        .iter()
        .any(|class| element.has_class(class))
}

/// Whether something else begins. An algorithm's own division holds one algorithm, whatever else
/// is defined on the way to its steps.
fn ends_definition(element: &Element, parent: &Element) -> bool {
    matches!(
        element.name.as_str(),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr"
    ) || element.attribute("algorithm").is_some()
        || (element.name == "p"
            && element.find("dfn").is_some()
            && parent.attribute("algorithm").is_none())
}

/// Collects definitions; the first `block` positions of `trail` lead to the block they are in.
fn visit(
    parent: &Element,
    trail: &mut Vec<usize>,
    block: usize,
    found: &mut BTreeMap<String, Definition>,
) {
    for (position, child) in parent.children.iter().enumerate() {
        let Node::Element(element) = child else {
            continue;
        };
        trail.push(position);
        let block = if element.is_block() {
            trail.len()
        } else {
            block
        };
        if element.name == "dfn" {
            let term = term(element);
            let of = element
                .attribute("for")
                .and_then(|of| of.split(',').next())
                .map(|of| normalize(of).trim_start_matches('/').to_owned())
                .filter(|of| !of.is_empty());
            let anchor = element.attribute("id").map_or_else(
                || automatic_id(element, &term, of.as_deref()),
                str::to_owned,
            );
            let block = trail
                .get(..block)
                .map(<[usize]>::to_vec)
                .unwrap_or_default();
            found
                .entry(anchor)
                .or_insert(Definition { term, of, block });
        }
        visit(element, trail, block, found);
        trail.pop();
    }
}

/// The first alternative of `lt`, or the text.
fn term(dfn: &Element) -> String {
    let named = dfn
        .attribute("lt")
        .and_then(|lt| lt.split('|').next())
        .map(normalize);
    named
        .filter(|name| !name.is_empty())
        .unwrap_or_else(|| dfn.text())
}

/// The id that Bikeshed derives: members of interfaces get `dom-` and lose their arguments.
fn automatic_id(dfn: &Element, term: &str, of: Option<&str>) -> String {
    let member = [
        "method",
        "attribute",
        "constructor",
        "enum-value",
        "dict-member",
        "argument",
    ]
    .iter()
    .any(|kind| dfn.attribute(kind).is_some());
    let term = match term.split_once('(') {
        Some((name, _)) if member => name,
        _ => term,
    };
    let scoped = of.map_or_else(|| term.to_owned(), |of| format!("{of}-{term}"));
    simplify(&if member {
        format!("dom-{scoped}")
    } else {
        scoped
    })
}

/// Bikeshed's way from a text to an id.
pub(crate) fn simplify(text: &str) -> String {
    let mut id = String::new();
    let mut separator = false;
    for c in text.trim().to_lowercase().replace("()", "").chars() {
        if c.is_whitespace() || matches!(c, '/' | '(' | ',') {
            separator = true;
        } else if c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_') {
            if std::mem::take(&mut separator) {
                id.push('-');
            }
            id.push(c);
        }
    }
    id.trim_end_matches('-').to_owned()
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(normalize(text).as_bytes());
    digest
        .iter()
        .take(4)
        .fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"))
}

struct StepReader<'a> {
    out: &'a mut Algorithm,
}

/// What one step has had so far.
#[derive(Default)]
struct Inside {
    text: String,
    lists: usize,
    labels: BTreeSet<String>,
}

impl StepReader<'_> {
    /// Reads the items of a list; `prefix` is what stands before their numbers.
    fn list(&mut self, list: &Element, prefix: &str) {
        let items = list.elements().filter(|item| item.name == "li");
        for (item, number) in items.zip(1_u32..) {
            self.step(item, &format!("{prefix}{number}"), String::new());
        }
    }

    /// Reads one step; `text` is what belongs to it without being inside the element.
    fn step(&mut self, element: &Element, id: &str, text: String) {
        let position = self.out.steps.len();
        self.out.steps.push(Step {
            id: id.to_owned(),
            hash: String::new(),
        });
        let mut inside = Inside {
            text,
            ..Inside::default()
        };
        self.content(element, id, &mut inside);
        if let Some(step) = self.out.steps.get_mut(position) {
            step.hash = hash(&inside.text);
        }
    }

    fn content(&mut self, element: &Element, id: &str, inside: &mut Inside) {
        for child in &element.children {
            match child {
                Node::Text(text) => inside.text.push_str(text),
                Node::Element(child) if is_aside(child) => {}
                Node::Element(child) if child.name == "ol" => {
                    inside.lists += 1;
                    // A second list in one step restarts at 1: only a label keeps it apart.
                    let prefix = match inside.lists {
                        1 => format!("{id}."),
                        nth => format!("{id}[list-{nth}]."),
                    };
                    self.list(child, &prefix);
                }
                Node::Element(child) if child.name == "dl" && is_switch(child, &inside.text) => {
                    self.switch(child, id, inside);
                }
                Node::Element(child) => {
                    let edge = if child.is_block() { " " } else { "" };
                    inside.text.push_str(edge);
                    self.content(child, id, inside);
                    inside.text.push_str(edge);
                }
            }
        }
    }

    fn switch(&mut self, list: &Element, id: &str, inside: &mut Inside) {
        let mut cases: Vec<&Element> = Vec::new();
        for child in list.elements() {
            match child.name.as_str() {
                "dt" => cases.push(child),
                "dd" => {
                    let mut labels = cases.iter().map(|case| arm_label(case));
                    let wanted = labels.next().unwrap_or_else(|| "arm".to_owned());
                    let mut label = wanted.clone();
                    let mut nth = 1;
                    while !inside.labels.insert(label.clone()) {
                        nth += 1;
                        label = format!("{wanted}-{nth}");
                    }
                    let arm = format!("{id}[{label}]");
                    for other in labels {
                        if inside.labels.insert(other.clone()) {
                            self.out.same.push((format!("{id}[{other}]"), arm.clone()));
                        }
                    }
                    let mut text = String::new();
                    for case in cases.drain(..) {
                        case.push_text(&mut text);
                    }
                    self.step(child, &arm, text);
                }
                _ => {}
            }
        }
    }
}

/// Whether a description list holds alternatives rather than fields.
fn is_switch(list: &Element, before: &str) -> bool {
    list.has_class("switch")
        || normalize(before).starts_with("Switch on")
        || list
            .elements()
            .any(|child| child.name == "dd" && child.find("ol").is_some())
}

/// The label of an arm: the first literal of its condition, else the last term, else all of it.
fn arm_label(case: &Element) -> String {
    let mut links = Vec::new();
    collect(case, "a", &mut links);
    let text = case
        .find("code")
        .or_else(|| links.last().copied())
        .map_or_else(|| case.text(), Element::text);
    let label = simplify(&text).replace('_', "-");
    if label.is_empty() {
        "arm".to_owned()
    } else {
        label
    }
}

fn collect<'a>(element: &'a Element, name: &str, found: &mut Vec<&'a Element>) {
    for child in element.elements() {
        if child.name == name {
            found.push(child);
        }
        collect(child, name, found);
    }
}
