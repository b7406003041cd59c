-- The same text for SQLite and PostgreSQL. Times are microseconds since 1970, UTC.
-- Columns with free text or lists hold JSON, so that any character a customer types can be kept.

CREATE TABLE sidenote_runs (
  id              TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  message_id      TEXT NOT NULL,
  message_at      BIGINT NOT NULL,
  state           TEXT NOT NULL,
  due_at          BIGINT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  disposition     TEXT,
  autonomy        TEXT NOT NULL,
  because         TEXT NOT NULL,
  error           TEXT,
  tries           INTEGER NOT NULL,
  note_id         TEXT,
  snapshot        TEXT NOT NULL,
  UNIQUE (conversation_id, message_id)
);

CREATE TABLE sidenote_receipts (
  run_id   TEXT NOT NULL PRIMARY KEY,
  content  TEXT NOT NULL,
  saved_at BIGINT NOT NULL
);

CREATE TABLE sidenote_conversations (
  conversation_id TEXT NOT NULL PRIMARY KEY,
  last_message_id TEXT,
  last_message_at BIGINT,
  note_count      INTEGER NOT NULL,
  note_id         TEXT,
  noted_at        BIGINT,
  statements      TEXT NOT NULL,
  updated_at      BIGINT NOT NULL
);

CREATE TABLE sidenote_deliveries (
  marker          TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  action          TEXT NOT NULL,
  body            TEXT NOT NULL,
  created_at      BIGINT NOT NULL,
  updated_at      BIGINT NOT NULL,
  run_id          TEXT,
  state           TEXT NOT NULL,
  remote_id       TEXT,
  attempts        INTEGER NOT NULL,
  fence           INTEGER NOT NULL,
  error           TEXT NOT NULL,
  owner           TEXT,
  claimed_until   BIGINT
);

CREATE TABLE sidenote_marks (
  name TEXT NOT NULL PRIMARY KEY,
  at   BIGINT NOT NULL
);

CREATE TABLE sidenote_pause (
  id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  paused_by TEXT NOT NULL,
  paused_at BIGINT NOT NULL,
  reason    TEXT NOT NULL
);

CREATE TABLE sidenote_slots (
  worker      TEXT NOT NULL PRIMARY KEY,
  owner       TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);
