"""``${path * 4}``, what bases and overlays compute: four operations on whole numbers, nothing more."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.compose.made import Made, document, engine, make, overlay

from modelservice.compose import compose
from modelservice.config import ModelService
from modelservice.generate import generate
from modelservice.origin.history import History
from modelservice.plan import Plan
from modelservice.template import ABSENT, CannotComputeError, MissingParameterError, compile_template, first_reference, references

Map = dict[str, Any]

PARAMETERS: Map = {
    "devices": 8,
    "role": {"replicas": 3},
    "text": "12",
    "word": "eight",
    "half": 0.5,
    "on": True,
    "nothing": None,
    "dashed-key": 5,
    "list": [8],
    "below": -2,
    "script": "${devices * 2}",
}


def fill(template: Any) -> Any:
    """Fill a template."""
    return compile_template(template)(PARAMETERS)


@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("${devices * 4}", 32),
        ("${devices*4}", 32),
        ("${ devices  *  4 }", 32),
        ("${devices / 2}", 4),
        ("${devices + role.replicas}", 11),
        ("${devices - role.replicas}", 5),
        ("${devices - role.replicas - 1}", 4),
        ("${devices - 4 * 2}", 0),
        ("${2 + devices * 4 / 2 - 1}", 17),
        ("${role.replicas - devices}", -5),
        ("${16 / devices}", 2),
        ("${text * 2}", 24),
        ("${dashed-key - 1}", 4),
        ("${below * 3}", -6),
        ("${devices? * 2}", 16),
    ],
)
def test_a_number_is_computed(template: str, number: int) -> None:
    """`*` and `/` go before `+` and `-`, else from left to right; what comes out is a whole number."""
    filled = fill({"field": template})["field"]
    assert (filled, type(filled)) == (number, int)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ({"limits": {"a": "${devices * 4}"}}, {"limits": {"a": "32"}}),
        ({"env": [{"name": "A", "value": "${devices * 4}"}]}, {"env": [{"name": "A", "value": "32"}]}),
        ({"args": ["--n", "${devices * 4}"]}, {"args": ["--n", "32"]}),
        ({"a": "${devices * 4} of ${word}"}, {"a": "32 of eight"}),
        ({"a": "${word}-${devices / 2}"}, {"a": "eight-4"}),
        ({"n-${devices + 1}": 1}, {"n-9": 1}),
        ({"a": "${nothing? * 4}", "b": 1}, {"b": 1}),
        ({"a": "x${devices * nothing?}", "b": 1}, {"b": 1}),
        (["${devices * 2}"], [16]),
    ],
)
def test_it_stands_where_a_reference_does(template: Any, filled: Any) -> None:
    """In a text, and where Kubernetes takes only text, it is text; with an optional parameter that is absent its key goes."""
    assert fill(template) == filled


@pytest.mark.parametrize(
    "template",
    ["${X/a/b}", "${X+1}", "${X:-1}", "${X%/*}", "${X##*/}", "$((LWS_WORKER_INDEX * 8))", "${#X}", "${X[*]}", "${!X*}", "a * ${"],
)
def test_what_a_shell_computes_is_left_to_it(template: str) -> None:
    """Scripts are full of braces; none of theirs has a blank behind the name, or a `*` there."""
    assert fill({"a": template}) == {"a": template}


def test_nothing_is_computed_again() -> None:
    """What is put in stays as it is, also where it looks like something to compute."""
    assert fill({"a": "${script}", "b": "${script} ${devices * 1}"}) == {"a": "${devices * 2}", "b": "${devices * 2} 8"}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("${devices / 3}", "${devices / 3} divides 8 by 3, which leaves a rest; numbers here are whole"),
        ("${devices / 3 * 3}", "${devices / 3 * 3} divides 8 by 3, which leaves a rest; numbers here are whole"),
        ("${devices / 0}", "${devices / 0} divides by zero"),
        ("${devices * word}", "${devices * word} computes with word, which is 'eight'; must be a whole number"),
        ("${devices * half}", "${devices * half} computes with half, which is 0.5; must be a whole number"),
        ("${devices * on}", "${devices * on} computes with on, which is true; must be a whole number"),
        ("${devices * list}", "${devices * list} computes with list, which is a list; must be a whole number"),
        ("${devices * 2.5}", "${devices * 2.5} has '2.5' where a parameter, a whole number or + - * / stands"),
        ("${devices * }", "${devices * } ends with '*'; a number is missing"),
        ("${devices * * 2}", "${devices * * 2} has '*' where a number stands"),
        ("${devices * 2 3}", "${devices * 2 3} has '3' where one of + - * / stands"),
        ("${devices * (2 + 1)}", "${devices * (2 + 1)} has '(2 + 1)' where a parameter, a whole number or + - * / stands"),
        ("${devices * script}", "${devices * script} computes with script, which is '${devices * 2}'; must be a whole number"),
    ],
)
def test_what_is_no_whole_number_is_an_error(template: str, message: str) -> None:
    """A rest, a word, a fraction, a bracket: each is told, with the expression."""
    with pytest.raises(CannotComputeError) as told:
        fill({"a": template})
    assert str(told.value) == message


def test_a_number_is_not_larger_than_json_holds() -> None:
    """So that a few stars make no number of a million digits."""
    with pytest.raises(CannotComputeError, match="more than any number here may be"):
        fill({"a": f"${{{' * '.join(['999999999999'] * 3)}}}"})


def test_an_unknown_parameter_stays_an_error() -> None:
    """A parameter that is not there is an error inside a computation, as it is in a plain reference."""
    with pytest.raises(MissingParameterError) as missing:
        fill({"a": "${devices * divices}"})
    assert missing.value.args == ("divices",)


def test_what_is_computed_with_is_a_reference() -> None:
    """Whoever asks what a text refers to is told of that, too."""
    assert references("${a}-${b? * c.d}") == [("a", False), ("b", True), ("c.d", False)]
    assert first_reference("${b * 2}") == (["b"], False)
    assert first_reference("${b.c}") == (["b", "c"], True)
    assert first_reference("$((b * 2))") is None


NUMBERS = st.integers(0, 99)


@given(NUMBERS, st.lists(st.tuples(st.sampled_from("+-*/"), NUMBERS), max_size=6, min_size=1))
def test_it_comes_to_what_it_comes_to(first: int, rest: list[tuple[str, int]]) -> None:
    """Any expression: the number that exact arithmetic gives, or an error where a division on the way is not whole."""
    text = f"{first}{''.join(f' {operator} {number}' for operator, number in rest)}"
    terms: list[tuple[int, Fraction]] = [(1, Fraction(first))]
    whole = True
    for operator, number in rest:
        sign, term = terms[-1]
        if operator in "+-":
            terms.append((1 if operator == "+" else -1, Fraction(number)))
        elif operator == "*":
            terms[-1] = (sign, term * number)
        elif number == 0:
            whole = False
        else:
            terms[-1] = (sign, term / number)
            whole = whole and terms[-1][1].denominator == 1
    total = sum(sign * term for sign, term in terms)
    found = computed(f"${{{text}}}")
    assert (found == total) if whole else (found is None)


def computed(template: str) -> Any:
    """Fill a template; None where that cannot be computed."""
    try:
        return compile_template(template)({})
    except CannotComputeError:
        return None


def test_an_optional_parameter_alone_is_absent() -> None:
    """As a reference to nothing is."""
    assert fill("${nothing? + 1}") is ABSENT


OWN = {"target": "container", "patch": {"resources": {"limits": {"example.com/nic": "${devices * 4}"}}}}


def test_an_overlay_of_ones_own_computes() -> None:
    """The devices of the pod are a parameter; what a container asks for by itself counts there."""
    spec: Map = {"profile": "llm-d", "decode": {"parallelism": {"tensor": 2}, "containers": [engine()]}, "overlays": [overlay(OWN)]}
    assert make(spec).container()["resources"]["limits"] == {"nvidia.com/gpu": "2", "example.com/nic": "8"}
    spec["decode"]["containers"] = [engine(resources={"limits": {"nvidia.com/gpu": "4"}})]
    assert make(spec).container()["resources"]["limits"]["example.com/nic"] == "16"


def test_what_cannot_be_computed_is_told_where_it_is_written() -> None:
    """With the place in the overlay, and what is wrong; nothing is made."""
    wrong = {"target": "container", "patch": {"resources": {"limits": {"example.com/nic": "${devices / 3}"}}}}
    made = make({"profile": "llm-d", "prefill": {"create": False}, "overlays": [overlay(OWN, wrong)]})
    assert made.errors == [
        "spec.overlays[0].spec.patches[1]: overlay own: ${devices / 3} divides 1 by 3, which leaves a rest; numbers here are whole"
    ]


def test_a_preset_computes_with_its_parameters() -> None:
    """In its patches, in its defaults, and in the default of a parameter."""
    given: Map = {"type": "integer", "default": 2}
    preset = overlay(
        {"target": "pod", "patch": {"metadata": {"labels": {"n": "${preset.n * devices}", "m": "${preset.m}"}}}},
        name="nics",
        parameters={"n": given, "m": {"type": "string", "default": "${devices * 3}"}},
        defaults={"drain": "${preset.n * 10}"},
    )
    spec: Map = {"profile": "llm-d", "prefill": {"create": False}, "decode": {"parallelism": {"tensor": 2}}}
    spec["presets"] = [{"name": "nics", "n": 4}]
    pod = Made(generate([document(spec)], (), [preset])[0]).workload()["spec"]["template"]
    assert (pod["metadata"]["labels"]["n"], pod["metadata"]["labels"]["m"]) == ("8", "6")
    assert pod["spec"]["terminationGracePeriodSeconds"] == 70
    wrong = overlay(name="nics", parameters={"n": given}, defaults={"drain": "${preset.n / 3}"})
    (error, *_) = Made(generate([document(spec)], (), [wrong])[0]).errors
    assert error.startswith("spec.presets[0]: its defaults: ${preset.n / 3} divides 4 by 3")


def test_where_a_computed_value_comes_from() -> None:
    """Its history names the field that decides it."""
    spec: Map = {"profile": "llm-d", "prefill": {"create": False}, "overlays": [overlay(OWN)], "decode": {"parallelism": {"tensor": 2}}}
    composition = compose(Plan(ModelService(document(spec))))
    workload = next(obj for obj in composition.objects if obj["kind"] == "Deployment")
    path: list[str | int] = ["spec", "template", "spec", "containers", 0, "resources", "limits", "example.com/nic"]
    (value,) = History(composition).values(workload, path)
    assert value.set_by.field == "spec.decode.parallelism.tensor"


def test_who_computes_nothing_loads_nothing() -> None:
    """A plain service does not even import it."""
    program = "import sys; from tests.compose.made import make; make({'profile': 'llm-d'}); print(NAME in sys.modules)"
    program = program.replace("NAME", "'modelservice.template.arithmetic'")
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
