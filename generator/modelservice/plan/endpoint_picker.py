"""The endpoint picker's arguments and config, in the words of its version; ``bases/dialects/endpoint-picker.yaml`` says what each has.

The rules are written down (specification: Endpoint pickers).
"""

from __future__ import annotations

from hashlib import sha256

from modelservice import data
from modelservice.krm import write_yaml
from modelservice.plan.images import is_known, name_of, read_version, since, text_of, version_of
from modelservice.plan.proxy import Finding, written
from modelservice.plan.scopes import replacing
from modelservice.template import compile_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.plan.images import Version
    from modelservice.plan.scopes import Scope

    Map = dict[str, Any]

KIND = "EndpointPickerConfig"
FIRST = ("apiVersion", "kind", "name", "pluginRef", "type")  # before the other keys of a map


class Release:
    """A version of the endpoint picker: ``known`` or what the image counts as, and what its ``project`` says."""

    __slots__ = ("known", "project", "says", "version")

    def __init__(self, epp: Map) -> None:
        image = str(epp.get("image") or "")
        projects, name = _dialect()["projects"], name_of(image)
        self.project: Map = _dialect()[projects.get(name) or projects[""]]
        found = read_version(str(epp.get("version") or "")) or version_of(image)
        counts = self.project["counts-as"]
        self.known = found is not None
        self.version: Version = found or since(counts.get(name) or counts[""])
        self.says: Map = {}
        for one in self.project["versions"]:  # what is not said goes on
            if one is self.project["versions"][0] or since(one["since"]) <= self.version:
                self.says = {**self.says, **one}

    def has(self, what: str, name: str) -> bool:
        """Whether the version knows one of the ``flags`` or ``plugins``."""
        return is_known(self.project[what].get(name), self.version)


def parameters(service: Scope, roles: Sequence[Scope]) -> Map:
    """What overlays are filled with: ``args``, ``config`` as text and its digest, ``ports``, API versions and groups, names."""
    spec, namespace = service.parameters, service.parameters["namespace"]
    epp: Map = (spec.get("routing") or {}).get("epp") or {}
    release, name = Release(epp), spec["endpointPicker"]
    flags = {flag.lstrip("-"): value for flag, value in (epp.get("flags") or {}).items()}
    config = write_yaml(config_of(epp, release, roles))
    ports = {port: flags.get(one["flag"]) or one["default"] for port, one in _dialect()["ports"].items()}
    found = {
        "ports": ports,
        "config": config,
        "configDigest": sha256(config.encode()).hexdigest()[:16],
        "watches": release.says["watches"],
        "objective": release.says["objective"],
        "namespace": namespace or "default",
        "clusterRole": f"{namespace}-{name}" if namespace else name,
        "tracing": service.facts["tracing"],
        "leaderElection": service.facts["leaderElection"] or None,
        "env": replacing(epp.get("env") or [], "name") or None,
    }
    said = compile_template(_dialect()["arguments"])({**spec, "epp": found})
    if release.says["metrics"] == "flags":
        said |= _metrics("flags", release, roles)
    said = {flag: value for flag, value in said.items() if release.has("flags", flag)}
    said |= dict(sorted(flags.items()))
    return {**found, "args": [argument for flag, value in said.items() for argument in written(flag, value)]}


def config_of(epp: Map, release: Release, roles: Sequence[Scope]) -> Map:
    """The EndpointPickerConfig: the user's, or one for the roles that there are, and for the metrics of their engine."""
    head = {"apiVersion": release.says["config"], "kind": KIND}
    if own := epp.get("plugins"):
        return {**head, **_ordered(own)}
    config: Map = _dialect()["configs"]["single"]
    before = release.says["before"]
    if is_disaggregated(roles) and before is not None:
        config = _dialect()["configs"]["disaggregated"]
        config = {**config, "plugins": [*before, *config["plugins"]]}
    if release.says["metrics"] == "config" and (engine := engine_of(roles)) not in release.says["engines"][:1]:
        told = _metrics("config", release, roles)
        extractor = {"defaultEngine": engine, **({"engineConfigs": [told]} if told else {})}
        extracting = [{"type": "metrics-data-source"}, {"type": "core-metrics-extractor", "parameters": extractor}]
        config = {**config, "plugins": [*config["plugins"], *extracting]}
    return {**head, **config}


