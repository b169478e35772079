//! The house as it filled, small enough to be sent, and who wanted which seats.

use seatlock::ids::SeatId;

use super::{
    house::whole,
    outcome::{Frame, Picture},
    tally::seconds,
    world::World,
};
use crate::{contention::Contention, packed};

/// Pictures of the house in an outcome, at most.
const FRAMES_MAX: usize = 60;

impl World<'_> {
    pub(super) fn contention(&self) -> Contention {
        let plan = self.scenario.plan().ok();
        let chart = plan.and_then(|plan| plan.chart().ok());
        let name = |seat: usize| {
            let seat = u32::try_from(seat).map(SeatId::new).ok();
            let label = chart.as_ref().zip(seat);
            label.map_or_else(String::new, |(chart, seat)| chart.label(seat).to_string())
        };
        Contention::of(self.house.wanted(), self.house.refused(), name)
    }

    pub(super) fn picture_of_all(&self) -> Picture {
        let chart = self.scenario.plan().ok().and_then(|plan| plan.chart().ok());
        let Some(chart) = chart else {
            return Picture::default();
        };
        let seats = (0..self.house.seats()).map(SeatId::new);
        let places: Vec<[f32; 2]> = seats
            .map(|seat| chart.position(seat))
            .chain([chart.focus()])
            .map(|position| [position.x, position.y])
            .collect();
        let mut scaled = scale(&places);
        let focus = scaled.pop().unwrap_or_default();
        let wanted_most = self.house.wanted().iter().copied().max().unwrap_or(0);
        let top = f64::from(wanted_most).ln_1p().max(1.0);
        let shade = |wanted: &u32| {
            let share = 255.0 * f64::from(*wanted).ln_1p() / top;
            u8::try_from(whole(share)).unwrap_or(u8::MAX)
        };
        let shades: Vec<u8> = self.house.wanted().iter().map(shade).collect();
        let bytes: Vec<u8> = scaled
            .iter()
            .flatten()
            .flat_map(|place| place.to_le_bytes())
            .collect();
        Picture {
            places: packed::base64(&bytes),
            focus,
            wanted: packed::base64(&shades),
            wanted_most,
            frames: self.chosen_frames(),
        }
    }

    /// As many as there is room for, evenly over the time in which anything changes.
    fn chosen_frames(&self) -> Vec<Frame> {
        let last = self.frames.windows(2).rposition(|two| two[0].1 != two[1].1);
        let all = &self.frames[..self.frames.len().min(last.map_or(1, |last| last + 2))];
        let count = all.len().min(FRAMES_MAX);
        let place = |number: usize| number * (all.len() - 1) / (count - 1).max(1);
        let frame = |(at, states): &(u64, Vec<u8>)| Frame {
            at: seconds(*at),
            states: packed::base64(states),
        };
        (0..count)
            .map(|number| frame(&all[place(number)]))
            .collect()
    }
}

/// Coordinates from 0 to the largest of two bytes, both on the same scale.
fn scale(places: &[[f32; 2]]) -> Vec<[u16; 2]> {
    let bound = |pick: fn(f32, f32) -> f32, start: f32| {
        let of = |axis: usize| places.iter().map(|place| place[axis]).fold(start, pick);
        [of(0), of(1)]
    };
    let (low, high) = (bound(f32::min, f32::MAX), bound(f32::max, f32::MIN));
    let extent = (high[0] - low[0]).max(high[1] - low[1]).max(1.0);
    let scaled = |place: &[f32; 2]| {
        [0, 1].map(|axis| {
            let share = f64::from((place[axis] - low[axis]) / extent);
            u16::try_from(whole(share * f64::from(u16::MAX))).unwrap_or(u16::MAX)
        })
    };
    places.iter().map(scaled).collect()
}
