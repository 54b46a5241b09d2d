"""The toy experiment's data: circles, rotated clouds, splits and pairs."""

from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from synthetic.toy import (
    ToySetup,
    circle_world,
    norm_world,
    partners,
    stratified_split,
    toy_encoder,
)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def test_circles_have_their_class_s_norm_and_favour_the_corners_of_a_square() -> None:
    world = circle_world(5, 4000, generator=seeded())
    norms = world.x.norm(dim=1)
    torch.testing.assert_close(norms, (world.labels + 1).double() / 2, rtol=1e-14, atol=0)
    angle = torch.atan2(world.x[:, 1], world.x[:, 0])
    # P(|angle| <= pi/8) on the square is tan(pi/8) / 4 per side; on a circle it would be 1/8.
    share = ((angle.abs() <= torch.pi / 8).double().mean()).item()
    expected, n = 2**0.5 / 4 - 0.25, len(angle)
    assert abs(share - expected) < 6 * (expected * (1 - expected) / n) ** 0.5


def test_rotated_clouds_are_one_cloud_seen_from_every_angle() -> None:
    world = norm_world(8, 500, generator=seeded())
    clouds = world.x.reshape(8, 500, 2)
    norms = clouds.norm(dim=2)
    torch.testing.assert_close(norms, norms[:1].expand(8, -1), rtol=1e-13, atol=0)
    # A quarter turn, two classes on, is exact but for rounding.
    turned = torch.stack((clouds[0, :, 1], -clouds[0, :, 0]), dim=1)
    torch.testing.assert_close(clouds[2], turned, rtol=0, atol=1e-13)
    mean = clouds[0].mean(dim=0)
    assert (mean - torch.tensor([0.0, 9.0])).norm() < 6 * (2 / 500) ** 0.5


@given(
    sizes=st.lists(st.integers(2, 9), min_size=1, max_size=5),
    seed=st.integers(0, 2**32 - 1),
)
def test_partners_are_others_of_the_same_class(
    sizes: list[int],
    seed: int,
) -> None:
    labels = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes))
    labels = labels[torch.randperm(len(labels), generator=seeded(seed))]
    found = partners(labels, generator=seeded(seed))
    assert torch.equal(labels[found], labels)
    assert (found != torch.arange(len(labels))).all()


def test_partners_are_uniform() -> None:
    labels = torch.tensor([0, 1, 0, 0, 1, 0])
    n, generator = 3000, seeded()
    counts = Counter(int(partners(labels, generator=generator)[2]) for _ in range(n))
    assert set(counts) == {0, 3, 5}
    # Six standard deviations of a binomial count.
    assert all(abs(count - n / 3) < 6 * (n * 2 / 9) ** 0.5 for count in counts.values())
    with pytest.raises(ValueError, match="need two samples in every class, got smallest=1"):
        partners(torch.tensor([0, 0, 1]), generator=generator)


def test_a_split_takes_its_share_of_every_class_and_loses_nothing() -> None:
    world = circle_world(4, 10, generator=seeded())
    split = stratified_split(world, 0.6, generator=seeded(1))
    assert torch.equal(split.train.labels.bincount(), torch.full((4,), 6))
    assert torch.equal(split.validation.labels.bincount(), torch.full((4,), 4))
    both = torch.cat((split.train.x, split.validation.x))
    assert sorted(both.tolist()) == sorted(world.x.tolist())
    with pytest.raises(ValueError, match="both parts of every class non-empty"):
        stratified_split(world, 0.01, generator=seeded())


def test_the_encoder_is_the_published_one() -> None:
    encoder = toy_encoder(generator=seeded(), dtype=torch.float32)
    shapes = [tuple(p.shape) for p in encoder.parameters()]
    assert shapes == [(256, 2), (256,), (256, 256), (256,), (256, 256)]
    for parameter, fan_in in zip(encoder.parameters(), (2, 2, 256, 256, 256), strict=True):
        limit = fan_in**-0.5
        assert parameter.abs().max() <= limit
        # A uniform law's standard deviation, to six standard errors of n draws.
        error = limit / (3 * parameter.numel()) ** 0.5
        assert abs(parameter.std().item() - limit / 3**0.5) < 6 * error
    z = encoder(torch.randn(50, 2, generator=seeded()))
    torch.testing.assert_close(z.norm(dim=1), torch.ones(50))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"data": "spiral"}, 'need data "circle" or "norm", got data=\'spiral\''),
        ({"n_negatives": 1024}, "need 1 <= n_negatives < batch_size, got n_negatives=1024"),
        ({"n_per_class": 10}, "need batch_size <= training samples, got batch_size=1024"),
    ],
)
def test_a_setup_that_cannot_be_run_is_refused(wrong: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ToySetup(**wrong)  # type: ignore[arg-type]  # that is the test
