//! The people of a company, their roles, and invitations to join.

mod rules;
pub(crate) mod store;
#[cfg(test)]
mod tests;
mod web;

pub use rules::{Invitation, Person};
pub use web::routes;

pub(crate) use rules::{mail, mail_key};

use crate::{setup, sign_in};
use ::store::{Actor, Claimed, Tx};
use ::web::{App, Letter, Owner, Reader, Role, Words};
use axum::http::HeaderValue;
use base::*;

/// An invitation may be accepted for so long.
const OPEN_FOR: i64 = 14 * Moment::DAY;
/// The most invitations a company may have open, and people it may have.
const MOST: usize = 1000;

/// Everybody at the company now, owners first, then by when they joined.
pub async fn list(tx: &mut Tx) -> Result<Vec<Person>> {
    store::list(tx).await
}

/// Somebody at the company now; `NotFound` once they have left.
pub async fn find(tx: &mut Tx, id: &PersonId) -> Result<Person> {
    store::find(tx, id).await
}

/// Who is written to when something needs a decision: owners and persons in charge.
pub async fn owners_and_leads(tx: &mut Tx) -> Result<Vec<Person>> {
    Ok(store::list(tx).await?.into_iter().filter(|person| person.role >= Role::Lead).collect())
}

/// Gives somebody another role. The last owner cannot step down: somebody must be able to decide.
pub async fn change_role(who: &Owner, id: &PersonId, role: Role) -> Result<()> {
    let mut tx = who.write().await?;
    let person = store::find(&mut tx, id).await?;
    if person.role == role {
        return Ok(());
    }
    // Telling first takes the ledger's lock, so that two owners who step down at once follow one another.
    tx.tell(Fact::RoleChanged { person: id.clone(), role: role.name().to_owned() }).await?;
    store::set_role(&mut tx, id, role).await?;
    ::web::change_role_of_sessions(&mut tx, id, role).await?;
    somebody_decides(&mut tx).await?;
    tx.commit().await
}

/// Lets somebody leave: they can no longer sign in, and their ways to sign in are forgotten. What they did stays in the
/// ledger. The last owner cannot leave.
pub async fn leave(who: &Owner, id: &PersonId) -> Result<()> {
    let mut tx = who.write().await?;
    store::find(&mut tx, id).await?;
    tx.tell(Fact::PersonLeft { person: id.clone() }).await?;
    store::set_left(&mut tx, id).await?;
    sign_in::forget(&mut tx, id).await?;
    ::web::end_all_sessions(&mut tx, id, None).await?;
    somebody_decides(&mut tx).await?;
    tx.commit().await
}

async fn somebody_decides(tx: &mut Tx) -> Result<()> {
    if store::list(tx).await?.iter().any(|person| person.role == Role::Owner) {
        Ok(())
    } else {
        Err(Problem::refused("people-last-owner"))
    }
}

/// The invitations that are neither accepted nor withdrawn, the latest first; some may have expired.
pub async fn invitations(who: &Owner) -> Result<Vec<Invitation>> {
    store::invitations(&mut who.read().await?).await
}

/// The link of an invitation, to hand over by any way where no mail is set up.
pub async fn link(app: &App, invitation: &Invitation) -> Result<String> {
    let secret = setup::secret(&app.store).await?;
    Ok(format!("{}/join/{}", app.site.origin, rules::token(&secret, &invitation.id, invitation.made)))
}

/// Invites somebody by mail. An open invitation of the same address is replaced; somebody who is here already is refused.
pub async fn invite(who: &Owner, mail: &str, role: Role) -> Result<InvitationId> {
    let secret = setup::secret(&who.view.app.store).await?;
    let mut tx = who.write().await?;
    let id = InvitationId::new();
    tx.tell(Fact::PersonInvited { invitation: id.clone(), role: role.name().to_owned() }).await?;
    let people = store::list(&mut tx).await?;
    if people.iter().any(|person| person.mail == mail) {
        return Err(Problem::invalid("mail", "people-here-already"));
    }
    let open = store::invitations(&mut tx).await?;
    if open.len() + people.len() >= MOST {
        return Err(Problem::refused("people-too-many"));
    }
    for old in open.iter().filter(|old| old.mail == mail) {
        store::withdraw(&mut tx, &old.id).await?;
        tx.tell(Fact::InvitationWithdrawn { invitation: old.id.clone() }).await?;
    }
    let (made, by) = (tx.now(), who.person.clone());
    let token = rules::hash(&rules::token(&secret, &id, made));
    store::invite(&mut tx, &id, &token, mail, role, &by, made.plus(OPEN_FOR)).await?;
    tx.commit().await?;
    Ok(id)
}

