"""Which regular expressions a slot's pattern may be: those whose cost is known beforehand.

A pattern is tried against what customers write, and a customer could write what makes a careless
one run for hours. So every repetition has an end, none stands inside another, and the ways to match
are few. That leaves what an order number, a date or a code needs.
"""

import re

LONGEST = 100  # characters of a pattern
_MOST = 60  # repetitions of one thing: no value in an answer is longer
_WAYS = 1_000  # ways to match at one place of a message

_TOKEN = re.compile(
    r"""(?P<escape>\\.) | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\]) | (?P<open>\((?:\?:)?) | (?P<close>\))
    | (?P<count>\{\d+(?:,\d*)?\}|[*+?]) | (?P<either>\|) | (?P<letter>[^\\\[\]()*+?{}])""",
    re.VERBOSE | re.DOTALL,
)
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")


def pattern_problem(pattern: str) -> str | None:
    """Why this cannot be a slot's pattern, and what to write instead; None when it can."""
    if not pattern:
        return "write a regular expression, or leave it out"
    if len(pattern) > LONGEST:
        return f"has {len(pattern)} characters; write {LONGEST} or fewer"
    try:
        re.compile(pattern)
    except (re.error, OverflowError) as error:
        return f"no regular expression: {error}"
    return _cost_problem(pattern)


def _cost_problem(pattern: str) -> str | None:
    at, ways = 0, 1
    is_open = [False]  # per group around: whether it can match in several ways
    just_closed = False  # whether what comes before a count is a group of several ways
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None or _is_special(token[0], pattern[token.end() :]):
            what = pattern[at : at + 3]
            return f'"{what}" is not understood here; write letters, sets, groups (?:…) and counts'
        at = token.end()
        if token.lastgroup == "count":
            most, choices = _counted(token[0])
            if most > _MOST:
                return f'for "{token[0]}" write a count that ends at {_MOST} or before: {{1,20}}'
            if just_closed and most > 1:
                return f'"{token[0]}" repeats what varies itself; write it out'
            is_open[-1] |= choices > 1
            ways *= choices
        elif token.lastgroup == "either":
            is_open[-1] = True
            ways *= 2
        elif token.lastgroup == "open":
            is_open.append(False)
        just_closed = token.lastgroup == "close" and is_open[-1]
        if token.lastgroup == "close":
            varies = is_open.pop()
            is_open[-1] |= varies
        if ways > _WAYS:
            return "could match in too many ways; write smaller counts"
    return None


def _is_special(token: str, following: str) -> bool:
    """A back reference, a place such as a word's border, a look ahead, a flag."""
    if token == "(":  # noqa: S105 - a bracket
        return following.startswith("?")
    return re.fullmatch(r"\\[1-9AZbB]", token) is not None


def _counted(count: str) -> tuple[int, int]:
    """The most repetitions, and how many different numbers of them."""
    if count == "?":
        return 1, 2
    if count in "*+":
        return _MOST + 1, 2
    found = _COUNT.fullmatch(count)
    assert found is not None
    least, is_range, most = found.groups()
    if not is_range:
        return int(least), 1
    if not most:
        return _MOST + 1, 2
    return int(most), int(most) - int(least) + 1
