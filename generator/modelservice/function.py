"""modelservice-fn: the KRM function. A ResourceList comes in on stdin, a ResourceList goes out on stdout.

The contract is the KRM Functions Specification, as kustomize and kpt really keep it. Under kustomize nobody sees results, so that what a
user must know goes to stderr too; under kpt they are shown, and stderr stays quiet unless the function fails.
"""

from __future__ import annotations

import sys

from modelservice import __version__
from modelservice.checks import check_world
from modelservice.config import API_VERSION, is_ours
from modelservice.generate import generate
from modelservice.krm import (
    Item,
    ReadError,
    ResourceList,
    ResourceRef,
    Result,
    read_resource_list,
    read_stdin,
    write_resource_list,
    write_stderr,
    write_stdout,
)
from modelservice.kubernetes.apply_order import apply_rank
from modelservice.kubernetes.names import identity
from modelservice.texts import cut, mishap, shown, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from modelservice.generate import Generated

    Map = dict[str, Any]

WHERE = "to see the lines of the file: modelservice render FILE\n"
USAGE = f"""modelservice-fn {__version__}: a KRM function for kustomize and kpt.

It reads a ResourceList on stdin and writes one to stdout; start it through an orchestrator:
  kustomize build --enable-alpha-plugins --enable-exec DIR
  kpt fn eval DIR --exec modelservice-fn
Without one, `modelservice render FILE` prints the same resources.
"""


def main() -> int:
    """Run the function once; 0 done, 1 the input is wrong, 2 the call is wrong, 130 interrupted. Whatever happens, there is an answer."""
    if len(sys.argv) > 1:
        return _answer_human(sys.argv[1:])
    resources, items, broken = ResourceList(), [], 0
    try:
        resources = read_resource_list(read_stdin())
        items = resources.items
        run(resources)
        answer = write_resource_list(resources)
    except ReadError as error:
        broken, answer = 1, _refusal(resources, items, f"the input is not a ResourceList: {error}")
    except BaseException as error:
        broken = 130 if isinstance(error, KeyboardInterrupt) else 1
        answer = _refusal(resources, items, mishap(error))
    _tell(resources.results, quiet=resources.has_files and not broken)
    arrived = _write(answer)
    return broken or (0 if arrived and not any(result.severity == "error" for result in resources.results) else 1)


def _refusal(resources: ResourceList, items: list[Item], message: str) -> bytes:
    """The answer where the run broke: the items as they came, if they can be written, and what happened."""
    resources.items, resources.results = items, [Result(message, resource=ResourceRef.of(resources.function_config))]
    try:
        return write_resource_list(resources)
    except Exception:
        resources.items, resources.function_config = [], None
        return write_resource_list(resources)


def _write(answer: bytes) -> bool:
    """Write to stdout; whether all of it arrived."""
    try:
        write_stdout(answer)
    except BrokenPipeError:  # who is gone needs no message
        return False
    except BaseException as error:
        write_stderr(f"error: {mishap(error)}\n")
        return False
    return True


def run(
    resources: ResourceList,
    overlays: Sequence[Map] = (),
    *,
    complete: bool | None = None,
    validations: Sequence[Map] | None = None,
) -> None:
    """Add what the ModelServices of the list become, and the results; the items stay as they are when there is an error.

    What is asked for is told by the functionConfig: a ModelService is generated from; a ConfigMap (what kpt makes of ``-- key=value``)
    holds presets and settings for every ModelService among the items; without one, those are taken as they are. A Validation only looks, a
    Patches changes what is there. Overlays and Profiles among the items are there to be asked for; where the items have no files, they and
    the ModelServices are gone then.

    ``overlays`` are right documents of kind Overlay for all ModelServices. ``complete``: whether what no item is, is not there; by default
    where the items have files. ``validations``, if only an empty list: every item is looked at, too, as a Validation does it, and those
    among the items and the specs in here say how serious what is found is.
    """
    if is_ours(resources.function_config, "Validation"):
        _validate(resources)
        return
    if is_ours(resources.function_config, "Patches"):
        _patch(resources)
        return
    before = resources.items
    complete = resources.has_files if complete is None else complete
    if validations is None:
        _generate(resources, overlays, complete)
    else:
        _generate_and_judge(resources, overlays, complete, validations)
    _name_places(resources, before)


