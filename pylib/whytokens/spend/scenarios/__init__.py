"""Changes a user may try on their own calls, each a function from calls to calls as they would be.

Spec: issue "Spend over time", what-if. What cannot be known from a log is said in `notes`: another model needs an
eval, a shorter memory may need more turns.
"""

from whytokens.spend.scenarios.content import cached, windowed, without_tools
from whytokens.spend.scenarios.limits import answered_before, budgeted, capped
from whytokens.spend.scenarios.models import assets_for, batched, routed
from whytokens.spend.scenarios.rules import Rule, rules
from whytokens.spend.scenarios.scene import Blocked, Change, Scene

__all__ = [
    "Blocked", "Change", "Rule", "Scene", "answered_before", "assets_for", "batched", "budgeted", "cached", "capped",
    "routed", "rules", "windowed", "without_tools",
]  # fmt: skip
