-- What the installation knows of itself: its name for passkeys, its setup link, the number of its rule bundle.
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The end of each company's chain of facts.
CREATE TABLE ledger (
    tenant_id TEXT   NOT NULL PRIMARY KEY,
    seq       BIGINT NOT NULL,
    hash      TEXT   NOT NULL
);

-- The facts themselves. Never updated, never deleted while the company is a customer.
CREATE TABLE fact (
    tenant_id TEXT   NOT NULL,
    seq       BIGINT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT   NOT NULL,
    body      TEXT   NOT NULL,
    prev      TEXT   NOT NULL,
    hash      TEXT   NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

-- Work that follows a fact.
CREATE TABLE job (
    tenant_id    TEXT   NOT NULL,
    id           TEXT   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    seq          BIGINT NOT NULL,
    body         TEXT   NOT NULL,
    run_at       BIGINT NOT NULL,
    tries        BIGINT NOT NULL,
    locked_until BIGINT NOT NULL,
    done_at      BIGINT,
    error        TEXT
);
CREATE INDEX job_open ON job (run_at) WHERE done_at IS NULL;
CREATE UNIQUE INDEX job_once ON job (tenant_id, seq, kind);
