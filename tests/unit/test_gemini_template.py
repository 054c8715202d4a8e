"""Gemini's rendering worked by hand, one rule a test."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from rendered import WHERE, asked_for, count, estimate, tokens_of
from whytokens.attribution.lanes import Lanes
from whytokens.builder import TraceBuilder
from whytokens.importers import thinking
from whytokens.importers.conversation import Conversation
from whytokens.importers.exchanges import Exchange
from whytokens.importers.gemini_generate import GEMINI_GENERATE
from whytokens.model import Where
from whytokens.templates import gemini_functions, python_tools

FLASH = "gemini-2.5-flash"
ASKED = {"role": "user", "parts": [{"text": "Weather?"}]}
CALLED = {"functionCall": {"name": "weather", "args": {"city": "Rome"}}}
ANSWERED = {
    "role": "user",
    "parts": [{"functionResponse": {"name": "weather", "response": {"sky": "blue"}}}],
}


def seal(*sizes: int) -> str:
    """A thought signature: one length-delimited field for each chunk."""
    raw = b"".join(bytes([0x0A, size & 127 | 128, size >> 7]) + b"\xff" * size for size in sizes)
    return base64.b64encode(raw).decode()


def asked(*contents: dict[str, Any], model: str = FLASH, **how: Any) -> int:
    return asked_for(GEMINI_GENERATE, {"model": model, "contents": list(contents)}, **how)


def sealed(signature: str | None, *, later: bool = False, model: str = FLASH, **how: Any) -> int:
    part = {**CALLED, "thoughtSignature": signature} if signature else CALLED
    contents = [ASKED, {"role": "model", "parts": [part]}, ANSWERED]
    return asked(*contents, *([ASKED] if later else []), model=model, **how)


def test_a_function_is_python() -> None:
    schema = {
        "type": "OBJECT",
        "properties": {
            "city": {"type": "STRING", "description": "Which city"},
            "days": {"type": ["integer", "null"]},
            "unit": {"type": "string", "enum": ["C", "F"]},
            "tags": {"type": "array", "items": {"type": "string"}},
            "place": {"$ref": "#/$defs/place"},
        },
        "required": ["city", "unit", "tags", "place"],
        "$defs": {"place": {"type": "object", "properties": {"x": {"type": "number"}}}},
    }
    assert python_tools.function("get_weather", "The weather.", schema) == (
        "@dataclasses.dataclass(kw_only=True)\nclass GetWeatherPlace:\n"
        '  """\n\n  Attributes:\n    x: \n  """\n  x: float | None = None\n'
        "def get_weather(\n    city: str,\n    days: int | None = None,\n"
        "    unit: Literal['C', 'F'],\n    tags: list[str],\n    place: GetWeatherPlace,\n"
        ') -> dict:\n  """The weather.\n\n  Args:\n    city: Which city\n    days: \n'
        '    unit: \n    tags: \n    place: \n  """\n'
    )


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {
            "properties": {"a": {"$ref": "#/$defs/n"}},
            "$defs": {
                "n": {"type": "object", "properties": {"n": {"$ref": "#/$defs/n"}}},
            },
        },
        {"properties": {"a": 3, "b": {"enum": [None]}, "c": {"anyOf": [5]}}, "required": 7},
        {"properties": [1], "$defs": 2},
    ],
)
def test_a_schema_that_holds_itself_or_is_none_ends(schema: dict[str, Any]) -> None:
    assert python_tools.function("f", "", schema).endswith('"""\n')


def test_a_tool_costs_the_tokens_of_its_python() -> None:
    tool = {"name": "now", "description": "The time.", "parameters": {"type": "OBJECT"}}
    body = {
        "model": FLASH,
        "contents": [ASKED],
        "tools": [{"functionDeclarations": [tool]}],
    }
    text = 'def now(\n) -> dict:\n  """The time.\n\n  Args:\n  """\n'
    assert estimate("gemini.generate", body) == asked(ASKED) + count(FLASH, text)


def test_thoughts_that_are_sent_back_are_billed_as_text() -> None:
    thought = {"text": "The user wants Rome.", "thought": True}
    for model in (FLASH, "gemini-3-flash-preview"):
        without = asked(ASKED, {"role": "model", "parts": [CALLED]}, ANSWERED, model=model)
        within = asked(ASKED, {"role": "model", "parts": [thought, CALLED]}, ANSWERED, model=model)
        assert within == without + count(model, thought["text"])


