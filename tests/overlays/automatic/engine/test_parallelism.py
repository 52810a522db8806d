"""How the model is split, told to the engine (specification: Environment)."""

from __future__ import annotations

import pytest
from tests.compose.made import engine, make


@pytest.mark.parametrize(("profile", "own", "other"), [("furiosa", "PP_SIZE", "DP_SIZE_LOCAL"), ("llm-d", "DP_SIZE_LOCAL", "PP_SIZE")])
def test_sizes_are_variables(profile: str, own: str, other: str) -> None:
    """DP_SIZE and TP_SIZE in both profiles, PP_SIZE for furiosa, DP_SIZE_LOCAL for llm-d; all are text (specification: Environment)."""
    variables = make({"profile": profile, "decode": {"containers": [engine(modelCommand="custom", command=["x"])]}}).variables()
    assert {"DP_SIZE", "TP_SIZE", own} <= variables.keys()
    assert other not in variables
    assert all(isinstance(variables[name], str) for name in ("DP_SIZE", "TP_SIZE", own))


def test_the_proxy_has_no_sizes() -> None:
    """Sizes are variables of the engine containers alone."""
    assert "env" not in make({}).proxy()
