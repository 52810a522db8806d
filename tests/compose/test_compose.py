"""Bases and overlays put together: the order of the layers, the targets of patches, what is told when one does not fit."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from tests.compose.made import Made, decode, document, engine, make, overlay
from tests.compose.samples import SAMPLES

from modelservice import data
from modelservice.generate import generate

Map = dict[str, Any]

SHM = "/dev/shm"  # noqa: S108  the path in containers


def pod_overlay(**spec: Any) -> Map:
    """Return an overlay that patches the spec of pods."""
    return overlay({"target": "pod", "patch": {"spec": spec}})


def container_overlay(**fields: Any) -> Map:
    """Return an overlay that patches engine containers."""
    return overlay({"target": "container", "patch": fields})


# Layers: base < profile's fields < automatic < presets < own overlays < own fields < extraConfig (specification: Order of layers)


def test_presets_come_after_automatic_overlays() -> None:
    """A preset can change what is generated."""
    made = make({"presets": ["hardened"]})
    assert made.proxy()["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert made.proxy()["securityContext"]["runAsNonRoot"] is True


def test_own_overlays_come_after_presets() -> None:
    """The user's overlay wins over a preset that was named."""
    made = make({"presets": ["graceful-shutdown"], "overlays": [pod_overlay(terminationGracePeriodSeconds=70)]})
    assert made.pod()["terminationGracePeriodSeconds"] == 70


def test_own_overlays_apply_in_their_order_and_given_ones_last() -> None:
    """Of inline overlays the later wins, and those from the command line come after them."""
    first, second, given_overlay = (pod_overlay(terminationGracePeriodSeconds=seconds) for seconds in (1, 2, 3))
    assert make({"overlays": [first, second]}).pod()["terminationGracePeriodSeconds"] == 2
    assert make({"overlays": [first]}, overlays=(given_overlay,)).pod()["terminationGracePeriodSeconds"] == 3
    assert make({}, overlays=(first, given_overlay)).pod()["terminationGracePeriodSeconds"] == 3


def test_own_fields_win_over_every_overlay() -> None:
    """What the user writes in the spec is above presets and overlays, inline and given (specification: Order of layers)."""
    seconds = {"terminationGracePeriodSeconds": 50}
    made = make(
        {"presets": ["graceful-shutdown"], "overlays": [pod_overlay(terminationGracePeriodSeconds=1)], "decode": seconds},
        overlays=(pod_overlay(terminationGracePeriodSeconds=2),),
    )
    assert made.pod()["terminationGracePeriodSeconds"] == 50


def test_extra_config_wins_over_own_fields() -> None:
    """ExtraConfig is merged last, on the pod and on the container (specification: Extra fields)."""
    made = make(
        {
            "decode": {
                "terminationGracePeriodSeconds": 5,
                "extraConfig": {"terminationGracePeriodSeconds": 6},
                "containers": [engine(tty=True, workingDir="/a", extraConfig={"workingDir": "/b"})],
            }
        }
    )
    assert made.pod()["terminationGracePeriodSeconds"] == 6
    assert (made.container()["tty"], made.container()["workingDir"]) == (True, "/b")


def test_overlays_win_over_the_profiles_own_fields() -> None:
    """What the profile says is below all overlays: only what the user wrote is above them."""
    image = {"image": "mirror.example/furiosa-llm:1"}
    assert make({"overlays": [container_overlay(**image)]}).container()["image"] == image["image"]
    made = make({"overlays": [container_overlay(**image)], **decode(image="own:1")})
    assert made.container()["image"] == "own:1"


def test_presets_apply_in_the_order_in_which_they_are_named() -> None:
    """Of two presets that say the same of a field the later one wins, whatever they are called (specification: Order of layers)."""
    for first, last in itertools.permutations(["rngd-tolerations", "nvidia-tolerations"]):
        tolerations = make({"presets": [first, last]}).pod()["tolerations"]
        assert tolerations[-1] == make({"presets": [last]}).pod()["tolerations"][0]


# The user's items in generated lists (specification: Order of items)


