"""The devices of a role: from a device plugin, or by Dynamic Resource Allocation (specification: Device plugins, Claims)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.compose.made import Made, document, engine, make

from modelservice.config import ModelService
from modelservice.inventory.requirements import requirements
from modelservice.plan import Plan
from modelservice.plan.accelerators import claim_template, container_claims, device, environment, mode, pod_claims
from modelservice.plan.problems import Problems

Map = dict[str, Any]

SIMULATOR = "ghcr.io/llm-d/llm-d-inference-sim:v0.6"
NIC = {"name": "nic", "resourceClaimName": "node-nic"}


def llm_d(container: Map | None = None, **spec: Any) -> Made:
    """Make a service of profile llm-d with a decode role of one container."""
    role = {"containers": [engine(**(container or {}))], **spec.pop("decode", {})}
    return make({"profile": "llm-d", "prefill": {"create": False}, "decode": role, **spec})


def furiosa(container: Map | None = None, **spec: Any) -> Made:
    """Make a service of profile furiosa with a decode role of one container."""
    return make({"decode": {"containers": [engine(**(container or {}))], **spec.pop("decode", {})}, **spec})


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("nvidia", "nvidia.com/gpu"),
        ("intel-i915", "gpu.intel.com/i915"),
        ("intel-xe", "gpu.intel.com/xe"),
        ("intel-gaudi", "habana.ai/gaudi"),
        ("amd", "amd.com/gpu"),
        ("google", "google.com/tpu"),
        ("rebellions-atom", "rebellions.ai/ATOM"),
        ("unlisted", "nvidia.com/gpu"),
    ],
)
def test_each_type_has_its_resource(kind: str, resource: str) -> None:
    """The resource is that of the type; an unlisted type falls back to the profile's own (specification: Device plugins)."""
    made = llm_d(accelerator={"type": kind}, decode={"parallelism": {"tensor": 2}})
    assert made.container()["resources"] == {"limits": {resource: "2"}, "requests": {resource: "2"}}


def test_furiosa_asks_for_rngd() -> None:
    """Under furiosa the resource is furiosa.ai/rngd, for an unlisted type as well."""
    expected = {"limits": {"furiosa.ai/rngd": "1"}, "requests": {"furiosa.ai/rngd": "1"}}
    assert furiosa().container()["resources"] == expected
    assert furiosa(accelerator={"type": "unlisted"}).container()["resources"] == expected


def test_a_resource_of_the_users_own() -> None:
    """accelerator.resources may add a type, or give a type another resource."""
    made = llm_d(accelerator={"type": "mine", "resources": {"mine": "example.com/npu"}})
    assert made.container()["resources"]["limits"] == {"example.com/npu": "1"}


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_cpu_has_no_devices(profile: str) -> None:
    """Type cpu asks for nothing, under either profile (specification: Device plugins)."""
    made = make({"profile": profile, "accelerator": {"type": "cpu"}, "decode": {"containers": [engine()]}})
    assert "resources" not in made.container()


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_cpu_is_no_device_for_overlays_either(profile: str) -> None:
    """The role's fact ``accelerator`` is none for cpu, so that overlays can tell."""
    plan = Plan(ModelService(document({"profile": profile, "accelerator": {"type": "cpu"}})))
    assert plan.roles[0].facts["accelerator"] == "none"


@pytest.mark.parametrize("image", [SIMULATOR, "llm-d-inference-sim", "mirror.example/ghcr/llm-d-inference-sim@sha256:0"])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_the_simulator_needs_no_devices(profile: str, image: str) -> None:
    """An image whose name contains llm-d-inference-sim asks for nothing (specification: Device plugins)."""
    made = make({"profile": profile, "decode": {"containers": [engine(image=image), engine(name="other")]}})
    assert "resources" not in made.container()
    assert "limits" in made.container(index=1)["resources"]


def test_users_own_resources_stay_beside_the_devices() -> None:
    """Cpu and memory of the user are merged with the device counts."""
    made = furiosa({"resources": {"limits": {"cpu": "8"}, "requests": {"memory": "4Gi"}}})
    assert made.container()["resources"] == {
        "limits": {"furiosa.ai/rngd": "1", "cpu": "8"},
        "requests": {"furiosa.ai/rngd": "1", "memory": "4Gi"},
    }


