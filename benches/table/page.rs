//! The part of a page that is written by this program, between two marks.

use std::fmt;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// Why a page has no place for tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarksError {
    /// No mark where they begin.
    NoBegin,
    /// No mark after it where they end.
    NoEnd,
}

impl fmt::Display for MarksError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBegin => write!(f, "there is no {BEGIN}"),
            Self::NoEnd => write!(f, "there is no {END} after {BEGIN}"),
        }
    }
}

/// The page with `tables` between its marks, whatever stood there before.
pub(crate) fn replace(page: &str, tables: &str) -> Result<String, MarksError> {
    let (before, rest) = page.split_once(BEGIN).ok_or(MarksError::NoBegin)?;
    let (_, after) = rest.split_once(END).ok_or(MarksError::NoEnd)?;
    Ok(format!("{before}{BEGIN}\n{tables}{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_between_the_marks_changes() {
        let page = format!("# A\n{BEGIN}\nold\n{END}\nthe rest\n");
        let once = replace(&page, "new\n").expect("both marks");
        assert_eq!(once, format!("# A\n{BEGIN}\nnew\n{END}\nthe rest\n"));
        assert_eq!(
            replace(&once, "new\n"),
            Ok(once),
            "a second time changes nothing"
        );
    }

    #[test]
    fn a_page_without_marks_is_not_touched() {
        assert_eq!(replace("# A\n", ""), Err(MarksError::NoBegin));
        let reversed = format!("{END}\n{BEGIN}\n");
        assert_eq!(replace(&reversed, ""), Err(MarksError::NoEnd));
    }
}
