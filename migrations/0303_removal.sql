-- Files that were taken off an incident: what they were, who had given them, and who took them away.
CREATE TABLE recording_removal (
    tenant_id   TEXT   NOT NULL,
    id          TEXT   NOT NULL PRIMARY KEY,
    incident_id TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    sha256      TEXT   NOT NULL,
    bytes       BIGINT NOT NULL,
    person_id   TEXT   NOT NULL,
    at          BIGINT NOT NULL,
    removed_by  TEXT   NOT NULL,
    removed_at  BIGINT NOT NULL
);
CREATE INDEX recording_removal_of ON recording_removal (tenant_id, incident_id);
