-- The webhook that rings, and rings that wait for the daemon.

CREATE TABLE sidenote_webhook (
  id         BIGINT NOT NULL PRIMARY KEY,
  webhook_id TEXT NOT NULL,
  url        TEXT NOT NULL,
  token      TEXT NOT NULL,
  made_at    BIGINT NOT NULL
);

CREATE TABLE sidenote_rings (
  conversation_id TEXT NOT NULL PRIMARY KEY,
  rung_at         BIGINT NOT NULL
);
