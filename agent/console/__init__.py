"""The web page: what Sidenote did and why, approvals, topics, pause; the HTTP API; the doorbell.

`app.py` puts it together, `doors.py` is what every request passes first, `pages/` has a module for
each page, `api/` the HTTP API. Nothing here decides: pages call what the commands call.
"""
