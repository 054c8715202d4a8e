"""The events of an OpenHands conversation, old (`action`, `observation`) and new (`kind`), in order.

Spec: formats, section 3.5. An action of the agent belongs to the response that its metadata names;
without metadata each action of the agent is one response.
"""

from __future__ import annotations

from typing import Any

from whytokens.importers.conversation import TOOLS_ONLY, Conversation
from whytokens.importers.usage import usage_of
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, dumped, inside
from whytokens.model import Usage, Where

# What the program notes to itself; the agent's model does not see it.
SILENT = frozenset((
    "agent_state_changed", "change_agent_state", "null", "recall", "condensation", "condensation_request",
    "start", "stop", "pause", "resume", "loop_detection_recovery", "task_tracking_internal",
))  # fmt: skip
KINDS = ("Event", "Action", "Observation")
ARGUMENT_KEYS = (
    "command",
    "code",
    "path",
    "url",
    "content",
    "outputs",
    "inputs",
    "browser_actions",
)


def is_event(one: Json) -> bool:
    """Old events have an action or an observation, new ones a kind."""
    kind = one.get("kind")
    if isinstance(kind, str) and kind.endswith(KINDS):
        return "source" in one or "id" in one
    named = isinstance(one.get("action"), str) or isinstance(one.get("observation"), str)
    return named and ("source" in one or "args" in one or "extras" in one or "content" in one)


