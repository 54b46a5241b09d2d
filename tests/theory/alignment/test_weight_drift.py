"""The certificate of a run's weights, where its hypotheses hold and where they do not."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from synthetic import Labelled, Loss, Twins, adam, practical, sgd, train_coupled, weight_distance
from theory.alignment import weight_drift_certificate

TAU, BATCH, STEPS, DIM, OUT = 0.7, 8, 30, 5, 3


class Lazy(nn.Module):
    """(W x, P x) with a fixed P: inner products of a first with a second half are linear in W."""

    def __init__(self, generator: torch.Generator) -> None:
        """Both of normal entries."""
        super().__init__()
        w, p = torch.randn(2, OUT, DIM, generator=generator, dtype=torch.float64)
        self.w, self.p = nn.Parameter(w), nn.Parameter(p, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Rows of twice `OUT` entries."""
        return torch.cat([x @ self.w.mT, x @ self.p.mT], dim=-1)


def contrastive(*, supervised: bool) -> Loss:
    """CL or NSCL of one view, its similarities those of `Lazy`, row by row."""

    def loss(z: Tensor, labels: Tensor) -> Tensor:
        s = z[:, 0, :OUT] @ z[:, 0, OUT:].mT / TAU
        same = labels[:, None] == labels if supervised else torch.eye(len(z), dtype=torch.bool)
        return (s.masked_fill(same, -torch.inf).logsumexp(dim=1) - s.diagonal()).mean()

    return loss


def lazy(share: float = 1.0, **options: Any) -> Twins:
    """Steps of `share` times 2/(L lambda), lambda = ||X||^2 ||X P'||^2 that of J = X (x) X P'."""
    g = torch.Generator().manual_seed(0)
    x, encoder = torch.randn(40, DIM, generator=g, dtype=torch.float64), Lazy(g)
    norm = torch.linalg.matrix_norm(x, 2) * torch.linalg.matrix_norm(x @ encoder.p.mT, 2)
    chosen: dict[str, Any] = {
        "recipe": sgd(share * 4 * TAU**2 * BATCH / float(norm) ** 2),
        "gradient_gaps": [("cl", "nscl"), ("nscl", "cl")],
        "compare": {"apart": weight_distance},
        "record_at": range(STEPS + 1),
    }
    return train_coupled(
        encoder,
        Labelled(x=x, labels=torch.arange(40) % 3),
        {"cl": contrastive(supervised=False), "nscl": contrastive(supervised=True)},
        generator=g,
        sampling="distinct",
        batch_size=BATCH,
        n_views=1,
        steps=STEPS,
        **{**chosen, **options},
    )


def apart(twins: Twins) -> np.ndarray[Any, np.dtype[np.float64]]:
    (compared,) = twins.comparisons.values()
    return compared["apart"].numpy()


@pytest.mark.parametrize(("of", "at"), [("cl", "nscl"), ("nscl", "cl")])
def test_weights_of_a_constant_jacobian_part_no_farther(of: str, at: str) -> None:
    twins = lazy()
    bound, measured = weight_drift_certificate(twins, of, at), apart(twins)
    assert bound.shape == (STEPS + 1,)
    assert bound[0] == measured[0] == 0
    assert bound[1] == pytest.approx(measured[1], rel=1e-12), "one step attains it"
    assert (measured[2:] < bound[2:]).all()
    assert measured[-1] > 0.2 * bound[-1], "the bound is of the order of what it bounds"


def test_gaps_that_are_too_small_are_caught() -> None:
    twins = lazy()
    small = {pair: 0.9 * gap for pair, gap in twins.gradient_gaps.items()}
    bound = weight_drift_certificate(replace(twins, gradient_gaps=small), "cl", "nscl")
    assert (apart(twins)[1:4] > bound[1:4]).any()


def quadratic(pull: float) -> Loss:
    return lambda z, labels: (-z.square() - pull * z).mean()


def test_the_exponential_is_attained_and_zero_smoothness_is_no_bound_there() -> None:
    """-beta w^2/2 - g w against -beta w^2/2: beta = 2, g = 0.3, eta = 0.1, T = 50."""
    encoder = nn.Linear(1, 1, bias=False, dtype=torch.float64)
    nn.init.zeros_(encoder.weight)
    twins = train_coupled(
        encoder,
        Labelled(x=torch.ones(4, 1, dtype=torch.float64), labels=torch.zeros(4, dtype=torch.int64)),
        {"pulled": quadratic(0.3), "still": quadratic(0.0)},
        generator=torch.Generator(),
        batch_size=4,
        steps=50,
        recipe=sgd(0.1),
        gradient_gaps=[("pulled", "still")],
        compare={"apart": weight_distance},
    )
    bound = weight_drift_certificate(twins, "pulled", "still", smoothness=2.0)
    assert bound[-1] == pytest.approx(1364.9157225003, rel=1e-12)
    assert apart(twins)[-1] == pytest.approx(bound[-1], rel=1e-12)
    assert weight_drift_certificate(twins, "pulled", "still")[-1] < apart(twins)[-1]


@pytest.mark.parametrize(
    ("make", "of", "smoothness", "message"),
    [
        (lambda: lazy(recipe=adam(0.1)), "cl", 0.0, "need plain SGD, got Adam: a step is not eta"),
        (
            lambda: lazy(recipe=practical(0.1, steps=STEPS, clip=1.0)),
            "cl",
            0.0,
            "need plain SGD, got momentum: .*; gradient clipping",
        ),
        (lazy, "no", 0.0, r"need gradient gaps of 'no' at 'nscl' recorded, got those of \[\('cl'"),
        (lazy, "cl", -1.0, r"need finite smoothness >= 0, got smoothness=-1\.0"),
        (lazy, "cl", math.nan, "need finite smoothness >= 0, got smoothness=nan"),
        (lazy, "cl", math.inf, "need finite smoothness >= 0, got smoothness=inf"),
    ],
)
def test_outside_the_domain(
    make: Callable[[], Twins], of: str, smoothness: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        weight_drift_certificate(make(), of, "nscl", smoothness=smoothness)
