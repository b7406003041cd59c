"""A report as one page: no script, no network, light and dark, readable on a phone."""

from markupsafe import Markup

from agent.cli.letter_text import Document, Section

_CSS = """
:root { color-scheme: light dark; --ground: #faf9f6; --card: #fff; --line: #dfdcd3;
  --text: #23282b; --soft: #5d666b; font: 16px/1.5 system-ui, "Segoe UI", Arial, sans-serif; }
@media (prefers-color-scheme: dark) { :root { --ground: #15191b; --card: #1d2326;
  --line: #343c40; --text: #e6e8e6; --soft: #9fabaf; } }
body { margin: 0; background: var(--ground); color: var(--text); }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; }
h1 { font-size: 1.35rem; } h2 { font-size: 1rem; margin: 0 0 .5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: .8rem 1rem; margin: .9rem 0; }
ul { margin: 0; padding-left: 1.1rem; } li { margin: .25rem 0; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: 1fr; gap: 0 1rem; margin: 0; }
dt { color: var(--soft); } dd { margin: 0 0 .5rem; font-variant-numeric: tabular-nums; }
@media (min-width: 40rem) { dl { grid-template-columns: 1fr 1fr; } dd { margin: 0 0 .25rem; } }
"""
_PAGE = Markup("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{css}</style>
</head>
<body><main>
<h1>{title}</h1>
<p>{summary}</p>
{sections}
</main></body>
</html>
""")


def page_of(document: Document) -> str:
    """The whole file."""
    sections = Markup("\n").join(_section(section) for section in document.sections)
    css = Markup(_CSS)  # noqa: S704 - our own text
    return str(
        _PAGE.format(title=document.title, css=css, summary=document.summary, sections=sections)
    )


def _section(section: Section) -> Markup:
    lines = Markup("").join(Markup("<li>{}</li>").format(line) for line in section.lines)
    rows = Markup("").join(Markup("<dt>{}</dt><dd>{}</dd>").format(*row) for row in section.rows)
    inside = Markup("<ul>{}</ul>").format(lines) if lines else Markup("<dl>{}</dl>").format(rows)
    return Markup("<section><h2>{}</h2>{}</section>").format(section.heading, inside)
