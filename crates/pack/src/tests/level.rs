//! At which level rules are used.

use crate::level::decide;
use crate::{Forecast, Noise};
use sigma::Rules;

fn decided(lines: &str, detection: &str, forecast: Option<Forecast>) -> String {
    let yaml = format!("title: T\n{lines}\nlogsource: {{product: linux}}\ndetection: {detection}\n");
    let (rules, faults) = Rules::read([("t.yml", yaml.as_str())]);
    assert!(faults.is_empty(), "{faults:?}");
    let rule = rules.iter().next().expect("a rule");
    let decision = decide(rule, forecast.as_ref(), &Noise::default());
    let reasons: Vec<&str> = decision.reasons.iter().map(|reason| reason.code()).collect();
    format!("{}{} {}", decision.level, if decision.quiet { " quiet" } else { "" }, reasons.join(" "))
}

const PLAIN: &str = "{s: {A|contains: mimikatz}, condition: s}";
const LOOSE: &str = "{s: {A|re: '[a-z]{3}[0-9]+'}, condition: s}";

#[test]
fn what_a_rule_says_of_itself_lowers_it_by_one_level() {
    let says = |lines: &str, detection: &str| decided(lines, detection, None);
    assert_eq!(says("level: critical\nstatus: stable", PLAIN), "critical ");
    assert_eq!(says("level: critical\nstatus: experimental", PLAIN), "high experimental");
    assert_eq!(says("level: low\nstatus: experimental", PLAIN), "informational experimental");
    assert_eq!(says("level: informational\nstatus: experimental", PLAIN), "informational ");
    assert_eq!(says("level: high\nstatus: test", LOOSE), "medium unanchored");
    assert_eq!(says("level: high\nstatus: experimental", LOOSE), "medium experimental");
    assert_eq!(says("level: high\nstatus: deprecated", PLAIN), "high quiet given-up");
    assert_eq!(says("level: high\ntags: [detection.threat_hunting]", PLAIN), "high quiet for-hunting");
}

#[test]
fn noise_on_the_background_lowers_or_quietens_but_one_recording_condemns_nobody() {
    let says = |findings: u64, alerts: u64, per_100k: f64, per_machine_week: f64| {
        let forecast = Forecast { findings, alerts, per_100k, per_machine_week };
        decided("level: high\nstatus: test", PLAIN, Some(forecast))
    };
    assert_eq!(says(0, 0, 0.0, 0.0), "high ");
    assert_eq!(says(50_000, 2, 9_000.0, 7.0), "high ", "two recordings may hold an attack");
    assert_eq!(says(3, 3, 0.5, 1.0), "high ", "one a week is borne");
    assert_eq!(says(3, 3, 0.5, 1.1), "medium noisy");
    assert_eq!(says(900, 3, 101.0, 0.1), "medium noisy");
    assert_eq!(says(900, 3, 401.0, 0.1), "high quiet flood");
    assert_eq!(says(3, 3, 0.5, 4.1), "high quiet flood");
    let forecast = Forecast { findings: 9, alerts: 9, per_100k: 1.0, per_machine_week: 2.0 };
    assert_eq!(decided("level: critical\nstatus: experimental", PLAIN, Some(forecast)), "medium noisy experimental");
}
