"""GitHub Copilot Chat: exported prompts (``.chatreplay.json``), exported chats, and stored sessions.

Spec: formats, section 3.8 "GitHub Copilot Chat". Only the replay holds whole requests and usage; a chat
holds what was said, a stored session may be a list of patches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide
from whytokens.importers.conversation import SYSTEM_AND_TOOLS, Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.usage import usage_of
from whytokens.importers.values import (
    Json,
    as_count,
    as_dict,
    as_list,
    as_str,
    as_time,
    decoded,
    inside,
)
from whytokens.model import Where

ROLES = {0: "system", 1: "user", 2: "assistant", 3: "tool"}
PROVIDER = "github-copilot"
# Parts of a reply that are words of the model; the rest is the editor's.
SPOKEN = (None, "markdownContent", "text")


def _is_replay(one: Json) -> bool:
    return isinstance(one.get("prompts"), list) and (
        "exportedAt" in one or any("logs" in as_dict(p) for p in one["prompts"][:5])
    )


def _is_chat(one: Json) -> bool:
    requests = one.get("requests")
    return isinstance(requests, list) and ("responderUsername" in one or "initialLocation" in one)


def _is_patch(one: Json) -> bool:
    return isinstance(one.get("kind"), int) and ("v" in one or "k" in one)


def _owns(value: Any) -> bool:
    one = as_dict(value)
    return _is_replay(one) or _is_chat(one) or (_is_patch(one) and _is_chat(as_dict(one.get("v"))))


@dataclass(slots=True)
class _Patched:
    """Sessions written as patches: kind 0 is the whole, 1 sets a value, 2 extends a list."""

    builder: TraceBuilder
    files: dict[str, tuple[Json, Where]] = field(default_factory=dict)

    def patch(self, line: Json, where: Where) -> None:
        if line.get("kind") == 0:
            self.files[where.file] = (as_dict(line.get("v")), where)
            return
        if where.file not in self.files:
            return
        target: Any = self.files[where.file][0]
        keys = as_list(line.get("k"))
        for key in keys[:-1]:
            target = _step(target, key)
        if not keys or not isinstance(target, dict | list):
            return
        old = _step(target, keys[-1])
        new = line.get("v")
        if line.get("kind") == 2 and isinstance(old, list) and isinstance(new, list):
            start = line.get("i")
            if isinstance(start, int) and 0 <= start <= len(old):
                del old[start:]
            old += new
        elif isinstance(target, dict):
            target[str(keys[-1])] = new
        elif isinstance(keys[-1], int) and 0 <= keys[-1] < len(target):
            target[keys[-1]] = new

    def finish(self) -> None:
        for _, (one, where) in sorted(self.files.items()):
            _chat(one, where, self.builder)


def _step(target: Any, key: Any) -> Any:
    if isinstance(target, dict):
        return target.get(str(key))
    if isinstance(target, list) and isinstance(key, int) and 0 <= key < len(target):
        return target[key]
    return None


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    one = as_dict(value)
    if _is_replay(one):
        for number, prompt in enumerate(map(as_dict, one["prompts"])):
            at = inside(where, "prompts", number, "logs")
            for place, log in enumerate(map(as_dict, as_list(prompt.get("logs")))):
                if log.get("kind") == "request":
                    _request(log, prompt, inside(at, place), builder)
    elif _is_chat(one):
        _chat(one, where, builder)
    elif _is_patch(one):
        builder.gathered("copilot_chat", _Patched).patch(one, where)
    else:
        return False
    return True


def _request(log: Json, prompt: Json, where: Where, builder: TraceBuilder) -> None:
    about = as_dict(log.get("metadata"))
    talk = Conversation(
        builder, as_str(about.get("ourRequestId")), None, model=as_str(about.get("model")),
        provider=PROVIDER,
    )  # fmt: skip
    talk.declare(about.get("tools"), inside(where, "metadata"))
    messages = log.get("requestMessages")
    found = as_dict(messages).get("messages") if isinstance(messages, dict) else messages
    for number, message in enumerate(map(as_dict, as_list(found))):
        at = inside(where, "requestMessages", "messages", number)
        talk.hear(_message(message), at)
    response = as_dict(log.get("response"))
    said = response.get("message")
    text = "".join(part for part in as_list(said) if isinstance(part, str)) or said
    failed = response.get("type") not in (None, "success")
    talk.reply(
        {"role": "assistant", "content": text},
        inside(where, "response"),
        usage_of(about.get("usage")),
        started=as_time(about.get("startTime")),
        duration_ms=as_count(about.get("duration")),
        error=as_str(response.get("reason")) or str(response.get("type")) if failed else None,
        tags={"feature": str(log["name"])} if as_str(log.get("name")) else {},
    )


def _message(message: Json) -> Json:
    """Roles are numbers; parts have a number as type: 1 is text, 2 an image, the rest is not sent."""
    role = message.get("role")
    name = ROLES.get(role, "user") if isinstance(role, int) else str(role)
    content = message.get("content")
    if isinstance(content, list):
        content = [
            {"type": "text", "text": part["text"]} if isinstance(part.get("text"), str) else part
            for part in map(as_dict, content)
            if part.get("type") not in (3, 4)
        ]
    calls = message.get("tool_calls") or message.get("toolCalls")
    call_id = message.get("tool_call_id") or message.get("toolCallId")
    return {
        "role": name,
        "content": content,
        **({"tool_calls": calls} if calls else {}),
        **({"tool_call_id": call_id} if call_id else {}),
    }


def _chat(one: Json, where: Where, builder: TraceBuilder) -> None:
    key = as_str(one.get("sessionId")) or where.file
    title = as_str(one.get("customTitle"))
    builder.session(key, title=title)
    talk = Conversation(builder, key, f"{SYSTEM_AND_TOOLS}, context", provider=PROVIDER)
    for number, request in enumerate(map(as_dict, as_list(one.get("requests")))):
        _turn(request, inside(where, "requests", number), talk)


def _turn(request: Json, where: Where, talk: Conversation) -> None:
    """One turn: its rounds of tool calls are calls of their own."""
    model = as_str(request.get("modelId"))
    talk.model = model.rpartition("/")[2] if model else talk.model
    result = as_dict(as_dict(request.get("result")).get("metadata"))
    rendered = result.get("renderedUserMessage")
    asked = rendered or as_dict(request.get("message")).get("text")
    parts = [
        {"type": "text", "text": as_dict(part)["text"]}
        for part in as_list(asked)
        if isinstance(as_dict(part).get("text"), str)
    ]
    talk.hear({"role": "user", "content": parts or asked}, inside(where, "message"))
    started = as_time(request.get("timestamp"))
    results = as_dict(result.get("toolCallResults"))
    rounds = [as_dict(one) for one in as_list(result.get("toolCallRounds"))]
    for number, one in enumerate(rounds):
        at = inside(where, "result", "metadata", "toolCallRounds", number)
        calls = [as_dict(call) for call in as_list(one.get("toolCalls"))]
        said = {"role": "assistant", "content": one.get("response"), "tool_calls": calls}
        talk.reply(said, at, None, started=started)
        for call in calls:
            found = as_dict(results.get(str(call.get("id"))))
            text = [as_dict(part).get("value") for part in as_list(found.get("content"))]
            content = "".join(
                part if isinstance(part, str) else str(decoded(part)) for part in text
            )
            one_result = {"role": "tool", "tool_call_id": call.get("id"), "content": content}
            talk.hear(one_result, at)
    spoken = (as_dict(part) for part in as_list(request.get("response")))
    last = "".join(_words(part) for part in spoken if part.get("kind") in SPOKEN)
    if last and not (rounds and not rounds[-1].get("toolCalls")):
        said = {"role": "assistant", "content": last}
        talk.reply(said, inside(where, "response"), None, started=started)


def _words(part: Json) -> str:
    value = part.get("value")
    return value if isinstance(value, str) else str(as_dict(part.get("content")).get("value") or "")


COPILOT_CHAT = TalkImporter(
    Talk(
        key="copilot_chat",
        label="GitHub Copilot Chat",
        guide=Guide(
            section="Coding agents",
            what="*.chatreplay.json of the debug view, chat.json, or chatSessions/ of a workspace",
            steps=(
                "In VS Code run “Developer: Show Chat Debug View”, then Export All as JSON: it holds every "
                "request with its tools and usage.",
                "Or run “Chat: Export Chat…”: it holds the words, but neither system prompt nor usage.",
            ),
            example='{"exportedAt": "…", "prompts": [{"prompt": "…", "logs": [{"kind": "request"}]}]}',
            marks=frozenset(
                ("prompts", "logs", "requestMessages", "requests", "responderUsername")
            ),
            missing="in exported chats: the system prompt, tools and usage",
        ),
        owns=_owns,
        read=_read,
        text=('"exportedAt"', '"prompts"'),
        gathers=True,
    )
)