/// Sends an invitation once more, with a new link; the link before it no longer works.
pub async fn invite_again(who: &Owner, id: &InvitationId) -> Result<()> {
    let secret = setup::secret(&who.view.app.store).await?;
    let mut tx = who.write().await?;
    let invitation = store::invitation(&mut tx, id).await?;
    // A millisecond more keeps the number of the link growing, even where the clock stands still.
    let made = tx.now().max(invitation.made.plus(1));
    let token = rules::hash(&rules::token(&secret, id, made));
    store::invite_again(&mut tx, id, &token, made, made.plus(OPEN_FOR)).await?;
    tx.tell(Fact::PersonInvited { invitation: id.clone(), role: invitation.role.name().to_owned() }).await?;
    tx.commit().await
}

/// Takes an invitation back: its link no longer works.
pub async fn withdraw(who: &Owner, id: &InvitationId) -> Result<()> {
    let mut tx = who.write().await?;
    store::invitation(&mut tx, id).await?;
    store::withdraw(&mut tx, id).await?;
    tx.tell(Fact::InvitationWithdrawn { invitation: id.clone() }).await?;
    tx.commit().await
}

/// What somebody who opens an invitation's link may know before they join.
#[derive(Debug, Clone)]
pub struct Welcome {
    pub company: CompanyId,
    pub company_name: String,
    pub invitation: Invitation,
}

/// The invitation of a link. Withdrawn, used, expired and never made look the same: `people-no-invitation`.
pub async fn welcome(app: &App, token: &str) -> Result<Welcome> {
    let mut all = app.store.read_all().await?;
    let now = all.now();
    let found = store::by_token(&mut all, &rules::hash(token)).await?;
    let (company, invitation) = found.ok_or(Problem::refused("people-no-invitation"))?;
    if !invitation.is_open(now) {
        return Err(Problem::refused("people-no-invitation"));
    }
    let mut tx = all.at_company(company.clone(), Actor::System).await?;
    let company_name = crate::company::store::find(&mut tx).await?.details.name;
    Ok(Welcome { company, company_name, invitation })
}

/// Joins the company that the link invites to: signed in afterwards, with recovery codes to keep.
pub async fn join(reader: &Reader, token: &str, name: &str, way: sign_in::Way) -> Result<(HeaderValue, Vec<String>, Role)> {
    let app = &reader.view.app;
    let Welcome { company, invitation, .. } = welcome(app, token).await?;
    let person = way.person();
    let mut tx = app.store.write(&company, Actor::Person(person.clone())).await?;
    // Accepting changes a row only while the invitation is open, so a link that is used twice at once joins once.
    if store::accept(&mut tx, &invitation.id).await? == 0 {
        return Err(Problem::refused("people-no-invitation"));
    }
    let role = invitation.role;
    let joined = Person { id: person.clone(), name: name.to_owned(), mail: invitation.mail, role, lang: reader.view.w.lang };
    // An address is one person's over all companies: the table itself says so, also to two who come at once.
    store::insert(&mut tx, &joined).await.map_err(|problem| match problem {
        Problem::Conflict => Problem::refused("people-mail-taken"),
        other => other,
    })?;
    tx.tell(Fact::PersonJoined { person: person.clone(), role: role.name().to_owned() }).await?;
    let codes = sign_in::give(&mut tx, &way).await?;
    let cookie = ::web::open_session(&mut tx, app, &person, role, &reader.client, &reader.address).await?;
    tx.tell(Fact::SignedIn { person, method: way.name().to_owned() }).await?;
    tx.commit().await?;
    Ok((cookie, codes, role))
}

/// The letter that follows an invitation, in the inviter's language. Nothing once it is withdrawn, used or expired.
pub async fn invitation_letter(app: &App, claimed: &Claimed) -> Result<Option<Letter>> {
    let Fact::PersonInvited { invitation, .. } = &claimed.fact else {
        return Err(Problem::internal(format!("job {} follows no invitation", claimed.id)));
    };
    let mut tx = app.store.read(&claimed.company).await?;
    let Some(invitation) = store::maybe_invitation(&mut tx, invitation).await?.filter(|it| it.is_open(tx.now())) else {
        return Ok(None);
    };
    let company = crate::company::store::find(&mut tx).await?.details.name;
    let inviter = store::anybody(&mut tx, &invitation.invited_by).await?;
    drop(tx);
    let w = Words::new(app.words.clone(), inviter.lang);
    let link = link(app, &invitation).await?;
    let until = w.day(invitation.expires.day());
    let args = [("company", company), ("inviter", inviter.name), ("link", link), ("until", until)];
    Ok(Some(Letter {
        to: invitation.mail,
        subject: w.with("people-letter-subject", &args),
        text: w.with("people-letter", &args),
    }))
}