@pytest.mark.parametrize("parts", [("limits",), ("requests",), ("limits", "requests")])
@pytest.mark.parametrize("count", ["2", 2])
@pytest.mark.parametrize(("profile", "resource"), [("furiosa", "furiosa.ai/rngd"), ("llm-d", "nvidia.com/gpu")])
def test_the_users_number_fills_both(profile: str, resource: str, count: Any, parts: tuple[str, ...]) -> None:
    """Where the user names the resource in limits or requests, that number is in both, and it is told (specification: Device plugins)."""
    resources = {part: {resource: count} for part in parts}
    made = make({"profile": profile, "prefill": {"create": False}, "decode": {"containers": [engine(resources=resources)]}})
    assert {part: str(made.container()["resources"][part][resource]) for part in ("limits", "requests")} == {
        "limits": "2",
        "requests": "2",
    }
    (finding,) = made.found("accelerator-count")
    assert finding[:2] == ("warning", "spec.decode.containers[0].resources")
    assert f"{resource} is set to 2, but the parallelism needs 1" in finding[2]
    assert made.workload()["metadata"]["annotations"] == {"llm-d.ai/accelerator-warning": finding[2]}


@pytest.mark.parametrize("count", ["1", 1])
def test_the_calculated_number_is_no_mismatch(count: Any) -> None:
    """A number of the user's that is the calculated one is nothing to be told (specification: Device plugins)."""
    made = furiosa({"resources": {"limits": {"furiosa.ai/rngd": count}}})
    assert made.found("accelerator-count") == []
    assert "annotations" not in made.workload()["metadata"]
    assert str(made.container()["resources"]["requests"]["furiosa.ai/rngd"]) == "1"


def test_every_container_with_another_number_is_told() -> None:
    """Each mismatch is a finding of its own; the annotation shows the first."""
    two, three = ({"limits": {"furiosa.ai/rngd": count}} for count in ("2", "3"))
    made = make({"decode": {"containers": [engine(), engine(name="b", resources=two), engine(name="c", resources=three)]}})
    assert [finding[1] for finding in made.found("accelerator-count")] == [
        "spec.decode.containers[1].resources",
        "spec.decode.containers[2].resources",
    ]
    assert "set to 2" in made.workload()["metadata"]["annotations"]["llm-d.ai/accelerator-warning"]


def test_a_roles_own_type_wins() -> None:
    """Role-level accelerator.type overrides the global one, for that role under profile llm-d (specification: Device plugins)."""
    made = make(
        {
            "profile": "llm-d",
            "accelerator": {"type": "amd"},
            "decode": {"containers": [engine()], "accelerator": {"type": "intel-xe"}},
            "prefill": {"containers": [engine()]},
        }
    )
    assert list(made.container("decode")["resources"]["limits"]) == ["gpu.intel.com/xe"]
    assert list(made.container("prefill")["resources"]["limits"]) == ["amd.com/gpu"]
    assert "VLLM_WORKER_MULTIPROC_METHOD" in made.variables("decode")
    assert "VLLM_WORKER_MULTIPROC_METHOD" not in made.variables("prefill")


@pytest.mark.parametrize(
    ("spec", "role", "profile", "expected"),
    [
        ({}, {}, "llm-d", ("device", "nvidia")),
        ({"accelerator": {"type": "amd"}}, {}, "llm-d", ("device", "amd")),
        ({"accelerator": {"type": "amd"}}, {"accelerator": {"type": "google"}}, "llm-d", ("device", "google")),
        ({"accelerator": {"type": "cpu"}}, {}, "llm-d", ("none", "cpu")),
        ({"accelerator": {"dra": True}}, {}, "llm-d", ("dra", "nvidia")),
        ({"accelerator": {"dra": True}}, {"accelerator": {"dra": False}}, "llm-d", ("device", "nvidia")),
        ({"accelerator": {"dra": False}}, {"accelerator": {"dra": True}}, "llm-d", ("dra", "nvidia")),
        ({"accelerator": {"dra": True}}, {"accelerator": {"dra": None}}, "llm-d", ("dra", "nvidia")),
        ({"accelerator": {"type": "cpu", "dra": True}}, {}, "llm-d", ("dra", "cpu")),
        ({"dra": {"enabled": True, "type": "furiosa"}}, {}, "llm-d", ("device", "nvidia")),
        ({"accelerator": {"type": "furiosa"}, "dra": {"enabled": False, "type": "furiosa"}}, {}, "furiosa", ("device", "furiosa")),
        ({"accelerator": {"type": "furiosa"}, "dra": {"enabled": True, "type": "big"}}, {}, "furiosa", ("dra", "furiosa")),
        ({"accelerator": {"type": "cpu"}}, {}, "furiosa", ("none", "cpu")),
        ({"accelerator": {"dra": True}}, {"accelerator": {"dra": True, "type": "x"}}, "furiosa", ("device", "furiosa")),
    ],
)
def test_how_a_role_gets_its_devices(spec: Map, role: Map, profile: str, expected: tuple[str, str]) -> None:
    """The role's words win over the service's under llm-d; furiosa has its own switch, dra.enabled (specification: Claims)."""
    assert mode(spec, role, profile) == expected


