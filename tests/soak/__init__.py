"""The long test: simulated schedules and real processes that are killed, for as long as asked."""
