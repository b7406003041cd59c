-- How far each topic has climbed, and what teammates made of drafts. Changes of levels are only
-- ever added.

CREATE TABLE sidenote_levels (
  number     BIGINT NOT NULL PRIMARY KEY,
  topic      TEXT NOT NULL,
  level      TEXT NOT NULL,
  was        TEXT NOT NULL,
  file_level TEXT NOT NULL,
  changed_by TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  why        TEXT NOT NULL
);

CREATE TABLE sidenote_approvals (
  run_id          TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  topic           TEXT NOT NULL,
  verdict         TEXT NOT NULL,
  given_by        TEXT NOT NULL,
  given_at        BIGINT NOT NULL,
  reason          TEXT NOT NULL,
  binds           TEXT NOT NULL,
  outcome         TEXT NOT NULL
);

ALTER TABLE sidenote_runs ADD COLUMN topic TEXT NOT NULL DEFAULT '';
