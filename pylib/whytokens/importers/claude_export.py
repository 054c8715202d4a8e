"""Exports of the Claude app: ``conversations.json``, each conversation a list of messages.

Spec: formats, section 4.9, last bullet.
"""

from __future__ import annotations

from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.importers import Guide, chats
from whytokens.importers.conversation import Conversation
from whytokens.importers.talks import Talk, TalkImporter
from whytokens.importers.values import Json, as_dict, as_list, as_str, as_time, inside
from whytokens.model import Where


def _owns(value: Any) -> bool:
    return isinstance(chats.first(value).get("chat_messages"), list)


def _read(value: Any, where: Where, builder: TraceBuilder) -> bool:
    if not _owns(value):
        return False
    chats.warn("Claude", where, builder)
    for one, at in chats.each(value, where):
        key = as_str(one.get("uuid")) or at.pointer or at.file
        builder.session(key, title=as_str(one.get("name")))
        model = as_str(one.get("model"))
        talk = Conversation(
            builder, key, chats.HIDDEN, model=model or "claude", provider="anthropic"
        )
        talk.model = model
        for number, message in enumerate(map(as_dict, as_list(one.get("chat_messages")))):
            _chat_message(message, inside(at, "chat_messages", number), talk)
    return True


def _chat_message(message: Json, where: Where, talk: Conversation) -> None:
    content = as_list(message.get("content")) or message.get("text")
    if message.get("sender") == "assistant":
        started = as_time(message.get("created_at"))
        blocks = content if isinstance(content, list) else [content]
        # A result that stands in the reply came back before the words that follow it.
        run: list[Any] = []
        for block in blocks:
            if as_dict(block).get("type") == "tool_result":
                if run:
                    talk.reply({"role": "assistant", "content": run}, where, None, started=started)
                talk.hear({"role": "user", "content": [block]}, where)
                run = []
            elif block:
                run.append(block)
        if run:
            talk.reply({"role": "assistant", "content": run}, where, None, started=started)
        return
    for number, file in enumerate(map(as_dict, as_list(message.get("attachments")))):
        text = as_str(file.get("extracted_content"))
        if text:
            at = inside(where, "attachments", number, "extracted_content")
            path = ("retrieved", as_str(file.get("file_name")) or "document")
            talk.say("user", [talk.builder.segment("retrieved", path, text, at)])
    talk.hear({"role": "user", "content": content}, where)


CLAUDE_EXPORT = TalkImporter(
    Talk(
        key="claude_export",
        label="Claude.ai export",
        guide=Guide(
            section="Chats",
            what="conversations.json of the Claude app: chats without usage, told apart from API logs",
            steps=("In Claude: Settings, Privacy, Export data; drop the zip of the mail.",),
            example='[{"uuid": "…", "name": "…", "chat_messages": [{"sender": "human", "text": "Hi"}]}]',
            marks=frozenset(("chat_messages", "sender", "uuid")),
            missing="usage, and the app's own prompt and tools",
        ),
        owns=_owns,
        read=_read,
        text=('"chat_messages"',),
    )
)
