//! What the tests need on this machine, and how it gets there.

use std::path::Path;
use std::process::{Command, Stdio};

/// A thing that must be there: how to see it, and the Debian package that brings it.
struct Need {
    package: &'static str,
    there: fn() -> bool,
}

const NEEDS: [Need; 6] = [
    Need { package: "postgresql", there: || crate::postgres::programs().is_some() },
    Need { package: "python3-aiosmtpd", there: || quiet("/usr/bin/python3", &["-c", "import aiosmtpd"]) },
    Need { package: "poppler-utils", there: || quiet("pdftotext", &["-v"]) },
    Need { package: "chromium", there: || Path::new("/usr/bin/chromium").exists() },
    Need { package: "fonts-noto-cjk", there: || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists() },
    Need { package: "nodejs", there: || quiet("node", &["--version"]) },
];

/// Sees to it that everything is there: installs it as root on Debian, and otherwise says exactly what to install.
pub fn meet(browser: bool) -> anyhow::Result<()> {
    let only_browser = ["chromium", "fonts-noto-cjk", "nodejs"];
    let wanted = NEEDS.iter().filter(|need| browser || !only_browser.contains(&need.package));
    let mut missing: Vec<&str> = wanted.filter(|need| !(need.there)()).map(|need| need.package).collect();
    if browser && !quiet("npm", &["--version"]) {
        missing.push("npm");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("apt-get update && apt-get install -y {}", missing.join(" "));
    let root = quiet("sh", &["-c", "test \"$(id -u)\" = 0"]);
    if !root || !quiet("apt-get", &["--version"]) {
        anyhow::bail!("the tests need more than is installed here. Please run, as root on Debian:\n  {by_hand}");
    }
    println!("installing what the tests need: {}", missing.join(" "));
    let apt = |args: &[&str]| {
        crate::run(Command::new("apt-get").args(args).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null()))
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], missing.as_slice()].concat())?;
    let still: Vec<&str> =
        NEEDS.iter().filter(|need| missing.contains(&need.package) && !(need.there)()).map(|need| need.package).collect();
    anyhow::ensure!(still.is_empty(), "still missing after the installation: {}", still.join(" "));
    Ok(())
}

/// Does the command run and succeed?
fn quiet(program: &str, args: &[&str]) -> bool {
    let status = Command::new(program).args(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
