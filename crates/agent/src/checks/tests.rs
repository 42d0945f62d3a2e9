use super::*;
use crate::testing::machine;
use std::fs::{self, File};
use std::path::Path;
use std::time::SystemTime;
use tempfile::TempDir;

const NOW: i64 = 1_770_000_000_000;

struct Shop {
    dir: TempDir,
    place: Place,
}

fn shop(files: &[(&str, &str)]) -> Shop {
    let (dir, root) = machine(files);
    Shop { dir, place: Place { root, home: None, privileged: true, now: NOW, run: |_| None } }
}

impl Shop {
    /// Makes a file look as old as so many days.
    fn aged(self, path: &str, days: i64) -> Shop {
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(NOW - days * DAY).expect("after 1970"));
        File::options().append(true).open(self.dir.path().join(path)).expect("open").set_modified(at).expect("set");
        self
    }

    fn home(mut self) -> Shop {
        self.place.home = Some(Home::make(&self.dir.path().join("agent")).expect("made"));
        self
    }

    fn without_root(mut self) -> Shop {
        self.place.privileged = false;
        self
    }

    fn run(mut self, run: fn(&[&str]) -> Option<String>) -> Shop {
        self.place.run = run;
        self
    }
}

fn shown(found: &Found) -> String {
    let values: Vec<String> = found.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{:?} {} {}", found.state, found.note, values.join(" ")).trim_end().to_owned()
}

const STATUS: &str = "Package: openssl\nStatus: install ok installed\nVersion: 3.0.11-1~deb12u1\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: bash\nStatus: install ok installed\nVersion: 5.2-1\n";
const SECURITY: &str =
    "Package: openssl\nVersion: 3.0.11-1~deb12u2\n\nPackage: gone\nVersion: 2\n\nPackage: bash\nVersion: 5.2-1\n";
const LIST: &str = "var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages";
const RELEASE: &str = "var/lib/apt/lists/security.debian.org_debian-security_dists_bookworm-security_InRelease";

#[test]
fn updates_missing_are_counted_from_the_day_they_were_first_seen() {
    let files = [("var/lib/dpkg/status", STATUS), (LIST, SECURITY), (RELEASE, "")];
    let mut missing = shop(&files).aged(RELEASE, 1).home();
    assert_eq!(shown(&updates::look(&missing.place)), "Partly unknown-age count=1");
    missing.place.now += 5 * DAY;
    assert_eq!(shown(&updates::look(&missing.place)), "Partly missing count=1 days=5");
    missing.place.now += 8 * DAY;
    assert_eq!(shown(&updates::look(&missing.place)), "Partly missing count=1 days=13");
    missing.place.now -= 20 * DAY;
    assert_eq!(shown(&updates::look(&missing.place)), "Partly unknown-age count=1", "a clock set back");
    fs::write(missing.dir.path().join("var/lib/dpkg/status"), STATUS.replace("deb12u1", "deb12u2")).expect("written");
    assert_eq!(shown(&updates::look(&missing.place)), "Good current");

    const APT: &str = "Inst bash [5.2.15-2] (5.2.15-3 Debian:12.15/stable [amd64])\nInst libgcrypt20 [1.10.1-3] (1.10.1-3+deb12u1 Debian:12.15/stable, Debian-Security:12/stable-security [amd64]) []\nConf bash (5.2.15-3 Debian:12.15/stable [amd64])\n";
    let packed = format!("{LIST}.lz4");
    let packed = [("var/lib/dpkg/status", STATUS), (packed.as_str(), "packed"), (RELEASE, "")];
    assert_eq!(
        shown(&updates::look(&shop(&packed).aged(RELEASE, 1).run(|_| Some(APT.into())).place)),
        "Partly unknown-age count=1"
    );
    assert_eq!(shown(&updates::look(&shop(&packed).aged(RELEASE, 1).place)), "Unmeasured no-package-lists");

    let old = shop(&files).aged(RELEASE, 30);
    assert_eq!(shown(&updates::look(&old.place)), "Unmeasured no-package-lists");
    assert_eq!(shown(&updates::look(&shop(&[("var/lib/dpkg/status", STATUS)]).place)), "Unmeasured no-package-lists");
    assert_eq!(shown(&updates::look(&shop(&[]).place)), "Unmeasured unsupported");
}

