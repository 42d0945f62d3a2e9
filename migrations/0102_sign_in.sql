-- A person's passkeys: the public half of a key that their device keeps (WebAuthn).
CREATE TABLE passkey (
    tenant_id  TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    credential TEXT   NOT NULL,
    name       TEXT   NOT NULL,
    body       TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    used_at    BIGINT
);
CREATE INDEX passkey_person ON passkey (tenant_id, person_id);
CREATE UNIQUE INDEX passkey_credential ON passkey (credential);

-- Codes on paper that open the door once each. Kept as hashes; a used one stays until a new set is made.
CREATE TABLE recovery_code (
    tenant_id TEXT   NOT NULL,
    hash      TEXT   NOT NULL PRIMARY KEY,
    person_id TEXT   NOT NULL,
    made_at   BIGINT NOT NULL,
    used_at   BIGINT
);
CREATE INDEX recovery_code_person ON recovery_code (tenant_id, person_id);

-- A sign-in or registration that has begun and not yet ended: what was asked of the browser. It lives minutes, ends once,
-- and belongs to no company because nobody is known yet. The id is the SHA-256 of what the browser holds.
CREATE TABLE ceremony (
    id         TEXT   NOT NULL PRIMARY KEY,
    kind       TEXT   NOT NULL,
    person_id  TEXT,
    body       TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
);
