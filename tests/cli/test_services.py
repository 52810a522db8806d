"""What commands are given."""

from __future__ import annotations

from modelservice.cli.services import Given


def test_options_that_were_not_given_are_nothing() -> None:
    """A command that was given nothing but files is told by this: options need a ModelService."""
    assert Given.of(["a.yaml"], None, None, None, None, None) == Given(["a.yaml"])


def test_each_option_has_its_place() -> None:
    """In the order in which all commands hand them over."""
    given = Given.of(["file"], ["layer"], ["overlay"], ["profile"], ["preset"], ["a=1"])
    assert given == Given(["file"], layers=["layer"], overlays=["overlay"], profiles=["profile"], presets=["preset"], settings=["a=1"])


def test_more_comes_behind() -> None:
    """So that the last one wins, which is that of one side of a diff."""
    more = Given(["b"], layers=["of b"], settings=["x=2"])
    assert Given([], ["of both"], settings=["x=1"]).with_more(more) == Given(["b"], ["of both", "of b"], settings=["x=1", "x=2"])
