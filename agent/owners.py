"""Whether the process that a claim is named after still runs on this machine."""

import os
import re

# As `App.owner` makes them: … / host / process id / eight hex digits, and perhaps a thread.
_NAMED = re.compile(r"(?:^|/)(?P<host>[^/]+)/(?P<pid>[0-9]+)/[0-9a-f]{8}(?:/|$)")


def is_dead(owner: str, *, here: str) -> bool:
    """True when it surely ended: it ran on the machine called `here`, and its id is free.

    An id that another process has by now, a name of another machine or one that cannot be read
    count as alive: their claims run out by themselves.
    """
    named = _NAMED.search(owner)
    if named is None or named["host"] != here:
        return False
    try:
        os.kill(int(named["pid"]), 0)  # asks only
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
