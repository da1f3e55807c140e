//! What the standard defines, read from its source: definitions with their anchors, and the
//! steps of algorithms with their paths.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use html5ever::tendril::TendrilSink as _;
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use sha2::{Digest, Sha256};

/// The standard, parsed. Bikeshed's source is HTML as far as definitions and steps go.
pub(crate) struct Standard(RcDom);

/// A defined term.
#[derive(Clone)]
pub(crate) struct Definition {
    /// The term in Bikeshed's notation for links, with what it belongs to: `header list/get`.
    pub(crate) notation: String,
    /// The element around the block that it stands in, and the position of the block.
    block: (Handle, usize),
}

/// What an algorithm consists of.
#[derive(Debug, Default)]
pub(crate) struct Algorithm {
    /// The hash of what comes before the steps, or of the whole definition when it has none.
    pub(crate) text: String,
    /// The steps in the order of the document, parents before what is inside them: the path, such
    /// as `2[content-type].1`, and the hash of its own text without the steps inside it.
    pub(crate) steps: Vec<(String, String)>,
    /// Other names of switch arms that several labels lead to, with the id of the arm.
    pub(crate) same: Vec<(String, String)>,
}

impl Standard {
    /// Reads `fetch.bs`.
    pub(crate) fn read(source: &str) -> Self {
        Self(
            html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default())
                .one(source),
        )
    }

    /// All definitions by anchor: explicit ids, or the ids that Bikeshed gives.
    ///
    /// Definitions inside IDL blocks have no tag of their own in the source and are not here.
    pub(crate) fn definitions(&self) -> BTreeMap<String, Definition> {
        let mut found = BTreeMap::new();
        let document = &self.0.document;
        collect(document, &(Rc::clone(document), 0), &mut found);
        found
    }
}

impl Definition {
    /// The steps of the algorithm that it names.
    ///
    /// # Errors
    ///
    /// Two steps get the same path; the text names it.
    pub(crate) fn algorithm(&self) -> Result<Algorithm, String> {
        let mut algorithm = Algorithm::default();
        let (parent, start) = &self.block;
        let mut text = String::new();
        let mut alone = false;
        for (offset, element) in parent.children.borrow().iter().skip(*start).enumerate() {
            if offset > 0 && (alone || ends_definition(element, parent)) {
                break;
            }
            alone |= offset == 0 && name(element) != "p";
            match name(element) {
                "" => {}
                _ if is_aside(element) => {}
                "ol" => {
                    algorithm.list(element, "");
                    break;
                }
                _ => push_text(element, &mut text),
            }
        }
        algorithm.text = hash(&text);
        let mut seen = BTreeSet::new();
        let twice = algorithm.steps.iter().find(|(id, _)| !seen.insert(id));
        match twice {
            Some((id, _)) => Err(format!("two steps of `{}` would be {id}", self.notation)),
            None => Ok(algorithm),
        }
    }
}

/// The name of an element; nothing for what is no element.
fn name(node: &Handle) -> &str {
    if let NodeData::Element { name, .. } = &node.data {
        &name.local
    } else {
        ""
    }
}

fn attribute(node: &Handle, wanted: &str) -> Option<String> {
    let NodeData::Element { attrs, .. } = &node.data else {
        return None;
    };
    let attrs = attrs.borrow();
    let found = attrs
        .iter()
        .find(|attribute| &*attribute.name.local == wanted);
    found.map(|attribute| attribute.value.to_string())
}

fn has_class(node: &Handle, class: &str) -> bool {
    attribute(node, "class").is_some_and(|all| all.split_whitespace().any(|one| one == class))
}

/// Whether it stands in the flow of blocks rather than in a line of text.
fn is_block(node: &Handle) -> bool {
    const BLOCKS: &str = " p ol ul dl li dt dd div h1 h2 h3 h4 h5 h6 pre table hr details section \
        blockquote body ";
    !name(node).is_empty() && BLOCKS.contains(&format!(" {} ", name(node)))
}

/// The elements of a name at any depth, in order.
fn find(node: &Handle, wanted: &str) -> Vec<Handle> {
    let mut found = Vec::new();
    for child in node.children.borrow().iter() {
        if name(child) == wanted {
            found.push(Rc::clone(child));
        }
        found.extend(find(child, wanted));
    }
    found
}

/// Appends the text, with a space at every edge of a block.
fn push_text(node: &Handle, text: &mut String) {
    if let NodeData::Text { contents } = &node.data {
        text.push_str(&contents.borrow());
    }
    let edge = if is_block(node) { " " } else { "" };
    text.push_str(edge);
    node.children
        .borrow()
        .iter()
        .for_each(|child| push_text(child, text));
    text.push_str(edge);
}

fn text(node: &Handle) -> String {
    let mut text = String::new();
    push_text(node, &mut text);
    normalize(&text)
}

/// Makes white space one space.
fn normalize(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hash(text: &str) -> String {
    let digest = Sha256::digest(normalize(text).as_bytes());
    let first = digest.first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(first))
}

/// Notes, examples, warnings and open questions: not part of what is required. The names are the
/// classes of the standard's markup; `XXX` is its word for a question, not a mark of ours.
fn is_aside(element: &Handle) -> bool {
    ["note", "example", "warning", "XXX"]
        .iter()
        .any(|class| has_class(element, class))
}

/// Whether something else begins. An algorithm's own division holds one algorithm, whatever else
/// is defined on the way to its steps.
fn ends_definition(element: &Handle, parent: &Handle) -> bool {
    matches!(
        name(element),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr"
    ) || attribute(element, "algorithm").is_some()
        || (name(element) == "p"
            && !find(element, "dfn").is_empty()
            && attribute(parent, "algorithm").is_none())
}

