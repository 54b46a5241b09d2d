"""Hypothesis strategies read off a claim's declared domain."""

from typing import Any

from hypothesis import strategies as st

from theory.claims import Choices, Claim, Integers, Reals


def parameters(claim: Claim[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Parameters inside the hypotheses, shrinking towards the simplest case."""
    return st.fixed_dictionaries({name: _values(h) for name, h in claim.domain.items()})


def _values(hypothesis: Integers | Reals | Choices) -> st.SearchStrategy[Any]:
    if isinstance(hypothesis, Integers):
        return st.integers(hypothesis.low, hypothesis.high)
    if isinstance(hypothesis, Reals):
        return st.floats(hypothesis.low, hypothesis.high)
    return st.sampled_from(hypothesis.options)