def test_a_users_variable_replaces_a_generated_one_whole() -> None:
    """A user's value over a generated valueFrom leaves no valueFrom, and the variable is there once (specification: Order of items)."""
    spec: Map = {"modelArtifacts": {"authSecretName": "hf"}, **decode(env=[{"name": "HF_TOKEN", "value": "mine"}])}
    env = make(spec).container()["env"]
    assert [variable for variable in env if variable["name"] == "HF_TOKEN"] == [{"name": "HF_TOKEN", "value": "mine"}]


def test_a_users_volume_replaces_a_generated_one_whole() -> None:
    """Volumes are replaced by name: two sources in one volume are refused by Kubernetes (specification: Order of items)."""
    claim = {"name": "model-storage", "persistentVolumeClaim": {"claimName": "mine"}}
    made = make({"decode": {"containers": [engine(mountModelVolume=True)], "volumes": [claim]}})
    assert made.pod()["volumes"] == [claim]


def test_a_users_mount_replaces_a_generated_one_whole() -> None:
    """Mounts are replaced by mountPath (specification: Order of items)."""
    mount = {"name": "mine", "mountPath": "/model-cache", "subPath": "a"}
    made = make(
        {
            "modelArtifacts": {"uri": "pvc://models/llama"},
            "decode": {
                "containers": [engine(mountModelVolume=True, volumeMounts=[mount])],
                "volumes": [{"name": "mine", "emptyDir": {}}],
            },
        }
    )
    assert made.container()["volumeMounts"] == [mount]


def test_a_users_items_replace_those_of_presets_too() -> None:
    """The rule holds for what presets and overlays add: the user's field wins whole."""
    made = make(
        {
            "presets": ["shm"],
            "decode": {
                "containers": [engine(volumeMounts=[{"name": "shm", "mountPath": SHM, "readOnly": True}])],
                "volumes": [{"name": "shm", "hostPath": {"path": SHM}}],
            },
        }
    )
    assert made.volume("shm") == {"name": "shm", "hostPath": {"path": SHM}}
    assert made.mounts()[SHM] == {"name": "shm", "mountPath": SHM, "readOnly": True}


@pytest.mark.parametrize("probe", ["livenessProbe", "readinessProbe", "startupProbe"])
def test_a_users_probe_replaces_that_of_a_preset_whole(probe: str) -> None:
    """Two handlers in one probe are refused by Kubernetes, so that a probe of the user's leaves nothing of a preset's."""
    own = {"exec": {"command": ["true"]}}
    assert make({"presets": ["probes"], **decode(**{probe: own})}).container()[probe] == own


def test_nothing_empty_is_left_behind() -> None:
    """What the user says of one list leaves no other lists empty, and no directives."""
    made = make(decode(env=[{"name": "A", "value": "1"}]))
    assert "volumeMounts" not in made.container()
    assert "$patch" not in str(made.objects)


# Targets


@pytest.mark.parametrize("multinode", [False, True])
def test_one_patch_serves_every_workload(multinode: bool) -> None:
    """A patch of the pod, container, proxy or workload reaches Deployments and LeaderWorkerSets alike."""
    patches = [
        {"target": "workload", "patch": {"metadata": {"annotations": {"w": "${workload.name}"}}}},
        {"target": "pod", "patch": {"metadata": {"annotations": {"p": "${name}"}}, "spec": {"hostNetwork": True}}},
        {"target": "container", "patch": {"env": [{"name": "PORT", "value": "${engine.port}"}]}},
        {"target": "proxy", "patch": {"env": [{"name": "P", "value": "${routing.servicePort}"}]}},
    ]
    made = make({"multinode": multinode, "overlays": [overlay(*patches)]})
    assert made.workload()["metadata"]["annotations"] == {"w": "llama-decode"}
    assert made.template()["metadata"]["annotations"] == {"p": "llama"}
    assert made.pod()["hostNetwork"] is True
    assert made.variables()["PORT"] == "8200"
    assert made.proxy()["env"] == [{"name": "P", "value": "8000"}]


def test_a_patch_of_containers_goes_to_each_that_it_fits() -> None:
    """A container patch is filled for every engine container, by its own facts and parameters."""
    patch = {"target": "container", "when": {"mountModelVolume": True}, "patch": {"env": [{"name": "NAME", "value": "${container.name}"}]}}
    made = make(
        {
            "overlays": [overlay(patch)],
            "decode": {"containers": [engine(mountModelVolume=True), engine(name="b"), engine(name="c", mountModelVolume=True)]},
        }
    )
    assert [made.variables(index=index).get("NAME") for index in range(3)] == ["engine", None, "c"]


