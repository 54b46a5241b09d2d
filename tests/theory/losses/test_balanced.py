"""The balanced family and DHEL: fifty digits, worked values, other codes, gradients, domain."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from pytorch_metric_learning.losses import NTXentLoss
from torch import Tensor
from torch.nn.functional import normalize

from synthetic import simplex_etf
from tests.theory.losses.cases import Batch, agree, draw_batch
from theory.losses import balanced, cl, dcl, dhel, loss_rounding, ntxent, paired_dcl, paired_nscl

SETS = ("other-items", "same-view", "other-classes")
FORMS = list(itertools.product(SETS, (False, True), (False, True)))
SQUARE = normalize(
    torch.tensor([[[1, 0, 1], [0, 1, 1]], [[1, 0, -1], [0, 1, -1]]], dtype=torch.float64), dim=-1
)
TETRAHEDRON = simplex_etf(4, 3)[:, None].expand(-1, 2, -1)
HALVES = torch.tensor([0, 1])


@dataclass(frozen=True, kw_only=True)
class Weighed:
    """Two views of labelled items, and the two weights."""

    z: Tensor  # (n, 2, d), unit rows
    labels: Tensor
    alpha: float
    repulsion: float

    @property
    def rounding(self) -> float:
        """A loss in nats over alpha; s+ once, the logarithm `repulsion` times."""
        n, k, d = self.z.shape
        in_nats = loss_rounding(n * k, d, 1 / self.alpha, torch.finfo(self.z.dtype).eps)
        return (1 + self.repulsion) * in_nats / self.alpha


def weigh(batch: Batch, alpha: float, repulsion: float) -> Weighed:
    return Weighed(z=batch.z, labels=batch.labels, alpha=alpha, repulsion=repulsion)


weighed = st.builds(
    weigh,
    st.builds(
        draw_batch,
        sizes=st.lists(st.integers(1, 3), min_size=2, max_size=3),
        k=st.just(2),
        d=st.integers(1, 5),
        tau=st.just(1.0),
        seed=st.integers(0, 2**32 - 1),
        spread=st.sampled_from([0.0, 0.1, 1.0, 10.0]),
    ),
    alpha=st.floats(1e-3, 1e3),
    repulsion=st.floats(0, 5),
)
APART = weigh(draw_batch(sizes=[2, 1, 1], k=2, d=3, tau=1.0, seed=4), 2.0, 1.5)


def by_loops(
    z: list[Any], labels: list[int], alpha: Any, repulsion: Any, form: tuple[str, bool, bool]
) -> mpmath.mpf:
    """The balanced loss, anchor by anchor and term by term, in fifty digits."""
    negatives, include_positive, mean = form
    with mpmath.workdps(50):
        alpha, repulsion, total = mpmath.mpf(alpha), mpmath.mpf(repulsion), mpmath.mpf(0)
        for i, view in itertools.product(range(len(z)), (0, 1)):
            positive = mpmath.fdot(z[i][view], z[i][1 - view])
            terms = [positive] if include_positive else []
            for j, other in itertools.product(range(len(z)), (0, 1)):
                if j == i:
                    continue
                if negatives == "same-view" and other != view:
                    continue
                if negatives == "other-classes" and labels[j] == labels[i]:
                    continue
                terms.append(mpmath.fdot(z[i][view], z[j][other]))
            whole = mpmath.fsum(mpmath.exp(alpha * s) for s in terms)
            count = len(terms) if mean else 1
            total += repulsion / alpha * mpmath.log(whole / count) - positive
        return total / (2 * len(z))


def coded(case: Weighed, form: tuple[str, bool, bool]) -> Tensor:
    negatives, include_positive, mean = form
    return balanced(
        case.z,
        case.alpha,
        case.repulsion,
        negatives=negatives,
        labels=case.labels,
        include_positive=include_positive,
        mean=mean,
    )


def exact(case: Weighed, form: tuple[str, bool, bool]) -> float:
    z, labels = case.z.tolist(), case.labels.tolist()
    return float(by_loops(z, labels, case.alpha, case.repulsion, form))


@given(case=weighed)
@example(case=APART)
@example(case=weigh(draw_batch(sizes=[1, 1], k=2, d=1, tau=1.0, seed=0), 1e3, 5.0))
@example(case=weigh(draw_batch(sizes=[3, 3], k=2, d=2, tau=1.0, seed=0), 1.0, 0.0))
def test_matches_loops_in_fifty_digits(case: Weighed) -> None:
    for form in FORMS:
        assert agree(coded(case, form).item(), exact(case, form), case.rounding), form


def test_the_loops_tell_all_forms_apart() -> None:
    """Else a loss that took the wrong terms could pass."""
    values = [exact(APART, form) for form in FORMS]
    apart = [abs(a - b) for a, b in itertools.combinations(values, 2)]
    assert min(apart) > 1e3 * APART.rounding


def test_the_loops_catch_both_views_for_the_same_and_itself_for_the_other() -> None:
    z = APART.z
    s = torch.einsum("ild,jmd->iljm", z, z) * APART.alpha
    all_terms = s.flatten(2).logsumexp(dim=2).mean() * APART.repulsion / APART.alpha
    positive = (z[:, 0] * z[:, 1]).sum(dim=1).mean()
    for form in FORMS:
        assert not agree((all_terms - positive).item(), exact(APART, form), APART.rounding)
    swapped = torch.stack([z[:, 0], z[:, 1].roll(1, dims=0)], dim=1)  # positives of another item
    assert not agree(balanced(swapped, 2.0, 1.5).item(), exact(APART, FORMS[0]), APART.rounding)


@pytest.mark.parametrize(
    ("alpha", "repulsion", "form", "digits"),
    [
        (2, 1, ("other-items", False, False), "-0.343369156240888583"),
        (2, 1, ("other-items", False, True), "-0.689942746520861238"),
        (2, 0.5, ("other-items", False, False), "-0.421684578120444291"),
        (2, 1, ("other-items", True, False), "0.203802982222190152"),
    ],
)
def test_square(alpha: int, repulsion: float, form: tuple[str, bool, bool], digits: str) -> None:
    """Every anchor sees s+ = 1/2 and two negatives, 0 and -1/2."""
    with mpmath.workdps(50):
        root = 1 / mpmath.sqrt(2)
        z = [[[root * round(x) for x in row] for row in item] for item in (2 * SQUARE).tolist()]
    assert mpmath.nstr(by_loops(z, [0, 1], alpha, repulsion, form), 18) == digits
    case = Weighed(z=SQUARE, labels=HALVES, alpha=alpha, repulsion=repulsion)
    assert agree(coded(case, form).item(), float(digits), case.rounding)


def test_square_in_nats() -> None:
    tolerance = 2 * Weighed(z=SQUARE, labels=HALVES, alpha=2.0, repulsion=1.0).rounding
    assert agree(ntxent(SQUARE, 0.5).item(), 0.407605964444380304, tolerance)
    assert agree(dcl(SQUARE, 0.5).item(), -1.186738312481777166, tolerance)
    assert agree(2 * balanced(SQUARE, 2.0, 1.0).item() - 0.5, -1.186738312481777166, tolerance)


def test_tetrahedron() -> None:
    """Four items, views equal: the least value, in closed form."""
    case = Weighed(z=TETRAHEDRON, labels=torch.arange(4), alpha=10.0, repulsion=1.0)
    z, tol = case.z, case.rounding
    assert agree(balanced(z, 10.0, 1.0).item(), -1.154157386410527833, tol)
    assert agree(-4 / 3 + math.log(6) / 10, -1.154157386410527833, tol)
    assert agree(balanced(z, 10.0, 1.0, negatives="same-view").item(), -1.223472104466522364, tol)
    assert agree(ntxent(z, 0.1).item(), 9.717533538493689534e-6, 10 * tol)
    assert agree(dhel(z, 0.1).item(), -14.46944208933044728, 20 * tol)
    assert agree(dhel(z, 0.1, both_energies=False).item(), -12.23472104466522364, 10 * tol)


def dhel_as_printed(z: np.ndarray[Any, Any], tau: float, energies: float) -> float:
    """-s+/tau + sum over views of log sum_{j != i} e^{s/tau}, in numpy, item by item."""
    total = 0.0
    for i in range(len(z)):
        others = np.delete(np.arange(len(z)), i)
        energy = sum(np.log(np.exp(z[others, v] @ z[i, v] / tau).sum()) for v in (0, 1))
        total += energies / 2 * energy - z[i, 0] @ z[i, 1] / tau
    return total / len(z)


@given(case=weighed)
def test_dhel_is_its_formula(case: Weighed) -> None:
    tau = max(1 / case.alpha, 0.01)
    n, k, d = case.z.shape
    tolerance = 2 * 2 * loss_rounding(n * k, d, tau, torch.finfo(torch.float64).eps)
    z = case.z.numpy()
    assert agree(dhel(case.z, tau).item(), dhel_as_printed(z, tau, 2.0), tolerance)
    one = dhel(case.z, tau, both_energies=False)
    assert agree(one.item(), dhel_as_printed(z, tau, 1.0), tolerance)


def test_the_formula_catches_both_views_as_negatives() -> None:
    """Where views coincide the two still differ, by log 2: SimCLR counts every negative twice."""
    for z in (APART.z, TETRAHEDRON):
        other_items = 2.0 * balanced(z, 2.0, 1.0).item()
        assert abs(other_items - dhel_as_printed(z.numpy(), 0.5, 1.0)) > 0.1


@pytest.mark.parametrize("alpha", [0.5, 5.0])
@pytest.mark.parametrize("negatives", SETS)
def test_the_positive_included_is_theirs_on_the_same_pairs(negatives: str, alpha: float) -> None:
    """pytorch-metric-learning's NTXentLoss, given the pairs, keeps the positive below."""
    x = torch.randn(9, 2, 5, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    labels = torch.tensor([3, 3, 3, 3, -1, -1, 8, 8, 8])
    row = torch.arange(18)
    group = labels[row // 2] if negatives == "other-classes" else row // 2
    apart = group[:, None] != group
    if negatives == "same-view":
        apart &= row[:, None] % 2 == row % 2
    anchor, negative = torch.where(apart)
    theirs = NTXentLoss(temperature=1 / alpha)(
        x.flatten(0, 1), indices_tuple=(row, row ^ 1, anchor, negative)
    )
    case = Weighed(z=normalize(x, dim=-1), labels=labels, alpha=alpha, repulsion=1.0)
    ours = alpha * coded(case, (negatives, True, False))
    assert agree(ours.item(), theirs.item(), 2 * alpha * case.rounding)


def test_the_paired_losses_are_balanced() -> None:
    z, labels, alpha = APART.z, APART.labels, APART.alpha
    tolerance = 2 * alpha * APART.rounding
    ours = alpha * balanced(z, alpha, 1.0).item()
    assert agree(paired_dcl(z, 1 / alpha).item(), ours, tolerance)
    ours = alpha * balanced(z, alpha, 1.0, negatives="other-classes", labels=labels).item()
    assert agree(paired_nscl(z, labels, 1 / alpha).item(), ours, tolerance)


def test_the_coupled_loss_is_balanced_with_the_view_itself_among_the_positives() -> None:
    z, alpha = APART.z, APART.alpha
    itself = (1 - (z[:, 0] * z[:, 1]).sum(dim=1).mean().item()) * alpha / 2
    ours = alpha * balanced(z, alpha, 1.0, include_positive=True).item() - itself
    assert itself > 0.1
    assert agree(cl(z, 1 / alpha).item(), ours, 3 * alpha * APART.rounding)


def test_no_repulsion_is_pure_alignment() -> None:
    positive = (APART.z[:, 0] * APART.z[:, 1]).sum(dim=1).mean().item()
    for alpha in (1e-300, 1.0, 700.0):
        assert agree(balanced(APART.z, alpha, 0.0).item(), -positive, APART.rounding)


def test_labels_are_ignored_where_they_are_not_read() -> None:
    nonsense: Any = "labels"
    assert balanced(APART.z, 1.0, 1.0, labels=nonsense) == balanced(APART.z, 1.0, 1.0)


@pytest.mark.parametrize("form", FORMS)
def test_gradients_match_differences_with_a_class_of_one(form: tuple[str, bool, bool]) -> None:
    z = APART.z.clone().requires_grad_()
    labels, alpha, repulsion = APART.labels, APART.alpha, APART.repulsion

    def loss(z: Tensor) -> Tensor:
        return coded(Weighed(z=z, labels=labels, alpha=alpha, repulsion=repulsion), form)

    assert torch.autograd.gradcheck(loss, (z,))


@pytest.mark.parametrize("both", [False, True])
def test_gradients_of_dhel_match_differences(both: bool) -> None:
    z = APART.z.clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: dhel(z, 0.7, both_energies=both), (z,))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_loss_is_a_scalar_of_the_dtype_of_z(dtype: torch.dtype) -> None:
    z = APART.z.to(dtype)
    case = Weighed(z=z, labels=APART.labels, alpha=2.0, repulsion=1.5)
    for form in FORMS:
        loss = coded(case, form)
        assert (loss.dtype, loss.shape) == (dtype, ())
        assert agree(loss.item(), exact(case, form), case.rounding + torch.finfo(dtype).eps)
    assert (dhel(z, 0.5).dtype, dhel(z, 0.5).shape) == (dtype, ())


WORDS = "need negatives among other-items, same-view, other-classes, got 'all'"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: balanced(SQUARE, 0.0, 1.0), r"need 0 < alpha < inf, got alpha=0\.0"),
        (lambda: balanced(SQUARE, math.inf, 1.0), "need 0 < alpha < inf, got alpha=inf"),
        (lambda: balanced(SQUARE, math.nan, 1.0), "need 0 < alpha < inf, got alpha=nan"),
        (lambda: balanced(SQUARE, 1.0, -0.1), r"need 0 <= repulsion < inf, got repulsion=-0\.1"),
        (lambda: balanced(SQUARE, 1.0, math.inf), "need 0 <= repulsion < inf, got repulsion=inf"),
        (lambda: balanced(SQUARE, 1.0, math.nan), "need 0 <= repulsion < inf, got repulsion=nan"),
        (lambda: balanced(SQUARE, 1e-300, 1e10), "need finite repulsion/alpha in torch.float64"),
        (lambda: balanced(SQUARE.float(), 1e-30, 1e10), "finite repulsion/alpha in torch.float32"),
        (lambda: balanced(SQUARE.float(), 1e39, 1.0), r"finite alpha \|z\|\^2 in torch.float32"),
        (lambda: balanced(SQUARE[:, 0], 1.0, 1.0), r"need z of shape \(n, k, d\)"),
        (
            lambda: balanced(SQUARE[:, :1], 1.0, 1.0),
            r"need z of shape \(n, 2, d\), got \(2, 1, 3\)",
        ),
        (lambda: balanced(SQUARE[:1], 1.0, 1.0), "another sample for every anchor, got n=1"),
        (lambda: balanced(SQUARE / 0, 1.0, 1.0), "need finite z, got .* at row 0"),
        (lambda: balanced(SQUARE, 1.0, 1.0, negatives="all"), WORDS),
        (lambda: balanced(SQUARE, 1.0, 1.0, negatives="other-classes"), "need labels with .*None"),
        (
            lambda: balanced(SQUARE, 1.0, 1.0, negatives="other-classes", labels=HALVES[:1]),
            r"need labels of shape \(n,\) = \(2,\), got \(1,\)",
        ),
        (lambda: dhel(SQUARE, 0.0), r"need 0 < tau < inf, got tau=0\.0"),
        (lambda: dhel(SQUARE, math.nan), "need 0 < tau < inf, got tau=nan"),
        (lambda: dhel(SQUARE, math.inf), "need 0 < tau < inf, got tau=inf"),
        (lambda: dhel(SQUARE, 1e-310), r"need finite \|z\|\^2/tau"),
        (lambda: dhel(SQUARE[:1], 1.0), "another sample for every anchor, got n=1"),
        (lambda: dhel(SQUARE[:, :1], 1.0), r"need z of shape \(n, 2, d\), got \(2, 1, 3\)"),
    ],
)
def test_outside_the_domain(call: Callable[[], Tensor], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize("include_positive", [False, True])
def test_an_anchor_without_another_class_is_refused_and_never_silent(
    include_positive: bool,
) -> None:
    with pytest.raises(ValueError, match=r"another class for every anchor.*one class 4 at row 0"):
        balanced(
            SQUARE,
            1.0,
            1.0,
            negatives="other-classes",
            labels=0 * HALVES + 4,
            include_positive=include_positive,
        )
