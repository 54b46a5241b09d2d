"""``contrastbounds audit``: a user's embeddings against every bound."""

import math
from pathlib import Path
from typing import Annotated

import typer

from contrastbounds.cli._options import Device, DeviceName, Dtype, DtypeName, Out, Seed

DIGITS, TWIN = "digits", "twin"
FEWEST, MOST_PERMUTATIONS = 19, 10**6  # 19: the fewest that tell 95 % of the orders
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
    other: Annotated[
        str | None,
        typer.Option(
            "--other",
            metavar="FILE",
            help="Embeddings of the same items to compare with; for digits `twin`: the encoder "
            "trained with NSCL on the same batches.",
        ),
    ] = None,
    permutations: Annotated[
        int | None,
        typer.Option(
            "--permutations",
            metavar="N",
            help="Random pairings of the items, for what chance would give with --other.",
            show_default="999, fewer for large files",
        ),
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
    With --other, CKA and RSA of two representations and what is certain about them; that alone
    for embeddings without labels.
    """
    # A file is read before torch is loaded: what is wrong with it is said at once.
    from contrastbounds.embeddings import load, load_either, load_items
    from contrastbounds.errors import UsageError

    if not 0 < tau < math.inf:
        raise UsageError(f"need a finite --tau > 0, got {tau}")
    if seed < 0:
        raise UsageError(f"need --seed >= 0, got {seed}")
    wanted = _whole_numbers("--shots", shots)
    against = _whole_numbers("--negatives", negatives, most=MOST_NEGATIVES)
    if embeddings == DIGITS and labels is not None:
        raise UsageError(f"need no --labels for {DIGITS}, which has its own, got {labels}")
    if permutations is not None and other is None:
        raise UsageError(f"need --other for --permutations, got {permutations} without it")
    if permutations is not None and not FEWEST <= permutations <= MOST_PERMUTATIONS:
        raise UsageError(
            f"need --permutations from {FEWEST} to {MOST_PERMUTATIONS}, got {permutations}"
        )
    if embeddings == DIGITS and other not in (None, TWIN):
        raise UsageError(f"need --other {TWIN} for {DIGITS}, got {other!r}")
    given = beside = None
    if embeddings != DIGITS:
        given = load(embeddings, labels) if other is None else load_either(embeddings, labels)
        beside = None if other is None else load_items(other)

    from contrastbounds.audit import session

    options = session.Options(
        tau=tau,
        shots=wanted,
        negatives=against,
        permutations=permutations,
        twin=other == TWIN,
        seed=seed,
        out=out,
        device=device.value,
        dtype=dtype.value,
    )
    raise typer.Exit(session.run(given, options, other=beside))


def _whole_numbers(option: str, text: str, most: float = math.inf) -> tuple[int, ...]:
    from contrastbounds.errors import UsageError

    words = [word.strip() for word in text.split(",")]
    if not all(word.isdecimal() and 1 <= int(word) <= most for word in words):
        which = ">= 1" if most == math.inf else f"from 1 to {most}"
        raise UsageError(
            f"need {option} as whole numbers {which} with commas between, got {text!r}"
        )
    return tuple(map(int, words))
