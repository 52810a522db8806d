"""Where the model comes from: the URI schemes, and what each means for storage and for the engine's MODEL argument.

The rules are written down (specification: Model URIs, Compiled parts and adapters).
"""

from __future__ import annotations

from functools import partial

from modelservice.texts import shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from modelservice.plan.problems import Problems

URI = "spec.modelArtifacts.uri"
COMPILED = "spec.modelArtifacts.compiled"
COMPILED_FORMS = {"pvc": "pvc://CLAIM/PATH", "oci": "oci://REFERENCE"}
UNKNOWN: dict[str, Any] = {"scheme": "unknown", "model": ""}
FORMS = "hf://NAMESPACE/MODEL, pvc://CLAIM/PATH, pvc+hf://CLAIM/PATH/NAMESPACE/MODEL, oci://REFERENCE or s3://BUCKET/PATH"
ADAPTER_FORMS = "hf://NAMESPACE/ADAPTER, pvc://CLAIM/PATH, oci://REFERENCE or s3://BUCKET/PATH"


def read_uri(
    artifacts: dict[str, Any], problems: Problems, field: str = URI, forms: str = FORMS, *, trimmed: bool = False
) -> dict[str, Any]:
    """What ``modelArtifacts`` says: its scheme and model, and claim, hubCache, reference, pullPolicy or source as the scheme has them.

    ``field`` is where the URI stands, ``forms`` are those that it may have. ``trimmed`` takes a slash off the end of mountPath where a path
    follows.
    """
    uri = artifacts.get("uri") or ""
    scheme, separator, rest = uri.partition("://")
    reader = READERS.get(scheme) if separator else None
    if reader is None or f"{scheme}://" not in forms:
        problems.error(field, f"is {shown(uri)}; must be one of {forms}", uri)
        return UNKNOWN
    if trimmed:
        artifacts = {**artifacts, "mountPath": _mount_path(artifacts).removesuffix("/")}
    return {"scheme": scheme, **reader(rest, artifacts, partial(problems.error, field))}


def _hugging_face(rest: str, artifacts: dict[str, Any], wrong: Callable[..., None]) -> dict[str, Any]:
    model = rest[1:-1] if len(rest) > 1 and rest[0] == rest[-1] == '"' else rest  # hf://"NS/ID" occurs in real files
    if not model:
        wrong("names no model; write hf://NAMESPACE/MODEL", artifacts.get("uri"))
    return {"model": model}


def _claim(rest: str, artifacts: dict[str, Any], wrong: Callable[..., None]) -> dict[str, Any]:
    claim, _, path = rest.partition("/")
    if not claim:
        wrong("names no claim; write pvc://CLAIM/PATH", artifacts.get("uri"))
    mount = _mount_path(artifacts)
    return {"claim": claim, "model": f"{mount}/{path}" if path else mount}


def _hugging_face_cache(rest: str, artifacts: dict[str, Any], wrong: Callable[..., None]) -> dict[str, Any]:
    claim, *segments = rest.split("/")
    if not claim or len(segments) < 2 or not all(segments[-2:]):
        wrong("must name claim and model; write pvc+hf://CLAIM/PATH/NAMESPACE/MODEL", artifacts.get("uri"))
    return {
        "claim": claim,
        "model": "/".join(segments[-2:]),
        "hubCache": "/".join([_mount_path(artifacts), *segments[:-2]]),
    }


def _image(rest: str, artifacts: dict[str, Any], wrong: Callable[..., None]) -> dict[str, Any]:
    if not rest:
        wrong("names no artifact; write oci://REGISTRY/REPOSITORY:TAG", artifacts.get("uri"))
    path = artifacts.get("path")
    mount = _mount_path(artifacts)
    return {
        "reference": rest,
        "model": f"{mount}/{path.lstrip('/')}" if path else mount,
        "pullPolicy": artifacts.get("imagePullPolicy") or "Always",
    }


def _bucket(rest: str, artifacts: dict[str, Any], wrong: Callable[..., None]) -> dict[str, Any]:
    bucket, _, path = rest.partition("/")
    if not bucket or not path.strip("/"):
        wrong("must name bucket and folder; write s3://BUCKET/PATH", artifacts.get("uri"))
    return {"source": f"s3://{rest}", "model": _mount_path(artifacts)}


def read_compiled(artifacts: dict[str, Any], problems: Problems) -> dict[str, Any]:
    """The part of the model that is compiled for its devices: scheme, source (claim or reference), ``mountPath``, ``file``; empty for none.

    It has a volume of its own, beside the model's: within one that is read-only, nothing can be mounted.
    """
    uri = artifacts.get("compiled")
    if not uri:
        return {}
    scheme, _, rest = uri.partition("://")
    mount = f"{_mount_path(artifacts).rstrip('/')}-compiled"
    source, _, path = rest.partition("/") if scheme == "pvc" else (rest, "", artifacts.get("compiledPath") or "")
    form = COMPILED_FORMS.get(scheme)
    if form is None:
        problems.error(COMPILED, f"is {shown(uri)}; must be {' or '.join(COMPILED_FORMS.values())}, which can be mounted", uri)
    elif not source:
        problems.error(COMPILED, f"names no {'claim' if scheme == 'pvc' else 'artifact'}; write {form}", uri)
    elif not path.strip("/") and scheme == "pvc":
        problems.error(COMPILED, f"names no file; write {form}", uri)
    elif not path.strip("/"):
        problems.error(f"{COMPILED}Path", "missing; give the file inside the artifact", uri)
    return {
        "scheme": scheme,
        "source": source,
        "mountPath": mount,
        "file": f"{mount}/{path.lstrip('/')}",
        "pullPolicy": artifacts.get("imagePullPolicy") or "Always",
    }


def _mount_path(artifacts: dict[str, Any]) -> str:
    return str(artifacts.get("mountPath") or "")


READERS = {"hf": _hugging_face, "pvc": _claim, "pvc+hf": _hugging_face_cache, "oci": _image, "s3": _bucket}
