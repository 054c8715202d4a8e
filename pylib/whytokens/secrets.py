"""Secrets in texts, pointed out before anything with text is shared or exported.

Published shapes of keys only (no guessing by entropy), so that what is named is worth a look.
"""

from __future__ import annotations

import re

from whytokens.model import Trace
from whytokens.protocol import Secret

# Kind and pattern; the documented prefix of each issuer's keys.
PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("private key", re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")),
    ("Anthropic key", re.compile(r"\bsk-ant-[A-Za-z0-9_-]{20,}")),
    ("OpenAI key", re.compile(r"\bsk-(?!ant-)(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}")),
    ("AWS access key", re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")),
    ("GitHub token", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})")),
    ("GitLab token", re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}")),
    ("Slack token", re.compile(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}")),
    ("Google API key", re.compile(r"\bAIza[A-Za-z0-9_-]{35}\b")),
    ("Stripe key", re.compile(r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")),
    ("Hugging Face token", re.compile(r"\bhf_[A-Za-z0-9]{30,}")),
    ("npm token", re.compile(r"\bnpm_[A-Za-z0-9]{36}\b")),
    ("PyPI token", re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}")),
    (
        "JSON Web Token",
        re.compile(r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ),
    (
        "password in an address",
        re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s:/@]{1,64}:[^\s:/@]{3,64}@"),
    ),
)
SHOWN_CHARS = 6
MAX_FOUND = 200


def secrets(trace: Trace) -> list[Secret]:
    """At most MAX_FOUND, in the order of the texts; each distinct one once."""
    found: list[Secret] = []
    seen: set[str] = set()
    for segment in trace.segments:
        for kind, pattern in PATTERNS:
            for match in pattern.finditer(segment.text or ""):
                if match[0] in seen or len(found) == MAX_FOUND:
                    continue
                seen.add(match[0])
                found.append(
                    Secret(
                        kind=kind, shown=masked(match[0]), segment=segment.id,
                        path=[part.replace(match[0], masked(match[0])) for part in segment.path],
                        file=segment.where.file, line=segment.where.line,
                        pointer=segment.where.pointer,
                    )
                )  # fmt: skip
    return found


def masked(secret: str) -> str:
    """Its first characters, never more than a quarter of it."""
    return secret[: min(SHOWN_CHARS, len(secret) // 4)] + "…"
