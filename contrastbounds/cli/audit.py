"""``contrastbounds audit``: a user's embeddings against every bound."""

from pathlib import Path
from typing import Annotated

import typer

from contrastbounds.cli._options import Device, DeviceName, Dtype, DtypeName, Out, Seed


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
    seed: Seed = 0,
    out: Out = None,
    device: Device = DeviceName.cpu,
    dtype: Dtype = DtypeName.float64,
) -> None:
    """Audit embeddings: losses, minima, geometry and few-shot error beside every bound.

    The .npz has the arrays `embeddings` (n, k, d) or (n, d) and `labels` (n,). Rows are
    normalised. `contrastbounds audit digits` shows it on data that is always there.
    """
    from contrastbounds.audit import session

    options = session.Options(
        embeddings=embeddings,
        labels=labels,
        tau=tau,
        shots=session.whole_numbers(shots),
        seed=seed,
        out=out,
        device=device.value,
        dtype=dtype.value,
    )
    raise typer.Exit(session.run(options))
