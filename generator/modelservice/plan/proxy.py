"""The routing proxy's arguments (behaviour: Routing proxy)."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FLAGS = {
    "targetPort": "--vllm-port",
    "connector": "--connector",
    "zapDevel": "--zap-devel",
    "zapEncoder": "--zap-encoder",
    "zapLogLevel": "--zap-log-level",
    "zapStacktraceLevel": "--zap-stacktrace-level",
    "zapTimeEncoding": "--zap-time-encoding",
    "secure": "--secure-proxy",
    "prefillerUseTLS": "--prefiller-use-tls",
    "certPath": "--cert-path",
    "debugLevel": "-v",
}


def arguments(routing: dict[str, Any]) -> list[str]:
    """``--port`` and then one ``flag=value`` for each key of ``routing.proxy`` that is there and not null, in a fixed order."""
    proxy = routing.get("proxy") or {}
    given = {flag: proxy[key] for key, flag in FLAGS.items() if proxy.get(key) is not None}
    return [f"--port={routing.get('servicePort')}", *(f"{flag}={_text(value)}" for flag, value in given.items())]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
