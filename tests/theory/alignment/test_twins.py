"""The coupled run of the alignment experiment: its record, its distances, its published size."""

import math
import pickle
from concurrent.futures import Executor
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
import torch
from scipy.stats import t as student
from torch import Tensor
from torch.nn.functional import normalize

from bounds import accumulated_rounding, cka_floor, cka_floor_sharp, rsa_floor, rsa_floor_sharp
from theory.alignment import cka, rsa
from theory.alignment.distances import Distances, cosine_gap, gram_gap
from theory.alignment.setups import EPOCHS, RATES, TwinSetup, with_batch_size
from theory.alignment.twins import TwinRun, train_many_twins, train_twins

SMALL = TwinSetup(
    n_classes=4, steps=12, batch_size=16, n_total=80, n_reference=40, record_at=(0, 3, 12)
)
EPS = torch.finfo(torch.float64).eps


@pytest.fixture(scope="module")
def run() -> TwinRun:
    return train_twins(SMALL)


def test_a_run_records_every_comparator_at_every_stop(run: TwinRun) -> None:
    assert run.steps.tolist() == [0, 3, 12]
    assert list(run.distances) == ["nscl", "supcon", "ce"]
    assert {name: len(values) for name, values in run.losses.items()} == dict.fromkeys(
        ("cl", "nscl", "supcon", "ce"), 12
    )
    for found in run.distances.values():
        assert all(getattr(found, f.name).shape == (3,) for f in fields(Distances))


def test_twins_start_as_one_and_part(run: TwinRun) -> None:
    for found in run.distances.values():
        for name in ("weight_gap", "relative_weight_gap", "gram_gap", "cosine_gap"):
            values = getattr(found, name)
            assert values[0] == 0
            assert (values[1:] > 0).all()
        for name in ("cka", "cka_debiased", "rsa"):
            values = getattr(found, name)
            assert abs(values[0] - 1) <= accumulated_rounding(4 * 40**2, EPS)
            assert (values[1:] < 1).all()


def test_similarity_lies_above_what_its_distance_certifies(run: TwinRun) -> None:
    slack = accumulated_rounding(8 * 40**2, EPS)  # of sums over the pairs of 40 items
    for found in run.distances.values():
        assert (found.cka >= cka_floor(found.gram_gap) - slack).all()
        assert (found.cka >= cka_floor_sharp(found.gram_gap) - slack).all()
        assert (found.rsa >= rsa_floor(found.cosine_gap) - slack).all()
        assert (found.rsa >= rsa_floor_sharp(found.cosine_gap) - slack).all()


def test_the_floors_would_catch_gaps_that_are_too_small(run: TwinRun) -> None:
    for found in run.distances.values():
        assert (found.cka < cka_floor_sharp(found.gram_gap / 2))[1:].any()
        assert (found.rsa < rsa_floor_sharp(found.cosine_gap / 2))[1:].any()


def test_a_run_is_a_function_of_its_setup(run: TwinRun) -> None:
    again, other = train_twins(SMALL), train_twins(replace(SMALL, seed=1))
    for name, found in run.distances.items():
        assert np.array_equal(found.cka, again.distances[name].cka)
        assert found.cka[-1] != other.distances[name].cka[-1]


def test_stops_beyond_the_last_step_are_left_out() -> None:
    assert TwinSetup(steps=60).stops == (0, 5, 10, 20, 35, 50)


def test_many_are_those_one_by_one() -> None:
    """Stacked runs differ from single ones by the order of float32 sums alone."""
    setups = [replace(SMALL, seed=seed, n_classes=c, steps=3) for seed in (0, 1) for c in (2, 5)]
    for setup, many in zip(setups, train_many_twins(setups), strict=True):
        alone = train_twins(setup)
        assert many.setup == setup
        for name, losses in alone.losses.items():
            # Three steps of about 1e3 roundings each, of losses below 1/tau + log(n k) + 1.
            width = 3 * accumulated_rounding(1000, 2.0**-23) * (2 + math.log(32) + 1)
            np.testing.assert_allclose(many.losses[name], losses, atol=width, rtol=0)


def test_one_seed_starts_all_settings_from_the_same_weights() -> None:
    setups = [replace(SMALL, steps=1, record_at=(0, 1), lr=0.0, tau=tau) for tau in (0.2, 0.5)]
    cool, warm = (train_twins(setup).losses for setup in setups)
    assert cool["ce"][0] == warm["ce"][0], "the same world, weights, batch and views"
    assert cool["cl"][0] != warm["cl"][0]


def test_batch_sizes_share_the_epochs_and_follow_their_rule() -> None:
    for power, at_32 in RATES.items():
        small, large = (with_batch_size(TwinSetup(), b, power) for b in (32, 128))
        assert small.lr == at_32
        assert large.lr == pytest.approx(at_32 * 4**power, rel=4 * EPS)
        for made in (small, large):
            passes = made.steps * made.batch_size / made.n_total
            assert abs(passes - EPOCHS) <= made.batch_size / made.n_total / 2
            assert made.stops == (0, made.steps)


