//! A chart as JSON has it. The types describe what [`crate::chart`] reads and writes, and hold nothing. In a chart that
//! is read `null` stands for what may be left out.

use utoipa::ToSchema;

/// The seats of a house: plain numbers, or sections and areas.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) enum Chart {
    /// Seats that are labelled with numbers from 1.
    Numbered(Numbered),
    /// Seats in sections and rows, and places in areas.
    Drawn(Drawn),
}

/// Seats that are labelled with numbers from 1.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Numbered {
    /// How many.
    #[schema(minimum = 1, maximum = 20_000_000)]
    seats: u32,
}

/// Seats in sections and rows, and places in areas.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Drawn {
    /// The currency of its prices.
    #[schema(required = false, pattern = "^[A-Z]{3}$")]
    currency: Option<String>,
    /// The point that all want to be close to.
    #[schema(required = false)]
    focus: Option<Point>,
    /// Its categories. A chart that lists any may use no others.
    #[schema(required = false, max_items = 64)]
    categories: Option<Vec<Category>>,
    /// Its sections.
    #[schema(required = false, max_items = 1000)]
    sections: Option<Vec<Section>>,
    /// Its general-admission areas.
    #[schema(required = false, max_items = 1000)]
    areas: Option<Vec<Area>>,
}

/// A point of the plane.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Point {
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    x: f32,
    #[schema(minimum = -1_000_000, maximum = 1_000_000)]
    y: f32,
}

/// Seats of one price.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Category {
    /// Its name.
    #[schema(min_length = 1, max_length = 128, pattern = "^[^/\\x00-\\x1f\\x7f]+$")]
    name: String,
    /// Its colour.
    #[schema(required = false, pattern = "^#[0-9a-f]{6}$")]
    colour: Option<String>,
    /// What a seat costs, in minor units of the currency.
    #[schema(required = false)]
    price: Option<u64>,
}

/// A part of the house.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Section {
    /// Its name.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// The category of its seats that have no other.
    #[schema(required = false)]
    category: Option<String>,
    /// Its rows.
    rows: Vec<Row>,
}

/// Seats side by side.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Row {
    /// Its label. A row that is cut by an aisle is two with the same.
    #[schema(min_length = 1, max_length = 32)]
    label: String,
    /// The category of its seats that have no other.
    #[schema(required = false)]
    category: Option<String>,
    /// How many seats there are, or each of them.
    seats: RowSeats,
    /// The label of the first seat, if they are counted.
    #[schema(required = false)]
    from: Option<u32>,
}

/// The seats of a row.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) enum RowSeats {
    /// So many.
    Counted(u32),
    /// These.
    Listed(Vec<Seat>),
}

/// A seat.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) enum Seat {
    /// By its label.
    Label(String),
    /// With what else is to be known of it.
    Known(KnownSeat),
}

/// A seat, and what is to be known of it.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct KnownSeat {
    /// Its label within its row.
    #[schema(min_length = 1, max_length = 32)]
    label: String,
    /// Its category.
    #[schema(required = false)]
    category: Option<String>,
    /// Where it lies.
    #[schema(required = false)]
    x: Option<f32>,
    /// Where it lies.
    #[schema(required = false)]
    y: Option<f32>,
    /// For whom needs it.
    #[schema(required = false)]
    accessible: Option<bool>,
    /// For who comes with them.
    #[schema(required = false)]
    companion: Option<bool>,
    /// Not all can be seen from it.
    #[schema(required = false)]
    restricted_view: Option<bool>,
}

/// Places without numbers.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "a description")]
pub(in crate::http::v1) struct Area {
    /// Its name.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// How many places it has.
    #[schema(minimum = 1)]
    capacity: u32,
    /// Their category.
    #[schema(required = false)]
    category: Option<String>,
    /// Where it lies.
    #[schema(required = false)]
    x: Option<f32>,
    /// Where it lies.
    #[schema(required = false)]
    y: Option<f32>,
}
