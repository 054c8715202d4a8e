"""OpenAI's rendering worked by hand: each test states one rule of the provider."""

from __future__ import annotations

import base64
import io
import json
import struct
from datetime import UTC, datetime

import pytest

from rendered import asked_for, count, estimate
from whytokens.attribution.lanes import Lanes
from whytokens.attribution.share import Attribution, attribute
from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.counting import NO_PRICE
from whytokens.importers import durations, openai_chat, thinking
from whytokens.importers.apis import BodyImporter
from whytokens.importers.exchanges import exchanges
from whytokens.importers.openai_responses import OPENAI_RESPONSES, request_messages
from whytokens.model import Where
from whytokens.templates import Piece, images, typescript

WHERE = Where(file="t")
TOOL = {"type": "function", "name": "look", "description": "Look.", "parameters": {}}
OTHER = {"type": "function", "name": "get_weather", "description": "Sky.", "parameters": {}}


def responses(model: str, value: object, **more: object) -> int:
    return estimate("openai.responses", {"model": model, "input": value, **more})


def test_a_tool_that_must_be_called_is_named_on_responses() -> None:
    free = responses("gpt-4o", "x", tools=[OTHER])
    forced = 6 + count("gpt-4o", "functions.get_weather")
    choice = {"type": "function", "name": "get_weather"}
    assert responses("gpt-4o", "x", tools=[OTHER], tool_choice=choice) == free + forced
    # "required" with a single tool says the same; with two there is nothing to name
    assert responses("gpt-4o", "x", tools=[OTHER], tool_choice="required") == free + forced
    two = [TOOL, OTHER]
    assert responses("gpt-4o", "x", tools=two, tool_choice="required") == responses(
        "gpt-4o", "x", tools=two
    )


def test_required_is_free_on_chat_completions() -> None:
    tools = [{"type": "function", "function": {"name": "look", "parameters": {}}}]
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}], "tools": tools}
    assert estimate("openai.chat", {**body, "tool_choice": "required"}) == estimate(
        "openai.chat", body
    )


@pytest.mark.parametrize(
    ("schema", "line"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 9}, "// Constraints: minimum: 0, maximum: 9"),
        ({"type": "number", "exclusiveMinimum": 0}, "// Constraints: exclusiveMinimum: 0"),
        ({"type": "string", "format": "date"}, "// Constraints: format: date"),
        ({"type": "string", "pattern": "^a"}, "// Constraints: pattern: ^a"),
    ],
)
def test_limits_of_a_value_stand_behind_its_property(schema: object, line: str) -> None:
    said = {"type": "object", "properties": {"v": schema}}
    assert line in typescript.function("f", None, said)


def test_a_format_that_is_no_known_string_format_is_not_said() -> None:
    said = {"type": "object", "properties": {"v": {"type": "number", "format": "double"}}}
    assert typescript.function("f", None, said) == "type f = (_: { v?: number }) => any;"


def test_a_custom_tool_takes_free_text() -> None:
    tool = {"type": "custom", "name": "note", "description": "Take a note."}
    plain = {"type": "function", "name": "note", "description": "Take a note."}
    more = count("gpt-5", "type note = (FREEFORM) => any;") - count(
        "gpt-5", "type note = () => any;"
    )
    assert responses("gpt-5", "x", tools=[tool]) == responses("gpt-5", "x", tools=[plain]) + more


def test_a_grammar_stands_above_its_tool_line_by_line() -> None:
    tool = {"type": "custom", "name": "sum", "description": "Add."}
    rules = {"syntax": "lark", "definition": "\n  start: INT\n  %import common.INT\n"}
    deeper = {"type": "grammar", "grammar": rules}
    ruled = {**tool, "format": {"type": "grammar", **rules}}
    above = "// Add.\n{}type sum"
    written = above.format("// start: INT\n// %import common.INT\n")
    more = count("gpt-5", written) - count("gpt-5", above.format("")) + 47
    plain = responses("gpt-5", "x", tools=[tool])
    assert responses("gpt-5", "x", tools=[ruled]) == plain + more
    assert responses("gpt-5", "x", tools=[{**tool, "format": {"type": "text"}}]) == plain
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": "x"}]}
    inner = {"name": "sum", "description": "Add."}
    chat = [
        estimate("openai.chat", {**body, "tools": [{"type": "custom", "custom": one}]})
        for one in (inner, {**inner, "format": deeper})
    ]
    assert chat[1] == chat[0] + more


