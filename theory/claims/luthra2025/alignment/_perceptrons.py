"""CL and NSCL twins of one hidden layer, with a certified smoothness between the two runs.

The encoder is f(x) = phi(W x) / sqrt(h) on unit inputs, s_ij = <f(x_i), f(x_j)>, all W trained.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.func import grad, jacrev, vmap
from torch.nn.functional import gelu, normalize

from bounds import accumulated_rounding
from theory.alignment import negative_weights
from theory.claims._domain import Choices, Domain, Integers, Reals
from theory.claims.luthra2025.alignment._derivatives import Derivatives
from theory.claims.luthra2025.alignment._roundoff import EPS, length

PERCEPTRONS: Domain = {
    "layout": Choices(
        "antipodal",  # two classes at opposite points: every pair pulls along one line
        "random",
        "overlapping",  # classes that differ little
    ),
    "activation": Choices("tanh", "gelu"),
    "batch_size": Integers(3, 6),
    "d": Integers(2, 4),
    "width": Integers(2, 5),
    "n_steps": Integers(1, 8),
    "tau": Reals(0.3, 3.0, log=True),
    "step": Reals(1e-3, 0.3, log=True),  # eta = step tau^2 / (1 + tau): the curvature's scale
}
GRID = 16  # segments are cut in so many parts
ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"tanh": torch.tanh, "gelu": gelu}


@dataclass(frozen=True, kw_only=True)
class Twins:
    """Two runs of gradient descent on the same batches; W_0 .. W_T of each."""

    x: Tensor  # (t, b, d), unit rows: the anchors of each step
    positives: Tensor  # (t, b, d), unit rows
    labels: Tensor  # (b,), the classes in every batch
    activation: str
    tau: float
    eta: float
    cl: Tensor  # (t + 1, h, d)
    nscl: Tensor  # (t + 1, h, d)

    @property
    def distance(self) -> float:
        """||w_T^CL - w_T^NSCL||_2."""
        return length(self.cl[-1] - self.nscl[-1])

    @property
    def step_sum(self) -> float:
        """S."""
        return self.eta * len(self.x)

    @property
    def gap(self) -> float:
        """Twice the largest same-class mass of CL's softmax along the NSCL run."""
        same = self.labels[:, None] == self.labels
        return 2.0 * max(
            (self._weights(t) * same).sum(dim=1).max().item() for t in range(len(self.x))
        )

    @property
    def jacobian_norm(self) -> float:
        """Largest ||grad s_ij|| over the pairs of each batch along the NSCL run."""
        phi = ACTIVATIONS[self.activation]
        jacobians: Tensor = vmap(jacrev(lambda w, x: _similarities(w, x, x, phi)))(
            self.nscl[:-1], self.x
        )
        pairs = ~torch.eye(len(self.labels), dtype=torch.bool)
        return float(jacobians.flatten(3).norm(dim=-1)[:, pairs].max())

    @cached_property
    def smoothness(self) -> float:
        """At least the norm of CL's Hessian anywhere between the runs; 0 while they coincide.

        Every point of a segment lies within 1/(2 GRID) of its length of a point that is looked at,
        and between these the Hessian is Lipschitz.
        """
        if len(self.x) == 1:
            return 0.0
        phi, negatives = ACTIVATIONS[self.activation], _negatives(self.labels, "cl")
        u = torch.linspace(0.0, 1.0, GRID + 1, dtype=torch.float64)[:, None, None, None]
        start, end = self.cl[1:-1], self.nscl[1:-1]

        def loss(w: Tensor, x: Tensor, positives: Tensor) -> Tensor:
            return _loss(w, x, positives, negatives, self.tau, phi)

        of_step = vmap(jacrev(grad(loss)))  # over the steps, then over the points of each segment
        curvature = vmap(of_step, in_dims=(0, None, None))(
            start + u * (end - start), self.x[1:], self.positives[1:]
        ).reshape(GRID + 1, len(start), start[0].numel(), -1)
        largest = torch.linalg.eigvalsh(curvature).abs().amax(dim=(0, 2))
        spacing = (end - start).flatten(1).norm(dim=1) / (2 * GRID)
        return float((largest + self.derivatives.third(self.tau) * spacing).max())

    @cached_property
    def derivatives(self) -> Derivatives:
        """Bounds that hold wherever no row of W is longer than the longest of both runs."""
        reach = torch.cat([self.cl, self.nscl]).norm(dim=-1).max().item()
        return Derivatives.of(self.activation, reach, self.cl.shape[1])

    @property
    def training_error(self) -> float:
        """Of both runs: each step's gradient and update rounded, grown like the distance itself."""
        h, d = self.cl.shape[1:]
        size = max(length(w) for w in (*self.cl, *self.nscl))
        n_ops = d + h + 4 * len(self.labels) + 32
        step = self.eta * self.derivatives.gradient_condition(self.tau)
        one = accumulated_rounding(n_ops, EPS) * step + EPS * size
        return 2.0 * len(self.x) * one * math.exp(self.smoothness * self.step_sum)

    @property
    def bound_error(self) -> float:
        """Relative, of G, gap and beta S in the bound; log((e^x - 1)/x) has slope below 1."""
        h, d = self.cl.shape[1:]
        n_ops = d + h + 4 * len(self.labels) + 32 + (h * d) ** 2
        condition = self.derivatives.gradient_condition(self.tau) * self.tau / self.jacobian_norm
        curvature = self.derivatives.curvature_condition(self.tau) * self.step_sum
        return accumulated_rounding(n_ops, EPS) * (2.0 * condition + curvature)

    def _weights(self, t: int) -> Tensor:
        phi = ACTIVATIONS[self.activation]
        sigma = _similarities(self.nscl[t], self.x[t], self.x[t], phi)
        everything = torch.arange(len(self.labels))
        return negative_weights(sigma, everything, self.labels, self.tau, loss="cl")


