-- Each attempt at a step or a write of a run. Ids, times and kinds of errors, no texts.

CREATE TABLE sidenote_attempts (
  run_id   TEXT NOT NULL,
  began_at BIGINT NOT NULL,
  step     TEXT NOT NULL,
  marker   TEXT NOT NULL,
  ended_at BIGINT,
  ended    TEXT NOT NULL,
  status   INTEGER,
  PRIMARY KEY (run_id, began_at, step, marker)
);
