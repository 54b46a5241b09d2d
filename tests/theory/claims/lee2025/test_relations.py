"""The relations between losses: what each would miss if it were wrong, corners, rates."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from theory import losses
from theory.claims import Claim, all_claims
from theory.claims.lee2025 import alpha, order, relations, uniformity
from theory.claims.lee2025._population import Population
from theory.claims.lee2025._two_views import EQUAL_ROWS, TERMS, anchors, build, mean_positive
from theory.verify import verify

CLAIMS = all_claims()
RELATIONS = ("ntxent", "dcl", "nscl", "dhel", "supcon")
BATCH: dict[str, Any] = {
    name: value for name, value in EQUAL_ROWS.items() if name not in {*TERMS, "repulsion"}
} | {"layout": "random", "imbalance": "staircase", "d": 3}


def claim(name: str) -> Claim[Any]:
    return CLAIMS[f"lee2025-{name}"]


def outcome(broken: Claim[Any]) -> str:
    return verify(broken, 60, torch.Generator().manual_seed(0)).outcome


def with_bound(name: str, bound: Callable[[Any], Any]) -> Claim[Any]:
    return replace(claim(name), bound=bound)


@pytest.mark.parametrize("layout", ["random", "still", "antipodal-views", "antipodal-items"])
@pytest.mark.parametrize("name", RELATIONS)
def test_relations_hold_whether_views_coincide_or_not(name: str, layout: str) -> None:
    for tau in (0.02, 0.5, 3.0):
        check = claim(f"{name}-relation").check(**BATCH | {"layout": layout, "alpha": 1 / tau})
        assert check.outcome == "holds"


def without_the_view_itself(name: str) -> Claim[Any]:
    """The (1 - mean of s+)/(2 tau) dropped."""
    sides = {"dcl": "other-items", "nscl": "other-classes"}
    return with_bound(
        f"{name}-relation", lambda case: np.tile(relations.scaled(case, sides[name]), 2)
    )


@pytest.mark.parametrize("name", ["dcl", "nscl"])
def test_the_view_itself_among_the_positives_is_missed(name: str) -> None:
    assert outcome(without_the_view_itself(name)) == "violated"


@pytest.mark.parametrize("name", ["dcl", "nscl"])
def test_views_that_coincide_would_hide_it(name: str) -> None:
    broken = without_the_view_itself(name)
    assert broken.check(**BATCH | {"layout": "still"}).outcome == "holds"
    assert broken.check(**BATCH).outcome == "violated"
    opposite = broken.check(**BATCH | {"layout": "antipodal-views", "alpha": 4.0})
    assert abs(opposite.slack) == pytest.approx(4.0)  # (1 + 1) alpha/2


def dhel_with_both_views(case: Population) -> Any:
    side = relations.scaled(case, "other-items")
    return np.concatenate([side, 2 * side + case.alpha * mean_positive(case)])


def dhel_with_two_alignments(case: Population) -> Any:
    side = relations.scaled(case, "same-view")
    return np.concatenate([side, 2 * side])


def supcon_with_the_anchor(case: Population) -> Any:
    """S over all rows of the class, the anchor itself included."""
    side = relations.scaled(case, "other-items", include_positive=True)
    same = case.row_labels[:, None] == case.row_labels
    of_class = ((case.rows @ case.rows.mT * same).sum(1) / same.sum(1)).mean().item()
    lift = case.alpha * (mean_positive(case) - of_class)
    return np.concatenate([side + lift, side])


@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("ntxent", lambda case: relations.scaled(case, "other-items")),
        ("dcl", relations.nscl_side),
        ("nscl", relations.dcl_side),
        ("dhel", dhel_with_both_views),
        ("dhel", dhel_with_two_alignments),
        ("supcon", supcon_with_the_anchor),
    ],
)
def test_a_wrong_relation_is_caught(name: str, bound: Callable[[Any], Any]) -> None:
    assert outcome(with_bound(f"{name}-relation", bound)) == "violated"


def test_a_loss_of_the_wrong_terms_is_caught_by_the_direct_form(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Were every loss to share one wrong engine, the relations' second column would differ."""
    sane = losses.balanced

    def wrong(*args: Any, **options: Any) -> torch.Tensor:
        return sane(*args, **options) + 0.01

    monkeypatch.setattr(losses, "balanced", wrong)
    ntxent = losses.ntxent
    monkeypatch.setattr(losses, "ntxent", lambda z, tau: ntxent(z, tau) + 0.01 / tau)
    assert outcome(claim("ntxent-relation")) == "violated"


def test_the_order_is_strict_where_terms_are_added() -> None:
    case = claim("loss-order").case(**BATCH, repulsion=1.0)
    assert (order.smaller(case) < order.larger(case) - 1e-3).all()
    swapped = replace(claim("loss-order"), measured=order.larger, bound=order.smaller)
    assert outcome(swapped) == "violated"


@pytest.mark.parametrize("tau", [0.02, 0.3, 3.0])
def test_softplus_adds_little_to_one_positive(tau: float) -> None:
    for seed in range(20):
        case = claim("ntxent-softplus").case(seed=seed, **BATCH | {"alpha": 1 / tau})
        added = []
        for positive, terms in anchors(case, "other-items"):
            added.append(torch.log1p(positive.div(tau).exp() / terms.div(tau).exp().sum(dim=1)))
        m = 2 * len(case.z) - 2
        each = torch.cat(added)
        assert (0 < each).all()
        assert (each <= math.log1p(math.exp(2 / tau) / m)).all()
        excess = losses.ntxent(case.z, tau) - losses.paired_dcl(case.z, tau)
        assert abs(excess.item() - each.mean().item()) <= order.rounding_of_softplus(case)


