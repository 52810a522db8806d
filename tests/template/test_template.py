"""``${path}``, the only templating of bases and overlays."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelservice.template import ABSENT, MissingParameterError, compile_template, look_up

Map = dict[str, Any]

PARAMETERS: Map = {
    "name": "llama",
    "count": 2,
    "half": 0.5,
    "on": True,
    "off": False,
    "zero": 0,
    "empty": "",
    "nothing": None,
    "list": ["a", "b"],
    "map": {"x": {"y": "deep"}, "dashed-key": 1},
    "script": "echo ${HOME} $(TP_SIZE) ${name} $$",
}


def fill(template: Any, parameters: Map | None = None) -> Any:
    """Fill a template."""
    return compile_template(template)(PARAMETERS if parameters is None else parameters)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("${name}", "llama"),
        ("${count}", 2),
        ("${half}", 0.5),
        ("${on}", True),
        ("${off}", False),
        ("${zero}", 0),
        ("${empty}", ""),
        ("${list}", ["a", "b"]),
        ("${map}", PARAMETERS["map"]),
        ("${map.x.y}", "deep"),
        ("${map.dashed-key}", 1),
        ("${name?}", "llama"),
    ],
)
def test_a_reference_alone_keeps_its_type(template: str, filled: Any) -> None:
    """A lone reference puts in the value as it is, lists and maps too."""
    assert fill({"field": template}) == {"field": filled}
    assert type(fill({"field": template})["field"]) is type(filled)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("${name}-decode", "llama-decode"),
        ("a ${name} b ${count} c", "a llama b 2 c"),
        ("${name}${count}", "llama2"),
        ("${count}x", "2x"),
        ("is ${on}", "is true"),
        ("${name?}!", "llama!"),
    ],
)
def test_a_reference_inside_text_becomes_text(template: str, filled: str) -> None:
    """Within a text every value is text, booleans as Kubernetes writes them."""
    assert fill({"field": template}) == {"field": filled}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ({"env": [{"name": "A", "value": "${count}"}]}, {"env": [{"name": "A", "value": "2"}]}),
        ({"env": [{"name": "A", "value": "${on}"}]}, {"env": [{"name": "A", "value": "true"}]}),
        ({"labels": {"a": "${count}"}}, {"labels": {"a": "2"}}),
        ({"annotations": {"a": "${half}"}}, {"annotations": {"a": "0.5"}}),
        ({"matchLabels": {"a": "${off}"}}, {"matchLabels": {"a": "false"}}),
        ({"nodeSelector": {"a": "${count}"}}, {"nodeSelector": {"a": "2"}}),
        ({"data": {"a": "${count}"}}, {"data": {"a": "2"}}),
        ({"args": ["--n", "${count}"]}, {"args": ["--n", "2"]}),
        ({"command": ["${count}"]}, {"command": ["2"]}),
        ({"metadata": {"threshold": "${count}", "labels": "${map}"}}, {"metadata": {"threshold": "2", "labels": PARAMETERS["map"]}}),
        ({"averageValue": "${half}"}, {"averageValue": "0.5"}),
        ({"value": "${count}"}, {"value": 2}),
        ({"ports": [{"containerPort": "${count}"}]}, {"ports": [{"containerPort": 2}]}),
        ({"labels": "${map}"}, {"labels": PARAMETERS["map"]}),
        ({"args": "${list}"}, {"args": ["a", "b"]}),
    ],
)
def test_a_number_is_text_where_kubernetes_takes_only_text(template: Map, filled: Map) -> None:
    """An env value, a label, an annotation, an argument, the metadata of an object or a trigger: the API server refuses a number there."""
    assert fill(template) == filled


def test_keys_are_filled_too() -> None:
    """A key may be a reference: `limits: {"${device.resource}": …}`; one to nothing drops its entry."""
    assert fill({"limits": {"${name}": "1", "${name}/x": 2, "${none?}": 3, "${count}": 4}}) == {
        "limits": {"llama": "1", "llama/x": 2, "2": 4}
    }
    with pytest.raises(MissingParameterError):
        fill({"limits": {"${none}": 1}})


@pytest.mark.parametrize(
    "template", ["${none?}", "${nothing?}", "${map.none?}", "${name.deeper?}", "${list.0?}", "x ${none?}", "${none?}${name}"]
)
def test_what_may_be_absent_drops_its_key(template: str) -> None:
    """``${path?}`` to nothing, or to null, drops the key, the list's entry, or all of the template."""
    assert fill({"a": template, "b": 1}) == {"b": 1}
    assert fill([template, 1]) == [1]
    assert fill(template) is ABSENT


