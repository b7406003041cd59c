-- Who may call the HTTP API. Tokens are kept as hashes only.

CREATE TABLE sidenote_tokens (
  name       TEXT NOT NULL PRIMARY KEY,
  digest     TEXT NOT NULL UNIQUE,
  scopes     TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  made_by    TEXT NOT NULL,
  used_at    BIGINT
);

-- What an idempotency key stands for; hashes, no texts.
CREATE TABLE sidenote_calls (
  key         TEXT NOT NULL PRIMARY KEY,
  fingerprint TEXT NOT NULL,
  created     INTEGER,
  at          BIGINT NOT NULL
);

CREATE INDEX sidenote_calls_at ON sidenote_calls (at);
