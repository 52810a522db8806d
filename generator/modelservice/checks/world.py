"""Everything a run can see: the resources of a package or a build, and what was generated among them."""

from __future__ import annotations

from itertools import pairwise

from modelservice import workloads
from modelservice.krm import ResourceRef, Result
from modelservice.kubernetes.names import identity, namespace_of
from modelservice.texts import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator
    from typing import Any

    Map = dict[str, Any]
    Reference = tuple[str, str, str]
    Key = tuple[str, str, str]
    """Kind, namespace and name."""

# kind -> where its pod templates are: of the workloads that are generated, and of Kubernetes' others
POD_TEMPLATES: dict[str, tuple[tuple[str, ...], ...]] = {
    **workloads.POD_TEMPLATES,
    **dict.fromkeys(("ReplicaSet", "StatefulSet", "DaemonSet", "Job"), (("spec", "template"),)),
    "CronJob": (("spec", "jobTemplate", "spec", "template"),),
    "Pod": ((),),
}


# The parts of objects that checks look at, as Kubernetes has them: a map with these keys, or any key "*", a list of, or a type.
SCALAR = (str, int, float)
NAMED = {"name": str}
ASKED = {"port": SCALAR}
PROBE = {"grpc": ASKED, "httpGet": ASKED, "tcpSocket": ASKED}
CONTAINER = {
    "name": str,
    "command": [SCALAR],
    "args": [SCALAR],
    "ports": [{"name": SCALAR, "containerPort": SCALAR}],
    "env": [{"name": str, "value": SCALAR, "valueFrom": {"secretKeyRef": NAMED, "configMapKeyRef": NAMED}}],
    "envFrom": [{"secretRef": NAMED, "configMapRef": NAMED}],
    "volumeMounts": [{"name": SCALAR, "mountPath": SCALAR}],
    "resources": {"limits": {"*": SCALAR}},
    "livenessProbe": PROBE,
    "readinessProbe": PROBE,
    "startupProbe": PROBE,
}
POD = {
    "containers": [CONTAINER],
    "initContainers": [CONTAINER],
    "imagePullSecrets": [NAMED],
    "resourceClaims": [{"resourceClaimTemplateName": str}],
    "volumes": [
        {
            "persistentVolumeClaim": {"claimName": str},
            "secret": {"secretName": str},
            "configMap": NAMED,
            "projected": {"sources": [{"secret": NAMED, "configMap": NAMED}]},
        }
    ],
}
METADATA = {"name": str, "namespace": str, "labels": {"*": SCALAR}, "annotations": {"*": SCALAR}}
TEMPLATE = {"metadata": METADATA, "spec": POD}
GROUP = {"leaderTemplate": TEMPLATE, "workerTemplate": TEMPLATE, "volumeClaimTemplates": [{"metadata": METADATA}]}
SHAPE = {
    "kind": str,
    "metadata": METADATA,
    "roleRef": {"kind": str, "name": str},
    "subjects": [{"kind": str, "name": str, "namespace": str}],
    "rules": [{"apiGroups": [SCALAR], "resources": [SCALAR]}],
    "spec": {
        **POD,
        "template": TEMPLATE,
        "jobTemplate": {"spec": {"template": TEMPLATE}},
        "leaderWorkerTemplate": GROUP,
        "roles": [{"name": str, "metadata": METADATA, "spec": {"leaderWorkerTemplate": GROUP}}],
        "selector": {"matchLabels": {"*": SCALAR}},
        "targetPorts": [{"number": SCALAR}],
        "endpointPickerRef": {"name": str, "kind": str, "port": {"number": SCALAR}},
        "rules": [{"backendRefs": [{"kind": str, "name": str, "namespace": str, "port": SCALAR}]}],
        "parentRefs": [{"kind": str, "name": str, "namespace": str}],
        "podMetricsEndpoints": [{"port": SCALAR}],
        "ports": [{"port": SCALAR, "targetPort": SCALAR}],
        "scaleTargetRef": {"kind": str, "name": str},
        "poolRef": {"name": str},
        "targetRef": {"kind": str, "name": str},
        "default": {"config": {"httpHealthCheck": {"port": SCALAR}}},
        "host": SCALAR,
    },
}


