//! A reader of the markup that the standard is written in.
//!
//! Bikeshed source is HTML with nearly every end tag left out. This is no HTML parser: it knows
//! the few places where the standard leaves tags out, which is enough to see lists inside lists.

use std::collections::BTreeMap;

/// A piece of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Node {
    /// Text, with character references still in it.
    Text(String),
    /// An element with what it contains.
    Element(Element),
}

/// An element with its attributes and children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Element {
    /// The tag's name, in lower case.
    pub(crate) name: String,
    /// The attributes; one without a value has the empty string.
    pub(crate) attributes: BTreeMap<String, String>,
    /// What it contains, in order.
    pub(crate) children: Vec<Node>,
}

const VOID: [&str; 7] = ["br", "hr", "img", "link", "meta", "input", "wbr"];
const BLOCKS: [&str; 20] = [
    "p",
    "ol",
    "ul",
    "dl",
    "li",
    "dt",
    "dd",
    "div",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "table",
    "hr",
    "details",
    "section",
    "blockquote",
];
/// Classes of `pre` whose content is another language, with its own use of `<`.
const RAW_PRE: [&str; 5] = ["metadata", "anchors", "biblio", "link-defaults", "idl"];

impl Element {
    /// Whether it stands in the flow of blocks rather than in a line of text.
    pub(crate) fn is_block(&self) -> bool {
        BLOCKS.contains(&self.name.as_str())
    }

    /// Whether the `class` attribute has this class.
    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.attributes
            .get("class")
            .is_some_and(|classes| classes.split_whitespace().any(|one| one == class))
    }

    /// The value of an attribute.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.get(name).map(String::as_str)
    }

    /// The child elements, without the text between them.
    pub(crate) fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first element of this name at any depth, itself excluded.
    pub(crate) fn find(&self, name: &str) -> Option<&Self> {
        self.elements().find_map(|child| {
            if child.name == name {
                Some(child)
            } else {
                child.find(name)
            }
        })
    }

    /// All of its text, normalised.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        self.push_text(&mut text);
        normalize(&text)
    }

    /// Appends the raw text, with a space at every edge of a block.
    pub(crate) fn push_text(&self, text: &mut String) {
        let block = self.is_block();
        if block {
            text.push(' ');
        }
        for child in &self.children {
            match child {
                Node::Text(piece) => text.push_str(piece),
                Node::Element(element) => element.push_text(text),
            }
        }
        if block {
            text.push(' ');
        }
    }
}

/// Resolves the character references that the standard uses and makes white space one space.
pub(crate) fn normalize(text: &str) -> String {
    let resolved = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&");
    resolved.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads a whole document. Markup it cannot make sense of is text.
pub(crate) fn parse(source: &str) -> Element {
    let mut builder = Builder {
        open: vec![Element::default()],
    };
    let mut rest = source;
    while !rest.is_empty() {
        let Some((text, after)) = rest.split_once('<') else {
            builder.text(rest);
            break;
        };
        builder.text(text);
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some(tag) = after.strip_prefix('/') {
            let (name, after) = tag.split_once('>').unwrap_or((tag, ""));
            builder.end(&name.trim().to_ascii_lowercase());
            rest = after;
        } else if after.starts_with(|first: char| first.is_ascii_alphabetic()) {
            let (element, after) = start_tag(after);
            rest = after;
            let raw = element.name == "pre" && RAW_PRE.iter().any(|class| element.has_class(class));
            builder.start(element);
            if raw {
                let (text, after) = rest.split_once("</pre>").unwrap_or((rest, ""));
                builder.text(text);
                builder.end("pre");
                rest = after;
            }
        } else {
            builder.text("<");
            rest = after;
        }
    }
    builder.finish()
}

/// Reads a start tag from behind its `<`; returns it and what follows its `>`.
fn start_tag(source: &str) -> (Element, &str) {
    let end = source
        .find(|c: char| c.is_whitespace() || c == '>')
        .unwrap_or(source.len());
    let (name, mut rest) = source.split_at(end);
    let mut element = Element {
        name: name.to_ascii_lowercase(),
        ..Element::default()
    };
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return (element, rest);
        }
        if let Some(after) = rest.strip_prefix('>') {
            return (element, after);
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || c == '>' || c == '=')
            .unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) => attribute_value(value),
        };
        element
            .attributes
            .insert(name.to_ascii_lowercase(), value.to_owned());
        rest = after;
    }
}

/// Reads an attribute's value from behind its `=`. Unquoted, it may hold `/`: `<a for=/>`.
fn attribute_value(source: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(value) = source.strip_prefix(quote) {
            return value.split_once(quote).unwrap_or((value, ""));
        }
    }
    let end = source
        .find(|c: char| c.is_whitespace() || c == '>')
        .unwrap_or(source.len());
    source.split_at(end)
}

/// The elements that are still open; the first is the document and never closes.
struct Builder {
    open: Vec<Element>,
}

impl Builder {
    fn text(&mut self, text: &str) {
        if let Some(parent) = self.open.last_mut()
            && !text.is_empty()
        {
            parent.children.push(Node::Text(text.to_owned()));
        }
    }

    fn start(&mut self, element: Element) {
        match element.name.as_str() {
            "li" => self.close_within(&["li"], &["ol", "ul"]),
            "dt" | "dd" => self.close_within(&["dt", "dd"], &["dl"]),
            "tr" => self.close_within(&["tr"], &["table"]),
            "td" | "th" => self.close_within(&["td", "th"], &["tr"]),
            "tbody" | "thead" => self.close_within(&["tbody", "thead"], &["table"]),
            _ if element.is_block() => {
                self.close_within(&["p"], &["li", "dd", "div", "td", "details"]);
            }
            _ => {}
        }
        let void = VOID.contains(&element.name.as_str());
        self.open.push(element);
        if void {
            self.close();
        }
    }

    fn end(&mut self, name: &str) {
        self.close_within(&[name], &[]);
    }

    /// Closes the innermost open element with one of these names and all inside it, unless an
    /// element named in `limits` stands between.
    fn close_within(&mut self, names: &[&str], limits: &[&str]) {
        let found = self.open.iter().skip(1).rposition(|open| {
            names.contains(&open.name.as_str()) || limits.contains(&open.name.as_str())
        });
        let Some(position) = found.map(|position| position + 1) else {
            return;
        };
        if self
            .open
            .get(position)
            .is_some_and(|open| limits.contains(&open.name.as_str()))
        {
            return;
        }
        while self.open.len() > position {
            self.close();
        }
    }

    fn close(&mut self) {
        if self.open.len() > 1
            && let Some(element) = self.open.pop()
            && let Some(parent) = self.open.last_mut()
        {
            parent.children.push(Node::Element(element));
        }
    }

    fn finish(mut self) -> Element {
        while self.open.len() > 1 {
            self.close();
        }
        self.open.pop().unwrap_or_default()
    }
}
