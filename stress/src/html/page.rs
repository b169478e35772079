//! The frame of a report: head, verdict, sections, foot.

use std::fmt::Write;

use super::machine;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// A report under way.
#[derive(Debug, Default)]
pub(super) struct Page {
    title: String,
    lead: String,
    verdict: String,
    sections: Vec<(String, String)>,
    data: Option<String>,
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

    /// Adds a section; its body is markup.
    pub(super) fn section(&mut self, title: &str, body: String) {
        self.sections.push((title.to_owned(), body));
    }

    /// Adds what the moving map is drawn from.
    pub(super) fn data(&mut self, data: &serde_json::Value) {
        // No text in it can end the script element.
        self.data = Some(data.to_string().replace('<', "\\u003c"));
    }

    /// The whole file.
    pub(super) fn render(mut self) -> String {
        self.section("What it ran on", machine::table());
        let mut body = String::new();
        let mut contents = String::new();
        for (number, (title, section)) in self.sections.iter().enumerate() {
            let title = text_of(title);
            let _ = writeln!(contents, "<li><a href=\"#s{number}\">{title}</a></li>");
            let _ = writeln!(
                body,
                "<section id=\"s{number}\" aria-labelledby=\"h{number}\"><h2 id=\"h{number}\">{title}</h2>\n{section}\n</section>"
            );
        }
        let data = self.data.map_or_else(String::new, |data| {
            format!("<script type=\"application/json\" id=\"data\">{data}</script>\n<script>{SCRIPT}</script>\n")
        });
        let (title, lead) = (text_of(&self.title), text_of(&self.lead));
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
             <a class=\"skip\" href=\"#s0\">To the results</a>\n\
             <header><p class=\"brand\">Seatlock</p><h1>{title}</h1><p class=\"lead\">{lead}</p>{}\n\
             <nav aria-label=\"Sections\"><ul>\n{contents}</ul></nav></header>\n\
             <main>\n{body}</main>\n\
             <footer><p>Written by <code>{}</code>. This file fetches nothing.</p></footer>\n{data}</body>\n</html>\n",
            self.verdict,
            text_of(&machine::command()),
        )
    }
}

/// Text that is no markup, also within an attribute.
pub(super) fn text_of(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(sign),
        }
    }
    escaped
}

/// A paragraph of text.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", text_of(text))
}

/// Figures that come first: each with a name below, and a note.
pub(super) fn figures(figures: &[(String, &str, String)]) -> String {
    let mut body = String::from("<dl class=\"figures\">\n");
    for (value, name, note) in figures {
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd class=\"value\">{}</dd><dd>{}</dd></div>",
            text_of(name),
            text_of(value),
            text_of(note)
        );
    }
    body + "</dl>\n"
}

/// A table of texts. The first column names the row; the others are numbers, aligned to the right, unless it is said that
/// they are prose.
pub(super) fn table(caption: &str, head: &[&str], rows: &[Vec<String>], is_prose: bool) -> String {
    let class = if is_prose { " class=\"prose\"" } else { "" };
    let mut body = format!(
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\"><table{class}><caption>{0}</caption>\n<thead><tr>",
        text_of(caption)
    );
    for name in head {
        let _ = write!(body, "<th scope=\"col\">{}</th>", text_of(name));
    }
    body += "</tr></thead>\n<tbody>\n";
    for row in rows {
        body += "<tr>";
        for (column, cell) in row.iter().enumerate() {
            let cell = text_of(cell);
            let _ = match column {
                0 => write!(body, "<th scope=\"row\">{cell}</th>"),
                _ => write!(body, "<td>{cell}</td>"),
            };
        }
        body += "</tr>\n";
    }
    body + "</tbody></table></div>\n"
}

/// The moving map's place. What it shows is in the page's data.
pub(super) fn map(what: &str, wanted: &str) -> String {
    let (what, wanted) = (text_of(what), text_of(wanted));
    format!(
        "<p>{what}</p>\n\
         <div id=\"stage\" hidden>\n\
         <canvas id=\"map\" role=\"img\" aria-label=\"Map of the seats\" aria-describedby=\"now\"></canvas>\n\
         <div class=\"controls\">\n\
         <button id=\"play\" type=\"button\">Play</button>\n\
         <label class=\"slide\" for=\"moment\"><span>Moment</span><input id=\"moment\" type=\"range\" min=\"0\" value=\"0\" step=\"1\"></label>\n\
         <fieldset><legend>Show</legend>\
         <label><input type=\"radio\" name=\"shown\" value=\"states\" checked> states</label>\
         <label><input type=\"radio\" name=\"shown\" value=\"wanted\"> {wanted}</label></fieldset>\n</div>\n\
         <p id=\"now\" aria-live=\"polite\"></p>\n\
         <ul class=\"legend\" id=\"states\"><li><i class=\"free\"></i>free</li><li><i class=\"held\"></i>held</li>\
         <li><i class=\"sold\"></i>sold</li><li><i class=\"withheld\"></i>kept from sale</li></ul>\n\
         <ul class=\"legend\" id=\"heat\" hidden><li><i class=\"ramp\"></i>seldom to often (logarithmic)</li></ul>\n\
         </div>\n<noscript><p>The moving map needs JavaScript; everything else does not.</p></noscript>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_is_text() {
        let evil = "<script>alert('x')</script>\" onload=\"y";
        let mut page = Page::new(evil, evil);
        page.verdict(Some(evil), "");
        page.section(
            evil,
            table(evil, &[evil], &[vec![evil.to_owned()]], true) + &paragraph(evil),
        );
        page.data(&serde_json::json!({ "title": "</script><script>alert(1)" }));
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
