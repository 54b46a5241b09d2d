"""The cases of the surrogate claims are what their layouts say, inside their ball."""

import numpy as np
import pytest
import torch

from theory.claims.bao2022._layouts import LAYOUTS, PRIORS, RARE, class_prior
from theory.claims.bao2022._models import RiskModel, exact_gap, model
from theory.claims.bao2022._pairs import PAIRINGS, paired_model
from theory.risks import contrastive_risk


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def drawn(layout: str, seed: int = 0, **changes: float) -> RiskModel:
    sizes = {"n_classes": 3, "n_per_class": 2, "d": 2, "n_negatives": 5.0, "norm": 1.3} | changes
    return model(layout=layout, generator=generator(seed), **sizes)  # type: ignore[arg-type]  # sizes are whole


@pytest.mark.parametrize("layout", LAYOUTS.extremes)
@pytest.mark.parametrize("n_classes", [1, 2, 8])
@pytest.mark.parametrize("norm", [0.0, 4.0])
def test_features_stay_within_their_ball(layout: str, n_classes: int, norm: float) -> None:
    case = drawn(layout, n_classes=n_classes, norm=norm)
    assert case.features.norm(dim=-1).max() <= norm * (1 + 1e-14)
    assert case.classes.bincount().min() >= 1
    assert case.n_classes == n_classes
    assert np.isfinite(case.gap)


def test_the_norm_covers_what_single_precision_rounds_up() -> None:
    case = drawn("constant", norm=0.1).to(dtype=torch.float32, device=torch.device("cpu"))
    assert case.features.dtype == torch.float32
    assert case.norm == float(np.float32(0.1)) > 0.1


def test_noise_says_nothing_about_the_class() -> None:
    case = drawn("noise", n_per_class=3)
    assert float(case.statistics.alignment) == 0.0
    assert case.supervised == pytest.approx(np.log(3), rel=1e-14)


def test_the_simplex_takes_the_dimensions_that_it_needs() -> None:
    case = drawn("simplex", n_classes=6, d=1)
    assert case.features.shape[1] == 5
    assert float(case.statistics.mean_square) == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize("seed", range(5))
def test_ascents_climb_the_exact_gap(seed: int) -> None:
    low, up = (drawn(layout, seed).gap for layout in ("descended", "ascended"))
    middle = drawn("random", seed).gap
    assert low < middle < up


def test_the_skewed_prior_is_the_one_of_the_tables() -> None:
    assert class_prior(3, "skewed", generator()) == pytest.approx([0.9, 0.07, 0.03], rel=1e-14)


@pytest.mark.parametrize("prior", PRIORS.extremes)
@pytest.mark.parametrize("n_classes", [1, 2, 8, 300])
def test_priors_are_priors(prior: str, n_classes: int) -> None:
    law = class_prior(n_classes, prior, generator())
    if isinstance(law, int):
        assert law == n_classes
        return
    assert law.shape == (n_classes,)
    assert law.sum() == pytest.approx(1.0, abs=1e-12)
    assert law.min() > 0
    if prior == "dirichlet":
        assert law.min() >= RARE / 2


@pytest.mark.parametrize("pairing", PAIRINGS.extremes)
@pytest.mark.parametrize("n_classes", [1, 3])
def test_pairings_are_laws(pairing: str, n_classes: int) -> None:
    case = paired_model(
        pairing=pairing,
        n_classes=n_classes,
        n_per_class=2,
        d=2,
        n_negatives=3.0,
        norm=1.0,
        layout="random",
        generator=generator(),
    )
    assert case.pairing.sum(dim=1) == pytest.approx(1.0, abs=1e-14)
    same = (case.classes[:, None] == case.classes).double()
    if pairing == "independent":
        exact = contrastive_risk(case.features, case.classes, case.prior, 3)
        assert case.contrastive == pytest.approx(exact.item(), rel=1e-12)
        assert case.shift == pytest.approx(0.0, abs=1e-14)
    if pairing == "distinct":
        assert not case.pairing.diagonal().any()
    if pairing == "other-class" and n_classes > 1:
        assert not (case.pairing * same).any()


def test_the_gap_of_a_batch_is_that_of_each_model() -> None:
    cases = [drawn("random", seed) for seed in range(3)]
    together = exact_gap(torch.stack([c.features for c in cases]), cases[0].classes, 3, 5)
    assert together.numpy() == pytest.approx([c.gap for c in cases], abs=1e-12)