def test_results_of_parallel_calls_stand_in_a_list_json_by_its_value() -> None:
    def cost(*results: str) -> int:
        calls = [
            {"id": f"c{n}", "type": "function", "function": {"name": "look", "arguments": "{}"}}
            for n, _ in enumerate(results)
        ]
        messages = [{"role": "assistant", "content": None, "tool_calls": calls}]
        messages += [
            {"role": "tool", "tool_call_id": f"c{n}", "content": text}
            for n, text in enumerate(results)
        ]
        return estimate("openai.chat", {"model": "gpt-4o", "messages": messages})

    listed = count("gpt-4o", '[{"t": "72°F"}, "so ist es"]') - count("gpt-4o", '["a", "a"]')
    assert cost('{"t":"72°F"}', "so ist es") - cost("a", "a") == listed


def test_gpt_4_primes_the_reply_with_two_on_responses() -> None:
    assert responses("gpt-4-0613", "Hello!") == 4 + 2 + count("gpt-4", "Hello!")
    assert responses("gpt-4o", "Hello!") == 4 + 3 + count("gpt-4o", "Hello!")


def reasoning(sealed: int) -> dict[str, object]:
    return {"type": "reasoning", "id": "r", "summary": [], "encrypted_content": "x" * sealed}


def test_reasoning_in_the_history_is_estimated_by_the_length_of_its_seal() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "grey"}
    turn = [{"role": "user", "content": "x"}, reasoning(2820), call, output]
    empty = [turn[0], reasoning(0), call, output]
    assert responses("gpt-5", turn) == responses("gpt-5", empty) + 307
    builder = TraceBuilder("t")
    messages, options, _ = request_messages({"input": turn}, builder, Where(file="t"))
    node = builder.prompt(messages)
    builder.call(
        api="openai.responses", model="gpt-5", prompt=node, where=Where(file="t"), options=options
    )
    trace = builder.build()
    lane = Lanes(trace).of(trace.calls[0])
    path = trace.prompts.path(trace.calls[0].prompt)
    pieces = [piece for step in path for piece in lane.turn(step)]
    assert [piece.exact for piece in pieces if piece.kind == "hidden"] == [False]


@pytest.mark.parametrize(("model", "kept"), [("gpt-5-mini", 0), ("o4-mini", 0), ("gpt-5.6", 1)])
def test_models_until_5_5_forget_what_they_thought_before_the_user_spoke(
    model: str, kept: int
) -> None:
    answer = {"type": "message", "role": "assistant", "content": "grey"}
    said = {"role": "user", "content": "x"}
    body = {"model": model, "input": [said, reasoning(2820), answer, said]}
    assert bool(thinking.OPENAI_FORGETS.search(model)) is not bool(kept)
    builder = TraceBuilder("t")
    exchange = next(iter(exchanges(body, Where(file="t"))))
    request = OPENAI_RESPONSES.request(exchange, builder)
    assert len(request.messages) == 3 + kept, json.dumps(body)


def test_responses_name_a_tool_in_full_on_its_call_and_its_result() -> None:
    # "equipment" is one token, "functions.equipment" three: what stands before it changes it
    short, whole = count("gpt-4.1", "equipment"), count("gpt-4.1", "functions.equipment")
    assert (short, whole) == (1, 3)
    call = {"type": "function_call", "call_id": "c", "name": "equipment", "arguments": "{}"}
    output = {"type": "function_call_output", "call_id": "c", "output": "boots"}
    texts = count("gpt-4.1", "{}") + count("gpt-4.1", "boots")
    assert responses("gpt-4.1", [call, output]) == 2 * 4 + 3 + texts + 2 * whole - 1 + 2


def test_a_json_answer_of_gpt_5_stands_without_white_space_where_a_schema_asks() -> None:
    schema = {"type": "json_schema", "name": "a", "schema": {"type": "object", "properties": {}}}
    text = {"format": schema}

    def cost(answer: str) -> int:
        said = {"type": "message", "role": "assistant", "content": answer}
        return responses("gpt-5-nano", [said], text=text)

    assert cost('{"a": [1, 2]}') == cost('{"a":[1,2]}')
    marker = cost('{"a":1}') - count("gpt-5", '{"a":1}') - cost("no") + count("gpt-5", "no")
    assert marker == 3


def test_a_legacy_function_call_names_its_function() -> None:
    body = {
        "model": "gpt-3.5-turbo",
        "messages": [{"role": "user", "content": "x"}],
        "functions": [{"name": "look", "parameters": {}}],
    }
    named = {**body, "function_call": {"name": "look"}}
    more = 6 + count("gpt-3.5-turbo", "functions.look")
    assert estimate("openai.chat", named) == estimate("openai.chat", body) + more


def test_patches_are_multiplied_as_floats() -> None:
    assert images.openai("gpt-4.1-mini", 640, 480, None) == 488  # 300 * 1.62 is a little over 486
    assert images.openai("gpt-5-mini", 640, 480, None) == 361


