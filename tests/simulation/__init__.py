"""A whole team simulated from a seed: real pipeline, virtual time, faults, kills, people.

`python -m tests.simulation --schedules N --seed S` runs N schedules; the seed that a failure
prints replays it, event for event.
"""
