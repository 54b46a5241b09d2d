"""Direct minimisation over unit rows."""

import pytest
import torch
from torch import Tensor

from synthetic import minimise_free_features


def test_finds_a_known_minimum() -> None:
    """Unit vectors that repel each other in pairs end antipodal."""
    start = torch.randn(2, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    ends = minimise_free_features(lambda z: z[0] @ z[1], start)
    assert (ends[0] + ends[1]).abs().max() < 1e-7  # an error e in the rows is e^2 in the loss
    assert torch.allclose(ends.norm(dim=-1), torch.ones(2, dtype=torch.float64))


def test_leaves_the_start_alone() -> None:
    start = torch.eye(2, dtype=torch.float64)
    before = start.clone()
    minimise_free_features(lambda z: z[0] @ z[1], start)
    assert torch.equal(start, before)


def test_a_loss_that_is_not_finite_is_refused() -> None:
    def nan(z: Tensor) -> Tensor:
        return z.sum() * float("nan")

    with pytest.raises(ValueError, match="need a finite loss at the start, got nan"):
        minimise_free_features(nan, torch.eye(2, dtype=torch.float64))