def _generate_and_judge(resources: ResourceList, overlays: Sequence[Map], complete: bool, validations: Sequence[Map]) -> None:
    from modelservice.config.patches_config import patches_spec  # noqa: PLC0415
    from modelservice.config.validation_config import validation_spec  # noqa: PLC0415

    found: list[Result] = []
    specs = list(validations)
    for kind, read in (("Validation", validation_spec), ("Patches", patches_spec)):
        for document in (item.value for item in resources.items if is_ours(item.value, kind)):
            spec, problems = read(document)
            for problem in problems:
                problem.resource = ResourceRef.of(document)
            found += problems
            specs += [spec] if kind == "Validation" and not problems else []
    _generate(resources, overlays, complete, specs)
    severities = _severities(specs)
    for result in resources.results:
        if result.severity != "error":  # what keeps objects from being generated stays what it is
            result.severity = severities.get((result.tags or {}).get("check", "")) or result.severity
    resources.results = [*found, *(result for result in resources.results if result.severity != "off")]


def _generate(resources: ResourceList, overlays: Sequence[Map], complete: bool, validations: Sequence[Map] | None = None) -> None:
    """Generate, and look at all that is there then; with ``validations`` at each for itself, too, and after an error at what there is."""
    before = [item for item in resources.items if not _is_echo(item, resources.function_config)]
    generated = _generated(resources, overlays, judging=validations is not None)
    if generated is None:
        if validations is not None:
            _check_world(resources, list(validations), [], complete=False, judged=True)
        return
    made = [obj for one in generated for obj in one.objects]
    specs = [one.spec for one in generated]
    others = resources.has_files or not all(is_ours(item.value) for item in before)
    if others or any(spec.get("patches") or spec.get("extraObjects") for spec in specs):
        judged = validations is not None
        _check_world(resources, [*(validations or []), *specs], made, complete=complete, judged=judged)
    if any(result.severity == "error" for result in resources.results):
        resources.items = before


def _generated(resources: ResourceList, overlays: Sequence[Map], *, judging: bool) -> list[Generated] | None:
    """Put what the ModelServices become among the items, and tell what was found; None where there is an error.

    ``judging``: that there is no ModelService is nothing to tell, and what an earlier run generated stays.
    """
    config = resources.function_config
    try:
        services = _services(resources)
        resources.results += _nameless(resources.items)
    except RequestError as error:
        resources.results.append(Result(str(error), resource=ResourceRef.of(config)))
    if resources.results:
        return None
    library, profiles = ([item.value for item in resources.items if is_ours(item.value, kind)] for kind in ("Overlay", "Profile"))
    resources.results += [result for overlay in library for result in _overlay_problems(overlay, library)] or _same_names(library)
    if profiles:
        from modelservice.config.profile import problems  # few bring any  # noqa: PLC0415

        resources.results += problems(profiles)
    if resources.results:
        return None
    if judging and not services:
        return []
    generated = generate(services, overlays, library, profiles)
    told = {(str(result.to_dict()), result.severity): result for one in generated for result in one.results}
    resources.results += told.values()  # a mistake in a Profile shows in every service of it, and is told once
    before = resources.items = [item for item in resources.items if not _is_echo(item, config)]
    if any(one.failed for one in generated):
        return None
    if resources.has_files:
        from modelservice import package  # only packages have files  # noqa: PLC0415

        placed = package.place(resources, generated, all_services=not is_ours(config, "ModelService"))
        resources.results += placed
        return None if any(result.severity == "error" for result in placed) else generated
    left = before if is_ours(config, "ModelService") else [item for item in before if not _is_consumed(item.value)]
    made = [obj for one in generated for obj in one.objects]
    notes = [_note(one) for one in generated if one.spec.get("external")]
    resources.items = [*left, *(Item(obj) for obj in [*sorted(made, key=apply_rank), *notes])]
    return generated


