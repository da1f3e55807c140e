//! The documents of the repository, read as Markdown.

use std::ops::Range;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A Markdown file.
#[derive(Debug)]
pub(crate) struct Page {
    /// Its path.
    pub(crate) path: PathBuf,
    /// Its text.
    pub(crate) text: String,
    /// Its code blocks, in order.
    pub(crate) blocks: Vec<Block>,
    /// The code within its sentences, such as `--policy FILE`.
    pub(crate) spans: Vec<String>,
    /// Where its links lead.
    pub(crate) links: Vec<String>,
    /// The anchors of its headings, as GitHub makes them.
    pub(crate) anchors: Vec<String>,
    /// What is neither code nor a link's target.
    pub(crate) prose: String,
}

/// A fenced code block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The words after the opening fence: the language, then such as `name=cors.toml`.
    pub(crate) info: String,
    /// Where its text is in the page.
    pub(crate) at: Range<usize>,
}

impl Block {
    /// The language.
    pub(crate) fn language(&self) -> &str {
        self.info.split(' ').next().unwrap_or_default()
    }

    /// The file that the block is, as the page's commands use it.
    pub(crate) fn file(&self) -> Option<&str> {
        self.info
            .split(' ')
            .find_map(|word| word.strip_prefix("name="))
    }
}

impl Page {
    /// Reads a file.
    pub(crate) fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut page = Self {
            path,
            blocks: Vec::new(),
            spans: Vec::new(),
            links: Vec::new(),
            anchors: Vec::new(),
            prose: String::new(),
            text: String::new(),
        };
        let mut heading: Option<String> = None;
        let mut block: Option<Block> = None;
        for (event, at) in Parser::new_ext(&text, Options::ENABLE_TABLES).into_offset_iter() {
            match event {
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let info = info.to_string();
                    block = Some(Block { info, at: 0..0 });
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors
                        .extend(heading.take().map(|text| anchor(&text)));
                    page.prose.push('\n');
                }
                Event::Start(Tag::Link { dest_url, .. }) => page.links.push(dest_url.to_string()),
                Event::Code(code) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&code);
                    }
                    page.spans.push(code.to_string());
                }
                Event::Text(part) => match (&mut block, &mut heading) {
                    (Some(block), _) if block.at.is_empty() => block.at = at,
                    (Some(block), _) => block.at.end = at.end,
                    (None, heading) => {
                        if let Some(heading) = heading {
                            heading.push_str(&part);
                        }
                        page.prose.push_str(&part);
                    }
                },
                Event::SoftBreak | Event::HardBreak | Event::End(_) => page.prose.push('\n'),
                Event::Start(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::Html(_)
                | Event::InlineHtml(_)
                | Event::FootnoteReference(_)
                | Event::Rule
                | Event::TaskListMarker(_) => {}
            }
        }
        page.text = text;
        page
    }

    /// The text of a block.
    pub(crate) fn code(&self, block: &Block) -> &str {
        &self.text[block.at.clone()]
    }

    /// The line on which a block begins.
    pub(crate) fn line(&self, block: &Block) -> usize {
        self.text[..block.at.start].lines().count() + 1
    }

    /// The path, for messages.
    pub(crate) fn name(&self) -> String {
        let path = self.path.strip_prefix(root()).unwrap_or(&self.path);
        path.display().to_string()
    }
}

/// The anchor that GitHub gives a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap().to_path_buf()
}

/// The page at a path of the repository.
pub(crate) fn page(path: &str) -> Page {
    Page::read(root().join(path))
}

/// The pages for users: README.md first, then those of `docs/`.
pub(crate) fn user_pages() -> Vec<Page> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let files = std::fs::read_dir(docs).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    files.insert(0, root().join("README.md"));
    files.into_iter().map(Page::read).collect()
}

/// All pages.
pub(crate) fn pages() -> Vec<Page> {
    let mut pages = user_pages();
    let others = ["ARCHITECTURE.md", "CONTRIBUTING.md", "vectors/README.md"];
    pages.extend(others.map(page));
    pages
}