def test_a_patch_of_the_proxy_goes_nowhere_without_one() -> None:
    """Where there is no proxy, a patch of it makes none."""
    patch = overlay({"target": "proxy", "patch": {"tty": True}})
    made = make({"profile": "llm-d", "overlays": [patch]})
    assert made.proxy()["tty"] is True
    assert "initContainers" not in made.pod("prefill")
    assert "initContainers" not in make({"routing": {"proxy": {"enabled": False}}, "overlays": [patch]}).pod()


def test_a_patch_of_a_kind_goes_to_objects_of_that_kind_in_its_scope() -> None:
    """Objects of the service are patched by overlays of the service, those of roles by overlays of roles."""
    account = {"target": {"kind": "ServiceAccount"}, "patch": {"automountServiceAccountToken": False}}
    assert make({"overlays": [overlay(account, scope="service")]}).one("ServiceAccount")["automountServiceAccountToken"] is False
    assert "automountServiceAccountToken" not in make({"overlays": [overlay(account)]}).one("ServiceAccount")
    monitor = {"target": {"kind": "PodMonitor"}, "patch": {"spec": {"jobLabel": "${role.name}"}}}
    role = {"monitoring": {"podmonitor": {"enabled": True}}}
    assert make({"overlays": [overlay(monitor)], "decode": role}).one("PodMonitor")["spec"]["jobLabel"] == "decode"


@pytest.mark.parametrize(
    ("when", "roles"),
    [({}, {"decode", "prefill"}), ({"role": "prefill"}, {"prefill"}), ({"proxy": True}, {"decode"}), ({"profile": "furiosa"}, set())],
)
def test_an_overlay_applies_to_the_roles_whose_facts_hold(when: Map, roles: set[str]) -> None:
    """``when`` of an overlay, or of one patch, chooses the roles."""
    patch: Map = {"target": "pod", "patch": {"metadata": {"annotations": {"here": "yes"}}}}
    for chosen in (overlay(patch, when=when), overlay({**patch, "when": when})):
        made = make({"profile": "llm-d", "overlays": [chosen]})
        assert {role for role in ("decode", "prefill") if "annotations" in made.template(role)["metadata"]} == roles


def test_resources_of_own_overlays_are_emitted_and_patched() -> None:
    """An overlay of the user's can add objects, once for the service or once for each role, and patch what it added."""
    manifest = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${workload.name}-config"}, "data": {"port": "${port}"}}
    patch = {"target": {"kind": "ConfigMap"}, "patch": {"data": {"role": "${role.name}"}}}
    made = make({"profile": "llm-d", "overlays": [overlay(patch, resources=[manifest])]})
    configs = [obj for obj in made.objects if obj["kind"] == "ConfigMap"]
    assert [(obj["metadata"]["name"], obj["data"]) for obj in configs] == [
        ("llama-decode-config", {"port": "8200", "role": "decode"}),
        ("llama-prefill-config", {"port": "8000", "role": "prefill"}),
    ]
    service = overlay(resources=[{**manifest, "metadata": {"name": "${name}"}, "data": {"n": "${name}"}}], scope="service")
    assert make({"profile": "llm-d", "overlays": [service]}).one("ConfigMap")["data"] == {"n": "llama"}


def test_resources_for_each_item_of_a_list() -> None:
    """`each` names a list: an object for each of its items, all patched alike; what is no list, or not there, has none."""
    resource = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "${name}-${item.name}"}, "data": {"a": "${item.value?}"}}
    patch = {"target": {"kind": "ConfigMap"}, "patch": {"metadata": {"labels": {"x": "y"}}}}
    env = [{"name": "a", "value": "1"}, {"name": "b"}]
    for each, names in (("routing.proxy.env", ["llama-a", "llama-b"]), ("routing.nothing", []), ("routing.proxy.image", [])):
        given = overlay(patch, scope="service", each=each, resources=[resource])
        made = make({"routing": {"proxy": {"env": env}}}, overlays=(given,)).objects
        found = [obj for obj in made if obj["kind"] == "ConfigMap"]
        assert [obj["metadata"]["name"] for obj in found] == names
        assert all(obj["metadata"]["labels"] == {"x": "y"} for obj in found)
    assert [obj.get("data") for obj in found] == []