def test_a_missing_resource_name_is_an_error() -> None:
    """Where no resource is known, not even the profile's own, the error says where one would stand."""
    made = llm_d(accelerator={"resources": {"nvidia": None}})
    assert [error.partition(":")[0] for error in made.errors] == ["spec.accelerator.resources.nvidia"]
    problems = Problems()
    assert device({"accelerator": {"resources": {}}}, "odd", "furiosa", {"image": "x"}, 1, problems) == {}
    assert [problem.field for problem in problems.results] == ["spec.accelerator.resources.odd"]


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("nvidia", []),
        ("intel-xe", ["VLLM_WORKER_MULTIPROC_METHOD"]),
        ("intel-i915", ["VLLM_USE_V1", "TORCH_LLM_ALLREDUCE", "VLLM_WORKER_MULTIPROC_METHOD"]),
        ("cpu", []),
    ],
)
def test_the_environment_of_a_type(kind: str, names: list[str]) -> None:
    """accelerator.env of the role's type is in the containers' environment; cpu has none (specification: Environment)."""
    own = {"cpu": [{"name": "OF_CPU", "value": "1"}]}
    made = llm_d(accelerator={"type": kind, "env": own})
    assert [name for name in made.variables() if name.startswith(("VLLM", "TORCH", "OF_"))] == names
    assert environment({"accelerator": {"env": own}}, "cpu") is None


@pytest.mark.parametrize("dra", [{"enabled": False}, {"enabled": True}, {"enabled": True, "type": "big"}])
def test_the_environment_is_that_of_the_accelerator_type(dra: Map) -> None:
    """Under furiosa, too, accelerator.env is chosen by accelerator.type: dra.type is the name of a claim template."""
    templates = [{"name": name, "class": "npu.furiosa.ai"} for name in ("furiosa", "big")]
    made = furiosa(
        accelerator={"env": {"furiosa": [{"name": "OF_RNGD", "value": "1"}]}},
        dra={"claimTemplates": templates, **dra},
    )
    assert made.variables().get("OF_RNGD") == "1"


# Dynamic Resource Allocation, profile llm-d


def test_a_claim_template_for_each_created_role() -> None:
    """One ResourceClaimTemplate `<template.name>-<role>`, labelled with the role, asks for the type's class (specification: Claims)."""
    made = make(
        {
            "profile": "llm-d",
            "accelerator": {"dra": True},
            "decode": {"parallelism": {"tensor": 2, "data": 2, "dataLocal": 2}},
            "prefill": {"parallelism": {"tensor": 1}},
        },
        namespace="serving",
    )
    templates = [obj for obj in made.objects if obj["kind"] == "ResourceClaimTemplate"]
    assert [obj["metadata"]["name"] for obj in templates] == ["nvidia-claim-template-decode", "nvidia-claim-template-prefill"]
    for template, role, count in zip(templates, ("decode", "prefill"), (4, 1), strict=True):
        assert template["apiVersion"].startswith("resource.k8s.io/v1")
        assert template["metadata"]["labels"]["llm-d.ai/role"] == role
        assert template["metadata"]["namespace"] == "serving"
        request = {"name": "nvidia", "exactly": {"deviceClassName": "gpu.nvidia.com", "count": count}}
        assert template["spec"] == {"spec": {"devices": {"requests": [request]}}}


def test_no_claim_template_for_a_role_that_is_not_created() -> None:
    """A role that is not created claims nothing."""
    made = make({"profile": "llm-d", "accelerator": {"dra": True}, "prefill": {"create": False}})
    assert made.one("ResourceClaimTemplate")["metadata"]["name"] == "nvidia-claim-template-decode"


