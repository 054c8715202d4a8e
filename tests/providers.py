"""A local server that answers as the providers do: same paths, same shapes, usage it remembers.

Replies are written by hand from the providers' documented shapes. `served` lists, per request, the
usage that the server sent, so that tests can compare it with what was captured.
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CHAT_USAGE = {
    "prompt_tokens": 57,
    "completion_tokens": 9,
    "total_tokens": 66,
    "prompt_tokens_details": {"cached_tokens": 32},
    "completion_tokens_details": {"reasoning_tokens": 4},
}
RESPONSES_USAGE = {
    "input_tokens": 81,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 12,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 93,
}
ANTHROPIC_USAGE = {
    "input_tokens": 11,
    "cache_read_input_tokens": 1200,
    "cache_creation_input_tokens": 64,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 64},
    "output_tokens": 21,
}
GEMINI_USAGE = {
    "promptTokenCount": 40,
    "candidatesTokenCount": 6,
    "thoughtsTokenCount": 10,
    "totalTokenCount": 56,
}
WORDS = ("Grüße", " aus", " Wien 🎡")


class Provider(ThreadingHTTPServer):
    """`served`: usage objects in the order they were sent; `fail_next`: answer 429 so many times."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.served: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.fail_next = 0
        self.cut_streams = False
        self.zipped = False
        self.delay_s = 0.0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def provider() -> Iterator[Provider]:
    server = Provider()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Provider
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together

    def log_message(self, *_: Any) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.bodies.append(body)
        self.server.headers.append(dict(self.headers))
        self.server.paths.append(self.path)
        if self.server.delay_s:
            threading.Event().wait(self.server.delay_s)
        if self.server.fail_next:
            self.server.fail_next -= 1
            error = {"error": {"type": "rate_limit_error", "message": "slow down"}}
            self._json(error, 429)
            return
        request = json.loads(body)
        path = self.path.partition("?")[0]
        for end, answer in _ANSWERS:
            if path.endswith(end):
                answer(self, request)
                return
        self._json({"error": {"message": f"no {path}"}}, 404)

    def _json(self, value: Any, status: int = 200) -> None:
        data = json.dumps(value, ensure_ascii=False).encode()
        self.send_response(status)
        if self.server.zipped:
            data = gzip.compress(data)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, events: list[str]) -> None:
        """Server-sent events, cut at odd bytes so that no reader may rely on chunk borders."""
        data = "".join(events).encode()
        if self.server.zipped:
            data = gzip.compress(data)
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        if self.server.zipped:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        stop = len(data) // 2 if self.server.cut_streams else len(data)
        for start in range(0, stop, 37):
            piece = data[start : min(start + 37, stop)]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        if self.server.cut_streams:
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")

    # -- the APIs ----------------------------------------------------------------------------

    def answer_chat(self, request: dict[str, Any]) -> None:
        self.server.served.append(CHAT_USAGE)
        base = {"id": f"chatcmpl-{len(self.server.served)}", "model": "gpt-4o-2024-08-06"}
        base |= {"created": 1_790_000_000}
        if not request.get("stream"):
            message: dict[str, Any] = {"role": "assistant", "content": "".join(WORDS)}
            last = request["messages"][-1]
            if request.get("tools") and last["role"] == "user":
                call = {"name": "look_up", "arguments": '{"city": "Wien"}'}
                message = {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [{"id": "call_1", "type": "function", "function": call}],
                }
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            self._json(
                {**base, "object": "chat.completion", "choices": [choice], "usage": CHAT_USAGE}
            )
            return
        chunk = {**base, "object": "chat.completion.chunk"}
        events = [
            _data(
                {
                    **chunk,
                    "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}],
                }
            )
            for word in WORDS
        ]
        events.append(
            _data({**chunk, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        )
        events.append(_data({**chunk, "choices": [], "usage": CHAT_USAGE}))
        self._stream([*events, "data: [DONE]\n\n"])

    def answer_responses(self, request: dict[str, Any]) -> None:
        self.server.served.append(RESPONSES_USAGE)
        text = {"type": "output_text", "text": "".join(WORDS), "annotations": []}
        item = {
            "type": "message",
            "id": "msg_1",
            "role": "assistant",
            "status": "completed",
            "content": [text],
        }
        response = {
            "id": f"resp_{len(self.server.served)}",
            "object": "response",
            "created_at": 1_790_000_000,
            "model": "gpt-4.1-2025-04-14",
            "status": "completed",
            "output": [item],
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": [],
            "usage": RESPONSES_USAGE,
        }
        if not request.get("stream"):
            self._json(response)
            return
        created = {**response, "status": "in_progress", "output": [], "usage": None}
        events: list[dict[str, Any]] = [{"type": "response.created", "response": created}]
        for word in WORDS:
            place = {"item_id": "msg_1", "output_index": 0, "content_index": 0, "logprobs": []}
            events.append({"type": "response.output_text.delta", "delta": word, **place})
        events.append({"type": "response.completed", "response": response})
        named = [{**event, "sequence_number": at} for at, event in enumerate(events)]
        self._stream([f"event: {event['type']}\n{_data(event)}" for event in named])

    def answer_anthropic(self, request: dict[str, Any]) -> None:
        self.server.served.append(ANTHROPIC_USAGE)
        message = {
            "id": f"msg_{len(self.server.served)}",
            "type": "message",
            "role": "assistant",
            "model": "claude-sonnet-4-5-20250929",
            "content": [{"type": "text", "text": "".join(WORDS)}],
            "stop_reason": "end_turn",
            "stop_sequence": None,
            "usage": ANTHROPIC_USAGE,
        }
        if not request.get("stream"):
            self._json(message)
            return
        start = {**message, "content": [], "usage": {**ANTHROPIC_USAGE, "output_tokens": 1}}
        events: list[dict[str, Any]] = [
            {"type": "message_start", "message": start},
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "text", "text": ""},
            },
        ]
        for word in WORDS:
            delta = {"type": "text_delta", "text": word}
            events.append({"type": "content_block_delta", "index": 0, "delta": delta})
        events += [
            {"type": "content_block_stop", "index": 0},
            {
                "type": "message_delta",
                "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                "usage": {"output_tokens": ANTHROPIC_USAGE["output_tokens"]},
            },
            {"type": "message_stop"},
        ]
        self._stream([f"event: {event['type']}\n{_data(event)}" for event in events])

    def answer_gemini(self, request: dict[str, Any]) -> None:
        self.server.served.append(GEMINI_USAGE)
        base = {"modelVersion": "gemini-2.5-flash", "responseId": f"g-{len(self.server.served)}"}

        def answer(text: str, **more: Any) -> dict[str, Any]:
            content = {"role": "model", "parts": [{"text": text}]}
            return {"candidates": [{"content": content, "index": 0, **more}], **base}

        last = {**answer("", finishReason="STOP"), "usageMetadata": GEMINI_USAGE}
        if "stream" in self.path:
            self._stream([*(_data(answer(word)) for word in WORDS), _data(last)])
        else:
            whole = answer("".join(WORDS), finishReason="STOP")
            self._json({**whole, "usageMetadata": GEMINI_USAGE})


_ANSWERS = (
    ("/chat/completions", _Handler.answer_chat),
    ("/responses", _Handler.answer_responses),
    ("/messages", _Handler.answer_anthropic),
    ("enerateContent", _Handler.answer_gemini),
)


def _data(value: Any) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
