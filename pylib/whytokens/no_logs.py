"""Files that people take for logs of calls: reports of cost, request logs without tokens. What to export instead.

Spec: each provider's documentation of the export, named in its line.
"""

from __future__ import annotations

# Names that a file has all of, and what to say of it.
_KNOWN: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset(("amount_value", "line_item")),
     "It is OpenAI's cost export: dollars by line item, without tokens. Export Usage instead, grouped by model."),
    (frozenset(("amount", "line_item", "results")),
     "It is OpenAI's costs API: dollars by line item, without tokens. "
     "Save GET /v1/organization/usage/completions?group_by=model instead."),
    (frozenset(("usage_date_utc", "token_type", "cost_usd")),
     "It is Anthropic's cost export: dollars by kind of token, without counts. Export Usage instead."),
    (frozenset(("cost_type", "token_type", "amount", "currency")),
     "It is Anthropic's cost report: dollars by kind of token, without counts. "
     "Save GET /v1/organizations/usage_report/messages?group_by[]=model instead."),
    (frozenset(("MeterCategory", "MeterName")),
     "It is a cost export of Azure: amounts by meter, without calls. "
     "Export ApiManagementGatewayLlmLog, or spans of OpenTelemetry out of Application Insights."),
    (frozenset(("lineItem/UsageType",)),
     "It is a cost and usage report of AWS: amounts by usage type, without calls. "
     "Turn on Bedrock's model invocation logging and drop its files."),
    (frozenset(("category", "operationName", "resourceId", "properties")),
     "It is a diagnostic log of Azure: requests without tokens and texts. "
     "Export ApiManagementGatewayLlmLog, or spans of OpenTelemetry out of Application Insights."),
)  # fmt: skip


def told(names: frozenset[str]) -> str | None:
    """What the file with these names is; None for any other."""
    return next((said for marks, said in _KNOWN if marks <= names), None)
