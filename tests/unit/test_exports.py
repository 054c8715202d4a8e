"""Exports of observability tools: what two files say of one call, retries, traces without their calls, pages."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from whytokens.containers import Source
from whytokens.model import Call, Trace
from whytokens.pipeline import run

ASK = [{"role": "user", "content": "Hi"}]


def opened(*files: Any) -> Trace:
    """Files, each one document, or a list of lines."""
    made = []
    for number, value in enumerate(files):
        lines = value if isinstance(value, tuple) else (value,)
        data = "\n".join(v if isinstance(v, str) else json.dumps(v) for v in lines).encode()
        made.append(
            Source(
                name=f"f{number}.jsonl",
                size_bytes=len(data),
                open=lambda data=data: io.BytesIO(data),
            )
        )  # type: ignore[misc]
    return run(made).trace


def billed(call: Call) -> tuple[int | None, ...]:
    assert call.usage is not None
    return call.usage.input, call.usage.cache_read, call.usage.output


def observation(name: str = "o", **fields: Any) -> dict[str, Any]:
    return {
        "id": name, "traceId": "t", "type": "GENERATION", "startTime": "2026-01-01T10:00:05Z",
        "endTime": "2026-01-01T10:00:06Z", "model": "gpt-4o", "input": ASK, "output": "Yo", "parentObservationId": None,
        "usageDetails": {"input": 9, "output": 2}, **fields,
    }  # fmt: skip


def test_a_failed_attempt_and_its_retry_are_two_calls() -> None:
    failed = observation("a", level="ERROR", statusMessage="429", output=None, usageDetails={},
                         startTime="2026-01-01T10:00:00Z", endTime="2026-01-01T10:00:01Z")  # fmt: skip
    one, two = opened((failed, observation("b"))).calls
    assert (one.error, one.usage, two.error, billed(two)) == ("429", None, None, (9, 0, 2))


def test_a_call_of_two_exports_counts_once() -> None:
    trace = {
        "trace": {"id": "t", "name": "flow", "sessionId": "s", "userId": "u"},
        "observations": [observation()],
    }
    found = opened(observation(), trace)
    [call] = found.calls
    assert (call.session, call.tags["user"], billed(call)) == ("s", "u", (9, 0, 2))
    assert any("counted once" in one.message for one in found.warnings)


def test_a_table_of_traces_names_the_observations_of_another_file() -> None:
    trace = {"id": "t", "timestamp": "2026-01-01T10:00:00Z", "name": "flow", "session_id": "s", "user_id": "u",
             "release": "", "public": False, "input": "x", "total_cost": 0.5}  # fmt: skip
    [call] = opened(observation(), trace).calls
    assert (call.session, call.tags["workflow"], billed(call)) == ("s", "flow", (9, 0, 2))
    [alone] = opened(trace).calls
    assert (alone.reported_cost_pusd, alone.hidden) == (
        5 * 10**11,
        "the calls of this trace are not in these files",
    )


def test_older_names_of_langfuse() -> None:
    [call] = opened(
        observation(usageDetails=None, calculatedTotalCost=0.25, promptTokens=9, completionTokens=2)
    ).calls
    assert (billed(call), call.reported_cost_pusd) == ((9, 0, 2), 25 * 10**10)
    row = "traceId,traceName,id,model,startTime,inputTokens,outputTokens,totalTokens,input,output\n"
    [call] = opened(
        row
        + 't,flow,o,gpt-4,2026-01-01T10:00:00Z,9,2,11,"[{""role"": ""user"", ""content"": ""Hi""}]",Yo'
    ).calls
    assert (billed(call), call.tags["workflow"], call.hidden) == ((9, 0, 2), "flow", None)


def test_what_is_no_chat_is_named() -> None:
    row = {
        "call_type": "acompletion",
        "model": "gpt-4o",
        "prompt_tokens": 9,
        "completion_tokens": 2,
        "spend": 0.1,
        "request_id": "a",
    }
    found = opened((row, {**row, "call_type": "aembedding", "request_id": "b"}))
    assert len(found.calls) == 1
    [said] = [one for one in found.warnings if "embedding" in one.message]
    assert said.where.line == 2


def test_the_answer_of_an_api_that_gives_one_record() -> None:
    row = {"id": "gen-1", "model": "openai/gpt-4o", "provider_name": "OpenAI", "created_at": "2026-01-01T10:00:00Z",
           "native_tokens_prompt": 9, "native_tokens_completion": 2, "native_tokens_cached": 4, "total_cost": 0.01,
           "is_byok": True, "upstream_inference_cost": 0.2}  # fmt: skip
    one, two = opened(({"data": row}, {"data": {**row, "id": "gen-2", "is_byok": False}})).calls
    assert billed(one) == billed(two) == (5, 4, 2)
    assert (one.reported_cost_pusd, two.reported_cost_pusd) == (21 * 10**10, 10**10)


def test_openrouters_days_are_sums() -> None:
    row = {"date": "2026-01-01", "model": "openai/gpt-4o", "model_permaslug": "openai/gpt-4o-2024-08-06", "usage": 0.01,
           "byok_usage_inference": 0.02, "requests": 5, "prompt_tokens": 50, "completion_tokens": 9,
           "provider_name": "OpenAI"}  # fmt: skip
    found = opened({"data": [row]})
    [call] = found.calls
    assert (billed(call), call.reported_cost_pusd, call.tags["requests"]) == (
        (50, 0, 9),
        3 * 10**10,
        "5",
    )
    assert "sums of many requests" in found.warnings[0].message


def test_what_stands_beside_a_body() -> None:
    line = {"messages": ASK, "model": "claude-sonnet-4-5", "completion": "Yo", "provider": "anthropic", "cost_usd": 0.002,
            "start_time": "2026-01-01 10:00:00", "end_time": "2026-01-01 10:00:01.5",
            "usage": {"input_tokens": 9, "cache_read_input_tokens": 50, "output_tokens": 2}}  # fmt: skip
    found = opened(line)
    [call] = found.calls
    assert (call.provider, billed(call), call.duration_ms) == ("anthropic", (9, 50, 2), 1500)
    assert [found.segments[one].text for one in call.reply] == ["Yo"]
    assert call.reported_cost_pusd == 2 * 10**9


def test_a_llama_server_repeats_what_it_was_asked() -> None:
    body = {"content": "Yo", "model": "llama.gguf", "prompt": "Hi", "tokens_predicted": 2, "tokens_evaluated": 10,
            "tokens_cached": 11, "timings": {"prompt_n": 4, "cache_n": 6}, "generation_settings": {}}  # fmt: skip
    found = opened(body)
    [call] = found.calls
    assert (billed(call), [one.text for one in found.segments]) == ((4, 6, 2), ["Hi", "Yo"])


def test_two_streams_in_one_transcript() -> None:
    def stream(name: str) -> str:
        start = {
            "type": "message_start",
            "message": {
                "id": name,
                "model": "claude-sonnet-4-5",
                "usage": {"input_tokens": 9, "output_tokens": 1},
            },
        }
        text = {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": name},
        }
        end = {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 7},
        }
        return "".join(
            f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in (start, text, end)
        )

    found = opened(stream("a") + stream("b"))
    assert [(billed(call), call.where.line) for call in found.calls] == [
        ((9, 0, 7), 1),
        ((9, 0, 7), 11),
    ]


def test_log_records_as_sdks_print_them() -> None:
    record = {
        "attributes": {"gen_ai.system": "openai"},
        "severity_number": 9,
        "trace_id": "0x1a",
        "span_id": "0x2b",
    }
    said = {**record, "event_name": "gen_ai.user.message", "body": {"content": "Hi"}}
    reply = {
        **record,
        "event_name": "gen_ai.choice",
        "body": json.dumps({"message": {"role": "assistant", "content": "Yo"}}),
    }
    found = opened((json.dumps(said, indent=4), json.dumps(reply, indent=4)))
    assert (found.importer, [one.text for one in found.segments]) == (
        "OpenTelemetry GenAI",
        ["Hi", "Yo"],
    )


def test_batches_of_vertex_and_bedrock() -> None:
    vertex = {
        "status": "", "processed_time": "2026-01-01T10:00:00Z",
        "request": {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]},
        "response": {"candidates": [{"content": {"role": "model", "parts": [{"text": "Yo"}]}}], "modelVersion": "gemini-2.5-flash",
                     "usageMetadata": {"promptTokenCount": 5, "candidatesTokenCount": 2, "totalTokenCount": 7}},
    }  # fmt: skip
    bedrock = {
        "recordId": "r", "modelInput": {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": ASK},
        "modelOutput": {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-4-5",
                        "content": [{"type": "text", "text": "Yo"}], "usage": {"input_tokens": 5, "output_tokens": 2}},
    }  # fmt: skip
    failed = {**vertex, "status": "Bad Request: too long", "response": {}}
    found = opened((vertex, bedrock, failed))
    assert [(call.provider, call.tier, call.error) for call in found.calls] == [
        ("google", "batch", None), ("aws", "batch", None), ("google", "batch", "Bad Request: too long"),
    ]  # fmt: skip


def test_failures_and_embeddings_of_a_batch_are_named() -> None:
    lost = {
        "custom_id": "a",
        "result": {
            "type": "errored",
            "error": {"type": "error", "error": {"type": "x", "message": "bad"}},
        },
    }
    late = {"custom_id": "b", "result": {"type": "expired"}}
    embed = {
        "custom_id": "c",
        "method": "POST",
        "url": "/v1/embeddings",
        "body": {"model": "text-embedding-3-small", "input": "Hi"},
    }
    asked = {
        "custom_id": "b",
        "params": {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": ASK},
    }
    found = opened((lost, late, embed), asked)
    assert [(call.tags["custom_id"], call.error) for call in found.calls] == [("b", "expired")]
    said = {one.message for one in found.warnings}
    assert {"Request c asks for no model's answer, left out.", "Request a failed: bad."} <= said


CHAT = {
    "gen_ai.operation.name": "chat", "gen_ai.system": "openai", "gen_ai.request.model": "gpt-4o",
    "gen_ai.response.finish_reasons": "['stop']", "gen_ai.usage.input_tokens": "9", "gen_ai.usage.output_tokens": "2",
}  # fmt: skip
BEGAN = "2026-01-01T10:00:00+00:00"


@pytest.mark.parametrize(
    "value",
    [
        {"Timestamp": "2026-01-01 10:00:00.000000000", "TraceId": "1a", "SpanId": "2b", "SpanName": "chat", "SpanAttributes": CHAT,
         "Duration": 1_500_000_000, "ServiceName": "shop", "ResourceAttributes": {}},
        {"timestamp [UTC]": "1/1/2026, 10:00:00.000 AM", "id": "2b", "operation_Id": "1a", "name": "chat", "duration": 1500,
         "cloud_RoleName": "shop", "customDimensions": json.dumps(CHAT)},
        {"tables": [{"columns": [{"name": n} for n in ("TimeGenerated", "Id", "OperationId", "Name", "DurationMs", "Properties", "AppRoleName")],
                     "rows": [["2026-01-01T10:00:00Z", "2b", "1a", "chat", 1500, json.dumps(CHAT), "shop"]]}]},
        {"columns": [{"name": n, "values": [v]} for n, v in {
            "trace_id": "1a", "span_id": "2b", "span_name": "chat", "start_timestamp": "2026-01-01T10:00:00Z",
            "end_timestamp": "2026-01-01T10:00:01.5Z", "service_name": "shop", "attributes": CHAT}.items()]},
        {"hits": {"hits": [{"_source": {"@timestamp": "2026-01-01T10:00:00Z", "end_time": "2026-01-01T10:00:01.5Z", "trace_id": "1a",
                                        "span_id": "2b", "name": "chat", "service_name": "shop", "attributes": CHAT}}]}},
        [{"traceId": "1a", "id": "2b", "name": "chat", "timestamp": 1767261600000000, "duration": 1500000,
          "localEndpoint": {"serviceName": "shop"}, "tags": CHAT}],
    ],
    ids=["clickhouse", "app insights", "log analytics", "logfire", "elasticsearch", "zipkin"],
)  # fmt: skip
def test_spans_of_databases(value: Any) -> None:
    [call] = opened(value).calls
    assert (billed(call), call.stop_reason, call.tags["service"]) == ((9, 0, 2), "stop", "shop")
    assert call.started is not None
    assert (call.started.isoformat(), call.duration_ms) == (BEGAN, 1500)


def span(**attributes: Any) -> dict[str, Any]:
    return {"trace_id": "1a", "span_id": "2b", "name": "chat", "attributes": {**CHAT, **attributes}}


def test_counts_of_spans_by_every_name() -> None:
    [call] = opened(span(**{"gen_ai.usage.details.cached_tokens": 4})).calls
    assert billed(call) == (5, 4, 2)
    [call] = opened(span(**{"gen_ai.usage.output_tokens": 2**64 - 1})).calls  # unset
    assert call.usage is not None
    assert (call.usage.input, call.usage.output, call.usage.refused) == (9, None, None)
    [call] = opened(
        span(
            **{"gen_ai.usage.audio.input_tokens": 3, "llm.token_count.completion_details.audio": 1}
        )
    ).calls
    assert call.usage is not None
    assert call.usage.detail == {"input_audio": 3, "output_audio": 1}


def test_claudes_count_excludes_the_cache_where_the_ai_sdk_hands_it_on() -> None:
    raw = {
        "anthropic": {
            "usage": {
                "input_tokens": 9,
                "cache_read_input_tokens": 4,
                "cache_creation_input_tokens": 0,
                "output_tokens": 2,
            }
        }
    }
    a = {
        "ai.operationId": "ai.generateText.doGenerate",
        "ai.usage.cachedInputTokens": 4,
        "ai.response.providerMetadata": json.dumps(raw),
    }
    [call] = opened(span(**a)).calls
    assert billed(call) == (9, 4, 2)
    [call] = opened(span(**{**a, "gen_ai.usage.input_tokens": 13})).calls
    assert billed(call) == (9, 4, 2)


def test_the_ai_sdks_own_usage() -> None:
    line = {"model": "gpt-4o", "messages": ASK, "text": "Yo"}
    five = {
        "inputTokens": 9,
        "outputTokens": 2,
        "totalTokens": 11,
        "reasoningTokens": 1,
        "cachedInputTokens": 4,
    }
    six = {
        "inputTokens": 9,
        "outputTokens": 2,
        "inputTokenDetails": {"noCacheTokens": 5, "cacheReadTokens": 4},
    }
    inner = {
        "inputTokens": {"total": 9, "cacheRead": 4},
        "outputTokens": {"total": 2, "reasoning": 1},
    }
    for usage in (five, six, inner):
        [call] = opened({**line, "usage": usage}).calls
        assert billed(call) == (5, 4, 2)
    [call] = opened({**line, "provider": "anthropic", "usage": five}).calls
    assert billed(call) == (9, 4, 2)


def test_pages_of_exchanges() -> None:
    reply = {
        "id": "c",
        "choices": [{"message": {"role": "assistant", "content": "Yo"}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2},
    }
    one = {"request": {"model": "gpt-4o", "messages": ASK}, "response": reply}
    for page in (
        {"data": [one], "has_more": False},
        {"calls": [one]},
        {"logs": [{"model": "gpt-4o", "messages": ASK, "response": reply}]},
    ):
        [call] = opened(page).calls
        assert (billed(call), bool(call.prompt), bool(call.reply)) == ((9, 0, 2), True, True)


LOGGED = {
    "model": "gpt-4o",
    "messages": ASK,
    "response": "Yo",
    "prompt_tokens": 9,
    "completion_tokens": 2,
}


@pytest.mark.parametrize(
    "lines",
    [
        ({"log": json.dumps(LOGGED) + "\n", "stream": "stdout", "time": BEGAN}, {"log": "ready\n", "stream": "stdout", "time": BEGAN}),
        ({"timestamp": 1767261600000, "message": json.dumps(LOGGED, indent=1)}, {"timestamp": 1, "message": "START"}),
        ({"insertId": "a", "timestamp": BEGAN, "jsonPayload": LOGGED}, {"insertId": "b", "textPayload": "ready"}),
        (f"2026-01-01 10:00:00 INFO llm - {json.dumps(LOGGED)}", "2026-01-01 10:00:01 INFO ready {soon}"),
        ({"log": f"2026-01-01T10:00:00Z stdout F {json.dumps(LOGGED)}"}, {"log": "ready"}),
    ],
    ids=["docker", "cloudwatch", "google", "text", "kubernetes"],
)  # fmt: skip
def test_lines_that_a_collector_wrapped(lines: tuple[Any, Any]) -> None:
    found = opened(lines)
    [call] = found.calls
    assert (billed(call), bool(call.reply), call.where.line) == ((9, 0, 2), True, 1)
    [said] = [one for one in found.warnings if "left out" in one.message]
    assert said.where.line == 2


def test_training_files_of_other_makers() -> None:
    for row in (
        {"prompt": "Hi", "completion": "Yo"},
        {"instruction": "Hi", "input": "", "output": "Yo"},
        {"conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Yo"}]},
        {"schemaVersion": "bedrock-conversation-2024", "messages": [
            {"role": "user", "content": [{"text": "Hi"}]}, {"role": "assistant", "content": [{"text": "Yo"}]}]},
    ):  # fmt: skip
        found = opened((row, row))
        assert found.importer == "Fine-tuning file"
        assert [(one.category, one.text) for one in found.segments] == [
            ("user", "Hi"),
            ("assistant", "Yo"),
        ]


def test_embeddings_are_no_calls_of_a_chat_model() -> None:
    asked = {"model": "text-embedding-3-small", "input": "Hi"}
    came = {
        "object": "list",
        "data": [{"embedding": [0.1]}],
        "model": "text-embedding-3-small",
        "usage": {"prompt_tokens": 3},
    }
    reply = {
        "id": "c",
        "choices": [{"message": {"role": "assistant", "content": "Yo"}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 2},
    }
    row = {
        "request_id": "a",
        "request_created_at": BEGAN,
        "request_body": {"model": "gpt-4o", "messages": ASK},
        "response_body": reply,
    }
    for chat, other in (
        (row, {**row, "request_id": "b", "request_body": asked, "response_body": came}),
        (
            {"request": {"model": "gpt-4o", "messages": ASK}, "response": reply},
            {"request": asked, "response": came},
        ),
    ):
        found = opened((chat, other))
        assert [billed(call) for call in found.calls] == [(9, 0, 2)]
        [said] = [one for one in found.warnings if one.where.line == 2]
        assert said.message.startswith("1 record is")


def test_a_first_text_longer_than_the_head() -> None:
    body = {"messages": [{"content": "Hi \\\u00fc\n" * 20_000, "role": "user"}], "model": "gpt-4o"}
    [call] = opened(body).calls
    assert (call.model, bool(call.prompt)) == ("gpt-4o", True)
