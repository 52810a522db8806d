"""What a case file cannot say about strategic_merge: how it is called, what it shares, and what it costs."""

from __future__ import annotations

from typing import Any

import pytest

from modelservice.patch import PatchError, strategic_merge


class Untouchable(list[Any]):
    """A list that must not be walked."""

    def __iter__(self) -> Any:
        raise AssertionError("a list was walked that the patch does not touch")


def deployment(**pod: Any) -> dict[str, Any]:
    """Return a Deployment with a pod."""
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": {"template": {"spec": pod}}}


def patch(**pod: Any) -> dict[str, Any]:
    """Return a patch for a pod."""
    return {"spec": {"template": {"spec": pod}}}


def test_unchanged_parts_are_shared() -> None:
    """Only maps and lists on the way to a change are new objects; the patch's own values are taken as they are."""
    target = deployment(containers=[{"name": "a", "args": ["x"]}, {"name": "b"}], volumes=[{"name": "v"}])
    env = [{"name": "E", "value": "1"}]
    result: Any = strategic_merge(target, patch(containers=[{"name": "a", "env": env}]), new_items="append")
    old, new = target["spec"]["template"]["spec"], result["spec"]["template"]["spec"]
    assert new["volumes"] is old["volumes"]
    assert result["metadata"] is target["metadata"]
    assert new["containers"][1] is old["containers"][1]
    assert new["containers"][0]["args"] is old["containers"][0]["args"]
    assert new["containers"][0]["env"] is env
    assert "env" not in old["containers"][0]


def test_lists_beside_the_way_are_not_walked() -> None:
    """The cost of a merge does not grow with what the patch does not touch, as it does in kustomize."""
    target = deployment(containers=[{"name": "a", "env": Untouchable()}], volumes=Untouchable())
    result: Any = strategic_merge(target, patch(containers=[{"name": "a", "image": "x"}], hostname="y"))
    assert result["spec"]["template"]["spec"]["containers"][0]["image"] == "x"


def test_deleted_object() -> None:
    """None says that the patch deletes the object."""
    assert strategic_merge(deployment(), {"$patch": "delete"}) is None


def test_default_is_the_order_of_kustomize() -> None:
    """Without new_items, the patch's items come first."""
    result: Any = strategic_merge(deployment(containers=[{"name": "a"}]), patch(containers=[{"name": "b"}]))
    assert [item["name"] for item in result["spec"]["template"]["spec"]["containers"]] == ["b", "a"]


def test_unknown_order() -> None:
    """A mistake in the call is a plain ValueError that names the choices."""
    with pytest.raises(ValueError, match=r"new_items is 'prepend' or 'append', not 'first'"):
        strategic_merge({}, {}, new_items="first")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "given", "message"), [([], {}, "the target is not a map: []"), ({}, None, "the patch is not a map: None")]
)
def test_not_a_map(target: Any, given: Any, message: str) -> None:
    """Target and patch are maps, and the error says which one is not."""
    with pytest.raises(PatchError) as caught:
        strategic_merge(target, given)
    assert str(caught.value) == f"(root): {message}"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (patch(containers=[{"name": "vllm", "env": {}}]), "spec.template.spec.containers[name=vllm].env"),
        (patch(hostAliases=[{"ip": "x"}, {}]), "spec.template.spec.hostAliases"),
        (patch(containers=[{"name": "b", "env": {"$patch": "x"}}]), "spec.template.spec.containers[name=b].env"),
        ({"spec": {"ports": [{"a": {"$patch": "x"}}]}}, "spec.ports"),
        ({"metadata": {"labels": {"example.com/a": []}}}, "metadata.labels[example.com/a]"),
        ({"spec": []}, "spec"),
        ({"$patch": "remove"}, "(root)"),
    ],
)
def test_error_names_the_path(given: dict[str, Any], path: str) -> None:
    """The place is written as people write it: fields with dots, items with their keys, odd names in brackets."""
    target = deployment(containers=[{"name": "vllm", "env": [{"name": "E"}]}], hostAliases=[{"ip": "y"}])
    target["metadata"]["labels"] = {"example.com/a": "x"}
    with pytest.raises(PatchError) as caught:
        strategic_merge(target, given)
    assert caught.value.path == path
    assert str(caught.value) == f"{path}: {caught.value.message}"
    assert isinstance(caught.value, ValueError)


def test_error_names_all_keys_of_an_item() -> None:
    """An item that several keys tell apart is named by all that it has."""
    port = {"containerPort": 1, "protocol": "TCP", "hostPort": 2}
    with pytest.raises(PatchError) as caught:
        strategic_merge(
            deployment(containers=[{"name": "a", "ports": [port]}]), patch(containers=[{"name": "a", "ports": [port | {"hostPort": []}]}])
        )
    assert caught.value.path == "spec.template.spec.containers[name=a].ports[containerPort=1,protocol=TCP].hostPort"


def test_dict_and_list_subclasses_merge() -> None:
    """Maps and lists of other readers, such as those of ruamel.yaml, are maps and lists."""

    class Map(dict[str, Any]):
        pass

    result: Any = strategic_merge(Map(deployment(containers=[Map(name="a")])), Map(patch(containers=[Map(name="a", image="x")])))
    assert result["spec"]["template"]["spec"]["containers"] == [{"name": "a", "image": "x"}]
