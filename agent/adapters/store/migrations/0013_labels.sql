-- Proposed replies with what became of them, and the history of certificates. Ids, hashes and
-- figures; the only words are what a person gave as a reason.

CREATE TABLE sidenote_proposed (
  run_id          TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  message_id      TEXT NOT NULL,
  topic           TEXT NOT NULL,
  channel         TEXT NOT NULL,
  language        TEXT NOT NULL,
  score           DOUBLE PRECISION NOT NULL,
  familiarity     DOUBLE PRECISION NOT NULL,
  proposed_at     BIGINT NOT NULL,
  made_by         TEXT NOT NULL,
  sent_at         BIGINT,
  judgement       TEXT,
  source          TEXT,
  labelled_by     TEXT NOT NULL,
  labelled_at     BIGINT,
  reason          TEXT NOT NULL,
  matched         TEXT,
  outcome         TEXT,
  outcome_at      BIGINT
);
CREATE INDEX sidenote_proposed_of_topic ON sidenote_proposed (topic, channel, proposed_at, run_id);
CREATE INDEX sidenote_proposed_by_age ON sidenote_proposed (proposed_at, run_id);
CREATE INDEX sidenote_proposed_of_conversation ON sidenote_proposed (conversation_id);

CREATE TABLE sidenote_certificates (
  number      BIGINT NOT NULL PRIMARY KEY,
  topic       TEXT NOT NULL,
  channel     TEXT NOT NULL,
  kind        TEXT NOT NULL,
  at          BIGINT NOT NULL,
  by_whom     TEXT NOT NULL,
  why         TEXT NOT NULL,
  certificate TEXT,
  until       BIGINT,
  cases       TEXT NOT NULL
);
CREATE INDEX sidenote_certificates_of_topic ON sidenote_certificates (topic, number);
