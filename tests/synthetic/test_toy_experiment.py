"""The toy experiment against the theorems and a reference run (slow)."""

from collections.abc import Sequence

import numpy as np
import pytest
from scipy.stats import page_trend_test

from bounds import surrogate_lower, surrogate_upper
from synthetic.toy import ToyEpoch, ToyHistory, ToySetup, train_toy

NEGATIVES = (1, 4, 16, 64, 256)
SAMPLING = 0.05  # [nats] room for 40 validation points per class or more, and few negatives

# An independent implementation's 12 epochs at the published size, seed 7: K, contrastive and
# supervised loss after the last, least and largest gap. Its stream of random numbers is another.
REFERENCE = [
    (1, 0.3695, 3.8503, 3.4597, 3.7496),
    (4, 1.0055, 3.7983, 2.7928, 2.8695),
    (16, 2.0546, 3.7580, 1.7001, 1.7195),
    (64, 3.3547, 3.7663, 0.4046, 0.4179),
    (256, 4.7235, 3.7729, -0.9706, -0.9483),
]


def assert_in_band(run: ToyHistory) -> None:
    """Both published bounds at every epoch, and the conjectured intercept from K = 16 on."""
    c, k = run.setup.n_classes, run.setup.n_negatives
    assert (run.gap >= surrogate_lower(c, k) - SAMPLING).all()
    assert (run.gap <= surrogate_upper(c, k) + SAMPLING).all()
    if k >= 16:
        assert (run.gap <= np.log(c / (k + 1)) + SAMPLING).all()


def trend(runs: Sequence[ToyHistory], level: float = 1e-3) -> str:
    """Whether the best supervised loss "falls" or "rises" with K, or the runs are "inconclusive".

    Page's test, seeds as judges: exact under exchangeable ranks, so no law of losses is supposed.
    """
    seeds = sorted({run.setup.seed for run in runs})
    best = {(r.setup.seed, r.setup.n_negatives): r.column("supervised").min() for r in runs}
    negatives = sorted({k for _, k in best})
    table = np.array([[best[seed, k] for k in negatives] for seed in seeds])
    if page_trend_test(-table).pvalue < level:
        return "falls"
    return "rises" if page_trend_test(table).pvalue < level else "inconclusive"


def test_a_trend_is_told_from_its_opposite_and_from_chance() -> None:
    """The checker itself, on made-up losses."""
    rng = np.random.default_rng(0)

    def made_up(slope: float) -> list[ToyHistory]:
        blank = {"epoch": 1, "train": 0.0, "contrastive": 0.0, "accuracy": 0.0, "rate": 0.0}
        return [
            ToyHistory(
                setup=ToySetup(n_negatives=k, seed=seed),
                epochs=(ToyEpoch(**blank, supervised=slope * i + rng.normal()),),  # type: ignore[arg-type]  # by name
            )
            for seed in range(1, 9)
            for i, k in enumerate(NEGATIVES)
        ]

    assert trend(made_up(-2.0)) == "falls"
    assert trend(made_up(2.0)) == "rises"
    assert trend(made_up(0.0)) == "inconclusive"


@pytest.mark.slow
def test_reduced_runs_stay_in_the_band_and_do_not_contradict_the_trend() -> None:
    """A fifth of the points and half the width, three seeds; the trend may stay open."""
    runs = [
        train_toy(
            ToySetup(n_per_class=200, batch_size=512, width=128, n_negatives=k, seed=seed), 12
        )
        for seed in (1, 2, 3)
        for k in NEGATIVES
    ]
    for run in runs:
        assert_in_band(run)
    assert trend(runs) in ("falls", "inconclusive")


@pytest.mark.slow
@pytest.mark.parametrize(("k", "contrastive", "supervised", "least", "largest"), REFERENCE)
def test_the_published_size_reaches_what_the_reference_reached(
    k: int, contrastive: float, supervised: float, least: float, largest: float
) -> None:
    """Two minutes each. The first epochs of few negatives depend most on the draw of weights."""
    run = train_toy(ToySetup(n_negatives=k), 12)
    assert_in_band(run)
    last = run.epochs[-1]
    # Losses of different seeds scatter by up to .05 (standard deviation) this early.
    assert last.contrastive == pytest.approx(contrastive, abs=0.15)
    assert last.supervised == pytest.approx(supervised, abs=0.15)
    assert run.gap.min() == pytest.approx(least, abs=SAMPLING)
    if k >= 16:
        assert run.gap.max() == pytest.approx(largest, abs=SAMPLING)
        assert (run.gap >= np.log(100 / (k + 1)) - 0.1).all()


@pytest.mark.slow
def test_the_authors_scoring_and_the_clouds_stay_in_the_band_too() -> None:
    """Neither is a case of the theorems to the letter, both were published with them."""
    for setup in (
        ToySetup(n_per_class=200, batch_size=512, width=128, n_negatives=16, quirk=True),
        ToySetup(
            data="norm", n_classes=10, n_per_class=500, batch_size=512, width=128, n_negatives=16
        ),
    ):
        assert_in_band(train_toy(setup, 12))
