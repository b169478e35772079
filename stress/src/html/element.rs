//! What a report is made of: paragraphs, figures, tables. Their markup is ours, and what is in them is text.

use std::fmt::Write;

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

/// A paragraph of text; what stands between two backticks in it is code.
pub(super) fn paragraph(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let marked = parts.map(|(place, part)| match (place % 2, text_of(part)) {
        (0, part) => part,
        (_, part) => format!("<code>{part}</code>"),
    });
    format!("<p>{}</p>\n", marked.collect::<String>())
}

/// A value, what it is, and a note.
pub(super) type Figure = (String, &'static str, String);

/// Figures that come first: each with a name below, and a note.
pub(super) fn figures(figures: &[Figure]) -> String {
    let class = if figures.len().is_multiple_of(4) {
        ""
    } else {
        " three"
    };
    let mut body = format!("<dl class=\"figures{class}\">\n");
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

/// Words, each with what it means.
pub(super) fn glossary(words: &[(&str, &str)]) -> String {
    let mut body = String::from("<dl class=\"glossary\">\n");
    for (word, meaning) in words {
        let _ = writeln!(
            body,
            "<div><dt>{}</dt><dd>{}</dd></div>",
            text_of(word),
            text_of(meaning)
        );
    }
    body + "</dl>\n"
}

/// What only those want who look closer.
pub(super) fn closer(summary: &str, body: &str) -> String {
    format!(
        "<details><summary>{}</summary>\n{body}</details>\n",
        text_of(summary)
    )
}
