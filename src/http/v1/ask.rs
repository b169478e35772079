//! What the bodies of requests say.

mod plain;

use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    body::Check,
    problem::Fault,
    shape::{Object, Text},
};
use crate::limits::{GROUP_SEATS_MAX, ORDER_CHARS_MAX, REASON_CHARS_MAX, USER_CHARS_MAX};

/// A hold that is to be made. All that is asked for is held, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHold)]
pub(super) struct HoldAsk<'a> {
    /// Who wants it, as the shop calls them.
    #[serde(borrow)]
    #[schema(value_type = String, min_length = 1, max_length = 64, example = "ada")]
    pub(super) user: Text<'a>,
    /// The shop's own reference.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, nullable = true, min_length = 1, max_length = 128)]
    pub(super) order: Option<Text<'a>>,
    /// These seats, by their full labels.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64, example = json!(["Stalls/A/12"]))]
    pub(super) seats: Vec<Text<'a>>,
    /// The best that there are.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<BestAsk>, max_items = 64)]
    pub(super) best: Vec<Object<BestAsk<'a>>>,
    /// Places in areas.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<PlacesAsk>, max_items = 64)]
    pub(super) areas: Vec<Object<PlacesAsk<'a>>>,
}

/// Seats for a party that names none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Best)]
pub(super) struct BestAsk<'a> {
    /// How many.
    #[schema(minimum = 1, maximum = 64)]
    pub(super) quantity: u32,
    /// Only in these categories; in any if there are none.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64)]
    pub(super) categories: Vec<Text<'a>>,
    /// Only in these sections; in any if there are none.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64)]
    pub(super) sections: Vec<Text<'a>>,
    /// Whether they sit side by side.
    #[serde(default)]
    pub(super) adjacent: AdjacentWord,
    /// How many of them need accessible seats.
    #[serde(default)]
    #[schema(maximum = 64)]
    pub(super) accessible: u32,
}

/// Whether a party sits side by side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Adjacent)]
pub(super) enum AdjacentWord {
    /// In one row side by side, or not at all.
    Required,
    /// As near to one another as there is room for.
    #[default]
    Preferred,
    /// Wherever it is best for each.
    Any,
}

/// So many places of an area.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Places)]
pub(super) struct PlacesAsk<'a> {
    /// The area's name.
    #[serde(borrow)]
    #[schema(value_type = String)]
    pub(super) area: Text<'a>,
    /// How many.
    #[schema(minimum = 1, maximum = 64)]
    pub(super) quantity: u32,
}

/// The token, where it is not in the header `Seatlock-Token`.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TokenAlone)]
pub(super) struct TokenAsk<'a> {
    /// The hold's token, unless it is in the header.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    pub(super) token: Option<Text<'a>>,
}

/// Nothing: which hold is meant is in the path.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Revoke)]
pub(super) struct RevokeAsk {}

/// How a hold is confirmed.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Confirm)]
pub(super) struct ConfirmAsk<'a> {
    /// The hold's token, unless it is in the header.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    pub(super) token: Option<Text<'a>>,
    /// What to do when the deadline has passed; left out, it is refused.
    #[serde(default)]
    pub(super) if_free: Option<IfFreeWord>,
    /// The shop's own reference, instead of the hold's.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 128)]
    pub(super) order: Option<Text<'a>>,
}

/// What a confirm does when the deadline has passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = IfFree)]
pub(super) enum IfFreeWord {
    /// Books the seats nevertheless if all of them are still free.
    Retake,
}

/// What is added to a hold: all of it, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Add)]
pub(super) struct AddAsk<'a> {
    /// The hold's token, unless it is in the header.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    pub(super) token: Option<Text<'a>>,
    /// These seats, by their full labels.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64)]
    pub(super) seats: Vec<Text<'a>>,
    /// The best that there are.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<BestAsk>, max_items = 64)]
    pub(super) best: Vec<Object<BestAsk<'a>>>,
    /// Places in areas.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<PlacesAsk>, max_items = 64)]
    pub(super) areas: Vec<Object<PlacesAsk<'a>>>,
}

/// What is given back of a hold: all of it, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GiveBack)]
pub(super) struct GiveBackAsk<'a> {
    /// The hold's token, unless it is in the header.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9a-f]{32}$")]
    pub(super) token: Option<Text<'a>>,
    /// These seats, by their full labels.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64)]
    pub(super) seats: Vec<Text<'a>>,
    /// Places in areas.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<PlacesAsk>, max_items = 64)]
    pub(super) areas: Vec<Object<PlacesAsk<'a>>>,
}

/// What is cancelled of a booking; all of it if neither seats nor areas are named.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Cancel)]
pub(super) struct CancelAsk<'a> {
    /// These seats, by their full labels.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Vec<String>>, max_items = 64)]
    pub(super) seats: Option<Vec<Text<'a>>>,
    /// Places in areas.
    #[serde(borrow, default)]
    #[schema(value_type = Option<Vec<PlacesAsk>>, max_items = 64)]
    pub(super) areas: Option<Vec<Object<PlacesAsk<'a>>>>,
}

