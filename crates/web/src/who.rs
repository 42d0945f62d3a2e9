//! Who is asking. A handler that names [`Owner`] among its arguments can only be reached by an owner: the proof is made
//! here and nowhere else.

use crate::{App, Failed, Session, Words, session};
use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::{HeaderMap, header, request::Parts};
use base::{CompanyId, Day, Lang, Moment, PersonId, Problem};
use std::ops::Deref;
use store::{Actor, Tx};

/// What a person may do at their company.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// 従業員: learns, reads, asks for help.
    Staff,
    /// 担当者: the person in charge; runs the assessment, the plan and the watch.
    Lead,
    /// 経営者: declares, decides, invites.
    Owner,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Owner, Role::Lead, Role::Staff];

    pub fn name(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Lead => "lead",
            Role::Staff => "staff",
        }
    }
}

impl std::str::FromStr for Role {
    type Err = ();
    fn from_str(text: &str) -> std::result::Result<Role, ()> {
        Role::ALL.into_iter().find(|role| role.name() == text).ok_or(())
    }
}

/// What the frame of a page needs to know about the one who reads it.
#[derive(Clone)]
pub struct View {
    pub app: App,
    pub w: Words,
    /// Path and query of this page, to come back to.
    pub here: String,
    /// Set for somebody signed in.
    pub role: Option<Role>,
}

/// Anybody: signed in or not. For public pages.
pub struct Reader {
    pub view: View,
    pub member: Option<Member>,
    /// Where the request came from, for counting tries.
    pub address: String,
    pub client: String,
}

/// Somebody signed in: the company, the person, and the way to its rows.
#[derive(Clone)]
pub struct Who {
    pub view: View,
    pub company: CompanyId,
    pub person: PersonId,
    pub role: Role,
    /// The session's id (not its token).
    pub session: String,
}

/// Proof: somebody of the company.
#[derive(Clone)]
pub struct Member(Who);
/// Proof: the person in charge, or the owner.
#[derive(Clone)]
pub struct Lead(Who);
/// Proof: the owner.
#[derive(Clone)]
pub struct Owner(Who);

impl View {
    /// The view of a request, in the language that its reader chose, or that the browser asks for.
    pub fn of(app: &App, headers: &HeaderMap, here: &str, role: Option<Role>) -> View {
        let chosen = session::cookie(headers, "lang").and_then(|code| Lang::from_code(&code));
        let asked = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
        let lang = chosen.unwrap_or_else(|| Lang::from_accept_language(asked()));
        View { app: app.clone(), w: Words::new(app.words.clone(), lang), here: here.to_owned(), role }
    }

    pub fn now(&self) -> Moment {
        self.app.store.clock().now()
    }

    pub fn today(&self) -> Day {
        self.now().day()
    }
}

impl Who {
    /// A transaction of the company that reads.
    pub async fn read(&self) -> base::Result<Tx> {
        self.view.app.store.read(&self.company).await
    }

    /// A transaction of the company that writes, in this person's name.
    pub async fn write(&self) -> base::Result<Tx> {
        self.view.app.store.write(&self.company, Actor::Person(self.person.clone())).await
    }

    /// A slice's content.
    pub fn content<T: std::any::Any + Send + Sync>(&self) -> base::Result<std::sync::Arc<T>> {
        self.view.app.shelf.get()
    }

    pub fn now(&self) -> Moment {
        self.view.now()
    }

    pub fn today(&self) -> Day {
        self.view.today()
    }

    pub fn words(&self) -> &Words {
        &self.view.w
    }

    pub fn lang(&self) -> Lang {
        self.view.w.lang
    }
}

macro_rules! deref_to_who {
    ($($proof:ident),+) => {$(
        impl Deref for $proof {
            type Target = Who;
            fn deref(&self) -> &Who {
                &self.0
            }
        }
    )+};
}
deref_to_who!(Member, Lead, Owner);

impl From<Owner> for Lead {
    fn from(owner: Owner) -> Lead {
        Lead(owner.0)
    }
}

impl From<Lead> for Member {
    fn from(lead: Lead) -> Member {
        Member(lead.0)
    }
}

impl Member {
    /// The same person as owner, where they are one.
    pub fn as_owner(&self) -> Option<Owner> {
        (self.role == Role::Owner).then(|| Owner(self.0.clone()))
    }

    /// The same person as person in charge, where they are that or more.
    pub fn as_lead(&self) -> Option<Lead> {
        (self.role >= Role::Lead).then(|| Lead(self.0.clone()))
    }
}

async fn who(parts: &Parts, app: &App) -> base::Result<Option<Who>> {
    let Some(Session { id, company, person, role, .. }) = session::current(&parts.headers, app).await? else {
        return Ok(None);
    };
    let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let view = View::of(app, &parts.headers, here, Some(role));
    Ok(Some(Who { view, company, person, role, session: id }))
}

impl FromRequestParts<App> for Reader {
    type Rejection = Failed;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reader, Failed> {
        let member = who(parts, app).await?.map(Member);
        let here = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let view = View::of(app, &parts.headers, here, member.as_ref().map(|member| member.role));
        let address = parts.extensions.get::<axum::extract::ConnectInfo<std::net::SocketAddr>>();
        let address = address.map(|info| info.0.ip().to_string()).unwrap_or_default();
        let client = parts.headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        Ok(Reader { view, member, address, client: client.chars().take(200).collect() })
    }
}

impl FromRequestParts<App> for Member {
    type Rejection = Failed;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Member, Failed> {
        who(parts, app).await?.map(Member).ok_or(Failed(Problem::SignInFirst))
    }
}

impl OptionalFromRequestParts<App> for Member {
    type Rejection = Failed;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Option<Member>, Failed> {
        Ok(who(parts, app).await?.map(Member))
    }
}

impl FromRequestParts<App> for Lead {
    type Rejection = Failed;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Lead, Failed> {
        let member = <Member as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        member.as_lead().ok_or(Failed(Problem::NotAllowed))
    }
}

impl FromRequestParts<App> for Owner {
    type Rejection = Failed;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Owner, Failed> {
        let member = <Member as FromRequestParts<App>>::from_request_parts(parts, app).await?;
        member.as_owner().ok_or(Failed(Problem::NotAllowed))
    }
}
