//! Many at once, each doing whatever comes to mind: too much for loom, what shuttle is for.

use seatlock::{
    ids::SeatId,
    seat::{Status, Step},
};

use crate::{
    play::{Play, Player, Size, THE_END, UNTIL_MAX, cancel, confirm, extend, hold, release},
    runner::{self, Model},
};

pub(super) const MODELS: &[Model] = &[Model::of_a_crowd("crowd", crowd)];

const PLAYERS: u64 = 8;
const ROUNDS: u32 = 3;
const SEATS: u32 = 4;

/// Eight threads on four seats: the first is the wheel, the second reads the tape and the seats, six are customers.
fn crowd() {
    let size = Size::of(SEATS).descriptors(4).tape(64, 8);
    let mut play = Play::new(size);
    play.crowd(PLAYERS, |player, number| match number {
        0 => reaper(player),
        1 => reader(player),
        _ => customer(player, u32::try_from(number).expect("eight players")),
    });
    play.audit();
}

fn reaper(player: &mut Player) {
    for now in [1, 2, THE_END / 2] {
        player.sweep(now);
    }
}

fn reader(player: &mut Player) {
    for seat in (0..SEATS).map(SeatId::new) {
        player.read_tape();
        assert_ne!(player.read(seat).status(), Status::InChange);
    }
}

fn customer(player: &mut Player, number: u32) {
    let mut dice = Dice(runner::random() ^ u64::from(number) << 32);
    for round in 1..=ROUNDS {
        // Fresh for each request: whoever holds again does so under another number.
        let fresh = number * 100 + round;
        let mine = number * 100 + 1 + dice.below(round);
        let now = dice.below(4);
        if dice.below(2) == 0 {
            let seat = SeatId::new(dice.below(SEATS));
            let _ = player.change(seat, step(&mut dice, fresh, mine), now);
        } else {
            let first = dice.below(SEATS - 1);
            let step = step(&mut dice, fresh, mine);
            let length = 2 + dice.below(2);
            let group: Vec<(SeatId, Step)> = (first..SEATS.min(first + length))
                .map(|seat| (SeatId::new(seat), step))
                .collect();
            let _ = player.change_all(&group, now);
        }
    }
}

fn step(dice: &mut Dice, fresh: u32, mine: u32) -> Step {
    match dice.below(8) {
        0..3 => hold(fresh, 1 + dice.below(UNTIL_MAX)),
        3 => confirm(mine),
        4 => release(mine),
        5 => extend(mine, 4 + dice.below(UNTIL_MAX - 4)),
        6 => cancel(mine),
        _ if dice.below(2) == 0 => Step::Block,
        _ => Step::Unblock,
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed >> 32) % u64::from(bound)).expect("less than the bound")
    }
}
