"""Label selectors, read as kubectl and kustomize read them: the answers here are those of `kubectl kustomize` 1.37 for the same labels."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from modelservice.compose.selectors import matches

Labels = dict[str, str]

LABELS = {"l": "1", "e": "", "a.b/c-d_e": "x.y-z_0", "in": "in"}
FITTING = [
    "",
    "  ",
    "l=1",
    "l==1",
    " l = 1 , e ",
    "l=1\n",
    "l!=2",
    "l in (1)",
    "l in(1,2)",
    "l in ( 2 , 1 )",
    "l in (,1)",
    "l in (1,1)",
    "l notin (2,3)",
    "l notin ()",
    "l",
    "e",
    "e=",
    "e in ()",
    "!zz",
    "! zz",
    "zz!=1",
    "zz!=",
    "zz notin (1)",
    "a.b/c-d_e=x.y-z_0",
    "in in (in)",
    "in",
    "l>0",
    "l > 0",
    "l<2,e",
    "l in (1,2),e,!zz,in notin (a, b)",
]
OTHERS = [
    "l=2",
    "l=11",
    "l!=1",
    "e!=",
    "zz=1",
    "zz=",
    "zz",
    "!l",
    "!l,e",
    "l,!e",
    "l in (2,3)",
    "l in ()",
    "zz in (1)",
    "zz in (,1)",
    "l notin (1)",
    "l=1,l=2",
    "l=1,zz",
    "l>1",
    "l<1",
    "e>0",
    "e<1",
    "zz>0",
    "zz<9",
    "L=1",
]
WRONG = [
    "l=1,",
    ",l=1",
    "l=1,,e",
    "l=a b",
    "l=!",
    "l===1",
    "l IN (1)",
    "l in 1",
    "l in (1",
    "l in (1 2)",
    "l 1",
    "-l",
    "!l=1",
    "=1",
    "l>",
    "l>x",
    "l>1.5",
    "l>-5",
    "http://x",
]


@pytest.mark.parametrize("selector", FITTING)
def test_labels_that_fit(selector: str) -> None:
    """All requirements hold: equality, membership, presence, comparison; an absent label is unequal to everything and in no set."""
    assert matches(selector, LABELS)


@pytest.mark.parametrize("selector", OTHERS)
def test_labels_that_do_not_fit(selector: str) -> None:
    """One requirement that fails is enough; an absent label is equal to nothing, and keys and values are compared as they are."""
    assert not matches(selector, LABELS)


@pytest.mark.parametrize("selector", WRONG)
def test_what_is_no_selector_is_refused(selector: str) -> None:
    """What kubectl refuses is refused here, with the part that is wrong and what would be right."""
    with pytest.raises(ValueError, match=r"is no selector; must be as in app=web"):
        matches(selector, LABELS)


def test_numbers_are_compared_as_numbers() -> None:
    """Greater and less go by the value of the label, which must be a whole number."""
    assert matches("n>9", {"n": "10"})
    assert not matches("n<9", {"n": "10"})
    assert matches("n<1", {"n": "-1"})
    assert not matches("n>0", {"n": "1.5"})


VALUES = st.sampled_from(["", "a", "b", "1"])
KEYS = st.sampled_from(["k", "example.com/k", "notin"])
MAPS = st.dictionaries(KEYS, VALUES, max_size=3)


@settings(deadline=None)
@given(MAPS, KEYS, st.lists(VALUES, min_size=1, max_size=3))
def test_negations_are_negations(labels: Labels, key: str, values: list[str]) -> None:
    """Each form and its negation divide all labels between them; one value in a set is equality."""
    listed = ", ".join(values)
    assert matches(f"{key} in ({listed})", labels) is not matches(f"{key} notin ({listed})", labels)
    assert matches(f"{key}={values[0]}", labels) is not matches(f"{key}!={values[0]}", labels)
    assert matches(key, labels) is not matches(f"!{key}", labels)
    assert matches(f"{key} in ({values[0]})", labels) is matches(f"{key}=={values[0]}", labels)


@settings(deadline=None)
@given(MAPS, st.lists(st.tuples(KEYS, VALUES), min_size=1, max_size=3))
def test_a_comma_is_and(labels: Labels, pairs: list[tuple[str, str]]) -> None:
    """Requirements with commas between fit what fits each of them, in any order."""
    parts = [f"{key}={value}" for key, value in pairs] + [f"{pairs[0][0]} in (a, b)"]
    assert matches(",".join(parts), labels) is all(matches(part, labels) for part in parts)
    assert matches(" , ".join(reversed(parts)), labels) is matches(",".join(parts), labels)


@settings(deadline=None)
@given(MAPS, MAPS)
def test_equalities_are_what_match_labels_means(labels: Labels, wanted: Labels) -> None:
    """Labels written as a selector fit what has all of them."""
    assume(wanted)
    assert matches(",".join(f"{key}={value}" for key, value in wanted.items()), labels) is (wanted.items() <= labels.items())


@pytest.mark.parametrize(
    ("selector", "fits"),
    [
        ("l in (" + "2, " * 20_000 + "1)", True),
        ("l in (" + ", " * 20_000 + ")", False),
        ("l>" + "0" * 5000, True),
        ("l<" + "9" * 5000, False),
        ("l>" + "9" * 5000, False),
    ],
)
def test_long_selectors(selector: str, fits: bool) -> None:
    """Selectors of any length are read at once; a number that is none in Kubernetes is neither greater nor less."""
    assert matches(selector, LABELS) is fits


@pytest.mark.parametrize("selector", ["l in (" + ", " * 50_000, "," * 50_000, "(" * 50_000, "l in (a b)", "l in ((a))", "a" * 5000 + "!"])
def test_selectors_that_are_none(selector: str) -> None:
    """What is no selector is an error at once, which quotes no more than one can read."""
    with pytest.raises(ValueError, match="is no selector") as caught:
        matches(selector, LABELS)
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize("value", ["²", "9" * 5000, "", "+", "-"])
def test_a_label_that_is_no_number(value: str) -> None:
    """Such a label is neither greater nor less than any number."""
    assert not matches("l>0", {"l": value})
    assert not matches("l<0", {"l": value})
    assert matches("l<0", {"l": "-5"})
    assert matches("l>4", {"l": "+5"})
