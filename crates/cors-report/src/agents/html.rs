//! The page itself. It holds all it needs; without its script it can be read as well, only not
//! filtered.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use cors_vectors::agent::AgentCase;
use cors_vectors::summary::ClassSummary;

use super::differences::{Column, Departure, Did, Explained, Standing};
use super::lines::{Block, alone, blocks};
use super::tally::Tally;
use crate::cite::cited;
use cors_text::terminal::sentence;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The page about these agents in these cases.
pub(super) fn page(columns: &[Column], cases: &[&AgentCase], standard: &str) -> String {
    let mut page = Page {
        html: String::new(),
        columns,
        cases,
    };
    page.head(standard);
    page.agents();
    page.areas();
    page.deviations();
    page.differing();
    page.put("</main>\n<script>\n");
    page.put(SCRIPT);
    page.put("</script>\n");
    page.html
}

/// Text as HTML, in elements and in attributes. What could be obeyed or hidden is written out.
fn text(raw: &str) -> String {
    let mut html = String::with_capacity(raw.len());
    for character in sentence(raw).chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(character),
        }
    }
    html
}

/// Citations as links.
fn links(citations: &[String]) -> String {
    let link = |citation: &String| match cited(citation) {
        Some(cited) => format!(
            "<a href=\"{}\" rel=\"noreferrer\">{}</a>",
            text(&cited.link),
            text(citation)
        ),
        None => text(citation),
    };
    let links: Vec<String> = citations.iter().map(link).collect();
    links.join(", ")
}

struct Page<'a> {
    html: String,
    columns: &'a [Column],
    cases: &'a [&'a AgentCase],
}

