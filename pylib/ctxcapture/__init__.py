"""ctxcapture: writes logs that whytokens opens, for programs that have none. Standard library only.

    import ctxcapture
    ctxcapture.install()

Every call through httpx or requests to a known API (OpenAI, Anthropic, Google, Mistral and others;
sync, async, streams) is one line of a file in `.ctxcapture/`. Nothing here can break the host: a
mistake of ours is logged once and swallowed.
"""

from __future__ import annotations

from typing import Any

from ctxcapture.context import Components, components, tags

__version__ = "0.1.0"
__all__ = [
    "Components",
    "components",
    "flush",
    "install",
    "record",
    "spending",
    "tags",
    "track",
    "uninstall",
    "wrap",
]


def install(**settings: Any) -> None:
    """Capture every call from now on; `settings` as in `ctxcapture.settings.Settings`.

    Raises TypeError or ValueError for a setting that does not exist; nothing else, ever.
    """
    from ctxcapture import capture, switch
    from ctxcapture.settings import Settings

    capture.configure(Settings(**settings))
    switch.on()


def uninstall() -> None:
    """Stop capturing; what was captured is written."""
    from ctxcapture import capture, switch

    switch.off()
    capture.close()


# What is imported when it is used, so that importing this costs next to nothing.
_LATER = {
    "flush": "capture",
    "record": "recording",
    "spending": "tracking",
    "track": "tracking",
    "wrap": "switch",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'ctxcapture' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"ctxcapture.{_LATER[name]}"), name)
