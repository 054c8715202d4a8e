"""Anthropic's rendering worked by hand, one rule a test."""

from __future__ import annotations

import base64
import struct
from typing import Any

import pytest

from rendered import count, estimate
from whytokens.templates import images

SONNET = "claude-sonnet-4-5"
BLUE = {"type": "text", "text": "What colour is this?"}


def png(width: int, height: int) -> dict[str, Any]:
    raw = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"
    data = base64.b64encode(raw).decode()
    return {
        "type": "image",
        "source": {"type": "base64", "media_type": "image/png", "data": data},
    }


def asked(*blocks: dict[str, Any], model: str = SONNET, **more: Any) -> int:
    messages = [{"role": "user", "content": list(blocks)}]
    return estimate("anthropic.messages", {"model": model, "messages": messages, **more})


def text(value: str) -> dict[str, Any]:
    return {"type": "text", "text": value}


def document(value: str, **more: Any) -> dict[str, Any]:
    source = {"type": "text", "media_type": "text/plain", "data": value}
    return {"type": "document", "source": source, **more}


def test_a_reply_that_the_request_begins_has_no_end() -> None:
    turns = [{"role": "user", "content": "As JSON"}, {"role": "assistant", "content": "x {"}]
    body = {"model": SONNET, "messages": turns}
    texts = count(SONNET, "As JSON") + count(SONNET, "x {")
    assert estimate("anthropic.messages", body) == 8 + 4 - 3 + texts


def test_an_image_weighs_by_what_stands_around_it() -> None:
    cells, words = 10 * 10, count(SONNET, BLUE["text"])
    assert asked(png(280, 280)) == 8 + cells + 2
    assert asked(BLUE, png(280, 280)) == 8 + words + cells + 3
    assert asked(png(280, 280), BLUE) == 8 + cells + 2 + words + 2


def test_haiku_3_5_counts_cells_in_blocks_of_four() -> None:
    assert images.claude(640, 480, new=False, even=True) == 24 * 18 + 3
    assert images.claude(1, 1, new=False, even=True) == 4 + 3


def test_an_image_that_fits_exactly_after_shrinking_keeps_whole_cells() -> None:
    assert images.claude(1800, 1200, new=False) == 48 * 32 + 3


def test_a_document_has_a_frame_and_its_title_counts() -> None:
    bare = asked(document("Sample text."))
    assert bare == 8 + count(SONNET, "Sample text.") + 37
    titled = asked(document("Sample text.", title="Quarterly sales"))
    assert titled == bare + 10 + count(SONNET, "Quarterly sales")


def test_citations_bring_instructions_and_a_mark_for_each_sentence() -> None:
    plain = asked(document("One is here. Two is here."), text("Which?"))
    cited = asked(
        document("One is here. Two is here.", citations={"enabled": True}), text("Which?")
    )
    assert cited == plain + 463 + 2 * 31


def test_a_search_result_counts_its_source_title_and_text() -> None:
    block = {
        "type": "search_result",
        "source": "kb://a",
        "title": "Alpha",
        "content": [text("Alpha is first.")],
    }
    texts = sum(count(SONNET, one) for one in ("kb://a", "Alpha", "Alpha is first."))
    assert asked(block) == 8 + texts + 44


TOOLS = [
    {"name": "find", "description": "Find tools.", "input_schema": {"type": "object"}},
    {
        "name": "rate",
        "description": "Exchange rate.",
        "input_schema": {"type": "object"},
        "defer_loading": True,
    },
]


def test_a_deferred_tool_costs_nothing_until_it_is_found() -> None:
    assert asked(text("Hi"), tools=TOOLS) == asked(text("Hi"), tools=TOOLS[:1])
    call = {"type": "tool_use", "id": "a", "name": "find", "input": {}}

    def turn(*found: dict[str, Any]) -> int:
        result = {"type": "tool_result", "tool_use_id": "a", "content": list(found)}
        messages = [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ]
        body = {"model": SONNET, "messages": messages, "tools": TOOLS}
        return estimate("anthropic.messages", body)

    line = '<function>{"description": "Exchange rate.", "name": "rate", "parameters": {"type": "object"}}</function>\n'
    reference = {"type": "tool_reference", "tool_name": "rate"}
    assert turn(reference) == turn() + count(SONNET, line) + 12


def test_a_result_with_an_image_is_written_in_blocks() -> None:
    call = {"type": "tool_use", "id": "a", "name": "shot", "input": {}}

    def turn(*found: dict[str, Any]) -> int:
        result = {"type": "tool_result", "tool_use_id": "a", "content": list(found)}
        messages = [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": [call]},
            {"role": "user", "content": [result]},
        ]
        return estimate("anthropic.messages", {"model": SONNET, "messages": messages})

    cells = 4
    assert turn(png(32, 32)) == turn() + cells + 3 + 6 * 2
    assert turn(png(32, 32), text("done")) == turn(text("done")) + cells + 3 + 6 * 3


