//! The contract that both stores keep. Each test runs on SQLite and, where a server is named, on PostgreSQL.

use crate::*;
use base::*;
use ed25519_dalek::SigningKey;

struct Trial {
    store: Store,
    place: Place,
    clock: Clock,
    _dir: tempfile::TempDir,
}

async fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for postgres in [false, true] {
        let dir = tempfile::tempdir().expect("a directory");
        let files = dir.path().to_owned();
        let place = match (postgres, std::env::var("KOMAINU_TEST_POSTGRES")) {
            (false, _) => Place::Dir(files),
            (true, Ok(server)) => Place::Postgres { url: database(&server).await, files },
            (true, Err(_)) if std::env::var("CI").is_ok() => panic!("CI must name a PostgreSQL server in KOMAINU_TEST_POSTGRES"),
            (true, Err(_)) => continue,
        };
        let clock = Clock::at(Moment(1_790_000_000_000));
        let store = Store::open(&place, clock.clone()).await.expect("a store");
        trials.push(Trial { store, place, clock, _dir: dir });
    }
    trials
}

async fn database(server: &str) -> String {
    let name = format!("s{}", CompanyId::new().as_str().replace('-', ""));
    let pool = sqlx::PgPool::connect(&format!("{server}/postgres")).await.expect("the server for tests");
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"))).execute(&pool).await.expect("a database");
    pool.close().await;
    format!("{server}/{name}")
}

async fn found(store: &Store, facts: usize) -> CompanyId {
    let company = CompanyId::new();
    let mut tx = store.write(&company, Actor::System).await.expect("a transaction");
    for _ in 0..facts {
        tx.tell(Fact::CompanyFounded { company: company.clone() }).await.expect("told");
    }
    tx.commit().await.expect("kept");
    company
}

async fn export(store: &Store, company: &CompanyId, key: &SigningKey) -> String {
    let entries = store.ledger(company, 0, 1000).await.expect("entries");
    let last = entries.last().expect("an entry");
    let key_text = hex::encode(key.verifying_key().as_bytes());
    let seal = Seal { company: last.company.clone(), first: 1, last: last.seq, hash: last.hash.clone(), made: 0, key: key_text };
    let mut lines: Vec<String> = entries.iter().map(|entry| serde_json::to_string(entry).expect("json")).collect();
    lines.push(serde_json::to_string(&seal.sign(key).expect("signed")).expect("json"));
    lines.join("\n") + "\n"
}

#[tokio::test]
async fn another_companys_row_is_not_there() {
    for trial in trials().await {
        let (ours, theirs) = (found(&trial.store, 1).await, found(&trial.store, 1).await);
        let mut tx = trial.store.read(&ours).await.expect("a transaction");
        let count = "SELECT COUNT(*) AS n FROM fact WHERE tenant_id = $1";
        assert_eq!(tx.one::<i64>(count, &[]).await.expect("a count"), 1);
        let unbound = tx.all::<i64>("SELECT COUNT(*) AS n FROM fact", &[]).await;
        assert!(matches!(unbound, Err(Problem::Internal { .. })), "a statement without the company is refused");
        let sneaky = "SELECT COUNT(*) AS n FROM fact WHERE tenant_id = $2 OR tenant_id <> $1";
        let seen = tx.one::<i64>(sneaky, &[&theirs]).await.expect("a count");
        if trial.store.kind() == "postgresql" {
            assert_eq!(seen, 0, "row-level security hides the others even from a wrong statement");
        }
        let both = trial.store.read_all().await.expect("a transaction").one::<i64>("SELECT COUNT(*) AS n FROM fact", &[]).await;
        assert_eq!(both.expect("a count"), 2);
    }
}

#[tokio::test]
async fn state_and_fact_are_kept_together_or_not_at_all() {
    for trial in trials().await {
        let company = found(&trial.store, 1).await;
        let mut tx = trial.store.write(&company, Actor::System).await.expect("a transaction");
        tx.tell(Fact::SiteOpened { site: SiteId::new() }).await.expect("told");
        drop(tx);
        assert_eq!(trial.store.ledger(&company, 0, 10).await.expect("entries").len(), 1);
        let mut listener = trial.store.listen();
        let mut tx = trial.store.write(&company, Actor::System).await.expect("a transaction");
        tx.tell(Fact::SiteOpened { site: SiteId::new() }).await.expect("told");
        assert!(listener.try_recv().is_err(), "nobody hears of it before it is kept");
        tx.commit().await.expect("kept");
        assert_eq!(listener.try_recv().expect("heard").0, company);
    }
}