def test_pods_and_containers_use_the_claim() -> None:
    """The pod's claim is the template's name less ``-claim-template`` plus ``-<role>-claim``; all list it (specification: Claims)."""
    made = llm_d({"resources": {"limits": {"cpu": "8"}}}, accelerator={"dra": True})
    assert made.pod()["resourceClaims"] == [{"name": "nvidia-decode-claim", "resourceClaimTemplateName": "nvidia-claim-template-decode"}]
    assert made.container()["resources"] == {"limits": {"cpu": "8"}, "claims": [{"name": "nvidia-decode-claim"}]}


def test_limits_pass_through_untouched() -> None:
    """Under DRA nobody counts devices: what the user asks for stays, and is no mismatch."""
    made = llm_d({"resources": {"limits": {"nvidia.com/gpu": "3"}}}, accelerator={"dra": True}, checks={"device-drivers": "warning"})
    assert made.container()["resources"]["limits"] == {"nvidia.com/gpu": "3"}
    assert "requests" not in made.container()["resources"]
    assert made.found("accelerator-count") == []


@pytest.mark.parametrize(
    ("given_template", "request_part"),
    [
        ({"count": 3}, {"exactly": {"deviceClassName": "gpu.nvidia.com", "count": 3}}),
        ({"class": "other"}, {"exactly": {"deviceClassName": "other", "count": 1}}),
        ({"match": None}, {"exactly": {"deviceClassName": "gpu.nvidia.com", "count": 1}}),
        (
            {"selectors": [{"cel": {"expression": "true"}}]},
            {"exactly": {"deviceClassName": "gpu.nvidia.com", "count": 1, "selectors": [{"cel": {"expression": "true"}}]}},
        ),
    ],
)
def test_what_a_claim_template_asks_for(given_template: Map, request_part: Map) -> None:
    """Count (else the devices of a pod), class, selectors and match of the template are in the request (specification: Claims)."""
    made = llm_d(accelerator={"dra": True, "resourceClaimTemplates": {"nvidia": given_template}})
    assert made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"] == [{"name": "nvidia", **request_part}]


def test_first_available() -> None:
    """``match: firstAvailable`` makes a list of subrequests, which Kubernetes wants named (specification: Claims)."""
    template = {"match": "firstAvailable", "selectors": [{"cel": {"expression": "true"}}]}
    made = llm_d(accelerator={"dra": True, "resourceClaimTemplates": {"nvidia": template}})
    (request,) = made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"]
    assert request["name"] == "nvidia"
    assert set(request) == {"name", "firstAvailable"}
    (sub,) = request["firstAvailable"]
    assert sub.pop("name")
    assert sub == {"deviceClassName": "gpu.nvidia.com", "count": 1, "selectors": template["selectors"]}


def test_a_template_name_without_the_usual_end() -> None:
    """A template called otherwise gives a claim of that name plus role and ``-claim``."""
    made = llm_d(accelerator={"dra": True, "resourceClaimTemplates": {"nvidia": {"name": "big"}}})
    assert made.pod()["resourceClaims"] == [{"name": "big-decode-claim", "resourceClaimTemplateName": "big-decode"}]


