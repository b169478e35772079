use std::collections::BTreeMap;

use super::{content::SECTOR, machine::NO_SPACE, *};

const SYNCED: &[u8] = b"synced";

/// What was written behind it.
const WRITTEN: [u8; 2_000] = [7; 2_000];

fn create(disk: &Simulated, name: &str) -> Box<dyn StoredFile> {
    disk.create(name).expect("there is none")
}

/// A file that is durable, with its name.
fn durable(disk: &Simulated, name: &str, bytes: &[u8]) -> Box<dyn StoredFile> {
    let file = create(disk, name);
    file.write_at(0, bytes).expect("there is room");
    file.sync().expect("all is well");
    disk.sync_folder().expect("all is well");
    file
}

fn read(disk: &Simulated, name: &str) -> Option<Vec<u8>> {
    disk.open(name).ok().map(|file| content(&*file))
}

fn content(file: &dyn StoredFile) -> Vec<u8> {
    let count = usize::try_from(file.bytes().expect("it is open")).expect("a short file");
    let mut bytes = vec![0; count + 1];
    assert_eq!(file.read_at(0, &mut bytes).expect("it is open"), count);
    bytes.truncate(count);
    bytes
}

/// How often each end was seen, over so many seeds.
fn ends<E: Ord>(seeds: u64, end: impl Fn(u64) -> E) -> BTreeMap<E, u32> {
    let mut ends = BTreeMap::new();
    for seed in 0..seeds {
        *ends.entry(end(seed)).or_default() += 1;
    }
    ends
}

/// What has become of `WRITTEN`.
fn end_of(rest: &[u8]) -> &'static str {
    let sector = |at: usize| (SYNCED.len() + at) / SECTOR;
    let is_whole = |at: usize| rest[at] == 7;
    match rest {
        [] => "lost",
        rest if rest == WRITTEN => "whole",
        rest if rest == [0; WRITTEN.len()] => "a length",
        rest if rest.iter().all(|byte| *byte == 7) => "a beginning",
        rest if rest.iter().any(|byte| ![0, 7].contains(byte)) => "random",
        rest if (1..rest.len())
            .all(|at| sector(at) != sector(at - 1) || is_whole(at) == is_whole(at - 1)) =>
        {
            "with holes"
        }
        _ => "a beginning and a length",
    }
}

#[test]
fn what_was_synced_is_never_lost_and_what_was_not_ends_in_every_way() {
    let ends = ends(1_000, |seed| {
        let disk = Simulated::new();
        let file = durable(&disk, "file", SYNCED);
        file.write_at(SYNCED.len() as u64, &WRITTEN)
            .expect("there is room");
        disk.power_cut(seed);
        let bytes = read(&disk, "file").expect("it was synced");
        assert_eq!(&bytes[..SYNCED.len()], SYNCED, "seed {seed}");
        end_of(&bytes[SYNCED.len()..])
    });
    assert_eq!(ends.len(), 7, "{ends:?}");
    assert!(ends.values().all(|count| *count > 5), "{ends:?}");
}

#[test]
fn each_write_is_lost_or_not_for_itself() {
    let ends = ends(1_000, |seed| {
        let disk = Simulated::new();
        let file = durable(&disk, "file", b"....");
        file.write_at(0, b"a").expect("there is room");
        file.write_at(2, b"b").expect("there is room");
        file.write_at(2, b"c").expect("there is room");
        disk.power_cut(seed);
        let bytes = read(&disk, "file").expect("it was synced");
        assert_eq!((bytes[1], bytes[3]), (b'.', b'.'), "seed {seed}");
        (
            bytes[0] == b'a',
            b".bc".contains(&bytes[2]).then_some(bytes[2]),
        )
    });
    let likely = ends.iter().filter(|(_, count)| **count > 5).count();
    assert_eq!(likely, 8, "{ends:?}");
}

