"""Preset latest-guard: images need a version or a digest."""

from __future__ import annotations

import pytest
from tests.compose.made import decode, make

PINNED = {"routing": {"proxy": {"image": "proxy:v0.7.1"}}}


def test_an_image_by_the_tag_latest_is_an_error() -> None:
    """Told at the image, and nothing is generated."""
    made = make({"presets": ["latest-guard"], **PINNED})
    assert [error.partition(": ")[0] for error in made.errors] == ["spec.decode.engine.image"]
    assert made.generated.objects == []


@pytest.mark.parametrize("image", ["registry.example/engine:1.0", "engine@sha256:" + "0" * 64])
def test_a_version_or_a_digest_is_right(image: str) -> None:
    """Then all is as without the preset."""
    assert make({"presets": ["latest-guard"], **decode(image=image), **PINNED}).objects == make({**decode(image=image), **PINNED}).objects


def test_the_users_own_severity_wins() -> None:
    """A preset says what the spec does not."""
    assert make({"presets": ["latest-guard"], "checks": {"image-tag": "warning"}}).errors == []
