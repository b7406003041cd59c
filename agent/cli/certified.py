"""What a topic has earned, as the JSON of `certify`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from agent.core.certificate import Certificate, Standing
from agent.core.earned_words import asides, missing_words, promise
from agent.core.team_policy import Topic
from agent.track_record import Track

Json = dict[str, object]


def certified_json(topic: Topic, tracks: Sequence[Track]) -> Iterator[Json]:
    """One object for each channel; one with the channel null where nothing was proposed yet."""
    if not tracks:
        yield {"topic": topic.name, "channel": None, "level": topic.level.value} | _NOTHING
    for track in tracks:
        yield {
            "topic": topic.name,
            "channel": track.channel,
            "level": topic.level.value,
            **_right(track),
            **_work(track),
        }


_NOTHING: Json = {
    "standing": Standing.MISSING.value,
    "may_send": False,
    "words": "nothing proposed",
}


def _right(track: Track) -> Json:
    held = track.held.certificate
    is_certified = track.right.standing is Standing.CERTIFIED and held is not None
    said = promise(held) if is_certified and held is not None else track.right.words
    return {
        "standing": track.right.standing.value,
        "may_send": track.may_send,
        "words": said,
        "certificate": _certificate(held) if held is not None else None,
        "waivers": [
            {
                "channel": waiver.channel or None,
                "by": waiver.by,
                "why": waiver.why,
                "until": waiver.until.isoformat() if waiver.until is not None else None,
            }
            for waiver in track.held.waivers.values()
        ],
    }


def _certificate(held: Certificate) -> Json:
    return {
        "error_limit": held.terms.error_limit,
        "confidence": held.terms.confidence,
        "threshold": held.threshold,
        "reviewed": held.reviewed,
        "wrong": held.wrong,
        "bound": held.bound,
        "coverage": held.coverage,
        "unlocked_at": held.unlocked_at.isoformat(),
        "valid_until": held.valid_until.isoformat(),
        "made_by": asdict(held.made_by),
    }


def _work(track: Track) -> Json:
    earned = track.earned
    return {
        "missing": missing_words(earned),
        "more_clean": earned.more_clean,
        "feasible": earned.is_feasible,
        "threshold": earned.threshold,
        "reviewed": earned.reviewed,
        "wrong": earned.wrong,
        "bound": earned.bound,
        "coverage": earned.coverage,
        "set_aside": list(asides(earned)),
        "curve": [
            {
                "threshold": point.threshold,
                "reviewed": point.reviewed,
                "wrong": point.wrong,
                "bound": point.bound,
                "band": list(point.band),
                "coverage": point.coverage,
            }
            for point in earned.curve
        ],
    }
