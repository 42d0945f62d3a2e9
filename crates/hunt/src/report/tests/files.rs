use super::*;

#[test]
fn the_files_that_were_read_are_listed_with_their_hashes() {
    let mut outcome = small_case();
    assert!(!page(&outcome, Lang::En).contains("Files that were gone through"), "nothing is listed where nothing is known");
    let file =
        |n: u64| crate::outcome::Input { name: format!("log-{n:05}.evtx"), bytes: 1_000 + n, sha256: Some(format!("{n:064x}")) };
    outcome.made.inputs = (0..2_500).map(file).collect();
    outcome.made.inputs[1].sha256 = None;
    let page_of = page(&outcome, Lang::En);
    for expected in
        ["Files that were gone through", "2,500 files.", "log-00000.evtx", "log-02499.evtx", "3,499", &format!("{:064x}", 2_499)]
    {
        assert!(page_of.contains(expected), "{expected}");
    }
    assert!(page_of.contains("Show 2,460 more") || page_of.contains("Show 2460 more"), "most are folded away");
    assert!(!page_of.contains("more lines are left out here"), "and none is left out");
    outcome.made.inputs.extend((2_500..10_500).map(file));
    outcome.made.more_inputs = 2;
    let page_of = page(&outcome, Lang::En);
    assert!(page_of.contains("10,502 files.") && page_of.contains("502 more lines are left out here"));
    assert!(page(&outcome, Lang::Ja).contains("調べたファイル"));
}
