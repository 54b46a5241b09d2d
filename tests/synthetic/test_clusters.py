"""Clusters: chunk sizes, seeds, moments, domain."""

import math
from collections.abc import Callable, Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from synthetic import Clusters, gaussian_clusters, stream_gaussian_clusters
from synthetic._blocks import block_seed, rows_per_block

Z = 6.2  # two-sided normal quantile at 1e-9 is 6.11; the rest covers normal approximations


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


SPREADS = {
    "isotropic": 0.5,
    "per dimension": torch.linspace(0.0, 2.0, 40),
    "per class": torch.tensor([[0.1], [1.0], [3.0]]),
    "per class and dimension": torch.linspace(0.1, 2.0, 120).reshape(3, 40),
    "factors": torch.linspace(-1.0, 1.0, 4800, dtype=torch.float64).reshape(3, 40, 40),
    "shared factor": torch.linspace(-1.0, 1.0, 1600, dtype=torch.float64).reshape(1, 40, 40),
}


@pytest.mark.parametrize("spread", SPREADS.values(), ids=SPREADS.keys())
@pytest.mark.parametrize("df", [None, 3.5])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_every_chunk_size_gives_the_same_bits(
    spread: float | Tensor, df: float | None, dtype: torch.dtype
) -> None:
    height = rows_per_block(40)
    sizes = (height, 1, 2 * height + 7)

    def stream(chunk_size: int) -> list[Clusters]:
        return list(
            stream_gaussian_clusters(
                3,
                sizes,
                40,
                spread=spread,
                df=df,
                dtype=dtype,
                generator=seeded(),
                chunk_size=chunk_size,
            )
        )

    whole = gaussian_clusters(3, sizes, 40, spread=spread, df=df, dtype=dtype, generator=seeded())
    assert len(whole.x) == sum(sizes)
    for chunk_size in (height // 3 + 1, height - 1, height, 2 * height + 5, 10 * height):
        parts = stream(chunk_size)
        assert all(len(part.x) == chunk_size for part in parts[:-1])
        assert torch.equal(torch.cat([part.x for part in parts]), whole.x)
        assert torch.equal(torch.cat([part.labels for part in parts]), whole.labels)


@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    dim=st.sampled_from([1, 3, 8191, 40000]),
    chunk_size=st.integers(1, 50),
)
def test_small_chunks_are_the_in_memory_draw(
    seed: int, sizes: list[int], dim: int, chunk_size: int
) -> None:
    c = len(sizes)
    stream = stream_gaussian_clusters(
        c, sizes, dim, spread=1.0, generator=seeded(seed), chunk_size=chunk_size
    )
    whole = gaussian_clusters(c, sizes, dim, spread=1.0, generator=seeded(seed))
    assert torch.equal(torch.cat([part.x for part in stream]), whole.x)
    assert whole.labels.tolist() == [i for i, n in enumerate(sizes) for _ in range(n)]


def small_stream() -> Iterator[Clusters]:
    return stream_gaussian_clusters(2, 50, 4, spread=1.0, generator=seeded(), chunk_size=9)


def test_the_memory_of_dropped_chunks_is_used_again() -> None:
    places = [part.x.untyped_storage().data_ptr() for part in small_stream()]
    assert len(places) == 12
    assert len(set(places)) == 2


@pytest.mark.parametrize(
    "keep",
    [
        lambda part: part.x[2:4],
        lambda part: part.x.numpy()[2:4],
        lambda part: part.x.detach().mT[:, 2:4].mT,
    ],
    ids=["rows", "numpy", "detached"],
)
def test_memory_that_anything_looks_at_is_not_used_again(
    keep: Callable[[Clusters], Tensor],
) -> None:
    x = gaussian_clusters(2, 50, 4, spread=1.0, generator=seeded()).x
    for i, kept in enumerate([keep(part) for part in small_stream()]):
        assert torch.equal(torch.as_tensor(kept), x[9 * i : 9 * (i + 1)][2:4])


def test_saboteur_memory_used_again_too_early_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("synthetic._blocks.weakref.ref", lambda lease: lambda: None)
    with pytest.raises(AssertionError):
        test_memory_that_anything_looks_at_is_not_used_again(lambda part: part.x[2:4])


def test_a_stream_ignores_later_use_of_its_generator() -> None:
    generator = seeded()
    stream = stream_gaussian_clusters(2, 3, 2, spread=1.0, generator=generator, chunk_size=2)
    torch.rand(5, generator=generator)
    x = torch.cat([part.x for part in stream])
    assert torch.equal(x, gaussian_clusters(2, 3, 2, spread=1.0, generator=seeded()).x)


def test_successive_draws_differ_and_the_global_generator_is_untouched() -> None:
    before = torch.random.get_rng_state()
    generator = seeded()
    a, b = (gaussian_clusters(2, 3, 2, spread=1.0, generator=generator).x for _ in range(2))
    assert not torch.equal(a, b)
    assert torch.equal(torch.random.get_rng_state(), before)


@given(base=st.integers(0, 2**62 - 1), start=st.integers(0, 2**31))
def test_block_seeds_are_distinct_words(base: int, start: int) -> None:
    seeds = {block_seed(base, start + i) for i in range(200)}
    assert len(seeds) == 200
    assert all(0 <= s < 2**32 for s in seeds)


