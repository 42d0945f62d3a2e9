use super::{Invitation, Person, Welcome};
use crate::form::{Checked, Faults, Form};
use crate::setup::dead_link;
use crate::sign_in;
use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base::{InvitationId, PersonId, Problem};
use serde::Deserialize;
use web::{App, Member, Owner, Reader, Role, Sent, Words, check_tries, count_try, line, page};

pub fn routes() -> Router<App> {
    Router::new()
        .route("/company/people", get(show))
        .route("/company/people/{id}", get(show_person))
        .route("/company/people/{id}/role", post(change_role))
        .route("/company/people/{id}/leave", post(leave))
        .route("/company/invitations", post(invite))
        .route("/company/invitations/{id}/again", post(invite_again))
        .route("/company/invitations/{id}/withdraw", post(withdraw))
        .route("/join/{token}", get(show_join).post(join))
}

/// So often may one address open or use invitations in a quarter of an hour.
const MOST_TRIES: i64 = 100;

/// An invitation with its link, as the owner sees it.
struct Invited {
    invitation: Invitation,
    link: String,
    open: bool,
}

#[derive(Template)]
#[template(path = "people/people.html")]
struct Show<'a> {
    w: &'a Words,
    people: &'a [Person],
    me: &'a PersonId,
    /// For an owner only.
    owner: Option<ForOwner<'a>>,
}

struct ForOwner<'a> {
    form: Form<'a>,
    mail: &'a str,
    role: &'a str,
    invited: Vec<Invited>,
    mail_is_set_up: bool,
}

#[derive(Template)]
#[template(path = "people/person.html")]
struct ShowPerson<'a> {
    w: &'a Words,
    person: &'a Person,
    me: bool,
    last_owner: bool,
}

#[derive(Template)]
#[template(path = "people/join.html")]
struct ShowJoin<'a> {
    w: &'a Words,
    form: Form<'a>,
    welcome: &'a Welcome,
    name: &'a str,
    action: String,
    passkey: sign_in::Block<'a>,
    signed_in: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Typed {
    mail: String,
    role: String,
    name: String,
    password: String,
    ceremony: String,
    passkey: String,
}

fn role_name(w: &Words, role: Role) -> String {
    w.t(&format!("people-role-{}", role.name()))
}

fn role_choices(w: &Words) -> Vec<(String, String)> {
    Role::ALL.into_iter().rev().map(|role| (role.name().to_owned(), w.t(&format!("people-role-{}-is", role.name())))).collect()
}

impl Show<'_> {
    fn role(&self, role: Role) -> String {
        role_name(self.w, role)
    }

    fn roles(&self) -> Vec<(String, String)> {
        role_choices(self.w)
    }
}

impl ShowPerson<'_> {
    fn roles(&self) -> Vec<(String, String)> {
        role_choices(self.w)
    }
}

impl ShowJoin<'_> {
    fn role(&self) -> String {
        role_name(self.w, self.welcome.invitation.role)
    }
}

async fn show(who: Member) -> web::Result<Response> {
    people_page(&who, &Typed::default(), &Faults::new()).await
}

async fn people_page(who: &Member, typed: &Typed, faults: &Faults) -> web::Result<Response> {
    let w = who.words();
    let people = super::list(&mut who.read().await?).await?;
    let owner = match who.as_owner() {
        Some(owner) => Some(for_owner(&owner, w, typed, faults).await?),
        None => None,
    };
    let show = Show { w, people: &people, me: &who.person, owner };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&who.view, &w.t("people-title"), &show)?).into_response())
}

async fn for_owner<'a>(owner: &Owner, w: &'a Words, typed: &'a Typed, faults: &'a Faults) -> base::Result<ForOwner<'a>> {
    let mut invited = Vec::new();
    for invitation in super::invitations(owner).await? {
        let link = super::link(&owner.view.app, &invitation).await?;
        invited.push(Invited { link, open: invitation.is_open(owner.now()), invitation });
    }
    let form = Form::new(w, "people", faults);
    Ok(ForOwner { form, mail: &typed.mail, role: &typed.role, invited, mail_is_set_up: owner.view.app.mail.is_some() })
}

async fn show_person(who: Owner, Path(id): Path<PersonId>) -> web::Result<Response> {
    let mut tx = who.read().await?;
    let person = super::find(&mut tx, &id).await?;
    let owners = super::list(&mut tx).await?.iter().filter(|person| person.role == Role::Owner).count();
    let last_owner = person.role == Role::Owner && owners == 1;
    let show = ShowPerson { w: who.words(), person: &person, me: id == who.person, last_owner };
    Ok(page(&who.view, &person.name, &show)?.into_response())
}

