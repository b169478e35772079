//! Where the seats of a stretch are, and how far from the focal point.

use super::{house::Offset, policy::Distance};

/// How far a seat may lie beside the line through its row's first and last seat, as a part of the gap between two
/// seats, for the row to count as straight and even.
const CROOKED_MAX: f32 = 0.05;

/// Where the seats of a stretch are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Line {
    /// Evenly spaced on a straight line.
    Straight {
        /// Where the first one is.
        first: Offset,
        /// From each to the next.
        gap: Offset,
    },
    /// On an even bend: each is farther than the one before on the way from the nearest to either end, or as far. They are
    /// listed, from this place in the list on.
    Bent(u32),
    /// Listed, in no order.
    Listed(u32),
}

/// The nearest seat of a stretch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Focus {
    pub(super) place: u32,
    /// How much nearer the seats can come again on the way from it to either end.
    slack: f32,
}

/// The places of the seats that are not on straight lines.
#[derive(Debug, Default)]
pub(super) struct Places {
    listed: Vec<Offset>,
}

impl Places {
    /// Notes where the seats of a stretch are, of which there is at least one.
    pub(super) fn note(&mut self, seats: &[Offset]) -> Line {
        let straight = line_through(seats);
        if is_on(straight, seats) {
            return straight;
        }
        let at = u32::try_from(self.listed.len()).expect("fewer seats than a map can have");
        self.listed.extend_from_slice(seats);
        if is_valley(seats) {
            Line::Bent(at)
        } else {
            Line::Listed(at)
        }
    }

    /// Where a seat is.
    #[inline]
    pub(super) fn at(&self, line: Line, place: u32) -> Offset {
        match line {
            Line::Straight { first, gap } => along(first, gap, place),
            Line::Bent(at) | Line::Listed(at) => self.listed[(at + place) as usize],
        }
    }

    /// How far a party is away that sits side by side from `start` on.
    #[inline]
    pub(super) fn party(&self, line: Line, start: u32, party: u32) -> Distance {
        match line {
            // Where distances fall, then rise, one of the two ends has it worst.
            Line::Straight { .. } | Line::Bent(_) => self
                .at(line, start)
                .distance()
                .worst(self.at(line, start + party - 1).distance()),
            Line::Listed(at) => self.listed[(at + start) as usize..][..party as usize]
                .iter()
                .fold(Distance(0.0), |worst, seat| worst.worst(seat.distance())),
        }
    }

    /// The nearest of the seats on a line.
    pub(super) fn focus(&self, line: Line, seats: u32) -> Focus {
        let distance = |place: u32| self.at(line, place).distance().0;
        let is_nearer = |one: &u32, other: &u32| distance(*one).total_cmp(&distance(*other));
        let place = (0..seats).min_by(is_nearer).unwrap_or(0);
        let slack = |away: &mut dyn Iterator<Item = u32>| {
            let (mut farthest, mut slack) = (0.0_f32, 0.0_f32);
            for distance in away.map(distance) {
                slack = slack.max(farthest - distance);
                farthest = farthest.max(distance);
            }
            slack
        };
        let after = slack(&mut (place..seats));
        let before = slack(&mut (0..place).rev());
        Focus {
            place,
            slack: after.max(before),
        }
    }

    /// How near a seat can be that is at least so many steps from the nearest of a line.
    #[inline]
    pub(super) fn beyond(&self, line: Line, seats: u32, focus: Focus, steps: u32) -> Distance {
        let far = |place: Option<u32>| {
            place.map_or(f32::INFINITY, |place| self.at(line, place).distance().0)
        };
        let before = far(focus.place.checked_sub(steps));
        let after = far(Some(focus.place + steps).filter(|place| *place < seats));
        Distance(before.min(after) - focus.slack)
    }

    /// How far the middles of two parts of a party are from one another.
    pub(super) fn gap(&self, one: (Line, u32, u32), other: (Line, u32, u32)) -> f32 {
        let middle = |(line, start, party): (Line, u32, u32)| {
            let (from, to) = (self.at(line, start), self.at(line, start + party - 1));
            Offset {
                x: f32::midpoint(from.x, to.x),
                y: f32::midpoint(from.y, to.y),
            }
        };
        let (one, other) = (middle(one), middle(other));
        let apart = Offset {
            x: one.x - other.x,
            y: one.y - other.y,
        };
        apart.distance().0.sqrt()
    }
}

impl Line {
    /// Whether distances fall up to the nearest seat and rise from there on.
    pub(super) fn is_valley(self) -> bool {
        match self {
            Self::Straight { .. } | Self::Bent(_) => true,
            Self::Listed(_) => false,
        }
    }
}

impl Offset {
    /// How far this is from the focal point.
    #[inline]
    pub(super) fn distance(self) -> Distance {
        Distance(self.x * self.x + self.y * self.y)
    }
}

#[inline]
fn along(first: Offset, gap: Offset, place: u32) -> Offset {
    let steps = f32::from(u8::try_from(place).expect("a stretch has 128 seats"));
    Offset {
        x: first.x + gap.x * steps,
        y: first.y + gap.y * steps,
    }
}

