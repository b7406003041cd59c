-- Lists and look-ups stay quick with 100,000 runs: newest first, by state, what is due, pruning.

CREATE INDEX sidenote_runs_newest ON sidenote_runs (created_at, message_at, id);
CREATE INDEX sidenote_runs_by_state ON sidenote_runs (state, created_at, message_at, id);
CREATE INDEX sidenote_runs_due ON sidenote_runs (state, due_at, id);
CREATE INDEX sidenote_runs_ended ON sidenote_runs (state, updated_at);
CREATE INDEX sidenote_runs_of_conversation ON sidenote_runs (conversation_id, message_at, message_id);
CREATE INDEX sidenote_deliveries_of_run ON sidenote_deliveries (run_id);
CREATE INDEX sidenote_deliveries_of_conversation ON sidenote_deliveries (conversation_id);
