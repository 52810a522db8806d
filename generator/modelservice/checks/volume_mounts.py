"""A mount of a volume that the pod does not have: the API server refuses the pod."""

from __future__ import annotations

from modelservice.checks.walk import pod_containers
from modelservice.checks.world import finding
from modelservice.krm import Result

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from modelservice.checks.world import World
    from modelservice.compose import Composition
    from modelservice.plan import Scope

NAME, SEVERITY = "volume-mounts", "error"


def check(service: Composition) -> Iterator[Result]:
    """A finding for each such mount.

    A LeaderWorkerSet is taken as it is, and its StatefulSets are refused. Where its role has no volumes of its own it is a warning all the
    same: the charts take such values, and what makes the volume may come later.
    """
    for role in service.plan.pods:
        pod = service.pods[role.pod]
        volumes = [volume.get("name") for volume in [*(pod["spec"].get("volumes") or []), *_claims(service, role)]]
        listed = (service.plan.config.own.get(role.name) or {}).get("volumes")
        severity = "warning" if role.facts["workload"] == "LeaderWorkerSet" and not listed else SEVERITY
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


def check_world(world: World) -> Iterator[Result]:
    """A finding for each such mount of the pods of a LeaderWorkerSet or DisaggregatedSet; the API server tells of others by itself."""
    for pods in world.pods:
        if not pods.group or world.generated(pods.workload) == pods.workload:
            continue
        volumes = [volume.get("name") for volume in (pods.template.get("spec") or {}).get("volumes") or []]
        volumes += [(claim.get("metadata") or {}).get("name") for claim in pods.group.get("volumeClaimTemplates") or []]
        for path, container in pods.containers():
            for place, mount in enumerate(container.get("volumeMounts") or []):
                if mount.get("name") not in volumes:
                    message = f"there is no volume {mount.get('name')}; there are: {', '.join(map(str, volumes)) or 'none'}"
                    yield finding(pods.workload, f"{path}.volumeMounts[{place}].name", message, "warning", mount.get("name"))


def _claims(service: Composition, role: Scope) -> Iterator[dict[str, Any]]:
    """The volumes that a LeaderWorkerSet makes for its pods, as a patch may say: under the names of its claim templates."""
    if role.facts["workload"] == "LeaderWorkerSet":
        for obj in service.objects:
            if obj.get("kind") == "LeaderWorkerSet" and obj["metadata"].get("name") == role.parameters["workload"]["name"]:
                for claim in obj["spec"]["leaderWorkerTemplate"].get("volumeClaimTemplates") or []:
                    yield {"name": (claim.get("metadata") or {}).get("name")}
