"""Puts the model step together: the configured model with the offline engine behind it."""

from collections.abc import Callable

from agent.adapters.model.agreed import AgreedModel
from agent.adapters.model.fallback import WithFallback
from agent.adapters.model.offline import OfflineEngine
from agent.core.conversation import Customer
from agent.model_port import ModelBook
from agent.ports import Clock, Model
from agent.prompts import summary_prompt
from agent.settings import Settings
from agent.trace_port import Traces


def model_of(
    settings: Settings,
    *,
    clock: Clock,
    book: Callable[[], ModelBook],
    owner: str,
    customer: Callable[[str], Customer],
    traces: Traces,
) -> Model:
    """What these settings ask for; without a key or a model's name, the offline engine alone.

    `book` is opened only for a model, and `customer` asked only where its words may name one.

    Raises:
        StoreUnavailable: what a model costs cannot be counted.
    """
    offline = OfflineEngine()
    if settings.openai_key is None or settings.model is None:
        return offline
    # Imported here: the openai package takes 0.8 s of CPU, and most commands need none of it.
    from agent.adapters.model.connection import openai_client  # noqa: PLC0415 - the same
    from agent.adapters.model.masked import MaskedModel  # noqa: PLC0415 - the same
    from agent.adapters.model.meter import Meter  # noqa: PLC0415 - the same
    from agent.adapters.model.openai import OpenAIModel  # noqa: PLC0415 - the same

    model = OpenAIModel(
        openai_client(settings.openai_key.value, settings.openai_url),
        model=settings.model,
        instructions=summary_prompt(),
        clock=clock,
        meter=Meter(book(), clock=clock, owner=owner, caps=settings.caps, price=settings.price),
    )
    model.traces = traces
    return WithFallback(AgreedModel(MaskedModel(model, customer), offline), offline)
