"""One step of CL and of NSCL: the lemmas against other arithmetic, and broken ones found out."""

import dataclasses
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from torch import Tensor

from bounds import same_class_mass
from tests.strategies import parameters
from theory.claims import Claim, all_claims
from theory.claims.luthra2025.alignment import gradient_gap as gap_claims
from theory.claims.luthra2025.alignment._anchors import AnchorRow
from theory.claims.luthra2025.alignment._anchors import build as row_of
from theory.claims.luthra2025.alignment._states import State
from theory.claims.luthra2025.alignment.repeated_indices import build as repeated
from theory.claims.luthra2025.alignment.repeated_indices import row_gap, sum_of_squares
from theory.claims.luthra2025.alignment.step_lipschitz import OUTSIDE, Pair
from theory.verify import verify

CLAIMS = all_claims()
PREFIX = "luthra2025-alignment-"
SEEDS = st.integers(0, 2**31 - 1)


def softmaxes(case: AnchorRow) -> tuple[list[Any], list[Any]]:
    """p and q in fifty digits, from their definitions."""
    mpmath.mp.dps = 50
    weights = [mpmath.exp(mpmath.mpf(s) / mpmath.mpf(case.tau)) for s in case.similarities.tolist()]
    different = [w if i >= case.n_same else mpmath.mpf(0) for i, w in enumerate(weights)]
    return tuple([w / mpmath.fsum(ws) for w in ws] for ws in (weights, different))  # type: ignore[return-value]  # two of them


def loops(case: State, loss: str) -> Tensor:
    """Gradient of the batch loss without the positive's term, by automatic differentiation."""
    sigma = case.sigma.clone().requires_grad_()
    batch, labels = case.batch.tolist(), case.labels.tolist()
    total = sigma.new_zeros(())
    for i in batch:
        kept = [j for j in batch if j != i and (loss == "cl" or labels[j] != labels[i])]
        total = total + torch.logsumexp(sigma[i, kept] / case.tau, 0) / len(batch)
    (gradient,) = torch.autograd.grad(total, sigma)
    return gradient


def distance(s: Any, n_same: int, tau: float) -> float:
    """||p - q||_2 of one row, in numpy."""
    s = np.asarray(s)
    p = np.exp((s - s.max()) / tau)
    q = np.where(np.arange(len(s)) < n_same, 0.0, p)
    return float(np.linalg.norm(p / p.sum() - q / q.sum()))


@given(
    point=parameters(CLAIMS[f"{PREFIX}reweighting-tv"]),
    seed=SEEDS,
)
def test_reweighting_in_fifty_digits(point: dict[str, Any], seed: int) -> None:
    case = row_of(generator=torch.Generator().manual_seed(seed), **point)
    p, q = softmaxes(case)
    m = mpmath.fsum(p[: case.n_same])
    one_norm = mpmath.fsum(abs(a - b) for a, b in zip(p, q, strict=True))
    assert abs(one_norm - 2 * m) < mpmath.mpf(10) ** -45
    two_norm = mpmath.sqrt(mpmath.fsum((a - b) ** 2 for a, b in zip(p, q, strict=True)))
    assert two_norm <= mpmath.sqrt(2) * m + mpmath.mpf(10) ** -45
    different = range(case.n_same, len(p))
    if 1 - m > mpmath.mpf(10) ** -30:
        divergence = mpmath.fsum(q[j] * mpmath.log(q[j] / p[j]) for j in different)
        assert abs(divergence + mpmath.log(1 - m)) < mpmath.mpf(10) ** -15
    assert abs(case.mass - m) <= case.roundoff
    for mine, exact in zip((*case.p.tolist(), *case.q.tolist()), (*p, *q), strict=True):
        assert abs(mine - exact) <= case.roundoff


@given(
    n_same=st.integers(1, 6), n_different=st.integers(1, 8), tau=st.floats(0.05, 10), data=st.data()
)
def test_half_of_the_linear_constant_is_enough(
    n_same: int, n_different: int, tau: float, data: st.DataObject
) -> None:
    """||p - q||_2 <= e^(2/tau) n_s/n_d, the remark that follows Lemma 4."""
    n = n_same + n_different
    s = data.draw(st.lists(st.sampled_from([-1.0, 1.0]) | st.floats(-1, 1), min_size=n, max_size=n))
    assert distance(s, n_same, tau) <= math.exp(2 / tau) * n_same / n_different * (1 + 1e-12)


