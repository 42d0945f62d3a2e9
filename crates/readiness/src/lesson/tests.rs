use crate::tests::shop;

#[tokio::test]
async fn every_question_has_a_page_for_everybody() {
    let shop = shop().await;
    insta::assert_snapshot!(shop.stranger.in_japanese().get("/lessons/backup").await.readable(), @r"
    質問 11 / 25
    # 大事なデータの写しを取り、元に戻せることを確かめていますか。
    ## どういう意味ですか
    写し（バックアップ）があれば、壊れても、消しても、ウイルスに鍵をかけられても仕事に戻れます。写しの一つは、ふだんパソコンから切り離しておいてください。年に一度は、本当に元に戻せるか試しましょう。
    ## たとえば
    測量会社の例です。毎晩クラウドに写しを取り、金曜日に外付けディスクにも取ります。ディスクは終わったら抜いて、金庫にしまいます。
    ## なぜ必要ですか
    身代金を求めるウイルス（ランサムウェア）は、つながっている写しも一緒に壊します。切り離した写しがあれば、払わずに戻れます。
    ## 短いお話
    金属加工の会社で、朝、図面のファイルがすべて開けなくなりました。画面には「お金を払え」と出ています。外付けディスクに写しがあるから大丈夫、と社長は言いました。
    でもディスクは、ずっとパソコンにつないだままでした。写しにも鍵がかけられていました。10年分の図面を、取引先に頭を下げて集め直すのに、4か月かかりました。
    写しは「三つ持つ、二種類に分ける、一つは離れた場所に」と覚えてください。終わったら抜く。それだけで、会社は立ち直れます。そして一度は、本当に戻せるか試しましょう。
    - [前: 10. あやしいサイトやSNSへの書きこみで困らないように、決まりや設定がありますか。]
    - [次: 12. 大事な書類やUSBメモリーを、机に出したままにせず、しまっていますか。]
    - [すべての説明]
    - [自分の会社を診断する（登録なし）]
    ");
    insta::assert_snapshot!(shop.stranger.get("/lessons/updates").await.readable(), @r#"
    Question 1 of 25
    # Do you install updates on computers and phones without putting them off?
    ## What it means
    An update is a repair that closes a known weak spot. It covers the operating system, the apps, and equipment such as routers. If updates are automatic and you check now and then, you do this.
    ## For example
    A small factory: three office computers update by themselves. On the first of each month the plant manager also checks the router and the security camera.
    ## Why it matters
    Once a weak spot is known, criminals search automatically for machines that have not been updated. Your size does not matter.
    ## A short story
    This happened in a neighbourhood bakery. Every day the shop's computer said "update and restart". The busy manager kept pressing "later", and three months passed.
    One morning a strange message filled the screen and the order list would not open. The way in was a weak spot for which a repair had been offered two months before. With the update, that door would have been shut.
    If you must press "later", set a time for tonight. With automatic updates you are protected on busy days too. Do not forget the router and the copier.
    - [Next: 2. Is anti-virus software running on every computer and refreshed every day?]
    - [All explanations]
    - [Assess your company (no account needed)]
    "#);
    let list = shop.stranger.get("/lessons").await;
    assert_eq!(list.text().matches("href=\"/lessons/").count(), 25);
    let last = shop.owner.get("/lessons/rules").await.readable();
    assert!(last.contains("Previous: 24.") && !last.contains("Next:"), "{last}");
    for bad in ["nothing", "%00", "%8D%9D", "..%2fetc"] {
        let status = shop.stranger.get(&format!("/lessons/{bad}")).await.status.as_u16();
        assert!([404, 422].contains(&status), "{bad}: {status}");
    }
}
