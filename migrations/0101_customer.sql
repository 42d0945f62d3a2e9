-- Who we protect.
CREATE TABLE company (
    tenant_id  TEXT   NOT NULL PRIMARY KEY,
    name       TEXT   NOT NULL,
    number     TEXT,
    trade      TEXT   NOT NULL,
    employees  BIGINT NOT NULL,
    capital    BIGINT,
    prefecture TEXT   NOT NULL,
    city       TEXT   NOT NULL,
    founded_at BIGINT NOT NULL,
    version    BIGINT NOT NULL
);

-- Places of business that answer an assessment for themselves. A company has at least one.
CREATE TABLE site (
    tenant_id TEXT   NOT NULL,
    id        TEXT   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    headcount BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX site_company ON site (tenant_id);

-- People with an account. The mail address is how one signs in, so it is one person's over all companies.
CREATE TABLE person (
    tenant_id TEXT   NOT NULL,
    id        TEXT   NOT NULL PRIMARY KEY,
    name      TEXT   NOT NULL,
    mail      TEXT   NOT NULL,
    role      TEXT   NOT NULL,
    lang      TEXT   NOT NULL,
    password  TEXT,
    totp      TEXT,
    totp_step BIGINT NOT NULL,
    joined_at BIGINT NOT NULL,
    left_at   BIGINT
);
CREATE INDEX person_company ON person (tenant_id);
CREATE UNIQUE INDEX person_mail ON person (mail) WHERE left_at IS NULL;
