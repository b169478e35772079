//! From what was measured to what a round costs.

/// Writers of a size, each with one write in flight, and how long a write took on average.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// How many writers.
    pub writers: f64,
    /// Bytes of each write.
    pub bytes: f64,
    /// Nanoseconds from one write of a writer to his next.
    pub nanos: f64,
}

/// What a round takes by itself, for each write, and for each byte, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// By itself.
    pub sync: f64,
    /// For each write.
    pub write: f64,
    /// For each byte.
    pub byte: f64,
}

impl Round {
    /// The costs that are nearest to what was measured, in relation to it: least squares of the relative differences, none of
    /// the costs below nothing.
    pub fn fit(points: &[Point]) -> Self {
        let mut best = (f64::MAX, Self::of([0.0; 3]));
        // Where one of them would be less than nothing it is nothing, and the others are fitted alone.
        for used in [
            [true; 3],
            [false, true, true],
            [true, false, true],
            [true, true, false],
        ] {
            let round = Self::of(solve(points, used));
            let is_possible = [round.sync, round.write, round.byte]
                .iter()
                .all(|cost| *cost >= 0.0);
            let off: f64 = points.iter().map(|point| round.off(point).powi(2)).sum();
            if is_possible && off < best.0 {
                best = (off, round);
            }
        }
        best.1
    }

    /// How long a write takes with so many writers.
    pub fn nanos(&self, point: &Point) -> f64 {
        self.sync + point.writers * (self.write + point.bytes * self.byte)
    }

    /// By which share it is off.
    pub fn off(&self, point: &Point) -> f64 {
        self.nanos(point) / point.nanos - 1.0
    }

    const fn of([sync, write, byte]: [f64; 3]) -> Self {
        Self { sync, write, byte }
    }
}

/// The normal equations, solved by elimination.
fn solve(points: &[Point], used: [bool; 3]) -> [f64; 3] {
    let mut rows = [[0.0; 4]; 3];
    for point in points {
        let terms = [1.0, point.writers, point.writers * point.bytes];
        let mut terms = terms.map(|term| term / point.nanos);
        for (term, used) in terms.iter_mut().zip(used) {
            *term = if used { *term } else { 0.0 };
        }
        for row in 0..3 {
            for column in 0..3 {
                rows[row][column] += terms[row] * terms[column];
            }
            rows[row][3] += terms[row];
        }
    }
    for (place, used) in used.into_iter().enumerate() {
        if !used {
            rows[place] = [0.0; 4];
            rows[place][place] = 1.0;
        }
    }
    for pivot in 0..3 {
        let by = rows[pivot][pivot];
        rows[pivot].iter_mut().for_each(|cell| *cell /= by);
        let pivot_row = rows[pivot];
        for (_, row) in rows.iter_mut().enumerate().filter(|(at, _)| *at != pivot) {
            let times = row[pivot];
            for (cell, above) in row.iter_mut().zip(pivot_row) {
                *cell -= times * above;
            }
        }
    }
    rows.map(|row| row[3])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(round: &Round) -> Vec<Point> {
        let mut points = Vec::new();
        for writers in [1.0, 16.0, 256.0] {
            for bytes in [300.0, 4_096.0, 131_072.0] {
                let point = Point {
                    writers,
                    bytes,
                    nanos: 1.0,
                };
                points.push(Point {
                    nanos: round.nanos(&point),
                    ..point
                });
            }
        }
        points
    }

    #[test]
    fn costs_are_found_again_from_what_they_come_to() {
        for costs in [[1e6, 1e5, 14.0], [1e6, 0.0, 14.0], [2e5, 3e3, 0.5]] {
            let round = Round::of(costs);
            let points = points(&round);
            let found = Round::fit(&points);
            let off = points.iter().map(|point| found.off(point).abs());
            assert!(off.fold(0.0, f64::max) < 1e-6, "{round:?} {found:?}");
        }
    }
}
