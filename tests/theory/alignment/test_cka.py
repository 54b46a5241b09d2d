"""Linear CKA against Gram matrices in fifty digits, its invariances, refusals and rounding."""

import math
from fractions import Fraction

import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from mpmath import mp
from torch import Tensor

from bounds import accumulated_rounding
from tests.theory.alignment import naive
from tests.theory.alignment.naive import pair, rotation
from theory.alignment import _moments as moments
from theory.alignment import cka, cka_rounding, gram_cka, similarity_indices
from theory.alignment.cka import centred, debiased_sums

DTYPES = [torch.float32, torch.float64]
BIASED = [True, False]


def close(ours: Tensor, theirs: Tensor, x: Tensor, y: Tensor, *, debiased: bool) -> bool:
    """Whether two computed values agree within the rounding of both."""
    return abs(ours.item() - theirs.item()) <= 2 * cka_rounding(x, y, debiased=debiased)


@given(
    n=st.integers(4, 8),
    d=st.integers(1, 10),
    e=st.integers(1, 10),
    seed=st.integers(0, 2**32 - 1),
    offset=st.sampled_from([0.0, 1.0, 1e4]),
    dtype=st.sampled_from(DTYPES),
    debiased=st.booleans(),
)
def test_cka_is_the_gram_form_in_fifty_digits(
    n: int, d: int, e: int, seed: int, offset: float, dtype: torch.dtype, debiased: bool
) -> None:
    x, y = pair(n, d, e, seed, offset=offset, dtype=dtype)
    error = abs(naive.cka(x, y, debiased=debiased) - cka(x, y, debiased=debiased).item())
    assert error <= cka_rounding(x, y, debiased=debiased)


@given(n=st.integers(2, 40), d=st.integers(1, 6), seed=st.integers(0, 2**32 - 1))
@example(n=2, d=1, seed=0)
def test_biased_range_and_two_items(n: int, d: int, seed: int) -> None:
    x, y = pair(n, d, d, seed)
    slack = cka_rounding(x, y, debiased=False)
    assert -slack <= cka(x, y, debiased=False).item() <= 1 + slack


@given(n=st.integers(4, 12), d=st.integers(1, 14), seed=st.integers(0, 2**32 - 1))
def test_debiased_range(n: int, d: int, seed: int) -> None:
    x, y = pair(n, d, 2, seed)
    assert abs(cka(x, y).item()) <= 1 + cka_rounding(x, y)
    assert abs(cka(x, x).item() - 1) <= cka_rounding(x, x)


@pytest.mark.parametrize("n", [4, 5, 6])
@pytest.mark.parametrize("d", [2, 7])
def test_the_debiased_sums_are_song_et_al_by_distinct_indices(n: int, d: int) -> None:
    x, y = pair(n, d, 3, seed=n)
    rows = centred(x, "x"), centred(y, "y")
    sums = debiased_sums(moments.all_pairs(*rows), *rows)
    k, l = naive.gram(x), naive.gram(y)  # noqa: E741
    shrink = [moments.scale(v) for v in (x, y)]
    for ours, a, b, scale in (
        (sums.xx, k, k, shrink[0] ** 4),
        (sums.yy, l, l, shrink[1] ** 4),
        (sums.xy, k, l, (shrink[0] * shrink[1]) ** 2),
    ):
        theirs = float(naive.hsic(a, b) * n * (n - 3)) * scale
        size = math.sqrt(float(sums.xx * sums.yy)) + sums.xx.item() + sums.yy.item()
        assert abs(ours.item() - theirs) <= cka_rounding(x, y) * size


def test_u_centring_is_song_et_al() -> None:
    x, y = pair(6, 3, 4, seed=1)
    k, l = naive.gram(x), naive.gram(y)  # noqa: E741
    own = naive.inner(naive.u_centred(k), naive.u_centred(l)) / (6 * 3)
    assert mp.almosteq(own, naive.hsic(k, l), rel_eps=mp.mpf(10) ** -45)


def test_worked_values_of_five_points() -> None:
    x = torch.arange(5.0, dtype=torch.float64)[:, None]
    y = x**2
    assert abs(cka(x, y, debiased=False).item() - 80 / 87) <= cka_rounding(x, y, debiased=False)
    assert abs(cka(x, y).item() - 0.962360805803182) <= cka_rounding(x, y) + 5e-16
    k, l = naive.gram(x), naive.gram(y)  # noqa: E741
    rows = centred(x, "x"), centred(y, "y")
    sums = debiased_sums(moments.all_pairs(*rows), *rows)
    scale = moments.scale(x) ** 4, moments.scale(y) ** 4
    for ours, theirs, exact in (
        (sums.xx.item() / scale[0], naive.hsic(k, k), Fraction(31, 6)),
        (sums.yy.item() / scale[1], naive.hsic(l, l), Fraction(12769, 10)),
        (sums.xy.item() / math.sqrt(scale[0] * scale[1]), naive.hsic(k, l), Fraction(469, 6)),
    ):
        assert mp.almosteq(theirs, mp.mpf(exact.numerator) / exact.denominator)
        assert ours == pytest.approx(10 * float(exact), rel=cka_rounding(x, y))