@pytest.mark.parametrize("path", ["none", "nothing", "map.none", "name.deeper", "list.0", "map.x.y.z"])
def test_what_must_be_there_is_an_error(path: str) -> None:
    """``${path}`` to nothing, or to null, is an error that has the path."""
    for template in (f"${{{path}}}", f"x ${{{path}}} y", [f"${{{path}}}"], {f"${{{path}}}": 1}):
        with pytest.raises(MissingParameterError) as error:
            fill({"a": template})
        assert error.value.args == (path,)


@pytest.mark.parametrize(
    "text", ["$HOME", "$(TP_SIZE)", "$$", "${}", "${1}", "${a b}", "${a:-b}", "$ {name}", "{name}", "${name", "$name}"]
)
def test_other_dollars_stay(text: str) -> None:
    """Only ``${path}`` is a reference: what shells and Kubernetes expand is not ours."""
    assert fill({"a": text}) == {"a": text}


def test_what_is_put_in_is_never_expanded_again() -> None:
    """A user's shell script is full of ``${VAR}``; it comes out as it went in."""
    assert fill({"a": "${script}", "b": "sh: ${script}", "args": ["${script}"]}) == {
        "a": PARAMETERS["script"],
        "b": f"sh: {PARAMETERS['script']}",
        "args": [PARAMETERS["script"]],
    }
    assert fill({"a": "${map}"}, {"map": {"b": "${name}"}, "name": "x"}) == {"a": {"b": "${name}"}}


def test_templates_are_filled_anew_each_time() -> None:
    """A compiled template serves all services of a run; neither it nor what it was filled with changes."""
    template = {"a": ["${name}", {"b": "${count}"}], "fixed": {"c": [1]}}
    before = copy.deepcopy(template)
    filler = compile_template(template)
    assert filler({"name": "x", "count": 1}) == {"a": ["x", {"b": 1}], "fixed": {"c": [1]}}
    assert filler({"name": "y", "count": 2}) == {"a": ["y", {"b": 2}], "fixed": {"c": [1]}}
    assert template == before


@pytest.mark.parametrize(
    ("path", "value"), [("name", "llama"), ("map.x", {"y": "deep"}), ("nothing", ABSENT), ("map.z", ABSENT), ("count.x", ABSENT)]
)
def test_looking_up(path: str, value: Any) -> None:
    """A dotted path leads through maps; null is as good as absent."""
    found = look_up(PARAMETERS, path.split("."))
    assert found is value if value is ABSENT else found == value


SCALARS = st.none() | st.booleans() | st.integers() | st.text("a${}name.?", max_size=8)
VALUES = st.recursive(
    SCALARS, lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text("ab", max_size=2), below, max_size=3), max_leaves=6
)


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_any_value_is_put_in_exactly(value: Any) -> None:
    """Whatever a parameter holds, references included, stands in the place of the reference, unchanged."""
    filled = fill({"a": {"b": ["${value?}"]}}, {"value": value})
    assert filled == {"a": {"b": [] if value is None else [value]}}


@settings(max_examples=50, deadline=None)
@given(VALUES.filter(lambda value: "${" not in str(value)))
def test_a_template_without_references_is_itself(template: Any) -> None:
    """Nothing is changed, and nothing copied, where there is nothing to fill."""
    assert fill(template) is template
