"""Templates worked by hand: what each API adds around the text."""

from __future__ import annotations

import json

import pytest

from rendered import READERS, count, estimate
from whytokens.templates import images, typescript


def test_chat_messages_cost_four_each_and_three_to_prime_the_reply() -> None:
    body = {
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "You are terse."},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Hello"},
        ],
    }
    texts = sum(count("gpt-4o", text) for text in ("You are terse.", "Hi", "Hello"))
    assert estimate("openai.chat", body) == 3 * 4 + 3 + texts
    body["model"] = "gpt-5"  # reasoning models: reply priming 2, a channel marker on history
    assert estimate("openai.chat", body) == 3 * 4 + 2 + 2 + texts


def test_claude_frames_by_family() -> None:
    for model, first, more in (
        ("claude-sonnet-4-5", 8, 4),
        ("claude-opus-4-7", 12, 4),
        ("claude-opus-4-8", 6, 2),
    ):
        turns = [{"role": r, "content": "x y z"} for r in ("user", "assistant", "user")]
        expected = first + 2 * more + 3 * count(model, "x y z")
        body = {"model": model, "messages": turns}
        assert estimate("anthropic.messages", body) == expected


def test_a_tool_costs_its_typescript_and_its_absence_nothing() -> None:
    plain = {"model": "gpt-4.1", "input": "Hi"}
    tool = {
        "type": "function",
        "name": "now",
        "description": "The time.",
        "parameters": {"type": "object", "properties": {}},
    }
    text = "# Tools\n\n## functions\n\nnamespace functions {\n\n// The time.\ntype now = () => any;\n\n} // namespace functions"
    extra = count("gpt-4.1", text) - 3
    assert (
        estimate("openai.responses", {**plain, "tools": [tool]})
        == estimate("openai.responses", plain) + extra
    )


def test_typescript_of_a_nested_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "q": {"type": "string", "description": "What"},
            "n": {"type": "integer", "default": 3},
            "kind": {"enum": ["a", "b"]},
            "at": {"$ref": "#/$defs/point"},
            "tags": {"type": "array", "items": {"anyOf": [{"type": "string"}, {"type": "null"}]}},
        },
        "required": ["q"],
        "$defs": {
            "point": {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
        },
    }
    assert typescript.function("find", "Find.\n\nTwice.", schema) == (
        "// Find.\n//\n// Twice.\n"
        "type find = (_: {\n// What\nq: string,\nn?: number, // default: 3\n"
        'kind?: "a" | "b",\nat?: { x: number },\ntags?: (string | null)[],\n}) => any;'
    )


def test_a_schema_that_holds_itself_ends() -> None:
    schema = {"type": "object", "properties": {"child": {"$ref": "#/$defs/node"}}}
    schema["$defs"] = {
        "node": {"type": "object", "properties": {"child": {"$ref": "#/$defs/node"}}}
    }
    assert typescript.function("tree", None, schema).endswith("=> any;")


@pytest.mark.parametrize(
    ("model", "width", "height", "detail", "tokens"),
    [
        ("gpt-4o", 1024, 1024, "high", 765),
        ("gpt-4o", 2048, 4096, "high", 1105),
        ("gpt-4o", 4096, 8192, "low", 85),
        ("gpt-4o-mini", 1024, 1024, "high", 2833 + 4 * 5667),
        ("gpt-4.1-mini", 320, 320, None, 163),
    ],
)
def test_image_formulas(
    model: str, width: int, height: int, detail: str | None, tokens: int
) -> None:
    assert images.openai(model, width, height, detail) == tokens


def test_claude_images_are_patches_of_28_and_fit_their_cap() -> None:
    assert images.claude(280, 280, new=False) == 103
    assert images.claude(8000, 6000, new=False) <= 1568 + 3
    assert images.claude(8000, 6000, new=True) > images.claude(8000, 6000, new=False)


def test_definitions_that_are_no_json_schema_do_not_raise() -> None:
    for tool in ({}, {"name": None}, {"type": 5}, {"function": {"name": "x", "parameters": [1]}}):
        for api in READERS:
            body = {"model": "gpt-4o", "messages": [], "input": "x", "tools": [tool]}
            assert estimate(api, body) >= 0, json.dumps(tool)


def claude(*content: object, **more: object) -> int:
    """Prompt tokens of a conversation of Claude Sonnet 4.5, roles taking turns from the user on."""
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": value} for i, value in enumerate(content)]
    body = {"model": "claude-sonnet-4-5", "messages": messages, **more}
    return estimate("anthropic.messages", body)


