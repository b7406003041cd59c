-- What a send says when it is asked for again includes its channel.

ALTER TABLE sidenote_deliveries ADD COLUMN channel TEXT NOT NULL DEFAULT '';
