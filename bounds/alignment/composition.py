"""How many negatives of an anchor's own class a random mini-batch holds (Corollary 3)."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bounds._domain import reals, require, require_at_least
from bounds.alignment._binomial_tail import rarely_exceeded
from bounds.alignment._inputs import require_probability_of_failure


def composition_deviation(
    batch_size: ArrayLike, n_steps: ArrayLike, delta: ArrayLike
) -> NDArray[np.float64]:
    r"""Deviation epsilon of the class shares of all mini-batches, with high probability.

    Formula
        sqrt(log(T B / delta) / (2 B))                   [1]

    Symbols (arrays broadcast against each other)
        batch_size  B      anchors per mini-batch, B >= 1
        n_steps     T      mini-batches, T >= 1
        delta       delta  probability of failure, 0 < delta < 1

    With probability at least 1 - delta, every anchor of every batch has
    n_s / n_d <= u / (1 - u), u = pi_max + epsilon < 1: if B >= 3 or there are two classes. For
    B = 2 and three classes or more the 2 B in the denominator has to be 2 (B - 1).

    Accuracy
        1e-12 relative, for delta = 1e-300 too.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        Luthra, Mishra & Galanti (2025), arXiv:2510.08852, Corollary 3, as restated in secondary
        literature. Hypotheses and proof: this project,
        docs/theory/luthra2025/alignment/composition.md.

    >>> float(composition_deviation(batch_size=1024, n_steps=1000, delta=0.05).round(6))
    0.090665
    """
    size, steps, failure = reals(batch_size, n_steps, delta)
    require_at_least(1, batch_size=size, n_steps=steps)
    require_probability_of_failure(failure)
    nats = np.log(steps) + np.log(size) - np.log(failure)
    return np.asarray(np.sqrt(nats / 2.0 / size), dtype=np.float64)


def composition_quantile(
    batch_size: ArrayLike, n_steps: ArrayLike, delta: ArrayLike, pi_max: ArrayLike
) -> NDArray[np.float64]:
    r"""Same-class negatives that no anchor of any mini-batch exceeds, with high probability.

    Formula
        k* = least whole k >= 0 with  T B/(k + 2) P(Bin(B - 1, pi_max) > k) <= delta

    Symbols (arrays broadcast against each other)
        batch_size  B       anchors per mini-batch, a whole number >= 2, drawn independently
        n_steps     T       mini-batches, T >= 1
        delta       delta   probability of failure, 0 < delta < 1
        pi_max      pi_max  largest class prior, 0 < pi_max <= 1

    With probability at least 1 - delta every anchor has n_s <= k*, hence a mass of at most
    `same_class_mass` (k*, B - 1 - k*, tau). A whole number in 0 .. B - 1; B - 1 at pi_max = 1.

    Accuracy
        Exact; where B is in the thousands and both sides of the inequality agree to rounding, the
        next whole number, which is as valid.

    Errors
        ValueError outside these ranges, for NaN or an infinity.

    Source
        Sharper than `composition_deviation`: this project,
        docs/theory/luthra2025/alignment/composition.md.

    >>> float(composition_quantile(batch_size=8, n_steps=1, delta=0.3, pi_max=0.5))
    5.0
    """
    size, steps, failure, prior = reals(batch_size, n_steps, delta, pi_max)
    require_at_least(2, batch_size=size)
    require(size == np.floor(size), "a whole batch_size", batch_size=size)
    require_at_least(1, n_steps=steps)
    require_probability_of_failure(failure)
    require((0 < prior) & (prior <= 1), "0 < pi_max <= 1", pi_max=prior)
    size, steps, prior = (x.astype(np.float64) for x in (size, steps, prior))
    # The left side falls in k and is 0 at B - 1: keep it above delta at `low`, not at `high`.
    low, high = np.full_like(size, -1.0), size - 1.0
    while np.any(high - low > 1):
        middle = np.where(high - low > 1, np.floor(low + (high - low) / 2.0), high)
        met = rarely_exceeded(middle, size, prior, steps, failure)
        low, high = np.where(met, low, middle), np.where(met, middle, high)
    return high