async fn change_role(who: Owner, Path(id): Path<PersonId>, Sent(typed): Sent<Typed>) -> web::Result<Redirect> {
    let role = typed.role.parse().map_err(|()| Problem::invalid("role", "choose-one"))?;
    super::change_role(&who, &id, role).await?;
    Ok(Redirect::to("/company/people"))
}

async fn leave(who: Owner, Path(id): Path<PersonId>) -> web::Result<Redirect> {
    super::leave(&who, &id).await?;
    Ok(Redirect::to(if id == who.person { "/sign-in" } else { "/company/people" }))
}

async fn invite(who: Owner, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    let mut checked = Checked::default();
    let mail = checked.take("mail", super::mail(&typed.mail));
    let role = checked.take("role", typed.role.parse::<Role>().map_err(|()| "choose-one"));
    let invited = match mail.zip(role) {
        Some((mail, role)) => super::invite(&who, &mail, role).await.map(|_| ()),
        None => Err(Problem::Invalid { fields: checked.0 }),
    };
    match invited {
        Ok(()) => Ok(Redirect::to("/company/people").into_response()),
        Err(Problem::Invalid { fields }) => people_page(&web::Lead::from(who).into(), &typed, &fields).await,
        Err(problem) => Err(problem.into()),
    }
}

async fn invite_again(who: Owner, Path(id): Path<InvitationId>) -> web::Result<Redirect> {
    super::invite_again(&who, &id).await?;
    Ok(Redirect::to("/company/people"))
}

async fn withdraw(who: Owner, Path(id): Path<InvitationId>) -> web::Result<Redirect> {
    super::withdraw(&who, &id).await?;
    Ok(Redirect::to("/company/people"))
}

async fn show_join(reader: Reader, Path(token): Path<String>) -> web::Result<Response> {
    let tries = format!("join:{}", reader.address);
    check_tries(&reader.view.app, &tries, MOST_TRIES).await?;
    match super::welcome(&reader.view.app, &token).await {
        Ok(welcome) => join_page(&reader, &token, &welcome, "", &Faults::new()),
        Err(problem @ Problem::Refused { .. }) => {
            count_try(&reader.view.app, &tries).await?;
            dead_link(&reader.view, &problem)
        }
        Err(problem) => Err(problem.into()),
    }
}

fn join_page(reader: &Reader, token: &str, welcome: &Welcome, name: &str, faults: &Faults) -> web::Result<Response> {
    let w = &reader.view.w;
    let show = ShowJoin {
        w,
        form: Form::new(w, "people", faults),
        welcome,
        name,
        action: format!("/join/{token}"),
        passkey: sign_in::Block::register(&reader.view, "/sign-in/passkey/new"),
        signed_in: reader.member.is_some(),
    };
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok((status, page(&reader.view, &w.n("people-join-title", "company", welcome.company_name.as_str()), &show)?).into_response())
}

async fn join(reader: Reader, Path(token): Path<String>, Sent(typed): Sent<Typed>) -> web::Result<Response> {
    let app = &reader.view.app;
    let tries = format!("join:{}", reader.address);
    check_tries(app, &tries, MOST_TRIES).await?;
    count_try(app, &tries).await?;
    let welcome = match super::welcome(app, &token).await {
        Err(problem @ Problem::Refused { .. }) => return dead_link(&reader.view, &problem),
        other => other?,
    };
    let mut checked = Checked::default();
    let name = checked.take("name", line(&typed.name, 60));
    let wanted = sign_in::Wanted { password: &typed.password, ceremony: &typed.ceremony, passkey: &typed.passkey };
    let about = [welcome.invitation.mail.as_str(), &welcome.company_name, &typed.name];
    checked.take("password", sign_in::check_wanted(app, &wanted, &about)?);
    let (Some(name), true) = (name, checked.0.is_empty()) else {
        return join_page(&reader, &token, &welcome, &typed.name, &checked.0);
    };
    let way = sign_in::way(app, &wanted, &reader.view.w).await?;
    match super::join(&reader, &token, &name, way).await {
        Ok((cookie, codes, role)) => sign_in::welcome_page(&reader.view, role, cookie, &codes, "/"),
        Err(problem @ Problem::Refused { code: "people-no-invitation", .. }) => dead_link(&reader.view, &problem),
        Err(problem) => Err(problem.into()),
    }
}