def test_users_may_delete_what_is_generated() -> None:
    """Strategic merge's null and directives work in overlays and extraConfig: nothing built in is closed to users."""
    drop = {"target": "pod", "patch": {"spec": {"volumes": [{"name": "metrics-volume", "$patch": "delete"}]}}}
    unmount = {"target": "container", "patch": {"volumeMounts": [{"mountPath": "/.config", "$patch": "delete"}]}}
    made = make({"overlays": [overlay(drop, unmount)]})
    assert made.volume("metrics-volume") is None
    assert "/.config" not in made.mounts()
    assert "serviceAccountName" not in make({"decode": {"extraConfig": {"serviceAccountName": None}}}).pod()


def test_extra_config_merges_lists_by_their_keys_and_replaces_others() -> None:
    """ExtraConfig is a strategic merge patch: keyed lists merge, lists without keys are replaced (specification: Extra fields)."""
    made = make(
        {
            "decode": {
                "tolerations": [{"key": "own"}],
                "extraConfig": {
                    "tolerations": [{"key": "extra"}],
                    "containers": [{"name": "furiosa-llm", "tty": True}, {"name": "sidecar", "image": "x:1"}],
                    "volumes": [{"name": "more", "emptyDir": {}}],
                    "hostAliases": [{"ip": "10.0.0.1", "hostnames": ["a"]}],
                },
            }
        }
    )
    assert made.pod()["tolerations"] == [{"key": "extra"}]
    assert [container["name"] for container in made.pod()["containers"]] == ["furiosa-llm", "sidecar"]
    assert made.container()["tty"] is True
    assert made.container()["image"] == "furiosaai/furiosa-llm:latest"
    assert [volume["name"] for volume in made.pod()["volumes"]] == ["metrics-volume", "model-storage", "more"]
    assert made.pod()["hostAliases"] == [{"ip": "10.0.0.1", "hostnames": ["a"]}]


def test_extra_config_of_a_container_is_a_patch_of_it() -> None:
    """A container's extraConfig adds any field, merges env by name, and deletes with null (specification: Extra fields)."""
    made = make(
        decode(
            env=[{"name": "A", "value": "1"}],
            tty=True,
            extraConfig={"env": [{"name": "A", "value": "2"}, {"name": "B", "value": "3"}], "tty": None, "workingDir": "/x"},
        )
    )
    assert (made.variables()["A"], made.variables()["B"]) == ("2", "3")
    assert "tty" not in made.container()
    assert made.container()["workingDir"] == "/x"


# What does not fit


@pytest.mark.parametrize(
    ("given_overlay", "words"),
    [
        (overlay({"target": "pod", "patch": {"spec": 5}}), ["own", "spec"]),
        (overlay({"target": "workload", "patch": {"metadata": []}}), ["own", "metadata"]),
        (overlay({"target": "container", "patch": {"env": [{"value": "nameless"}]}}), ["own", "env"]),
        (overlay({"target": "container", "patch": {"env": "none"}}), ["own", "env"]),
    ],
)
def test_a_patch_that_does_not_fit_is_an_error_that_names_the_overlay(given_overlay: Map, words: list[str]) -> None:
    """A strategic merge that cannot be done says whose patch it is and where."""
    errors = make({"overlays": [given_overlay]}).errors
    assert len(errors) == 1
    assert all(word in errors[0] for word in words)


def test_an_unknown_parameter_is_an_error_that_names_overlay_and_path() -> None:
    """A misspelt ``${path}`` never ends as text in the output."""
    errors = make({"overlays": [pod_overlay(schedulerName="${nope.deep}")]}).errors
    assert errors == [
        "spec.overlays[0].spec.patches[0]: uses ${nope.deep}, which is not set; correct it, or write ${nope.deep?} where it may be absent"
    ]


