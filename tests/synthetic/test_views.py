"""Augmentations change what they say and nothing else."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from synthetic import (
    Augment,
    additive_noise,
    compose,
    make_views,
    random_rotation,
    resample_nuisance,
)

Z = 6.2  # normal quantile at 1e-9, two sides, with a margin
EPS = torch.finfo(torch.float64).eps


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def samples(n: int, d: int, seed: int = 7) -> Tensor:
    return torch.randn(n, d, generator=seeded(seed), dtype=torch.float64)


AUGMENTS: dict[str, Augment] = {
    "noise": additive_noise(0.3),
    "noise on some": additive_noise(0.3, dims=(2, 0)),
    "nuisance": resample_nuisance((1, 3), 2.0),
    "rotation": random_rotation(0.5),
    "plane": random_rotation(0.5, plane=(3, 0)),
    "all": compose(random_rotation(0.1), additive_noise(0.1), resample_nuisance([0], 1.0)),
}


@pytest.mark.parametrize("augment", AUGMENTS.values(), ids=AUGMENTS.keys())
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_views_are_reproducible_and_leave_samples_alone(
    augment: Augment, dtype: torch.dtype
) -> None:
    x = samples(6, 4).to(dtype)
    kept = x.clone()
    views = make_views(x, 3, augment, generator=seeded(1))
    assert views.shape == (6, 3, 4)
    assert views.dtype == dtype
    assert torch.equal(x, kept)
    assert torch.equal(views, make_views(x, 3, augment, generator=seeded(1)))
    assert not torch.equal(views[:, 0], views[:, 1])  # each view has its own randomness
    assert not torch.equal(views, make_views(x, 3, augment, generator=seeded(2)))


def test_without_augmentation_views_are_copies() -> None:
    x = samples(5, 3)
    views = make_views(x, 2, None, generator=seeded())
    assert torch.equal(views, torch.stack([x, x], dim=1))


def test_noise_has_the_stated_moments() -> None:
    x = samples(1000, 20)
    noise = make_views(x, 10, additive_noise(0.3), generator=seeded()) - x[:, None]
    n = noise.numel()
    assert abs(float(noise.mean())) <= Z * 0.3 / math.sqrt(n)
    assert abs(float(noise.square().mean()) - 0.09) <= Z * 0.09 * math.sqrt(2 / n)


def test_noise_on_some_coordinates_leaves_the_others_alone() -> None:
    x = samples(2000, 5)
    views = make_views(x, 5, additive_noise(0.3, dims=(4, 1)), generator=seeded())
    assert torch.equal(views[..., [0, 2, 3]], x[:, None, [0, 2, 3]].expand(-1, 5, -1))
    noise = (views - x[:, None])[..., [1, 4]]
    assert abs(float(noise.square().mean()) - 0.09) <= Z * 0.09 * math.sqrt(2 / noise.numel())


def test_nuisance_replaces_its_dimensions_only() -> None:
    x = samples(2000, 5) + 100.0
    views = make_views(x, 5, resample_nuisance((4, 1), 2.0), generator=seeded())
    assert torch.equal(views[..., [0, 2, 3]], x[:, None, [0, 2, 3]].expand(-1, 5, -1))
    fresh = views[..., [1, 4]]
    assert abs(float(fresh.mean())) <= Z * 2 / math.sqrt(fresh.numel())
    assert abs(float(fresh.square().mean()) - 4) <= Z * 4 * math.sqrt(2 / fresh.numel())


@given(
    angle=st.floats(0, 4), n=st.integers(1, 5), d=st.integers(2, 9), seed=st.integers(0, 2**32 - 1)
)
def test_rotation_keeps_norms_and_bounds_the_angle(angle: float, n: int, d: int, seed: int) -> None:
    x = samples(n, d, seed)
    views = make_views(x, 3, random_rotation(angle), generator=seeded(seed))
    norms = x.norm(dim=1)[:, None]
    # u and v are orthonormal to about d eps divided by the length of v before its normalisation,
    # which in d = 2 can be small: a factor 1e3 covers all but 1e-3 of the draws, and these are set.
    slack = 1e3 * (d + 16) * EPS
    assert bool(((views.norm(dim=2) - norms).abs() <= slack * norms).all())
    cosine = (views * x[:, None]).sum(-1) / norms.square()
    assert bool((cosine >= math.cos(min(angle, math.pi)) - 2 * slack).all())


def test_rotation_in_a_plane_keeps_the_rest() -> None:
    x = samples(50, 4)
    views = make_views(x, 2, random_rotation(3.0, plane=(0, 2)), generator=seeded())
    assert torch.equal(views[..., [1, 3]], x[:, None, [1, 3]].expand(-1, 2, -1))
    before, after = x[:, None, [0, 2]].norm(dim=-1), views[..., [0, 2]].norm(dim=-1)
    assert bool(((before - after).abs() <= 8 * EPS * before).all())
    assert not torch.equal(views[..., 0], x[:, None, 0].expand(-1, 2))


def test_rotation_angles_are_uniform() -> None:
    x = torch.tensor([[1.0, 0.0]], dtype=torch.float64).expand(20_000, 2)
    views = make_views(x, 1, random_rotation(0.4, plane=(0, 1)), generator=seeded())[:, 0]
    angles = torch.atan2(views[:, 1], views[:, 0]) / 0.4
    assert float(angles.abs().max()) <= 1 + 8 * EPS
    # Uniform on [-1, 1]: variance 1/3, variance of the square 4/45.
    assert abs(float(angles.mean())) <= Z * math.sqrt(1 / 3 / 20_000)
    assert abs(float(angles.square().mean()) - 1 / 3) <= Z * math.sqrt(4 / 45 / 20_000)


def test_composition_applies_in_order() -> None:
    x = samples(4, 3)
    generator, again = seeded(3), seeded(3)
    both = compose(additive_noise(1.0), resample_nuisance([0], 0.0))(x, generator)
    noisy = additive_noise(1.0)(x, again)
    assert torch.equal(both[:, 1:], noisy[:, 1:])
    assert torch.equal(both[:, 0], torch.zeros(4, dtype=torch.float64))


def test_bad_augmentations_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need finite std >= 0, got std=-1"):
        additive_noise(-1.0)
    with pytest.raises(ValueError, match=r"need distinct dims, at least one, got dims=\[1, 1\]"):
        resample_nuisance((1, 1), 1.0)
    with pytest.raises(ValueError, match=r"need distinct dims, at least one, got dims=\[\]"):
        additive_noise(0.1, dims=())
    with pytest.raises(ValueError, match=r"need a plane of two axes, got plane=\(2, 2\)"):
        random_rotation(0.1, plane=(2, 2))
    x = samples(2, 3)
    with pytest.raises(ValueError, match=r"need 0 <= dims < d, got dims=\[3\], d=3"):
        make_views(x, 1, resample_nuisance([3], 1.0), generator=seeded())
    with pytest.raises(ValueError, match=r"the plane within d, got d=1, plane=None"):
        make_views(x[:, :1], 1, random_rotation(0.1), generator=seeded())
    with pytest.raises(ValueError, match=r"need n_views >= 1, got n_views=0"):
        make_views(x, 0, None, generator=seeded())
    with pytest.raises(ValueError, match=r"need x of shape \(n, d\), got shape=\(3,\)"):
        make_views(x[0], 1, None, generator=seeded())
