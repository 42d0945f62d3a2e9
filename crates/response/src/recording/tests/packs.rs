//! Hunts with imported rules.

use super::*;
use crate::recording::judging::PackUsed;
use crate::testing::pack_of;
use pack::Pack;

/// A rule of others for the sign-ins of sshd.
fn rule(id: &str, title: &str, more: &str) -> String {
    format!(
        "title: {title}\nid: {id}\nauthor: Ann Example\nreferences: [https://rules.example/{id}]\n{more}\n\
         logsource: {{product: linux, service: sshd}}\ndetection:\n  sel:\n    EventType: sign-in\n  condition: sel\n"
    )
}

/// The id of a rule of ours.
const OURS: &str = "b44ff59a-a6a1-4039-a2fc-278099e3c9c5";

/// One rule whose technique is known, one that names none, one lowered, one quiet, and one that would lower one of ours.
fn imported(dir: &Path) -> Pack {
    let rules = [
        ("known", rule("r-known", "SSHD Jargon Accepted", "level: critical\nstatus: test\ntags: [attack.t1078.003]")),
        ("plain", rule("r-plain", "Jargon Without Technique", "level: high\nstatus: test")),
        ("lowered", rule("r-lowered", "Lowered Jargon", "level: high\nstatus: experimental\ntags: [attack.t1078.003]")),
        ("quiet", rule("r-quiet", "Quiet Jargon", "level: high\ntags: [detection.threat-hunting]")),
        ("root-signs-in-by-password", rule(OURS, "In Place Of Ours", "level: high\nstatus: experimental")),
    ];
    pack_of(dir, &rules).open("others").expect("the pack")
}

#[test]
fn a_pack_neither_changes_nor_replaces_a_rule_of_ours() {
    let dir = tempfile::tempdir().expect("a folder");
    let (own, pack) = (Judging::read(&trial::content()), imported(dir.path()));
    let (judging, faults) = Judging::with_packs(&trial::content(), std::slice::from_ref(&pack));
    assert_eq!((judging.rules.len() - own.rules.len(), faults.len()), (3, 1), "{faults:?}");
    assert!(faults[0].why.contains(OURS), "{faults:?}");
    let said = |judging: &Judging| judging.rules.rule(OURS).map(|rule| (rule.title.clone(), rule.level, rule.file.clone()));
    assert_eq!(said(&judging), said(&own));
    assert_eq!(judging.name("r-known"), Some("others.known"));
    assert_eq!(judging.rules.rule("r-known").map(|rule| rule.file.as_str()), Some("packs/others/rules/known.yml"));
    let level = |id: &str| judging.rules.rule(id).map(|rule| rule.level.as_str());
    assert_eq!(["r-known", "r-plain", "r-lowered", "r-quiet"].map(level), [Some("critical"), Some("high"), Some("medium"), None]);
    assert_eq!(judging.packs.iter().map(PackUsed::said).collect::<Vec<_>>(), ["others · 3 · DRL-1.1"]);
    // Another set of rules or levels is another hunt, which an older one's state does not fit.
    assert_ne!(judging.mark, own.mark);
    assert_eq!(own.mark, Judging::with_packs(&trial::content(), &[]).0.mark);
}

#[tokio::test]
async fn imported_rules_are_hunted_by_and_speak_to_owners_in_plain_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let pack = imported(dir.path());
    let with_pack = |shelf: &mut Shelf, content: &Content| {
        fill(shelf, content);
        assert_eq!(crate::fill_packs(shelf, content, std::slice::from_ref(&pack)).len(), 1, "the one in place of ours");
    };
    trial::each_store(routes(), with_pack, |shop| async move {
        let path = incident(&shop).await;
        send(&shop.staff, &path, &[("auth.log", &brute_force())]).await;
        shop.lead.post(&format!("{path}/hunts"), &[]).await;
        hunt(&shop).await;
        let page = shop.lead.get(&path).await;
        let text = page.readable();
        assert!(text.contains("Imported rules were used besides our own: others · 3 · DRL-1.1"), "{text}");
        let japanese = shop.lead.in_japanese().get(&path).await.readable();
        assert!(japanese.contains("取り込んだ検知ルールも使いました: others · 3 · DRL-1.1"), "{japanese}");
        for told in [&text, &japanese] {
            assert!(!told.contains("Jargon"), "no rule speaks its own words to an owner: {told}");
        }
        let report = shop.lead.get(&link(&page, &format!("{path}/hunts/"))).await.readable();
        let (story, engineer) = report.split_once("SSHD Jargon Accepted").expect("engineers see the rule's own title");
        assert!(!story.contains("Jargon"), "{story}");
        for expected in ["Ann Example", "others · 3 · DRL-1.1 · 2026-11-23", "Komainu, others"] {
            assert!(engineer.contains(expected), "{expected}: {engineer}");
        }
        let printed = shop.lead.get(&format!("{path}/print")).await;
        let lines = printed.text().split('"').find(|part| part.ends_with("findings.jsonl")).expect("a link").to_owned();
        let lines = shop.lead.get(&lines).await.text();
        assert!(lines.contains("packs/others/rules/known.yml") && lines.contains("Ann Example"), "{lines}");
        assert!(!lines.contains("r-quiet") && !lines.contains(&dir_said(&shop)), "{lines}");
        let (html, start) = (page.text(), format!("{path}/findings/"));
        let mut imported = Vec::new();
        for link in html.split('"').filter(|part| part.starts_with(&start)) {
            let told = shop.staff.get(link).await.readable();
            if let Some((owner, analyst)) = told.split_once("For an engineer")
                && analyst.contains("others.")
            {
                assert!(!owner.contains("Jargon"), "{owner}");
                assert!(
                    ["Jargon", "Written by", "Ann Example", "DRL-1.1"].iter().all(|said| analyst.contains(said)),
                    "{analyst}"
                );
                imported.push(link);
            }
        }
        assert_eq!(imported.len(), 2, "the lowered one is no serious sign");
    })
    .await;
}

/// Where the shop's data lie: nothing that is handed on may say it.
fn dir_said(shop: &Shop) -> String {
    shop.dir.path().display().to_string()
}

#[tokio::test]
async fn when_a_pack_is_gone_its_findings_stay_in_plain_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let pack = imported(dir.path());
    let mut shop = trial::shop(routes(), |shelf, content| {
        fill(shelf, content);
        crate::fill_packs(shelf, content, std::slice::from_ref(&pack));
    })
    .await;
    let path = incident(&shop).await;
    send(&shop.staff, &path, &[("auth.log", &brute_force())]).await;
    shop.lead.post(&format!("{path}/hunts"), &[]).await;
    hunt(&shop).await;
    let mut shelf = Shelf::default();
    fill(&mut shelf, &trial::content());
    shop.app.shelf = std::sync::Arc::new(shelf);
    let stranger = trial::stranger(&shop.app, routes());
    let without = trial::join(&shop.app, &stranger, &shop.company, "Again", "again@shop.example", ::web::Role::Owner).await;
    let page = without.get(&path).await;
    assert!(page.readable().contains("A sign that an imported rule looks for"), "{}", page.readable());
    assert!(!page.readable().contains("Jargon"), "{}", page.readable());
    let finding = without.get(&link(&page, &format!("{path}/findings/"))).await.readable();
    assert!(finding.contains("For an engineer"), "{finding}");
}
