use super::{Found, Place};
use wire::Observed;

/// Does a firewall limit who may connect to this machine?
///
/// The kernel shows its rules to root only; without root the front ends' settings are read, which say what is meant to be
/// and so prove nothing when they are on.
pub fn look(place: &Place) -> Found {
    let name = front_end(place);
    if !place.privileged {
        return Found::new(Observed::Unmeasured, "needs-root");
    }
    if let Some(rules) = (place.run)(&["nft", "list", "ruleset"])
        && nft_limits_input(&rules)
    {
        return Found::new(Observed::Good, "active").with("name", name.unwrap_or("nftables"));
    }
    for program in ["iptables-save", "iptables-legacy-save"] {
        if let Some(rules) = (place.run)(&[program])
            && iptables_limits_input(&rules)
        {
            return Found::new(Observed::Good, "active").with("name", name.unwrap_or("iptables"));
        }
    }
    let tools = [("nft", "nftables"), ("iptables", "iptables")];
    match name.or_else(|| tools.iter().find(|(program, _)| place.has_program(program)).map(|(_, name)| *name)) {
        Some(name) => Found::new(Observed::Bad, "inactive").with("name", name),
        None => Found::new(Observed::Bad, "none"),
    }
}

/// The front end that keeps the rules, if there is one.
fn front_end(place: &Place) -> Option<&'static str> {
    if place.running().iter().any(|name| name == "firewalld") || place.has_program("firewalld") {
        Some("firewalld")
    } else if place.has_program("ufw") {
        Some("ufw")
    } else {
        None
    }
}

/// Does a chain on the input hook drop or refuse anything?
fn nft_limits_input(rules: &str) -> bool {
    let mut chain = String::new();
    let mut on_input = false;
    let mut jumped = Vec::new();
    let mut refusing = Vec::new();
    for line in rules.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix("chain ") {
            chain = rest.trim_end_matches('{').trim().to_owned();
            on_input = false;
        }
        on_input |= line.contains("hook input");
        let refuses = line.contains("policy drop")
            || line.split(|c: char| !c.is_alphanumeric()).any(|word| word == "drop" || word == "reject");
        if on_input && refuses {
            return true;
        }
        if refuses {
            refusing.push(chain.clone());
        }
        if on_input && let Some((_, target)) = line.split_once("jump ").or_else(|| line.split_once("goto ")) {
            jumped.push(target.split_whitespace().next().unwrap_or_default().to_owned());
        }
    }
    jumped.iter().any(|target| refusing.contains(target))
}

/// Does the filter table's INPUT chain, or a chain it leads to, drop or refuse anything?
fn iptables_limits_input(rules: &str) -> bool {
    let target = |line: &str| line.split_whitespace().skip_while(|word| *word != "-j" && *word != "-g").nth(1).map(str::to_owned);
    let refuses = |line: &str| target(line).is_some_and(|target| target == "DROP" || target == "REJECT");
    if rules.lines().any(|line| line.starts_with(":INPUT DROP")) {
        return true;
    }
    let mut chains = vec!["INPUT".to_owned()];
    let mut place = 0;
    while let Some(chain) = chains.get(place).cloned() {
        place += 1;
        let start = format!("-A {chain} ");
        for line in rules.lines().filter(|line| line.starts_with(&start)) {
            if refuses(line) {
                return true;
            }
            if let Some(next) = target(line)
                && !chains.contains(&next)
                && chains.len() < 500
            {
                chains.push(next);
            }
        }
    }
    false
}
