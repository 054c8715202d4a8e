"""The one explicit list of everything pluggable, in the order it is asked."""

from __future__ import annotations

from whytokens.detectors import Detector
from whytokens.detectors.agent_loops import AGENT_LOOPS
from whytokens.detectors.batchable import BATCHABLE
from whytokens.detectors.binary_text import BINARY_TEXT
from whytokens.detectors.cache_buster import CACHE_BUSTER
from whytokens.detectors.cut_off_answers import CUT_OFF_ANSWERS
from whytokens.detectors.dead_writes import DEAD_WRITES
from whytokens.detectors.duplicates import DUPLICATES
from whytokens.detectors.fan_out import FAN_OUT
from whytokens.detectors.history_growth import HISTORY_GROWTH
from whytokens.detectors.idle_rebuilds import IDLE_REBUILDS
from whytokens.detectors.json_whitespace import JSON_WHITESPACE
from whytokens.detectors.near_duplicates import NEAR_DUPLICATES
from whytokens.detectors.never_called_tools import NEVER_CALLED_TOOLS
from whytokens.detectors.old_thinking import OLD_THINKING
from whytokens.detectors.overlong_entries import OVERLONG_ENTRIES
from whytokens.detectors.rereads import REREADS
from whytokens.detectors.retries import RETRIES
from whytokens.detectors.stale_results import STALE_RESULTS
from whytokens.detectors.stored_prefix import STORED_PREFIX
from whytokens.detectors.superseded_reads import SUPERSEDED_READS
from whytokens.detectors.uncached_prefix import UNCACHED_PREFIX
from whytokens.detectors.unused_chunks import UNUSED_CHUNKS
from whytokens.detectors.verbose_schemas import VERBOSE_SCHEMAS
from whytokens.exporters import Exporter
from whytokens.exporters.calls import CALLS_CSV, CALLS_JSONL
from whytokens.exporters.folded import FOLDED
from whytokens.exporters.html import HTML
from whytokens.exporters.markdown import MARKDOWN
from whytokens.exporters.pprof import PPROF
from whytokens.exporters.report_json import REPORT_JSON
from whytokens.exporters.shape import SHAPE as SHAPE_FILE
from whytokens.exporters.shape import SHAPE_NAMES
from whytokens.exporters.speedscope import SPEEDSCOPE
from whytokens.exporters.svg import SVG
from whytokens.exporters.table_csv import TABLE_CSV
from whytokens.importers import Importer
from whytokens.importers.aider_analytics import AIDER_ANALYTICS
from whytokens.importers.aider_history import AIDER_HISTORY
from whytokens.importers.aider_requests import AIDER_REQUESTS
from whytokens.importers.amp import AMP
from whytokens.importers.anthropic_usage import ANTHROPIC_USAGE
from whytokens.importers.apis import BODIES
from whytokens.importers.atif import ATIF
from whytokens.importers.autogen import AUTOGEN
from whytokens.importers.batch import BATCH
from whytokens.importers.bedrock_invocations import BEDROCK_INVOCATIONS
from whytokens.importers.braintrust import BRAINTRUST
from whytokens.importers.ccusage import CCUSAGE
from whytokens.importers.chatgpt_export import CHATGPT_EXPORT
from whytokens.importers.claude_code import CLAUDE_CODE
from whytokens.importers.claude_code_output import CLAUDE_CODE_OUTPUT
from whytokens.importers.claude_export import CLAUDE_EXPORT
from whytokens.importers.cline import CLINE
from whytokens.importers.cloudflare_gateway import CLOUDFLARE_GATEWAY
from whytokens.importers.codex import CODEX
from whytokens.importers.continue_dev import CONTINUE
from whytokens.importers.copilot_chat import COPILOT_CHAT
from whytokens.importers.copilot_cli import COPILOT_CLI
from whytokens.importers.crush import CRUSH
from whytokens.importers.cursor_chats import CURSOR_CHATS
from whytokens.importers.cursor_cli import CURSOR_CLI
from whytokens.importers.cursor_transcript import CURSOR_TRANSCRIPT
from whytokens.importers.cursor_usage import CURSOR_USAGE
from whytokens.importers.datadog import DATADOG
from whytokens.importers.debug_log import DEBUG_LOG
from whytokens.importers.droid import DROID
from whytokens.importers.fine_tuning import FINE_TUNING
from whytokens.importers.flat_rows import FLAT_ROWS
from whytokens.importers.galileo import GALILEO
from whytokens.importers.gemini_cli import GEMINI_CLI
from whytokens.importers.gemini_cli_output import GEMINI_CLI_OUTPUT
from whytokens.importers.gemini_cli_stream import GEMINI_CLI_STREAM
from whytokens.importers.gemini_cli_telemetry import GEMINI_CLI_TELEMETRY
from whytokens.importers.generic import GENERIC
from whytokens.importers.goose import GOOSE
from whytokens.importers.goose_files import GOOSE_FILES
from whytokens.importers.har import HAR
from whytokens.importers.helicone import HELICONE
from whytokens.importers.honeyhive import HONEYHIVE
from whytokens.importers.inspect_eval import INSPECT_EVAL
from whytokens.importers.kimi import KIMI
from whytokens.importers.kong import KONG
from whytokens.importers.langfuse import LANGFUSE
from whytokens.importers.langsmith import LANGSMITH
from whytokens.importers.litellm import LITELLM
from whytokens.importers.llm_logs import LLM_LOGS
from whytokens.importers.llm_spend import LLM_SPEND
from whytokens.importers.llmprof import LLMPROF
from whytokens.importers.mlflow import MLFLOW
from whytokens.importers.newrelic import NEWRELIC
from whytokens.importers.openai_agents import OPENAI_AGENTS
from whytokens.importers.openai_usage import OPENAI_USAGE
from whytokens.importers.opencode import OPENCODE
from whytokens.importers.openhands import OPENHANDS
from whytokens.importers.openrouter import OPENROUTER
from whytokens.importers.opik import OPIK
from whytokens.importers.otel import AI_SDK, CTXCAPTURE, LOGFIRE, OPENINFERENCE, OTEL
from whytokens.importers.otel_metrics import OTEL_METRICS
from whytokens.importers.pasted_command import PASTED_COMMAND
from whytokens.importers.pasted_python import PASTED_PYTHON
from whytokens.importers.pasted_script import PASTED_SCRIPT
from whytokens.importers.phoenix_database import PHOENIX_DATABASE
from whytokens.importers.pi_agent import PI_AGENT
from whytokens.importers.portkey import PORTKEY
from whytokens.importers.posthog import POSTHOG
from whytokens.importers.promptfoo import PROMPTFOO
from whytokens.importers.promptlayer import PROMPTLAYER
from whytokens.importers.pydantic_ai import PYDANTIC_AI
from whytokens.importers.qwen_code import QWEN_CODE
from whytokens.importers.smolagents import SMOLAGENTS
from whytokens.importers.specstory import SPECSTORY
from whytokens.importers.swe_agent import SWE_AGENT
from whytokens.importers.vcr import VCR
from whytokens.importers.vertex_logs import VERTEX_LOGS
from whytokens.importers.weave import WEAVE
from whytokens.importers.whytokens_shape import WHYTOKENS_SHAPE
from whytokens.importers.zed import ZED
from whytokens.layouts import Layout
from whytokens.layouts.in_order import IN_ORDER
from whytokens.layouts.merged import MERGED, UNFOLDED
from whytokens.prices import PriceSource
from whytokens.spend.agents import AGENTS
from whytokens.spend.ahead import FORECAST
from whytokens.spend.benchmarks import BENCHMARKS
from whytokens.spend.chargeback import CHARGEBACK, LEADERBOARD
from whytokens.spend.efficiency import EFFICIENCY
from whytokens.spend.overview import OVERVIEW
from whytokens.spend.tables import Table
from whytokens.spend.units import UNITS
from whytokens.spend.whatif import WHAT_IF
from whytokens.spend.workflows import WORKFLOWS
from whytokens.templates.known import TEMPLATES as TEMPLATES
from whytokens.tokenizers.known import TOKENIZERS as TOKENIZERS