def _is_consumed(value: Any) -> bool:
    """Whether a resource has said all that it has to say once it was generated from: a patch of it would come too late."""
    return is_ours(value, "ModelService", "Overlay", "Profile")


def _note(one: Generated) -> Map:
    """What a Validation of the same build has to know of a ModelService that is gone; kustomize does not print it."""
    metadata = {"name": one.document["metadata"]["name"], "annotations": {"config.kubernetes.io/local-config": "true"}}
    return {"apiVersion": API_VERSION, "kind": "Validation", "metadata": metadata, "spec": {"external": one.spec["external"]}}


def _name_places(resources: ResourceList, before: list[Item]) -> None:
    """Say of results where their mistake was written: in settings, or in which file."""
    if isinstance(resources.function_config, dict) and not is_ours(resources.function_config, "ModelService"):
        _name_settings(resources.results, resources.function_config)
    if resources.has_files:
        _name_files(resources.results, [*resources.items, *before])


def _name_settings(results: list[Result], config: Map) -> None:
    """Say of a result about a field that the functionConfig sets who set it."""
    from modelservice.config.settings import sets  # noqa: PLC0415

    data = config.get("data")
    for key in data if isinstance(data, dict) else ():
        for result in results:
            if sets(key, result.field):
                result.message += f" (set by {key} of the functionConfig's data)"


def _name_files(results: list[Result], items: list[Item]) -> None:
    """Say of a result about an item in which file it is."""
    places = {reference.key(): item for item in items if item.path and (reference := ResourceRef.of(item.value))}
    for result in results:
        item = places.get(result.resource.key()) if result.resource else None
        if item is not None and item.path and not result.file:
            result.file, result.index = item.path, whole_number(item.index or "") or 0


def _check_world(resources: ResourceList, specs: list[Map], made: list[Map], *, complete: bool, judged: bool = False) -> None:
    """Add the results about all resources, of which others are ``judged`` for themselves, too, by a Validation."""
    from modelservice.checks.world import World  # noqa: PLC0415

    external = [name for spec in specs for name in spec.get("external") or []]
    version = next((spec["kubernetesVersion"] for spec in specs if spec.get("kubernetesVersion")), None)
    objects = [item.value for item in resources.items]
    world = World(objects, complete=complete, external=external, generated=made, kubernetes_version=version, judged=judged)
    resources.results += check_world(world, _severities(specs))


def _severities(specs: list[Map]) -> Map:
    """The severities that checks are given, by the first who says it."""
    return {name: severity for spec in reversed(specs) for name, severity in (spec.get("checks") or {}).items()}


def _validate(resources: ResourceList) -> None:
    """Only look at the items, and answer with none of them where they have no files: kustomize refuses a validator that echoes them."""
    from modelservice.config.validation_config import validation_spec  # noqa: PLC0415

    spec, resources.results = validation_spec(resources.function_config)
    for result in resources.results:
        result.resource = ResourceRef.of(resources.function_config)
    resources.items = [item for item in resources.items if not _is_echo(item, resources.function_config)]
    if not resources.results:
        services = [item.value.get("spec") for item in resources.items if is_ours(item.value, "ModelService", "Validation")]
        lists = [service.get("external") for service in services if isinstance(service, dict)]
        known = [name for names in lists if isinstance(names, list) for name in names]
        _check_world(resources, [{**spec, "external": [*(spec.get("external") or []), *known]}], [], complete=True, judged=True)
    if not resources.has_files:
        resources.items = []


def _patch(resources: ResourceList) -> None:
    """Apply the patches of the functionConfig to the items."""
    from modelservice.patching import patch_items  # noqa: PLC0415

    resources.items = [item for item in resources.items if not _is_echo(item, resources.function_config)]
    resources.results = patch_items(resources)
    _name_places(resources, [])


def _nameless(items: Sequence[Item]) -> Iterator[Result]:
    """An error for each config of ours that has no name, by which all else is told: in its file."""
    for item in items:
        if is_ours(item.value, "ModelService", "Overlay", "Profile") and ResourceRef.of(item.value) is None:
            metadata = item.value.get("metadata")
            name = metadata.get("name") if isinstance(metadata, dict) else None
            message = "missing" if name is None else f"is {shown(name)}; must be text that is a name"
            yield Result(message, field="metadata.name", file=item.path or "", index=whole_number(item.index or "") or 0)


