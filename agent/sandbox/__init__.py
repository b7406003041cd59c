"""A Kustomer-like server for demos and tests: real HTTP, state in memory, switchable faults.

Nothing here was checked against a live tenant. What Kustomer documents is done as documented;
what nobody documents is a named switch (`switches.py`); what goes wrong on the way is a fault
(`faults.py`).

`records` and `world` hold the state, `api` and `routes_*` answer requests without any I/O,
`server` and `front` put that on a socket.
"""