@pytest.mark.parametrize("debiased", BIASED)
@pytest.mark.parametrize(("n", "d", "e"), [(30, 3, 5), (12, 40, 5), (12, 5, 40), (9, 9, 9)])
def test_gram_cka_of_inner_products_is_cka(n: int, d: int, e: int, debiased: bool) -> None:
    x, y = pair(n, d, e, seed=d)
    grams = gram_cka(x @ x.mT, y @ y.mT, debiased=debiased)
    assert close(grams, cka(x, y, debiased=debiased), x, y, debiased=debiased)


def test_gram_cka_of_any_matrix_is_its_definition() -> None:
    g = torch.Generator().manual_seed(0)
    k, l = torch.randn(2, 7, 7, generator=g, dtype=torch.float64)  # noqa: E741
    theirs = naive.cosine(naive.centred(naive.rows(k)), naive.centred(naive.rows(l)))
    # Two centrings by sums of n, each entry off by 2 (n + 2) u of the largest; ||k|| ~ n.
    slack = 4 * accumulated_rounding(2 * (7 + 2) + 49, 2.0**-52)
    assert abs(gram_cka(k, l).item() - theirs) <= slack
    shifted = k + torch.arange(7.0)[:, None] - torch.arange(7.0) ** 2
    assert abs(gram_cka(shifted, l).item() - theirs) <= slack * float(shifted.abs().max())


def test_one_feature_is_the_squared_correlation() -> None:
    x, y = pair(50, 1, 1, seed=2)
    correlation = torch.corrcoef(torch.cat([x, y], dim=1).mT)[0, 1]
    assert close(cka(x, y, debiased=False), correlation**2, x, y, debiased=False)


@pytest.mark.parametrize("debiased", BIASED)
@pytest.mark.parametrize(("n", "d"), [(25, 4), (10, 16)])
def test_invariances(n: int, d: int, debiased: bool) -> None:
    x, y = pair(n, d, 3, seed=n)
    value = cka(x, y, debiased=debiased)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    for a, b in (
        (x[order], y[order]),
        (x @ rotation(d), y @ rotation(3)),
        (7.3 * x, 0.01 * y),
        (x + 5, y - 2),
        (torch.nn.functional.pad(x, (0, 4)), y),
        (y, x),
    ):
        assert close(cka(a, b, debiased=debiased), value, a, b, debiased=debiased)
    per_row = torch.linspace(0.5, 2, n, dtype=torch.float64)[:, None]
    assert abs(cka(per_row * x, y, debiased=debiased).item() - value.item()) > 1e-3


@pytest.mark.parametrize("debiased", BIASED)
def test_an_offset_of_ten_thousand_costs_nothing(debiased: bool) -> None:
    x, y = pair(60, 6, 4, seed=3)
    shifted = cka(x + 1e4, y + 1e4, debiased=debiased)
    assert abs(shifted.item() - cka(x, y, debiased=debiased).item()) < 1e-9


@pytest.mark.parametrize("debiased", BIASED)
@pytest.mark.parametrize("factor", [1e-300, 1e150, 1e300])
def test_no_square_overflows(factor: float, debiased: bool) -> None:
    x, y = pair(20, 3, 4, seed=4)
    value = cka(factor * x, y, debiased=debiased)
    assert close(value, cka(x, y, debiased=debiased), x, y, debiased=debiased)