def test_a_seal_of_2_5_is_billed_where_the_reply_was_streamed() -> None:
    assert sealed(seal(534)) == sealed(None)
    assert sealed(seal(134, 434)) == sealed(None) + 500 * 240 // 1000 + 4
    assert sealed(seal(134, 434), later=True) == sealed(None, later=True)


def test_a_seal_of_3_is_billed_by_its_size_and_forgotten_until_3_5() -> None:
    model = "gemini-3-flash-preview"
    assert sealed(seal(1034), model=model) == sealed(None, model=model) + 280 - 14
    assert sealed(seal(1034), later=True, model=model) == sealed(None, later=True, model=model)
    model = "gemini-3.5-flash"
    assert sealed(seal(1034), later=True, model=model) > sealed(None, later=True, model=model)


@pytest.mark.parametrize("model", ["gemini-3-flash-preview", "gemini-3.5-flash"])
def test_a_streamed_seal_of_3_holds_less_for_its_bytes_and_an_empty_one_nothing(model: str) -> None:
    url = "models/gemini:streamGenerateContent"
    without = sealed(None, model=model)
    assert sealed(seal(1034), model=model, url=url) == without + 200 + 4
    assert sealed(seal(1034), model=model) > without + 200 + 4
    assert sealed(seal(52), model=model, url=url) == sealed(seal(52), model=model) == without


def test_vertex_bills_whole_seals_of_2_5_but_those_of_its_first_key() -> None:
    def made_with(key: str) -> str:
        return base64.b64encode(b"\x0a\xb6\x04\x01" + bytes.fromhex(key) + b"\xff" * 561).decode()

    without = sealed(None, provider="vertex")
    assert sealed(made_with("8f3d6b5f"), provider="vertex") == without + 532 * 240 // 1000 + 4
    assert sealed(made_with("e3f1ff5e"), provider="vertex") == without
    assert sealed(made_with("8f3d6b5f"), provider=None) == sealed(None)


@pytest.mark.parametrize("signature", ["skip", "====", "\u00e9", "A" * 7, "//8=", "CgE"])
def test_what_is_no_seal_weighs_nothing(signature: str) -> None:
    found = thinking.sealed_chunks(signature)
    assert found is not None
    assert found.size_bytes == 0


VALUES = {"to": "Rome", "days": 3, "tags": ["a", "it's"], "at": {"x": 1.5, "ok": True}}


def told(part: str, value: dict[str, Any], model: str, **how: Any) -> int:
    """Tokens of a call or an answer of the tool `plan`, without the frame of its message."""
    key = {"functionCall": "args", "functionResponse": "response"}[part]
    said = {"role": "model", "parts": [{part: {"name": "plan", key: value}}]}
    rest = asked({"role": "model", "parts": []}, model=model, **how)
    return asked(said, model=model, **how) - rest


def test_calls_and_answers_of_2_5_are_python() -> None:
    assert python_tools.called("plan", VALUES) == (
        'print(default_api.plan(at = {"ok": true, "x": 1.5}, days = 3, '
        'tags = ["a", "it\\\'s"], to = "Rome"))'
    )
    assert python_tools.answered("plan", {"sky": "blue"}) == 'plan({"sky": "blue"})'
    call, answer = python_tools.called("plan", VALUES), python_tools.answered("plan", VALUES)
    assert told("functionCall", VALUES, FLASH) == count(FLASH, call) + 2
    assert told("functionResponse", VALUES, FLASH) == count(FLASH, answer) + 2


def test_calls_and_answers_of_3_have_a_token_at_either_end_of_a_string() -> None:
    model = "gemini-3-flash-preview"
    pieces = ("call:plan{at:{ok:true,x:1.5},days:3,tags:[", "a", ",", "it's", "],to:", "Rome", "}")
    billed = sum(count(model, piece) for piece in pieces) + 6 + 2
    assert told("functionCall", VALUES, model) == billed
    assert told("functionResponse", VALUES, model) == billed  # "response" is one token too


