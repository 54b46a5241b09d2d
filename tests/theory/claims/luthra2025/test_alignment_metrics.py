"""The floors of CKA and RSA against exact arithmetic, numpy and deliberately broken variants."""

import dataclasses
import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

from bounds import cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from theory.alignment import cka, gram_cka, rsa
from theory.claims import Claim, all_claims
from theory.claims.luthra2025.alignment._cosines import Cosines
from theory.claims.luthra2025.alignment._pairs import Pair, centred
from theory.claims.luthra2025.alignment.debiased import FeaturePair, song
from theory.claims.luthra2025.alignment.rsa_floor import sample_r
from theory.verify import verify

CLAIMS = all_claims()
PREFIX = "luthra2025-alignment-"
Exact = list[list[Fraction]]


def claim(name: str) -> Claim[Any]:
    return CLAIMS[PREFIX + name]


def outcome(name: str, cases: int = 60, **changed: Any) -> str:
    broken = dataclasses.replace(claim(name), attained_by=(), **changed)
    return verify(broken, cases, torch.Generator().manual_seed(0)).outcome


def by_projection(k: Tensor, l: Tensor) -> tuple[float, float]:  # noqa: E741 - the field's letter
    """CKA and rho with H as a matrix."""
    n = len(k)
    h = np.eye(n) - np.full((n, n), 1.0 / n)
    a, b, difference = (h @ z.numpy() @ h for z in (k, l, k - l))
    length = np.linalg.norm
    return float((a * b).sum() / length(a) / length(b)), float(length(difference) / length(a))


def cosines(x: Tensor) -> NDArray[np.float64]:
    """Row by row."""
    rows = x.numpy()
    return np.array(
        [
            1.0 - rows[i] @ rows[j] / math.sqrt(rows[i] @ rows[i]) / math.sqrt(rows[j] @ rows[j])
            for i in range(len(rows))
            for j in range(i + 1, len(rows))
        ]
    )


def test_floors_at_a_tenth() -> None:
    assert float(cka_floor(0.1)) == pytest.approx(0.81818, abs=5e-6)
    assert float(cka_floor_sharp(0.1)) == pytest.approx(0.99499, abs=5e-6)
    tangent = 0.1 / math.sqrt(1.0 - 0.01)
    for name in ("cka-floor-sharp", "rsa-floor-sharp"):
        points = claim(name).attained_by
        check = claim(name).check(**{**points[1], "size": tangent})
        assert check.measured == pytest.approx(math.sqrt(0.99), rel=1e-12)
        assert check.attained


@pytest.mark.parametrize("layout", ["orthogonal", "any-direction", "psd", "features"])
def test_cka_and_rho_by_projection_matrices(layout: str) -> None:
    for seed, (n, size) in enumerate([(3, 0.5), (7, 1e-3), (12, 20.0)]):
        case = claim("cka-floor").case(n=n, layout=layout, size=size, offset=1.0, seed=seed)
        alike, rho = by_projection(case.sigma, case.other)
        assert case.cka == pytest.approx(alike, abs=case.cka_error)
        assert case.rho == pytest.approx(rho, abs=2.0 * case.rho_error)


@pytest.mark.parametrize("layout", ["orthogonal", "shifted", "any-direction"])
@pytest.mark.parametrize("level", [0.0, 0.99])
def test_rsa_and_r_by_numpy(layout: str, level: float) -> None:
    floor = claim("rsa-floor")
    for seed, (n, size) in enumerate([(3, 0.5), (6, 1e-2), (10, 5.0)]):
        case = floor.case(n=n, layout=layout, size=size, spread=0.3, level=level, seed=seed)
        a, b = cosines(case.x), cosines(case.y)
        r = np.linalg.norm(b - a) / math.sqrt(len(a)) / np.std(a)
        shifted = np.linalg.norm(b - b.mean() - a + a.mean()) / math.sqrt(len(a)) / np.std(a)
        assert case.rsa == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-9)
        assert case.r == pytest.approx(r, abs=2.0 * case.r_error)
        assert case.r_centred == pytest.approx(shifted, abs=2.0 * case.r_error)
        assert (case.r > 1.1 * case.r_centred) == (layout == "shifted")