#[test]
fn dnf_says_what_is_missing_and_since_when() {
    const DNF: &str = "===\n  kernel update\n===\n  Update ID: FEDORA-2026-1\n       Type: security\n    Updated: 2026-01-12 01:15:00\n\n===\n  Update ID: FEDORA-2026-2\n    Updated: 2026-01-30 01:15:00\n";
    let fedora = [("usr/bin/dnf", "")];
    assert_eq!(shown(&updates::look(&shop(&fedora).run(|_| Some(DNF.into())).place)), "Bad missing count=2 days=21");
    assert_eq!(shown(&updates::look(&shop(&fedora).run(|_| Some(String::new())).place)), "Good current");
    assert_eq!(shown(&updates::look(&shop(&fedora).place)), "Unmeasured no-package-lists");
}

#[test]
fn antivirus_must_run_and_know_what_goes_round() {
    let head = |days: i64| {
        format!("ClamAV-VDB:1 Feb 2026 08-00 -0500:27000:2000000:90:md5:sig:raynman:{}   ", (NOW - days * DAY) / 1000)
    };
    let (new, old) = (head(2), head(40));
    for (files, found) in [
        (vec![], "Bad none"),
        (vec![("usr/sbin/clamd", "")], "Partly installed-not-running name=ClamAV"),
        (
            vec![("usr/sbin/clamd", ""), ("proc/7/comm", "clamd\n"), ("var/lib/clamav/daily.cld", new.as_str())],
            "Good running name=ClamAV",
        ),
        (
            vec![("usr/sbin/clamd", ""), ("proc/7/comm", "clamd\n"), ("var/lib/clamav/daily.cvd", old.as_str())],
            "Partly definitions-old name=ClamAV days=40",
        ),
        (vec![("proc/7/comm", "wdavdaemon\n")], "Good running name=Microsoft Defender"),
        (vec![("proc/version/comm", "clamd\n")], "Bad none"),
    ] {
        assert_eq!(shown(&antivirus::look(&shop(&files).place)), found, "{files:?}");
    }
}

#[test]
fn a_firewall_counts_when_its_rules_refuse_something() {
    const DOCKER: &str = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD DROP [0:0]\n-A FORWARD -j DROP\nCOMMIT\n";
    const UFW: &str = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j ufw-before-input\n-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny\n-A ufw-before-input -j DROP\nCOMMIT\n";
    const NFT: &str = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy drop;\n\t}\n}\n";
    const NFT_OPEN: &str = "table inet filter {\n\tchain input {\n\t\ttype filter hook input priority filter; policy accept;\n\t}\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy drop;\n\t}\n}\n";
    const NFT_JUMP: &str = "table inet f {\n\tchain out {\n\t\treject\n\t}\n\tchain in {\n\t\ttype filter hook input priority 0; policy accept;\n\t\tjump out\n\t}\n}\n";
    let ip = |text: &'static str| {
        if text == DOCKER {
            |command: &[&str]| (command[0] == "iptables-save").then(|| DOCKER.to_owned())
        } else {
            |command: &[&str]| (command[0] == "iptables-save").then(|| UFW.to_owned())
        }
    };
    for (files, run, found) in [
        (vec![], (|_| None) as fn(&[&str]) -> Option<String>, "Bad none"),
        (vec![("usr/sbin/nft", "")], |_| None, "Bad inactive name=nftables"),
        (vec![("usr/sbin/ufw", "")], |_| None, "Bad inactive name=ufw"),
        (vec![], ip(DOCKER), "Bad none"),
        (vec![("usr/sbin/ufw", "")], ip(UFW), "Good active name=ufw"),
        (vec![], |command| (command[0] == "nft").then(|| NFT.to_owned()), "Good active name=nftables"),
        (vec![("usr/sbin/nft", "")], |command| (command[0] == "nft").then(|| NFT_OPEN.to_owned()), "Bad inactive name=nftables"),
        (
            vec![("proc/9/comm", "firewalld\n")],
            |command| (command[0] == "nft").then(|| NFT_JUMP.to_owned()),
            "Good active name=firewalld",
        ),
    ] {
        assert_eq!(shown(&firewall::look(&shop(&files).run(run).place)), found, "{files:?}");
    }
    assert_eq!(shown(&firewall::look(&shop(&[]).without_root().place)), "Unmeasured needs-root");
}

