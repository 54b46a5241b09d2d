"""What decides a run of this project's alignment experiment."""

from dataclasses import dataclass, replace

COMPARATORS = ("nscl", "supcon", "ce")
STOPS = (0, 5, 10, 20, 35, 50, 100, 200, 350, 500, 750, 1000, 1500)


@dataclass(frozen=True, kw_only=True)
class TwinSetup:
    """Everything that decides a run; the defaults are its full size."""

    n_classes: int = 10  # a divisor of n_total
    tau: float = 0.5
    seed: int = 0
    steps: int = 1500
    batch_size: int = 128  # distinct items, in two views each
    lr: float = 0.3
    n_total: int = 1000
    n_reference: int = 400  # training items, without augmentation, that metrics are computed on
    comparators: tuple[str, ...] = COMPARATORS  # trained beside CL, and compared with it
    record_at: tuple[int, ...] = STOPS  # those beyond `steps` are left out

    def __post_init__(self) -> None:
        if self.n_classes < 1 or self.n_total % self.n_classes:
            raise ValueError(
                "need n_classes to divide n_total, "
                f"got n_classes={self.n_classes}, n_total={self.n_total}"
            )
        if not 4 <= self.n_reference <= self.n_total:
            raise ValueError(
                "need 4 <= n_reference <= n_total, "
                f"got n_reference={self.n_reference}, n_total={self.n_total}"
            )
        for name in self.comparators:
            if name not in COMPARATORS:
                raise ValueError(f"need comparators among {COMPARATORS}, got {name!r}")

    @property
    def stops(self) -> tuple[int, ...]:
        """Numbers of updates after which a run is looked at."""
        return tuple(stop for stop in self.record_at if stop <= self.steps)


EPOCHS = 25
RATES = {1.0: 1.6, 0.5: 0.02, 0.25: 0.02}
"""eta of batches of 32, by the power p of the rule eta ~ B^p."""


def with_batch_size(setup: TwinSetup, batch_size: int, power: float) -> TwinSetup:
    """The same number of epochs in batches of another size, with eta ~ B^power, one of `RATES`."""
    if power not in RATES:
        raise ValueError(f"need power among {tuple(RATES)}, got {power}")
    if not 2 <= batch_size <= setup.n_total:
        raise ValueError(
            f"need 2 <= batch_size <= n_total, got batch_size={batch_size}, n_total={setup.n_total}"
        )
    steps = round(EPOCHS * setup.n_total / batch_size)
    lr = RATES[power] * (batch_size / 32) ** power
    return replace(setup, batch_size=batch_size, lr=lr, steps=steps, record_at=(0, steps))