@pytest.mark.parametrize("rho", ["1e-8", "1e-3", "0.1", "0.9", "0.99999999"])
def test_equality_case_in_fifty_digits(rho: str) -> None:
    """k' = (1 - rho^2) k + rho sqrt(1 - rho^2) |k| e is at distance rho, and at the sharp floor."""
    with mpmath.workdps(50):
        at = mpmath.mpf(rho)
        k, e = mpmath.matrix([3, 0, 0]), mpmath.matrix([0, 1, 0])
        other = (1 - at**2) * k + at * mpmath.sqrt(1 - at**2) * 3 * e
        difference = k - other
        assert abs(mpmath.norm(difference) / 3 - at) < mpmath.mpf(10) ** -45
        assert abs((difference.T * other)[0]) < mpmath.mpf(10) ** -45
        cos = (k.T * other)[0] / 3 / mpmath.norm(other)
        assert abs(cos - mpmath.sqrt(1 - at**2)) < mpmath.mpf(10) ** -45
        assert float(cka_floor_sharp(float(at))) == pytest.approx(float(cos), rel=1e-7)


@given(
    vectors=st.lists(
        st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=6
    ).filter(lambda v: any(a for a, _ in v) and any(b for _, b in v)),
)
def test_sharp_floor_in_integers(vectors: list[tuple[int, int]]) -> None:
    """cos^2 >= 1 - rho^2 and cos > 0 for rho <= 1, whichever norm divides."""
    own, other, cross = (
        sum(f(a, b) for a, b in vectors)
        for f in (lambda a, _: a * a, lambda _, b: b * b, lambda a, b: a * b)
    )
    squared = own + other - 2 * cross
    for norm, rest in ((own, other), (other, own)):
        if squared <= norm:
            slack = Fraction(cross * cross, own * other) - 1 + Fraction(squared, norm)
            assert cross > 0
            assert slack >= 0
            assert (slack == 0) == (cross == rest)  # the difference is orthogonal to the other


def test_sharp_floor_is_the_larger() -> None:
    rho = np.geomspace(1e-12, 1.0, 500)
    assert (cka_floor_sharp(rho) >= cka_floor(rho)).all()
    assert (rsa_floor_sharp(rho) >= rsa_floor(rho)).all()


def test_beyond_one_as_printed() -> None:
    """F3: a = (1, -1, 0), b = -a/2."""
    a = np.array([1.0, -1.0, 0.0])
    assert np.linalg.norm(-1.5 * a) / math.sqrt(3.0) / a.std() == pytest.approx(1.5)
    check = claim("rsa-floor-beyond-one").check(r=1.5)
    assert check.bound == pytest.approx(-0.2, abs=check.rounding)
    assert check.measured == pytest.approx(np.corrcoef(a, -a / 2)[0, 1], abs=check.rounding)
    assert check.outcome == "violated"
    assert float(rsa_floor(1.5)) == -1.0


@pytest.mark.parametrize("rho", [1.5, 10.0])
def test_cka_floor_needs_semidefinite_matrices_beyond_one(rho: float) -> None:
    k = centred(torch.randn(5, 5, generator=torch.Generator().manual_seed(0)).double())
    case = Pair(sigma=k, other=-(rho - 1.0) * k)
    assert case.rho == pytest.approx(rho)
    assert claim("cka-floor").compare(case).outcome == "violated"
    assert case.cka == pytest.approx(-1.0)


def test_sample_deviation_as_printed() -> None:
    """F8: R = 0.999."""
    a = np.array([1.0, -1.0, 0.0])
    e = math.sqrt(2.0) * np.array([1.0, 1.0, -2.0]) / math.sqrt(6.0)
    b = (1.0 - 0.999**2) * a + 0.999 * math.sqrt(1.0 - 0.999**2) * e
    r = np.linalg.norm(b - a) / math.sqrt(3.0) / a.std(ddof=1)
    assert r == pytest.approx(0.81568, abs=5e-6)
    check = claim("rsa-floor-ddof").check(r=0.999)
    assert check.measured == pytest.approx(0.04471, abs=5e-6)
    assert check.measured == pytest.approx(np.corrcoef(a, b)[0, 1], abs=check.rounding)
    assert check.bound == pytest.approx(0.10152, abs=5e-6)
    assert check.bound == pytest.approx((1.0 - r) / (1.0 + r), abs=check.rounding)
    assert check.outcome == "violated"