#[test]
fn a_disk_is_encrypted_when_everything_below_it_is() {
    let root = "22 1 254:0 / / rw - ext4 /dev/mapper/root rw\n";
    let home = "23 22 8:3 / /home rw - ext4 /dev/sda3 rw\n";
    let both = format!("{root}{home}");
    for (files, found) in [
        (vec![], "Unmeasured unknown"),
        (vec![("proc/self/mountinfo", "22 1 0:40 / / rw - overlay overlay rw\n")], "Unmeasured unknown"),
        (vec![("proc/self/mountinfo", root)], "Unmeasured unknown"),
        (vec![("proc/self/mountinfo", root), ("sys/dev/block/254:0/dm/uuid", "CRYPT-LUKS2-x\n")], "Good encrypted"),
        (
            vec![
                ("proc/self/mountinfo", root),
                ("sys/dev/block/254:0/dm/uuid", "LVM-x\n"),
                ("sys/dev/block/254:0/slaves/dm-1/dm/uuid", "CRYPT-LUKS2-x\n"),
            ],
            "Good encrypted",
        ),
        (
            vec![
                ("proc/self/mountinfo", root),
                ("sys/dev/block/254:0/dm/uuid", "LVM-x\n"),
                ("sys/dev/block/254:0/slaves/sda2/size", "1"),
            ],
            "Bad not-encrypted",
        ),
        (
            vec![
                ("proc/self/mountinfo", both.as_str()),
                ("sys/dev/block/254:0/dm/uuid", "CRYPT-x\n"),
                ("sys/dev/block/8:3/size", "1"),
            ],
            "Partly partly",
        ),
        (
            vec![("proc/self/mountinfo", "22 1 0:30 /@ / rw - btrfs /dev/vda1 rw\n"), ("sys/class/block/vda1/size", "1")],
            "Bad not-encrypted",
        ),
    ] {
        assert_eq!(shown(&disk_encryption::look(&shop(&files).place)), found, "{files:?}");
    }
}

#[test]
fn short_passwords_must_be_refused_and_none_be_empty() {
    const GOOD: (&str, &str) = ("etc/shadow", "root:*:1\naki:$y$x:1\n");
    for (files, found) in [
        (vec![GOOD], "Bad none"),
        (
            vec![GOOD, ("etc/pam.d/common-password", "password [success=1] pam_unix.so obscure yescrypt\n")],
            "Partly weak length=6",
        ),
        (
            vec![GOOD, ("etc/pam.d/common-password", "password [success=1] pam_unix.so obscure minlen=6\n")],
            "Partly weak length=6",
        ),
        (vec![GOOD, ("etc/pam.d/common-password", "password requisite pam_pwquality.so retry=3\n")], "Partly weak length=8"),
        (
            vec![
                GOOD,
                ("etc/pam.d/common-password", "password requisite pam_pwquality.so retry=3\n"),
                ("etc/security/pwquality.conf", "# minlen = 8\nminlen = 12\n"),
            ],
            "Good strong length=12",
        ),
        (vec![GOOD, ("etc/pam.d/system-auth", "password requisite pam_pwquality.so minlen=14\n")], "Good strong length=14"),
        (vec![("etc/shadow", "root:*:1\naki::1\n")], "Bad empty-passwords count=1"),
    ] {
        assert_eq!(shown(&password_policy::look(&shop(&files).place)), found, "{files:?}");
    }
    let strong = [GOOD, ("etc/pam.d/system-auth", "password requisite pam_pwquality.so minlen=14\n")];
    assert_eq!(shown(&password_policy::look(&shop(&strong).without_root().place)), "Unmeasured needs-root");
}

#[test]
fn wrong_passwords_must_lead_to_a_lockout() {
    for (files, found) in [
        (vec![], "Unmeasured unknown"),
        (vec![("etc/pam.d/common-auth", "auth required pam_unix.so\n# auth required pam_faillock.so\n")], "Bad none"),
        (vec![("etc/pam.d/common-auth", "auth required pam_faillock.so preauth\n")], "Good active tries=3"),
        (vec![("etc/pam.d/common-auth", "auth required pam_faillock.so preauth deny=5\n")], "Good active tries=5"),
        (
            vec![("etc/pam.d/sshd", "auth required pam_faillock.so preauth\n"), ("etc/security/faillock.conf", "deny = 10\n")],
            "Good active tries=10",
        ),
        (vec![("etc/pam.d/sshd", "auth required pam_faillock.so deny=0\n")], "Bad none"),
    ] {
        assert_eq!(shown(&lockout::look(&shop(&files).place)), found, "{files:?}");
    }
}

/// Writes a sign-in so many days ago into `lastlog` and `wtmp`.
fn signed_in(shop: &Shop, uid: usize, name: &str, days: i64, wtmp: bool) {
    let seconds = u32::try_from((NOW - days * DAY) / 1000).expect("fits").to_le_bytes();
    let dir = shop.dir.path().join("var/log");
    fs::create_dir_all(&dir).expect("made");
    let path = dir.join(if wtmp { "wtmp" } else { "lastlog" });
    let mut bytes = fs::read(&path).unwrap_or_default();
    if wtmp {
        let mut record = [0; 384];
        record[0] = 7;
        record[44..44 + name.len()].copy_from_slice(name.as_bytes());
        record[340..344].copy_from_slice(&seconds);
        bytes.extend_from_slice(&record);
    } else {
        bytes.resize(bytes.len().max((uid + 1) * 292), 0);
        bytes[uid * 292..uid * 292 + 4].copy_from_slice(&seconds);
    }
    fs::write(path, bytes).expect("written");
}

