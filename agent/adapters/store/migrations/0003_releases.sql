-- A reply's draft is released by a request of its own, counted before it is made.

ALTER TABLE sidenote_deliveries ADD COLUMN releases INTEGER NOT NULL DEFAULT 0;