def rows(seed: int) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(seed)
    x = torch.randn(12, 5, generator=g, dtype=torch.float64)
    y = x + 0.3 * torch.randn(12, 5, generator=g, dtype=torch.float64)
    return normalize(x, dim=-1), normalize(y, dim=-1)


@pytest.mark.parametrize("seed", range(3))
def test_gaps_are_those_of_their_definitions(seed: int) -> None:
    x, y = (z.numpy() for z in rows(seed))
    centre = np.eye(12) - 1 / 12
    k, other = (centre @ z @ z.T @ centre for z in (x, y))
    rho = np.linalg.norm(k - other) / max(np.linalg.norm(k), np.linalg.norm(other))
    pairs = [(i, j) for i in range(12) for j in range(i)]
    a, b = (np.array([1 - z[i] @ z[j] for i, j in pairs]) for z in (x, y))
    a, b = a - a.mean(), b - b.mean()
    r = np.linalg.norm(a - b) / max(np.linalg.norm(a), np.linalg.norm(b))
    slack = accumulated_rounding(12**2 * 40, EPS)
    assert abs(gram_gap(*rows(seed)).item() - rho) <= slack
    assert abs(cosine_gap(*rows(seed)).item() - r) <= slack
    # The sides that the floors speak of: cosines of angles whose sine is at most the gap.
    assert cka(*rows(seed), debiased=False).item() >= math.sqrt(1 - rho**2) - slack
    assert rsa(*rows(seed)).item() >= math.sqrt(1 - r**2) - slack


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_classes": 3}, "need n_classes to divide n_total, got n_classes=3, n_total=80"),
        ({"comparators": ("scl",)}, r"need comparators among \('nscl', 'supcon', 'ce'\), got 'scl"),
        ({"n_classes": 0}, "need n_classes to divide n_total, got n_classes=0"),
        ({"n_reference": 81}, "need 4 <= n_reference <= n_total, got n_reference=81, n_total=80"),
        ({"n_classes": 2, "batch_size": 1}, "need another sample"),
    ],
)
def test_outside_the_domain(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train_twins(replace(SMALL, **changes))  # type: ignore[arg-type]  # by name


def test_batches_outside_their_rules_are_refused() -> None:
    with pytest.raises(ValueError, match=r"need power among \(1.0, 0.5, 0.25\), got 0.3"):
        with_batch_size(SMALL, 16, 0.3)
    with pytest.raises(ValueError, match="need 2 <= batch_size <= n_total, got batch_size=81"):
        with_batch_size(SMALL, 81, 0.5)


def test_a_run_goes_on_from_its_folder(
    run: TwinRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second call trains no more: it finds the end of the first."""
    train_twins(SMALL, folder=tmp_path)
    monkeypatch.setattr("synthetic.training.engines.OneRun.gradients", None)
    again = train_twins(SMALL, folder=str(tmp_path))
    for name, values in run.losses.items():
        assert np.array_equal(again.losses[name], values)
    for name, found in run.distances.items():
        assert np.array_equal(again.distances[name].rsa, found.rsa)


def test_runs_can_be_sent_to_other_processes(run: TwinRun) -> None:
    class Pickling:
        """An executor in all but the processes."""

        def map(self, function: Any, tasks: Any) -> Any:
            """In turn, every task and result by way of its pickle."""
            for task in tasks:
                sent = pickle.loads(pickle.dumps(task))
                yield pickle.loads(pickle.dumps(function(sent)))

    (sent,) = train_many_twins([SMALL], executor=cast(Executor, Pickling()))
    assert all(np.array_equal(sent.losses[name], values) for name, values in run.losses.items())


TABLE = {  # CKA of two seeds of an independent implementation, at t = 50, 500, 1500
    (2, 0.5): ((0.802, 0.807), (0.702, 0.697), (0.667, 0.639)),
    (10, 0.5): ((0.936, 0.945), (0.947, 0.927), (0.928, 0.901)),
    (50, 0.5): ((0.983, 0.990), (0.982, 0.983), (0.929, 0.940)),
}


@pytest.mark.slow
def test_the_table_of_an_independent_implementation_is_reproduced() -> None:
    """Means of two seeds here and there, by a t test with the spread of all pairs of seeds."""
    ours = {
        (c, tau): np.stack(
            [
                found.distances["nscl"].cka
                for found in train_many_twins(
                    [
                        TwinSetup(
                            n_classes=c,
                            tau=tau,
                            seed=seed,
                            comparators=("nscl",),
                            record_at=(50, 500, 1500),
                        )
                        for seed in (0, 1)
                    ]
                )
            ],
            axis=1,
        )
        for c, tau in TABLE
    }
    pairs = np.array([(ours[cell], TABLE[cell]) for cell in TABLE])  # (cells, 2, stops, seeds)
    variance = (pairs[..., 0] - pairs[..., 1]) ** 2 / 2
    apart = np.abs(pairs.mean(axis=-1)[:, 0] - pairs.mean(axis=-1)[:, 1])
    widest = student.isf(1e-3 / (2 * apart.size), variance.size) * math.sqrt(variance.mean())
    assert (apart <= widest).all(), (apart, widest)
    assert widest < 0.1, "the comparison has power"
