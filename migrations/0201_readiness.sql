-- One filled-in assessment of one site. A finished one is never changed: a new one is started.
CREATE TABLE sheet (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    site_id     TEXT   NOT NULL,
    edition     TEXT   NOT NULL,
    started_at  BIGINT NOT NULL,
    started_by  TEXT   NOT NULL,
    touched_at  BIGINT NOT NULL,
    finished_at BIGINT,
    finished_by TEXT,
    score       BIGINT
);
CREATE INDEX sheet_finished ON sheet (tenant_id, finished_at);
CREATE UNIQUE INDEX sheet_open ON sheet (tenant_id, site_id) WHERE finished_at IS NULL;

-- What was answered to each question, when and by whom.
CREATE TABLE answer (
    tenant_id TEXT   NOT NULL,
    sheet_id  TEXT   NOT NULL,
    question  TEXT   NOT NULL,
    answer    TEXT   NOT NULL,
    at        BIGINT NOT NULL,
    person_id TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, sheet_id, question)
);

-- Each company's newest score, to be counted with those of the same trade and size. Never shown by itself.
CREATE TABLE peer (
    tenant_id   TEXT   NOT NULL PRIMARY KEY,
    edition     TEXT   NOT NULL,
    score       BIGINT NOT NULL,
    finished_at BIGINT NOT NULL
);

-- Steps that somebody acted on, or that an incident asked for. The others follow from the newest answers.
CREATE TABLE step (
    tenant_id  TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    key        TEXT   NOT NULL,
    origin     TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    person_id  TEXT,
    due        TEXT,
    note       TEXT   NOT NULL,
    planned_at BIGINT NOT NULL,
    settled_at BIGINT,
    settled_by TEXT
);
CREATE UNIQUE INDEX step_once ON step (tenant_id, key);

-- Self-declarations. The code is what a verification page is found by.
CREATE TABLE declaration (
    tenant_id    TEXT   NOT NULL,
    id           TEXT   NOT NULL PRIMARY KEY,
    code         TEXT   NOT NULL,
    level        TEXT   NOT NULL,
    edition      TEXT   NOT NULL,
    company      TEXT   NOT NULL,
    declarer     TEXT   NOT NULL,
    declared_on  TEXT   NOT NULL,
    articles     TEXT   NOT NULL,
    number       TEXT,
    made_at      BIGINT NOT NULL,
    made_by      TEXT   NOT NULL,
    withdrawn_at BIGINT,
    withdrawn_by TEXT
);
CREATE UNIQUE INDEX declaration_code ON declaration (code);
CREATE UNIQUE INDEX declaration_in_force ON declaration (tenant_id, edition) WHERE withdrawn_at IS NULL;

-- What each check last found on each device.
CREATE TABLE observation (
    tenant_id  TEXT   NOT NULL,
    device_id  TEXT   NOT NULL,
    check_name TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    said       TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, device_id, check_name)
);

-- Each time that a check found something else than before.
CREATE TABLE observation_change (
    tenant_id  TEXT   NOT NULL,
    device_id  TEXT   NOT NULL,
    check_name TEXT   NOT NULL,
    changed_at BIGINT NOT NULL,
    state      TEXT   NOT NULL,
    note       TEXT   NOT NULL,
    said       TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, device_id, check_name, changed_at)
);