class EventReader:
    """Reads events in order. `spent` are usages by response id, where the run reports them apart."""

    def __init__(self, talk: Conversation, spent: dict[str, Usage | None]) -> None:
        self.talk, self.spent = talk, spent
        self._seen: set[str] = set()
        self._actions: dict[str, Json] = {}  # new events by response, until answered
        self._waiting: list[tuple[str, Json, Where]] = []
        self._uses: dict[str, Usage | None] = {}

    def event(self, event: Json, where: Where) -> None:
        if isinstance(event.get("kind"), str):
            self._new(event, where)
        elif isinstance(event.get("observation"), str):
            self._observation(event, where)
        elif isinstance(event.get("action"), str):
            self._action(event, where)

    def finish(self) -> None:
        self._flush()

    # -- old events --------------------------------------------------------------------------

    def _action(self, event: Json, where: Where) -> None:
        name, args = event["action"], as_dict(event.get("args")) or event
        if name == "system":
            self.talk.hidden = None if args.get("tools") else TOOLS_ONLY
            self.talk.declare(args.get("tools"), inside(where, "args"))
            at = inside(where, "args", "content")
            self.talk.hear({"role": "system", "content": args.get("content")}, at)
        elif name in SILENT:
            if name.startswith("condensation") and args.get("summary"):
                self.talk.restart()
                said = {"role": "user", "content": f"Context summary: {args['summary']}"}
                self.talk.hear(said, inside(where, "args", "summary"))
        elif event.get("source") == "user" or (name == "message" and "source" not in event):
            at = inside(where, "args", "content")
            self.talk.hear({"role": "user", "content": args.get("content")}, at)
        elif event.get("source") in ("agent", None):
            self._acted(event, name, args, where)

    def _acted(self, event: Json, name: str, args: Json, where: Where) -> None:
        metadata = as_dict(event.get("tool_call_metadata"))
        response = as_dict(metadata.get("model_response"))
        identity = as_str(response.get("id")) or as_str(event.get("llm_response_id"))
        if identity and identity in self._seen:
            return
        if identity:
            self._seen.add(identity)
        started = as_time(event.get("timestamp"))
        choice = as_dict(next(iter(as_list(response.get("choices"))), None))
        if as_dict(choice.get("message")):
            self.talk.model = as_str(response.get("model")) or self.talk.model
            spent = self.spent.get(identity or "") or usage_of(response.get("usage"))
            said = {"role": "assistant", **as_dict(choice["message"])}
            reason = as_str(choice.get("finish_reason"))
            self.talk.reply(said, where, spent, started=started, stop_reason=reason)
            return
        said = {"role": "assistant", "content": _thought(args), "tool_calls": _calls(name, args)}
        self.talk.reply(said, where, self.spent.get(identity or ""), started=started)

    def _observation(self, event: Json, where: Where) -> None:
        name = event["observation"]
        if name in SILENT:
            extras = as_dict(event.get("extras"))
            told = [
                as_dict(one).get("content") for one in as_list(extras.get("microagent_knowledge"))
            ]
            for number, text in enumerate(told):
                if as_str(text):
                    at = inside(where, "extras", "microagent_knowledge", number)
                    said = {"role": "user", "content": f"<EXTRA_INFO>\n{text}\n</EXTRA_INFO>"}
                    self.talk.hear(said, at)
            return
        metadata = as_dict(event.get("tool_call_metadata"))
        call = as_str(metadata.get("tool_call_id"))
        tool = as_str(metadata.get("function_name")) or name
        result = {
            "role": "tool",
            "tool_call_id": call,
            "name": tool,
            "content": event.get("content"),
        }
        self.talk.hear(result, inside(where, "content"))

    # -- new events --------------------------------------------------------------------------

    def _new(self, event: Json, where: Where) -> None:
        kind = event["kind"]
        if kind == "ActionEvent":
            self._waiting.append(
                (str(event.get("llm_response_id") or event.get("id")), event, where)
            )
            return
        if kind == "ConversationStateUpdateEvent":
            self._stats(event)
            return
        if kind == "MessageEvent" and event.get("source") == "agent":
            self._waiting.append(
                (str(event.get("llm_response_id") or event.get("id")), event, where)
            )
            return
        self._flush()
        if kind == "SystemPromptEvent":
            tools = event.get("tools")
            self.talk.hidden = None if tools else TOOLS_ONLY
            self.talk.declare(tools, where)
            prompt = event.get("system_prompt")
            self.talk.hear({"role": "system", "content": _content(prompt)}, where)
        elif kind == "MessageEvent":
            message = as_dict(event.get("llm_message"))
            said = {**message, "role": message.get("role") or "user"}
            self.talk.hear(said, inside(where, "llm_message"))
        elif kind in ("Condensation", "CondensationEvent", "CondensationSummaryEvent"):
            self.talk.restart()
            text = as_str(event.get("summary"))
            if text:
                said = {"role": "user", "content": f"Context summary: {text}"}
                self.talk.hear(said, inside(where, "summary"))
        elif kind.endswith("ObservationEvent") or kind in (
            "UserRejectObservation",
            "AgentErrorEvent",
        ):
            observation = as_dict(event.get("observation"))
            said = {
                "role": "tool",
                "tool_call_id": event.get("tool_call_id"),
                "name": event.get("tool_name"),
                "content": _observed(observation) or event.get("error") or "",
            }
            self.talk.hear(said, inside(where, "observation"))

    def _flush(self) -> None:
        """Actions of one response are one call."""
        while self._waiting:
            identity, event, where = self._waiting[0]
            together = [one for one in self._waiting if one[0] == identity]
            self._waiting = [one for one in self._waiting if one[0] != identity]
            message = as_dict(event.get("llm_message"))
            texts = _content(message.get("content") or event.get("thought"))
            calls = [as_dict(one[1].get("tool_call")) for one in together]
            said = {
                "role": "assistant",
                "content": texts,
                "reasoning_content": event.get("reasoning_content"),
                "tool_calls": [call for call in calls if call],
            }
            spent = self.spent.get(identity) or self._uses.get(identity)
            self.talk.reply(said, where, spent, started=as_time(event.get("timestamp")))

    def _stats(self, event: Json) -> None:
        """Usage by response id, for each of the conversation's models."""
        metrics = as_dict(as_dict(event.get("value")).get("usage_to_metrics"))
        for name, one in metrics.items():
            for use in map(as_dict, as_list(as_dict(one).get("token_usages"))):
                spent = usage_of(
                    {
                        "prompt_tokens": use.get("prompt_tokens"),
                        "completion_tokens": use.get("completion_tokens"),
                        "cache_read_input_tokens": use.get("cache_read_tokens"),
                        "cache_creation_input_tokens": use.get("cache_write_tokens"),
                        "reasoning_tokens": use.get("reasoning_tokens"),
                    }
                )
                self._uses[str(use.get("response_id"))] = spent
                if name in ("agent", "default"):
                    self.talk.model = as_str(use.get("model")) or self.talk.model


def _content(value: Any) -> Any:
    """A text part may stand alone."""
    return [value] if isinstance(value, dict) else value


def _observed(observation: Json) -> Any:
    for key in ("content", "output", "result", "message"):
        if observation.get(key):
            return observation[key]
    return dumped(observation) if observation else None


def _thought(args: Json) -> str | None:
    return as_str(args.get("thought")) or (
        as_str(args.get("content")) if args.get("action", "message") == "message" else None
    )


def _calls(name: str, args: Json) -> list[Json]:
    if name == "message":
        return []
    about = {key: args[key] for key in ARGUMENT_KEYS if args.get(key)}
    return [{"type": "function", "function": {"name": name, "arguments": about}}]
