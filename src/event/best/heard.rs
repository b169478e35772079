//! Which cells have to hear of a change of which seats.

use std::ops::Range;

/// The cells of all stretches, in the order of their seats, one after another: what has to hear of a seat's change lies
/// side by side, and is fetched from memory at once.
#[derive(Debug)]
pub(super) struct Heard {
    cells: Box<[u32]>,
    /// Where the cells of each stretch begin, and where those of the last one end.
    begins: Box<[u32]>,
}

impl Heard {
    /// The cells of each stretch in turn.
    pub(super) fn new<'c>(stretches: impl Iterator<Item = &'c [u32]>) -> Self {
        let (mut cells, mut begins) = (Vec::new(), vec![0]);
        for of_stretch in stretches {
            cells.extend_from_slice(of_stretch);
            begins.push(u32::try_from(cells.len()).expect("a few cells for each stretch"));
        }
        Self {
            cells: cells.into(),
            begins: begins.into(),
        }
    }

    /// The cells of these stretches.
    pub(super) fn of(&self, stretches: Range<u32>) -> &[u32] {
        if stretches.is_empty() {
            return &[];
        }
        let begin = |stretch: u32| self.begins[stretch as usize] as usize;
        &self.cells[begin(stretches.start)..begin(stretches.end)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_in_a_row_have_their_cells_in_a_row() {
        let cells: [&[u32]; 4] = [&[7, 1], &[], &[3], &[5, 6]];
        let heard = Heard::new(cells.into_iter());
        assert_eq!(heard.of(0..1), [7, 1]);
        assert!(heard.of(1..2).is_empty());
        assert_eq!(heard.of(0..4), [7, 1, 3, 5, 6]);
        assert_eq!(heard.of(2..3), [3]);
        assert!(heard.of(4..4).is_empty());
    }
}
