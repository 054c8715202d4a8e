"""`ctxcapture proxy`: the application on uvicorn, on loopback unless told otherwise."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

HINT = "the proxy needs its extra: pip install 'whytokens[proxy]'"


def serve(
    port: int, host: str, upstreams: Mapping[str, str], budgets: Sequence[str], folder: str
) -> int:
    """Serve until interrupted. Raises ValueError for a bad budget or a missing extra."""
    try:
        import uvicorn

        from ctxcapture.proxy.app import Proxy
        from ctxcapture.proxy.ledger import Ledger
        from ctxcapture.proxy.metrics import Metrics
    except ImportError as error:
        raise ValueError(HINT) from error
    from ctxcapture.capture import Capture
    from ctxcapture.proxy.budgets import Budgets, parsed
    from ctxcapture.settings import Settings

    capture = Capture(Settings(folder=folder or None))
    ledger = Ledger(capture, Budgets([parsed(rule) for rule in budgets]), Metrics())
    address = f"http://{host}:{port}"
    sys.stderr.write(
        f"whytokens proxy on {address}, log in {capture.settings.folder}\n"
        f"  ANTHROPIC_BASE_URL={address}   OPENAI_BASE_URL={address}/v1   metrics {address}/metrics\n"
    )
    uvicorn.run(
        Proxy(upstreams, ledger), host=host, port=port, log_level="warning", access_log=False,
        server_header=False, date_header=False, timeout_keep_alive=75,
    )  # fmt: skip
    return 0
