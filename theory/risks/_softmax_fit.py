"""Weights of a softmax classifier near the infimum of its weighted cross-entropy."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

Array = NDArray[np.float64]
_NEGLIGIBLE = 1e-8  # singular values below this share of the largest are left out
_NOTHING = 1e-100  # features below this would need weights beyond 1e100
_NEWTON_STEPS = 100
_DAMPINGS = tuple(0.5**i for i in range(8))
_DENSE = 256  # unknowns up to which the curvature is held as a matrix


def fit_softmax(
    x: Array, start: Array, weights: Array, classes: NDArray[np.int64], max_iterations: int
) -> Array:
    """L-BFGS from `start` (c, d), then Newton's method, in coordinates with unit second moments."""
    _, scales, axes = np.linalg.svd(np.sqrt(weights)[:, None] * x, full_matrices=False)
    kept = scales > max(_NEGLIGIBLE * scales[0], _NOTHING)
    if not kept.any():
        return start
    change = axes[kept].T / scales[kept]  # (d, r)
    problem = _Softmax(z=x @ change, weights=weights, classes=classes, n_classes=len(start))
    first = start @ axes[kept].T * scales[kept]
    fit = minimize(
        problem,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iterations, "maxcor": 20, "ftol": 0.0, "gtol": 1e-14},
    )
    return np.asarray(_newton(problem, fit.x.reshape(first.shape), max_iterations) @ change.T)


class _Softmax:
    """Sum of weights (LSE_j z.b_j - z.b_y) as a function of b, (c, r)."""

    def __init__(self, *, z: Array, weights: Array, classes: NDArray[np.int64], n_classes: int):
        self.z, self.weights, self.classes = z, weights, classes
        self.own = np.eye(n_classes)[classes]

    def __call__(self, flat: Array) -> tuple[float, Array]:
        """Value and flat gradient."""
        scores = self.z @ flat.reshape(self.own.shape[1], -1).T
        losses = logsumexp(scores, axis=1) - scores[np.arange(len(scores)), self.classes]
        return float(self.weights @ losses), self.gradient(softmax(scores, axis=1)).ravel()

    def gradient(self, chances: Array) -> Array:
        """(c, r), given the softmax (n, c)."""
        return np.asarray((self.weights[:, None] * (chances - self.own)).T @ self.z)

    def curvature(self, chances: Array, direction: Array) -> Array:
        """Second derivative along `direction`, (c, r)."""
        moves = self.z @ direction.T
        moves = chances * (moves - np.sum(chances * moves, axis=1, keepdims=True))
        return np.asarray((self.weights[:, None] * moves).T @ self.z)


def _newton(problem: _Softmax, b: Array, max_iterations: int) -> Array:
    """Damped steps while the gradient shrinks: values stop telling weights apart at its square."""
    chances = softmax(problem.z @ b.T, axis=1)
    gradient = problem.gradient(chances)
    for _ in range(min(_NEWTON_STEPS, max_iterations)):
        step = _solve(problem, chances, gradient)
        for damping in _DAMPINGS:
            moved = b - damping * step
            chances_there = softmax(problem.z @ moved.T, axis=1)
            shrunk = problem.gradient(chances_there)
            if np.linalg.norm(shrunk) < (1 - 0.5 * damping) * np.linalg.norm(gradient):
                break
        else:
            break
        b, chances, gradient = moved, chances_there, shrunk
    return b


def _solve(problem: _Softmax, chances: Array, gradient: Array) -> Array:
    """The step with curvature(step) = gradient."""
    if gradient.size > _DENSE:
        return _solve_by_conjugate_gradients(problem, chances, gradient)
    units = np.eye(gradient.size).reshape(-1, *gradient.shape)
    matrix = np.stack([problem.curvature(chances, unit).ravel() for unit in units])
    # Where there is no curvature beyond rounding (a vector added to all weights, weights that run
    # away) the gradient has nothing left either: no step there.
    bends, axes = np.linalg.eigh((matrix + matrix.T) / 2)
    bent = bends > gradient.size * np.finfo(np.float64).eps * bends[-1]
    along = axes[:, bent]
    return np.asarray((along @ (along.T @ gradient.ravel() / bends[bent])).reshape(gradient.shape))


def _solve_by_conjugate_gradients(problem: _Softmax, chances: Array, gradient: Array) -> Array:
    """For problems too large for their curvature to be held as a matrix."""
    # A vector added to all weights changes nothing: rounding's share of that cannot be solved for.
    residual = gradient - gradient.mean(axis=0)
    step = np.zeros_like(gradient)
    direction, square = residual, float(np.vdot(residual, residual))
    goal = 1e-16 * square
    for _ in range(gradient.size):
        bent = problem.curvature(chances, direction)
        along = float(np.vdot(direction, bent))
        if not (square > goal and along > 1e-100 * square):
            break
        step = step + square / along * direction
        residual = residual - square / along * bent
        square, last = float(np.vdot(residual, residual)), square
        direction = residual + square / last * direction
    return step