def test_disjoint_gram_matrices_attain_zero_beyond_one() -> None:
    for rho in (1.0001, 2.0, 100.0):
        size = math.sqrt(rho * rho - 1.0)
        case = claim("cka-floor-sharp").case(n=6, layout="psd-disjoint", size=size, offset=0.0)
        assert case.rho == pytest.approx(rho, rel=1e-12)
        assert case.cka == pytest.approx(0.0, abs=case.cka_error)


def exact(x: list[list[int]]) -> tuple[Exact, Exact]:
    """The Gram matrix, and the centred rows."""
    n = len(x)
    means = [Fraction(sum(column), n) for column in zip(*x, strict=True)]
    rows = [[v - m for v, m in zip(row, means, strict=True)] for row in x]
    gram = [[Fraction(sum(a * b for a, b in zip(u, v, strict=True))) for v in x] for u in x]
    return gram, rows


def hsic_from_grams(k: Exact, l: Exact) -> Fraction:  # noqa: E741
    """n (n - 3) HSIC_1, term by term of its definition."""
    n = len(k)
    pairs = [(i, j) for i in range(n) for j in range(n) if i != j]
    trace = sum((k[i][j] * l[j][i] for i, j in pairs), Fraction(0))
    corner = sum(k[i][j] for i, j in pairs) * sum(l[i][j] for i, j in pairs)
    path = sum((k[i][j] * l[j][m] for i, j in pairs for m in range(n) if m != j), Fraction(0))
    return trace + Fraction(corner, (n - 1) * (n - 2)) - Fraction(2, n - 2) * path


def hsic_from_features(x: Exact, y: Exact) -> Fraction:
    """||X'Y||^2 - n/(n-2) sum k l + (sum k)(sum l)/((n-1)(n-2)) of centred rows."""
    n = len(x)
    columns = [(a, b) for a in zip(*x, strict=True) for b in zip(*y, strict=True)]
    inner = (sum((u * v for u, v in zip(a, b, strict=True)), Fraction(0)) for a, b in columns)
    every = sum((v * v for v in inner), Fraction(0))
    k, l = ([sum((v * v for v in row), Fraction(0)) for row in z] for z in (x, y))  # noqa: E741
    products = sum((a * b for a, b in zip(k, l, strict=True)), Fraction(0))
    return every - Fraction(n, n - 2) * products + Fraction(sum(k) * sum(l), (n - 1) * (n - 2))


@given(data=st.data(), n=st.integers(4, 6), dims=st.tuples(st.integers(1, 8), st.integers(1, 8)))
def test_debiased_forms_agree_in_rationals(data: Any, n: int, dims: tuple[int, int]) -> None:
    """Features against Gram matrices for d < n and d > n, and the library beside both."""
    x, y = (
        data.draw(st.lists(st.lists(st.integers(-3, 4), min_size=d, max_size=d), min_size=n,
                           max_size=n))
        for d in dims
    )  # fmt: skip
    (k, xc), (l, yc) = exact(x), exact(y)  # noqa: E741
    cross, own_x, own_y = hsic_from_grams(k, l), hsic_from_grams(k, k), hsic_from_grams(l, l)
    assert cross == hsic_from_features(xc, yc)
    assert own_x == hsic_from_features(xc, xc) >= 0
    assert cross**2 <= own_x * own_y
    tensors = [torch.tensor(z, dtype=torch.float64) for z in (x, y)]
    assert song(*tensors).item() == pytest.approx(float(cross), abs=1e-9)
    if own_x and own_y:
        case = FeaturePair(x=tensors[0], y=tensors[1])
        value = float(cross) / math.sqrt(own_x * own_y)
        assert case.cka == pytest.approx(value, abs=case.roundoff)


