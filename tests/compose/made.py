"""What tests of the output ask for: a ModelService made, and the parts of what it became by name."""

from __future__ import annotations

from typing import Any

from modelservice.generate import Generated, generate

Map = dict[str, Any]

API_VERSION = "modelservice.llm-d.ai/v1alpha1"
WORKLOADS = ("Deployment", "LeaderWorkerSet", "ReplicaSet")
MODEL = "meta/llama-8b"


def document(spec: Map | None = None, name: str = "llama", namespace: str | None = None) -> Map:
    """Return a ModelService; its model has a name unless ``spec`` says something of modelArtifacts.name."""
    spec = dict(spec or {})
    artifacts = spec.get("modelArtifacts", {})
    if isinstance(artifacts, dict):
        spec["modelArtifacts"] = {"name": MODEL, **artifacts}
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": API_VERSION, "kind": "ModelService", "metadata": metadata, "spec": spec}


def overlay(*patches: Map, name: str = "own", meant_for: Map | None = None, **spec: Any) -> Map:
    """Return an Overlay with these patches; ``meant_for`` is its ``for``, which Python keeps for itself."""
    body = {**spec, **({"for": meant_for} if meant_for else {}), **({"patches": list(patches)} if patches else {})}
    return {"apiVersion": API_VERSION, "kind": "Overlay", "metadata": {"name": name}, "spec": body}


def make(spec: Map | None = None, *, name: str = "llama", namespace: str | None = None, overlays: tuple[Map, ...] = ()) -> Made:
    """Generate one ModelService."""
    return Made(generate([document(spec, name, namespace)], overlays)[0])


class Made:
    """What one ModelService became."""

    def __init__(self, generated: Generated) -> None:
        self.generated = generated

    @property
    def errors(self) -> list[str]:
        """The errors, each as ``field: message``."""
        return self.told("error")

    @property
    def warnings(self) -> list[str]:
        """The warnings, without those of images by the tag latest, which the defaults give."""
        return self.told("warning", without=("image-tag",))

    def told(self, severity: str, without: tuple[str, ...] = ()) -> list[str]:
        """The results of a severity, each as ``field: message``, without those of some checks."""
        return [
            f"{result.field}: {result.message}"
            for result in self.generated.results
            if result.severity == severity and (result.tags or {}).get("check") not in without
        ]

    def found(self, check: str) -> list[tuple[str, str, str]]:
        """The severity, field and message of what a check found."""
        return [(result.severity, result.field, result.message) for result in self.generated.results if result.tags == {"check": check}]

    @property
    def objects(self) -> list[Map]:
        """The objects; there must be no error."""
        assert not self.generated.failed, self.errors
        return self.generated.objects

    def kinds(self) -> list[str]:
        """The kinds of the objects, in their order."""
        return [obj["kind"] for obj in self.objects]

    def one(self, kind: str) -> Map:
        """The only object of a kind."""
        found = [obj for obj in self.objects if obj["kind"] == kind]
        assert len(found) == 1, f"{len(found)} objects of kind {kind}; there are {self.kinds()}"
        return found[0]

    def workload(self, role: str = "decode") -> Map:
        """The workload of a role."""
        found = [obj for obj in self.objects if obj["kind"] in WORKLOADS and obj["metadata"]["name"].endswith(f"-{role}")]
        assert len(found) == 1, f"{len(found)} workloads of role {role}; there are {self.kinds()}"
        return found[0]

    def template(self, role: str = "decode") -> Map:
        """The pod template of a role's workload; of a group that tells them apart, the leader's."""
        spec = self.workload(role)["spec"]
        group = spec.get("leaderWorkerTemplate", {})
        template: Map = group.get("leaderTemplate") or group.get("workerTemplate") or spec["template"]
        return template

    def pod(self, role: str = "decode") -> Map:
        """The spec of a role's pods."""
        spec: Map = self.template(role)["spec"]
        return spec

    def container(self, role: str = "decode", index: int = 0) -> Map:
        """An engine container of a role."""
        container: Map = self.pod(role)["containers"][index]
        return container

    def proxy(self) -> Map:
        """The routing proxy of the decode pods, which is their first init container."""
        proxy: Map = self.pod()["initContainers"][0]
        assert proxy["name"] == "routing-proxy"
        return proxy

    def variables(self, role: str = "decode", index: int = 0) -> Map:
        """The environment of an engine container: each variable's value, or where it comes from."""
        listed = self.container(role, index).get("env", [])
        found = {item["name"]: item["value"] if "value" in item else item.get("valueFrom") for item in listed}
        assert len(found) == len(listed), f"a variable is there twice: {listed}"
        return found

    def volume(self, name: str, role: str = "decode") -> Map | None:
        """A volume of a role's pods, None if there is none of that name."""
        found = [volume for volume in self.pod(role).get("volumes", []) if volume["name"] == name]
        assert len(found) < 2, f"there are {len(found)} volumes {name}"
        return found[0] if found else None

    def mounts(self, role: str = "decode", index: int = 0) -> Map:
        """The volume mounts of an engine container by their path."""
        listed = self.container(role, index).get("volumeMounts", [])
        found = {mount["mountPath"]: mount for mount in listed}
        assert len(found) == len(listed), f"a path is mounted twice: {listed}"
        return found


def engine(**fields: Any) -> Map:
    """Return an engine container for a spec: the given fields, a name, a pinned image, and no word left out of what a profile's has."""
    said = {} if fields.get("command") else {"modelCommand": "imageDefault"}
    return {"name": "engine", "image": "registry.example/engine:1.0", **said, "mountModelVolume": False, **fields}


def decode(**fields: Any) -> Map:
    """Return a spec whose decode role has one engine container with these fields, with its proxy image pinned."""
    return {"decode": {"containers": [engine(**fields)]}}
