-- Who may sign in to the console, and who has. Sessions and keys are kept as hashes only.

CREATE TABLE sidenote_accounts (
  name       TEXT NOT NULL PRIMARY KEY,
  role       BIGINT NOT NULL,
  password   TEXT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE sidenote_sessions (
  id         TEXT NOT NULL PRIMARY KEY,
  name       TEXT NOT NULL,
  role       BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at    BIGINT NOT NULL
);

CREATE TABLE sidenote_keys (
  digest   TEXT NOT NULL PRIMARY KEY,
  until_at BIGINT NOT NULL
);

CREATE TABLE sidenote_failed_tries (
  name       TEXT NOT NULL,
  address    TEXT NOT NULL,
  at         BIGINT NOT NULL
);

CREATE INDEX sidenote_failed_tries_at ON sidenote_failed_tries (at);

-- Lists find runs by their customer.
ALTER TABLE sidenote_runs ADD COLUMN customer_id TEXT NOT NULL DEFAULT '';
CREATE INDEX sidenote_runs_of_customer ON sidenote_runs (customer_id, created_at);