def test_debiased_cka_of_opposed_pairings_is_minus_one() -> None:
    x = [[1], [1], [-1], [-1]]
    y = [[1, 1], [-1, -1], [1, -1], [-1, 1]]
    (k, _), (l, _) = exact(x), exact(y)  # noqa: E741
    cross, own_x, own_y = hsic_from_grams(k, l), hsic_from_grams(k, k), hsic_from_grams(l, l)
    assert cross < 0
    assert cross**2 == own_x * own_y
    assert cka(torch.tensor(x).double(), torch.tensor(y).double()).item() == pytest.approx(-1.0)


def test_dissimilarities_of_asymmetric_matrices_are_not_closer() -> None:
    """Without symmetry the factor sqrt(2) is lost."""
    sigma = torch.eye(3, dtype=torch.float64)
    other = sigma.clone()
    other[0, 2] = 0.5
    assert claim("rdm-gap").compare(Pair(sigma=sigma, other=other)).outcome == "violated"


def divided_by_both(case: Pair) -> float:
    return case.rho / (1.0 + torch.dist(centred(case.other), 0 * case.other).item())


SABOTEURS: list[tuple[str, Callable[[Any], float]]] = [
    # rho against uncentred matrices, and against the sum of both norms
    ("cka-floor", lambda c: float(cka_floor((c.sigma - c.other).norm() / c.sigma.norm()))),
    ("cka-floor-sharp", lambda c: float(cka_floor_sharp(c.rho * 0.99))),
    ("cka-floor-sharp", lambda c: float(cka_floor_sharp(divided_by_both(c)))),
    ("rsa-floor-sharp", lambda c: float(rsa_floor_sharp(sample_r(c)))),
    ("rsa-floor", lambda c: float(np.sqrt(rsa_floor_sharp(c.r_centred)))),
    ("centring-contracts", lambda c: 0.999 * c.x.norm().item()),
    ("debiased-range", lambda c: 1.0 - 1e-9),
    ("rdm-gap", lambda c: (c.sigma - c.other).norm().item() / 2.0),
]


@pytest.mark.parametrize(("name", "bound"), SABOTEURS)
def test_broken_bounds_are_caught(name: str, bound: Callable[[Any], float]) -> None:
    assert outcome(name, bound=bound) == "violated"


def test_flipped_sign_in_hsic_is_caught() -> None:
    def flipped(case: FeaturePair) -> float:
        n = len(case.x)

        def h(a: Tensor, b: Tensor) -> Tensor:
            totals = [z.sum() - z.trace() for z in (a @ a.mT, b @ b.mT)]
            return song(a, b) - 2.0 * totals[0] * totals[1] / ((n - 1) * (n - 2))

        own = h(case.x, case.x) * h(case.y, case.y)
        return (h(case.x, case.y) / own.abs().sqrt()).item()

    assert outcome("debiased-features", bound=flipped) == "violated"


def test_biased_cka_is_not_the_debiased_one() -> None:
    def biased(case: FeaturePair) -> float:
        return gram_cka(case.x @ case.x.mT, case.y @ case.y.mT).item()

    assert outcome("debiased-features", bound=biased) == "violated"


def test_euclidean_distances_are_not_the_dissimilarities_of_rsa() -> None:
    def euclidean(case: Cosines) -> float:
        return float(np.corrcoef(torch.pdist(case.x), torch.pdist(case.y))[0, 1])

    assert outcome("rsa-floor-sharp", measured=euclidean) == "violated"


@pytest.mark.parametrize("name", ["cka-floor-sharp", "rsa-floor-sharp", "debiased-range"])
def test_nan_is_a_violation(name: str) -> None:
    assert outcome(name, measured=lambda case: math.nan) == "violated"


def test_realised_tables_are_those_asked_for() -> None:
    """Features of the opposed tables have RSA -1 by the library as by their cosines."""
    case = claim("rsa-floor-beyond-one").case(r=3.0)
    a, b = cosines(case.x), cosines(case.y)
    assert np.allclose(b - b.mean(), -2.0 * (a - a.mean()), atol=1e-14)
    assert rsa(case.x, case.y).item() == pytest.approx(-1.0, abs=1e-12)