def _ordered(value: Any) -> Any:
    """A config of the user's in one order of keys, whatever kustomize has done to it: the digest of its text is in the pods."""
    if isinstance(value, list):
        return [_ordered(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (key not in FIRST, key))}


def is_disaggregated(roles: Sequence[Scope]) -> bool:
    """Whether decode runs beside prefill."""
    return {"decode", "prefill"} <= {role.name for role in roles if role.parameters["role"].get("replicas") != 0}


def engine_of(roles: Sequence[Scope]) -> str:
    """The engine that the pods of the pool run: that of the first container that serves, by its own command where it brings one."""
    containers = [container for role in roles for container in role.containers if container.facts["serves"]]
    if not containers:
        return "vllm"
    first = containers[0]
    given = first.parameters["container"]
    words = " ".join(map(str, [*(given.get("command") or []), *(given.get("args") or [])]))
    if first.facts["modelCommand"] == "custom":
        for name in data.names("bases", "engines"):
            if any(program in words for program in data.document("bases", "engines", f"{name}.yaml")["programs"]):
                return name
    engine: str = first.facts["engine"]
    return engine


def findings(epp: Map, roles: Sequence[Scope]) -> Iterator[Finding]:
    """What the picker's version does not take of ``routing.epp``."""
    release = Release(epp)
    sure, version = "error" if release.known else "warning", f"version {text_of(release.version)} of the endpoint picker"
    if not release.known:
        told = f"has no version in its tag, and counts as {text_of(release.version)}; routing.epp.version says which it is"
        yield Finding("info", "image", told, epp.get("image"))
    if release.version < since(oldest := release.project["versions"][0]["since"]):
        place = "version" if read_version(str(epp.get("version") or "")) else "image"
        told = f"{version} does not know InferencePools of inference.networking.k8s.io/v1; {oldest} is the first that does"
        yield Finding("error", place, told, epp.get(place))
    for name, value in (epp.get("flags") or {}).items():
        if value is not None and not release.has("flags", name.lstrip("-")):
            yield Finding(sure, f"flags.{name}", f"{version} does not know this flag, and ends at once; leave it out", value)
    own = epp.get("plugins")
    if not own and is_disaggregated(roles) and release.says["before"] is None:
        told = f"{version} has no plugins here for decode beside prefill, and sends requests to either; write routing.epp.plugins"
        yield Finding("warning", "image", told, epp.get("image"))
    if own:
        yield from _wrong_config(own, release, sure, version)


def _wrong_config(config: Map, release: Release, sure: str, version: str) -> Iterator[Finding]:
    """What the picker refuses of a config of the user's."""
    if (api := config.get("apiVersion")) is not None and api not in release.says["accepts"]:
        yield Finding(sure, "plugins.apiVersion", f"{version} does not know it; it takes {', '.join(release.says['accepts'])}", api)
    if config.get("kind", KIND) != KIND:
        yield Finding("error", "plugins.kind", f"must be {KIND}", config["kind"])
    plugins = [one for one in config.get("plugins") or [] if isinstance(one, dict)]
    names = [one.get("name") or one.get("type") for one in plugins]
    for index, plugin in enumerate(plugins):
        if not release.has("plugins", str(plugin.get("type"))):
            yield Finding(sure, f"plugins.plugins[{index}].type", f"{version} has no such plugin, and ends at once", plugin.get("type"))
    for place, profile in enumerate(config.get("schedulingProfiles") or []):
        for index, one in enumerate((profile.get("plugins") if isinstance(profile, dict) else None) or []):
            reference = one.get("pluginRef") if isinstance(one, dict) else None
            if reference not in names:
                told = f"there is no such plugin under plugins, and the picker ends at once; there are: {', '.join(map(str, names))}"
                yield Finding("error", f"plugins.schedulingProfiles[{place}].plugins[{index}].pluginRef", told, reference)


def _metrics(form: str, release: Release, roles: Sequence[Scope]) -> Map:
    """The metrics of the engine, as flags or config; empty for one whose metrics the picker knows."""
    engine = engine_of(roles)
    if engine in release.says["engines"]:
        return {}
    metrics = data.document("bases", "engines", f"{engine}.yaml")["metrics"]
    told: Map = compile_template(_dialect()["metrics"][form])({"engine": engine, "metrics": metrics})
    return told


def _dialect() -> Map:
    dialect: Map = data.document("bases", "dialects", "endpoint-picker.yaml")
    return dialect