@pytest.mark.parametrize("kind", ["cpu", "unlisted"])
def test_a_type_without_claim_template_is_an_error(kind: str) -> None:
    """Cpu included: the chart would leave a claim that refers to nothing (specification: Claims)."""
    errors = llm_d(accelerator={"dra": True, "type": kind}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.accelerator.resourceClaimTemplates: ")
    assert kind in errors[0]
    assert "nvidia" in errors[0]


@pytest.mark.parametrize("key", ["name", "class"])
@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_a_claim_template_needs_name_and_class(profile: str, key: str) -> None:
    """Without its name or class a template means nothing (specification: Claims)."""
    template = {"name": "big", "class": "c", key: ""}
    problems = Problems()
    spec = {
        "accelerator": {"resourceClaimTemplates": {"": template, "big": template}},
        "dra": {"type": template["name"], "claimTemplates": [template]},
    }
    claim_template(spec, template["name"] or "", profile, "decode", 1, problems)
    assert [key in problem.message for problem in problems.results] == [True]


def test_claims_of_the_role_with_and_without_dra() -> None:
    """The role's resourceClaims are the pod's, after the accelerator's, and every container lists them (specification: Claims)."""
    plain = llm_d(decode={"resourceClaims": [NIC]})
    assert plain.pod()["resourceClaims"] == [NIC]
    assert plain.container()["resources"]["claims"] == [{"name": "nic"}]
    assert "limits" in plain.container()["resources"]
    claimed = llm_d(decode={"resourceClaims": [NIC]}, accelerator={"dra": True})
    assert [claim["name"] for claim in claimed.pod()["resourceClaims"]] == ["nvidia-decode-claim", "nic"]
    assert claimed.container()["resources"]["claims"] == [{"name": "nvidia-decode-claim"}, {"name": "nic"}]


@pytest.mark.parametrize("dra", [False, True])
def test_a_containers_own_claims_stay_and_come_first(dra: bool) -> None:
    """The container's own claims are not dropped, as the chart does, and stand before the pod's (specification: Claims)."""
    own = {"resources": {"claims": [{"name": "own", "request": "r"}]}}
    made = llm_d(own, accelerator={"dra": dra}, decode={"resourceClaims": [NIC, {"name": "own", "resourceClaimName": "own"}]})
    added = [{"name": "nvidia-decode-claim"}] if dra else []
    assert made.container()["resources"]["claims"] == [{"name": "own", "request": "r"}, *added, {"name": "nic"}]


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_a_containers_own_claims_stay_where_the_pod_gets_none_from_us(profile: str) -> None:
    """A claim that extraConfig gives the pod is used by the container that names it (specification: Claims)."""
    role = {
        "containers": [engine(resources={"claims": [{"name": "nic"}]})],
        "extraConfig": {"resourceClaims": [NIC]},
    }
    made = make({"profile": profile, "prefill": {"create": False}, "decode": role})
    assert made.pod()["resourceClaims"] == [NIC]
    assert made.container()["resources"]["claims"] == [{"name": "nic"}]


@pytest.mark.parametrize("nothing", [{}, []])
def test_claims_that_say_nothing_count_as_absent(nothing: Any) -> None:
    """``claims: {}``, as in the charts' defaults, is no claim (specification: Claims)."""
    assert "claims" not in llm_d({"resources": {"claims": nothing}}).container()["resources"]


def test_a_claim_that_is_named_twice_is_listed_once() -> None:
    """Names that the container or the role already has are not added again: Kubernetes refuses a name twice."""
    claims = [{"name": "nvidia-decode-claim"}]
    assert container_claims({"resources": {"claims": claims}}, [{"name": "nvidia-decode-claim"}, NIC]) == [*claims, {"name": "nic"}]
    template = {"claim": "nic", "name": "t"}
    assert pod_claims(template, {"resourceClaims": [NIC]}) == [NIC]


# Dynamic Resource Allocation, profile furiosa


def test_furiosa_claims() -> None:
    """Template `<type>-resource-claim-template`, claim `<type>-resource-claim` (specification: Claims of profile furiosa)."""
    made = furiosa({"resources": {"limits": {"cpu": "8", "memory": "64Gi"}}}, dra={"enabled": True})
    template = made.one("ResourceClaimTemplate")
    assert template["metadata"]["name"] == "furiosa-resource-claim-template"
    request = {"name": "furiosa", "exactly": {"deviceClassName": "npu.furiosa.ai", "count": 1}}
    assert template["spec"] == {"spec": {"devices": {"requests": [request]}}}
    assert made.pod()["resourceClaims"] == [
        {"name": "furiosa-resource-claim", "resourceClaimTemplateName": "furiosa-resource-claim-template"}
    ]
    assert made.container()["resources"] == {
        "limits": {"cpu": "8", "memory": "64Gi"},
        "claims": [{"name": "furiosa-resource-claim"}],
    }


def test_furiosa_takes_the_template_that_dra_type_names() -> None:
    """Of dra.claimTemplates the entry whose name is dra.type is used, and no other (specification: Claims of profile furiosa)."""
    templates = [{"name": "small", "class": "s", "count": 1}, {"name": "big", "class": "b", "count": 4}]
    made = furiosa(dra={"enabled": True, "type": "big", "claimTemplates": templates})
    template = made.one("ResourceClaimTemplate")
    assert template["metadata"]["name"] == "big-resource-claim-template"
    assert template["spec"]["spec"]["devices"]["requests"] == [{"name": "big", "exactly": {"deviceClassName": "b", "count": 4}}]


def test_furiosa_type_without_template_is_an_error() -> None:
    """A dra.type that no claimTemplates entry has is refused, with the names that there are (specification: Claims of profile furiosa)."""
    errors = furiosa(dra={"enabled": True, "type": "huge"}).errors
    assert len(errors) == 1
    assert errors[0].startswith("spec.dra.type: ")
    assert "'huge'" in errors[0]
    assert "furiosa" in errors[0]


def test_furiosa_claims_nothing_for_a_role_that_is_not_created() -> None:
    """dra.enabled without a created role makes no template (specification: Claims of profile furiosa)."""
    assert make({"dra": {"enabled": True}, "decode": {"create": False}}).kinds() == ["ServiceAccount"]


# Claims of several requests


EXACT = {"allocationMode": "ExactCount"}  # which the API server would fill in
PAIR: Map = {
    "requests": [{"name": "gpu"}, {"name": "nic", "class": "nic.example"}],
    "constraints": [{"requests": ["gpu", "nic"], "matchAttribute": "resource.kubernetes.io/pcieRoot"}],
    "config": [{"requests": ["gpu"], "opaque": {"driver": "gpu.nvidia.com", "parameters": {"sharing": "none"}}}],
}


def claimed(template: Map, **parallelism: int) -> Made:
    """Make a service of profile llm-d whose GPUs are claimed by this template."""
    return llm_d(accelerator={"dra": True, "resourceClaimTemplates": {"nvidia": template}}, decode={"parallelism": parallelism})


def test_a_template_may_ask_for_several_things() -> None:
    """Each request of a class and a number of its own, or the template's; what they have in common; what their drivers are told."""
    requests: list[Map] = [{"name": "gpu"}, {"name": "nic", "class": "nic.example", "count": 1, "match": "firstAvailable"}]
    selectors = [{"cel": {"expression": "true"}}]
    requests[1]["selectors"] = selectors
    made = claimed({**PAIR, "requests": requests}, tensor=4)
    wanted = {"deviceClassName": "nic.example", **EXACT, "count": 1, "selectors": selectors}
    assert made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"] == {
        "requests": [
            {"name": "gpu", "exactly": {"deviceClassName": "gpu.nvidia.com", **EXACT, "count": 4}},
            {"name": "nic", "firstAvailable": [{"name": "nic", **wanted}]},
        ],
        "constraints": PAIR["constraints"],
        "config": PAIR["config"],
    }
    assert [one["name"] for one in made.pod()["resourceClaims"]] == ["nvidia-decode-claim"]