def test_supremum_off_the_vertices() -> None:
    """(n_s, n_d, tau) = (2, 3, 1/2): neither sqrt(2) kappa nor a vertex of the cube."""
    vertices = [distance(s, 2, 0.5) for s in itertools.product((-1.0, 1.0), repeat=5)]
    assert round(max(vertices), 4) == 1.0810
    inside = distance([1, -1, -0.215, -1, -1], 2, 0.5)
    assert round(inside, 4) == 1.0935
    rng = np.random.default_rng(0)
    found = max(
        -minimize(lambda s: -distance(s, 2, 0.5), rng.uniform(-1, 1, 5), bounds=[(-1, 1)] * 5).fun
        for _ in range(40)
    )
    assert inside - 1e-6 < found < inside + 1e-6
    assert found < math.sqrt(2) * same_class_mass(2, 3, 0.5).item() - 0.1


def test_attained_case_of_the_gap() -> None:
    """B = 3, labels (0, 0, 1): 2 kappa(1, 1, tau)/(3 tau), 0.587198 at tau = 1."""
    check = CLAIMS[f"{PREFIX}gradient-gap-sharp"].check(**gap_claims.THREE)
    exact = 2 / (3 * (1 + mpmath.exp(-2)))
    assert abs(check.measured - exact) < 1e-15
    assert abs(check.bound - exact) < 1e-15
    assert f"{check.measured:.6f}" == "0.587198"


@given(point=parameters(CLAIMS[f"{PREFIX}gradient-gap"]), seed=SEEDS)
def test_gap_by_automatic_differentiation(point: dict[str, Any], seed: int) -> None:
    claim = CLAIMS[f"{PREFIX}gradient-gap"]
    case: State = claim.case(seed=seed, **point)
    gap = float((loops(case, "cl") - loops(case, "nscl")).norm())
    assert abs(gap - float(np.asarray(claim.measured(case)))) <= 4 * case.row_scale * case.roundoff
    # The constant by hand: the largest ratio n_s/n_d of an anchor, its own item excluded.
    b, labels = len(case.batch), case.labels[case.batch].tolist()
    ratios = [(labels.count(y) - 1) / (b - labels.count(y)) for y in labels]
    constant = 2 * math.exp(2 / case.tau) * max(ratios) / (case.tau * math.sqrt(b))
    assert math.isclose(gap_claims.published(case), constant, rel_tol=1e-11)
    kappas = [1 / (1 + math.exp(-2 / case.tau) / r) if r else 0.0 for r in ratios]
    sharp = math.sqrt(2) * math.hypot(*kappas) / (case.tau * b)
    assert math.isclose(gap_claims.anchor_by_anchor(case), sharp, rel_tol=1e-11, abs_tol=0)
    assert gap <= sharp * (1 + 1e-11) + 4 * case.row_scale * case.roundoff
    assert sharp <= math.sqrt(2) * max(kappas) * case.row_scale * (1 + 1e-11)


@pytest.mark.parametrize("loss", ["cl", "nscl"])
def test_jacobian_is_symmetric_with_spectrum_below_lipschitz(loss: str) -> None:
    claim = CLAIMS[f"{PREFIX}gradient-lipschitz"]
    point = {k: v for k, v in OUTSIDE.items() if k not in ("step", "pace")}
    case: Pair = claim.case(seed=1, **{**point, "loss": loss, "pair": "far", "tau": 0.3})
    n = len(case.labels)

    def gradient(flat: Tensor) -> Tensor:
        return similarity_rows(dataclasses.replace(case, sigma=flat.reshape(n, n)), loss)

    jacobian = torch.func.jacrev(gradient)(case.sigma.flatten())
    assert torch.allclose(jacobian, jacobian.mT, atol=1e-14, rtol=0)
    spectrum = torch.linalg.eigvalsh(jacobian)
    assert spectrum.min() > -1e-13
    assert spectrum.max() <= case.lipschitz


def similarity_rows(case: State, loss: str) -> Tensor:
    """G row by row from its formula, flat and differentiable."""
    rows = torch.zeros_like(case.sigma)
    for i in case.batch.tolist():
        kept = [
            j
            for j in case.batch.tolist()
            if j != i and (loss == "cl" or case.labels[j] != case.labels[i])
        ]
        weights = (case.sigma[i, kept] / case.tau).softmax(0) / (case.tau * len(case.batch))
        at = torch.tensor(kept)
        rows = rows.index_put((torch.tensor(i), at), weights)
    return rows.flatten()


def close_pair(**changes: Any) -> dict[str, Any]:
    """Three items of three classes: every row has two negatives that compete."""
    return {**OUTSIDE, "n_max": 1, "pair": "close", "distance": 0.01, **changes}


@pytest.mark.parametrize("tau", [0.05, 1.0, 10.0])
def test_lipschitz_constant_is_reached_in_the_limit(tau: float) -> None:
    """With 1/(tau^2 B), without the factor 1/2, the ratio would stay at 1/2."""
    point = {k: v for k, v in close_pair(tau=tau).items() if k not in ("step", "pace")}
    check = CLAIMS[f"{PREFIX}gradient-lipschitz"].check(**point)
    assert check.outcome == "holds"
    assert check.ratio is not None
    assert 0.9999 < check.ratio < 1