@pytest.mark.parametrize(
    "given_overlay",
    [
        overlay(resources=["nonsense.yaml"]),
        overlay(resources=["../overlays/presets/shm.yaml"]),
        overlay(resources=["/etc/hostname"]),
        overlay(resources=["podtemplate.yaml/.."]),
    ],
)
def test_a_base_that_is_not_there_is_an_error(given_overlay: Map) -> None:
    """Resources by name are files of bases/: another name is told with those that there are, and nothing else is read."""
    errors = make({"overlays": [given_overlay]}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.overlays[0].spec.resources[0]: ")
    assert "deployment.yaml" in errors[0]


@pytest.mark.parametrize("resource", [{}, {"a": "b"}, {"kind": "ConfigMap"}, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {}}])
def test_a_manifest_that_is_no_object_is_an_error(resource: Map) -> None:
    """What an overlay adds must have apiVersion, kind and a name: kustomize refuses it otherwise, without saying whose it is."""
    errors = make({"overlays": [overlay(resources=[resource])]}).errors
    assert errors != []
    assert all(error.startswith("spec.overlays[0].spec.resources[0]") for error in errors)


@pytest.mark.parametrize(
    "patch",
    [
        {"target": "workload", "patch": {"$patch": "replace"}},
        {"target": "workload", "patch": {"$patch": "delete"}},
        {"target": "workload", "patch": {"kind": None, "metadata": None, "spec": None}},
        {"target": "pod", "patch": {"$patch": "replace"}},
        {"target": "pod", "patch": {"spec": None, "metadata": None}},
        {"target": "pod", "patch": {"spec": {"containers": None, "initContainers": None, "volumes": None}}},
        {"target": "pod", "patch": {"spec": {"containers": [{"$patch": "replace"}]}}},
        {"target": "container", "patch": {"$patch": "delete"}},
        {"target": "container", "patch": {"name": "other"}},
        {"target": "container", "patch": {"name": None}},
        {"target": "proxy", "patch": {"$patch": "delete"}},
        {"target": "proxy", "patch": {"image": None, "name": "other"}},
        {"target": {"kind": "Deployment"}, "patch": {"$patch": "replace"}},
        {"target": {"kind": "PodMonitor"}, "patch": {"metadata": None}},
    ],
)
@pytest.mark.parametrize("multinode", [False, True])
def test_patches_that_take_everything_away_raise_nothing(patch: Map, multinode: bool) -> None:
    """Whatever an overlay deletes: there are objects, or there are errors."""
    spec: Map = {"multinode": multinode, "overlays": [overlay(patch)], "presets": ["hardened"]}
    spec |= {"decode": {"monitoring": {"podmonitor": {"enabled": True}}}}
    made = make(spec)
    assert made.errors or all(isinstance(obj, dict) for obj in made.objects)


@pytest.mark.parametrize(
    "patch",
    [
        {"$patch": "replace"},
        {"metadata": None},
        {"spec": None},
        {"spec": {"containers": None}},
        {"spec": {"containers": [{"name": "furiosa-llm", "$patch": "delete"}]}},
    ],
)
def test_a_pod_keeps_what_every_pod_has(patch: Map) -> None:
    """An overlay that takes the metadata, the spec or all containers of the pods away is an error that names it."""
    errors = make({"overlays": [overlay({"target": "pod", "patch": patch})]}).errors
    assert len(errors) == 1
    assert "overlay own does not fit: it takes" in errors[0]


@pytest.mark.parametrize(
    "patch", [{"$patch": "replace"}, {"kind": None}, {"metadata": None}, {"metadata": {"name": None}}, {"metadata": {"name": ""}}]
)
@pytest.mark.parametrize("target", ["workload", {"kind": "Deployment"}])
def test_an_object_keeps_its_identity(target: Any, patch: Map) -> None:
    """An overlay that takes the kind or the name of an object away is an error that names both."""
    errors = make({"overlays": [overlay({"target": target, "patch": patch})]}).errors
    assert len(errors) == 1
    assert "overlay own does not fit" in errors[0]
    assert "Deployment llama-decode" in errors[0]


