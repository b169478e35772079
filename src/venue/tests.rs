//! Plots come, lie beside each other, and go.

use super::*;
use crate::{
    ids::TakingId,
    seat::{Outcome, Seats},
    tape::Entry,
};

const NOW: Moment = Moment::from_ticks(100);

fn plots(venue: &Arc<Venue>, seats: &[u32]) -> Vec<Plot> {
    let plot = |seats: &u32| venue.plot(*seats, NOW).expect("room");
    seats.iter().map(plot).collect()
}

#[test]
fn events_share_a_field_until_they_are_large() {
    let venue = Arc::new(Venue::new());
    let small = plots(&venue, &[1, 64, 65, 100]);
    let firsts: Vec<u32> = small.iter().map(|plot| plot.first().get()).collect();
    assert_eq!(firsts, [0, 64, 128, 256], "whole blocks");
    let large = venue.plot(limits::FIELD_SEATS, NOW).expect("room");
    assert_eq!(venue.ground().fields.len(), 2);
    drop(large);
    assert_eq!(venue.ground().fields.len(), 1, "its wheel went with it");
    drop(small);
    assert_eq!(venue.ground().fields.len(), 0);
}

#[test]
fn plots_lie_again_where_they_lay() {
    let before = Arc::new(Venue::new());
    let sizes = [100, 64, limits::FIELD_SEATS, 300];
    let lots: Vec<Lot> = plots(&before, &sizes).iter().map(Plot::lot).collect();
    let after = Arc::new(Venue::after(Lsn::new(7)));
    assert_eq!(after.tape().next(), Lsn::new(8));
    // In another order than they were made in.
    let again: Vec<Plot> = [2, 0, 3, 1]
        .into_iter()
        .map(|place: usize| after.plot_at(lots[place], NOW).expect("it is free"))
        .collect();
    assert_eq!(again[1].lot(), lots[0]);
    assert_eq!(after.ground().fields.len(), 2);
    assert!(
        after.plot_at(lots[1], NOW).is_err(),
        "it lies there already"
    );
    let wrong = Lot {
        blocks: (lots[1].field.1, 2),
        ..lots[1]
    };
    assert!(
        after.plot_at(wrong, NOW).is_err(),
        "it is no part of its field"
    );
    let further = after.plot(64, NOW).expect("room");
    assert!(
        lots.iter()
            .all(|lot| lot.blocks.0 != further.lot().blocks.0)
    );
    drop((again, further));
    let blocks = limits::SEATS_MAX / BLOCK_SEATS;
    assert_eq!(after.ground().wild.count(), blocks, "all is free again");
}

#[test]
fn there_is_room_for_as_many_seats_as_there_can_be() {
    let venue = Arc::new(Venue::new());
    let small = venue.plot(1, NOW).expect("room");
    assert!(matches!(venue.plot(limits::SEATS_MAX, NOW), Err(NoRoom)));
    drop(small);
    let blocks = limits::SEATS_MAX / BLOCK_SEATS;
    assert_eq!(venue.ground().wild.count(), blocks, "all is free again");
}

#[test]
fn the_tape_and_the_wheel_number_seats_over_all_events() {
    let venue = Arc::new(Venue::new());
    let mut plots = plots(&venue, &[100, 100]);
    let second = plots.remove(1);
    assert_eq!(second.first(), SeatId::new(128));
    let seats = Seats::sharing(100, second, venue.descriptors()).expect("a valid count");
    let until = Tick::new(103);
    let held = seats.hold(SeatId::new(70), TakingId::FIRST, until, NOW.tick());
    assert!(matches!(held, Outcome::Done { .. }));
    let mut records = Vec::new();
    venue
        .tape()
        .reader()
        .expect("the first")
        .read(&mut records, 10);
    let Entry::Change(change) = records[0].entry else {
        panic!("a change");
    };
    assert_eq!(change.seat, SeatId::new(198));
    let mut visited = Vec::new();
    venue.sweep(Moment::from_ticks(103), |tick, first| {
        visited.push((tick, first))
    });
    assert_eq!(visited, [(103, SeatId::new(192))]);
}
