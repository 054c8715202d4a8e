"""Exports of the ChatGPT app: ``conversations.json``, each conversation a tree.

Spec: formats, section 4.9, last bullet. Regenerated answers are branches, each an answer of the model.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import ROOT, TraceBuilder
from whytokens.importers import Guide, chats
from whytokens.importers.conversation import Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, inside
from whytokens.model import NodeId, Where


def _owns(value: Any) -> bool:
    return isinstance(chats.first(value).get("mapping"), dict)


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    if not _owns(value):
        return False
    chats.warn("ChatGPT", where, builder)
    for one, at in chats.each(value, where):
        _tree(one, at, builder)
    return True


def _tree(one: Json, where: Where, builder: TraceBuilder) -> None:
    mapping = {str(k): as_dict(v) for k, v in as_dict(one.get("mapping")).items()}
    key = as_str(one.get("conversation_id")) or as_str(one.get("id")) or where.pointer or where.file
    builder.session(key, title=as_str(one.get("title")))
    model = as_str(one.get("default_model_slug"))
    talk = Conversation(builder, key, chats.HIDDEN, model=model or "gpt", provider="openai")
    after: dict[str, NodeId] = {}
    waiting = [name for name, node in mapping.items() if as_str(node.get("parent")) not in mapping]
    while waiting:
        name = waiting.pop(0)
        node = mapping[name]
        if name in after:
            continue
        talk.back_to(after.get(str(node.get("parent")), ROOT))
        at = inside(where, "mapping", name, "message")
        _say(as_dict(node.get("message")), at, talk)
        after[name] = talk.node
        waiting += [str(child) for child in as_list(node.get("children")) if str(child) in mapping]


def _say(message: Json, where: Where, talk: Conversation) -> None:
    role = as_dict(message.get("author")).get("role")
    content = as_dict(message.get("content"))
    kind = content.get("content_type")
    parts = as_list(content.get("parts")) or [content.get("text")]
    said: list[Any] = [
        {"type": "image_url", "image_url": {"url": ""}}
        if as_dict(part).get("content_type") == "image_asset_pointer"
        else part
        for part in parts
        if part not in (None, "")
    ]
    if not said:
        return
    about = as_dict(message.get("metadata"))
    if role == "assistant":
        if kind in ("thoughts", "reasoning_recap"):
            return
        talk.model = as_str(about.get("model_slug")) or talk.model
        recipient = as_str(message.get("recipient"))
        if recipient not in (None, "all"):
            text = "".join(part for part in said if isinstance(part, str))
            said = [{"type": "tool_call", "name": recipient, "arguments": text}]
        talk.reply(
            {"role": "assistant", "content": said},
            where,
            None,
            started=as_time(message.get("create_time")),
        )
    elif role == "tool":
        name = as_str(as_dict(message.get("author")).get("name"))
        text = "\n".join(part for part in said if isinstance(part, str))
        talk.hear({"role": "tool", "name": name, "content": text}, where)
    else:
        talk.hear({"role": role if role == "system" else "user", "content": said}, where)


CHATGPT_EXPORT = TalkImporter(
    Talk(
        key="chatgpt_export",
        label="ChatGPT export",
        guide=Guide(
            section="Chats",
            what="conversations.json of the ChatGPT app: chats without usage, told apart from API logs",
            steps=("In ChatGPT: Settings, Data controls, Export data; drop the zip of the mail.",),
            example='[{"title": "…", "mapping": {"…": {"message": {"author": {"role": "user"}}}}}]',
            marks=frozenset(("mapping", "current_node", "author", "content_type")),
            missing="usage, and the app's own prompt and tools",
        ),
        owns=_owns,
        read=_read,
        text=('"mapping"', '"author"'),
    )
)