@pytest.mark.parametrize("step", ["free", "symmetrised"])
def test_long_steps_expand_by_eta_times_lipschitz_less_one(step: str) -> None:
    check = CLAIMS[f"{PREFIX}nonexpansive-step"].check(**close_pair(pace=4.0, step=step))
    assert check.outcome == "holds"
    assert check.ratio is not None
    assert check.ratio > 0.9999 if step == "free" else check.ratio > 0.1


def test_duplicates_add_as_vectors() -> None:
    for multiplicity, ratio in ((1, 1.0), (4, 2.0), (16, 4.0)):
        case = repeated(multiplicity=multiplicity, tau=1.0, spread=0.0, generator=torch.Generator())
        assert math.isclose(row_gap(case) / sum_of_squares(case), ratio, rel_tol=1e-14)
        # p = (1/2, 1/2) on items 1 and 2, q = (0, 1): ||p - q|| = 1/sqrt(2).
        expected = multiplicity / (math.sqrt(2) * (multiplicity + 2))
        assert math.isclose(row_gap(case), expected, rel_tol=1e-14)


def test_tied_gradient_is_twice_the_symmetric_one() -> None:
    claim = CLAIMS[f"{PREFIX}tied-gradient"]
    assert claim.counterexample is not None
    case: State = claim.case(**claim.counterexample)
    check = claim.compare(case)
    gap = loops(case, "cl") - loops(case, "nscl")
    assert torch.equal(gap, gap.mT)
    assert math.isclose(check.measured, 2 * float(gap.norm()), rel_tol=1e-14)
    assert math.isclose(check.measured / check.bound, math.sqrt(3), rel_tol=1e-12)
    assert check.measured < gap_claims.published(case), "the published constant has room for it"


@given(point=parameters(CLAIMS[f"{PREFIX}same-class-mass"]), seed=SEEDS, positive=st.floats(-1, 1))
def test_a_positive_in_the_denominator_only_lowers_the_mass(
    point: dict[str, Any], seed: int, positive: float
) -> None:
    case = row_of(generator=torch.Generator().manual_seed(seed), **point)
    s = torch.cat([case.similarities, torch.tensor([positive], dtype=torch.float64)]) / case.tau
    p = s.softmax(0)
    q = s.clone()
    q[: case.n_same] = -torch.inf
    mass = float(p[: case.n_same].sum())
    assert mass <= case.mass + 2 * case.roundoff
    # Of n_d + 1 kept items one more is at least e^(-1/tau).
    lower = same_class_mass(case.n_same, case.n_different + 1, case.tau).item()
    assert mass <= lower + 2 * case.roundoff
    assert abs(float((p - q.softmax(0)).abs().sum()) - 2 * mass) <= 4 * case.roundoff


def test_a_dropped_anchor_stays_within_kappa_one() -> None:
    """n_d = 0: the row's gap is ||p - e_positive||, at most sqrt(2) = sqrt(2) kappa(n_s, 0)."""
    p = torch.tensor([0.7, 0.2, 0.1, 0.0], dtype=torch.float64)
    own = torch.tensor([0.0, 0.0, 0.0, 1.0], dtype=torch.float64)
    kappa = same_class_mass(3, 0, 0.5).item()
    assert float((p - own).norm()) <= math.sqrt(2) * kappa == math.sqrt(2)


@given(point=parameters(CLAIMS[f"{PREFIX}gradient-gap"]), seed=SEEDS, k=st.integers(2, 3))
def test_more_views_obey_the_bound_of_the_batch_size(
    point: dict[str, Any], seed: int, k: int
) -> None:
    """K B anchors, whose negatives are all views of the other items: kappa and Delta stay."""
    case: State = CLAIMS[f"{PREFIX}gradient-gap"].case(seed=seed, **point)
    items = case.batch.repeat_interleave(k)
    labels = case.labels[items]
    uniform = torch.rand(2, len(items), len(items), generator=torch.Generator().manual_seed(seed))
    same = labels[:, None] == labels
    extreme = torch.where(same, 1.0, -1.0).double()
    for sigma in (extreme, 2 * uniform[0].double() - 1, (uniform[1].double() - 0.5).sign()):
        scores = (sigma / case.tau).masked_fill(items[:, None] == items, -torch.inf)
        gap = scores.softmax(1) - scores.masked_fill(same, -torch.inf).softmax(1)
        norm = float(gap.norm()) / (case.tau * len(items))
        assert norm <= gap_claims.anchor_by_anchor(case) * (1 + 1e-9) / math.sqrt(k)


