CREATE TABLE sidenote_migrations (
  number BIGINT NOT NULL PRIMARY KEY,
  name   TEXT NOT NULL
);
INSERT INTO sidenote_migrations VALUES (1, '0001_tables');

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
INSERT INTO sidenote_runs VALUES ('5a35c6d4f5c1', 'c1', 'm1', 1772452800000000, 'failed', 1772452800000000, 1772452800000000, 1772452801000000, 'failed', 'note', '["no-grant","attachment-unread"]', '{"step":"act","kind":"HelpdeskRefused","message":"POST note: 400","at":"2026-03-02T12:00:01+00:00"}', 2, NULL, '{"id":"c1","name":"Lid of the kettle"}');
INSERT INTO sidenote_runs VALUES ('0b1c2d3e4f50', 'c2', 'm2', 1772452800000000, 'waiting', 1772452860000000, 1772452800000001, 1772452800000001, NULL, '', '[]', NULL, 0, NULL, '{}');

CREATE TABLE sidenote_receipts (
  run_id   TEXT NOT NULL PRIMARY KEY,
  content  TEXT NOT NULL,
  saved_at BIGINT NOT NULL
);
INSERT INTO sidenote_receipts VALUES ('5a35c6d4f5c1', '{"read":{"messages":14}}', 1772452801000000);

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
INSERT INTO sidenote_conversations VALUES ('c1', 'm0', 1772366400000000, 1, 'n1', 1772366460000000, '[["request","A new lid for the kettle.",["m0"]]]', 1772366460000000);

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
INSERT INTO sidenote_deliveries VALUES ('sidenote-1', 'c1', 'note', '"Asks for a lid."', 1772452800000000, 1772452801000000, '5a35c6d4f5c1', 'unknown', NULL, 1, 1, '"timeout"', 'w1', 1772452860000000);

CREATE TABLE sidenote_marks (
  name TEXT NOT NULL PRIMARY KEY,
  at   BIGINT NOT NULL
);
INSERT INTO sidenote_marks VALUES ('watermark', 1772366400000000);
INSERT INTO sidenote_marks VALUES ('cursor', 1772452800000000);

CREATE TABLE sidenote_pause (
  id        INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
  paused_by TEXT NOT NULL,
  paused_at BIGINT NOT NULL,
  reason    TEXT NOT NULL
);
INSERT INTO sidenote_pause VALUES (1, '"Ben"', 1772452800000000, '"trying it out"');

CREATE TABLE sidenote_slots (
  worker      TEXT NOT NULL PRIMARY KEY,
  owner       TEXT NOT NULL,
  lease_until BIGINT NOT NULL
);
INSERT INTO sidenote_slots VALUES ('worker-1', 'w1', 1772452820000000);
