"""RSA against Pearson's formula in fifty digits, scipy and rsatoolbox; invariances, refusals."""

import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import pearsonr
from torch import Tensor

from tests.theory.alignment import naive
from tests.theory.alignment.naive import pair, rotation
from theory.alignment import _moments as moments
from theory.alignment import cka, gram_cka, rsa, rsa_rounding, similarity_indices
from theory.alignment.rsa import unit_rows

DTYPES = [torch.float32, torch.float64]


def close(ours: Tensor, theirs: Tensor, x: Tensor, y: Tensor) -> bool:
    """Whether two computed values agree within the rounding of both."""
    return abs(ours.item() - theirs.item()) <= 2 * rsa_rounding(x, y)


def directions(degrees: list[float]) -> Tensor:
    """Unit vectors of the plane."""
    angles = torch.tensor(degrees, dtype=torch.float64) * math.pi / 180
    return torch.stack([angles.cos(), angles.sin()], dim=1)


@given(
    n=st.integers(3, 8),
    d=st.integers(2, 10),
    e=st.integers(2, 10),
    seed=st.integers(0, 2**32 - 1),
    offset=st.sampled_from([0.0, 1.0, 1e4]),
    dtype=st.sampled_from(DTYPES),
)
@example(n=5, d=4, e=4, seed=0, offset=1e4, dtype=torch.float64)
def test_rsa_is_pearson_in_fifty_digits(
    n: int, d: int, e: int, seed: int, offset: float, dtype: torch.dtype
) -> None:
    x, y = pair(n, d, e, seed, offset=offset, dtype=dtype)
    error = abs(naive.rsa(x, y) - rsa(x, y).item())
    assert error <= rsa_rounding(x, y)
    assert abs(rsa(x, y).item()) <= 1 + rsa_rounding(x, y)


@pytest.mark.parametrize("angle", [1e-2, 1e-4, 1e-6])
def test_nearly_parallel_rows_keep_their_digits(angle: float) -> None:
    """Cosines that agree to 1 - angle^2: a table of them would have lost 2/3 of the digits."""
    x, y = pair(8, 3, 3, seed=1)
    x, y = (angle * v + torch.tensor([1.0, 0, 0], dtype=torch.float64) for v in (x, y))
    assert abs(naive.rsa(x, y) - rsa(x, y).item()) <= rsa_rounding(x, y) < 1e-11 / angle


@pytest.mark.parametrize("noise", [1e-2, 1e-5, 1e-8])
def test_nearly_a_simplex_is_summed_over_pairs(noise: float) -> None:
    g = torch.Generator().manual_seed(3)
    x = torch.eye(7, dtype=torch.float64) + noise * torch.randn(7, 7, generator=g).double()
    y = torch.randn(7, 3, generator=g, dtype=torch.float64)
    assert abs(naive.rsa(x, y) - rsa(x, y).item()) <= rsa_rounding(x, y) < 1e-11 / noise


def test_worked_values_of_three_directions() -> None:
    x, y = directions([0, 60, 90]), directions([0, 90, 180])
    assert abs(rsa(x, y).item() - 0.907072739967869) <= rsa_rounding(x, y) + 5e-16
    cosine_cka = gram_cka(x @ x.mT, y @ y.mT).item()
    assert abs(cosine_cka - 0.932611837687148) <= 1e-14
    assert abs(cka(x, y, debiased=False).item() - cosine_cka) <= 1e-14


@pytest.mark.parametrize(("n", "d", "e"), [(50, 3, 8), (20, 30, 4), (400, 16, 2)])
def test_rsa_is_scipys_pearson_of_scipys_distances(n: int, d: int, e: int) -> None:
    x, y = pair(n, d, e, seed=n)
    tables = [pdist(v.numpy(), "cosine") for v in (x, y)]
    assert abs(pearsonr(*tables).statistic - rsa(x, y).item()) <= rsa_rounding(x, y)


def test_rsa_is_rsatoolboxs_corr_and_not_its_default() -> None:
    rdm = pytest.importorskip("rsatoolbox.rdm")
    x, y = pair(40, 6, 3, seed=4)
    tables = [rdm.RDMs(pdist(v.numpy(), "cosine")[None]) for v in (x, y)]
    theirs = rdm.compare(*tables, method="corr")
    assert abs(theirs.item() - rsa(x, y).item()) <= rsa_rounding(x, y)
    assert abs(rdm.compare(*tables).item() - rsa(x, y).item()) > 0.1


