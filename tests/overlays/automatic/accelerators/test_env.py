"""Environment variables that an accelerator needs (specification: Environment)."""

from __future__ import annotations

from tests.compose.made import engine, make


def test_variables_of_the_type_are_there_and_users_may_replace_them() -> None:
    """accelerator.env of the role's type is generated, so that a user's variable wins over it."""
    own = [{"name": "TORCH_LLM_ALLREDUCE", "value": "0"}]
    made = make({"profile": "llm-d", "accelerator": {"type": "intel-i915"}, "decode": {"containers": [engine(env=own)]}})
    variables = made.variables()
    assert (variables["VLLM_USE_V1"], variables["TORCH_LLM_ALLREDUCE"]) == ("1", "0")


def test_variables_of_other_types_are_not() -> None:
    """Only the own type's count."""
    env = {"amd": [{"name": "OF_AMD", "value": "1"}], "nvidia": [{"name": "OF_NVIDIA", "value": "1"}]}
    made = make({"profile": "llm-d", "accelerator": {"env": env}})
    for role in ("decode", "prefill"):
        assert "OF_NVIDIA" in made.variables(role)
        assert "OF_AMD" not in made.variables(role)