def test_hidden_thinking_is_estimated_by_its_seal_and_says_so() -> None:
    def turn(signature: str) -> int:
        blocks = [
            {"type": "thinking", "thinking": "", "signature": signature},
            {"type": "text", "text": "Done."},
        ]
        messages = [
            {"role": "user", "content": "Go"},
            {"role": "assistant", "content": blocks},
            {"role": "user", "content": "More"},
        ]
        return estimate("anthropic.messages", {"model": "claude-opus-4-7", "messages": messages})

    assert turn("x" * 1238) - turn("x" * 238) == 413


@pytest.mark.parametrize(("system", "around"), [(None, 81 + 1), ("Be brief.", 81 + 2)])
def test_a_schema_joins_the_system_prompt(system: str | None, around: int) -> None:
    schema = {"type": "object"}
    more: dict[str, Any] = {"system": system} if system else {}
    plain = asked(text("Hi"), **more)
    asked_for = {"format": {"type": "json_schema", "schema": schema}}
    expected = plain + count(SONNET, '{\n  "type": "object"\n}') + around
    assert asked(text("Hi"), output_config=asked_for, **more) == expected


def test_a_tool_of_the_providers_own_costs_what_it_is_known_to() -> None:
    bash = {"type": "bash_20250124", "name": "bash"}
    plain = asked(text("Hi"))
    assert asked(text("Hi"), tools=[bash]) == plain + 490 + 250
    beside = asked(text("Hi"), tools=[TOOLS[0], bash])
    assert beside == asked(text("Hi"), tools=TOOLS[:1]) + 250
    unknown = {"type": "mind_reader_20300101", "name": "mind_reader"}
    assert asked(text("Hi"), tools=[unknown]) == plain


def test_of_several_results_one_that_found_a_tool_has_no_name() -> None:
    def turn(*results: dict[str, Any]) -> int:
        calls = [
            {"type": "tool_use", "id": key, "name": "find", "input": {"q": key}} for key in "ab"
        ]
        messages = [
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": calls},
            {"role": "user", "content": list(results)},
        ]
        body = {"model": SONNET, "messages": messages, "tools": TOOLS}
        return estimate("anthropic.messages", body)

    def result(key: str, *content: dict[str, Any]) -> dict[str, Any]:
        return {"type": "tool_result", "tool_use_id": key, "content": list(content)}

    reference = {"type": "tool_reference", "tool_name": "rate"}
    named = "<result>\n<name>find</name>\n<output>{}</output>\n</result>\n"
    both = f"<function_results>\n{named.format('x')}{named.format('')}</function_results>"
    one = f"<function_results>\n{named.format('x')}</function_results>"
    line = '<function>{"description": "Exchange rate.", "name": "rate", "parameters": {"type": "object"}}</function>\n'
    empty, found = turn(result("a", text("x")), result("b")), result("b", reference)
    lost = count(SONNET, both) - count(SONNET, one)
    assert turn(result("a", text("x")), found) == empty - lost + count(SONNET, line) + 12


def test_a_tool_that_the_request_adds_has_a_message_of_its_own() -> None:
    added = {"type": "tool_addition", "tool": {"type": "tool_reference", "name": "rate"}}

    def turn(*blocks: dict[str, Any]) -> int:
        model = "claude-opus-4-8"
        messages = [
            {"role": "user", "content": "Hi"},
            {"role": "system", "content": list(blocks)},
        ]
        body = {"model": model, "messages": messages, "tools": TOOLS}
        return estimate("anthropic.messages", body)

    assert turn(added, added) - turn(added) == turn(added) - turn()
    assert turn(added) - turn() > 29


def test_a_tool_that_must_be_called_stands_in_quotes() -> None:
    def more(name: str) -> int:
        tools = [{"name": name, "input_schema": {"type": "object", "properties": {}}}]
        free = asked(text("x"), tools=tools, tool_choice={"type": "any"})
        return asked(text("x"), tools=tools, tool_choice={"type": "tool", "name": name}) - free

    assert more("look") == 3 + count(SONNET, "look")
    assert more("_look") == 3 + count(SONNET, "_look") - 1


def test_a_line_break_opens_a_system_prompt_without_the_blank_of_a_word() -> None:
    def system(value: str, **more: Any) -> int:
        return asked(text("x"), system=value, **more) - count(SONNET, value)

    tools = [{"name": "look", "input_schema": {"type": "object", "properties": {}}}]
    assert system("\n# Rules") == system("# Rules") - 1
    assert system("\n# Rules", tools=tools) == system("# Rules", tools=tools) - 2
    thinking = {"type": "enabled", "budget_tokens": 1024}
    assert system("\n# Rules", thinking=thinking) == system("# Rules", thinking=thinking)


@pytest.mark.parametrize("said", [{"total": 20_000}, {"remaining": 500, "total": 20_000}])
def test_a_task_budget_is_told_in_tokens(said: dict[str, int]) -> None:
    opus = "claude-opus-4-7"
    told = count(opus, str(said.get("remaining", 20_000)))
    free = asked(text("x"), model=opus)
    budget = {"task_budget": {"type": "tokens", **said}}
    assert asked(text("x"), model=opus, output_config=budget) == free + 34 + told