def test_claude_reads_neighbouring_blocks_as_one_text() -> None:
    blocks = [{"type": "text", "text": "water"}, {"type": "text", "text": "melon"}]
    assert claude(blocks) == claude("watermelon")


def test_claude_sorts_the_keys_of_a_tool_and_leaves_deferred_ones_out() -> None:
    schema = {"type": "object", "properties": {"id": {"type": "string"}}, "required": ["id"]}
    turned = dict(reversed(schema.items()))
    tools = [[{"name": "f", "input_schema": value}] for value in (schema, turned)]
    assert claude("x", tools=tools[0]) == claude("x", tools=tools[1])
    deferred = [{"name": "g", "input_schema": schema, "defer_loading": True}]
    assert claude("x", tools=tools[0] + deferred) == claude("x", tools=tools[0])


def test_claude_names_parallel_results_and_joins_those_of_two_messages() -> None:
    uses = [
        {"type": "tool_use", "id": f"u{n}", "name": "look", "input": {"at": "moon"}} for n in (1, 2)
    ]
    results = [{"type": "tool_result", "tool_use_id": f"u{n}", "content": "grey"} for n in (1, 2)]
    one = claude("x", uses[:1], results[:1]) - claude("x")
    two = claude("x", uses, results) - claude("x")
    assert two > one + 20  # each result of several says whose it is
    messages = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": uses},
        {"role": "user", "content": results[:1]},
        {"role": "user", "content": results[1:]},
    ]
    body = {"model": "claude-sonnet-4-5", "messages": messages}
    assert estimate("anthropic.messages", body) == two + claude("x")


def test_claude_bills_no_accounting_header() -> None:
    header = {"type": "text", "text": "x-anthropic-billing-header: cc_version=1"}
    system = {"type": "text", "text": "Be kind."}
    assert claude("x", system=[header, system]) == claude("x", system=[system])


def test_a_schema_of_chat_completions_says_its_name_twice() -> None:
    def cost(name: str, **more: object) -> int:
        schema = {"name": name, "schema": {"type": "object", "properties": {}}, **more}
        form = {"type": "json_schema", "json_schema": schema}
        messages = [{"role": "user", "content": "x"}]
        body = {"model": "gpt-4o", "messages": messages, "response_format": form}
        return estimate("openai.chat", body)

    long = "a_rather_long_name"
    heads = [count("gpt-4o", f"# Response Formats\n\n## {name}\n\n{{") for name in ("a", long)]
    names = [count("gpt-4o", name) for name in ("a", long)]
    assert cost(long) - cost("a") == heads[1] - heads[0] + names[1] - names[0]
    assert cost("a", description="Why") > cost("a")


def test_parallel_calls_of_gpt_are_one_message() -> None:
    calls = [
        {"id": f"c{n}", "type": "function", "function": {"name": "look", "arguments": "{}"}}
        for n in (1, 2)
    ]
    results = [{"role": "tool", "tool_call_id": f"c{n}", "content": "grey"} for n in (1, 2)]
    messages = [{"role": "assistant", "content": None, "tool_calls": calls}, *results]
    used = '{"recipient_name":"functions.look","parameters":{}}'
    text = count("gpt-4o", '{"tool_uses":[' + ",".join((used, used)) + "]}")
    text += count("gpt-4o", '["grey", "grey"]')
    for model, around in (("gpt-4o", 20 + 3), ("gpt-5", 26 + 2)):
        body = {"model": model, "messages": messages}
        assert estimate("openai.chat", body) == text + around


def test_gemini_frames_by_api_and_generation() -> None:
    contents = [{"role": "user", "parts": [{"text": "x y"}, {"text": "z"}]}]
    said = {"role": "user", "parts": [{"text": "Be kind."}]}
    texts = sum(count("gemini-2.5-pro", text) for text in ("x y", "z", "Be kind."))
    for model, frames in (("gemini-2.5-pro", 2), ("gemini-2.0-flash", 0)):
        body = {"model": model, "contents": contents, "systemInstruction": said}
        assert estimate("gemini.generate", body) == texts + frames


def test_gemini_images() -> None:
    assert images.gemini("gemini-2.5-pro", 4000, 3000) == 258
    assert images.gemini("gemini-2.0-flash", 300, 300) == 258
    assert images.gemini("gemini-2.0-flash", 640, 480) == 5 * 258
    assert images.gemini("gemini-3-pro-preview", 1, 1) == 33 * 33
    assert images.gemini("gemini-3-pro-preview", 400, 301) == 38 * 29
