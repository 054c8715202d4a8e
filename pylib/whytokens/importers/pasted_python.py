"""Pasted Python: calls of a client, dicts, reprs of response objects.

Spec: formats, section 2 "Python". The text is parsed, never run: names are looked up among assignments of
literals, a call of a class is an object of its keywords.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from whytokens.builder import TraceBuilder
from whytokens.containers import Source
from whytokens.errors import TraceError
from whytokens.importers import Guide, Head, Progress, Verdict
from whytokens.importers.apis import owner
from whytokens.importers.exchanges import Exchange, exchanges
from whytokens.importers.pasted_command import text_of
from whytokens.importers.values import Json, as_dict
from whytokens.model import Where
from whytokens.nesting import check

ENUM = re.compile(r"<[\w.]+: ('[^']*'|\"[^\"]*\"|-?\d+)>")
OBJECT = re.compile(r"<[\w.]+( object)? at 0x[0-9a-fA-F]+>")
MARKS = re.compile(
    r"\b(messages|contents|input|prompt)\s*=\s*|['\"](messages|contents|input|choices|candidates|output)['\"]\s*:"
    r"|\b(ChatCompletion|Message|Response|GenerateContentResponse|ChatCompletionMessage)\("
)
URLS = (
    (".responses.", "https://api.openai.com/v1/responses"), (".chat.completions.", ""),
    (".messages.create", "https://api.anthropic.com/v1/messages"), (".messages.stream", "https://api.anthropic.com/v1/messages"),
    ("generate_content", "https://generativelanguage.googleapis.com/v1/models/x:generateContent"),
    (".converse", "https://bedrock-runtime.amazonaws.com/model/x/converse"), ("ollama.", "http://localhost:11434/api/chat"),
)  # fmt: skip
REQUEST_KEYS = ("messages", "contents", "input", "prompt", "message")
MAX_NODES = 200_000


class PastedPython:
    """Python in a text."""

    key = "pasted_python"
    label = "Pasted Python"
    export_hint = (
        "Paste the call (client.chat.completions.create(...)) or print the request's dict."
    )
    guide = Guide(
        section="Requests and responses",
        what="A client's call, a dict, or the repr of a response object; parsed, never run",
        steps=(
            "Paste the call (client.chat.completions.create(...)) or print the request's dict.",
        ),
        example=(
            "client.chat.completions.create(model='gpt-4o', messages=[{'role': 'user', "
            "'content': 'Hi'}])"
        ),
        marks=frozenset(("messages=", "ChatCompletion(", "client.")),
        missing="what only running would tell",
    )

    def sniff(self, head: Head) -> Verdict:
        if any(isinstance(value, dict | list) for value in head.values):
            return "no"
        if not MARKS.search(head.text) or head.text.lstrip()[:1] in ("<", "#", "-"):
            return "no"
        return "yes" if _found(head.text, Where(file=head.name)) else "no"

    def load(self, source: Source, builder: TraceBuilder) -> Iterator[Progress]:
        text = text_of(source)
        found = _found(text, Where(file=source.name, line=1))
        if len(found) == 2 and found[0].request and found[1].response and not found[1].request:
            one, two = found  # a request, and what it answered
            found = [Exchange(
                request=one.request, response=two.response, status=None, error=None, started=two.started,
                duration_ms=None, tags={}, url=one.url, where=one.where,
            )]  # fmt: skip
        yield from read_pasted(found, text, source, builder, "Python", self.export_hint)


def read_pasted(
    found: list[Exchange],
    text: str,
    source: Source,
    builder: TraceBuilder,
    language: str,
    hint: str,
) -> Iterator[Progress]:
    """Adds what a pasted program holds. Raises TraceError no-calls."""
    count = 0
    for one in found:
        reader = owner(one)
        if reader is not None:
            reader.add(one, builder)
            count += 1
    yield Progress(source.size_bytes, source.size_bytes, text.count("\n"))
    if not count:
        raise TraceError(
            "no-calls", f"No LLM calls in {source.name}.", f"Its {language} holds no request to a model.",
            where=Where(file=source.name), hint=hint,
        )  # fmt: skip


def _found(text: str, where: Where) -> list[Exchange]:
    """Every request or response that the text spells; what is assigned and sent later counts once."""
    tree = _tree(text)
    known: dict[str, Any] = {}
    found: list[tuple[Exchange, str | None]] = []
    sent: set[str] = set()
    for node in tree.body if tree else ():
        at = Where(file=where.file, line=node.lineno)
        value = getattr(node, "value", None)
        name = _assigned(node)
        if name and isinstance(value, ast.expr):
            known[name] = _value(value, known)
        call = next((c for c in _calls(node) if _sends(c, known)), None)
        if call is not None:
            found.append(
                (_exchange(_bare(_body(call, known)), ast.unparse(call.func)[:200], at), None)
            )
            sent |= {n.id for n in ast.walk(call) if isinstance(n, ast.Name)}
        elif isinstance(node, ast.Expr | ast.Assign):
            spelled = exchanges(_value(node.value, known), at)
            found += [(o, name) for o in spelled if (o.request or o.response) and owner(o)]
    return [one for one, name in found if name not in sent]


def literal_at(text: str) -> Any:
    """What a text that begins with a literal says: of a log, the rest of the line."""
    end = len(text.rstrip())
    tree = _tree(text[:end])
    value = getattr(tree.body[0], "value", None) if tree and tree.body else None
    return _value(value, {}) if isinstance(value, ast.expr) else None


def _assigned(node: ast.stmt) -> str | None:
    target = node.targets[0] if isinstance(node, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else None


def _body(call: ast.Call, known: dict[str, Any]) -> Json:
    found: Json = {}
    for word in call.keywords:  # create(model=..., **rest)
        value = _value(word.value, known)
        found |= as_dict(value) if word.arg is None else {word.arg: value}
    return found


def _sends(call: ast.Call, known: dict[str, Any]) -> bool:
    """A method called with messages; a class called with them is an object."""
    name = ast.unparse(call.func)[:200]
    return (
        not name[:1].isupper()
        and name != "dict"
        and any(_body(call, known).get(key) for key in REQUEST_KEYS)
    )


def _exchange(body: Json, name: str, where: Where) -> Exchange:
    url = next((url for part, url in URLS if part in name), "")
    return Exchange(
        request=body, response={}, status=None, error=None, started=None, duration_ms=None, tags={},
        url=url, where=where,
    )  # fmt: skip


def _bare(body: Json) -> Json:
    """Google's client takes a config; the API takes its fields."""
    config = as_dict(body.pop("config", None))
    return {**body, **config} if config else body