def test_one_claim_a_rank() -> None:
    """Each with one of what is asked for, unless the template says how many; numbered, also where there is one."""
    made = claimed({**PAIR, "perRank": True}, tensor=2, data=2, dataLocal=2)
    assert [one["name"] for one in made.pod()["resourceClaims"]] == [f"nvidia-decode-claim-{rank}" for rank in range(4)]
    requests = made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"]
    assert [one["exactly"]["count"] for one in requests] == [1, 1]
    assert [one["name"] for one in claimed({"perRank": True}).pod()["resourceClaims"]] == ["nvidia-decode-claim-0"]
    requests = claimed({"perRank": True, "count": 2}, tensor=2).one("ResourceClaimTemplate")["spec"]["spec"]["devices"]["requests"]
    assert requests[0]["exactly"]["count"] == 2


@pytest.mark.parametrize("profile", ["furiosa", "llm-d"])
def test_both_profiles_have_them(profile: str) -> None:
    """Furiosa's in its list of templates."""
    template = {"name": "furiosa" if profile == "furiosa" else "nvidia", "class": "c", **PAIR, "perRank": True}
    given = {
        "dra": {"enabled": True, "claimTemplates": [template]},
        "accelerator": {"dra": True, "resourceClaimTemplates": {"nvidia": template}},
    }
    del given["accelerator" if profile == "furiosa" else "dra"]
    made = make(
        {"profile": profile, "prefill": {"create": False}, "decode": {"parallelism": {"tensor": 8, "data": 2, "dataLocal": 2}}, **given}
    )
    assert len(made.pod()["resourceClaims"]) == (2 if profile == "furiosa" else 16)
    devices = made.one("ResourceClaimTemplate")["spec"]["spec"]["devices"]
    assert [one["exactly"] for one in devices["requests"]] == [
        {"deviceClassName": "c", **EXACT, "count": 1},
        {"deviceClassName": "nic.example", **EXACT, "count": 1},
    ]


