"""Which template renders a call: the first of the list that knows its API."""

from __future__ import annotations

from whytokens.templates import Template, known


def choose_template(api: str, model: str) -> Template:
    """Never fails: the list ends with a plain template for any API."""
    for template in known.TEMPLATES:
        if template.knows(api, model):
            return template
    raise LookupError("the last template must know every API")
