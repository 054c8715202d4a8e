"""The one explicit list of everything pluggable, in the order it is asked."""

from __future__ import annotations

from whytokens.importers import Importer
from whytokens.templates import Template
from whytokens.tokenizers import Tokenizer

IMPORTERS: tuple[Importer, ...] = ()
TEMPLATES: tuple[Template, ...] = ()
TOKENIZERS: tuple[Tokenizer, ...] = ()
