"""Distances of cosine Gram matrices from one triangular factor, against the matrices themselves."""

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import pearsonr

from bounds import cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from contrastbounds.audit import Row, _row
from contrastbounds.audit.comparison import floors, gram
from contrastbounds.audit.comparison.by_class import by_class
from contrastbounds.audit.comparison.gram import GramDifference, gram_difference
from contrastbounds.audit.comparison.pair import pair
from contrastbounds.embeddings import items
from theory.alignment import cka, cka_rounding, rsa, rsa_rounding

SIZES = st.tuples(st.integers(4, 30), st.integers(1, 12), st.integers(1, 12))


def unit(*shape: int, seed: int = 0, offset: float = 0.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(*shape, generator=generator, dtype=torch.float64) + offset
    return torch.nn.functional.normalize(x, dim=1)


def brute(u: torch.Tensor, v: torch.Tensor) -> dict[str, float]:
    """The definitions, on n x n matrices."""
    n = len(u)
    s, t = (u @ u.mT).numpy(), (v @ v.mT).numpy()
    h = np.eye(n) - 1 / n
    off = ~np.eye(n, dtype=bool)
    a, b = 1 - s[off], 1 - t[off]
    matrices = {
        "norm": h @ s @ h,
        "other norm": h @ t @ h,
        "difference": h @ (s - t) @ h,
        "spread": a - a.mean(),
        "other spread": b - b.mean(),
        "rdm": b - a,
        "rdm centred": b - a - (b - a).mean(),
    }
    return {name: float(np.linalg.norm(matrix)) for name, matrix in matrices.items()}


def values(at: GramDifference) -> dict[str, float]:
    return {
        "norm": at.norms[0],
        "other norm": at.norms[1],
        "difference": at.difference,
        "spread": at.spreads[0],
        "other spread": at.spreads[1],
        "rdm": at.rdm_difference,
        "rdm centred": at.rdm_difference_centred,
    }


def floor_rows(at: GramDifference, u: torch.Tensor, v: torch.Tensor) -> tuple[Row, ...]:
    biased = floors.Measured(
        value=cka(u, v, debiased=False).item(), rounding=cka_rounding(u, v, debiased=False)
    )
    return floors.floor_rows(
        at, cka=biased, rsa=floors.Measured(value=rsa(u, v).item(), rounding=rsa_rounding(u, v))
    )


@given(sizes=SIZES, seed=st.integers(0, 2**32 - 1), offset=st.sampled_from([0.0, 1.0, 30.0]))
def test_every_norm_is_that_of_the_matrices(
    sizes: tuple[int, int, int], seed: int, offset: float
) -> None:
    n, d, e = sizes
    u, v = unit(n, d, seed=seed, offset=offset), unit(n, e, seed=seed + 1)
    at = gram_difference(u, v)
    expected = brute(u, v)
    for name, value in values(at).items():
        allowed = at.spread_blur(value) if "spread" in name or "rdm" in name else 2 * at.blur
        assert abs(value - expected[name]) <= 2 * allowed, name


@pytest.mark.parametrize("block", [5, 16])
def test_blocks_change_nothing_but_rounding(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    u, v = unit(200, 3, offset=0.5), unit(200, 2, seed=1)
    whole = gram_difference(u, v)
    monkeypatch.setattr(gram, "BLOCK", block)
    parts = gram_difference(u, v)
    assert values(parts) == pytest.approx(values(whole), rel=1e-12)
    assert parts.blur > whole.blur


def test_a_small_difference_keeps_its_digits() -> None:
    # The expansion ||K||^2 + ||K'||^2 - 2 <K, K'> has no digit left of a distance of 1e-9.
    u = unit(40, 4)
    v = torch.nn.functional.normalize(u + 1e-9 * unit(40, 4, seed=1), dim=1)
    with mpmath.workdps(50):
        a, b = (mpmath.matrix(x.tolist()) for x in (u, v))
        h = mpmath.eye(40) - mpmath.ones(40) / 40
        exact = mpmath.mnorm(h * (a * a.T - b * b.T) * h, "f")
    assert gram_difference(u, v).difference == pytest.approx(float(exact), rel=1e-5)


def test_rotations_are_no_distance() -> None:
    u = unit(100, 6)
    turn = torch.linalg.qr(unit(6, 6, seed=3)).Q
    at = gram_difference(u, torch.nn.functional.pad(u @ turn, (0, 2)))
    assert at.difference <= 2 * at.blur
    assert at.difference < 1e-12


@settings(max_examples=100)
@given(
    sizes=SIZES, seed=st.integers(0, 2**32 - 1), noise=st.sampled_from([0.0, 1e-12, 1e-3, 0.3, 9.0])
)
def test_the_floors_hold(sizes: tuple[int, int, int], seed: int, noise: float) -> None:
    n, d, _ = sizes
    d += 1  # in one dimension all cosines are 1 or -1
    u = unit(n, d, seed=seed)
    v = torch.nn.functional.normalize(u + noise * unit(n, d, seed=seed + 1), dim=1)
    at = gram_difference(u, v)
    rows = floor_rows(at, u, v)
    assert {row.outcome for row in rows} <= {"holds", "tight", "vacuous", "not applicable"}
    rho, least = at.difference / at.norms[0], at.difference / max(at.norms)
    assert rows[0].bound == float(cka_floor(rho))
    assert rows[1].bound == float(cka_floor_sharp(least))
    r, centred = at.rdm_difference / at.spreads[0], at.rdm_difference_centred / max(at.spreads)
    assert rows[2].bound == (float(rsa_floor(r)) if r <= 1 else None)
    assert rows[3].bound == (float(rsa_floor_sharp(centred)) if centred <= 1 else None)
    assert all(row.margin < 1e-6 for row in rows if row.bound is not None and row.bound < 0.999)


def test_a_floor_of_the_wrong_distance_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """Saboteur: rho without its square root would promise more than there is."""
    monkeypatch.setattr(floors, "cka_floor_sharp", lambda rho: cka_floor_sharp(np.square(rho)))
    monkeypatch.setattr(floors, "rsa_floor_sharp", lambda r: rsa_floor_sharp(np.square(r)))
    u = unit(30, 4)
    v = torch.nn.functional.normalize(u + 0.3 * unit(30, 4, seed=1), dim=1)
    at = gram_difference(u, v)
    rows = floor_rows(at, u, v)
    assert [row.outcome for row in rows] == ["holds", "violated", "holds", "violated"]
    assert _row.outcome(rows) == "violated"


@pytest.mark.parametrize("classes", [2, 7, 40])
@pytest.mark.parametrize("d", [3, 50])
def test_by_class_is_the_correlation_over_those_pairs(classes: int, d: int) -> None:
    generator = np.random.default_rng(classes)
    x, y = generator.normal(size=(40, d)) + 0.5, generator.normal(size=(40, 4))
    y[:, :3] += x[:, :3]
    labels = np.arange(40) % classes
    given = pair(items(x, labels), items(y))
    found = by_class(given)
    assert found is not None
    i, j = np.triu_indices(40, 1)
    s, t = (np.asarray(side.unit @ side.unit.mT)[i, j] for side in (given.first, given.other))
    same = labels[i] == labels[j]
    assert found.between == pytest.approx(pearsonr(s[~same], t[~same])[0], abs=1e-12)
    if classes < 40:
        assert found.within == pytest.approx(pearsonr(s[same], t[same])[0], abs=1e-12)
    else:
        assert found.within is None


def test_cosines_that_do_not_vary_have_no_correlation() -> None:
    found = by_class(pair(items(np.eye(8), np.arange(8) % 2), items(np.eye(8)[::-1])))
    assert found is not None
    assert found.within is found.between is None
