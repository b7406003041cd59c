-- What was done, in a chain of hashes, and apart from it what may be erased.

CREATE TABLE sidenote_audit (
  sequence BIGINT NOT NULL PRIMARY KEY,
  at       BIGINT NOT NULL,
  kind     TEXT NOT NULL,
  subjects TEXT NOT NULL,
  digest   TEXT NOT NULL,
  previous TEXT NOT NULL,
  hash     TEXT NOT NULL
);

-- `content` is NULL where it lies elsewhere: a run's receipt, the body of a delivery.
CREATE TABLE sidenote_audit_contents (
  sequence BIGINT NOT NULL PRIMARY KEY,
  key      TEXT NOT NULL,
  content  TEXT
);
