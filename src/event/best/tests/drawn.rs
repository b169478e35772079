//! Houses drawn as text, for tests.
//!
//! One line a row, the stage above the first, the seats a step apart and each row in the middle, `|` an aisle. An empty
//! line begins a new section.
//!
//! | free | taken | what |
//! |---|---|---|
//! | `.` | `X` | a seat of category 0 |
//! | `:` | `Y` | a seat of category 1 |
//! | `a` | `A` | an accessible seat |
//! | `c` | `C` | a companion seat |

use crate::{
    event::{
        best::{Area, House, Kind, Offset, Plan, Row, Sight, Wish, find},
        hints::Hints,
    },
    ids::SeatId,
    seat::FreeSeats,
    tick::Tick,
};

/// A drawn house, and which of its seats are free.
#[derive(Debug, Clone)]
pub(super) struct Drawn {
    pub(super) rows: Vec<Row>,
    pub(super) kinds: Vec<Kind>,
    pub(super) free: Vec<bool>,
    pub(super) offsets: Vec<Offset>,
    pub(super) areas: Vec<Area>,
}

impl Drawn {
    pub(super) fn new(drawing: &[&str]) -> Self {
        let mut house = Self {
            rows: Vec::new(),
            kinds: Vec::new(),
            free: Vec::new(),
            offsets: Vec::new(),
            areas: Vec::new(),
        };
        let mut section = 0;
        for (line, depth) in drawing.iter().zip(1..) {
            if line.is_empty() {
                section += 1;
            } else {
                house.row(line, depth, section);
            }
        }
        house
    }

    fn row(&mut self, line: &str, depth: u32, section: usize) {
        let length = |text: &str| u16::try_from(text.len()).expect("a short line");
        let y = f32::from(u16::try_from(depth).expect("few rows"));
        let mut x = 0.5 - f32::from(length(line)) / 2.0;
        for part in line.split('|') {
            if !part.is_empty() {
                self.rows.push(Row {
                    first: SeatId::new(u32::try_from(self.free.len()).expect("a small house")),
                    seats: length(part).into(),
                    section,
                    depth,
                });
            }
            for seat in part.chars() {
                self.kinds.push(Kind {
                    category: u8::from(":Y".contains(seat)),
                    is_accessible: "aA".contains(seat),
                    is_companion: "cC".contains(seat),
                });
                self.free.push(".:ac".contains(seat));
                self.offsets.push(Offset { x, y });
                x += 1.0;
            }
            x += 1.0;
        }
    }

    /// With rows that are bent: each seat is so much farther back as it is steps from the middle, squared. Towards the
    /// stage, which is a negative bend, the nearest seats may be those at both ends.
    pub(super) fn bent(mut self, by: f32) -> Self {
        for seat in &mut self.offsets {
            seat.y += by * seat.x * seat.x;
        }
        self
    }

    /// The drawing with `o` for seats that were found.
    pub(super) fn with(&self, seats: &[SeatId]) -> Vec<String> {
        let sign = |seat: u32| {
            let kind = self.kinds[seat as usize];
            match (seats.contains(&SeatId::new(seat)), self.free[seat as usize]) {
                (true, true) => 'o',
                (true, false) => '!',
                (_, free) if kind.is_accessible => {
                    if free {
                        'a'
                    } else {
                        'A'
                    }
                }
                (_, free) if kind.is_companion => {
                    if free {
                        'c'
                    } else {
                        'C'
                    }
                }
                (_, free) if kind.category == 1 => {
                    if free {
                        ':'
                    } else {
                        'Y'
                    }
                }
                (_, free) => {
                    if free {
                        '.'
                    } else {
                        'X'
                    }
                }
            }
        };
        let mut drawing: Vec<String> = Vec::new();
        let mut last: Option<&Row> = None;
        for row in &self.rows {
            let seats: String = (row.first.get()..row.first.get() + row.seats)
                .map(sign)
                .collect();
            match (last, drawing.last_mut()) {
                (Some(last), Some(line)) if last.depth == row.depth => {
                    *line += &format!("|{seats}")
                }
                (Some(last), _) if last.section != row.section => {
                    drawing.extend([String::new(), seats]);
                }
                _ => drawing.push(seats),
            }
            last = Some(row);
        }
        drawing
    }

    /// What a first search finds, drawn.
    pub(super) fn find(&self, wish: &Wish) -> Option<Vec<String>> {
        let plan = Plan::new(self);
        let hints = Hints::new(plan.cells());
        let seats = find(&plan, &hints, self, wish, &[], 0, &mut |_| {
            unreachable!("the first attempt leaves nothing to chance")
        });
        seats.map(|seats| self.with(&seats))
    }
}

impl House for Drawn {
    fn rows(&self) -> impl Iterator<Item = Row> {
        self.rows.iter().copied()
    }

    fn areas(&self) -> impl Iterator<Item = Area> {
        self.areas.iter().copied()
    }

    fn kind(&self, seat: SeatId) -> Kind {
        self.kinds[seat.index()]
    }

    fn offset(&self, seat: SeatId) -> Offset {
        self.offsets[seat.index()]
    }
}

impl Sight for Drawn {
    fn now(&self) -> Tick {
        Tick::new(0)
    }

    fn free(&self, first: SeatId, count: u32) -> FreeSeats {
        let seats = &self.free[first.index()..][..count as usize];
        let bits = seats.iter().zip(0..);
        FreeSeats::from_mask(bits.fold(0, |mask, (free, place)| mask | u64::from(*free) << place))
    }
}
