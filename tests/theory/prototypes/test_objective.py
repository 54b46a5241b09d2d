"""The supervised objective against fifty digits and worked values; no matrix of all pairs."""

import math
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding
from tests.strategies import parameters
from tests.theory.prototypes.exact import Exact, as_mp, exact_fan, fan, slack
from theory.claims import all_claims
from theory.claims.lee2025._population import build_population
from theory.prototypes import prototype_bias, supervised_objective

ROOT = Path(__file__).parents[3]
CLAIMS = all_claims()
SEEDS = st.integers(0, 2**31 - 1)


@given(
    point=parameters(CLAIMS["lee2025-attract-identity"]),
    seed=SEEDS,
    repulsion=st.floats(0, 5),
)
def test_raw_objective_in_fifty_digits(point: dict[str, Any], seed: int, repulsion: float) -> None:
    case = build_population(generator=torch.Generator().manual_seed(seed), **point)
    found = supervised_objective(case.z, case.labels, repulsion).item()
    exact = Exact(as_mp(case.z), case.labels.tolist())
    assert abs(found - exact.objective(repulsion, "raw")) <= (1 + repulsion) * slack(case.z)


@given(
    point=parameters(CLAIMS["lee2025-attract-identity-cosine"]),
    seed=SEEDS,
    repulsion=st.floats(0, 5),
)
def test_cosine_objective_in_fifty_digits(
    point: dict[str, Any], seed: int, repulsion: float
) -> None:
    case = build_population(generator=torch.Generator().manual_seed(seed), **point)
    found = supervised_objective(case.z, case.labels, repulsion, similarity="cosine").item()
    exact = Exact(as_mp(case.z), case.labels.tolist())
    shortest = float(min(exact.lengths))
    allowed = 2 * (1 + repulsion) * slack(case.z) / shortest
    assert abs(found - exact.objective(repulsion, "cosine")) <= allowed


def saboteurs() -> Iterator[Any]:
    """Objectives with a term that is not theirs, for two classes of several items."""

    def class_means(z: Tensor, labels: Tensor) -> Tensor:
        return torch.stack([z[labels == y].mean(dim=(0, 1)) for y in range(2)])

    def own_class_too(z: Tensor, labels: Tensor) -> Tensor:
        scores = z @ class_means(z, labels).mT
        own = scores.gather(2, labels[:, None, None].expand(-1, z.shape[1], 1)).squeeze(2)
        return (scores.amax(dim=2) - own).mean()

    def items_for_classes(z: Tensor, labels: Tensor) -> Tensor:
        own = (z * z.mean(dim=1, keepdim=True)).sum(dim=2)
        other = torch.einsum("nkd,nd->nk", z, class_means(z, labels)[1 - labels])
        return (other - own).mean()

    def leave_one_out(z: Tensor, labels: Tensor) -> Tensor:
        sizes = z.shape[1] * labels.bincount()[labels]
        return supervised_objective(z, labels) + (1 / sizes.double()).mean()

    yield pytest.param(own_class_too, id="own class in the maximum")
    yield pytest.param(items_for_classes, id="surrogates")
    yield pytest.param(leave_one_out, id="the anchor left out of its class")


@pytest.mark.parametrize("objective", list(saboteurs()))
def test_saboteur_is_found(objective: Callable[[Tensor, Tensor], Tensor]) -> None:
    z, labels = fan()
    exact = Exact(as_mp(z), labels.tolist()).objective(1.0, "raw")
    assert abs(supervised_objective(z, labels).item() - exact) <= 2 * slack(z)
    assert abs(objective(z, labels).item() - exact) > 1e-3


def test_the_fan() -> None:
    value = supervised_objective(*fan()).item()
    assert f"{value:.9f}" == "-1.712791687"
    assert abs(value - Exact(*exact_fan()).objective(1.0, "raw")) < 2 * slack(fan()[0])


def test_collapsed_simplex_is_the_minimum_of_balanced_classes() -> None:
    angles = 2 * math.pi * torch.arange(3, dtype=torch.float64) / 3
    z = torch.stack([angles.cos(), angles.sin()], dim=-1)[:, None].expand(3, 2, 2)
    for repulsion in (0.0, 1.0, 5.0):
        value = supervised_objective(z, torch.arange(3), repulsion).item()
        assert math.isclose(value, -1 - repulsion / 2, rel_tol=1e-15)


def test_one_item_is_its_own_prototype_and_the_hardest_other_repels() -> None:
    z = torch.tensor([[[1.0, 0.0]], [[0.0, 1.0]], [[0.6, 0.8]]], dtype=torch.float64)
    # hardest: .6, .8, .8
    value = supervised_objective(z, torch.tensor([5, 1, 3]), 2.0).item()
    assert math.isclose(value, -1 + 2 * 2.2 / 3, rel_tol=1e-15)


