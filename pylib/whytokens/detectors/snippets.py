"""Snippets of fixes in the user's own API.

Spec: the providers' request formats (Anthropic Messages, OpenAI Chat and Responses, Gemini).
"""

from __future__ import annotations

from whytokens.attribution.share import Attribution
from whytokens.waste import Fix


def family(one: Attribution) -> str:
    """Whose request format the call is in: "anthropic", "openai", "gemini" or "other"."""
    api = one.call.api
    for name in ("anthropic", "openai", "gemini"):
        if api.startswith(name):
            return name
    provider = (one.call.provider or "").lower()
    return "gemini" if provider in ("google", "vertex") else "other"


TTL_NOTE = {"1h": ', "ttl": "1h"'}


def breakpoints(one: Attribution, static: str | None, tail: str | None) -> Fix:
    """Where to put the breakpoints of a policy; lifetimes by their names, None = no breakpoint."""
    if family(one) == "openai":
        return _openai_breakpoints(static, tail)
    lines = []
    if static:
        control = _control(static)
        lines.append('"system": [{"type": "text", "text": RULES,')
        lines.append(f'            "cache_control": {control}}}],')
    if tail:
        lines.append("# on the last block of the last message, on every request:")
        lines.append(f'messages[-1]["content"][-1]["cache_control"] = {_control(tail)}')
    return Fix(
        text=f"Set {_spoken(static, tail)}.",
        snippet="\n".join(lines),
        language="python",
        risk="A breakpoint whose prefix changes on every call is written each time and never read.",
    )


def no_breakpoints(one: Attribution) -> Fix:
    if family(one) == "openai":
        return Fix(
            text="Turn implicit caching off for these calls: their entries are not read again.",
            snippet='prompt_cache_options={"mode": "explicit"}  # and no prompt_cache_breakpoint',
            language="python",
            risk="Calls that do repeat within 30 minutes pay the full input rate.",
        )
    return Fix(
        text="Leave `cache_control` out of these requests: what they write is not read again in time.",
        snippet='block.pop("cache_control", None)',
        language="python",
        risk="If the calls come closer together, caching pays again.",
    )


def _openai_breakpoints(static: str | None, tail: str | None) -> Fix:
    ttl = static or tail or "30m"
    if static and not tail:
        snippet = (
            f'prompt_cache_options={{"mode": "explicit", "ttl": "{ttl}"}}\n'
            "# on the last content block that never changes:\n"
            '{"type": "input_text", "text": RULES, "prompt_cache_breakpoint": True}'
        )
    else:
        snippet = f'prompt_cache_options={{"ttl": "{ttl}"}}, prompt_cache_key="agent-1"'
    return Fix(
        text=f"Set {_spoken(static, tail)}.",
        snippet=snippet,
        language="python",
        risk="Each write costs 1.25 times the input rate (2.5 times for 12 h); it pays from the second read.",
    )


def _control(lifetime: str) -> str:
    return '{"type": "ephemeral"' + TTL_NOTE.get(lifetime, "") + "}"


def _spoken(static: str | None, tail: str | None) -> str:
    found = []
    if static:
        found.append(f"a breakpoint ({static}) at the end of what never changes")
    if tail:
        found.append(f"a moving breakpoint ({tail}) at the end of the last message")
    return " and ".join(found)


def move_volatile(one: Attribution, kind: str) -> Fix:
    """Put what changes behind what does not."""
    if kind == "order":
        return Fix(
            text="Send tools and JSON keys in the same order every time.",
            snippet='tools.sort(key=lambda tool: tool["name"])\njson.dumps(schema, sort_keys=True)',
            language="python",
            risk="None: the order of tools carries no meaning.",
        )
    what, name = ("text that differs", "about_this_user") if kind == "text" else (kind, "now")
    said = (
        '{"type": "text", "text": VALUE}'
        if kind == "text"
        else '{"type": "text", "text": f"Now: {now}"}'
    )
    value = name if kind == "text" else 'f"Now: {now}"'
    where = {
        "anthropic": f'messages[-1]["content"].append({said.replace("VALUE", name)})',
        "openai": f'messages.append({{"role": "developer", "content": {value}}})',
        "gemini": f'contents[-1]["parts"].append({{"text": {value}}})',
    }
    other = (
        f'last_message += "\\n" + {name}' if kind == "text" else 'last_message += f"\\nNow: {now}"'
    )
    return Fix(
        text=f"Take the {what} out of the beginning of the prompt and put it at the end of the last message, "
        "where it stays when the conversation goes on.",
        snippet=where.get(family(one), other),
        language="python",
        risk="The model reads it at the end of the prompt instead of at its start.",
    )


def drop_tools(one: Attribution, names: list[str], total_tokens: int) -> Fix:
    """Leave tools out, or defer them where there are many."""
    if family(one) == "anthropic" and total_tokens > MANY_SCHEMA_TOKENS:
        return Fix(
            text="Defer these tools: the model finds them by tool search when it needs one.",
            snippet='tools = [{"type": "tool_search_tool_regex_20251119", "name": "search"},\n'
            '         *({**tool, "defer_loading": tool["name"] in UNUSED} for tool in tools)]\n'
            f"UNUSED = {_listed(names)}",
            language="python",
            risk="A tool that is needed after all costs one more turn to find.",
        )
    return Fix(
        text="Leave these tools out of the request, or send them only to the agents that need them.",
        snippet=f"UNUSED = {_listed(names)}\n"
        'tools = [tool for tool in tools if tool["name"] not in UNUSED]',
        language="python",
        risk="A task that needs one of them fails or takes one more turn; changing tools rebuilds the cache once.",
    )


def sum_up(one: Attribution) -> Fix:
    """Go on from a summary of the conversation."""
    snippet = (
        'context_management={"edits": [{"type": "compact_20260112"}]}'
        if family(one) == "anthropic"
        else 'summary = ask(history + ["Sum up what matters for the next steps."])\n'
        "history = [history[0], summary, *history[-6:]]"
    )
    return Fix(
        text="Sum the conversation up once it is this long, and go on from the summary.",
        snippet=snippet,
        language="python",
        risk="What the summary leaves out is forgotten. Doing it on every turn breaks the cache and costs more.",
    )


def fewer_tools(one: Attribution) -> Fix:
    """Shorter definitions, or a search for tools where the API has one."""
    if family(one) == "anthropic":
        return Fix(
            text="Shorten the longest descriptions, or let the model search for tools.",
            snippet='{"type": "tool_search_tool_regex_20251119", "name": "search"}  # and defer_loading per tool',
            language="python",
            risk="A shorter description may be understood less well: run your evaluation.",
        )
    return Fix(
        text="Shorten the longest descriptions, and send each agent only the tools of its task.",
        snippet='tools = [tool for tool in tools if tool["name"] in TOOLS_OF[task]]',
        language="python",
        risk="A shorter description may be understood less well: run your evaluation.",
    )


# Above this the providers advise to search for tools instead of sending all (facts, 4.2 b).
MANY_SCHEMA_TOKENS = 10_000
MAX_NAMES = 12


def _listed(names: list[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:MAX_NAMES])
    return "{" + shown + (", ..." if len(names) > MAX_NAMES else "") + "}"
