"""Settings of a call that a cached prefix hangs on beside its texts.

Spec: facts, section 3 "Invalidation": Anthropic by level (tools, then system, then messages); OpenAI any
of them; elsewhere a prefix is its rendered tokens.
"""

from __future__ import annotations

from collections.abc import Hashable

from whytokens.attribution.share import Attribution
from whytokens.model import NodeId


def settings(one: Attribution, node: NodeId) -> Hashable:
    """What must be equal in two calls for one to read up to `node` what the other wrote."""
    options, effort = one.call.options, one.call.tags.get("effort")
    if one.call.api.startswith("openai"):
        return (options.hosted, options.structured, options.single_call, effort)
    if not one.call.api.startswith("anthropic"):
        return options.hosted
    trace, head = one.lane.trace, one.lane.head_end(one.call.prompt)
    if node and trace.messages[trace.prompts.messages[node]].role == "tools":
        return ()
    system = (options.hosted, options.citations)
    if node <= head:
        return system
    asked = (options.tool_choice, options.tool_name, options.single_call)
    return (*system, *asked, options.thinking, effort)