@pytest.mark.parametrize(("n", "d"), [(25, 4), (10, 16)])
def test_invariances(n: int, d: int) -> None:
    x, y = pair(n, d, 3, seed=n)
    value = rsa(x, y)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    per_row = torch.logspace(-200, 200, n, dtype=torch.float64)[:, None]
    for a, b in (
        (x[order], y[order]),
        (x @ rotation(d), y @ rotation(3)),
        (7.3 * x, 0.01 * y),
        (per_row * x, y / per_row),
        (torch.nn.functional.pad(x, (0, 4)), y),
        (y, x),
    ):
        assert close(rsa(a, b), value, a, b)
    assert close(rsa(x, x), torch.ones(()), x, x)
    assert abs(rsa(x + 1, y).item() - value.item()) > 1e-3


@pytest.mark.parametrize(("n", "d", "e"), [(23, 3, 2), (23, 40, 3), (24, 24, 24)])
def test_blocks_of_any_size_agree(n: int, d: int, e: int, monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = pair(n, d, e, seed=5)
    whole = rsa(x, y)
    for size in (1, 5, 8):
        monkeypatch.setattr(moments, "ROWS", size)
        assert close(rsa(x, y), whole, x, y)


def test_dtypes_gradients_and_all_indices_at_once() -> None:
    x, y = pair(12, 3, 2, seed=7)
    assert rsa(x.float(), y.float()).dtype == torch.float32
    assert rsa(x.float(), y).dtype == torch.float64
    assert similarity_indices(x, y).rsa == rsa(x, y)
    for a, b in ((x, y), pair(5, 7, 2, seed=8)):
        assert torch.autograd.gradcheck(rsa, (a.requires_grad_(), b.requires_grad_()))


def test_outside_the_domain() -> None:
    x, y = pair(6, 3, 2, seed=0)
    parallel = torch.tensor([[0.1, 0.2, 0.7]], dtype=torch.float64).repeat(6, 1)
    for a, b, message in (
        (x, y[:5], "need x and y of the same n items, got 6 and 5"),
        (x[:2], y[:2], "need n >= 3 items, got n=2"),
        (x, y.index_fill(0, torch.tensor([2]), 0), "rows of y that are not zero.* at row 2"),
        (x / 0, y, "need finite x, got a non-finite value at row 0"),
        (parallel, y, "need cosines of x that vary, got standard deviation"),
        (x, torch.arange(1.0, 7)[:, None] * parallel, "need cosines of y that vary"),
        (x, torch.eye(6) - 1 / 6, "need cosines of y that vary"),
        (x, torch.eye(6), "need cosines of y that vary"),
    ):
        with pytest.raises(ValueError, match=message):
            rsa(a, b)


@pytest.mark.parametrize("fault", ["uncentred", "diagonal kept", "n for n + 2"])
def test_a_wrong_closed_form_is_caught(fault: str) -> None:
    x, y = pair(7, 3, 2, seed=11)
    rows = unit_rows(x, "x"), unit_rows(y, "y")
    every = moments.all_pairs(*rows)

    def broken(all_: Tensor, k: Tensor, l: Tensor) -> Tensor:  # noqa: E741
        n, both, grand = len(k), (k * l).sum(), k.sum() * l.sum()
        spread = ((k - k.mean()) * (l - l.mean())).sum()
        if fault == "uncentred":
            return all_ - both + (n + 2) / 2 * spread
        if fault == "diagonal kept":
            return all_ - grand / n**2 + (n + 2) / 2 * spread
        return all_ - both - grand / (n * (n - 1)) + n / 2 * spread

    wrong = moments.closed(every, *rows, broken).cosine().item()
    assert not abs(naive.rsa(x, y) - wrong) <= rsa_rounding(x, y)


def test_clamped_distances_agree_and_a_mixed_ddof_is_caught() -> None:
    """The released code clamps dissimilarities at 0; that only moves rounding, unlike ddof."""
    x, y = pair(30, 3, 3, seed=2)
    tables = [np.maximum(pdist(v.numpy(), "cosine"), 0) for v in (x, y)]
    assert abs(pearsonr(*tables).statistic - rsa(x, y).item()) <= rsa_rounding(x, y)
    uneven = np.cov(np.stack(tables), ddof=1)[0, 1] / np.prod([t.std(ddof=0) for t in tables])
    assert not abs(uneven - rsa(x, y).item()) <= rsa_rounding(x, y)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "d"), [(20_000, 64), (300, 1000)])
def test_a_gpu_gives_the_same(dtype: torch.dtype, n: int, d: int) -> None:
    x, y = pair(n, d, 32, seed=0, dtype=dtype)
    value = rsa(x.cuda(), y.cuda())
    assert value.device.type == "cuda"
    assert close(value.cpu(), rsa(x, y), x, y)