# what pods refer to: field of a volume, or of a source of a projected one -> kind, and the field that holds its name
VOLUMES = {
    "persistentVolumeClaim": ("PersistentVolumeClaim", "claimName"),
    "secret": ("Secret", "secretName"),
    "configMap": ("ConfigMap", "name"),
}
PROJECTED = {"secret": ("Secret", "name"), "configMap": ("ConfigMap", "name")}
VARIABLES = {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}
ENVIRONMENTS = {"secretRef": "Secret", "configMapRef": "ConfigMap"}


FOLLOWED = ("internal.config.kubernetes.io/seqindent", "modelservice")  # the note of plugins/kustomize/kustomization.yaml


class Pods:
    """The pods of one template of a workload: their labels, and the template, at ``path`` in the object.

    ``group`` is the leaderWorkerTemplate that it is of; empty where pods have no groups.
    """

    __slots__ = ("_names", "_ports", "group", "labels", "namespace", "path", "template", "workload")

    def __init__(self, workload: Map, path: tuple[str | int, ...], template: Map) -> None:
        self.workload, self.template = workload, template
        self.path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
        self.labels: Map = (template.get("metadata") or {}).get("labels") or {}
        self.namespace = namespace_of(workload)
        self.group: Map = (_at(workload, path[:-1]) or {}) if "leaderWorkerTemplate" in path else {}
        self._ports: set[int] | None = None
        self._names: set[str] | None = None

    def containers(self) -> Iterator[tuple[str, Map]]:
        """The containers and init containers: path in the object, and fields."""
        for kind in ("initContainers", "containers"):
            for index, container in enumerate((self.template.get("spec") or {}).get(kind) or []):
                yield f"{self.path + '.' if self.path else ''}spec.{kind}[{index}]", container

    def ports(self) -> set[int]:
        """The ports that the pods are known to serve: declared by a container, or said by its ``--port``."""
        if self._ports is None:
            self._ports = self._declared_ports()
        return self._ports

    def _declared_ports(self) -> set[int]:
        found: set[int] = set()
        for _, container in self.containers():
            found |= {port["containerPort"] for port in container.get("ports") or [] if isinstance(port.get("containerPort"), int)}
            arguments = [*(container.get("command") or []), *(container.get("args") or [])]
            values = [text.partition("=")[2] for text in arguments if str(text).startswith("--port=")]
            values += [after for before, after in pairwise(arguments) if before == "--port"]
            found |= {number for value in values if (number := whole_number(str(value))) is not None}
        return found

    def references(self) -> Iterator[Reference]:
        """The names of other objects that the pods refer to: where, of what kind, and the name; optional ones are left out."""
        prefix = f"{self.path}.spec" if self.path else "spec"
        spec = self.template.get("spec") or {}
        for index, volume in enumerate(spec.get("volumes") or []):
            yield from _sources(f"{prefix}.volumes[{index}]", volume, VOLUMES)
            for place, source in enumerate((volume.get("projected") or {}).get("sources") or []):
                yield from _sources(f"{prefix}.volumes[{index}].projected.sources[{place}]", source, PROJECTED)
        for index, claim in enumerate(spec.get("resourceClaims") or []):
            if claim.get("resourceClaimTemplateName"):
                field = f"{prefix}.resourceClaims[{index}].resourceClaimTemplateName"
                yield field, "ResourceClaimTemplate", claim["resourceClaimTemplateName"]
        if spec.get("serviceAccountName") not in (None, "", "default"):
            yield f"{prefix}.serviceAccountName", "ServiceAccount", str(spec["serviceAccountName"])
        for index, secret in enumerate(spec.get("imagePullSecrets") or []):
            yield f"{prefix}.imagePullSecrets[{index}].name", "Secret", str(secret.get("name"))
        for path, container in self.containers():
            for index, variable in enumerate(container.get("env") or []):
                yield from _named(f"{path}.env[{index}].valueFrom", variable.get("valueFrom") or {}, VARIABLES)
            for index, source in enumerate(container.get("envFrom") or []):
                yield from _named(f"{path}.envFrom[{index}]", source, ENVIRONMENTS)

    def port_names(self) -> set[str]:
        """The names of the containers' ports."""
        if self._names is None:
            ports = [port for _, container in self.containers() for port in container.get("ports") or []]
            self._names = {str(port["name"]) for port in ports if port.get("name")}
        return self._names


