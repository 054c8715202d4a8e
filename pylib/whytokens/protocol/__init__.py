"""The JSON that crosses between page and engine; `app/protocol.js` says the same in JSDoc.

Both suites read ``tests/fixtures/protocol/``. Text only, never proxies. Version 1.
"""

from __future__ import annotations

from whytokens.protocol.findings import (
    EvidenceShape,
    FindingShape,
    FixShape,
    Monthly,
    Reclaimable,
    SavingShape,
    StepShape,
)
from whytokens.protocol.messages import (
    ErrorMessage,
    Message,
    NeedMessage,
    ProgressMessage,
    ResultMessage,
    Stage,
)
from whytokens.protocol.prices import Priced, Prices, Unpriced
from whytokens.protocol.report import CacheBreak, CallColumns, Report, SessionRow, Totals
from whytokens.protocol.requests import FileSlot, Filter, Request
from whytokens.protocol.sheets import Fact, Plot, Sheet, SheetCell, SheetColumn, SpendValue
from whytokens.protocol.trees import Columns, Comparison, DiffColumns, LifeRow, LifeValue
from whytokens.protocol.values import CountValue, ExportValue, NamedTokens, Secret, TextValue

__all__ = [
    "VERSION",
    "CacheBreak",
    "CallColumns",
    "Columns",
    "Comparison",
    "CountValue",
    "DiffColumns",
    "ErrorMessage",
    "EvidenceShape",
    "ExportValue",
    "Fact",
    "FileSlot",
    "Filter",
    "FindingShape",
    "FixShape",
    "LifeRow",
    "LifeValue",
    "Message",
    "Monthly",
    "NamedTokens",
    "NeedMessage",
    "Plot",
    "Priced",
    "Prices",
    "ProgressMessage",
    "Reclaimable",
    "Report",
    "Request",
    "ResultMessage",
    "SavingShape",
    "Secret",
    "SessionRow",
    "Sheet",
    "SheetCell",
    "SheetColumn",
    "SpendValue",
    "Stage",
    "StepShape",
    "TextValue",
    "Totals",
    "Unpriced",
]

VERSION = 1
