"""The figures as one page: no script, no network, light and dark, readable on a phone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from markupsafe import Markup

from agent.evaluation.figures import (
    MODEL,
    NOT_MEASURED,
    Figure,
    NotMeasured,
    Part,
    Section,
    Unit,
    Wanted,
    written,
)

_CSS = Path(__file__).with_name("page.css")
_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sidenote: figures on {about}</title>
<style>
{css}</style>
</head>
<body>
<main>
<header><h1>What the note-taker gets right</h1>
<p class="soft">Measured on {about}, {at}, with the engine that needs no model. Each bar stands
beside what it is compared with in the same run; the upright line is the target.</p></header>
{summary}
{sections}
{missing}
<footer>sidenote eval</footer>
</main>
</body>
</html>
""")


def page(parts: Sequence[Part], *, about: str, at: datetime) -> str:
    """The whole file. Nothing of the data's texts is in it."""
    sections = [part for part in parts if isinstance(part, Section)]
    missing = [part for part in parts if isinstance(part, NotMeasured)]
    return str(
        _PAGE.format(
            about=about,
            at=f"{at.day} {at:%B %Y, %H:%M} UTC",
            css=Markup(_CSS.read_text("utf-8")),  # noqa: S704 - our own file
            summary=_summary(sections),
            sections=_joined(_card(section) for section in sections),
            missing=_missing(missing),
        )
    )


def _summary(sections: Sequence[Section]) -> Markup:
    aimed = [
        (section, figure, figure.wanted, figure.value)
        for section in sections
        for figure in section.figures
        if figure.wanted is not None and figure.value is not None
    ]
    if not aimed:
        return Markup("")
    kept = sum(wanted.holds(value) for _, _, wanted, value in aimed)
    tiles = _joined(
        Markup('<li class="{}"><a href="#{}"><b>{}</b><span>{}</span></a></li>').format(
            "kept" if wanted.holds(value) else "missed",
            _anchor(section),
            written(value, figure.unit),
            f"{section.title}: {figure.name}",
        )
        for section, figure, wanted, value in aimed
        if _leads(section, figure, wanted, value)
    )
    return Markup(
        '<section class="card"><h2>{} of {} targets kept</h2><ul class="tiles">{}</ul></section>'
    ).format(kept, len(aimed), tiles)


def _leads(section: Section, figure: Figure, wanted: Wanted, value: float) -> bool:
    """The first target of each purpose, and every one that is missed."""
    first = next(one for one in section.figures if one.wanted is not None)
    return figure is first or not wanted.holds(value)


def _card(section: Section) -> Markup:
    sample = Markup(' <span class="sample">Part of it: {}</span>').format(section.sample)
    return Markup(
        '<section class="card" id="{}"><h2>{}</h2><p>{}</p><p class="soft">{}{}</p>{}</section>'
    ).format(
        _anchor(section),
        section.title,
        section.means,
        section.data,
        sample if section.sample else "",
        _joined(map(_figure, section.figures)),
    )


def _anchor(section: Section) -> str:
    return "".join(c if c.isalnum() else "-" for c in section.key)


def _figure(figure: Figure) -> Markup:
    return Markup('<div class="figure"><h3>{}{}</h3><p class="soft">{}</p>{}</div>').format(
        figure.name, _target(figure), figure.means, _bars(figure)
    )


def _target(figure: Figure) -> Markup:
    if figure.wanted is None or figure.value is None:
        return Markup("")
    words = "at least" if figure.wanted.at_least else "at most"
    kept = figure.wanted.holds(figure.value)
    return Markup(' <span class="target {}">{} {} {}</span>').format(
        "kept" if kept else "missed",
        "✓" if kept else "✗ wanted",
        words,
        written(figure.wanted.value, figure.unit),
    )


def _bars(figure: Figure) -> Markup:
    if figure.value is None:
        return Markup('<p class="soft">{}</p>').format(NOT_MEASURED)
    scale = _scale(figure)
    has_model = any(one.key == MODEL for one in figure.beside)
    ours = "the offline engine" if has_model else "Sidenote"
    rows = [_bar(ours, figure.value, figure, scale, "ours")]
    rows += [
        _bar(one.name, one.value, figure, scale, "model" if one.key == MODEL else "other")
        for one in figure.beside
    ]
    return Markup('<div class="bars">{}</div>').format(_joined(rows))


def _bar(name: str, value: float, figure: Figure, scale: float, look: str) -> Markup:
    number = written(value, figure.unit)
    line = Markup("")
    if figure.wanted is not None:
        line = Markup('<line class="aim" x1="{0:.2f}" x2="{0:.2f}" y1="-3" y2="13"/>').format(
            min(99.6, 100 * figure.wanted.value / scale)
        )
    return Markup(
        '<span class="name">{0}</span>'
        '<svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" '
        'aria-label="{0}: {1}"><rect class="back" width="100" height="10"/>'
        '<rect class="{2}" width="{3:.2f}" height="10"/>{4}</svg>'
        '<span class="number">{1}</span>'
    ).format(name, number, look, min(100.0, max(0.0, 100 * value / scale)), line)


def _scale(figure: Figure) -> float:
    """What the whole width stands for."""
    if figure.unit is Unit.SHARE:
        return 1.0
    values = [figure.value or 0.0, *(one.value for one in figure.beside)]
    if figure.wanted is not None:
        values.append(figure.wanted.value)
    highest = max(values)
    return 1.0 if 0 < highest <= 1 and figure.unit is Unit.NUMBER else highest * 1.1 or 1.0


def _missing(parts: Sequence[NotMeasured]) -> Markup:
    if not parts:
        return Markup("")
    items = _joined(Markup("<li><b>{}</b>: {}</li>").format(part.title, part.why) for part in parts)
    return Markup('<section class="card"><h2>Not measured</h2><ul>{}</ul></section>').format(items)


def _joined(some: Iterable[Markup]) -> Markup:
    return Markup("").join(some)
