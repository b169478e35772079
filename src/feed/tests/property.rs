//! However things mix, every client ends with the server's map.

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Deed {
    Batch(Vec<(u32, usize)>),
    Flush,
    Read(usize),
    Leave(usize),
    Look(usize),
}

fn deed(seats: u32) -> impl Strategy<Value = Deed> {
    prop_oneof![
        4 => proptest::collection::vec((0..seats, 0..4_usize), 1..20).prop_map(Deed::Batch),
        3 => Just(Deed::Flush),
        3 => (0..4_usize).prop_map(Deed::Read),
        1 => (0..4_usize).prop_map(Deed::Leave),
        1 => (0..4_usize).prop_map(Deed::Look),
    ]
}

proptest! {
    /// However batches, flushes, readings, new snapshots and dropped connections mix.
    #[test]
    fn every_client_ends_with_the_servers_map(
        (seats, deeds) in prop_oneof![Just(5_u32), Just(100), Just(FEED_CHUNK_SEATS + 70)]
            .prop_flat_map(|seats| (Just(seats), proptest::collection::vec(deed(seats), 1..200)))
    ) {
        let feed = feed(seats);
        let mut clients: Vec<Client> = (0..4).map(|_| Client::new(&feed)).collect();
        let mut lsn = 100;
        for deed in deeds {
            match deed {
                Deed::Batch(changes) => {
                    for (seat, shown) in &changes {
                        lsn += 1;
                        feed.note(SeatId::new(*seat), Shown::ALL[*shown]);
                    }
                    feed.advance(Lsn::new(lsn));
                }
                Deed::Flush => feed.flush(),
                Deed::Read(client) => clients[client].read(&feed),
                Deed::Leave(client) => {
                    let position = at(clients[client].position);
                    clients[client].subscription = feed.subscribe(Since::After(position));
                }
                Deed::Look(client) => clients[client].look(&feed),
            }
        }
        feed.flush();
        let expected = seats_of(&feed);
        for client in &mut clients {
            client.read(&feed);
            prop_assert_eq!(client.position, lsn.max(100));
            prop_assert_eq!(&client.seats, &expected);
        }
    }
}

fn seats_of(feed: &Feed) -> BTreeMap<u32, Shown> {
    seats(&feed.snapshot())
}