/// Collects the definitions inside of a node, which stands in a block.
fn collect(node: &Handle, block: &(Handle, usize), found: &mut BTreeMap<String, Definition>) {
    for (position, child) in node.children.borrow().iter().enumerate() {
        let own = (Rc::clone(node), position);
        let block = if is_block(child) { &own } else { block };
        if name(child) == "dfn" {
            let (anchor, notation) = defined(child);
            let block = block.clone();
            found
                .entry(anchor)
                .or_insert(Definition { notation, block });
        }
        collect(child, block, found);
    }
}

/// The anchor and the notation of a definition: the first alternative of `lt`, or the text.
fn defined(dfn: &Handle) -> (String, String) {
    let first = |attribute: &str, separator: char| {
        let all = self::attribute(dfn, attribute)?;
        let first = normalize(all.split(separator).next()?)
            .trim_start_matches('/')
            .to_owned();
        (!first.is_empty()).then_some(first)
    };
    let term = first("lt", '|').unwrap_or_else(|| text(dfn));
    let of = first("for", ',');
    let notation = of
        .as_ref()
        .map_or_else(|| term.clone(), |of| format!("{of}/{term}"));
    let anchor = attribute(dfn, "id").unwrap_or_else(|| automatic_id(dfn, &term, of.as_deref()));
    (anchor, notation)
}

/// The id that Bikeshed derives: members of interfaces get `dom-` and lose their arguments.
fn automatic_id(dfn: &Handle, term: &str, of: Option<&str>) -> String {
    const MEMBERS: [&str; 6] = [
        "method",
        "attribute",
        "constructor",
        "enum-value",
        "dict-member",
        "argument",
    ];
    let member = MEMBERS.iter().any(|kind| attribute(dfn, kind).is_some());
    let term = match term.split_once('(') {
        Some((name, _)) if member => name,
        _ => term,
    };
    let prefix = if member { "dom-" } else { "" };
    let of = of.map(|of| format!("{of}-")).unwrap_or_default();
    simplify(&format!("{prefix}{of}{term}"))
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

/// What one step has had so far.
#[derive(Default)]
struct Inside {
    text: String,
    lists: usize,
    labels: BTreeSet<String>,
}

impl Algorithm {
    /// Reads the items of a list; `prefix` is what stands before their numbers.
    fn list(&mut self, list: &Handle, prefix: &str) {
        let children = list.children.borrow();
        for (item, number) in children
            .iter()
            .filter(|item| name(item) == "li")
            .zip(1_u32..)
        {
            self.step(item, &format!("{prefix}{number}"), String::new());
        }
    }

    /// Reads one step; `text` is what belongs to it without being inside the element.
    fn step(&mut self, element: &Handle, id: &str, text: String) {
        let position = self.steps.len();
        self.steps.push((id.to_owned(), String::new()));
        let mut inside = Inside {
            text,
            ..Inside::default()
        };
        self.content(element, id, &mut inside);
        if let Some((_, own)) = self.steps.get_mut(position) {
            *own = hash(&inside.text);
        }
    }

    fn content(&mut self, element: &Handle, id: &str, inside: &mut Inside) {
        for child in element.children.borrow().iter() {
            match name(child) {
                "" => push_text(child, &mut inside.text),
                _ if is_aside(child) => {}
                "ol" => {
                    inside.lists += 1;
                    // A second list in one step restarts at 1: only a label keeps it apart.
                    let prefix = match inside.lists {
                        1 => format!("{id}."),
                        nth => format!("{id}[list-{nth}]."),
                    };
                    self.list(child, &prefix);
                }
                "dl" if is_switch(child, &inside.text) => self.switch(child, id, inside),
                _ => {
                    let edge = if is_block(child) { " " } else { "" };
                    inside.text.push_str(edge);
                    self.content(child, id, inside);
                    inside.text.push_str(edge);
                }
            }
        }
    }

    fn switch(&mut self, list: &Handle, id: &str, inside: &mut Inside) {
        let mut cases: Vec<Handle> = Vec::new();
        for child in list.children.borrow().iter() {
            if name(child) == "dt" {
                cases.push(Rc::clone(child));
            } else if name(child) == "dd" {
                let mut labels = cases.iter().map(arm_label);
                let wanted = labels.next().unwrap_or_else(|| "arm".to_owned());
                let nth = |nth: u32| match nth {
                    1 => wanted.clone(),
                    nth => format!("{wanted}-{nth}"),
                };
                let label = (1..=u32::MAX)
                    .map(nth)
                    .find(|label| inside.labels.insert(label.clone()));
                let arm = format!("{id}[{}]", label.unwrap_or_default());
                for other in labels.filter(|label| inside.labels.insert(label.clone())) {
                    self.same.push((format!("{id}[{other}]"), arm.clone()));
                }
                let mut text = String::new();
                cases.drain(..).for_each(|case| push_text(&case, &mut text));
                self.step(child, &arm, text);
            }
        }
    }
}

/// Whether a description list holds alternatives rather than fields.
fn is_switch(list: &Handle, before: &str) -> bool {
    let children = list.children.borrow();
    has_class(list, "switch")
        || normalize(before).starts_with("Switch on")
        || children
            .iter()
            .any(|child| name(child) == "dd" && !find(child, "ol").is_empty())
}

/// The label of an arm: the first literal of its condition, else the last term, else all of it.
fn arm_label(case: &Handle) -> String {
    let (literals, terms) = (find(case, "code"), find(case, "a"));
    let label = text(literals.first().or_else(|| terms.last()).unwrap_or(case));
    let label = simplify(&label).replace('_', "-");
    if label.is_empty() {
        "arm".to_owned()
    } else {
        label
    }
}
