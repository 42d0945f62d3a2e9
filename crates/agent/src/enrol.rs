use crate::home::{Home, HomeTrouble, Identity};
use crate::invitation::{Invitation, NotAnInvitation};
use crate::link::{Link, Trouble, authority_of, digest_of_pem};
use crate::machine;
use crate::root::Root;
use rcgen::{CertificateParams, DnType, KeyPair};
use rustls_pki_types::CertificateDer;
use std::io;
use std::time::Duration;
use wire::{Enrolled, Enrolment, VerifyingKey};

/// Why an enrolment did not come about.
#[derive(Debug, thiserror::Error)]
pub enum EnrolTrouble {
    #[error(transparent)]
    Line(#[from] NotAnInvitation),
    #[error("this agent is enrolled already")]
    Already,
    #[error(transparent)]
    Link(#[from] Trouble),
    #[error("the server's answer does not fit its invitation")]
    Answer,
    #[error(transparent)]
    Home(#[from] HomeTrouble),
    #[error("the agent's folder cannot be used: {0}")]
    Io(#[from] io::Error),
    #[error("no key could be made: {0}")]
    Key(#[from] rcgen::Error),
}

/// Uses an invitation: knows the server by its authority, sends the code, and keeps the certificate it is given.
///
/// The private key is made here and never leaves. Refuses a folder that already has an identity.
pub fn enrol(line: &str, home: &Home, root: &Root) -> Result<Identity, EnrolTrouble> {
    let invitation = Invitation::read(line)?;
    let _held = home.hold()?;
    if home.is_enrolled() {
        return Err(EnrolTrouble::Already);
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(&invitation.authority_sha256, &mut digest).map_err(|_| NotAnInvitation)?;
    let authority: CertificateDer = authority_of(&invitation.url, digest)?;

    let machine = machine::describe(root);
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, machine.host.as_str());
    let enrolment = Enrolment { code: invitation.code.clone(), csr: params.serialize_request(&key)?.pem()?, machine };
    let link = Link::unknown(&invitation.url, &authority);
    let enrolled: Enrolled = link.post("/v1/enrol", &enrolment, Duration::from_secs(30))?;

    let signer_fits = signer(&enrolled.signer).is_some();
    if digest_of_pem(&enrolled.authority)? != digest || !signer_fits || enrolled.device.is_empty() {
        return Err(EnrolTrouble::Answer);
    }
    let identity = Identity {
        device: enrolled.device,
        url: invitation.url,
        signer: enrolled.signer,
        authority: enrolled.authority,
        certificate: enrolled.certificate,
        key: key.serialize_pem(),
    };
    Link::of(&identity)?;
    home.keep_identity(&identity)?;
    Ok(identity)
}

/// The key that bundles and orders are signed with.
pub fn signer(hexed: &str) -> Option<VerifyingKey> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hexed, &mut bytes).ok()?;
    VerifyingKey::from_bytes(&bytes).ok()
}
