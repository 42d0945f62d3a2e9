use ::store::AllTx;
use base::*;

/// The bundle that was made last.
pub struct Last {
    pub number: u64,
    pub made: i64,
    pub mark: String,
}

async fn setting(all: &mut AllTx, name: &str) -> Result<Option<String>> {
    all.maybe("SELECT value AS t FROM setting WHERE name = $1", &[&name]).await
}

async fn set(all: &mut AllTx, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    all.run(sql, &[&name, &value]).await?;
    Ok(())
}

pub async fn last_bundle(all: &mut AllTx) -> Result<Option<Last>> {
    let number = setting(all, "bundle-number").await?.and_then(|text| text.parse().ok());
    let made = setting(all, "bundle-made").await?.and_then(|text| text.parse().ok());
    let mark = setting(all, "bundle-mark").await?;
    Ok(number.map(|number| Last { number, made: made.unwrap_or(0), mark: mark.unwrap_or_default() }))
}

pub async fn set_last_bundle(all: &mut AllTx, last: &Last) -> Result<()> {
    set(all, "bundle-number", &last.number.to_string()).await?;
    set(all, "bundle-made", &last.made.to_string()).await?;
    set(all, "bundle-mark", &last.mark).await
}
