-- Labels are counted among many, by what they are, who gave them, and of what.
CREATE INDEX sidenote_proposed_by_label ON sidenote_proposed (judgement, source, topic, channel);
