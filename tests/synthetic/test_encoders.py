"""Encoders: shapes, unit rows, initialisation from the generator alone."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from synthetic import Encoder, mlp

EPS = torch.finfo(torch.float64).eps


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@given(
    widths=st.lists(st.integers(1, 9), min_size=2, max_size=4),
    head=st.lists(st.integers(1, 9), max_size=2),
    shape=st.lists(st.integers(1, 4), max_size=2),
    seed=st.integers(0, 2**32 - 1),
)
def test_outputs_are_unit_rows(
    widths: list[int], head: list[int], shape: list[int], seed: int
) -> None:
    encoder = mlp(widths, projector=head, generator=seeded(seed))
    x = torch.randn(*shape, widths[0], generator=seeded(seed), dtype=torch.float64)
    z = encoder(x).detach()
    d = (widths + head)[-1]
    assert z.shape == (*shape, d)
    assert float((z.norm(dim=-1) - 1).abs().max()) <= (d + 4) * EPS
    features = encoder.features(x).detach()
    assert features.shape == (*shape, widths[-1])
    assert not head or float(features.min()) >= 0


def test_the_same_seed_gives_the_same_weights() -> None:
    before = torch.random.get_rng_state()
    a, b, c = (mlp((5, 7, 3), projector=(4,), generator=seeded(s)).state_dict() for s in (1, 1, 2))
    assert all(torch.equal(a[key], b[key]) for key in a)
    assert not any(torch.equal(a[key], c[key]) for key in a)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_weights_have_the_stated_law() -> None:
    first = mlp((200, 300, 2), generator=seeded()).backbone[0]  # type: ignore[index]  # Sequential
    assert isinstance(first, nn.Linear)
    second_moment = float(first.weight.detach().square().mean())
    n = first.weight.numel()
    assert abs(second_moment - 0.01) <= 6.2 * 0.01 * (2 / n) ** 0.5  # normal quantile at 1e-9
    assert 0.9 * 200**-0.5 < float(first.bias.detach().abs().max()) <= 200**-0.5


def test_uniform_weights_have_the_stated_law() -> None:
    encoder = mlp((200, 300, 2), generator=seeded(), weights="uniform")
    first = encoder.backbone[0]  # type: ignore[index]  # Sequential
    assert isinstance(first, nn.Linear)
    weight = first.weight.detach()
    assert 0.99 * 200**-0.5 < float(weight.abs().max()) <= 200**-0.5
    # Squares of U(-b, b) have mean b^2/3 and standard deviation 2 b^2/sqrt(45).
    width = 6.2 * 2 / 45**0.5 / 200 / weight.numel() ** 0.5
    assert abs(float(weight.square().mean()) - 1 / 600) <= width


def test_output_without_normalisation_and_dtype() -> None:
    raw = mlp((4, 6, 2), generator=seeded(), unit_output=False, dtype=torch.float32)
    unit = mlp((4, 6, 2), generator=seeded(), dtype=torch.float32)
    x = torch.ones(3, 4)
    assert torch.equal(nn.functional.normalize(raw(x), dim=-1), unit(x))
    assert torch.equal(raw(x), raw.features(x))
    assert unit(x).dtype == torch.float32


def test_any_backbone_can_be_projected() -> None:
    encoder = Encoder(nn.Identity(), nn.Flatten(-1))
    assert torch.equal(encoder(torch.tensor([[3.0, 4.0]])), torch.tensor([[0.6, 0.8]]))


def test_bad_widths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need at least two widths, got widths=\(3,\)"):
        mlp((3,), generator=seeded())
    with pytest.raises(ValueError, match=r"need widths >= 1, got widths=\(3, 0\)"):
        mlp((3, 0), generator=seeded())
    with pytest.raises(ValueError, match='need weights "he" or "uniform", got weights=\'xavier\''):
        mlp((3, 2), generator=seeded(), weights="xavier")  # type: ignore[arg-type]  # on purpose
