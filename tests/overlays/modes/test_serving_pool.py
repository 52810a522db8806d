"""Where only leaders serve, the InferencePool selects the pods that do."""

from __future__ import annotations

import pytest
from tests.compose.made import make
from tests.compose.serving import SERVES, served


@pytest.mark.parametrize(("mode", "is_selected"), [("internal", True), ("hybrid", False)])
def test_the_pool_selects_who_serves(mode: str, *, is_selected: bool) -> None:
    """By the label of the leaders, beside those of the model."""
    selector = make(served(mode=mode, data=4, dataLocal=2)).one("InferencePool")["spec"]["selector"]["matchLabels"]
    assert (SERVES in selector) is is_selected
    assert selector["llm-d.ai/model"] == "llama"
