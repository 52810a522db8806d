"""The pages of docs/reference that generator/tasks/reference.py makes from bases/, overlays/ and the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tasks.scripts import script

from modelservice import data
from modelservice.cli.commands import app

ROOT = Path(__file__).resolve().parents[2]


REFERENCE = script("reference")


@pytest.mark.parametrize("name", REFERENCE.PAGES)
def test_a_page_is_current(name: str) -> None:
    """The page is what `make made` would write."""
    assert (REFERENCE.FOLDER / f"{name}.md").read_text(encoding="utf-8") == REFERENCE.PAGES[name]()


def test_every_preset_has_its_section() -> None:
    """With what it is for, and its parameters."""
    page = REFERENCE.presets()
    for name in data.names("overlays", "presets"):
        document = data.document("overlays", "presets", f"{name}.yaml")
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        assert document["metadata"]["annotations"]["description"] in section
        for parameter in document["spec"].get("parameters", {}):
            assert f"| `{parameter}` | " in section
    assert "| `claim` | text | must be given | " in page
    assert "| `whenUnsatisfiable` | one of `ScheduleAnyway`, `DoNotSchedule` | `ScheduleAnyway` | " in page
    assert "| `sizeLimit` | text |  | " in page


def test_what_a_preset_sets_is_said() -> None:
    """By the paths of its patches, the names of items, its flags, and the kinds that it adds."""
    section = REFERENCE.presets().partition("\n## shm\n")[2].partition("\n## ")[0]
    assert "| pod |  | `spec.volumes[name=shm].emptyDir.medium`<br>`spec.volumes[name=shm].emptyDir.sizeLimit` |" in section
    assert "| container |  | `volumeMounts[name=shm]` |" in section
    assert "| adds | `workload`: `Deployment` or `LeaderWorkerSet` | `PodDisruptionBudget` |" in REFERENCE.presets()


def test_every_overlay_and_fact_has_its_row() -> None:
    """Of those that are no presets; a fact that only containers have says so."""
    page = REFERENCE.overlays()
    for folder in REFERENCE.GROUPS:
        for document in data.folder("overlays", folder):
            assert page.count(f"\n| `{document['metadata']['name']}` | ") >= 1
    assert "| `artifact` | `hf`, `pvc`, `pvc+hf`, `oci`, `s3` | Scheme of modelArtifacts.uri. |" in page
    assert page.partition("| `serves` | ")[2].partition("\n")[0].endswith("Of containers. |")


def test_every_command_has_its_section() -> None:
    """With each of its options once, on a line of its own."""
    page = REFERENCE.commands()
    for command in app.registered_commands:
        section = page.partition(f"\n## {command.name}\n")[2].partition("\n## ")[0]
        assert section.count("| `-h, --help` | Show this message and exit. |") == 1
        assert f"(#{command.name})" in page
    assert "| `-o, --to DIR` | Write one file per resource into DIR, and remove those of earlier runs. |" in page


def test_every_engine_has_its_section() -> None:
    """With its command, flags, modes, and what it refuses."""
    page = REFERENCE.engines()
    for name in data.names("bases", "engines"):
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        engine = data.document("bases", "engines", f"{name}.yaml")
        assert f"`{' '.join(engine['command'])}`" in section
        assert all(f"`--{flag}`, above 1" in section for flag in engine["sizes"].values())
        assert all(f"| `{mode}` | " in section for mode in engine.get("modes", {}))
        assert section.count(" | leave") + section.count(" | ") >= len(engine.get("refuses", []))


def test_the_versions_are_those_of_the_data() -> None:
    """Of Kubernetes, the charts, the routing proxy, the endpoint picker."""
    page = REFERENCE.versions()
    assert "| upstream | 0.4.14 | `llm-d` |" in page
    assert "| `--model-server-port` | 0.10 |  |  |" in page
    assert "| 0.9 | `llm-d.ai/v1alpha1` |" in page
    assert "| `resource.k8s.io/v1/ResourceClaimTemplate` | 1.34 |" in page
