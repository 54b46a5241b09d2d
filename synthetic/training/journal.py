"""What one run has noted so far, and what it makes of it in the end."""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from synthetic._require import require
from synthetic.training.compositions import compositions
from synthetic.training.departures import departures
from synthetic.training.options import Settings
from synthetic.training.results import History, Twins

Key = TypeVar("Key")


class Journal:
    """The notes of a run."""

    def __init__(self, settings: Settings, run: str = "") -> None:
        """`run` says in messages which run it is, such as " of run 3"."""
        self.settings, self.run = settings, run
        names = settings.names
        self.losses: dict[str, list[float]] = {name: [] for name in names}
        self.gaps: dict[tuple[str, str], list[float]] = {p: [] for p in settings.gradient_gaps}
        self.largest: list[int] = []
        self.recorded: dict[str, dict[str, list[float]]] = {
            name: {metric: [] for metric in settings.record} for name in names
        }
        self.compared: dict[tuple[str, str], dict[str, list[float]]] = {
            pair: {metric: [] for metric in settings.compare} for pair in combinations(names, 2)
        }

    def note(self, step: int, encoders: Mapping[str, nn.Module]) -> None:
        """Evaluate the metrics after `step` updates."""
        with torch.no_grad():
            for name, recorded in self.recorded.items():
                for metric, values in recorded.items():
                    values.append(float(self.settings.record[metric](encoders[name])))
            for (a, b), compared in self.compared.items():
                for metric, values in compared.items():
                    values.append(float(self.settings.compare[metric](encoders[a], encoders[b])))
        if self.settings.callback is not None:
            self.settings.callback(step, encoders)

    def add(
        self, largest: int, losses: Mapping[str, float], gaps: Mapping[tuple[str, str], float]
    ) -> None:
        """Take up a step's values, which are finite."""
        step = len(self.largest) + 1
        for name, loss in losses.items():
            require(math.isfinite(loss), f"a finite loss at step {step}{self.run}", **{name: loss})
            self.losses[name].append(loss)
        for (of, at), gap in gaps.items():
            rule = f"a finite gradient gap at step {step}{self.run}"
            require(math.isfinite(gap), rule, of=of, at=at, gap=gap)
            self.gaps[of, at].append(gap)
        self.largest.append(largest)

    def state(self) -> dict[str, Any]:
        """All of it."""
        return {
            "losses": {name: _vector(values) for name, values in self.losses.items()},
            "gaps": {pair: _vector(values) for pair, values in self.gaps.items()},
            "largest": torch.tensor(self.largest, dtype=torch.int64),
            "recorded": self.recorded,
            "compared": self.compared,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.losses = {name: values.tolist() for name, values in state["losses"].items()}
        self.gaps = {pair: values.tolist() for pair, values in state["gaps"].items()}
        self.largest = state["largest"].tolist()
        self.recorded, self.compared = state["recorded"], state["compared"]

    def twins(self, encoders: Mapping[str, nn.Module], losses: Mapping[str, object]) -> Twins:
        """The end of the run, once the last update is known to have left finite weights."""
        heads = {name: loss for name, loss in losses.items() if isinstance(loss, nn.Module)}
        for name, encoder in encoders.items():
            modules = [encoder, heads[name]] if name in heads else [encoder]
            finite = all(bool(p.isfinite().all()) for m in modules for p in m.parameters())
            last = self.losses[name][-1] if self.losses[name] else None
            rule = f"finite weights after step {len(self.largest)}{self.run}"
            require(finite, rule, **{name: last})
        s = self.settings
        composed = compositions(self.largest, s.batch_size)
        return Twins(
            encoders=dict(encoders),
            heads=heads,
            histories={name: self._history(name) for name in encoders},
            recorded_at=s.stops,
            comparisons={pair: _vectors(values) for pair, values in self.compared.items()},
            compositions=composed,
            recipe=s.recipe,
            step_sizes=s.step_sizes,
            gradient_gaps=_vectors(self.gaps),
            left=departures(s, heads, composed),
        )

    def _history(self, name: str) -> History:
        return History(
            losses=_vector(self.losses[name]),
            recorded_at=self.settings.stops,
            recorded=_vectors(self.recorded[name]),
        )


def _vector(values: list[float]) -> Tensor:
    return torch.tensor(values, dtype=torch.float64)


def _vectors(values: Mapping[Key, list[float]]) -> dict[Key, Tensor]:
    return {key: _vector(each) for key, each in values.items()}
