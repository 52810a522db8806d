"""What is fetched before an engine starts, and LoRA adapters; their containers and volumes stand in ``bases/artifacts``.

The rules are written down (specification: Model storage, Compiled parts and adapters).
"""

from __future__ import annotations

from modelservice import data
from modelservice.kubernetes.newer import numbers
from modelservice.kubernetes.types import table
from modelservice.plan import artifacts
from modelservice.template import compile_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from modelservice.plan.problems import Problems

    Map = dict[str, Any]

LORA = "spec.modelArtifacts.lora"
STORAGE = "model-storage"  # the model's own volume
KEYS = {"endpoint": "AWS_ENDPOINT_URL", "region": "AWS_REGION"}  # of modelArtifacts.s3, as the fetching image reads them


def image_volumes(version: str | None) -> bool:
    """Whether a cluster has image volumes unless told otherwise; one of which nobody says the version has."""
    _, on, _ = table("gates.json")["Volume"]["image"]
    found = numbers(version)
    return found is None or found >= (numbers(on) or found)


def container(artifact: Map, given: Map, name: str, volume: str, mount: str) -> Map:
    """The init container that fetches ``artifact``, as ``read_uri`` found it, into ``volume``; ``given`` is modelArtifacts."""
    said, inside = given.get("s3") or {}, str(given.get("path") or "").strip("/") if volume == STORAGE else ""
    secret = said.get("secretName")
    filled: Map = compile_template(data.document("bases", "artifacts", f"{artifact['scheme']}.yaml"))(
        {
            **artifact,
            "name": name,
            "volume": volume,
            "mountPath": mount,
            "target": f"{mount}/{inside}" if inside and artifact["scheme"] == "oci" else mount,
            "source": artifact.get("source") or (f"/{inside}" if inside else _known()["folder"]),
            "image": said.get("image") or _known()["fetcher"],
            "env": [{"name": variable, "value": said[key]} for key, variable in KEYS.items() if said.get(key)] or None,
            "envFrom": [{"secretRef": {"name": secret}}] if secret else None,
        }
    )
    return filled


def adapters(given: Map, *, images: bool, problems: Problems) -> Map:
    """The LoRA adapters of modelArtifacts: ``words`` for the engine; ``volumes``, ``mounts`` and ``containers`` of the pod; None for none.

    ``images``: the cluster has image volumes.
    """
    found: Map = {"words": [], "volumes": [], "mounts": [], "containers": []}
    for index, one in enumerate(given["lora"]):
        if not {"name", "uri"} <= one.keys():  # what is wrong was told, and left out
            continue
        mount, volume = f"{_known()['mounts']}/{one['name']}", f"adapter-{index}"
        if any(one["name"] == other.get("name") for other in given["lora"][:index]):
            problems.error(f"{LORA}[{index}].name", "another adapter is called so; requests ask for an adapter by its name", one["name"])
        artifact = artifacts.read_uri({**one, "mountPath": mount}, problems, f"{LORA}[{index}].uri", artifacts.ADAPTER_FORMS)
        scheme = artifact["scheme"]
        found["words"].append(f"{one['name']}={artifact['model']}")
        if scheme in ("hf", artifacts.UNKNOWN["scheme"]):
            continue
        fetched = scheme == "s3" or (scheme == "oci" and not images)
        source = compile_template(_known()["fetched" if fetched else scheme])(artifact)
        found["volumes"].append({"name": volume, **source})
        found["mounts"].append({"name": volume, "mountPath": mount, "readOnly": True})
        if fetched:
            found["containers"].append(container(artifact, given, f"fetch-{volume}", volume, mount))
    return {key: items or None for key, items in found.items()}


def _known() -> Map:
    known: Map = data.document("bases", "artifacts", "adapters.yaml")
    return known
