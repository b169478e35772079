//! Where in a JSON text a value stands, for people.

use std::fmt::Write as _;

/// The way from the top of the text to the object or list that is being read.
#[derive(Debug, Default)]
pub(super) struct Path(Vec<Step>);

#[derive(Debug)]
struct Step {
    field: &'static str,
    /// The item, if the field is a list and one of its items is meant.
    item: Option<usize>,
}

impl Path {
    /// Down into this field.
    pub(super) fn enter(&mut self, field: &'static str) {
        self.0.push(Step { field, item: None });
    }

    /// On to this item of the list.
    pub(super) fn item(&mut self, item: usize) {
        if let Some(step) = self.0.last_mut() {
            step.item = Some(item);
        }
    }

    /// Up again.
    pub(super) fn leave(&mut self) {
        self.0.pop();
    }

    /// The path of a field, such as `sections[0].rows[2].label`; without a field, that of the object itself.
    pub(super) fn to(&self, field: &str) -> String {
        let mut path = String::new();
        for Step { field, item } in &self.0 {
            let dot = if path.is_empty() { "" } else { "." };
            path.extend([dot, field]);
            if let Some(item) = item {
                write!(path, "[{item}]").expect("a String takes any text");
            }
        }
        if !path.is_empty() && !field.is_empty() {
            path.push('.');
        }
        path.push_str(field);
        path
    }
}