def test_a_result_that_is_a_plain_text_is_an_output() -> None:
    result = {"role": "tool", "tool_call_id": "c", "name": "plan", "content": "Rome, 3 days"}
    builder = TraceBuilder("t")
    talk = Conversation(builder, None, None, provider="google", model=FLASH)
    talk.hear(result, WHERE)
    talk.reply({"role": "assistant", "content": "Yes"}, WHERE, None)
    trace = builder.build()
    (found,) = (one for one in trace.segments if one.category == "tool_result")
    piece = gemini_functions.called(Lanes(trace).of(trace.calls[0]).context, found)
    assert piece.tokens == count(FLASH, 'plan({"output": "Rome, 3 days"})') + 2


def test_vertex_counts_the_words_of_keys_from_3_5_on() -> None:
    words = ("plan", "to", "Rome", "days", "tags", "a", "it's", "at", "x", "ok")
    early = sum(count(FLASH, word) for word in words) + len((3, 1.5, True))
    for part, keys in (("functionCall", "args"), ("functionResponse", "response")):
        assert told(part, VALUES, "gemini-3-flash", provider="vertex") == early
        around = sum(count(FLASH, word) for word in (part, "name", keys))
        assert told(part, VALUES, "gemini-3.5-flash", provider="vertex") == early + around


def test_vertex_counts_the_keys_of_declarations_from_3_5_on() -> None:
    tool = {
        "name": "go",
        "description": "Go.",
        "parametersJsonSchema": {
            "type": "object",
            "properties": {"to": {"type": "string", "enum": ["a"]}},
            "required": ["to"],
        },
        "responseJsonSchema": {"type": "null"},
    }
    words = [
        "functionDeclarations",
        "name",
        "go",
        "description",
        "Go.",
        "parameters",
        "type",
        "object",
        "properties",
        "to",
        "type",
        "string",
        "enum",
        "a",
        "format",
        "enum",
        "required",
        "to",
        "response",
        "type",
        "null",
    ]

    def billed(model: str, *tools: Any) -> int:
        body = {"contents": [ASKED], "tools": [{"functionDeclarations": list(tools)}]}
        return asked_for(GEMINI_GENERATE, {"model": model, **body}, provider="vertex")

    model = "gemini-3.5-flash"
    own = billed(model, tool) - billed(model)
    assert own == sum(count(model, word) for word in words)
    assert billed(model, tool, tool) - billed(model, tool) == own - count(model, words[0])


@pytest.mark.parametrize(
    ("model", "provider", "text", "more"),
    [
        (FLASH, None, 'print(default_api.plan(to = "Rome"))', 0),
        ("gemini-3-flash", None, "call:plan{to:|Rome|}", 4),
        ("gemini-3.5-flash", "vertex", "call:plan{to:|Rome|}", 4),
        ("gemini-3-flash", "vertex", "plan|to|Rome|functionCall|name|args", -5),
        (FLASH, "vertex", "plan|to|Rome", -2),
    ],
)
def test_a_call_in_a_reply_weighs_what_its_usage_says(
    model: str, provider: str | None, text: str, more: int
) -> None:
    builder = TraceBuilder("t")
    call = builder.segment("tool_call", ("tool_call", "plan"), '{"to": "Rome"}', WHERE, name="plan")
    prompt = builder.prompt(())
    builder.call(
        api="gemini.generate", model=model, prompt=prompt, where=WHERE, provider=provider,
        reply=(call,),
    )  # fmt: skip
    trace = builder.build()
    pieces = Lanes(trace).of(trace.calls[0]).reply((call,))
    said = sum(count(FLASH, piece) for piece in text.split("|")) + text.count("|") + more
    assert sum(piece.tokens for piece in pieces) == said


def test_a_system_instruction_without_a_role_has_no_frame() -> None:
    said = {"parts": [{"text": "Be kind."}]}
    named = {"role": "user", **said}
    tokens = [
        estimate("gemini.generate", {"model": FLASH, "contents": [ASKED], "systemInstruction": one})
        for one in (said, named)
    ]
    assert tokens[1] == tokens[0] + 1


SCHEMA = {
    "type": "OBJECT",
    "title": "Answer",
    "properties": {"city": {"type": "STRING", "enum": ["Rome"]}},
    "required": ["city"],
}


