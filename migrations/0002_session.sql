-- Who is signed in, and where. The id is the SHA-256 of the cookie's token: the table alone opens no door.
CREATE TABLE session (
    tenant_id  TEXT   NOT NULL,
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  TEXT   NOT NULL,
    role       TEXT   NOT NULL,
    client     TEXT   NOT NULL,
    address    TEXT   NOT NULL,
    made_at    BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX session_person ON session (tenant_id, person_id);

-- Tries that are counted so that guessing is slow. The key is a hash of what is being guessed at or of who guesses.
CREATE TABLE tries (
    id    TEXT   NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    until BIGINT NOT NULL
);
