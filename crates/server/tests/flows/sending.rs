//! Files that are sent to a portal with little room.

use crate::program::{Program, Visitor};
use crate::story::{files_below, set_up};
use std::path::Path;

/// An incident's path.
fn incident(owner: &mut Visitor) -> String {
    format!("/incidents/{}", owner.post("/help/other", &[("story", "")]).id_after("/incidents/"))
}

/// The files of companies, and whatever is left of uploads.
fn kept(data: &Path) -> usize {
    files_below(&data.join("files")).len()
}

#[test]
fn files_up_to_the_limits_are_kept_and_no_byte_more() {
    let folder = tempfile::tempdir().expect("a directory");
    let data = folder.path().join("data");
    let program = Program::up(&data, "[recordings]\nfile_mb = 1\ncompany_mb = 3\n");
    let mut owner = set_up(&program);
    let path = incident(&mut owner);
    let files = format!("{path}/files");
    for number in 0..2_u8 {
        let exact = owner.upload(&files, "exact.bin", &vec![number; 1 << 20]);
        assert_eq!(exact.status, 200, "{}", exact.readable());
    }
    let over = owner.upload(&files, "over.bin", &vec![7; (1 << 20) + 1]);
    assert_eq!(over.status, 422);
    assert!(over.readable().contains("over.bin") && over.readable().contains("1.0 MB"), "{}", over.readable());
    assert_eq!(owner.upload(&files, "empty.bin", b"").status, 422);
    assert_eq!(kept(&data), 2, "nothing is left of what was refused");

    let last = owner.upload(&files, "last.bin", &vec![2; 1 << 20]);
    assert_eq!(last.status, 200, "the room is filled to its last byte: {}", last.readable());
    let one = owner.upload(&files, "one.bin", b"1");
    assert_eq!(one.status, 422, "and holds no byte more");
    assert!(one.readable().contains("3.0 MB") && one.readable().contains("full"), "{}", one.readable());
    assert_eq!(kept(&data), 3);
}

#[test]
fn on_a_full_disk_an_upload_is_refused_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a directory");
    let data = folder.path().join("data");
    // A file that grows beyond 16 MiB cannot be written, as on a disk that is full.
    let program = Program::up_with_files_of(&data, 16 << 20);
    let mut owner = set_up(&program);
    let path = incident(&mut owner);
    let files = format!("{path}/files");
    let refused = owner.upload(&files, "memory.raw", &vec![7; 24 << 20]);
    assert_eq!(refused.status, 507, "{}", refused.readable());
    assert!(refused.readable().contains("There is no room to save"), "{}", refused.readable());
    assert_eq!(kept(&data), 0, "nothing is left behind");
    assert!(!owner.get(&path).readable().contains("memory.raw"), "and nothing is told of it");
    let small = owner.upload(&files, "small.log", b"Nov 23 08:01:06 kaikei cron[1]: (root) CMD (true)\n");
    assert_eq!(small.status, 200, "what finds room is taken: {}", small.readable());
    assert_eq!(kept(&data), 1);
}