#[test]
fn accounts_that_nobody_uses_are_named() {
    let files = [
        (
            "etc/passwd",
            "root:x:0:0::/root:/bin/bash\nwww:x:33:33::/var/www:/usr/sbin/nologin\naki:x:1000:1000::/home/aki:/bin/bash\nken:x:1001:1001::/home/ken:/bin/bash\nlocked:x:1002:1002::/h:/bin/bash\n",
        ),
        ("etc/shadow", "root:$y$x:1\nwww:*:1\naki:$y$x:1\nken:!:1\nlocked:!:1\n"),
        ("home/ken/.ssh/authorized_keys", "ssh-ed25519 x"),
    ];
    let shop = shop(&files);
    assert_eq!(shown(&unused_accounts::look(&shop.place)), "Partly never-signed-in count=2 names=aki, ken");
    signed_in(&shop, 1000, "aki", 3, false);
    signed_in(&shop, 1001, "ken", 200, true);
    assert_eq!(shown(&unused_accounts::look(&shop.place)), "Bad found count=1 names=ken days=90");
    signed_in(&shop, 1001, "ken", 1, true);
    assert_eq!(shown(&unused_accounts::look(&shop.place)), "Good none");
    assert_eq!(shown(&unused_accounts::look(&shop.without_root().place)), "Unmeasured needs-root");
}

#[test]
fn a_backup_leaves_a_trace_of_its_last_run() {
    let passwd = ("etc/passwd", "root:x:0:0::/root:/bin/bash\n");
    assert_eq!(shown(&backup::look(&shop(&[]).place)), "Unmeasured none");
    assert_eq!(shown(&backup::look(&shop(&[("usr/bin/restic", "")]).place)), "Bad never tool=restic");
    let marker = "var/lib/komainu/last-backup";
    assert_eq!(shown(&backup::look(&shop(&[(marker, "")]).aged(marker, 2).place)), "Good recent tool=marker days=2");
    assert_eq!(shown(&backup::look(&shop(&[(marker, "")]).aged(marker, -2).place)), "Good recent tool=marker days=0");
    let restic = "root/.cache/restic/0a1b/snapshots/ab/abcd";
    assert_eq!(shown(&backup::look(&shop(&[passwd, (restic, "")]).aged(restic, 30).place)), "Bad old tool=restic days=30");
    let borg = "root/.config/borg/security/0a1b/manifest-timestamp";
    let both = shop(&[passwd, (restic, ""), (borg, "")]).aged(restic, 30).aged(borg, 1);
    assert_eq!(shown(&backup::look(&both.place)), "Good recent tool=borg days=1");
}

#[test]
fn every_finding_has_its_words_in_both_languages() {
    let texts =
        [include_str!("../../../../content/words/ja/evidence.ftl"), include_str!("../../../../content/words/en/evidence.ftl")];
    let notes = [
        ("updates", "current missing unknown-age no-package-lists unsupported"),
        ("antivirus", "running installed-not-running definitions-old none"),
        ("firewall", "active inactive none needs-root"),
        ("disk-encryption", "encrypted not-encrypted partly unknown"),
        ("password-policy", "strong weak none empty-passwords needs-root"),
        ("lockout", "active none unknown"),
        ("unused-accounts", "none found never-signed-in needs-root"),
        ("backup", "recent old never none"),
    ];
    for text in texts {
        for (check, notes) in notes {
            for note in notes.split(' ') {
                let key = format!("evidence-{check}-{note} =");
                assert!(text.lines().any(|line| line.starts_with(&key)), "{key}");
            }
        }
    }
}

#[test]
fn this_machine_can_be_checked_and_a_command_is_ended_in_time() {
    let found = all(&Place::of_this_machine(None));
    assert_eq!(found.iter().map(|found| found.check.as_str()).collect::<Vec<_>>(), ALL.map(|(check, _)| check));
    assert_eq!(run(&["echo", "a b"]).as_deref(), Some("a b\n"));
    assert_eq!(run(&["false"]), None);
    assert_eq!(run(&["komainu-no-such-program"]), None);
    assert!(Path::new("/proc").exists());
}
