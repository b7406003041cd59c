-- Figures count among many: how runs ended, pruned ones as well, and what became of writes.
CREATE INDEX sidenote_runs_by_outcome ON sidenote_runs (state, disposition);
CREATE INDEX sidenote_deliveries_by_state ON sidenote_deliveries (action, state);

CREATE TABLE sidenote_pruned_runs (
  disposition TEXT NOT NULL PRIMARY KEY,
  runs        BIGINT NOT NULL
);
