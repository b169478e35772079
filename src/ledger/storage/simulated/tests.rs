use std::collections::BTreeSet;

use super::*;

const SYNCED: &[u8] = b"synced";

/// A disk with a synced file, in which 2,000 bytes were written over and not synced.
fn torn(seed: u64) -> Vec<u8> {
    let disk = Simulated::new();
    let file = disk.create("file").expect("there is none");
    file.write_at(0, SYNCED).expect("there is room");
    file.sync().expect("all is well");
    disk.sync_folder().expect("all is well");
    file.write_at(SYNCED.len() as u64, &[7; 2_000])
        .expect("there is room");
    disk.power_cut(seed);
    read(&disk, "file").expect("it was synced")
}

fn read(disk: &Simulated, name: &str) -> Option<Vec<u8>> {
    let file = disk.open(name).ok()?;
    let mut bytes = vec![0; place(&*file)];
    let count = file.read_at(0, &mut bytes).expect("it is open");
    bytes.truncate(count);
    Some(bytes)
}

fn place(file: &dyn StoredFile) -> usize {
    usize::try_from(file.bytes().expect("it is open")).expect("a short file")
}

#[test]
fn what_was_synced_is_never_lost_and_what_was_not_ends_in_every_way() {
    let mut ends = BTreeSet::new();
    for seed in 0..1_000 {
        let bytes = torn(seed);
        assert_eq!(&bytes[..SYNCED.len()], SYNCED, "seed {seed}");
        let rest = &bytes[SYNCED.len()..];
        ends.insert(match rest {
            [] => "lost",
            rest if rest == [7; 2_000] => "whole",
            rest if rest.iter().all(|byte| *byte == 7) => "a beginning",
            rest if rest.iter().all(|byte| [0, 7].contains(byte)) => "with holes",
            _ => "random",
        });
    }
    assert_eq!(ends.len(), 5, "{ends:?}");
}

#[test]
fn names_are_durable_when_the_folder_was_synced_and_may_be_so_before() {
    let mut ends = BTreeSet::new();
    for seed in 0..100 {
        let disk = Simulated::new();
        for name in ["removed", "old"] {
            disk.create(name).expect("there is none");
        }
        disk.sync_folder().expect("all is well");
        disk.create("created").expect("there is none");
        disk.remove("removed").expect("it is there");
        disk.rename("old", "new").expect("it is there");
        disk.power_cut(seed);
        ends.insert(disk.list().expect("a list"));
    }
    assert_eq!(ends.len(), 8, "{ends:?}");
}

#[test]
fn a_killed_process_loses_nothing_and_its_files_are_not_open_any_more() {
    let disk = Simulated::new();
    let file = disk.create("file").expect("there is none");
    file.write_at(3, b"abc").expect("there is room");
    disk.process_crash();
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"\0\0\0abc"[..]));
    assert!(file.write_at(0, b"x").is_err());
}

#[test]
fn a_full_disk_takes_what_there_is_room_for() {
    let disk = Simulated::new();
    disk.limit(Some(10));
    let file = disk.create("file").expect("there is none");
    file.write_at(0, b"12345678").expect("there is room");
    let refused = file.write_at(4, b"abcdefgh").expect_err("12 bytes");
    assert_eq!(refused.raw_os_error(), Some(NO_SPACE));
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"1234abcdef"[..]));
    disk.create("other").expect("a name takes no room");
    disk.remove("file").expect("it is there");
    assert_eq!(disk.bytes(), 0);
}

#[test]
fn a_failed_sync_loses_what_it_should_have_kept_whatever_is_synced_later() {
    let disk = Simulated::new();
    let file = disk.create("file").expect("there is none");
    disk.sync_folder().expect("all is well");
    disk.bring_about(Mishap::SyncFails(1));
    file.write_at(0, b"lost").expect("there is room");
    assert!(file.sync().is_err());
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"lost"[..]));
    file.write_at(4, b"kept").expect("there is room");
    file.sync().expect("it lies");
    disk.power_cut(0);
    assert_eq!(read(&disk, "file").as_deref(), Some(&b"\0\0\0\0kept"[..]));
}

#[test]
fn without_power_nothing_is_done() {
    let disk = Simulated::new();
    disk.bring_about(Mishap::OffAt(2));
    let file = disk.create("file").expect("call 0");
    file.write_at(0, b"a").expect("call 1");
    assert!(file.sync().is_err());
    assert!(disk.create("other").is_err());
    assert!(file.write_at(0, b"b").is_err());
    let calls = disk.calls();
    assert_eq!((calls.writes, calls.syncs, calls.names), (2, 1, 2));
}