# Most specific marks first; the generic test of roles and content last.
IMPORTERS: tuple[Importer, ...] = (
    CLAUDE_CODE,
    CURSOR_CLI,
    CLAUDE_CODE_OUTPUT,
    CODEX,
    GEMINI_CLI,
    GEMINI_CLI_OUTPUT,
    GEMINI_CLI_STREAM,
    GEMINI_CLI_TELEMETRY,
    QWEN_CODE,
    COPILOT_CLI,
    KIMI,
    AMP,
    PI_AGENT,
    DROID,
    GOOSE,
    GOOSE_FILES,
    CRUSH,
    ZED,
    CONTINUE,
    AIDER_ANALYTICS,
    ATIF,
    SWE_AGENT,
    OPENHANDS,
    CLINE,
    COPILOT_CHAT,
    INSPECT_EVAL,
    OPENCODE,
    PHOENIX_DATABASE,
    LLMPROF,
    LLM_SPEND,
    LLM_LOGS,
    CURSOR_CHATS,
    CHATGPT_EXPORT,
    CLAUDE_EXPORT,
    SPECSTORY,
    AIDER_HISTORY,
    AIDER_REQUESTS,
    CURSOR_TRANSCRIPT,
    PYDANTIC_AI,
    OPENAI_AGENTS,
    SMOLAGENTS,
    AUTOGEN,
    DEBUG_LOG,
    PASTED_COMMAND,
    LANGFUSE,
    LANGSMITH,
    LITELLM,
    BRAINTRUST,
    MLFLOW,
    HELICONE,
    WEAVE,
    PORTKEY,
    DATADOG,
    PROMPTLAYER,
    PROMPTFOO,
    OPENROUTER,
    BEDROCK_INVOCATIONS,
    VERTEX_LOGS,
    CLOUDFLARE_GATEWAY,
    KONG,
    OPIK,
    POSTHOG,
    HONEYHIVE,
    GALILEO,
    NEWRELIC,
    CTXCAPTURE,
    AI_SDK,
    OPENINFERENCE,
    LOGFIRE,
    OTEL,
    OTEL_METRICS,
    HAR,
    VCR,
    BATCH,
    FINE_TUNING,
    OPENAI_USAGE,
    ANTHROPIC_USAGE,
    CURSOR_USAGE,
    CCUSAGE,
    FLAT_ROWS,
    PASTED_PYTHON,
    PASTED_SCRIPT,
    *BODIES,
    WHYTOKENS_SHAPE,
    GENERIC,
)
# In the order in which they take what they find: whole calls, then caches, then content (exact copies
# before near ones), then advice.
DETECTORS: tuple[Detector, ...] = (
    RETRIES,
    CUT_OFF_ANSWERS,
    AGENT_LOOPS,
    UNCACHED_PREFIX,
    STORED_PREFIX,
    IDLE_REBUILDS,
    OVERLONG_ENTRIES,
    DEAD_WRITES,
    FAN_OUT,
    CACHE_BUSTER,
    NEVER_CALLED_TOOLS,
    REREADS,
    DUPLICATES,
    SUPERSEDED_READS,
    NEAR_DUPLICATES,
    STALE_RESULTS,
    OLD_THINKING,
    BINARY_TEXT,
    JSON_WHITESPACE,
    UNUSED_CHUNKS,
    VERBOSE_SCHEMAS,
    HISTORY_GROWTH,
    BATCHABLE,
)
# Of plug-ins alone: ours is the snapshot (`prices.engine.standard`). The first that prices a model does.
PRICES: tuple[PriceSource, ...] = ()
LAYOUTS: tuple[Layout, ...] = (MERGED, UNFOLDED, IN_ORDER)
EXPORTERS: tuple[Exporter, ...] = (
    SVG,
    HTML,
    TABLE_CSV,
    CALLS_CSV,
    CALLS_JSONL,
    REPORT_JSON,
    MARKDOWN,
    SPEEDSCOPE,
    PPROF,
    FOLDED,
    SHAPE_FILE,
    SHAPE_NAMES,
)
SPEND: tuple[Table, ...] = (
    OVERVIEW,
    WORKFLOWS,
    CHARGEBACK,
    LEADERBOARD,
    EFFICIENCY,
    BENCHMARKS,
    WHAT_IF,
    FORECAST,
    UNITS,
    AGENTS,
)