def build(
    *,
    layout: str,
    activation: str,
    batch_size: int,
    d: int,
    width: int,
    n_steps: int,
    tau: float,
    step: float,
    generator: torch.Generator,
) -> Twins:
    """Both runs from one start, on fresh batches of two classes at each step."""
    labels = torch.arange(batch_size) * 2 // batch_size
    signs = 1.0 - 2.0 * labels[:, None].double()

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=generator, dtype=torch.float64)

    centre, noise = normalize(draw(d), dim=0), draw(n_steps, batch_size, d)
    scale = {"antipodal": 0.0, "random": 1.0, "overlapping": 1.0}[layout]
    towards = {"antipodal": 1.0, "random": 0.5, "overlapping": 0.1}[layout]
    x = normalize(towards * signs * centre + scale * noise, dim=-1)
    positives = normalize(x + 0.3 * draw(n_steps, batch_size, d), dim=-1)
    w0 = normalize(draw(width, d), dim=-1)
    phi, eta = ACTIVATIONS[activation], step * tau * tau / (1.0 + tau)
    runs = []
    for loss in ("cl", "nscl"):
        negatives, run = _negatives(labels, loss), [w0]
        for here, there in zip(x, positives, strict=True):
            run.append(run[-1] - eta * grad(_loss)(run[-1], here, there, negatives, tau, phi))
        runs.append(torch.stack(run))
    return Twins(
        x=x,
        positives=positives,
        labels=labels,
        activation=activation,
        tau=tau,
        eta=eta,
        cl=runs[0],
        nscl=runs[1],
    )


def _similarities(w: Tensor, x: Tensor, y: Tensor, phi: Callable[[Tensor], Tensor]) -> Tensor:
    return phi(x @ w.mT) @ phi(y @ w.mT).mT / len(w)


def _loss(
    w: Tensor,
    x: Tensor,
    positives: Tensor,
    negatives: Tensor,
    tau: float,
    phi: Callable[[Tensor], Tensor],
) -> Tensor:
    """Mean over anchors of -s_ii'/tau + log sum_{j in neg(i)} e^(s_ij/tau)."""
    scores = _similarities(w, x, x, phi) / tau
    pull = _similarities(w, x, positives, phi).diagonal() / tau
    return (scores.masked_fill(~negatives, -torch.inf).logsumexp(dim=1) - pull).mean()


def _negatives(labels: Tensor, loss: str) -> Tensor:
    if loss == "nscl":
        return labels[:, None] != labels
    return ~torch.eye(len(labels), dtype=torch.bool)
