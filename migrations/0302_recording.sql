-- Hunts through the files of an incident. One at a time of each company is under way.
CREATE TABLE recording_hunt (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL,
    person_id   TEXT   NOT NULL,
    files       TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    running_at  BIGINT,
    stop_at     BIGINT,
    ended_at    BIGINT,
    outcome     TEXT,
    total       BIGINT NOT NULL,
    bytes       BIGINT NOT NULL,
    events      BIGINT NOT NULL,
    findings    BIGINT NOT NULL,
    result      TEXT
);
CREATE INDEX recording_hunt_of ON recording_hunt (tenant_id, incident_id);
CREATE UNIQUE INDEX recording_hunt_under_way ON recording_hunt (tenant_id) WHERE ended_at IS NULL;

-- What a hunt wrote: the report in each language, findings, timeline, layer.
CREATE TABLE recording_output (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    hunt_id     TEXT   NOT NULL,
    incident_id TEXT   NOT NULL,
    kind        TEXT   NOT NULL,
    sha256      TEXT   NOT NULL,
    bytes       BIGINT NOT NULL,
    at          BIGINT NOT NULL
);
CREATE INDEX recording_output_of ON recording_output (tenant_id, incident_id);

-- What a hunt found that is serious: like findings on one machine as one.
CREATE TABLE recording_finding (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    hunt_id     TEXT   NOT NULL,
    incident_id TEXT   NOT NULL,
    level       TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    title       TEXT   NOT NULL,
    host        TEXT   NOT NULL,
    count       BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    file        TEXT   NOT NULL,
    record      BIGINT NOT NULL,
    finding     TEXT   NOT NULL
);
CREATE INDEX recording_finding_of ON recording_finding (tenant_id, incident_id);