/// The line through the first and the last of these seats.
fn line_through(seats: &[Offset]) -> Line {
    let (first, last) = (seats[0], seats[seats.len() - 1]);
    let steps = f32::from(u8::try_from(seats.len() - 1).expect("a stretch has 128 seats")).max(1.0);
    let gap = Offset {
        x: (last.x - first.x) / steps,
        y: (last.y - first.y) / steps,
    };
    Line::Straight { first, gap }
}

/// Whether the seats' distances fall, then rise.
fn is_valley(seats: &[Offset]) -> bool {
    let falls = |pair: &[Offset]| pair[1].distance() <= pair[0].distance();
    let rises = |pair: &[Offset]| pair[0].distance() <= pair[1].distance();
    seats.windows(2).skip_while(|pair| falls(pair)).all(rises)
}

fn is_on(line: Line, seats: &[Offset]) -> bool {
    let Line::Straight { first, gap } = line else {
        return false;
    };
    let off = CROOKED_MAX * f32::hypot(gap.x, gap.y);
    (0..).zip(seats).all(|(place, seat)| {
        let there = along(first, gap, place);
        f32::hypot(there.x - seat.x, there.y - seat.y) <= off
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f32, y: f32) -> Offset {
        Offset { x, y }
    }

    #[test]
    fn a_straight_row_keeps_nothing_of_its_seats() {
        let mut places = Places::default();
        let line = places.note(&[at(-1.0, 5.0), at(0.0, 5.0), at(1.0, 5.0), at(2.0, 5.0)]);
        assert!(places.listed.is_empty());
        assert_eq!(places.at(line, 2), at(1.0, 5.0));
        assert_eq!(places.party(line, 0, 2), Distance(26.0));
        assert_eq!(places.gap((line, 0, 1), (line, 2, 2)), 2.5);
        assert_eq!(places.focus(line, 4).place, 1);
    }

    #[test]
    fn a_crooked_row_keeps_each_seat() {
        let mut places = Places::default();
        let crooked = [at(0.0, 1.0), at(1.0, 2.0), at(2.0, 0.0), at(3.0, 1.0)];
        places.note(&[at(0.0, 0.0), at(1.0, 1.0), at(5.0, 5.0)]);
        let line = places.note(&crooked);
        for (place, seat) in (0..).zip(crooked) {
            assert_eq!(places.at(line, place), seat);
        }
        assert_eq!(
            places.party(line, 0, 3),
            Distance(5.0),
            "the middle one has it worst"
        );
    }

    #[test]
    fn a_bent_row_keeps_each_seat_and_knows_that_it_is_a_valley() {
        let mut places = Places::default();
        let row = |ys: &[f32]| ys.iter().map(|y| at(0.0, *y)).collect::<Vec<_>>();
        let valleys: [&[f32]; 4] = [
            &[5.0, 3.0, 2.0, 3.0, 4.0],
            &[9.0, 4.0, 4.0, 4.0, 8.0],
            &[1.0, 1.0, 2.0, 9.0],
            &[9.0, 4.0, 3.0, 1.0],
        ];
        for valley in valleys {
            let line = places.note(&row(valley));
            assert!(matches!(line, Line::Bent(_)) && line.is_valley());
            for (size, party) in [(1, 1), (2, 2), (3, 3)] {
                for (start, seats) in (0..).zip(valley.windows(size)) {
                    let worst = seats.iter().fold(0.0_f32, |worst, y| worst.max(y * y));
                    assert_eq!(places.party(line, start, party), Distance(worst));
                }
            }
        }
        let hill = places.note(&row(&[5.0, 3.0, 4.0, 2.0, 6.0]));
        assert!(matches!(hill, Line::Listed(_)) && !hill.is_valley());
    }

    #[test]
    fn no_seat_beyond_some_steps_is_nearer_than_is_said() {
        let mut places = Places::default();
        let bent = [7.0, 3.0, 4.0, 1.0, 5.0, 2.0, 6.0, 6.0].map(|y| at(0.0, y));
        let even = [0.0, 1.0, 2.0, 3.0, 4.0].map(|x| at(x - 3.0, 2.0));
        for row in [&bent[..], &even, &bent[..1]] {
            let seats = u32::try_from(row.len()).expect("a short row");
            let line = places.note(row);
            let focus = places.focus(line, seats);
            for steps in 0..=seats {
                let beyond = places.beyond(line, seats, focus, steps);
                let far = (0..seats).filter(|place| place.abs_diff(focus.place) >= steps);
                assert!(
                    far.into_iter()
                        .all(|place| beyond <= places.at(line, place).distance())
                );
            }
        }
        let line = places.note(&even);
        let focus = places.focus(line, 5);
        assert_eq!(
            places.beyond(line, 5, focus, 2),
            Distance(8.0),
            "the row ends"
        );
        assert_eq!(places.beyond(line, 5, focus, 128), Distance::FAR);
    }

    #[test]
    fn a_row_of_one_and_a_row_in_one_spot_are_straight() {
        let mut places = Places::default();
        let one = places.note(&[at(3.0, 4.0)]);
        assert_eq!(places.party(one, 0, 1), Distance(25.0));
        let spot = places.note(&[Offset::default(); 128]);
        assert_eq!(places.party(spot, 64, 64), Distance(0.0));
        assert!(places.listed.is_empty());
    }
}
