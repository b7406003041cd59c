-- Automatic replies, counted in windows; senders that answer at once; the breaker. No texts.

CREATE TABLE sidenote_replies (
  marker          TEXT NOT NULL PRIMARY KEY,
  conversation_id TEXT NOT NULL,
  customer_id     TEXT NOT NULL,
  topic           TEXT NOT NULL,
  sender          TEXT NOT NULL,
  first_contact   INTEGER NOT NULL,
  message_at      BIGINT NOT NULL,
  reserved_at     BIGINT NOT NULL
);

CREATE INDEX sidenote_replies_by_time ON sidenote_replies (reserved_at);
CREATE INDEX sidenote_replies_by_conversation ON sidenote_replies (conversation_id);

CREATE TABLE sidenote_quick_answers (
  marker TEXT NOT NULL PRIMARY KEY,
  sender TEXT NOT NULL,
  at     BIGINT NOT NULL
);

CREATE INDEX sidenote_quick_answers_by_sender ON sidenote_quick_answers (sender);

CREATE TABLE sidenote_breaker (
  id        INTEGER NOT NULL PRIMARY KEY,
  reason    TEXT NOT NULL,
  opened_at BIGINT NOT NULL
);
