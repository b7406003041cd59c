"""What happens when an externalId or a client-made id exists already."""

from agent.sandbox.answers import Refusal
from agent.sandbox.world import World


def refuse_taken(world: World, kind: str, external_id: str | None, id_taken: bool) -> None:  # noqa: FBT001 - the second of two like questions
    """Raise Refusal (409 or 400) for a duplicate, unless duplicates are accepted."""
    answer = world.switches["duplicate-external-id"]
    external_taken = external_id is not None and world.by_external(kind, external_id)
    if answer == "accepted" or not (external_taken or id_taken):
        return
    field = "externalId" if external_taken else "id"
    if answer == "409":
        raise Refusal(409, "conflict", "Conflict", parameter=field)
    raise Refusal(400, "badparam", "Must be unique", parameter=field)
