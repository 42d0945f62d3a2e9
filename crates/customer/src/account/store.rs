use base::*;
use store::Tx;

/// When a session of a person was opened.
pub async fn session_made(tx: &mut Tx, person: &PersonId, session: &str) -> Result<Moment> {
    let sql = "SELECT made_at AS n FROM session WHERE tenant_id = $1 AND person_id = $2 AND id = $3";
    tx.one::<i64>(sql, &[person, &session]).await.map(Moment)
}