def test_an_overlay_may_delete_an_object() -> None:
    """``$patch: delete`` of an object leaves the others."""
    assert make({"overlays": [overlay({"target": "workload", "patch": {"$patch": "delete"}})]}).kinds() == ["ServiceAccount"]
    account = overlay({"target": {"kind": "ServiceAccount"}, "patch": {"$patch": "delete"}}, scope="service")
    assert make({"overlays": [account]}).kinds() == ["Deployment"]


def test_a_container_that_is_deleted_has_no_flags() -> None:
    """An overlay may delete one engine of several; what later patches say of its arguments is then nobody's."""
    drop = {"target": "container", "when": {"modelCommand": "imageDefault"}, "patch": {"$patch": "delete"}}
    flags = {"target": "container", "flags": {"enforce-eager": True}}
    containers = [engine(name="a"), engine(name="b", modelCommand="vllmServe")]
    made = make({"overlays": [overlay(drop, flags)], "decode": {"containers": containers}})
    assert "--enforce-eager" in next(one for one in made.pod()["containers"] if one["name"] == "b")["args"]


@pytest.mark.parametrize(
    ("role", "what"),
    [
        ({"extraConfig": {"initContainers": [{"image": "nameless:1"}]}}, "initContainers"),
        ({"extraConfig": {"initContainers": [5]}}, "initContainers"),
        ({"extraConfig": {"volumes": ["text"]}}, "volumes"),
        ({"containers": [engine(extraConfig={"ports": ["http"]})]}, "ports of container engine"),
        ({"containers": [engine(extraConfig={"volumeMounts": [5]})]}, "volumeMounts of container engine"),
    ],
)
def test_lists_of_a_pod_hold_maps(role: Map, what: str) -> None:
    """What extraConfig puts into a list of the pod that was empty must be what Kubernetes has there; the error says where to look."""
    spec = {"routing": {"proxy": {"enabled": False}}, "decode": {"containers": [engine()], "volumes": [], **role}}
    errors = make(spec).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.decode.extraConfig: ")
    assert what in errors[0]


def test_a_patch_without_its_object_asks_for_nothing() -> None:
    """A patch for a kind that is not there is not filled, so that its parameters need not be there either."""
    patch = {"target": {"kind": "PodMonitor"}, "patch": {"spec": {"jobLabel": "${nope}"}}}
    assert make({"overlays": [overlay(patch)]}).objects == make({}).objects


@pytest.mark.parametrize("schema_name", ["${nope}", 5])
def test_one_mistake_of_an_overlay_is_told_once(schema_name: Any) -> None:
    """An overlay that does not fit two roles, or two containers, does not fit once."""
    spec = {"spec": {"schedulerName": schema_name} if schema_name != 5 else 5}
    errors = make({"profile": "llm-d", "overlays": [overlay({"target": "pod", "patch": spec})]}).errors
    assert len(errors) == 1


@pytest.mark.parametrize("target", ["workload", "pod", "container", "proxy"])
def test_a_patch_that_is_text_is_an_error(target: str) -> None:
    """A text stands for a map only as a lone reference to one."""
    errors = make({"overlays": [overlay({"target": target, "patch": "text"})]}).errors
    assert errors != []


def test_a_patch_may_be_a_reference_to_a_map() -> None:
    """A patch can be a parameter, whole: that is how extraConfig is applied."""
    given_overlay = overlay({"target": "container", "patch": "${container.extraConfig?}"})
    assert make({"overlays": [given_overlay], **decode(extraConfig={"tty": True})}).container()["tty"] is True


# Laws


@pytest.mark.parametrize("sample", SAMPLES)
def test_generating_changes_nothing_that_it_reads(sample: str) -> None:
    """Configs, bases, overlays and defaults are read by all services of a run, and never changed."""
    given_document = document(SAMPLES[sample])
    before = copy.deepcopy(given_document)
    parts = [data.folder("bases"), *(data.folder("overlays", name) for name in ("automatic", "spec", "presets"))]
    parts_before = copy.deepcopy(parts)
    first = copy.deepcopy(generate([given_document])[0].objects)
    assert generate([given_document])[0].objects == first
    assert given_document == before
    assert parts == parts_before


