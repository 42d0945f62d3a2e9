//! Names of things: UUIDv7 text, so they sort by the time they were made and mean the same in every store.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A text was given where an id was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an id")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new id, later in order than any made before it on this machine.
            #[expect(clippy::new_without_default, reason = "each call gives another id, so it is no default")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7().to_string())
            }

            /// The id as it stands in a URL or a table.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;
            /// Reads a hyphenated UUID in lower case; anything else is no id.
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                match uuid::Uuid::try_parse(text) {
                    Ok(id) if text.len() == 36 && id.to_string() == text => Ok(Self(text.to_owned())),
                    _ => Err(NotAnId),
                }
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A company that we protect: the tenant of every row it owns.
    CompanyId;
    /// A person with an account at a company.
    PersonId;
    /// A place of business that answers an assessment for itself.
    SiteId;
    /// An invitation to join a company.
    InvitationId;
    /// One passkey of a person.
    PasskeyId;
    /// A watched machine.
    DeviceId;
    /// One filled-in assessment of one site.
    SheetId;
    /// One step of a company's plan.
    StepId;
    /// A self-declaration.
    DeclarationId;
    /// A folded group of like findings on one device.
    AlertId;
    /// A case that a person opened.
    IncidentId;
    /// A file kept with an incident.
    AttachmentId;
    /// One hunt through the files of an incident.
    HuntId;
    /// A piece of work that follows a fact.
    JobId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_lower_case_uuid_is_an_id() {
        let id = CompanyId::new();
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
        for bad in ["", "1", "../etc", &id.as_str().to_uppercase(), &format!("{id} "), &id.as_str().replace('-', "")] {
            assert_eq!(bad.parse::<CompanyId>(), Err(NotAnId), "{bad:?}");
        }
    }
}