@pytest.mark.parametrize("form", [0, 1])
def test_a_form_that_moves_the_other_way_is_caught(form: int) -> None:
    swapped = replace(
        claim("alpha-monotone"),
        measured=lambda case: alpha.above(case)[form],
        bound=lambda case: alpha.below(case)[form],
    )
    assert outcome(swapped) == "violated"


def test_half_the_logarithm_would_not_do_for_large_alpha() -> None:
    def half(case: alpha.Weighed) -> Any:
        whole = alpha.log_terms(case)
        return replace(whole, upper=np.asarray(whole.upper) / 2)

    assert outcome(with_bound("large-alpha", half)) == "violated"


POLES: dict[str, Any] = EQUAL_ROWS | {
    "n_classes": 4,
    "n_max": 5,
    "layout": "poles",
    "alpha": 0.05,
}


def test_the_third_moment_is_nearly_attained() -> None:
    """Of 38 similarities of +-1 eight are 1: mean -.5789 against -.5774."""
    check = claim("small-alpha").check(**POLES)
    assert check.outcome == "holds"
    assert check.ratio is not None
    assert 0.98 < check.ratio < 1
    smaller = with_bound("small-alpha", lambda case: 0.97 * alpha.third_moment(case))
    assert smaller.check(**POLES).outcome == "violated"


def test_without_the_variance_the_error_is_of_first_order() -> None:
    def no_variance(case: alpha.Weighed) -> float:
        limit = case.each(lambda p, s: s.mean(dim=1) - p).mean()
        return abs(case.balanced(case.batch.alpha, mean=True) - float(limit))

    broken = replace(claim("small-alpha"), measured=no_variance)
    assert broken.check(**POLES).outcome == "violated"


def test_the_largest_third_moment_of_a_law_on_the_interval() -> None:
    """Every law of three atoms on a grid: the lemma's two branches are the most for its mean."""
    atoms = np.linspace(-1, 1, 11)
    weights = np.array([(i, j, 20 - i - j) for i in range(21) for j in range(21 - i)]) / 20
    triples = np.stack(np.meshgrid(atoms, atoms, atoms, indexing="ij"), -1).reshape(-1, 3)
    mean = triples @ weights.T
    third = ((triples[:, None] - mean[..., None]) ** 3 * weights).sum(axis=2)
    most = np.where(mean <= -1 / 3, -2 * mean * (1 - mean**2), (1 - mean) ** 3 / 4)
    assert (third <= most + 64 * np.finfo(float).eps).all()
    assert np.abs(third).max() <= 4 / (3 * math.sqrt(3))
    assert third.max() == pytest.approx(1.2 * 0.64)  # a fifth at 1: mean -.6


def test_uniformity_at_alpha_for_half_of_it_is_caught() -> None:
    def at_alpha(case: Population) -> float:
        energy = 1.0 + losses.uniformity(case.z, case.alpha).item() / case.alpha
        return losses.alignment(case.z).item() / 2 - 1.0 + case.repulsion * energy

    assert outcome(with_bound("align-uniform", at_alpha)) == "violated"


def test_unequal_potentials_leave_room() -> None:
    point = BATCH | {"repulsion": 1.0, "layout": "random", "alpha": 5.0}
    assert claim("align-uniform").check(**point).slack > 1e-3


def test_half_the_spectral_loss_is_the_limit_and_no_other_share() -> None:
    def whole(case: Population) -> float:
        return uniformity.from_spectral(case) + abs(losses.spectral(case.z).item() / 2)

    assert outcome(replace(claim("spectral-limit"), measured=whole)) == "violated"


@pytest.mark.parametrize(("layout", "rate"), [("antipodes", 2.0), ("simplexes", 1.0)])
def test_the_spectral_limit_is_approached_at_its_rate(layout: str, rate: float) -> None:
    """Fitted over a decade; the next order moves the slope by a term of order alpha."""
    alphas = np.geomspace(0.003, 0.03, 5)
    for seed in range(5):
        errors = [
            uniformity.from_spectral(
                uniformity.build_centred(
                    n_items=4,
                    d=3,
                    layout=layout,
                    alpha=float(a),
                    generator=torch.Generator().manual_seed(seed),
                )
            )
            for a in alphas
        ]
        slope = np.polyfit(np.log(alphas), np.log(errors), 1)[0]
        assert abs(slope - rate) <= 0.05


def test_rows_off_centre_have_no_spectral_limit() -> None:
    """The difference is ||E z||^2/alpha: it grows."""
    case = build(**BATCH, generator=torch.Generator().manual_seed(1))
    centre = case.rows.mean(dim=0).square().sum().item()
    for a in (0.01, 0.001):  # mean s enters Var s as well, and the third moment: together < a
        off = replace(case, alpha=a, repulsion=1 / a)
        assert abs(uniformity.from_spectral(off) * a - centre) < a


def test_centred_rows_are_centred() -> None:
    for layout in ("antipodes", "simplexes"):
        for n_items in (2, 5):
            case = uniformity.build_centred(
                n_items=n_items,
                d=2,
                layout=layout,
                alpha=1.0,
                generator=torch.Generator().manual_seed(2),
            )
            assert case.rows.mean(dim=0).abs().max() < 1e-15
            assert (case.z[:, 0] != case.z[:, 1]).any()