@pytest.mark.parametrize("similarity", ["raw", "cosine"])
def test_gradients_match_differences(similarity: Any) -> None:
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(6, 2, 3, generator=generator, dtype=torch.float64), dim=-1)
    labels = torch.tensor([0, 0, 0, 1, 1, 2])

    def value(z: Tensor) -> Tensor:
        return supervised_objective(z, labels, 0.7, similarity=similarity)

    assert torch.autograd.gradcheck(value, (z.requires_grad_(),))


def test_single_precision_is_rounded_once() -> None:
    z, labels = fan()
    single = supervised_objective(z.float(), labels)
    assert single.dtype == torch.float32
    assert single == supervised_objective(z.float().double(), labels).float()


Z, Y = fan()
ANTIPODAL = torch.tensor([[[1.0, 0.0]], [[-1.0, 0.0]], [[0.0, 1.0]]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: supervised_objective(Z, Y, -1.0), r"need finite repulsion >= 0, got repulsion=-1"),
        (lambda: supervised_objective(Z, Y, math.nan), "got repulsion=nan"),
        (lambda: supervised_objective(Z, Y, math.inf), "got repulsion=inf"),
        (
            lambda: supervised_objective(Z, Y, similarity="dot"),  # type: ignore[arg-type]  # on purpose
            "need similarity 'raw' or 'cosine', got 'dot'",
        ),
        (
            lambda: supervised_objective(Z, torch.full((4,), 7), 0.0),
            "need at least two classes, got the one label 7",
        ),
        (
            lambda: supervised_objective(ANTIPODAL, torch.tensor([4, 4, 9]), similarity="cosine"),
            "need class means of norm > 5.96e-07, got 0 for label 4",
        ),
        (lambda: supervised_objective(Z[0], Y), r"need z of shape \(n, k, d\).*got \(2, 2\)"),
        (lambda: prototype_bias(Z[0], Y), r"need z of shape \(n, k, d\).*got \(2, 2\)"),
        (lambda: prototype_bias(Z[:, :0], Y), r"none of them 0, got \(4, 0, 2\)"),
        (lambda: prototype_bias(Z, Y[:3]), r"need labels of shape \(n,\) = \(4,\), got \(3,\)"),
        (lambda: prototype_bias(Z, Y.double()), "need integer labels, got torch.float64"),
        (lambda: prototype_bias(Z.half(), Y), "need float32 or float64 z, got torch.float16"),
        (lambda: prototype_bias(Z.log(), Y), "need finite z, got a non-finite value at row 0"),
        (lambda: prototype_bias(ANTIPODAL, torch.tensor([0, 0, 1])).cosine, "got 0 for label 0"),
        (lambda: prototype_bias(Z[:, :1], Y).debiased_squared, "need k >= 2 views .* got k=1"),
        (lambda: prototype_bias(Z, 0 * Y).relative, "need at least two classes, got the one label"),
    ],
)
def test_outside_the_domain(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


PROBE = """
import torch
from pathlib import Path
from theory.prototypes import nearest_prototype_bound, nearest_prototype_error
from theory.prototypes import prototype_bias, supervised_objective

def peak():
    status = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line for line in status if line.startswith("VmHWM")).split()[1])

def run(n):
    z = torch.nn.functional.normalize(torch.randn(n, 2, 4), dim=-1).requires_grad_()
    labels = torch.arange(n) % max(2, n // 2)
    bias = prototype_bias(z, labels)
    readings = (bias.raw, bias.squared, bias.cosine, bias.debiased_squared, bias.relative)
    (sum(readings) + supervised_objective(z, labels)).backward()
    nearest_prototype_error(z, labels)
    nearest_prototype_bound(z, labels)

torch.manual_seed(0)
torch.set_num_threads(1)
run(64)
before = peak()
run(8000)
print(peak() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux's memory accounts")
def test_memory_holds_no_matrix_of_items_and_classes() -> None:
    command = [sys.executable, "-c", PROBE]
    # Every large block is given back when it is freed, so that the peak is what is held at once.
    env = {**os.environ, "MALLOC_MMAP_THRESHOLD_": "1000000"}
    grown = int(subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True).stdout)
    # Blocks of 2^20 pairs, a few at a time, where rows and classes make 16 000 x 4000 pairs.
    assert grown < 8 * 8 * 2**20 < 8 * 16_000 * 4000 / 4


def test_a_smaller_rounding_would_not_do() -> None:
    """The slack of these tests is that of sums of n k terms, not a chosen number."""
    z = torch.empty(5, 4, 6)
    assert slack(z) >= accumulated_rounding(20 + 9 + 6, 2.0**-52)
    assert slack(z) < 1e-13
