"""Commands as people paste them: words of a POSIX shell, of Windows' cmd and of PowerShell.

Spec: POSIX.1-2017, Shell Command Language 2.2 and 2.7.4 (here-documents); bash, "ANSI-C Quoting"; Microsoft,
"about_Quoting_Rules". Nothing is expanded but escapes: variables stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b",
           "\\": "\\", "'": "'", '"': '"', "?": "?"}  # fmt: skip
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")
CMD_WORD = re.compile(r"\^\"(.*?)(?<![\\])\^\"(?=\s|$)|[^\s]+", re.DOTALL)
HERE_STRING = re.compile(r"@(['\"])\r?\n(.*?)\r?\n\1@", re.DOTALL)
ASSIGNED = re.compile(r"^\s*\$(\w+)\s*=\s*", re.MULTILINE)


def is_cmd(text: str) -> bool:
    """Does the text escape with carets, as Chrome's "Copy as cURL (cmd)" does?"""
    return bool(re.search(r"\^\"|\^\s*\r?\n", text))


def cmd(text: str) -> list[str]:
    """The words of one command for cmd, carets and Windows' escapes taken out.

    A quote of an argument stands bare, one inside it behind backslashes; Chrome doubles the others.
    """
    found: list[str] = []
    for match in CMD_WORD.finditer(text):
        if match[1] is None:
            word = re.sub(r"\^(.)", r"\1", match[0], flags=re.DOTALL)
            found += [word] if word.strip("^ ") else []
            continue
        inner = re.sub(r"\^\r?\n\r?\n", "\n", match[1])
        inner = re.sub(r"\^\r?\n\s*", " ", inner)
        inner = re.sub(r"\^(.)", r"\1", inner, flags=re.DOTALL).replace("%%", "%")
        inner = re.sub(r'\\+"', lambda m: "\\" * ((len(m[0]) - 1) // 2) + '"', inner)
        found.append(re.sub(r'\\\\(?!")', r"\\", inner))
    return found


def words(text: str) -> Iterator[list[str]]:
    """Each command as its words. A here-document becomes a last word after "<<"."""
    command: list[str] = []
    word: str | None = None
    at, pending = 0, list[str]()
    while at < len(text):
        char = text[at]
        if char == "\\" and text[at + 1 : at + 2] in ("\n", "\r"):
            at += 3 if text[at + 1 : at + 3] == "\r\n" else 2
        elif char == "\\" and at + 1 < len(text):
            word = (word or "") + text[at + 1]
            at += 2
        elif char == "'":
            end = text.find("'", at + 1)
            end = len(text) if end < 0 else end
            word, at = (word or "") + text[at + 1 : end], end + 1
        elif text.startswith("$'", at):
            part, at = _ansi(text, at + 2)
            word = (word or "") + part
        elif char == '"':
            part, at = _double(text, at + 1)
            word = (word or "") + part
        elif text.startswith("<<<", at):
            command += [word] if word is not None else []
            word, at = None, at + 3
            command.append("<<")
        elif (match := HEREDOC.match(text, at)) is not None:
            pending.append(match[2])
            at = match.end()
        elif char in "\n;" or text.startswith(("&&", "||"), at):
            command += [word] if word is not None else []
            word, at = None, at + (2 if char in "&|" else 1)
            for name in pending if char == "\n" else ():
                body, at = _heredoc(text, at, name)
                command += ["<<", body]
            pending = [] if char == "\n" else pending
            if command and not pending:
                yield command
                command = []
        elif char == "|":
            command += [word] if word is not None else []
            word, at = None, at + 1
            command.append("|")
        elif char.isspace():
            command += [word] if word is not None else []
            word, at = None, at + 1
        else:
            word, at = (word or "") + char, at + 1
    command += [word] if word is not None else []
    if command:
        yield command


def _ansi(text: str, at: int) -> tuple[str, int]:
    """$'...': C's escapes."""
    found: list[str] = []
    while at < len(text) and text[at] != "'":
        if text[at] != "\\":
            found.append(text[at])
            at += 1
            continue
        code = text[at + 1 : at + 2]
        digits = {"x": 2, "u": 4, "U": 8}.get(code)
        match = re.compile(rf"[0-9a-fA-F]{{1,{digits}}}").match(text, at + 2) if digits else None
        octal = re.compile(r"[0-7]{1,3}").match(text, at + 1)
        if match:
            value = int(match[0], 16)
            found.append(chr(value) if value < 0x110000 else "\ufffd")
            at = match.end()
        elif octal:
            found.append(chr(int(octal[0], 8) & 255))
            at = octal.end()
        else:
            found.append(ESCAPES.get(code, "\\" + code))
            at += 2
    joined = "".join(found)  # \ud83d\ude00 are two halves of one character
    return joined.encode("utf-16", "surrogatepass").decode("utf-16", "replace"), at + 1


def _double(text: str, at: int) -> tuple[str, int]:
    found: list[str] = []
    while at < len(text) and text[at] != '"':
        if text[at] == "\\" and text[at + 1 : at + 2] in ('"', "\\", "$", "`"):
            found.append(text[at + 1])
            at += 2
        elif text[at] == "\\" and text[at + 1 : at + 2] == "\n":
            at += 2
        else:
            found.append(text[at])
            at += 1
    return "".join(found), at + 1


def _heredoc(text: str, at: int, name: str) -> tuple[str, int]:
    match = re.compile(r"^\t*" + re.escape(name) + r"[ \t]*\r?$", re.MULTILINE).search(text, at)
    if match is None:
        return text[at:], len(text)
    return text[at : match.start()].rstrip("\n"), min(len(text), match.end() + 1)


def powershell(text: str) -> list[str]:
    """The words of one PowerShell command, with the variables that the text sets in place."""
    values: dict[str, str] = {}
    for match in ASSIGNED.finditer(text):
        found = _value(text, match.end())
        if found is not None:
            values[match[1].lower()] = found[0]
    start = re.search(r"\b(Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\b", text, re.IGNORECASE)
    at, command = (start.start() if start else 0), list[str]()
    while at < len(text):
        if text[at].isspace() or text[at] == "`":
            at += 1
            continue
        found = _value(text, at)
        if found is not None:
            command.append(found[0])
            at = found[1]
            continue
        match_word = re.compile(r"[^\s'\"]+").match(text, at)
        word = match_word[0] if match_word else text[at]
        command.append(values.get(word[1:].lower(), word) if word.startswith("$") else word)
        at += len(word)
    return command


def _value(text: str, at: int) -> tuple[str, int] | None:
    """A quoted value: here-strings, single quotes ('' inside), double quotes (` escapes)."""
    here = HERE_STRING.match(text, at)
    if here:
        return here[2], here.end()
    if text[at : at + 1] == "'":
        match = re.compile(r"'((?:[^']|'')*)'").match(text, at)
        return (match[1].replace("''", "'"), match.end()) if match else None
    if text[at : at + 1] == '"':
        match = re.compile(r'"((?:[^"`]|`.|"")*)"', re.DOTALL).match(text, at)
        if match is None:
            return None
        inner = match[1].replace('""', '"').replace("`n", "\n").replace("`t", "\t")
        return re.sub(r"`(.)", r"\1", inner), match.end()
    return None
