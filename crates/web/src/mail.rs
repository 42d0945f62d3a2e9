//! Letters to people, over SMTP (RFC 5321).

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use serde::Deserialize;
use std::time::Duration;

/// How to reach the mail server: the `[mail]` part of the configuration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    pub server: String,
    #[serde(default = "port")]
    pub port: u16,
    /// `starttls` (the default), `tls`, or `none` for a server on this machine.
    #[serde(default)]
    pub security: Security,
    pub from: String,
    pub user: Option<String>,
    /// A file with the password, so that the configuration holds no secret.
    pub password_file: Option<std::path::PathBuf>,
}

fn port() -> u16 {
    587
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    #[default]
    Starttls,
    Tls,
    None,
}

/// A letter, in the words of its reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
}

/// Why a letter did not go out.
#[derive(Debug, thiserror::Error)]
pub enum MailFault {
    #[error("the mail address {0:?} cannot be written to")]
    Address(String),
    #[error("the letter cannot be put together: {0}")]
    Letter(String),
    #[error("the mail settings do not work: {0}")]
    Settings(String),
    #[error("the mail server did not take the letter: {0}")]
    Server(String),
}

/// A way to the mail server. Cheap to clone.
#[derive(Clone)]
pub struct Mail {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mail {
    /// Prepares the way; nothing is sent yet.
    pub fn new(settings: &MailSettings) -> Result<Mail, MailFault> {
        let from = settings.from.parse().map_err(|_| MailFault::Address(settings.from.clone()))?;
        let tls = || TlsParameters::new(settings.server.clone()).map_err(|e| MailFault::Settings(e.to_string()));
        let tls = match settings.security {
            Security::Starttls => Tls::Required(tls()?),
            Security::Tls => Tls::Wrapper(tls()?),
            Security::None => Tls::None,
        };
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
            .port(settings.port)
            .tls(tls)
            .timeout(Some(Duration::from_secs(20)));
        if let (Some(user), Some(file)) = (&settings.user, &settings.password_file) {
            let password = std::fs::read_to_string(file).map_err(|e| MailFault::Settings(format!("{}: {e}", file.display())))?;
            transport = transport.credentials(Credentials::new(user.clone(), password.trim_end().to_owned()));
        }
        Ok(Mail { transport: transport.build(), from })
    }

    /// Sends a letter; `Ok` once the server has taken it.
    pub async fn send(&self, letter: &Letter) -> Result<(), MailFault> {
        let to = letter.to.parse().map_err(|_| MailFault::Address(letter.to.clone()))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject.replace(['\r', '\n'], " "))
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|e| MailFault::Letter(e.to_string()))?;
        self.transport.send(message).await.map(|_| ()).map_err(|e| MailFault::Server(e.to_string()))
    }
}
