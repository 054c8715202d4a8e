"""The templates, in the order they are asked; the last knows every API."""

from __future__ import annotations

from whytokens.templates import Template
from whytokens.templates.anthropic import MESSAGES
from whytokens.templates.gemini import GENERATE
from whytokens.templates.openai import CHAT, RESPONSES
from whytokens.templates.plain import PLAIN
from whytokens.templates.shape import SHAPE

TEMPLATES: tuple[Template, ...] = (CHAT, RESPONSES, MESSAGES, GENERATE, SHAPE, PLAIN)
