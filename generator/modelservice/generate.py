"""From ModelServices to the objects that serve them: the whole flow, for the function and the CLI alike."""

from __future__ import annotations

from modelservice import checks
from modelservice.compose import Composition, Overlay, compose
from modelservice.config import ModelService
from modelservice.krm import FirstOfEachPlace, ResourceRef, Result, is_shallow
from modelservice.krm.limits import MAX_DEPTH
from modelservice.kubernetes.names import identity
from modelservice.plan import Plan

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    Map = dict[str, Any]


DEEPEST = MAX_DEPTH - 10  # levels of an object: ResourceLists and the records of packages put it into some more
LONGEST_FIELD = 1000  # characters that tell fields apart
WITHOUT_DIGITS = dict.fromkeys(b"0123456789")  # so that the items of a list are one place


class Generated:
    """What one ModelService became: the objects, none if there was an error, and the results, errors first told as found.

    ``spec`` is what it says, with the defaults of its profile and presets.
    """

    __slots__ = ("document", "objects", "results", "spec")

    def __init__(self, document: Map, spec: Map, objects: list[Map], results: list[Result]) -> None:
        self.document, self.spec, self.objects, self.results = document, spec, objects, results

    @property
    def failed(self) -> bool:
        """Whether a result is an error."""
        return any(result.severity == "error" for result in self.results)


def generate(
    documents: Iterable[Map], overlays: Sequence[Map] = (), library: Sequence[Map] = (), profiles: Sequence[Map] = ()
) -> list[Generated]:
    """What each ModelService of ``documents`` becomes, in their order.

    ``overlays`` are right documents of kind Overlay that apply to all of them, after the presets; those of ``library`` apply where they
    say when, or are named as presets. ``profiles`` are right documents of kind Profile. The services are checked against one
    another, too: what two of them would do to each other is a result of the later one.
    """
    extra, brought = [Overlay(document, "") for document in overlays], [Overlay(document, "") for document in library]
    by_name = {profile["metadata"]["name"]: profile for profile in profiles}
    compositions = [composed(document, extra, brought, by_name) for document in documents]
    whole = [composition for composition, _ in compositions if not composition.problems]
    wrong = {composition for composition, problems in compositions if problems}
    for composition, results in zip(whole, checks.check(whole, wrong), strict=True):
        composition.problems = results
    _share_claim_templates([composition for composition, problems in compositions if not problems])
    return [_generated(composition, problems) for composition, problems in compositions]


def _share_claim_templates(compositions: list[Composition]) -> None:
    """Leave a claim template that several services mean to the first of them."""
    if len(compositions) < 2:
        return
    seen = set()
    for composition in compositions:
        kept = []
        for obj in composition.objects:
            called = identity(obj)
            if obj.get("kind") != "ResourceClaimTemplate" or called not in seen:
                kept.append(obj)
            seen.add(called)
        composition.objects = kept


def composed(document: Map, extra: list[Overlay], library: list[Overlay], profiles: dict[str, Map]) -> tuple[Composition, list[Result]]:
    """What a ModelService is composed to, and the errors found before.

    What is wrong in the config is left out, and the rest composed, so that one run tells every mistake; save where a value is missing that
    composing needs, or the profile is wrong, as which all else is meant.
    """
    config = ModelService(document, [overlay.document for overlay in library], profiles)
    plan = Plan(config)
    missing = plan.problems.results if plan.enabled else []
    problems = _once([*config.problems, *missing])
    wrong = {problem.field.partition(".")[2].partition(".")[0].partition("[")[0] for problem in config.problems}
    if missing or not wrong.isdisjoint(("", "profile")):
        return Composition(plan, problems), problems
    for key in wrong.intersection(("presets", "overlays", "patches", "extraObjects")):
        config.spec = {name: value for name, value in config.spec.items() if name != key}
    try:
        return compose(plan, extra, library), problems
    except Exception:
        if not problems:
            raise
        return Composition(plan, problems), problems  # over what is left of a wrong config, composing may stumble


def _once(problems: list[Result]) -> list[Result]:
    """``problems`` without those about a field that an earlier one already is about, or about a part of it, or about what holds it."""
    kept = []
    fields: set[str] = set()
    around: set[str] = set()
    for problem in problems:
        holders = _holders(problem.field)
        if problem.field not in fields and problem.field not in around and fields.isdisjoint(holders):
            fields.add(problem.field)
            around.update(holders)
            kept.append(problem)
    return kept


def _told_once(results: list[Result]) -> list[Result]:
    """``results`` without those that say what another says: what is written once may be wrong in every role."""
    told: dict[Any, Result] = {}
    for result in results:
        told.setdefault(
            (result.severity, result.field, result.message, *(result.resource.to_dict().values() if result.resource else ())), result
        )
    return list(told.values())


def _first_of_each_place(results: list[Result]) -> list[Result]:
    """Of many results of one check about items of one list, or keys of one map, only the first."""
    told = FirstOfEachPlace()
    for result in results:
        place = (_holders(result.field) or [result.field])[-1].translate(WITHOUT_DIGITS)
        resource = result.resource.to_dict().values() if result.resource else ()
        told.add((place, result.severity, (result.tags or {}).get("check"), *resource), result)
    return told.told()


def _holders(field: str) -> list[str]:
    """The fields that ``field`` is a part of, from the outermost on; what a key itself holds of dots and brackets counts too."""
    return [field[:end] for end, character in enumerate(field[:LONGEST_FIELD]) if character in ".[" and end]


def _generated(composition: Composition, problems: list[Result]) -> Generated:
    """The result; beside ``problems`` of the config, what was found later counts where it is an error about something else."""
    config = composition.plan.config
    reference = ResourceRef.of(config.document)
    if problems:
        known = set(map(id, problems))
        later = [problem for problem in composition.problems if problem.severity == "error" and id(problem) not in known]
        composition.problems = _once([*problems, *later])
    composition.problems = _first_of_each_place(composition.problems)
    if config.presets:
        _name_presets(config, composition.problems)
    for result in composition.problems:
        if result.resource is None:
            result.field, profile = config.written(result.field)
            result.resource = ResourceRef.of(profile) if profile else reference
    composition.problems = _told_once(composition.problems)
    if not composition.is_plain and not all(is_shallow(obj, DEEPEST) for obj in composition.objects):
        message = f"has more than {DEEPEST} levels of maps and lists in one of its objects, which then nobody reads; say it with fewer"
        composition.problems.append(Result(message, field="spec", resource=reference))
    generated = Generated(config.document, config.spec, composition.objects, composition.problems)
    if generated.failed:
        generated.objects = []
    return generated


def _name_presets(config: ModelService, results: list[Result]) -> None:
    """Say of results about a field that a preset set where that is named."""
    from modelservice.config.presets import place_of  # few services have presets that say any of it  # noqa: PLC0415

    for result in results:
        if result.resource is None:
            result.field = place_of(config.presets, config.own, result.field)
