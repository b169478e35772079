//! What was aimed at, and what was reached.

use crate::results::Results;

/// A benchmark's group, function and parameter.
type Id = (&'static str, &'static str, &'static str);

/// Something to be reached.
struct Target {
    what: &'static str,
    figure: Figure,
    bound: Bound,
}

/// Where the figure comes from.
#[derive(Clone, Copy)]
enum Figure {
    /// The first one's time divided by the second's.
    Ratio(Id, Id),
    /// Nanoseconds.
    Nanos(Id),
}

#[derive(Clone, Copy)]
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

const LIFE: &str = "one_seat/hold+confirm";
const TWO_OF_MANY: &str = "contention/100 thousand seats";
const ALONE: &str = "seatlock, map alone";
const WHOLE: &str = "seatlock, tape and wheel";

const TARGETS: [Target; 10] = [
    Target {
        what: "hold + confirm, map alone, to the floor",
        figure: Figure::Ratio((LIFE, ALONE, "100000"), (LIFE, "floor", "100000")),
        bound: Bound::AtMost(1.4),
    },
    Target {
        what: "hold + confirm, tape and wheel, to the floor",
        figure: Figure::Ratio((LIFE, WHOLE, "100000"), (LIFE, "floor", "100000")),
        bound: Bound::AtMost(2.0),
    },
    Target {
        what: "`DashMap` to map alone, 2 threads, 100 thousand seats",
        figure: Figure::Ratio((TWO_OF_MANY, "DashMap", "2"), (TWO_OF_MANY, ALONE, "2")),
        bound: Bound::AtLeast(6.0),
    },
    Target {
        what: "`Mutex<HashMap>` to map alone, 2 threads, 100 thousand seats",
        figure: Figure::Ratio(
            (TWO_OF_MANY, "Mutex<HashMap>", "2"),
            (TWO_OF_MANY, ALONE, "2"),
        ),
        bound: Bound::AtLeast(12.0),
    },
    Target {
        what: "hold of 4 scattered seats to a single hold, tape and wheel",
        figure: Figure::Ratio(
            ("groups/scattered", WHOLE, "4"),
            ("groups/scattered", WHOLE, "single hold"),
        ),
        bound: Bound::AtMost(4.0),
    },
    Target {
        what: "hold of 4 scattered seats to a single hold, map alone",
        figure: Figure::Ratio(
            ("groups/scattered", ALONE, "4"),
            ("groups/scattered", ALONE, "single hold"),
        ),
        bound: Bound::AtMost(4.0),
    },
    Target {
        what: "expiry of 1 million holds, rows of seats together",
        figure: Figure::Nanos(("expiry", WHOLE, "fire, rows")),
        bound: Bound::AtMost(60.0),
    },
    Target {
        what: "expiry of 1 million holds, scattered",
        figure: Figure::Nanos(("expiry", WHOLE, "fire, scattered")),
        bound: Bound::AtMost(60.0),
    },
    Target {
        what: "an empty tick over 1 million seats",
        figure: Figure::Nanos(("expiry/empty tick", "seatlock", "")),
        bound: Bound::AtMost(500.0),
    },
    Target {
        what: "a seat in a snapshot of 100 thousand",
        figure: Figure::Nanos(("snapshot", "seatlock", "100000")),
        bound: Bound::AtMost(0.5),
    },
];

/// All targets as a table.
pub(crate) fn table(results: &Results) -> String {
    let mut table = String::from("| target | bound | reached | |\n|---|---|---|---|\n");
    for target in &TARGETS {
        table.push_str(&target.row(results));
    }
    table
}

impl Target {
    fn row(&self, results: &Results) -> String {
        let Self {
            what,
            figure,
            bound,
        } = self;
        let bound_text = match bound {
            Bound::AtMost(most) => format!("at most {}", figure.show(*most)),
            Bound::AtLeast(least) => format!("at least {}", figure.show(*least)),
        };
        match figure.of(results) {
            None => format!("| {what} | {bound_text} | not measured | |\n"),
            Some(reached) => {
                let verdict = if bound.holds(reached) {
                    "yes"
                } else {
                    "**no**"
                };
                format!(
                    "| {what} | {bound_text} | {} | {verdict} |\n",
                    figure.show(reached)
                )
            }
        }
    }
}

impl Figure {
    fn of(self, results: &Results) -> Option<f64> {
        let nanos = |(group, function, parameter): Id| results.nanos(group, function, parameter);
        match self {
            Self::Ratio(first, second) => Some(nanos(first)? / nanos(second)?),
            Self::Nanos(id) => nanos(id),
        }
    }

    fn show(self, value: f64) -> String {
        match self {
            Self::Ratio(..) => format!("{value:.2} ×"),
            Self::Nanos(_) => format!("{value:.2} ns"),
        }
    }
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtMost(most) => value <= most,
            Self::AtLeast(least) => value >= least,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Measured;

    fn results(all: &[(Id, f64)]) -> Results {
        let measured = |&((group, function, parameter), nanos): &(Id, f64)| Measured {
            group: group.to_owned(),
            function: function.to_owned(),
            parameter: parameter.to_owned(),
            nanos,
        };
        Results::new(all.iter().map(measured).collect())
    }

    #[test]
    fn a_ratio_is_compared_with_its_bound() {
        let (ours, floor) = ((LIFE, ALONE, "100000"), (LIFE, "floor", "100000"));
        let row = |nanos| TARGETS[0].row(&results(&[(ours, nanos), (floor, 10.0)]));
        assert!(
            row(14.0).ends_with("| at most 1.40 × | 1.40 × | yes |\n"),
            "{}",
            row(14.0)
        );
        assert!(
            row(14.1).ends_with("| 1.41 × | **no** |\n"),
            "{}",
            row(14.1)
        );
    }

    #[test]
    fn a_rival_has_to_be_slower_by_its_bound() {
        let (ours, rival) = ((TWO_OF_MANY, ALONE, "2"), (TWO_OF_MANY, "DashMap", "2"));
        let row = |nanos| TARGETS[2].row(&results(&[(ours, 10.0), (rival, nanos)]));
        assert!(
            row(60.0).ends_with("| at least 6.00 × | 6.00 × | yes |\n"),
            "{}",
            row(60.0)
        );
        assert!(
            row(59.0).ends_with("| 5.90 × | **no** |\n"),
            "{}",
            row(59.0)
        );
    }

    #[test]
    fn half_a_ratio_is_not_measured() {
        let row = TARGETS[0].row(&results(&[((LIFE, ALONE, "100000"), 1.0)]));
        assert!(row.ends_with("| not measured | |\n"), "{row}");
    }
}
