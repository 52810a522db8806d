"""ConfigMaps and Secrets."""

from __future__ import annotations

from modelservice.kubernetes import names
from modelservice.kubernetes.limits import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from modelservice.kubernetes.rules import Map, Mistakes

LARGEST = 1024 * 1024  # bytes
# type of a Secret -> keys it needs
NEEDED = {
    "kubernetes.io/dockercfg": (".dockercfg",),
    "kubernetes.io/dockerconfigjson": (".dockerconfigjson",),
    "kubernetes.io/ssh-auth": ("ssh-privatekey",),
    "kubernetes.io/tls": ("tls.crt", "tls.key"),
}


def config_map(value: Map) -> Mistakes:
    """Mistakes of the keys and the size of a ConfigMap."""
    data, binary = value.get("data") or {}, value.get("binaryData") or {}
    yield from _keys(data, "data")
    yield from _keys(binary, "binaryData")
    for key in data.keys() & binary.keys():
        yield ("data", key), "is there in binaryData, too; must be in one of them"
    size = sum(len(text.encode(errors="surrogatepass")) for text in data.values()) + sum(map(_decoded, binary.values()))
    yield from _size(size, ("data",))


def secret(value: Map) -> Mistakes:
    """Mistakes of the keys and the size of a Secret, and of what its type needs."""
    data, texts = value.get("data") or {}, value.get("stringData") or {}
    yield from _keys(data, "data")
    yield from _keys(texts, "stringData")
    kind = value.get("type", "")
    for key in NEEDED.get(kind, ()):
        if key not in data and key not in texts:
            yield ("data", key), f"is missing; a Secret of the type {kind} needs it"
    if kind == "kubernetes.io/basic-auth" and not {"username", "password"} & {*data, *texts}:
        yield ("data", "username"), f"is missing; a Secret of the type {kind} needs it, or password"
    annotations = (value.get("metadata") or {}).get("annotations") or {}
    if kind == "kubernetes.io/service-account-token" and not annotations.get("kubernetes.io/service-account.name"):
        yield ("metadata", "annotations", "kubernetes.io/service-account.name"), f"is missing; a Secret of the type {kind} needs it"
    size = sum(_decoded(text) for key, text in data.items() if key not in texts) + sum(
        len(text.encode(errors="surrogatepass")) for text in texts.values()
    )
    yield from _size(size, ("data",))


def _keys(data: Map, field: str) -> Mistakes:
    for key in data:
        if not names.is_config_key(key):
            yield (field, key), f"has the key {quoted(key)}; must be {names.WHAT[names.is_config_key]}"


def _decoded(text: str) -> int:
    """How many bytes a text in base64 stands for."""
    return len(text.rstrip("=")) * 3 // 4


def _size(size: int, path: tuple[str, ...]) -> Mistakes:
    if size > LARGEST:
        yield path, f"has {size} bytes; must have at most {LARGEST}"