/// Seats of a booking that are moved to others.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Move)]
pub(super) struct MoveAsk<'a> {
    /// The booking's seats, by their full labels.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<String>, max_items = 64)]
    pub(super) from: Vec<Text<'a>>,
    /// Places of the booking in areas.
    #[serde(borrow, default)]
    #[schema(value_type = Vec<PlacesAsk>, max_items = 64)]
    pub(super) from_areas: Vec<Object<PlacesAsk<'a>>>,
    /// The seats that they are moved to, as many.
    #[serde(borrow)]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 64)]
    pub(super) to: Vec<Text<'a>>,
}

/// Seats that are kept from sale: all of them, or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Block)]
pub(super) struct BlockAsk<'a> {
    /// These seats, by their full labels.
    #[serde(borrow)]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 64)]
    pub(super) seats: Vec<Text<'a>>,
    /// Why.
    #[serde(borrow, default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 256)]
    pub(super) reason: Option<Text<'a>>,
}

/// Withheld seats that are put on sale: all of them, or none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Unblock)]
pub(super) struct UnblockAsk<'a> {
    /// These seats, by their full labels.
    #[serde(borrow)]
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 64)]
    pub(super) seats: Vec<Text<'a>>,
}

const ITEMS_MAX: usize = GROUP_SEATS_MAX as usize;

impl Check for HoldAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        text(faults, "user", &self.user, USER_CHARS_MAX);
        optional(faults, "order", self.order.as_ref(), ORDER_CHARS_MAX);
        at_most(faults, "seats", &self.seats, ITEMS_MAX);
        best(faults, &self.best);
        places(faults, "areas", &self.areas);
    }
}

impl Check for TokenAsk<'_> {
    fn check(&self, _faults: &mut Vec<Fault>) {}
}

impl Check for RevokeAsk {
    fn check(&self, _faults: &mut Vec<Fault>) {}
}

impl Check for ConfirmAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        optional(faults, "order", self.order.as_ref(), ORDER_CHARS_MAX);
    }
}

impl Check for AddAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(faults, "seats", &self.seats, ITEMS_MAX);
        best(faults, &self.best);
        places(faults, "areas", &self.areas);
    }
}

impl Check for GiveBackAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(faults, "seats", &self.seats, ITEMS_MAX);
        places(faults, "areas", &self.areas);
    }
}

impl Check for CancelAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(
            faults,
            "seats",
            self.seats.as_deref().unwrap_or_default(),
            ITEMS_MAX,
        );
        places(faults, "areas", self.areas.as_deref().unwrap_or_default());
    }
}

impl Check for MoveAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(faults, "from", &self.from, ITEMS_MAX);
        places(faults, "from_areas", &self.from_areas);
        at_most(faults, "to", &self.to, ITEMS_MAX);
    }
}

impl Check for BlockAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(faults, "seats", &self.seats, ITEMS_MAX);
        optional(faults, "reason", self.reason.as_ref(), REASON_CHARS_MAX);
    }
}

impl Check for UnblockAsk<'_> {
    fn check(&self, faults: &mut Vec<Fault>) {
        at_most(faults, "seats", &self.seats, ITEMS_MAX);
    }
}

pub(super) fn text(faults: &mut Vec<Fault>, field: &'static str, text: &Text, chars_max: usize) {
    if !text.has(1, chars_max) {
        let reason = format!("must have 1 to {chars_max} characters");
        faults.push(Fault::new(field, reason));
    }
}

pub(super) fn optional(
    faults: &mut Vec<Fault>,
    field: &'static str,
    value: Option<&Text>,
    chars_max: usize,
) {
    if let Some(value) = value {
        text(faults, field, value, chars_max);
    }
}

fn at_most<T>(faults: &mut Vec<Fault>, field: &'static str, items: &[T], items_max: usize) {
    at_most_in(faults, || field.into(), items, items_max);
}

fn at_most_in<T>(
    faults: &mut Vec<Fault>,
    field: impl FnOnce() -> String,
    items: &[T],
    items_max: usize,
) {
    if items.len() > items_max {
        let reason = format!("must have at most {items_max} entries");
        faults.push(Fault::new(field(), reason));
    }
}

fn best(faults: &mut Vec<Fault>, wishes: &[Object<BestAsk>]) {
    at_most(faults, "best", wishes, ITEMS_MAX);
    for (nth, Object(wish)) in wishes.iter().enumerate().take(ITEMS_MAX) {
        quantity(faults, || format!("best[{nth}].quantity"), wish.quantity);
        if wish.accessible > wish.quantity {
            let reason = "must not be more than the quantity";
            faults.push(Fault::new(format!("best[{nth}].accessible"), reason));
        }
        let of = |name: &'static str| move || format!("best[{nth}].{name}");
        at_most_in(faults, of("categories"), &wish.categories, ITEMS_MAX);
        at_most_in(faults, of("sections"), &wish.sections, ITEMS_MAX);
    }
}

fn places(faults: &mut Vec<Fault>, field: &'static str, places: &[Object<PlacesAsk>]) {
    at_most(faults, field, places, ITEMS_MAX);
    for (nth, Object(places)) in places.iter().enumerate().take(ITEMS_MAX) {
        quantity(
            faults,
            || format!("{field}[{nth}].quantity"),
            places.quantity,
        );
    }
}

fn quantity(faults: &mut Vec<Fault>, field: impl FnOnce() -> String, quantity: u32) {
    if !(1..=GROUP_SEATS_MAX).contains(&quantity) {
        let reason = format!("must be from 1 to {GROUP_SEATS_MAX}");
        faults.push(Fault::new(field(), reason));
    }
}