def test_objects_with_a_title_stand_in_an_array_of_their_own() -> None:
    thing = {"title": "Thing", "type": "object", "properties": {"a": {"type": "string"}}}
    listed = {"type": "array", "items": {"$ref": "#/$defs/thing"}}
    schema = {"type": "object", "properties": {"all": listed}, "$defs": {"thing": thing}}
    assert "all?: Array<\n// Thing\n{ a?: string }>" in typescript.function("f", None, schema)
    plain = {**schema, "$defs": {"thing": {**thing, "title": None}}}
    assert "all?: { a?: string }[]" in typescript.function("f", None, plain)


def pieces_of(
    model: str, body: dict[str, object], reader: object = request_messages
) -> list[Piece]:
    builder = TraceBuilder("t")
    messages, options, _ = reader(body, builder, WHERE)  # type: ignore[operator]
    builder.call(
        api="openai.responses" if reader is request_messages else "openai.chat",
        model=model,
        prompt=builder.prompt(messages),
        where=WHERE,
        options=options,
    )
    trace = builder.build()
    lane = Lanes(trace).of(trace.calls[0])
    node = trace.calls[0].prompt
    end = lane.head_end(node)
    later = [step for step in trace.prompts.path(node) if step > end]
    return [*lane.head(end), *(p for step in later for p in lane.turn(step)), *lane.frame(end)]


def test_hosted_tools_cost_their_instructions_and_the_count_is_not_exact() -> None:
    body = {"input": "x", "tools": [{"type": "web_search_preview"}]}
    assert responses("gpt-4o", "x", tools=body["tools"]) == responses("gpt-4o", "x") + 294
    assert not all(piece.exact for piece in pieces_of("gpt-4o", body))
    assert all(piece.exact for piece in pieces_of("gpt-4o", {"input": "x"}))


def test_pro_reasoning_drafts_more_than_the_request_holds() -> None:
    body = {"input": "x", "reasoning": {"mode": "pro"}}
    assert not all(piece.exact for piece in pieces_of("gpt-5.6", body))


def test_a_compacted_conversation_is_estimated_by_its_seal() -> None:
    item = {"type": "compaction", "encrypted_content": "x" * 2800}
    said = {"role": "user", "content": "x"}
    found = [p for p in pieces_of("gpt-4.1", {"input": [item, said]}) if p.kind == "hidden"]
    assert [(piece.tokens, piece.exact) for piece in found] == [(266, False)]


def wav(seconds: float, rate: int = 16_000) -> str:
    data = b"\0\0" * int(seconds * rate)
    head = b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVE"
    form = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, rate, rate * 2, 2, 16)
    return base64.b64encode(head + form + b"data" + struct.pack("<I", len(data)) + data).decode()


def test_a_recording_costs_ten_tokens_a_second() -> None:
    def body(data: str, form: str) -> dict[str, object]:
        part = {"type": "input_audio", "input_audio": {"data": data, "format": form}}
        return {"messages": [{"role": "user", "content": [part]}]}

    reader = openai_chat.request_messages
    for seconds in (0.2, 6.96):
        pieces = pieces_of("gpt-4o-audio-preview", body(wav(seconds), "wav"), reader)
        assert sum(piece.tokens for piece in pieces) == 4 + 3 + 4 + int(seconds * 10)
        assert all(piece.exact for piece in pieces)
    frame = bytes((0xFF, 0xFB, 0x90, 0x00)) + b"\0" * 15_996  # 128 kbit/s, one second
    pieces = pieces_of(
        "gpt-4o-audio-preview", body(base64.b64encode(frame).decode(), "mp3"), reader
    )
    assert sum(piece.tokens for piece in pieces) == 4 + 3 + 4 + 10
    assert not all(piece.exact for piece in pieces)  # the rate may change


@pytest.mark.parametrize(
    "raw", [b"", b"RIFF", b"RIFF\0\0\0\0WAVEfmt ", b"ID3", b"\xff\xfb", b"RIFF\0\0\0\0WAVEdata\0\0"]
)
def test_a_cut_recording_has_no_length(raw: bytes) -> None:
    assert durations.duration_ms(raw, 100) is None


def logged(request: dict[str, object], usage: int, *calls: str) -> Attribution:
    """A logged call of the Responses API, shared out."""
    output = [
        {"type": "function_call", "call_id": name, "name": name, "arguments": "{}"}
        for name in calls
    ]
    response = {
        "object": "response",
        "output": output,
        "usage": {"input_tokens": usage, "output_tokens": 1},
    }
    data = json.dumps({"request": request, "response": response}).encode()
    builder = TraceBuilder("t")
    source = Source(name="t.json", size_bytes=len(data), open=lambda: io.BytesIO(data))
    for _ in BodyImporter(OPENAI_RESPONSES).load(source, builder):
        pass
    trace = builder.build()
    return attribute(trace.calls[0], Lanes(trace).of(trace.calls[0]), NO_PRICE)


