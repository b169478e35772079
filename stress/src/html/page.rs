//! The frame of a report: head, verdict, sections, foot; and the moving maps in it.

use std::fmt::Write;

use serde_json::Value;

use super::{
    element::{paragraph, text_of},
    machine,
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A report under way.
#[derive(Debug, Default)]
pub(super) struct Page {
    title: String,
    lead: String,
    verdict: String,
    parts: Vec<Part>,
    maps: Vec<String>,
}

/// Sections that belong together.
#[derive(Debug, Default)]
struct Part {
    title: Option<String>,
    intro: String,
    sections: Vec<(String, String)>,
}

impl Page {
    /// A page with a title, and a sentence or two that say what it is.
    pub(super) fn new(title: &str, lead: &str) -> Self {
        Self {
            title: title.to_owned(),
            lead: lead.to_owned(),
            ..Self::default()
        }
    }

    /// Says whether all went as it should.
    pub(super) fn verdict(&mut self, broken: Option<&str>, kept: &str) {
        let (class, sign, text) = match broken {
            None => ("kept", "✓", kept),
            Some(what) => ("broken", "✗", what),
        };
        self.verdict = format!(
            "<p class=\"verdict {class}\"><span aria-hidden=\"true\">{sign}</span> {}</p>",
            text_of(text)
        );
    }

    /// Begins a part, with a sentence or two that say what is in it.
    pub(super) fn part(&mut self, title: &str, intro: &str) {
        self.parts.push(Part {
            title: Some(title.to_owned()),
            intro: paragraph(intro),
            sections: Vec::new(),
        });
    }

    /// Adds a section; its body is markup.
    pub(super) fn section(&mut self, title: &str, body: String) {
        if self.parts.is_empty() {
            self.parts.push(Part::default());
        }
        if let Some(part) = self.parts.last_mut() {
            part.sections.push((title.to_owned(), body));
        }
    }

    /// A moving map, to be put in a section: what it shows, what else can be shown of each seat, and what it is drawn from.
    pub(super) fn map(&mut self, what: &str, wanted: &str, data: &Value) -> String {
        let number = self.maps.len();
        // No text in it can end the script element.
        self.maps.push(data.to_string().replace('<', "\\u003c"));
        map(number, &text_of(what), &text_of(wanted))
    }

    /// The whole file.
    pub(super) fn render(mut self) -> String {
        self.section("What it ran on", machine::table());
        let (contents, body) = self.body();
        let mut scripts = String::new();
        for (number, data) in self.maps.iter().enumerate() {
            let _ = writeln!(
                scripts,
                "<script type=\"application/json\" id=\"map-{number}\">{data}</script>"
            );
        }
        if !self.maps.is_empty() {
            let _ = writeln!(scripts, "<script>{SCRIPT}</script>");
        }
        let (title, lead) = (text_of(&self.title), text_of(&self.lead));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#s0\">To the results</a>\n\
             <header><p class=\"brand\">Seatlock</p><h1>{title}</h1><p class=\"lead\">{lead}</p>{}\n\
             <nav aria-label=\"Sections\">\n{contents}</nav></header>\n\
             <main>\n{body}</main>\n\
             <footer><p>Written by <code>{}</code>. This file fetches nothing.</p></footer>\n{scripts}</body>\n</html>\n",
            self.verdict,
            text_of(&machine::command()),
        )
    }

    /// The links to all sections, and the sections.
    fn body(&self) -> (String, String) {
        let (mut contents, mut body) = (String::new(), String::new());
        let mut number = 0;
        for part in &self.parts {
            let level = if let Some(title) = &part.title {
                let title = text_of(title);
                let _ = writeln!(contents, "<div><p>{title}</p>");
                let _ = writeln!(
                    body,
                    "<div class=\"part\"><h2>{title}</h2>\n{}</div>",
                    part.intro
                );
                3
            } else {
                contents += "<div>";
                2
            };
            contents += "<ul>\n";
            for (title, section) in &part.sections {
                let title = text_of(title);
                let _ = writeln!(contents, "<li><a href=\"#s{number}\">{title}</a></li>");
                let _ = writeln!(
                    body,
                    "<section id=\"s{number}\" aria-labelledby=\"h{number}\"><h{level} id=\"h{number}\">{title}</h{level}>\n{section}\n</section>"
                );
                number += 1;
            }
            contents += "</ul></div>\n";
        }
        (contents, body)
    }
}

/// A moving map's place.
fn map(number: usize, what: &str, wanted: &str) -> String {
    format!(
        "<p>{what}</p>\n\
         <div class=\"stage\" data-map=\"map-{number}\" hidden>\n\
         <canvas role=\"img\" aria-label=\"Map of the seats\" aria-describedby=\"now-{number}\"></canvas>\n\
         <div class=\"controls\">\n\
         <button type=\"button\">Play</button>\n\
         <label class=\"slide\"><span>Moment</span><input type=\"range\" min=\"0\" value=\"0\" step=\"1\"></label>\n\
         <fieldset><legend>Show</legend>\
         <label><input type=\"radio\" name=\"shown-{number}\" value=\"states\" checked> states</label>\
         <label><input type=\"radio\" name=\"shown-{number}\" value=\"wanted\"> {wanted}</label></fieldset>\n</div>\n\
         <p class=\"now\" id=\"now-{number}\" aria-live=\"polite\"></p>\n\
         <ul class=\"legend states\"><li><i class=\"free\"></i>free</li><li><i class=\"held\"></i>held</li>\
         <li><i class=\"sold\"></i>sold</li><li><i class=\"withheld\"></i>kept from sale</li></ul>\n\
         <ul class=\"legend heat\" hidden><li><i class=\"ramp\"></i>seldom to often (logarithmic)</li></ul>\n\
         </div>\n<noscript><p>The moving map needs JavaScript; everything else does not.</p></noscript>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::element::table;

    #[test]
    fn what_people_typed_is_text() {
        let evil = "<script>alert('x')</script>\" onload=\"y";
        let mut page = Page::new(evil, evil);
        page.verdict(Some(evil), "");
        page.section(
            evil,
            table(evil, &[evil], &[vec![evil.to_owned()]], true) + &paragraph(evil),
        );
        page.part(evil, evil);
        let map = page.map(
            evil,
            evil,
            &serde_json::json!({ "title": "</script><script>alert(1)" }),
        );
        page.section(evil, map);
        let text = page.render();
        assert!(!text.contains("<script>alert") && !text.contains("\" onload=\"y"));
        assert_eq!(
            text.matches("<script").count(),
            2,
            "the data and the page's own"
        );
    }

    #[test]
    fn a_report_fetches_nothing() {
        let text = Page::new("a", "b").render() + SCRIPT + STYLE;
        for fetches in [
            "http:", "https:", "url(", "@import", "fetch(", "src=", "<link",
        ] {
            assert!(!text.contains(fetches), "{fetches}");
        }
    }
}
