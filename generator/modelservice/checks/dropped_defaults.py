"""A list of containers that leaves out what the profile's container has: `engine` changes only what it names."""

from __future__ import annotations

from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "dropped-defaults", "warning"
COMMAND = "the profile's serve command is gone, and the image's own command runs"
VOLUME = "the volume of the model, whose modelArtifacts.{key} is given, is not mounted"
OF_VOLUME = ("size", "mountPath", "readOnly")


def check(service: Composition) -> Iterator[Result]:
    """A finding for each role whose own first container lacks the serve command, or a model volume that is spoken of."""
    spoken_of = next((key for key in OF_VOLUME if (service.plan.config.own.get("modelArtifacts") or {}).get(key) is not None), None)
    for role in service.plan.roles:
        drops = role.containers[0].parameters["drops"] if role.containers else ()
        downloads = service.plan.service.facts["artifact"] == "hf"  # of other models another check tells
        lost = [("modelCommand", COMMAND)] if "command" in drops else []
        lost += [("mountModelVolume", VOLUME.format(key=spoken_of))] if "volume" in drops and spoken_of and downloads else []
        if lost:
            mend = f"write engine in place of containers, which keeps what it does not name, or {' and '.join(key for key, _ in lost)}"
            yield Result(f"{'; '.join(what for _, what in lost)}; {mend}", SEVERITY, field=f"spec.{role.name}.containers[0]")