def _overlay_problems(overlay: Map, library: list[Map]) -> list[Result]:
    from modelservice.config.overlay import problems  # noqa: PLC0415

    found = problems(overlay, "", [ref.name for other in library if (ref := ResourceRef.of(other))])
    for result in found:
        result.resource = ResourceRef.of(overlay)
    return found


def _same_names(library: list[Map]) -> list[Result]:
    """An error for each Overlay that is called as an earlier one is: a preset of this name could be either."""
    message = "another Overlay is called so, too; a preset is asked for by its name"
    seen: set[str] = set()
    found = []
    for overlay in library:
        if overlay["metadata"]["name"] in seen:
            found.append(Result(message, field="metadata.name", resource=ResourceRef.of(overlay)))
        seen.add(overlay["metadata"]["name"])
    return found


class RequestError(ValueError):
    """The functionConfig is not one that the function can take; the message says what would be right."""


def _services(resources: ResourceList) -> list[Map]:
    """The ModelServices to generate from: the functionConfig, or those among the items, with the settings of a ConfigMap."""
    config = resources.function_config
    if is_ours(config, "ModelService"):
        return [config]
    if not isinstance(config, dict | None) or (config and (config.get("apiVersion"), config.get("kind")) != ("v1", "ConfigMap")):
        found = " ".join(cut(str(config.get(key))) for key in ("apiVersion", "kind")) if isinstance(config, dict) else shown(config)
        raise RequestError(
            f"the functionConfig is {found}; must be a {API_VERSION} ModelService, Validation or Patches, or a ConfigMap with settings"
        )
    services = [item.value for item in resources.items if is_ours(item.value, "ModelService")]
    if not services and not resources.has_files:
        raise RequestError(f"there is no ModelService: give one as functionConfig, or among the items (apiVersion: {API_VERSION})")
    data = (config or {}).get("data") or {}
    if not isinstance(data, dict):
        raise RequestError(f"the functionConfig's data is {shown(data)}; must be a map of settings")
    if not data:
        return services
    from modelservice.config.settings import SettingError, with_settings  # noqa: PLC0415

    settings = dict(data)
    presets = [text for text in (str(settings.pop("presets", "")),) if text.strip(" ,\n")]
    try:
        return [with_settings(service, presets, [f"{key}={value}" for key, value in settings.items()]) for service in services]
    except SettingError as error:
        raise RequestError(f"the functionConfig's data does not fit: {error}") from None


def _is_echo(item: Item, function_config: Any) -> bool:
    """Whether ``item`` is the copy of the functionConfig that kustomize sends along; a user's file has a path, the copy has none."""
    if item.path is not None or not isinstance(item.value, dict) or not isinstance(function_config, dict):
        return False
    (_, kind, _, name), (_, wanted_kind, _, wanted_name) = identity(item.value), identity(function_config)  # the namespace may be another
    return (item.value.get("apiVersion"), kind, name) == (function_config.get("apiVersion"), wanted_kind, wanted_name)


def _tell(results: list[Result], quiet: bool) -> None:
    """Write the results to stderr, errors first; only errors when ``quiet``."""
    severities = ("error",) if quiet else ("error", "warning")
    told = [result for severity in severities for result in results if result.severity == severity]
    if told:
        errors = [result for result in told if result.severity == "error"]
        of_a_file = not quiet and any(result.field and result.resource and result.resource.kind == "ModelService" for result in errors)
        write_stderr("".join(f"{result.severity}: {result.line()}\n" for result in told) + (WHERE if of_a_file else ""))


def _answer_human(arguments: list[str]) -> int:
    if arguments in (["--version"], ["-V"]):
        return 0 if _write(f"{__version__}\n".encode()) else 1
    if arguments in (["--help"], ["-h"]):
        return 0 if _write(USAGE.encode()) else 1
    write_stderr(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main())