@pytest.mark.parametrize("debiased", BIASED)
@pytest.mark.parametrize(("n", "d", "e"), [(23, 3, 2), (23, 40, 3), (24, 24, 24)])
def test_blocks_of_any_size_agree(
    n: int, d: int, e: int, debiased: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = pair(n, d, e, seed=5, offset=1)
    whole = cka(x, y, debiased=debiased)
    for size in (1, 5, 8):
        monkeypatch.setattr(moments, "ROWS", size)
        assert close(cka(x, y, debiased=debiased), whole, x, y, debiased=debiased)


def test_a_lonely_outlier_does_not_cancel() -> None:
    x, y = pair(60, 2, 2, seed=6)
    x[0], y[0] = 1e4, -1e4
    rows = centred(x, "x"), centred(y, "y")
    every = moments.all_pairs(*rows)
    plain = every.xx - (60 / 58) * rows[0].norms.square().sum()
    assert abs(plain.item() / every.xx.item()) < 0.1  # most of it cancels
    assert abs(naive.cka(x, y) - cka(x, y).item()) <= cka_rounding(x, y)


@pytest.mark.parametrize("reach", [1e3, 1e5, 1e6])
def test_pairs_are_summed_one_by_one_where_moments_cancel(reach: float) -> None:
    """Nearly orthogonal rows, each in its own direction: HSIC_1 is what is left."""
    g = torch.Generator().manual_seed(1)
    x = torch.eye(8, dtype=torch.float64) + torch.randn(8, 8, generator=g).double() / reach
    y = torch.randn(8, 2, generator=g, dtype=torch.float64)
    assert abs(naive.cka(x, y) - cka(x, y).item()) <= cka_rounding(x, y)


def test_dtypes_and_gradients() -> None:
    x, y = pair(12, 3, 2, seed=7)
    assert cka(x.float(), y.float()).dtype == torch.float32
    assert cka(x.float(), y).dtype == torch.float64
    assert cka(x, y).shape == gram_cka(x @ x.mT, y @ y.mT).shape == ()
    wide = pair(5, 7, 2, seed=8)
    for debiased in BIASED:
        for a, b in ((x, y), wide):
            leaves = a.requires_grad_(), b.requires_grad_()
            assert torch.autograd.gradcheck(lambda p, q, f=debiased: cka(p, q, debiased=f), leaves)


def test_all_indices_at_once() -> None:
    x, y = pair(15, 4, 3, seed=9, dtype=torch.float32)
    found = similarity_indices(x, y)
    assert found.cka == cka(x, y)
    assert found.cka_biased == cka(x, y, debiased=False)
    with pytest.raises(AttributeError):
        found.cka = found.rsa  # type: ignore[misc]  # that it is refused is the point


def test_outside_the_domain() -> None:
    x, y = pair(6, 3, 2, seed=0)
    flat = torch.tensor([[0.1, 0.2, 0.7]], dtype=torch.float64).repeat(6, 1)
    broken = x.index_fill(0, torch.tensor([4]), torch.nan)
    for a, b, message in (
        (x, y[:5], "need x and y of the same n items, got 6 and 5"),
        (broken, y, "need finite x, got a non-finite value at row 4"),
        (x, y / 0, "need finite y, got a non-finite value at row 0"),
        (x[:3], y[:3], "need n >= 4 items, got n=3"),
        (flat, y, "need rows of x that differ, got x constant up to rounding"),
        (y, 1e8 * flat, "need rows of y that differ, got y constant up to rounding"),
        (x, torch.zeros_like(y), "need rows of y that differ"),
        (x[:, 0], y, r"need x of shape \(n, d\), none of them 0, got \(6,\)"),
        (x, y[:, :0], r"need y of shape \(n, d'\), none of them 0, got \(6, 0\)"),
        (x.half(), y, "need float32 or float64 x, got torch.float16"),
        (x, torch.eye(6), r"need HSIC_1\(y, y\) > 1e-13"),
    ):
        with pytest.raises(ValueError, match=message):
            cka(a, b)
    with pytest.raises(ValueError, match="need x as a tensor, got list"):
        cka(x.tolist(), y)  # type: ignore[arg-type]  # that it is refused is the point
    with pytest.raises(ValueError, match="need n >= 2 items, got n=1"):
        cka(x[:1], y[:1], debiased=False)
    assert cka(x, torch.eye(6), debiased=False) > 0  # only debiased CKA is undefined


def test_gram_outside_the_domain() -> None:
    k = torch.eye(5)
    sums = torch.arange(5.0)[:, None] + torch.arange(5.0) ** 2
    for a, b, debiased, message in (
        (k[:4], k, False, r"need k of shape \(n, n\), got \(4, 5\)"),
        (k, k[:4, :4], False, "need k and l of the same n items, got 5 and 4"),
        (k / 0, k, False, "need finite k, got a non-finite value at row 0"),
        (k, sums, False, r"need l other than l_ij = a_i \+ b_j"),
        (torch.ones(1, 1), torch.ones(1, 1), False, "need n >= 2 items, got n=1"),
        (k[:3, :3], k[:3, :3], True, "need n >= 4 items, got n=3"),
        (k, k, True, r"need k other than k_ij = a_i \+ b_j"),
    ):
        with pytest.raises(ValueError, match=message):
            gram_cka(a, b, debiased=debiased)


@pytest.mark.parametrize("term", ["without -2/(n-2)", "with the diagonal", "n for n - 2"])
def test_a_wrong_debiasing_is_caught(term: str) -> None:
    x, y = pair(7, 3, 2, seed=11)
    rows = centred(x, "x"), centred(y, "y")
    every = moments.all_pairs(*rows)

    def broken(all_: Tensor, k: Tensor, l: Tensor) -> Tensor:  # noqa: E741
        n, both, grand = len(k), (k * l).sum(), k.sum() * l.sum()
        if term == "without -2/(n-2)":
            return all_ - both + grand / ((n - 1) * (n - 2))
        if term == "with the diagonal":
            return all_ - 2 / (n - 2) * both + grand / ((n - 1) * (n - 2))
        return all_ - n / (n - 2) * both + grand / (n * (n - 1))

    wrong = moments.closed(every, *rows, broken).cosine().item()
    assert not abs(naive.cka(x, y) - wrong) <= cka_rounding(x, y)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("n", "d"), [(20_000, 64), (300, 1000)])
def test_a_gpu_gives_the_same(dtype: torch.dtype, n: int, d: int) -> None:
    x, y = pair(n, d, 32, seed=0, dtype=dtype)
    there = x.cuda(), y.cuda()
    for debiased in BIASED:
        value = cka(*there, debiased=debiased)
        assert value.device.type == "cuda"
        assert close(value.cpu(), cka(x, y, debiased=debiased), x, y, debiased=debiased)