#[tokio::test]
async fn many_writers_make_one_chain() {
    for trial in trials().await {
        let company = found(&trial.store, 1).await;
        let writers = (0..20).map(|_| {
            let (store, company) = (trial.store.clone(), company.clone());
            tokio::spawn(async move {
                let mut tx = store.write(&company, Actor::System).await.expect("a transaction");
                tx.tell(Fact::SiteOpened { site: SiteId::new() }).await.expect("told");
                tx.commit().await.expect("kept");
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("finished");
        }
        let key = SigningKey::from_bytes(&[3; 32]);
        let verified = verify(export(&trial.store, &company, &key).await.as_bytes(), Some(&key.verifying_key()));
        assert_eq!(verified.map(|verified| verified.last), Ok(21));
    }
}

#[tokio::test]
async fn every_changed_byte_of_an_exported_ledger_is_noticed() {
    let trial = trials().await.remove(0);
    let company = found(&trial.store, 3).await;
    let key = SigningKey::from_bytes(&[3; 32]);
    let file = export(&trial.store, &company, &key).await;
    let known = key.verifying_key();
    for at in 0..file.len() {
        let mut bytes = file.clone().into_bytes();
        bytes[at] = if bytes[at] == b'1' { b'2' } else { b'1' };
        let fault = verify(bytes.as_slice(), Some(&known)).expect_err("a changed byte");
        let line = file[..at].matches('\n').count() + 1;
        let said = fault.to_string();
        assert!(
            said.contains(&format!("line {line}")) || said.contains(&format!("line {}", line + 1)),
            "byte {at} of line {line}: {said}"
        );
    }
}

#[tokio::test]
async fn a_verifier_names_what_is_wrong() {
    let trial = trials().await.remove(0);
    let company = found(&trial.store, 3).await;
    let key = SigningKey::from_bytes(&[3; 32]);
    let file = export(&trial.store, &company, &key).await;
    let lines: Vec<&str> = file.lines().collect();
    let say = |text: String| {
        verify(text.as_bytes(), Some(&key.verifying_key())).map_or_else(|fault| fault.to_string(), |_| "good".to_owned())
    };
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    let reports = [
        say(file.clone()),
        say(file.replacen("\"seq\":2", "\"seq\":7", 1)),
        say(join(&[lines[0], lines[2], lines[3]])),
        say(join(&lines[..3])),
        say(join(&[lines[0], lines[1], lines[3]])),
        say(file.clone() + lines[0]),
        say(String::new()),
        say("\u{0}\u{1}".to_owned()),
    ];
    insta::assert_snapshot!(reports.join("\n"), @r"
    good
    entry 7 (line 2) was changed: its content does not give its hash
    entry 3 (line 2) does not follow the one before it: an entry was taken out, put in or moved
    the file ends at line 3 without a seal: its end was cut off
    the seal (line 3) does not fit: it was made for another range of entries
    there is more after the seal (line 5)
    the file ends at line 0 without a seal: its end was cut off
    line 1 is not an entry of a ledger: expected value at line 1 column 1
    ");
}

#[tokio::test]
async fn a_job_is_done_once_and_tried_again_after_a_failure() {
    for trial in trials().await {
        let company = CompanyId::new();
        let mut tx = trial.store.write(&company, Actor::System).await.expect("a transaction");
        tx.tell(Fact::PersonInvited { invitation: InvitationId::new(), role: "staff".into() }).await.expect("told");
        tx.commit().await.expect("kept");
        let claims = (0..6).map(|_| {
            let store = trial.store.clone();
            tokio::spawn(async move { store.claim_job().await.expect("an answer") })
        });
        let mut claimed = Vec::new();
        for claim in claims.collect::<Vec<_>>() {
            claimed.extend(claim.await.expect("finished"));
        }
        assert_eq!(claimed.len(), 1, "two workers never get the same job");
        let job = claimed.remove(0);
        trial.store.fail_job(&job, "the mail server is away").await.expect("kept");
        assert!(trial.store.claim_job().await.expect("an answer").is_none(), "not before its pause is over");
        trial.clock.advance(Moment::HOUR);
        let again = trial.store.claim_job().await.expect("an answer").expect("the job again");
        assert_eq!((again.id.clone(), again.tries), (job.id, 2));
        trial.clock.advance(Moment::HOUR);
        assert!(trial.store.claim_job().await.expect("an answer").is_some(), "a worker that died loses its lease");
        trial.store.finish_job(&again.id).await.expect("kept");
        trial.clock.advance(Moment::DAY);
        assert!(trial.store.claim_job().await.expect("an answer").is_none());
    }
}

#[tokio::test]
async fn a_backup_made_while_running_restores_on_either_store() {
    for trial in trials().await {
        let company = found(&trial.store, 5).await;
        let kept = trial.store.blobs().put(&company, b"a photograph".to_vec()).await.expect("kept");
        let folder = tempfile::tempdir().expect("a directory");
        let to = folder.path().join("backup");
        let busy = found(&trial.store, 1);
        let (made, _) = tokio::join!(trial.store.backup(&to), busy);
        made.expect("a backup");
        assert!(matches!(trial.store.backup(&to).await, Err(BackupFault::Exists(_))));
        assert!(matches!(trial.store.restore(&to).await, Err(BackupFault::NotEmpty)));
        for fresh in trials().await {
            let restored = fresh.store.restore(&to).await.expect("restored");
            assert!(restored.rows >= 6);
            let entries = fresh.store.ledger(&company, 0, 10).await.expect("entries");
            assert_eq!(entries, trial.store.ledger(&company, 0, 10).await.expect("entries"));
            assert_eq!(fresh.store.blobs().get(&company, &kept).await.expect("the file"), b"a photograph");
        }
    }
}

#[tokio::test]
async fn data_of_a_newer_version_is_refused_and_left_alone() {
    for trial in trials().await {
        let sql = "INSERT INTO _sqlx_migrations (version, description, installed_on, success, checksum, execution_time)
                   VALUES (999999, 'the future', CURRENT_TIMESTAMP, TRUE, $1, 0)";
        let mut tx = trial.store.write_all().await.expect("a transaction");
        tx.run(sql, &[&vec![1_u8]]).await.expect("kept");
        tx.commit().await.expect("kept");
        trial.store.close().await;
        let fault = Store::open(&trial.place, Clock::System).await.err().expect("a refusal").to_string();
        assert!(fault.contains("newer Komainu") && fault.contains("nothing was changed"), "{fault}");
    }
}

#[tokio::test]
async fn a_full_disk_is_said_and_nothing_half_kept() {
    let trial = trials().await.remove(0);
    let company = found(&trial.store, 1).await;
    let mut all = trial.store.write_all().await.expect("a transaction");
    let pages = all.one::<i64>("SELECT page_count AS n FROM pragma_page_count()", &[]).await.expect("a number");
    all.commit().await.expect("kept");
    let mut all = trial.store.write_all().await.expect("a transaction");
    let limit: &'static str = Box::leak(format!("PRAGMA max_page_count = {}", pages + 2).into_boxed_str());
    all.run(limit, &[]).await.expect("set");
    all.commit().await.expect("kept");
    let mut outcome = Ok(());
    for _ in 0..2_000 {
        let mut tx = trial.store.write(&company, Actor::System).await.expect("a transaction");
        outcome = match tx.tell(Fact::CompanyChanged { fields: vec!["x".repeat(500)] }).await {
            Ok(()) => tx.commit().await,
            Err(problem) => Err(problem),
        };
        if outcome.is_err() {
            break;
        }
    }
    assert!(matches!(outcome, Err(Problem::NoRoom)), "{outcome:?}");
    let key = SigningKey::from_bytes(&[3; 32]);
    assert!(verify(export(&trial.store, &company, &key).await.as_bytes(), None).is_ok(), "what was kept is whole");
}

#[tokio::test]
async fn a_clock_set_back_breaks_no_chain() {
    for trial in trials().await {
        let company = found(&trial.store, 2).await;
        trial.clock.advance(-400 * Moment::DAY);
        let mut tx = trial.store.write(&company, Actor::System).await.expect("a transaction");
        tx.tell(Fact::SiteOpened { site: SiteId::new() }).await.expect("told");
        tx.commit().await.expect("kept");
        let key = SigningKey::from_bytes(&[3; 32]);
        assert!(verify(export(&trial.store, &company, &key).await.as_bytes(), None).is_ok());
    }
}

#[tokio::test]
async fn files_belong_to_one_company_and_are_verified() {
    let trial = trials().await.remove(0);
    let (ours, theirs) = (CompanyId::new(), CompanyId::new());
    let blobs = trial.store.blobs();
    let name = blobs.put(&ours, b"evidence".to_vec()).await.expect("kept");
    assert_eq!(blobs.put(&ours, b"evidence".to_vec()).await.expect("kept"), name);
    assert!(matches!(blobs.get(&theirs, &name).await, Err(Problem::NotFound)));
    for bad in ["", "..", "../../komainu.db", &"g".repeat(64), &name.to_uppercase()] {
        assert!(matches!(blobs.get(&ours, bad).await, Err(Problem::NotFound)), "{bad:?}");
    }
    let Place::Dir(dir) = &trial.place else { panic!("SQLite comes first") };
    let path = dir.join("files").join(ours.as_str()).join(&name[..2]).join(&name);
    std::fs::write(path, b"evidencE").expect("changed");
    assert!(matches!(blobs.get(&ours, &name).await, Err(Problem::Internal { .. })));
}

#[tokio::test]
async fn a_file_that_arrives_in_pieces_is_kept_whole_or_not_at_all() {
    let trial = trials().await.remove(0);
    let (company, blobs) = (CompanyId::new(), trial.store.blobs());
    let half = blobs.arrive().await.expect("begun").add(b"half a".to_vec()).await.expect("added");
    drop(half);
    let lying = || std::fs::read_dir(blobs.under_way()).expect("a folder").count();
    assert_eq!(lying(), 0, "what is given up leaves nothing");
    let mut arriving = blobs.arrive().await.expect("begun");
    for piece in [b"evi".as_slice(), b"den", b"ce"] {
        arriving = arriving.add(piece.to_vec()).await.expect("added");
    }
    assert_eq!(arriving.bytes(), 8);
    let arrived = arriving.end().await.expect("whole");
    let name = arrived.sha256.clone();
    assert!(matches!(blobs.find(&company, &name).await, Err(Problem::NotFound)), "it belongs to nobody yet");
    blobs.keep(&company, arrived).await.expect("kept");
    assert_eq!(blobs.get(&company, &name).await.expect("the file"), b"evidence");
    assert_eq!(blobs.put(&company, b"evidence".to_vec()).await.expect("kept"), name, "the same as in one piece");
    let path = blobs.find(&company, &name).await.expect("found");
    std::fs::write(&path, b"evidenC").expect("changed");
    assert!(matches!(blobs.find(&company, &name).await, Err(Problem::Internal { .. })));
    blobs.remove(&company, &name).await.expect("removed");
    blobs.remove(&company, &name).await.expect("twice is harmless");
    assert!(matches!(blobs.get(&company, &name).await, Err(Problem::NotFound)));
    // The program was killed in the middle of an upload.
    std::fs::write(blobs.under_way().join("arriving-x"), b"half").expect("written");
    std::fs::write(blobs.under_way().join("hunt-x"), b"state").expect("written");
    blobs.sweep().expect("swept");
    assert_eq!(lying(), 1, "what a job goes on from stays");
    let to = tempfile::tempdir().expect("a directory").path().join("backup");
    trial.store.backup(&to).await.expect("a backup");
    assert!(!to.join("files/under-way").exists(), "and is in no backup");
}

#[tokio::test]
async fn long_jobs_and_short_ones_do_not_wait_for_each_other() {
    for trial in trials().await {
        let store = &trial.store;
        let mut tx = store.write(&CompanyId::new(), Actor::System).await.expect("a transaction");
        tx.tell(Fact::HuntStarted { hunt: HuntId::new(), incident: IncidentId::new(), files: 1 }).await.expect("told");
        tx.tell(Fact::PersonInvited { invitation: InvitationId::new(), role: "staff".into() }).await.expect("told");
        tx.commit().await.expect("kept");
        assert_eq!(store.claim_job().await.expect("an answer").expect("a job").kind, "mail-invitation");
        let long = store.claim_long_job().await.expect("an answer").expect("a job");
        assert_eq!(long.kind, "hunt");
        for _ in 0..4 {
            trial.clock.advance(20 * Moment::SECOND);
            store.keep_job(&long.id).await.expect("renewed");
            assert!(store.claim_long_job().await.expect("an answer").is_none(), "its worker lives");
        }
        trial.clock.advance(Moment::MINUTE);
        assert_eq!(store.claim_long_job().await.expect("an answer").expect("the job again").tries, 2);
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_verified_without_a_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..4096)) {
        let _ = verify(bytes.as_slice(), None);
    }
}