@pytest.mark.parametrize(
    ("profile", "given", "field"),
    [
        (
            "llm-d",
            {"accelerator": {"type": "x", "dra": True, "resourceClaimTemplates": {"x": {"name": "x"}}}},
            "accelerator.resourceClaimTemplates.x",
        ),
        ("furiosa", {"dra": {"enabled": True, "type": "x", "claimTemplates": [{"name": "y"}, {"name": "x"}]}}, "dra.claimTemplates[1]"),
    ],
)
def test_a_request_needs_a_class(profile: str, given: Map, field: str) -> None:
    """Of its own, or the template's; without requests the template needs it."""
    templates = given["accelerator"]["resourceClaimTemplates"] if profile == "llm-d" else given["dra"]["claimTemplates"]
    template = templates["x"] if profile == "llm-d" else templates[1]
    template["requests"] = [{"name": "a", "class": "c"}, {"name": "b"}]
    errors = make({"profile": profile, "prefill": {"create": False}, **given}).errors
    assert errors == [f"spec.{field}.requests[1].class: missing; give the DeviceClass, here or for the whole template"]


@pytest.mark.parametrize(
    ("template", "field"),
    [
        ({"requests": [{"class": "c"}]}, ".requests[0].name"),
        ({"requests": [{"name": "a", "number": 2}]}, ".requests[0].number"),
        ({"requests": [{"name": "a", "count": 0}]}, ".requests[0].count"),
        ({"requests": []}, ".requests"),
        ({"requests": [5]}, ".requests[0]"),
        ({"constraints": [{"requests": ["a"]}]}, ".constraints[0].matchAttribute"),
        ({"perRank": "yes"}, ".perRank"),
    ],
)
def test_a_wrong_template_is_told_where_it_is_wrong(template: Map, field: str) -> None:
    """Each mistake in a claim template is an error at its field, and nothing is generated."""
    assert [error.partition(": ")[0] for error in claimed(template).errors] == [f"spec.accelerator.resourceClaimTemplates.nvidia{field}"]


def test_what_kubernetes_refuses_of_a_claim_is_told() -> None:
    """A constraint on a request that is not there, and two requests of one name."""
    for wrong in ({"constraints": [{"requests": ["other"], "matchAttribute": "a/b"}]}, {"requests": [{"name": "a"}, {"name": "a"}]}):
        (error, *_) = claimed({**PAIR, "config": None, **wrong}).errors
        assert error.startswith("spec.accelerator.resourceClaimTemplates"), error


@settings(deadline=None, max_examples=40)
@given(tensor=st.integers(1, 8), local=st.integers(1, 8), workers=st.integers(1, 4), per_device=st.integers(0, 9), claims=st.booleans())
def test_counts_add_up(tensor: int, local: int, workers: int, per_device: int, claims: bool) -> None:
    """Over all sizes: as many devices as ranks, of a plugin or by claims, and network devices for each of them."""
    split = {"tensor": tensor, "dataLocal": local, "workers": workers, "data": local * workers}
    preset = {"name": "aws-efa", "perDevice": per_device}
    accelerator: Map = {"dra": claims, "resourceClaimTemplates": {"nvidia": {"perRank": True}}}
    role = {"parallelism": split, "containers": [engine(modelCommand="vllmServe")]}
    made = make(
        {
            "profile": "llm-d",
            "multinode": True,
            "presets": [preset],
            "accelerator": accelerator,
            "decode": role,
            "prefill": {"create": False},
        }
    )
    ranks = tensor * local
    resources = made.container()["resources"]
    assert resources["limits"]["vpc.amazonaws.com/efa"] == resources["requests"]["vpc.amazonaws.com/efa"] == str(ranks * per_device)
    assert len(made.pod().get("resourceClaims", [])) == len(resources.get("claims", [])) == (ranks if claims else 0)
    assert resources["limits"].get("nvidia.com/gpu") == (None if claims else str(ranks))
    needed = {one["name"]: one["total"] for one in requirements(made.objects)["deviceClasses"]}
    assert needed == ({"gpu.nvidia.com": ranks * workers} if claims else {})