#[test]
fn each_name_is_what_it_has_been_until_the_folder_is_synced() {
    let ends = ends(1_000, |seed| {
        let disk = Simulated::new();
        for name in ["removed", "old"] {
            durable(&disk, name, name.as_bytes());
        }
        create(&disk, "created").sync().expect("all is well");
        disk.remove("removed").expect("it is there");
        disk.rename("old", "new").expect("it is there");
        disk.power_cut(seed);
        for name in ["old", "new"] {
            let bytes = read(&disk, name);
            assert!(bytes.is_none_or(|bytes| bytes == b"old"), "seed {seed}");
        }
        disk.list().expect("a list")
    });
    assert_eq!(ends.len(), 16, "{ends:?}");
}

#[test]
fn a_file_that_was_replaced_may_be_back() {
    let ends = ends(100, |seed| {
        let disk = Simulated::new();
        for name in ["old", "new"] {
            durable(&disk, name, name.as_bytes());
        }
        disk.rename("new", "old").expect("it is there");
        assert_eq!(read(&disk, "old").as_deref(), Some(&b"new"[..]));
        assert_eq!(disk.bytes(), 3);
        disk.power_cut(seed);
        read(&disk, "old")
    });
    assert_eq!(ends.len(), 2, "{ends:?}");
}

#[test]
fn names_that_were_synced_are_never_lost() {
    for seed in 0..100 {
        let disk = Simulated::new();
        for name in ["removed", "old"] {
            durable(&disk, name, name.as_bytes());
        }
        create(&disk, "created");
        disk.remove("removed").expect("it is there");
        disk.rename("old", "new").expect("it is there");
        disk.sync_folder().expect("all is well");
        disk.power_cut(seed);
        assert_eq!(disk.list().expect("a list"), ["created", "new"]);
        assert_eq!(read(&disk, "new").as_deref(), Some(&b"old"[..]));
    }
}

#[test]
fn a_killed_process_loses_nothing_and_its_files_are_not_open_any_more() {
    let disk = Simulated::new();
    let file = create(&disk, "file");
    file.write_at(3, b"abc").expect("there is room");
    disk.process_crash();
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"\0\0\0abc"[..]));
    assert!(file.write_at(0, b"x").is_err() && file.bytes().is_err());
    disk.sync_folder().expect("all is well");
    let ends = ends(100, |seed| {
        disk.power_cut(seed);
        let bytes = read(&disk, "file");
        let file = disk.open("file").expect("its name is durable");
        file.write_at(0, &[1; 6]).expect("there is room");
        bytes
    });
    assert!(ends.len() > 1, "what was not synced can still be lost");
}

#[test]
fn a_file_that_is_open_is_there_without_a_name() {
    let disk = Simulated::new();
    let file = durable(&disk, "file", SYNCED);
    disk.remove("file").expect("it is there");
    disk.sync_folder().expect("all is well");
    assert!(read(&disk, "file").is_none());
    assert_eq!(content(&*file), SYNCED);
    assert_eq!(disk.bytes(), SYNCED.len() as u64);
    drop(file);
    assert_eq!(disk.bytes(), 0);
}

#[test]
fn a_full_disk_takes_what_there_is_room_for() {
    let disk = Simulated::new();
    disk.limit(Some(10));
    let file = create(&disk, "file");
    file.write_at(0, b"12345678").expect("there is room");
    let refused = file.write_at(4, b"abcdefgh").expect_err("12 bytes");
    assert_eq!(refused.raw_os_error(), Some(NO_SPACE));
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"1234abcdef"[..]));
    let other = create(&disk, "other");
    assert!(other.write_at(0, b"x").is_err());
    drop(file);
    disk.remove("file").expect("it is there");
    assert_eq!(disk.bytes(), 0);
    other.write_at(0, b"x").expect("there is room again");
}