impl<'a> Page<'a> {
    fn put(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn head(&mut self, standard: &str) {
        let standard = standard.get(..8).unwrap_or(standard);
        let _ = write!(
            self.html,
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
             style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
             <title>CORS in user agents</title>\n<style>\n{STYLE}</style>\n<main>\n\
             <h1>Where user agents leave the standard of CORS</h1>\n\
             <p>{} cases of the <a href=\"https://fetch.spec.whatwg.org/\" rel=\"noreferrer\">Fetch \
             standard</a> at {}, put to the agents below. Each case says what a page does, how \
             servers answer, and what must then happen.</p>\n",
            self.cases.len(),
            text(standard)
        );
    }

    fn agents(&mut self) {
        self.put(
            "<h2>Agents</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">agent\
             <th scope=\"col\">version<th scope=\"col\" class=\"n\">cases run\
             <th scope=\"col\" class=\"n\">otherwise<th scope=\"col\" class=\"n\">without a name\
             <th scope=\"col\" class=\"n\">not run<th scope=\"col\">known from</thead>\n<tbody>\n",
        );
        for column in self.columns {
            let tally = match &column.summary {
                Some(summary) => Tally::sum(summary),
                None => Tally::of(column, self.cases.iter()),
            };
            let _ = writeln!(
                self.html,
                "<tr><th scope=\"row\">{}<td>{}<td class=\"n\">{}<td class=\"n\">{}\
                 <td class=\"n\">{}<td class=\"n\">{}<td>{}",
                text(&column.title),
                text(&column.version),
                tally.ran,
                tally.differs,
                tally.unexplained,
                tally.skipped,
                text(&column.evidence)
            );
        }
        self.put("</tbody></table></div>\n");
    }

    fn areas(&mut self) {
        self.put(
            "<h2>Areas</h2>\n<p>How many of the cases that were run went otherwise. A number \
             shows these cases below.</p>\n\
             <div class=\"wide\"><table id=\"areas\">\n<thead><tr><th scope=\"col\">area",
        );
        for column in self.columns {
            let _ = write!(
                self.html,
                "<th scope=\"col\" class=\"n\">{}",
                text(&column.title)
            );
        }
        self.put("</thead>\n<tbody>\n");
        let mut areas: BTreeMap<&str, Vec<&AgentCase>> = BTreeMap::new();
        for case in self.cases {
            areas.entry(area(case)).or_default().push(case);
        }
        for (name, cases) in areas {
            let _ = write!(self.html, "<tr><th scope=\"row\">{}", text(name));
            for (number, column) in self.columns.iter().enumerate() {
                let tally = Tally::of(column, cases.iter());
                if column.summary.is_some() && tally.differs == 0 {
                    // A sample says nothing of other areas.
                    self.put("<td class=\"n\"><span class=\"faint\">–</span>");
                } else if column.summary.is_some() {
                    self.leading(name, number, tally.differs, "shown");
                } else {
                    self.cell(name, number, tally);
                }
            }
            self.put("\n");
        }
        self.put("</tbody></table></div>\n");
    }

    /// A number that leads to its cases, where there are any.
    fn cell(&mut self, area: &str, number: usize, tally: Tally) {
        let Tally { ran, differs, .. } = tally;
        match (ran, differs) {
            (0, _) => self.put("<td class=\"n\"><span class=\"faint\">not run</span>"),
            (_, 0) => self.put(&format!(
                "<td class=\"n\"><span class=\"faint\">0 of {ran}</span>"
            )),
            _ => self.leading(area, number, differs, &format!("of {ran}")),
        }
    }

    fn leading(&mut self, area: &str, number: usize, differs: usize, note: &str) {
        let _ = write!(
            self.html,
            "<td class=\"n\"><button type=\"button\" data-area=\"{}\" data-agent=\"{number}\">\
             {differs}</button> <span class=\"faint\">{note}</span>",
            text(area)
        );
    }

    fn deviations(&mut self) {
        self.put("<h2>Deviations</h2>\n");
        for (number, column) in self.columns.iter().enumerate() {
            let mut known: BTreeMap<&Explained, usize> = BTreeMap::new();
            for case in self.cases {
                if let Some(Standing::Differs(departure)) = column.standing(&case.id)
                    && let Some(explained) = &departure.explained
                {
                    *known.entry(explained).or_default() += 1;
                }
            }
            let _ = writeln!(
                self.html,
                "<details class=\"deviations\"><summary>{} <span class=\"faint\">{}</span></summary>",
                text(&column.title),
                counted(known.len(), "deviation", "deviations")
            );
            self.put("<dl>\n");
            // Streams of events tell of each case its own steps: a name may be here repeatedly.
            let mut named: BTreeMap<&str, (&Explained, usize)> = BTreeMap::new();
            for (explained, count) in known {
                named.entry(&explained.name).or_insert((explained, 0)).1 += count;
            }
            for (name, (explained, shown)) in named {
                let count = column.summary.as_ref().and_then(|summary| {
                    let mut classes = summary.classes.iter();
                    let is_it = |class: &&ClassSummary| class.known.name.as_deref() == Some(name);
                    classes.find(is_it)?.known.count
                });
                let count = count.unwrap_or(shown);
                let _ = writeln!(
                    self.html,
                    "<dt>{} <button type=\"button\" data-agent=\"{number}\" \
                     data-deviation=\"{}\">{}</button>\n<dd>{} {}",
                    text(name),
                    text(name),
                    counted(count, "case", "cases"),
                    text(&explained.reason),
                    links(&explained.spec)
                );
            }
            self.put("</dl></details>\n");
        }
        for column in self.columns {
            let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
            for case in self.cases {
                if let Some(Standing::Skipped(reason)) = column.standing(&case.id) {
                    *reasons.entry(reason).or_default() += 1;
                }
            }
            if reasons.is_empty() {
                continue;
            }
            let _ = writeln!(
                self.html,
                "<details class=\"skipped\"><summary>not run on {} <span class=\"faint\">{}</span>\
                 </summary>\n<ul>",
                text(&column.title),
                counted(reasons.values().sum(), "case", "cases")
            );
            for (reason, count) in reasons {
                let cases = counted(count, "case", "cases");
                let _ = writeln!(self.html, "<li>{cases}: {}", text(reason));
            }
            self.put("</ul></details>\n");
        }
    }

    fn differing(&mut self) {
        let columns = self.columns;
        self.put(
            "<h2 id=\"cases\">Cases that went otherwise</h2>\n\
             <p>{page}, {cross} and {third} stand for three origins; the page is of {page}. Marked \
             lines (≠) are those that the other side does not have.</p>\n\
             <form id=\"filter\">\n<label>agent <select name=\"agent\"><option value=\"\">any",
        );
        for (number, column) in columns.iter().enumerate() {
            let _ = write!(
                self.html,
                "<option value=\"{number}\">{}",
                text(&column.title)
            );
        }
        self.put("</select></label>\n<label>area <select name=\"area\"><option value=\"\">any");
        let shown: Vec<(&AgentCase, Vec<(usize, &Departure)>)> = self
            .cases
            .iter()
            .map(|case| (*case, self.departures(case)))
            .filter(|(_, departures)| !departures.is_empty())
            .collect();
        let mut areas: Vec<&str> = shown.iter().map(|(case, _)| area(case)).collect();
        areas.sort_unstable();
        areas.dedup();
        for name in areas {
            let _ = write!(self.html, "<option>{}", text(name));
        }
        self.put(
            "</select></label>\n<label>deviation <select name=\"deviation\">\
             <option value=\"\">any<option value=\"-\">without a name",
        );
        let mut names: Vec<&str> = shown
            .iter()
            .flat_map(|(_, departures)| departures)
            .filter_map(|(_, departure)| Some(departure.explained.as_ref()?.name.as_str()))
            .collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let _ = write!(self.html, "<option>{}", text(name));
        }
        let _ = writeln!(
            self.html,
            "</select></label>\n<label>words <input name=\"words\" type=\"search\" \
             autocomplete=\"off\"></label>\n<button type=\"reset\">show all</button>\n\
             <output id=\"count\">{}</output>\n</form>",
            counted(shown.len(), "case", "cases")
        );
        for (case, departures) in &shown {
            self.case(case, departures);
        }
    }

    fn departures(&self, case: &AgentCase) -> Vec<(usize, &'a Departure)> {
        let all = self.columns.iter().enumerate();
        all.filter_map(|(number, column)| match column.standing(&case.id) {
            Some(Standing::Differs(departure)) => Some((number, &**departure)),
            _ => None,
        })
        .collect()
    }

