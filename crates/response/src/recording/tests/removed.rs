//! Files that are taken off an incident again.

use super::*;

fn removal(page: &trial::Reply) -> String {
    let html = page.text();
    html.split('"').find(|part| part.ends_with("/remove")).expect("a way to remove a file").to_owned()
}

#[tokio::test]
async fn a_file_is_removed_and_the_history_keeps_that_it_was_there() {
    use sha2::Digest as _;
    trial::each_store(routes(), fill, |shop| async move {
        let path = incident(&shop).await;
        let (log, hash) = (brute_force(), hex::encode(sha2::Sha256::digest(brute_force())));
        send(&shop.staff, &path, &[("auth.log", &log)]).await;
        assert!(!shop.staff.get(&path).await.text().contains("/remove\""), "staff are not offered it");
        let remove = removal(&shop.lead.get(&path).await);
        assert_eq!(shop.staff.get(&remove).await.status, 403);
        assert_eq!(shop.staff.post(&remove, &[]).await.status, 403);
        for (method, there) in [("get", remove.clone()), ("post", remove.clone())] {
            let reply =
                if method == "get" { shop.other_owner.get(&there).await } else { shop.other_owner.post(&there, &[]).await };
            assert_eq!(reply.status, 404, "{method}: another company's file is not there");
        }

        // While it is looked through it stays.
        shop.lead.post(&format!("{path}/hunts"), &[]).await;
        let refused = shop.lead.post(&remove, &[]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.readable().contains("being looked through just now"), "{}", refused.readable());
        hunt(&shop).await;
        let held = walk(&shop.dir.path().join("files").join(shop.company.as_str()));
        assert_eq!(held, 6, "a recording and what the hunt wrote");

        let asked = shop.lead.get(&remove).await.readable();
        for expected in
            ["Remove this file?", "auth.log", &hash, "cannot be brought back", "One result of looking through it stays"]
        {
            assert!(asked.contains(expected), "{expected}: {asked}");
        }
        assert!(shop.lead.get(&path).await.text().contains(&remove), "asking removes nothing");
        assert_eq!(shop.lead.post(&remove, &[]).await.status, 303);
        assert_eq!(facts(&shop, &shop.company).await.last().map(String::as_str), Some("incident-detached"));
        assert_eq!(shop.lead.post(&remove, &[]).await.status, 404, "once");
        assert_eq!(walk(&shop.dir.path().join("files").join(shop.company.as_str())), 5, "its room is free");

        let page = shop.staff.get(&path).await.readable();
        for expected in ["A file was added: auth.log", "A file was removed: auth.log", &format!("SHA-256 {hash}"), "Removed on "]
        {
            assert!(page.contains(expected), "{expected}: {page}");
        }
        assert!(page.contains("serious signs"), "the result stays: {page}");
        let file = remove.replace("/remove", "");
        assert_eq!(shop.lead.get(&file).await.status, 404);
        assert_eq!(shop.lead.get(&link(&shop.lead.get(&path).await, &format!("{path}/hunts/0"))).await.status, 200);
        let printed = shop.lead.get(&format!("{path}/print")).await;
        assert!(printed.readable().contains("Removed on ") && !printed.text().contains("/remove\""), "{}", printed.readable());
        assert_eq!(shop.lead.post(&format!("{path}/hunts"), &[]).await.status, 422, "nothing is left to look through");
    })
    .await;
}

#[tokio::test]
async fn what_is_named_elsewhere_stays_on_the_disk_and_a_closed_incident_as_it_is() {
    let shop = trial::shop(routes(), fill).await;
    let (path, other) = (incident(&shop).await, incident(&shop).await);
    let log = brute_force();
    send(&shop.staff, &path, &[("auth.log", &log)]).await;
    send(&shop.staff, &other, &[("copy.log", &log)]).await;
    let remove = removal(&shop.lead.get(&path).await);
    let elsewhere = remove.replace(&path, &other);
    assert_eq!(shop.lead.post(&elsewhere, &[]).await.status, 404, "it is a file of another incident");
    assert_eq!(shop.lead.post(&remove, &[]).await.status, 303);
    let copy = removal(&shop.lead.get(&other).await);
    let kept = shop.lead.get(&copy.replace("/remove", "")).await;
    assert_eq!((kept.status.as_u16(), kept.bytes), (200, log), "the other incident's copy is whole");

    shop.lead.post(&format!("{other}/close"), &[("learned", "It was nothing.")]).await;
    assert!(!shop.lead.get(&other).await.text().contains("/remove\""));
    let refused = shop.lead.post(&copy, &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.readable());
    assert_eq!(shop.lead.get(&copy.replace("/remove", "")).await.status, 200);
}

#[tokio::test]
async fn the_companys_room_is_free_again() {
    let shop = trial::shop(routes(), fill).await;
    let path = incident(&shop).await;
    let part = |n: u8| vec![n; 5 << 19];
    for number in 0..3 {
        assert_eq!(send(&shop.staff, &path, &[("part.bin", &part(number))]).await.status, 303);
    }
    assert_eq!(send(&shop.staff, &path, &[("more.bin", &part(9))]).await.status, 422, "full");
    assert_eq!(shop.lead.post(&removal(&shop.lead.get(&path).await), &[]).await.status, 303);
    assert_eq!(send(&shop.staff, &path, &[("more.bin", &part(9))]).await.status, 303);
}