#[test]
fn where_there_are_bytes_there_may_be_no_room_all_the_same() {
    let disk = Simulated::new();
    let file = durable(&disk, "file", b"........");
    disk.bring_about(Mishap::NoRoomFor(1));
    let refused = file.write_at(0, b"12345678").expect_err("there is no room");
    assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    file.write_at(0, b"12345678").expect("there is room again");
}

#[test]
fn a_failed_sync_loses_what_it_should_have_kept_whatever_is_synced_later() {
    let ends = ends(100, |seed| {
        let disk = Simulated::seeded(seed);
        let file = create(&disk, "file");
        disk.sync_folder().expect("all is well");
        disk.bring_about(Mishap::SyncFails(1));
        file.write_at(0, b"lost").expect("there is room");
        assert!(file.sync().is_err());
        assert_eq!(content(&*file), b"lost");
        file.write_at(4, b"kept").expect("there is room");
        file.sync().expect("it lies");
        disk.process_crash();
        assert_eq!(read(&disk, "file").as_deref(), Some(&b"lostkept"[..]));
        disk.power_cut(seed);
        let bytes = read(&disk, "file").expect("its name is durable");
        assert_eq!(&bytes[4..], b"kept");
        match &bytes[..4] {
            b"\0\0\0\0" => "lost",
            b"lost" => "there",
            _ => "torn",
        }
    });
    assert_eq!(ends.len(), 3, "{ends:?}");
    assert!(ends["lost"] > 50, "{ends:?}");
}

#[test]
fn a_write_that_fails_is_done_in_part() {
    let ends = ends(100, |seed| {
        let disk = Simulated::seeded(seed);
        let file = create(&disk, "file");
        disk.bring_about(Mishap::WriteFails(0));
        let refused = file.write_at(0, b"abc").expect_err("it fails");
        assert_eq!(refused.raw_os_error(), Some(5));
        content(&*file)
    });
    assert_eq!(ends.len(), 4, "{ends:?}");
}

/// Four calls that change something: the disk can go off at each of them, and nothing is done from then on.
#[test]
fn without_power_nothing_is_done() {
    let act = |disk: &Simulated| {
        let file = disk.create("file")?;
        file.write_at(0, b"a")?;
        file.sync()?;
        disk.rename("file", "other")
    };
    for call in 0..4 {
        let disk = Simulated::new();
        disk.bring_about(Mishap::OffAt(call));
        assert!(act(&disk).is_err());
        assert!(disk.list().is_err() && disk.open("file").is_err());
        assert!(disk.remove("file").is_err() && disk.sync_folder().is_err());
        assert_eq!(disk.calls().all(), call + 3);
        disk.process_crash();
        assert_eq!(disk.calls(), Calls::default());
        assert_eq!(read(&disk, "file").is_some(), call > 0, "call {call}");
    }
    let disk = Simulated::new();
    act(&disk).expect("all is well");
    let calls = disk.calls();
    assert_eq!((calls.writes, calls.syncs, calls.names), (1, 1, 2));
}

#[test]
fn a_flipped_bit_is_flipped_for_good() {
    let disk = Simulated::new();
    let file = durable(&disk, "file", SYNCED);
    file.write_at(6, b"!").expect("there is room");
    assert!(disk.flip("file", 0, 0) && disk.flip("file", 6, 1));
    assert!(!disk.flip("file", 7, 0) && !disk.flip("other", 0, 0));
    assert_eq!(content(&*file), b"rynced#");
    file.sync().expect("all is well");
    disk.power_cut(0);
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"rynced#"[..]));
}

#[test]
fn a_seed_says_which_disk_it_is() {
    let cut = |seed| {
        let disk = Simulated::new();
        let file = durable(&disk, "file", SYNCED);
        (0..20).for_each(|at| file.write_at(at * 99, &WRITTEN).expect("there is room"));
        create(&disk, "other");
        disk.power_cut(seed);
        (read(&disk, "file"), read(&disk, "other"))
    };
    assert_eq!(cut(7), cut(7));
    assert_ne!(cut(7), cut(8));
}