    fn case(&mut self, case: &AgentCase, departures: &[(usize, &Departure)]) {
        let numbers: Vec<String> = departures.iter().map(|(n, _)| n.to_string()).collect();
        // Agent and deviation belong together: a filter by both means the same departure.
        let names: Vec<String> = departures
            .iter()
            // Escaped by itself, as in the list to choose from: a filter compares the two.
            .map(|(number, departure)| format!("{number}:{}", text(departure.name())))
            .collect();
        let titles = departures.iter().filter_map(|(n, _)| self.columns.get(*n));
        let titles: Vec<String> = titles.map(|column| text(&column.title)).collect();
        let _ = writeln!(
            self.html,
            "<details class=\"case\" data-area=\"{}\" data-agents=\"{}\" data-deviations=\"{}\">\
             <summary><code>{}</code> {} <span class=\"tags\">{}</span></summary>",
            text(area(case)),
            numbers.join(" "),
            names.join(" "),
            text(&case.id),
            text(&case.title),
            titles.join(", ")
        );
        if let Some(why) = &case.why {
            let _ = writeln!(self.html, "<p>{}</p>", text(why));
        }
        let standard = blocks(case, &case.expect);
        let _ = writeln!(
            self.html,
            "<div class=\"sides\">\n<section><h3>the standard</h3>\n<p class=\"steps\">{}</p>",
            links(&case.spec)
        );
        if let Some(quarantine) = &case.quarantine {
            let _ = writeln!(
                self.html,
                "<p>Something else is accepted as well. {}</p>",
                text(&quarantine.reason)
            );
        }
        // Held against the first agent only where there is one to hold it against.
        let first = departures
            .iter()
            .find_map(|(_, departure)| match &departure.did {
                Did::Decision(did) => Some(blocks(case, did)),
                Did::Told { .. } => None,
            });
        match (&first, departures.len()) {
            (Some(did), 1) => self.blocks(&standard, &alone(&standard, did)),
            _ => self.blocks(&standard, &[]),
        }
        self.put("</section>\n");
        for (number, departure) in departures {
            if let Some(column) = self.columns.get(*number) {
                self.departure(case, column, departure, &standard);
            }
        }
        self.put("</div></details>\n");
    }

    fn departure(
        &mut self,
        case: &AgentCase,
        column: &Column,
        departure: &Departure,
        standard: &[Block],
    ) {
        let _ = writeln!(self.html, "<section><h3>{}</h3>", text(&column.title));
        match &departure.explained {
            Some(explained) => {
                let _ = writeln!(
                    self.html,
                    "<p class=\"reason\"><b>{}</b> {} {}</p>",
                    text(&explained.name),
                    text(&explained.reason),
                    links(&explained.spec)
                );
            }
            None => self.put("<p class=\"reason\"><b>without a name</b></p>\n"),
        }
        match &departure.did {
            Did::Decision(did) => {
                let did = blocks(case, did);
                self.blocks(&did, &alone(&did, standard));
            }
            Did::Told {
                requests,
                differences,
            } => {
                self.put("<ol>\n");
                for request in requests {
                    let _ = writeln!(self.html, "<li><code>{}</code>", text(request));
                }
                self.put("</ol>\n<ul>\n");
                for difference in differences {
                    let _ = writeln!(
                        self.html,
                        "<li class=\"alone\"><code>{}</code>: <code>{}</code>, the standard has \
                         <code>{}</code>",
                        text(&difference.what),
                        text(&difference.got),
                        text(&difference.wanted)
                    );
                }
                self.put("</ul>\n");
            }
        }
        let _ = writeln!(
            self.html,
            "<p class=\"faint\">{}, {}<br><code>{}</code></p></section>",
            text(&column.version),
            text(&column.evidence),
            text(&departure.again)
        );
    }

    /// Blocks; `marks` says which lines stand alone, nothing where nothing is to be marked.
    fn blocks(&mut self, blocks: &[Block], marks: &[Vec<bool>]) {
        self.put("<ul class=\"blocks\">\n");
        for (number, block) in blocks.iter().enumerate() {
            let is_alone = |line: usize| {
                let marks = marks.get(number);
                marks
                    .and_then(|marks| marks.get(line))
                    .copied()
                    .unwrap_or(false)
            };
            let class = |line| {
                if is_alone(line) {
                    " class=\"alone\""
                } else {
                    ""
                }
            };
            let _ = write!(
                self.html,
                "<li><b{}>{}{}</b><ul>",
                class(0),
                block.number,
                text(&block.head)
            );
            for (line, said) in (1..).zip(&block.lines) {
                let _ = write!(self.html, "<li{}><code>{}</code>", class(line), text(said));
            }
            self.put("</ul>\n");
        }
        self.put("</ul>\n");
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The area of a case: the first half of its id.
fn area(case: &AgentCase) -> &str {
    case.id.split_once('/').map_or("", |(area, _)| area)
}
