-- Invitations to join a company. The link's token is made from the installation's secret and the id and number of the
-- invitation, so that the letter can be written later; only its hash is kept here.
CREATE TABLE invitation (
    tenant_id    TEXT   NOT NULL,
    id           TEXT   NOT NULL PRIMARY KEY,
    token        TEXT   NOT NULL,
    mail         TEXT   NOT NULL,
    role         TEXT   NOT NULL,
    invited_by   TEXT   NOT NULL,
    made_at      BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    accepted_at  BIGINT,
    withdrawn_at BIGINT
);
CREATE INDEX invitation_company ON invitation (tenant_id);
CREATE UNIQUE INDEX invitation_token ON invitation (token);
