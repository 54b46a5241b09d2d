"""Ascending the loss gap over free rows reaches the supremum, and never passes it."""

import pytest
import torch
from torch import Tensor
from torch.nn.functional import normalize

from bounds import dcl_nscl_gap_balanced, dcl_nscl_gap_chord, dcl_nscl_gap_etf
from synthetic import simplex_etf
from synthetic.free import minimise_free_features
from theory.losses import anchor_gap, loss_rounding


def largest_gap(n_classes: int, n: int, d: int, tau: float, *, random_starts: int = 4) -> float:
    """The best of ascents from the simplex (where it fits), two poles, and random rows."""
    labels = torch.arange(n_classes).repeat_interleave(n)
    generator = torch.Generator().manual_seed(0)

    def noise(scale: float) -> Tensor:
        return scale * torch.randn(len(labels), 1, d, generator=generator, dtype=torch.float64)

    poles = torch.zeros(len(labels), 1, d, dtype=torch.float64)
    poles[..., 0] = torch.where(labels % 2 == 0, 1.0, -1.0)[:, None]
    starts = [normalize(poles + noise(0.05), dim=-1)]
    starts += [normalize(noise(1.0), dim=-1) for _ in range(random_starts)]
    if d >= n_classes - 1:
        simplex = simplex_etf(n_classes, d)[labels][:, None]
        starts.append(normalize(simplex + noise(0.05), dim=-1))

    def loss(z: Tensor) -> Tensor:
        return -anchor_gap(z, labels, tau).mean()

    return max(-loss(minimise_free_features(loss, z, max_steps=200)).item() for z in starts)


@pytest.mark.parametrize(
    ("n_classes", "n", "tau", "of_theorem_1"),
    [
        (2, 40, 1.0, 0.990),
        (2, 5, 1.0, 0.909),
        (3, 10, 1.0, 0.714),
        (5, 8, 1.0, 0.542),
        (10, 5, 1.0, 0.399),
        (3, 10, 0.5, None),
        (5, 8, 0.1, None),
    ],
)
def test_ascent_reaches_the_supremum_and_no_further(
    n_classes: int, n: int, tau: float, of_theorem_1: float | None
) -> None:
    supremum = dcl_nscl_gap_etf(n_classes, n, tau).item()
    found = largest_gap(n_classes, n, n_classes, tau)
    rounding = 2 * loss_rounding(n * n_classes, n_classes, tau, 2.0**-52) * supremum
    assert abs(found - supremum) <= rounding
    assert found <= dcl_nscl_gap_chord(n_classes, n, tau) + rounding
    if of_theorem_1 is not None:
        ratio = found / dcl_nscl_gap_balanced(n_classes, tau).item()
        assert ratio == pytest.approx(of_theorem_1, abs=6e-4)


@pytest.mark.parametrize(("n_classes", "d"), [(3, 1), (4, 2), (5, 2), (6, 3)])
def test_in_too_few_dimensions_the_supremum_is_out_of_reach(n_classes: int, d: int) -> None:
    supremum = dcl_nscl_gap_etf(n_classes, 3, 1.0).item()
    assert largest_gap(n_classes, 3, d, 1.0) < 0.999 * supremum
