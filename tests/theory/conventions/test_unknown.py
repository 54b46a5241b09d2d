"""What is no loss of the catalogue is never called one, however near it comes."""

import math
from collections.abc import Callable

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import mse_loss, normalize, triplet_margin_loss

from theory.conventions import _fit as fit
from theory.conventions import identify
from theory.losses import dcl, ntxent


def barlow(first: Tensor, second: Tensor) -> Tensor:
    c = (first - first.mean(0)).T @ (second - second.mean(0)) / len(first)
    off = c - torch.diag(c.diagonal())
    return (1 - c.diagonal()).square().sum() + 0.005 * off.square().sum()


def vicreg(first: Tensor, second: Tensor) -> Tensor:
    hinge = [torch.relu(1 - (x.var(dim=0) + 1e-4).sqrt()).mean() for x in (first, second)]
    return 25 * mse_loss(first, second) + 25 * (hinge[0] + hinge[1])


def spectral(first: Tensor, second: Tensor) -> Tensor:
    return -2 * (first * second).sum(dim=1).mean() + (first @ second.T).square().mean()


def triplet(first: Tensor, second: Tensor) -> Tensor:
    return triplet_margin_loss(first, second, second.roll(1, dims=0))


def sigmoid(first: Tensor, second: Tensor) -> Tensor:
    sign = 2 * torch.eye(len(first), dtype=first.dtype) - 1
    return -torch.nn.functional.logsigmoid(sign * (first @ second.T / 0.1 - 5)).mean()


@pytest.mark.parametrize("loss", [barlow, vicreg, spectral, triplet, sigmoid])
def test_other_families_are_unknown(loss: Callable[..., Tensor]) -> None:
    found = identify(loss, layout="pair")
    assert (found.name, found.expression, found.bounds) == ("unknown", "", ())
    assert math.isnan(found.tau)
    assert not found.identified
    assert str(found).startswith("unknown")


def test_reasons_are_given_where_they_are_seen() -> None:
    def reason(loss: Callable[..., Tensor]) -> str:
        return " ".join(identify(loss, layout="pair").warnings)

    assert "rotated: no function of similarities" in reason(barlow)
    assert "no repulsion, so no temperature" in reason(mse_loss)
    assert "hardly depends on the rows" in reason(lambda a, b: (a * 0).sum() + 1)


def similarities(z: Tensor, tau: float) -> tuple[Tensor, Tensor]:
    """Scores without the diagonal, and those of the other views."""
    rows = z.flatten(0, 1)
    s = rows @ rows.mT / tau
    other = torch.arange(len(rows)) ^ 1
    return s.fill_diagonal_(-math.inf), s[torch.arange(len(rows)), other]


def debiased(z: Tensor, tau: float, prior: float) -> Tensor:
    s, positive = similarities(z, tau)
    n = len(positive) - 2
    negative = s.exp().sum(dim=1) - positive.exp()
    debias = (negative - prior * n * positive.exp()) / (1 - prior)
    floor = torch.full_like(debias, n * math.exp(-1 / tau))
    return -(positive - (positive.exp() + torch.maximum(debias, floor)).log()).mean()


def margin(z: Tensor, tau: float, by: float) -> Tensor:
    s, positive = similarities(z, tau)
    negative = s.exp().sum(dim=1) - positive.exp()
    shifted = positive - by
    return ((shifted.exp() + negative).log() - shifted).mean()


def guarded(z: Tensor, tau: float, by: float) -> Tensor:
    s, positive = similarities(z, tau)
    return ((s.exp().sum(dim=1) + by).log() - positive).mean()


def hard(z: Tensor, tau: float, beta: float) -> Tensor:
    s, positive = similarities(z, tau)
    keep = ~torch.eye(len(z), dtype=torch.bool).repeat_interleave(2, 0).repeat_interleave(2, 1)
    t = s[keep].view(len(s), -1)
    weights = (beta * t).softmax(dim=1) * t.shape[1]
    return ((positive.exp() + (weights * t.exp()).sum(dim=1)).log() - positive).mean()


def anisotropic(z: Tensor, tau: float, by: float) -> Tensor:
    scale = torch.ones(z.shape[-1], dtype=z.dtype)
    scale[0] += by
    return ntxent(normalize(z * scale, dim=-1), tau)


def weighed_items(z: Tensor, tau: float, by: float) -> Tensor:
    s, positive = similarities(z, tau)
    weights = torch.ones(len(s), dtype=z.dtype)
    weights[0] += by
    return (weights * (s.logsumexp(dim=1) - positive)).mean()


PERTURBED = [debiased, margin, guarded, hard, anisotropic, weighed_items]


@given(loss=st.sampled_from(PERTURBED), tau=st.floats(0.1, 1.0), by=st.floats(1e-5, 0.3))
@settings(max_examples=6)
def test_a_perturbed_loss_is_never_taken_for_the_plain_one(
    loss: Callable[..., Tensor], tau: float, by: float
) -> None:
    found = identify(lambda z: loss(z, tau, by), layout="views")
    assert found.name == "unknown"


@pytest.mark.slow
@pytest.mark.parametrize("by", [1e-6, 1e-4, 1e-2])
@pytest.mark.parametrize("tau", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("loss", PERTURBED)
def test_small_perturbations_are_seen(loss: Callable[..., Tensor], tau: float, by: float) -> None:
    assert identify(lambda z: loss(z, tau, by), layout="views").name == "unknown"


@pytest.mark.parametrize("loss", PERTURBED)
def test_without_the_perturbation_it_is_the_plain_one(loss: Callable[..., Tensor]) -> None:
    assert identify(lambda z: loss(z, 0.5, 0.0), layout="views").name == "ntxent"


@given(tau=st.floats(0.1, 1.0), weight=st.floats(1e-4, 0.5))
@settings(max_examples=4)
def test_a_weight_on_the_positives_is_read_as_repulsion(tau: float, weight: float) -> None:
    def loss(z: Tensor) -> Tensor:
        s, positive = similarities(z, tau)
        return (s.logsumexp(dim=1) - (1 + weight) * positive).mean()

    found = identify(loss, layout="views")
    assert found.name == "balanced"
    assert found.repulsion == pytest.approx(1 / (1 + weight), rel=1e-9)
    assert any("do not apply" in line for line in found.warnings)


def test_the_nearest_forms_are_told() -> None:
    found = identify(lambda z: guarded(z, 0.5, 1e-6), layout="views")
    assert found.name == "unknown"
    assert found.nearest[0].startswith("ntxent, tau 0.5:")


def test_saboteur_a_generous_rounding_lets_a_perturbed_loss_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    exact = fit.value_rounding

    def generous(*arguments: object) -> float:
        return 1e8 * exact(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(fit, "value_rounding", generous)
    monkeypatch.setattr("theory.conventions._reading.value_rounding", generous)
    assert identify(lambda z: guarded(z, 0.5, 1e-6), layout="views").name == "ntxent"


def test_a_loss_with_memory_is_refused() -> None:
    calls = iter(range(10**6))
    with pytest.raises(ValueError, match="other values on a second call"):
        identify(lambda z: dcl(z, 0.5) + next(calls), layout="views")