class World:
    """The resources that a run can see; one that is not shaped as Kubernetes has it is left to the API server.

    ``complete``: nothing else is there, so that a reference to what is not among them is worth telling; ``external`` then says what is
    there all the same, as ``Kind/name`` or ``Kind/*``. ``generated`` were made in this run, and are checked with what they are from.
    ``raw`` are all of them, in whatever shape, ``judged`` when each is also looked at for itself; ``kubernetes_version`` is the cluster's,
    where it is known.
    """

    def __init__(
        self,
        objects: Iterable[Any],
        *,
        complete: bool,
        external: Collection[str] = (),
        generated: Iterable[Map] = (),
        kubernetes_version: str | None = None,
        judged: bool = True,
    ) -> None:
        self.raw: list[Map] = [obj for obj in objects if isinstance(obj, dict)]
        self.objects: list[Map] = [obj for obj in self.raw if obj.get("metadata") and _fits(obj, SHAPE)]
        self.complete, self.judged = complete, judged
        self.kubernetes_version = kubernetes_version
        self._external = external
        self._generated = {key_of(obj): obj for obj in generated if obj.get("metadata")}
        self._by_kind: dict[str, list[Map]] = {}
        self._by_name: dict[Key, Map] = {}
        self._by_label: dict[tuple[str, str, str], list[Pods]] = {}
        self._selected: dict[tuple[Any, ...], list[Pods]] = {}
        self._lacking: dict[tuple[Any, ...], list[Pods]] = {}
        for obj in self.objects:
            self._by_kind.setdefault(str(obj.get("kind")), []).append(obj)
            self._by_name.setdefault(key_of(obj), obj)
        for obj in self.objects:  # kustomize renames what refers to an object after all functions: the names that it had count too
            for name in _former(obj, "Names"):
                for namespace in (namespace_of(obj), *_former(obj, "Namespaces")):
                    self._by_name.setdefault((str(obj.get("kind")), namespace, name), obj)
        for obj in self.of("ComputeDomain"):  # whose controller makes this template
            made = _at(obj, ("spec", "channel", "resourceClaimTemplate", "name"))
            self._by_name.setdefault(("ResourceClaimTemplate", namespace_of(obj), str(made)), obj)
        self.pods = [
            Pods(obj, path, template)
            for kind in (*POD_TEMPLATES, workloads.DISAGGREGATED_SET)
            for obj in self.of(kind)
            for path in templates_of(obj)
            if isinstance(template := _at(obj, path), dict)
        ]

    def of(self, kind: str) -> list[Map]:
        """The objects of a kind."""
        return self._by_kind.get(kind, [])

    def find(self, kind: str, name: str, namespace: str) -> Map | None:
        """The object of this kind, name and namespace, or that had them, or that is sure to make it."""
        return self._by_name.get((kind, namespace, name))

    def was_called(self, kind: str, name: str, namespace: str) -> str | None:
        """The name that an object has now which kustomize renamed; None where one is called ``name`` still, or none was."""
        obj = self.find(kind, name, namespace)
        now = str(obj["metadata"].get("name")) if obj is not None and obj.get("kind") == kind else name
        return None if now == name else now

    def follows_names(self) -> bool:
        """Whether kustomize has the configuration of the component plugins/kustomize, which leaves a note on objects."""
        listed = (obj["metadata"].get("annotations") for obj in self.objects)
        return any(isinstance(notes, dict) and notes.get(FOLLOWED[0]) == FOLLOWED[1] for notes in listed)

    def lacks(self, kind: str, name: str, namespace: str) -> bool:
        """Whether an object is certainly not there."""
        known = f"{kind}/{name}" in self._external or f"{kind}/*" in self._external
        return self.complete and not known and self.find(kind, name, namespace) is None

    def has_any(self, kind: str) -> bool:
        """Whether there is an object of a kind here, or one of its kind is declared by name: then the others are meant to be, too."""
        return bool(self.of(kind)) or any(name.startswith(f"{kind}/") for name in self._external)

    def is_generated(self, obj: Map) -> bool:
        """Whether ``obj`` was generated in this run."""
        return self.generated(obj) is not None

    def generated(self, obj: Map) -> Map | None:
        """What was generated in this run as ``obj``, which someone may have edited since."""
        return self._generated.get(key_of(obj))

    def selected(self, selector: Map, namespace: str) -> list[Pods]:
        """The pods in a namespace whose labels hold all of ``selector``; none for an empty one."""
        asked = (namespace, frozenset((key, value.__class__, str(value)) for key, value in selector.items()))
        if asked not in self._selected:
            self._selected[asked] = [pods for pods in self._candidates(selector, namespace) if selector.items() <= pods.labels.items()]
        return self._selected[asked]

    def without_port(self, selector: Map, namespace: str, name: str) -> list[Pods]:
        """Those of the selected pods that have no port of this name."""
        return self._lacking_one(selector, namespace, name, Pods.port_names)

    def not_serving(self, selector: Map, namespace: str, port: Any) -> list[Pods]:
        """Those of the selected pods that are known to serve ports, and not this one."""
        return [pods for pods in self._lacking_one(selector, namespace, port, Pods.ports) if pods.ports()]

    def _lacking_one(self, selector: Map, namespace: str, port: Any, of: Callable[[Pods], set[Any]]) -> list[Pods]:
        selected = self.selected(selector, namespace)
        asked = (id(selected), port, of)
        if asked not in self._lacking:
            self._lacking[asked] = [pods for pods in selected if port not in of(pods)]
        return self._lacking[asked]

    def _candidates(self, selector: Map, namespace: str) -> list[Pods]:
        """The pods that have the rarest label of ``selector``: with thousands of pods, looking at all for each selector takes seconds."""
        if not self._by_label:
            for pods in self.pods:
                for key, value in pods.labels.items():
                    self._by_label.setdefault((pods.namespace, key, str(value)), []).append(pods)
        found = [self._by_label.get((namespace, key, str(value)), []) for key, value in selector.items()]
        return min(found, key=len, default=[])


