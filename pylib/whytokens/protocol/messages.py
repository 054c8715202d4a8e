"""What the engine says: progress, needs, results and errors."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from whytokens.errors import ErrorShape
from whytokens.protocol.report import Report
from whytokens.protocol.sheets import SpendValue
from whytokens.protocol.trees import Columns, Comparison, LifeValue
from whytokens.protocol.values import CountValue, ExportValue, Secret, TextValue

Stage = Literal["reading", "counting", "pricing", "checking"]


class ProgressMessage(TypedDict):
    """`unit` is a plural noun: "bytes", "texts", "calls"; `line` while reading lines."""

    id: int
    type: Literal["progress"]
    stage: Stage
    done: int
    total: int
    unit: str
    file: NotRequired[str]
    line: NotRequired[int]


class NeedMessage(TypedDict):
    """The engine cannot go on without this asset; the pump answers with `assets.put`."""

    id: int
    type: Literal["need"]
    asset: str


class ResultMessage(TypedDict):
    id: int
    type: Literal["result"]
    value: (
        Report
        | Columns
        | LifeValue
        | Comparison
        | ExportValue
        | list[Secret]
        | TextValue
        | CountValue
        | SpendValue
        | None
    )


class ErrorMessage(TypedDict):
    id: int
    type: Literal["error"]
    error: ErrorShape


Message = ProgressMessage | NeedMessage | ResultMessage | ErrorMessage