@pytest.mark.parametrize("model", ["gpt-4.1", "gpt-4.1-2025-04-14", "gpt-4.1-mini", "gpt-4o"])
def test_gpt_4_1_reports_its_prompt_divided_by_the_parallel_calls_of_its_reply(model: str) -> None:
    whole = responses(model, "Moon and sun, please.", tools=[TOOL, OTHER])
    request = {"model": model, "input": "Moon and sun, please.", "tools": [TOOL, OTHER]}
    divided = "mini" not in model and "4.1" in model
    shared = logged(request, whole // 2, "look", "get_weather")
    assert shared.estimate_tokens == (whole // 2 if divided else whole)
    assert sum(piece.tokens for piece in shared.prompt_pieces()) == whole // 2
    if divided:  # every part of the prompt is billed in part, frames too
        frames = sum(p.tokens for p in shared.prompt_pieces() if p.kind == "fixed")
        full = logged(request, whole, "look")
        assert full.estimate_tokens == whole
        assert frames < sum(p.tokens for p in full.prompt_pieces() if p.kind == "fixed")


@pytest.mark.parametrize(
    ("item", "cause"),
    [
        ({"type": "reasoning", "id": "r", "summary": []}, "hidden thinking of earlier steps"),
        ({"type": "input_image", "image_url": "https://e.org/a.png"}, "media and documents"),
        (None, "unexplained"),
    ],
)
def test_what_is_billed_beyond_the_count_is_named_by_its_likely_cause(
    item: dict[str, object] | None, cause: str
) -> None:
    said: dict[str, object] = {"role": "user", "content": "x"}
    if item and item["type"] == "input_image":
        said, item = {"role": "user", "content": [item]}, None
    request = {"model": "gpt-5.6", "input": [said, *([item] if item else [])]}
    shared = logged(request, 500)
    assert [piece.cause for piece in shared.front] == [cause]
    assert sum(piece.tokens for piece in shared.prompt_pieces()) == 500


@pytest.mark.parametrize(
    ("day", "plain", "tools"),
    [((2025, 3, 9), 0, 0), ((2025, 3, 20), 18, 216), ((2025, 3, 28), 0, 0), (None, 0, 0)],
)
def test_responses_gave_instructions_of_their_own_in_their_first_weeks(
    day: tuple[int, int, int] | None, plain: int, tools: int
) -> None:
    started = datetime(*day, 12, tzinfo=UTC) if day else None
    body: dict[str, object] = {"model": "gpt-4o", "input": "x"}
    offered = {**body, "tools": [TOOL]}
    assert asked_for(OPENAI_RESPONSES, body, started) == responses("gpt-4o", "x") + plain
    assert (
        asked_for(OPENAI_RESPONSES, offered, started)
        == responses("gpt-4o", "x", tools=[TOOL]) + tools
    )


def test_texts_around_a_breakpoint_are_counted_apart() -> None:
    def parts(**more: object) -> int:
        texts = [{"type": "text", "text": "in context.", **more}, {"type": "text", "text": "Now"}]
        body = {"model": "gpt-5.6", "messages": [{"role": "user", "content": texts}]}
        return estimate("openai.chat", body)

    one, two = count("gpt-5.6", "in context.Now"), count("gpt-5.6", "in context.") + 1
    assert (one, two) == (3, 4)
    assert parts() == 4 + 2 + one
    assert parts(prompt_cache_breakpoint={"mode": "explicit"}) == 4 + 2 + two


def test_the_first_gpt_3_5_turbo_has_a_token_more_a_message_and_names_for_roles() -> None:
    def one(model: str, **more: str) -> int:
        said = {"role": "user", "content": "Hi", **more}
        return estimate("openai.chat", {"model": model, "messages": [said]})

    assert one("gpt-3.5-turbo-0613") == 4 + 3 + 1
    assert one("gpt-3.5-turbo-0301") == 5 + 3 + 1
    assert one("gpt-3.5-turbo-0301", name="Bob") == 5 + 3 + 1 + count("gpt-3.5-turbo", "Bob") - 1


@pytest.mark.parametrize(
    ("model", "priming"),
    [("o1-mini-2024-09-12", 3), ("o1-preview", 3), ("o1", 2), ("computer-use-preview", 2)],
)
def test_how_reasoning_models_prime_a_reply(model: str, priming: int) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "x"}]}
    assert estimate("openai.chat", body) == 4 + 1 + priming
