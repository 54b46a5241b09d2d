"""Every reading of the prototype bias against fifty digits, and broken ones found out."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from tests.strategies import parameters
from tests.theory.prototypes.exact import Exact, as_mp, exact_fan, fan, slack
from theory.claims import all_claims
from theory.claims.lee2025._population import build_population
from theory.prototypes import prototype_bias

P = parameters(all_claims()["lee2025-attract-identity"])
SEEDS = st.integers(0, 2**31 - 1)
CLEAR = 1e-9  # P has means that are 0 or longer than this, and nothing in between
HARD: dict[str, Any] = {
    "n_classes": 3,
    "n_max": 4,
    "imbalance": "staircase",
    "k": 3,
    "d": 2,
    "layout": "random",
    "class_scale": 0.3,
    "item_scale": 1.0,
    "view_scale": 1.0,
}
Bias = Callable[[Tensor, Tensor], Any]


def disagreement(bias: Bias, z: Tensor, labels: Tensor) -> str:
    """Which reading of `bias` is not the exact one or does not raise where it should; or none."""
    exact, error = Exact(as_mp(z), labels.tolist()), slack(z)
    shortest, widest = float(min(exact.lengths)), float(max(exact.between, default=0))
    together = not widest > CLEAR
    ratio = 0.0 if together else float((1 + exact.relative) / exact.separation)
    expected = {
        "raw": (True, error),
        "squared": (True, error),
        "cosine": (shortest > CLEAR, 2 * error / max(shortest, CLEAR)),
        "debiased_squared": (z.shape[1] > 1, 3 * error),
        "relative": (not together, 2 * error * ratio),
    }
    for name, (defined, allowed) in expected.items():
        try:
            value = float(getattr(bias(z, labels), name))
        except ValueError:
            if defined:
                return f"{name} raises"
            continue
        if not defined or not abs(value - getattr(exact, name)) <= allowed:
            return f"{name} is {value}"
    return ""


@given(point=P, seed=SEEDS)
@example(point=HARD, seed=0)
@example(point={**HARD, "layout": "opposed", "view_scale": 0.05}, seed=1)
@example(point={**HARD, "k": 1, "d": 1, "n_max": 1}, seed=0)
def test_every_reading_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case = build_population(generator=torch.Generator().manual_seed(seed), **point)
    assert disagreement(prototype_bias, case.z, case.labels) == ""


def test_the_fan_to_all_printed_digits() -> None:
    bias, exact = prototype_bias(*fan()), Exact(*exact_fan())
    printed = {
        "raw": ".336824088833465",
        "squared": ".113450466818494",
        "cosine": ".347296355333861",
        "debiased_squared": ".0983736220149711",
        "relative": ".0662371657158971",
    }
    for name, digits in printed.items():
        places = len(digits) - 1
        assert f"{float(getattr(exact, name)):.{places}f}" == f"0{digits}", name
        assert abs(float(getattr(bias, name)) - getattr(exact, name)) < 4 * slack(fan()[0])
    assert math.isclose(bias.cosine.item(), 2 * math.sin(math.radians(10)), rel_tol=1e-14)


def true_population() -> Tensor:
    """Three classes of four items whose views are 120 degrees apart: r = 1/2, B2sq = .2001."""
    tilt = math.asin(math.sqrt(0.2001 / 0.25))
    z = torch.zeros(3, 4, 2, 6, dtype=torch.float64)
    for y in range(3):
        for i in range(4):
            sign = 1.0 if i < 2 else -1.0
            z[y, i, :, 2 * (y % 2)] = 0.5 * math.cos(tilt)
            z[y, i, :, 2 * (y % 2) + 1] = 0.5 * sign * math.sin(tilt)
            z[y, i, 0, 5], z[y, i, 1, 5] = math.sqrt(0.75), -math.sqrt(0.75)
    return z.flatten(0, 1)


def test_three_draws_of_four_items_inflate_by_three_sixteenths() -> None:
    """Truth .2001, plug-in .3876 on average, debiased .2001: Hoeffding at failure 1e-9."""
    z, labels, n_draws = true_population(), torch.arange(3).repeat_interleave(4), 40_000
    assert abs(prototype_bias(z, labels).squared.item() - 0.2001) < slack(z)
    generator = torch.Generator().manual_seed(0)
    picks = torch.randint(2, (n_draws, 12, 3), generator=generator)
    drawn = z[torch.arange(12)[:, None], picks].flatten(0, 1)
    # One class per draw and class: a mean over all items is the mean of the draws' means.
    apart = (3 * torch.arange(n_draws)[:, None] + labels).flatten()
    bias = prototype_bias(drawn, apart)
    width = math.sqrt(math.log(2e9) / (2 * n_draws))
    assert abs(bias.squared.item() - 0.3876) < width  # within [0, 1]
    assert abs(bias.debiased_squared.item() - 0.2001) < 1.375 * width  # within [-3/8, 1]


def test_debiased_may_be_negative_and_is_not_clipped() -> None:
    z = torch.eye(2, dtype=torch.float64).expand(2, 2, 2).contiguous()
    assert prototype_bias(z, torch.tensor([0, 0])).debiased_squared.item() == -0.25


def test_one_item_per_class_has_no_bias_in_any_reading() -> None:
    z = normalize(torch.randn(4, 3, 5, generator=torch.Generator().manual_seed(0)), dim=-1)
    bias = prototype_bias(z, torch.arange(4))
    for name in ("raw", "squared", "cosine", "debiased_squared", "relative"):
        assert getattr(bias, name).item() == 0.0, name


def test_equal_rows_have_no_bias_exactly_and_no_separation() -> None:
    row = normalize(torch.tensor([0.1, 0.7, -0.3], dtype=torch.float64), dim=0)
    bias = prototype_bias(row.expand(7, 3, 3).contiguous(), torch.tensor([0, 0, 1, 1, 1, 2, 2]))
    assert (bias.raw.item(), bias.squared.item(), bias.cosine.item()) == (0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match=r"need class means more than 5.33e-15 apart"):
        _ = bias.relative


@given(seed=SEEDS)
def test_order_and_names_of_labels_do_not_matter(seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    case = build_population(generator=generator, **HARD)
    names = torch.tensor([-7, 100, 3], dtype=torch.int16)
    shuffle = torch.randperm(len(case.labels), generator=generator)
    one = prototype_bias(case.z, case.labels)
    other = prototype_bias(case.z[shuffle], names[case.labels[shuffle]])
    for name in ("raw", "squared", "debiased_squared"):
        difference = getattr(one, name) - getattr(other, name)
        assert abs(difference.item()) <= slack(case.z)


def test_single_precision_is_rounded_once() -> None:
    case = build_population(generator=torch.Generator().manual_seed(5), **HARD)
    z = case.z.float()
    single, double = prototype_bias(z, case.labels), prototype_bias(z.double(), case.labels)
    for name in ("raw", "squared", "cosine", "debiased_squared", "relative"):
        assert getattr(single, name).dtype == torch.float32
        assert getattr(single, name) == getattr(double, name).float(), name


def test_what_is_zero_depends_on_the_precision() -> None:
    """A mean of length 1e-7 is a direction in float64 and rounding in float32."""
    z = torch.tensor([[[1.0, 1e-7], [-1.0, 1e-7]]], dtype=torch.float64)
    assert prototype_bias(z, torch.tensor([0])).cosine.item() == 0.0
    with pytest.raises(ValueError, match=r"need item means of norm > 4.77e-07, got 1e-07 at row 0"):
        _ = prototype_bias(z.float(), torch.tensor([0])).cosine


@pytest.mark.parametrize("name", ["raw", "squared", "cosine", "debiased_squared", "relative"])
def test_gradients_match_differences(name: str) -> None:
    case = build_population(generator=torch.Generator().manual_seed(2), **HARD)

    def value(z: Tensor) -> Tensor:
        found: Tensor = getattr(prototype_bias(z, case.labels), name)
        return found

    assert torch.autograd.gradcheck(value, (case.z.clone().requires_grad_(),))


def test_gradients_are_numbers_where_the_bias_vanishes() -> None:
    z = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]], [[0.0, 1.0]]]).requires_grad_()
    bias = prototype_bias(z, torch.tensor([0, 0, 1]))
    (bias.raw + bias.cosine + bias.relative).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    assert z.grad is not None
    assert z.grad.isfinite().all()


def saboteurs() -> Iterator[Any]:
    """Biases with one reading that is not its definition."""

    class Broken:
        def __init__(self, z: Tensor, labels: Tensor, **readings: Any) -> None:
            self.true, self.readings, self.of = prototype_bias(z, labels), readings, (z, labels)

        def __getattr__(self, name: str) -> Any:
            broken = self.readings.get(name)
            return broken(self.true, *self.of) if broken else getattr(self.true, name)

    def broken(**readings: Any) -> Bias:
        return lambda z, labels: Broken(z, labels, **readings)

    def class_means(z: Tensor, labels: Tensor) -> Tensor:
        classes = range(int(labels.max()) + 1)
        return torch.stack([z[labels == y].mean(dim=(0, 1)) for y in classes])

    def squares(z: Tensor, labels: Tensor) -> Tensor:
        return (z.mean(dim=1) - class_means(z, labels)[labels]).square().sum(dim=1)

    def weighted_pairs(true: Any, z: Tensor, labels: Tensor) -> float:
        p = labels.bincount() / len(labels)
        weights = (p[:, None] * p).double().fill_diagonal_(0)
        between = torch.cdist(class_means(z, labels), class_means(z, labels)).square()
        return float(true.squared / (0.5 * (weights * between).sum() / weights.sum()))

    def with_eps(true: Any, z: Tensor, labels: Tensor) -> float:
        own = class_means(z, labels)[labels]
        m = z.mean(dim=1)
        soft = [x / (x.norm(dim=1, keepdim=True) + 1e-8) for x in (own, m)]
        return float((soft[0] - soft[1]).norm(dim=1).mean())

    def sample_variance(true: Any, z: Tensor, labels: Tensor) -> float:
        sizes = labels.bincount()[labels]
        return float((squares(z, labels) * sizes / (sizes - 1).clamp(min=1)).mean())

    def over_k(true: Any, z: Tensor, labels: Tensor) -> float:
        k = z.shape[1]
        return float(true.squared - (true.squared - true.debiased_squared) * (k - 1) / k)

    def over_items_too(true: Any, z: Tensor, labels: Tensor) -> float:
        spread = 1 - z.mean(dim=1).square().sum(dim=1)
        return float(true.squared - (spread / (z.shape[1] - 1)).mean())

    def classes_equal(true: Any, z: Tensor, labels: Tensor) -> float:
        each = [squares(z, labels)[labels == y].mean() for y in range(int(labels.max()) + 1)]
        return float(torch.stack(each).mean())

    yield pytest.param(broken(relative=weighted_pairs), id="pairs weighted")
    yield pytest.param(broken(cosine=with_eps), id="norm + eps")
    yield pytest.param(broken(squared=sample_variance), id="ddof 1")
    yield pytest.param(broken(debiased_squared=lambda true, *_: true.squared), id="biased")
    yield pytest.param(broken(debiased_squared=over_k), id="k for k - 1")
    yield pytest.param(broken(debiased_squared=over_items_too), id="without 1 - 1/n_y")
    yield pytest.param(broken(squared=classes_equal), id="classes for items")
    yield pytest.param(broken(raw=lambda true, *_: true.squared.sqrt()), id="root of the mean")
    yield pytest.param(
        broken(debiased_squared=lambda true, *_: true.debiased_squared.clamp(min=0)), id="clipped"
    )
    yield pytest.param(broken(raw=lambda true, *_: true.raw * torch.nan), id="NaN")


@pytest.mark.parametrize("bias", list(saboteurs()))
def test_saboteur_is_found(bias: Bias) -> None:
    found = []
    for seed, changes in enumerate(
        ({}, {"layout": "collapsed", "d": 1}, {"layout": "antipodal-views", "k": 2})
    ):
        case = build_population(
            generator=torch.Generator().manual_seed(seed), **{**HARD, **changes}
        )
        assert disagreement(prototype_bias, case.z, case.labels) == ""
        found.append(disagreement(bias, case.z, case.labels))
    assert any(found)
