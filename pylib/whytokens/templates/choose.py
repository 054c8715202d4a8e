"""Which template renders a call: the first of the registry that knows its API."""

from __future__ import annotations

from whytokens.templates import Template


def choose_template(api: str, model: str) -> Template:
    """Never fails: the registry ends with a plain template for any API."""
    from whytokens import registry  # late: its detectors read attributions, which start here

    for template in registry.TEMPLATES:
        if template.knows(api, model):
            return template
    raise LookupError("the registry's last template must know every API")
