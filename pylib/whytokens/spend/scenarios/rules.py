"""Rules that say which calls go to which model, as a user writes them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whytokens.attribution.share import Attribution


@dataclass(frozen=True, slots=True)
class Rule:
    """Calls that fit all of these go to `model`."""

    model: str
    tags: tuple[tuple[str, str], ...] = ()
    under_tokens: int | None = None
    over_tokens: int | None = None

    def fits(self, one: Attribution) -> bool:
        tokens, call = one.prompt_tokens, one.call
        return (
            (self.under_tokens is None or tokens < self.under_tokens)
            and (self.over_tokens is None or tokens > self.over_tokens)
            and all((call.model if k == "model" else call.provider if k == "provider" else call.tags.get(k)) == v
                    for k, v in self.tags)
        )  # fmt: skip


RULE = re.compile(r"^\s*(?P<when>.*?)\s*->\s*(?P<model>\S+)\s*$")


def rules(text: str) -> tuple[list[Rule], list[str]]:
    """ "task=triage -> gpt-4o-mini; prompt<2000 -> m", first fit wins; and the parts that are no rule."""
    made, bad = [], []
    for part in re.split(r"[;\n]", text):
        if not part.strip():
            continue
        match = RULE.match(part)
        rule = _rule(match["when"], match["model"]) if match else None
        if rule is None:
            bad.append(part.strip())
        else:
            made.append(rule)
    return made, bad


def _rule(when: str, model: str) -> Rule | None:
    tags, under, over = [], None, None
    for part in when.split(" and ") if when else []:
        if match := re.fullmatch(r"\s*prompt\s*([<>])\s*([\d,_]+)\s*", part):
            size = int(re.sub(r"[,_]", "", match[2]))
            under, over = (size, over) if match[1] == "<" else (under, size)
        elif "=" in part:
            name, _, value = part.partition("=")
            tags.append((name.strip(), value.strip()))
        elif part.strip() != "all":
            return None
    return Rule(model, tuple(tags), under, over)
