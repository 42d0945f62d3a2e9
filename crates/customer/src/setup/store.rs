use base::*;
use store::AllTx;

pub async fn get(tx: &mut AllTx, name: &str) -> Result<Option<String>> {
    tx.maybe("SELECT value AS t FROM setting WHERE name = $1", &[&name]).await
}

pub async fn set(tx: &mut AllTx, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    tx.run(sql, &[&name, &value]).await.map(|_| ())
}

/// Sets a value where there is none yet.
pub async fn set_once(tx: &mut AllTx, name: &str, value: &str) -> Result<()> {
    let sql = "INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    tx.run(sql, &[&name, &value]).await.map(|_| ())
}

pub async fn remove(tx: &mut AllTx, name: &str) -> Result<u64> {
    tx.run("DELETE FROM setting WHERE name = $1", &[&name]).await
}