def key_of(obj: Map) -> Key:
    """Kind, namespace and name of an object, by which others refer to it."""
    _, kind, namespace, name = identity(obj)
    return kind, namespace or "default", name


def and_more(pods: list[Pods]) -> str:
    """What to add to a message about the first of ``pods`` that holds for all of them."""
    more = len({id(one.workload) for one in pods}) - 1
    return f"; and so for {more} more of the workloads that it selects" if more > 0 else ""


def finding(obj: Map, field: str, message: str, severity: str, current: Any = None) -> Result:
    """A result about a field of an object."""
    return Result(message, severity, field=field, current=current, resource=ResourceRef.of(obj))


def _sources(field: str, volume: dict[str, Any], kinds: dict[str, tuple[str, str]]) -> Iterator[Reference]:
    for key, (kind, name) in kinds.items():
        source = volume.get(key) or {}
        if source.get(name) and not source.get("optional"):
            yield f"{field}.{key}.{name}", kind, source[name]


def _named(field: str, source: dict[str, Any], kinds: dict[str, str]) -> Iterator[Reference]:
    for key, kind in kinds.items():
        reference = source.get(key) or {}
        if reference.get("name") and not reference.get("optional"):
            yield f"{field}.{key}.name", kind, reference["name"]


def _former(obj: Map, what: str) -> list[str]:
    """The names or namespaces that kustomize notes an object had."""
    annotations = obj["metadata"].get("annotations")
    noted = annotations.get(f"internal.config.kubernetes.io/previous{what}") if isinstance(annotations, dict) else None
    return noted.split(",") if isinstance(noted, str) else []


def _fits(value: Any, shape: Any) -> bool:
    """Whether ``value`` has the shape, where it is there at all."""
    if value is None:
        return True
    if isinstance(shape, list):
        return isinstance(value, list) and all(item is not None and _fits(item, shape[0]) for item in value)
    if not isinstance(shape, dict):
        return isinstance(value, shape)
    if not isinstance(value, dict):
        return False
    if "*" in shape:
        return all(_fits(below, shape["*"]) for below in value.values())
    return all(_fits(value.get(key), below) for key, below in shape.items())


def templates_of(obj: Map) -> list[tuple[str | int, ...]]:
    """Where the pod templates of a workload are; those of a DisaggregatedSet are those of a LeaderWorkerSet in each role."""
    if obj.get("kind") != workloads.DISAGGREGATED_SET:
        return [*POD_TEMPLATES.get(str(obj.get("kind")), ())]
    roles = _at(obj, ("spec", "roles"))
    places = range(len(roles)) if isinstance(roles, list) else ()
    return [("spec", "roles", place, *path) for place in places for path in workloads.POD_TEMPLATES[workloads.LEADER_WORKER_SET]]


def _at(obj: Map, path: tuple[str | int, ...]) -> Any:
    value: Any = obj
    for key in path:
        if isinstance(key, int):
            value = value[key] if isinstance(value, list) and key < len(value) else None
        else:
            value = value.get(key) if isinstance(value, dict) else None
    return value