def moment_excess(world: Clusters, kurtosis: float) -> float:
    """Largest |sample moment - stated moment| over its Z-sigma width, at most 1 with 1 - 1e-9.

    With Mahalanobis fourth moment kurtosis * d (d + 2), Isserlis gives for centred coordinates
    E x_a^2 x_b^2 <= kurtosis (S_aa S_bb + 2 S_ab^2) <= 3 kurtosis S_aa S_bb.
    """
    worst = 0.0
    for c in range(len(world.means)):
        rows = world.x[world.labels == c] - world.means[c]
        cov = world.covs[c]
        var = cov.diagonal()
        mean_width = Z * (var / len(rows)).sqrt()
        second = rows.mT @ rows / len(rows)
        width = Z * (3 * kurtosis * var[:, None] * var / len(rows)).sqrt()
        floor = 1e-12 * (1 + world.means.abs().max())  # coordinates without noise
        worst = max(worst, float((rows.mean(0).abs() / (mean_width + floor)).max()))
        worst = max(worst, float(((second - cov).abs() / (width + floor)).max()))
    return worst


MOMENT_SPREADS = {
    "isotropic": 0.5,
    "per dimension": torch.tensor([0.0, 1.0, 2.0]),
    "per class": torch.tensor([[0.1], [3.0]]),
    "factors": torch.randn(2, 3, 3, generator=seeded(1), dtype=torch.float64),
}


@pytest.mark.parametrize("spread", MOMENT_SPREADS.values(), ids=MOMENT_SPREADS.keys())
@pytest.mark.parametrize(("df", "kurtosis"), [(None, 1.0), (12.0, 10 / 8)])  # (df-2)/(df-4)
def test_moments_are_the_stated_ones(
    spread: float | Tensor, df: float | None, kurtosis: float
) -> None:
    world = gaussian_clusters(
        2, (50_000, 80_000), 3, spread=spread, df=df, radius=4.0, generator=seeded(2)
    )
    assert moment_excess(world, kurtosis) <= 1.0


def test_unscaled_student_noise_is_noticed() -> None:
    world = gaussian_clusters(2, 50_000, 3, spread=1.0, df=12.0, generator=seeded())
    rows = world.means[world.labels] + (world.x - world.means[world.labels]) * math.sqrt(12 / 10)
    wrong = Clusters(x=rows, labels=world.labels, means=world.means, factors=world.factors)
    assert moment_excess(wrong, 10 / 8) > 1.0


def test_student_noise_has_heavier_tails() -> None:
    beyond = {}
    for df in (None, 3.0):
        x = gaussian_clusters(1, 100_000, 1, spread=1.0, radius=0.0, df=df, generator=seeded()).x
        beyond[df] = int((x.abs() > 5).sum())
    # P(|N| > 5) = 5.7e-7; P(|t_3| > 5 sqrt 3) = 3.2e-3, hence about 320 of 100000.
    assert beyond[None] <= 5
    assert abs(beyond[3.0] - 320) <= Z * math.sqrt(320) + 10


def test_means_are_the_asked_ones() -> None:
    given_means = torch.tensor([[1.0, 0.0], [0.0, 2.0]], dtype=torch.float64)
    world = gaussian_clusters(
        2, 3, 2, spread=0.0, means=given_means, radius=3.0, generator=seeded()
    )
    assert torch.equal(world.x, 3 * given_means[world.labels])
    simplex = gaussian_clusters(3, 1, 2, spread=0.0, means="simplex", generator=seeded())
    assert float((simplex.x @ simplex.x.mT)[0, 1]) == pytest.approx(-0.5, abs=1e-15)
    axes = gaussian_clusters(4, 1, 2, spread=0.0, means="orthoplex", generator=seeded())
    assert torch.equal(axes.x, torch.tensor([[1, 0], [0, 1], [-1, 0], [0, -1]]).double())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_per_class": 0}, r"need n_per_class >= 1, got n_per_class=0"),
        ({"n_per_class": (1, 2, 3)}, r"need one size per class, got n_classes=2"),
        ({"spread": -1.0}, r"need spread >= 0, got spread=-1.0"),
        ({"spread": math.nan}, r"need finite spread, got spread=nan"),
        ({"spread": torch.ones(3, 5)}, r"need spread a number.*got shape=\(3, 5\)"),
        ({"df": 2.0}, r"need df > 2, got df=2.0"),
        ({"radius": math.inf}, r"need finite radius >= 0, got radius=inf"),
        ({"means": "cube"}, r"or a tensor, got means='cube'"),
        ({"means": torch.ones(2, 5)}, r"need means of shape \(2, 4\), got shape=\(2, 5\)"),
    ],
)
def test_bad_worlds_are_refused(change: dict[str, object], message: str) -> None:
    arguments: dict[str, object] = {"n_per_class": 3, "spread": 1.0} | change
    with pytest.raises(ValueError, match=message):
        gaussian_clusters(2, dim=4, generator=seeded(), **arguments)  # type: ignore[arg-type]  # on purpose
