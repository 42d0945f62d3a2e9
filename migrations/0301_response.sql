-- Watched machines. The fingerprint is the SHA-256 of the client certificate: what opens the door for an agent.
CREATE TABLE device (
    tenant_id    TEXT   NOT NULL,
    id           TEXT   NOT NULL PRIMARY KEY,
    host         TEXT   NOT NULL,
    os           TEXT   NOT NULL,
    os_name      TEXT   NOT NULL,
    kernel       TEXT   NOT NULL,
    arch         TEXT   NOT NULL,
    machine      TEXT   NOT NULL,
    agent        TEXT   NOT NULL,
    fingerprint  TEXT   NOT NULL,
    serial       TEXT   NOT NULL,
    enrolled_at  BIGINT NOT NULL,
    last_seen    BIGINT,
    retired_at   BIGINT,
    silent_since BIGINT,
    bundle       BIGINT NOT NULL,
    rules        BIGINT NOT NULL,
    collectors   TEXT   NOT NULL,
    memory       BIGINT NOT NULL,
    cpu          BIGINT NOT NULL,
    spool        BIGINT NOT NULL,
    skew         BIGINT NOT NULL,
    privileged   BIGINT NOT NULL,
    up_to        BIGINT NOT NULL,
    lost         BIGINT NOT NULL
);
CREATE INDEX device_company ON device (tenant_id);
CREATE INDEX device_awake ON device (last_seen) WHERE retired_at IS NULL AND silent_since IS NULL;
CREATE UNIQUE INDEX device_fingerprint ON device (fingerprint);

-- One-time codes to enrol a machine with. The id is the SHA-256 of the code: the table alone enrols nothing.
CREATE TABLE device_code (
    tenant_id  TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    device_id  TEXT
);

-- What an agent was asked to do, and what came of it.
CREATE TABLE device_order (
    tenant_id  TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    device_id  TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    person_id  TEXT,
    made_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    given_at   BIGINT,
    done_at    BIGINT,
    result     TEXT
);
CREATE INDEX device_order_device ON device_order (tenant_id, device_id, made_at);

-- What agents saw that was no finding: the latest of each device, the oldest dropped.
CREATE TABLE sighting (
    tenant_id TEXT   NOT NULL,
    device_id TEXT   NOT NULL,
    number    BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    kind      TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, device_id, number)
);
CREATE INDEX sighting_at ON sighting (tenant_id, device_id, at);

-- Like findings on one device, folded.
CREATE TABLE alert (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    device_id   TEXT   NOT NULL,
    rule        TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    level       BIGINT NOT NULL,
    tags        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    drill       BIGINT NOT NULL,
    drill_id    TEXT,
    count       BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    raised_at   BIGINT NOT NULL,
    heard_at    BIGINT NOT NULL,
    closed_at   BIGINT,
    person_id   TEXT,
    incident_id TEXT,
    findings    TEXT   NOT NULL
);
CREATE INDEX alert_fold ON alert (tenant_id, device_id, rule, drill, id);
CREATE INDEX alert_open ON alert (tenant_id, state, id);
CREATE INDEX alert_incident ON alert (tenant_id, incident_id);

-- "That was me": the same rule on the same device, from the same account and source where they are known, is recorded
-- but quiet until then.
CREATE TABLE alert_quiet (
    tenant_id TEXT   NOT NULL,
    id        TEXT   NOT NULL PRIMARY KEY,
    alert_id  TEXT   NOT NULL,
    device_id TEXT   NOT NULL,
    rule      TEXT   NOT NULL,
    account   TEXT   NOT NULL,
    source    TEXT   NOT NULL,
    person_id TEXT   NOT NULL,
    made_at   BIGINT NOT NULL,
    until     BIGINT NOT NULL
);
CREATE INDEX alert_quiet_rule ON alert_quiet (tenant_id, device_id, rule);

-- Cases that people opened.
CREATE TABLE incident (
    tenant_id TEXT   NOT NULL,
    id        TEXT   NOT NULL PRIMARY KEY,
    kind      TEXT   NOT NULL,
    story     TEXT   NOT NULL,
    stage     TEXT   NOT NULL,
    drill     BIGINT NOT NULL,
    opened_at BIGINT NOT NULL,
    person_id TEXT   NOT NULL,
    learned   TEXT   NOT NULL,
    closed_at BIGINT,
    version   BIGINT NOT NULL
);
CREATE INDEX incident_company ON incident (tenant_id, id);

CREATE TABLE incident_note (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    text        TEXT   NOT NULL
);
CREATE INDEX incident_note_of ON incident_note (tenant_id, incident_id);

CREATE TABLE incident_attachment (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    name        TEXT   NOT NULL,
    sha256      TEXT   NOT NULL,
    bytes       BIGINT NOT NULL
);
CREATE INDEX incident_attachment_of ON incident_attachment (tenant_id, incident_id);