def normal(template: Map) -> Map:
    """Return a pod template without the annotation that only a LeaderWorkerSet's pods have, and the default that only those are given."""
    spec = {**template["spec"], "containers": [without_protocol(one) for one in template["spec"]["containers"]]}
    return {key: value for key, value in template["metadata"].items() if key != "annotations"} | {"spec": spec}


def without_protocol(container: Map) -> Map:
    """Return a container without its ports' protocol TCP."""
    ports = [{key: value for key, value in port.items() if (key, value) != ("protocol", "TCP")} for port in container.get("ports") or []]
    return {**container, "ports": ports}


@pytest.mark.parametrize(
    "sample",
    [
        name
        for name in SAMPLES
        if not any(part in name for part in ("requester", "disabled", "spread Deployments", "newer furiosa", "one set"))
    ],
)
def test_a_pod_is_the_same_in_every_workload(sample: str) -> None:
    """The pod is composed by itself and then goes into whatever runs it: Deployments and LeaderWorkerSets run the same one."""
    made = [make({**SAMPLES[sample], "multinode": multinode}) for multinode in (False, True)]
    for role in ("decode", "prefill"):
        templates = [template_of(one, role) for one in made if any(obj["metadata"]["name"] == f"llama-{role}" for obj in one.objects)]
        assert len(templates) in (0, 2)
        assert [normal(template) for template in templates[:1]] == [normal(template) for template in templates[1:]]


def template_of(made: Made, role: str) -> Map:
    """Return the pod template of a role."""
    return made.template(role)


def test_objects_come_in_the_order_in_which_they_may_be_applied() -> None:
    """What others need comes first: ServiceAccounts and ConfigMaps before workloads, then what finds their pods."""
    spec = {
        "extraObjects": [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x"}}],
        "prefill": {"monitoring": {"podmonitor": {"enabled": True}}},
        "profile": "llm-d",
        "routing": {"inferencePool": {"create": True}},
    }
    kinds = make(spec).kinds()
    assert kinds == ["ServiceAccount", "ConfigMap", "Deployment", "Deployment", "InferencePool", "PodMonitor"]


# What every object is


@pytest.mark.parametrize(
    ("field", "value", "problem"),
    [
        ("annotations", "text", "is 'text'; must be a map"),
        ("labels", ["x"], "is a list; must be a map"),
        ("name", 5, "is 5; must be text: quote it"),
        ("annotations", {"a": ["x"]}, "is a list; must be text"),
    ],
)
def test_an_extra_object_that_nobody_could_look_at(field: str, value: Any, problem: str) -> None:
    """What is not shaped as metadata is told at its field, before anything reads it."""
    extra = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", field: value}}
    (error,) = make({"extraObjects": [extra]}).errors
    place = f"spec.extraObjects[0].metadata.{field}"
    assert error == f"{place + '.a' if isinstance(value, dict) else place}: {problem}"


@pytest.mark.parametrize(
    ("patch", "words"),
    [
        ({"target": {"kind": "ServiceAccount"}, "patch": {"metadata": {"annotations": "text"}}}, "metadata.annotations is 'text'"),
        ({"target": {"kind": "ServiceAccount"}, "patch": {"metadata": {"labels": {"app": ["x"]}}}}, "metadata.labels.app is a list"),
        ({"target": {"kind": "ServiceAccount"}, "patch": {"metadata": {"name": 5}}}, "metadata.name is 5"),
        ({"target": {"kind": "ServiceAccount"}, "patch": {"kind": 5}}, "kind is 5"),
        ({"target": "pod", "patch": {"metadata": {"annotations": ["x"]}}}, "annotations where is a list"),
    ],
)
def test_an_overlay_that_leaves_no_object(patch: Map, words: str) -> None:
    """An overlay that writes something else where every object has text or a map is an error about the overlay."""
    scope: Map = {"scope": "service"} if isinstance(patch["target"], dict) else {}
    errors = make({"overlays": [overlay(patch, **scope)]}).errors
    assert len(errors) == 1
    assert words in errors[0]


def test_a_resource_of_an_overlay_that_is_no_object() -> None:
    """The same for what an overlay adds."""
    resource = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "annotations": "${name}"}}
    errors = make({"overlays": [overlay(resources=[resource])]}).errors
    assert len(errors) == 1
    assert "metadata.annotations is 'llama'" in errors[0]
