use super::*;
use crate::testing::{shown, until};

struct Seen {
    files: Files,
    dir: PathBuf,
    _kept: tempfile::TempDir,
}

fn watching(kind: Kind) -> Seen {
    let kept = tempfile::tempdir().expect("a folder");
    let dir = kept.path().join("w");
    fs::create_dir(&dir).expect("made");
    let mut files = Files::new(CanaryPaths::default(), 100).expect("inotify");
    files.watch(&[Place { dir: dir.clone(), kind }]);
    Seen { files, dir, _kept: kept }
}

impl Seen {
    /// The next events until one says `last`, each as action, name, old name.
    fn through(&mut self, last: &str) -> Vec<String> {
        let mut lines = Vec::new();
        until(last, || {
            for event in self.files.ready(Duration::from_millis(50)) {
                let below = self.dir.display().to_string() + "/";
                lines.push(
                    shown(&event, &["Action", "TargetFilename", "OldFilename", "Canary", "Content", "BadHash"])
                        .replace(&below, ""),
                );
            }
            lines.iter().any(|line| line == last).then_some(())
        });
        lines
    }
}

#[test]
fn what_happens_to_a_file_is_told_with_its_content() {
    let mut seen = watching(Kind::Plain);
    let dir = seen.dir.clone();
    seen.files.bad_hashes =
        Arc::new(HashMap::from([(hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"bad")), "Bad.Thing".to_owned())]));
    lock(&seen.files.canaries).insert(dir.join("canary"));
    fs::write(dir.join("a"), "a").expect("written");
    fs::write(dir.join("a"), "b").expect("written");
    fs::rename(dir.join("a"), dir.join("b")).expect("renamed");
    fs::remove_file(dir.join("b")).expect("removed");
    fs::write(dir.join("e.com"), eicar() + "\r\n").expect("written");
    fs::write(dir.join("bad"), "bad").expect("written");
    fs::write(dir.join("canary"), "x").expect("written");
    fs::rename(dir.join("canary"), dir.join("canary.locked")).expect("renamed");
    fs::rename(dir.join("canary.locked"), dir.join("../gone")).expect("moved away");
    fs::rename(dir.join("../gone"), dir.join("canary")).expect("moved in");
    fs::create_dir(dir.join("below")).expect("made");
    fs::write(dir.join("below/unseen"), "").expect("written");
    std::os::unix::fs::symlink("/etc/passwd", dir.join("link")).expect("linked");
    assert_eq!(
        seen.through("created link - - - -"),
        [
            "created a - - - -",
            "modified a - - - -",
            "renamed b a - - -",
            "deleted b - - - -",
            "created e.com - - eicar -",
            "created bad - - - Bad.Thing",
            "created canary - true - -",
            "renamed canary.locked canary true - -",
            "deleted canary.locked - - - -",
            "created canary - true - -",
            "created below - - - -",
            "created link - - - -",
        ]
    );
}

#[test]
fn folders_below_a_deep_one_are_followed_within_the_bound() {
    let mut seen = watching(Kind::Deep(2));
    let dir = seen.dir.clone();
    fs::create_dir(dir.join("x")).expect("made");
    seen.through("created x - - - -");
    fs::write(dir.join("x/shell.php"), "<?php").expect("written");
    seen.through("created x/shell.php - - - -");
    seen.files.most = seen.files.count();
    assert!(!seen.files.missed);
    fs::create_dir(dir.join("y")).expect("made");
    seen.through("created y - - - -");
    assert!(seen.files.missed, "a folder beyond the bound is said to be missed");
}

#[test]
fn a_home_is_watched_for_its_dot_files_only() {
    let mut seen = watching(Kind::DotFiles);
    fs::write(seen.dir.join("diary.txt"), "private").expect("written");
    fs::write(seen.dir.join(".bashrc"), "alias").expect("written");
    assert_eq!(seen.through("created .bashrc - - - -"), ["created .bashrc - - - -"]);
}

#[test]
fn a_file_that_stays_open_is_told_all_the_same() {
    let mut seen = watching(Kind::Plain);
    let held = File::create(seen.dir.join("held")).expect("made");
    seen.through("created held - - - -");
    drop(held);
    seen.through("modified held - - - -");
}

#[test]
fn the_test_file_is_what_eicar_says_it_is() {
    use sha2::{Digest, Sha256};
    assert_eq!(eicar().len(), 68);
    assert_eq!(hex::encode(Sha256::digest(eicar())), "275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
}
