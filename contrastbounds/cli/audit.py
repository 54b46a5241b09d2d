"""``contrastbounds audit``: a user's embeddings against every bound."""

import math
from pathlib import Path
from typing import Annotated

import typer

from contrastbounds.cli._options import Device, DeviceName, Dtype, DtypeName, Out, Seed

DIGITS = "digits"
MOST_NEGATIVES = 10**6


def audit(
    embeddings: Annotated[
        str,
        typer.Argument(
            metavar="EMBEDDINGS",
            help="A .npz or .npy file, or `digits`: handwritten digits, encoded on the spot.",
            show_default=False,
        ),
    ],
    labels: Annotated[
        Path | None,
        typer.Option("--labels", metavar="FILE", help="Labels, for embeddings without them."),
    ] = None,
    tau: Annotated[float, typer.Option("--tau", help="Temperature of the losses.")] = 1.0,
    shots: Annotated[
        str, typer.Option("--shots", metavar="M,M,...", help="Shots per class.")
    ] = "1,5,10,20,50,100",
    negatives: Annotated[
        str,
        typer.Option("--negatives", metavar="K,K,...", help="Negatives of the contrastive risk."),
    ] = "1,16,256",
    seed: Seed = 0,
    out: Out = None,
    device: Device = DeviceName.cpu,
    dtype: Dtype = DtypeName.float64,
) -> None:
    """Audit embeddings: losses, risks, geometry and few-shot error beside every bound.

    The .npz has the arrays `embeddings` (n, k, d) or (n, d) and `labels` (n,). Rows are
    normalised. `contrastbounds audit digits` shows it on data that is always there.
    """
    # A file is read before torch is loaded: what is wrong with it is said at once.
    from contrastbounds.embeddings import load
    from contrastbounds.errors import UsageError

    if not 0 < tau < math.inf:
        raise UsageError(f"need a finite --tau > 0, got {tau}")
    if seed < 0:
        raise UsageError(f"need --seed >= 0, got {seed}")
    wanted = _whole_numbers("--shots", shots)
    against = _whole_numbers("--negatives", negatives, most=MOST_NEGATIVES)
    if embeddings == DIGITS and labels is not None:
        raise UsageError(f"need no --labels for {DIGITS}, which has its own, got {labels}")
    given = None if embeddings == DIGITS else load(embeddings, labels)

    from contrastbounds.audit import session

    options = session.Options(
        tau=tau,
        shots=wanted,
        negatives=against,
        seed=seed,
        out=out,
        device=device.value,
        dtype=dtype.value,
    )
    raise typer.Exit(session.run(given, options))


def _whole_numbers(option: str, text: str, most: float = math.inf) -> tuple[int, ...]:
    from contrastbounds.errors import UsageError

    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and 1 <= int(word) <= most for word in words):
        which = ">= 1" if most == math.inf else f"from 1 to {most}"
        raise UsageError(
            f"need {option} as whole numbers {which} with commas between, got {text!r}"
        )
    return tuple(map(int, words))