def _calls(node: ast.stmt) -> Iterator[ast.Call]:
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and inner.keywords:
            yield inner


def _tree(text: str) -> ast.Module | None:
    text = OBJECT.sub("None", ENUM.sub(r"\1", text.lstrip("\ufeff").strip()))
    text = re.sub(r"^(>>>|\.\.\.|In \[\d+\]:|Out\[\d+\]:) ?", "", text, flags=re.MULTILINE)
    for tried in (text, text.split("\n\n")[0]):
        try:
            check(tried)
            with warnings.catch_warnings(action="ignore"):  # "\d" is no matter of ours
                return ast.parse(tried)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _value(node: ast.AST, known: dict[str, Any]) -> Any:
    """What a literal says; a call's keywords, a known name's value; None for what only running tells."""
    if isinstance(node, ast.Constant):
        return node.value if not isinstance(node.value, bytes | complex) else None
    if isinstance(node, ast.Dict):
        found: Json = {}
        for key, value in zip(node.keys, node.values, strict=True):
            if key is None:
                found |= as_dict(_value(value, known))
            else:
                found[str(_value(key, known))] = _value(value, known)
        return found
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        items: list[Any] = []
        for item in node.elts:
            inner = _value(item.value if isinstance(item, ast.Starred) else item, known)
            items += inner if isinstance(item, ast.Starred) and isinstance(inner, list) else [inner]
        return items
    if isinstance(node, ast.JoinedStr):
        return "".join(_piece(part, known) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _value(node.left, known), _value(node.right, known)
        return left + right if isinstance(left, str) and isinstance(right, str) else left or right
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _value(node.operand, known)
        return -inner if isinstance(inner, int | float) else None
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Call):
        return _called(node, known)
    return None


def _called(node: ast.Call, known: dict[str, Any]) -> Any:
    """The repr of an object: its keywords. dict(a=1) likewise; dates are left out."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in ("dedent", "strip", "join", "str", "list", "tuple") and node.args:
        return _value(node.args[0], known)
    if name in ("strip", "dedent", "format") and isinstance(node.func, ast.Attribute):
        return _value(node.func.value, known)
    if not node.keywords or name in ("datetime", "TzInfo", "timedelta"):
        return None
    return {word.arg: _value(word.value, known) for word in node.keywords if word.arg}


def _piece(node: ast.AST, known: dict[str, Any]) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    inner = getattr(node, "value", node)
    value = _value(inner, known)
    return str(value) if value is not None else "{" + ast.unparse(inner) + "}"


PASTED_PYTHON = PastedPython()
