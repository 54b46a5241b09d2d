"""One sentence for every argument outside the domain; the rounding model; the witnesses' limits."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from tests.theory.risks.models import line
from theory.risks import (
    contrastive_risk,
    contrastive_risk_paired,
    enumerated_contrastive_risk,
    mean_supervised_risk,
    monte_carlo_contrastive_risk,
    positive_score,
    risk_rounding,
    risk_statistics,
    supervised_risk,
    zero_one_error,
)

X = torch.eye(4, 3, dtype=torch.float64)
Y = torch.tensor([0, 1, 2, 1])
LAW = torch.eye(4)
RISKS: dict[str, Callable[[Any, Any, Any], object]] = {
    "contrastive": lambda x, y, prior: contrastive_risk(x, y, prior, 3),
    "paired": lambda x, y, prior: contrastive_risk_paired(x, y, prior, 3, LAW),
    "score": lambda x, y, prior: positive_score(x, y, prior, LAW),
    "mean": mean_supervised_risk,
    "supervised": supervised_risk,
    "errors": zero_one_error,
    "statistics": risk_statistics,
    "enumerated": lambda x, y, prior: enumerated_contrastive_risk(x, y, prior, 3),
    "sampled": lambda x, y, prior: monte_carlo_contrastive_risk(
        x, y, prior, 3, n_samples=2, generator=torch.Generator()
    ),
}
BAD_ROW = torch.where(torch.arange(4)[:, None] == 2, torch.nan, X)


@pytest.mark.parametrize("risk", RISKS.values(), ids=RISKS)
@pytest.mark.parametrize(
    ("x", "y", "prior", "message"),
    [
        (X[0], Y, 3, r"need features of shape \(\.\.\., n, d\), none of them 0, got \(3,\)"),
        (X[:, :0], Y, 3, r"none of them 0, got \(4, 0\)"),
        (X.half(), Y, 3, "need float32 or float64 features, got torch.float16"),
        (X.long(), Y, 3, "need float32 or float64 features, got torch.int64"),
        (BAD_ROW, Y, 3, "need finite features, got a non-finite value at row 2"),
        (torch.stack([X, BAD_ROW]), Y, 3, r"need finite features, .* at row 2 of model \(1,\)"),
        (1e200 * X, Y, 3, r"need finite \|x\|\^2 in float64, got overflow at row 0"),
        (X, Y[:3], 3, r"need classes of shape \(n,\) = \(4,\), got \(3,\)"),
        (X, Y.double(), 3, "need integer classes, got torch.float64"),
        (X, Y > 0, 3, "need integer classes, got torch.bool"),
        (X, Y - 1, 3, "need 0 <= classes < 3, got -1 at row 0"),
        (X, Y, 2, "need 0 <= classes < 2, got 2 at row 2"),
        (X, Y, 4, r"need every class 0\.\.3 among the points, got none of class 3"),
        (X, Y, [0.5, 0.25, 0.125, 0.125], r"need every class 0\.\.3 .* none of class 3"),
        (X, Y, 2.5, "need integer-valued prior, got prior=2.5"),
        (X, Y, 0, "need prior >= 1, got prior=0"),
        (X, Y, [10, 100, 1], "need prior that sums to 1 within 1e-9"),
        (X, Y, [0.5, 0.0, 0.5], r"need prior > 0, got prior=0.0 at index \(1,\)"),
        (X, Y, torch.tensor([0.5, -0.5, 1.0]), r"need prior > 0, got prior=-0.5"),
        (X, Y, [[0.2, 0.3, 0.5]], r"need prior a number or a vector .* got shape \(1, 3\)"),
    ],
)
def test_outside_the_domain(
    risk: Callable[[Any, Any, Any], object], x: object, y: object, prior: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        risk(x, y, prior)


@pytest.mark.parametrize(
    ("k", "message"),
    [
        (0, "need n_negatives >= 1, got n_negatives=0"),
        (-1, "need n_negatives >= 1, got n_negatives=-1"),
        (2.5, "need integer-valued n_negatives, got n_negatives=2.5"),
        (float("nan"), "need n_negatives >= 1, got n_negatives=nan"),
        (float("inf"), "need finite n_negatives, got n_negatives=inf"),
        ([1, 2], r"need one n_negatives, got shape \(2,\)"),
    ],
)
def test_negatives_are_one_whole_number(k: Any, message: str) -> None:
    generator = torch.Generator()
    for call in (
        lambda: contrastive_risk(X, Y, 3, k),
        lambda: contrastive_risk_paired(X, Y, 3, k, LAW),
        lambda: enumerated_contrastive_risk(X, Y, 3, k),
        lambda: monte_carlo_contrastive_risk(X, Y, 3, k, n_samples=9, generator=generator),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_a_sum_within_a_billionth_is_used_as_it_is() -> None:
    exact = contrastive_risk(X, Y, [0.5, 0.25, 0.25], 9)
    close = contrastive_risk(X, Y, [0.5, 0.25, 0.25 + 9e-10], 9)
    assert 0 < float(close - exact) < 1e-8
    with pytest.raises(ValueError, match="need prior that sums to 1"):
        contrastive_risk(X, Y, [0.5, 0.25, 0.25 + 2e-9], 9)


def test_witnesses_know_their_limits() -> None:
    with pytest.raises(ValueError, match=r"need n\^\(n_negatives \+ 2\) <= 1e7, got n=4, n_n"):
        enumerated_contrastive_risk(X, Y, 3, 10)
    with pytest.raises(ValueError, match="need n_samples >= 2, got n_samples=1"):
        monte_carlo_contrastive_risk(X, Y, 3, 2, n_samples=1, generator=torch.Generator())


def test_monte_carlo_is_its_generator_and_shares_tuples_between_models() -> None:
    batch = torch.stack([X, 2 * X])

    def draw(x: torch.Tensor, seed: int) -> torch.Tensor:
        g = torch.Generator().manual_seed(seed)
        return monte_carlo_contrastive_risk(x, Y, 3, 5, n_samples=100, generator=g).value

    assert torch.equal(draw(batch, 1)[0], draw(X, 1))
    assert torch.equal(draw(batch, 1)[1], draw(2 * X, 1))
    assert draw(X, 1) != draw(X, 2)


def test_rounding_adds_the_risks_of_every_model() -> None:
    batch = torch.stack([line(1, 2), line(0, 3)])
    found = risk_rounding(batch, torch.tensor([1.0, 2.0]), -10.0)
    for i, (square, size) in enumerate([(4, 11), (9, 12)]):
        wanted = 2e-12 * (1 + square) + (1e-9 + 2.0**-53) * size
        assert float(found[i]) == pytest.approx(wanted, rel=1e-14)
    single = risk_rounding(batch.float(), 1.0)[0]
    assert float(single) == pytest.approx(5e-12 + 1e-9 + 2.0**-24, rel=1e-14)
    with pytest.raises(ValueError, match="need finite features"):
        risk_rounding(BAD_ROW, 1.0)