def saboteurs() -> Iterator[Any]:
    """Claims with a bound that is not theirs."""

    def weak_kappa(case: AnchorRow) -> float:
        return same_class_mass(case.n_same, case.n_different, 2 * case.tau).item()

    def own_item_counted(case: State) -> float:
        b = len(case.batch)
        squares = [same_class_mass(n, b - n, case.tau).item() ** 2 for n in case.counts]
        return math.sqrt(2 * sum(squares)) / (case.tau * b)

    def own_item_negative(case: State) -> float:
        b = len(case.batch)
        squares = [same_class_mass(n - 1, b - n + 1, case.tau).item() ** 2 for n in case.counts]
        return math.sqrt(2 * sum(squares)) / (case.tau * b)

    def scaled(name: str, by: float) -> Callable[[Any], Any]:
        return lambda case: by * np.asarray(CLAIMS[PREFIX + name].bound(case))

    yield pytest.param("same-class-mass", weak_kappa, id="kappa with e^(1/tau)")
    yield pytest.param("gradient-gap-sharp", own_item_counted, id="n_s with the anchor")
    yield pytest.param("gradient-gap-sharp", own_item_negative, id="n_d with the anchor")
    yield pytest.param("gradient-lipschitz", scaled("gradient-lipschitz", 0.5), id="L with 1/4")
    yield pytest.param("gradient-gap", scaled("gradient-gap", 0.2), id="a fifth of Delta_r")
    yield pytest.param("reweighting-tv", lambda case: case.mass, id="m for 2m")
    yield pytest.param("reweighting-l2", lambda case: case.mass, id="m for sqrt(2) m")
    yield pytest.param("nonexpansive-step", lambda case: case.distance, id="1 for long steps too")
    yield pytest.param("same-class-mass", lambda case: math.nan, id="NaN")


@pytest.mark.parametrize(("name", "bound"), list(saboteurs()))
def test_saboteur_is_violated(name: str, bound: Callable[[Any], Any]) -> None:
    claim: Claim[Any] = dataclasses.replace(CLAIMS[PREFIX + name], bound=bound)
    assert verify(claim, 150, torch.Generator().manual_seed(0)).outcome == "violated"


def test_the_linear_form_needs_twice_the_exponent() -> None:
    """e^(1/tau) for e^(2/tau), in logarithms."""
    claim = CLAIMS[f"{PREFIX}mass-linear"]
    weakened = dataclasses.replace(
        claim, bound=lambda case: np.asarray(claim.bound(case)) - 1 / case.tau
    )
    point: dict[str, Any] = {"n_same": 1, "n_different": 8, "tau": 1.0, "row": "extreme"}
    assert claim.check(**point).outcome == "holds"
    assert weakened.check(**point).outcome == "violated"


def test_a_step_as_if_lipschitz_had_no_half_is_seen() -> None:
    """A step of 2/L for L = 1/(4 tau^2 B) does expand: claims of 1 are violated beyond 2/L."""
    claim = dataclasses.replace(
        CLAIMS[f"{PREFIX}nonexpansive-step"], bound=lambda case: case.distance
    )
    assert claim.check(**close_pair(pace=1.0)).outcome != "violated"
    assert claim.check(**close_pair(pace=1.01)).outcome == "violated"


def test_ascent_finds_the_attained_case_and_nothing_above_it() -> None:
    """The claim's search over Sigma = tanh(theta) climbs to sqrt(2) kappa from random starts."""
    claim = CLAIMS[f"{PREFIX}gradient-gap-sharp"]
    assert claim.search is not None
    case: State = claim.case(seed=4, **{**gap_claims.THREE, "layout": "random"})
    theta = torch.atanh(0.9 * case.sigma).requires_grad_()
    climber = torch.optim.Adam([theta], lr=0.2)
    for _ in range(150):
        climber.zero_grad()
        gap = claim.search(theta.tanh(), case.batch, case.labels, case.tau)
        (-gap).backward()
        climber.step()
    reached = claim.compare(dataclasses.replace(case, sigma=theta.detach().tanh()))
    assert reached.outcome != "violated"
    assert reached.ratio is not None
    assert reached.ratio > 0.99


def test_rows_of_one_class_have_no_mass() -> None:
    """n_s = 0: p = q."""
    case = row_of(
        n_same=0, n_different=3, tau=0.1, row="random", generator=torch.Generator().manual_seed(0)
    )
    assert case.mass == 0.0
    assert torch.equal(case.p, case.q)


@pytest.mark.parametrize(
    "name", ["reweighting-tv", "same-class-mass", "gradient-gap-sharp", "nonexpansive-step"]
)
def test_single_precision_stays_within_its_rounding(name: str) -> None:
    verdict = verify(
        CLAIMS[PREFIX + name], 100, torch.Generator().manual_seed(3), dtype=torch.float32
    )
    assert verdict.outcome == "holds", verdict
