"""What a release's objects are called, by the charts' rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from modelservice.conversion.draft import get
from modelservice.plan.names import NAME_LENGTH
from modelservice.workloads import ROLES

Map = dict[str, Any]

CHART = "llm-d-modelservice"
LABEL = "helm.sh/chart"
WORKLOADS = ("Deployment", "LeaderWorkerSet", "ReplicaSet")


@dataclass(frozen=True)
class Release:
    """A Helm release as far as it is known: its name, its namespace, and, of its manifest, the name in front of ``-decode``."""

    name: str = ""
    namespace: str = ""
    objects: str = ""


UNKNOWN = Release()


def full_name(values: Map, release: Release) -> str:
    """The name in front of ``-decode``.

    That is what the manifest says, else fullnameOverride, else the release's name, with the chart's behind it unless it holds that already;
    where nothing of it is known, the model's name, without its namespace.
    """
    if release.objects:
        return release.objects
    if override := values.get("fullnameOverride"):
        return _cut(str(override))
    if not release.name:
        model = str(get(values, ("modelArtifacts", "name")) or "").rpartition("/")[2]
        return _cut(re.sub("[^a-z0-9]+", "-", model.lower()).strip("-")) or "model"
    chart = str(values.get("nameOverride") or CHART)
    return _cut(release.name if chart in release.name else f"{release.name}-{chart}")


def of_manifest(objects: Iterable[Map]) -> tuple[str, str]:
    """The name in front of ``-decode``, and the chart's version, that the objects of a release tell; empty where they do not."""
    name = version = ""
    for obj in objects:
        own = str(get(obj, ("metadata", "name")) or "")
        stem, _, role = own.rpartition("-")
        if obj.get("kind") in WORKLOADS and role in ROLES:
            name = stem
        chart = str(get(obj, ("metadata", "labels", LABEL)) or "")
        if chart.startswith(f"{CHART}-"):
            version = chart.removeprefix(f"{CHART}-").removeprefix("v")
    return name, version


def _cut(name: str) -> str:
    return name[:NAME_LENGTH].rstrip("-")
