"""A mount of a volume that the pod does not have: the API server refuses the pod."""

from __future__ import annotations

from modelservice.checks.walk import pod_containers
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from modelservice.compose import Composition

NAME, SEVERITY = "volume-mounts", "error"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such mount.

    In a LeaderWorkerSet it is a warning: the API server accepts that one, whose pods nobody checks before they are made, and so do the
    charts.
    """
    for role in service.plan.roles:
        pod = service.pods[role.name]
        volumes = [volume.get("name") for volume in pod["spec"].get("volumes") or []]
        severity = "warning" if role.facts["workload"] == "LeaderWorkerSet" else SEVERITY
        for _, container in pod_containers(pod):
            for mount in container.get("volumeMounts") or []:
                if mount.get("name") not in volumes:
                    where = f"container {container['name']} at {mount.get('mountPath')}"
                    yield Result(
                        f"there is no volume {mount.get('name')}, which {where} mounts; there are: {', '.join(map(str, volumes)) or 'none'}"
                        " (giving volumes drops the profile's own)",
                        severity,
                        field=f"spec.{role.name}.volumes",
                    )