def test_a_response_schema_is_billed_until_2_0_in_googles_own_form() -> None:
    def asking(model: str, **config: Any) -> int:
        body = {"model": model, "contents": [ASKED], "generationConfig": config}
        return estimate("gemini.generate", body)

    old, words = "gemini-2.0-flash", ("OBJECT", "Answer", "city", "STRING", "Rome", "city")
    billed = sum(count(old, word) for word in words)
    assert asking(old, responseSchema=SCHEMA) == asking(old) + billed
    ordered = {**SCHEMA, "propertyOrdering": ["city"], "minimum": 0, "maximum": 150}
    assert asking(old, responseSchema=ordered) == asking(old) + billed + count(old, "city") + 1
    assert asking(old, responseJsonSchema=SCHEMA) == asking(old)
    assert asking(FLASH, responseSchema=SCHEMA) == asking(FLASH)


def test_numbers_of_the_early_rendering_are_one_token_each() -> None:
    def told(value: Any) -> int:
        answer = {"functionResponse": {"name": "sum", "response": {"n": value}}}
        return asked(ASKED, {"role": "user", "parts": [answer]}, model="gemini-2.0-flash")

    assert told(30000) == told(7)
    assert told("30000") > told("7")


def test_a_page_of_a_pdf_has_its_own_shape_and_is_finer_in_a_result() -> None:
    letter = base64.b64encode(b"%PDF-1.4 << /Type /Page >>").decode()
    a4 = base64.b64encode(b"%PDF-1.4 << /Type /Page /MediaBox [0 0 595 842] >>").decode()
    model = "gemini-3-flash-preview"

    def shown(data: str) -> int:
        file = {"inlineData": {"mimeType": "application/pdf", "data": data}}
        return asked({"role": "user", "parts": [file]}, model=model) - 1

    def answered(data: str | None) -> int:
        file = {"inlineData": {"mimeType": "application/pdf", "data": data}}
        answer = {"name": "get", "response": {}, **({"parts": [file]} if data else {})}
        return asked({"role": "user", "parts": [{"functionResponse": answer}]}, model=model)

    assert (shown(letter), shown(a4)) == (20 * 26, 19 * 28)
    assert answered(letter) - answered(None) == 29 * 38


def test_a_seal_whose_reply_is_known_weighs_what_its_usage_said() -> None:
    signature, model = seal(1034), "gemini-3-flash-preview"
    builder = TraceBuilder("t")
    said = {"role": "model", "parts": [{**CALLED, "thoughtSignature": signature}]}
    reply = {
        "candidates": [{"content": said}],
        "usageMetadata": {"promptTokenCount": 9, "thoughtsTokenCount": 321},
    }
    where = Where(file="t")

    def exchange(*contents: dict[str, Any], response: dict[str, Any]) -> Exchange:
        body = {"model": model, "contents": list(contents)}
        return Exchange(
            request=body, response=response, status=None, error=None, started=None,
            duration_ms=None, tags={}, url="", where=where,
        )  # fmt: skip

    GEMINI_GENERATE.reply(exchange(ASKED, response=reply), builder)
    request = GEMINI_GENERATE.request(exchange(ASKED, said, ANSWERED, response={}), builder)
    options = request.options
    known = tokens_of(builder, "gemini.generate", model, request.messages, options)
    assert known == sealed(None, model=model) + 321


def test_choices_say_that_they_are_where_json_schema_was_sent() -> None:
    def tool(key: str) -> int:
        schema = {"type": "object", "properties": {"to": {"type": "string", "enum": ["a"]}}}
        declared = {"name": "go", "description": "Go.", key: schema}
        body = {"contents": [], "tools": [{"functionDeclarations": [declared]}]}
        return estimate("gemini.generate", {"model": "gemini-3-flash", **body})

    # "format", ":", two marks, "enum" and a comma
    assert tool("parametersJsonSchema") == tool("parameters") + 6


def test_vertex_joins_the_parts_of_a_message_from_3_5_on() -> None:
    def parts(model: str, provider: str | None) -> int:
        texts = [{"text": "For context:"}, {"text": "[one] said"}]
        body = {"model": model, "contents": [{"role": "user", "parts": texts}]}
        return asked_for(GEMINI_GENERATE, body, provider=provider)

    apart = count(FLASH, "For context:") + count(FLASH, "[one] said")
    assert count(FLASH, "For context:[one] said") == apart - 1
    assert parts("gemini-3.5-flash", "vertex") == apart - 1
    assert parts("gemini-3-flash", "vertex") == apart
    assert parts("gemini-3.5-flash", None) == apart + 1
