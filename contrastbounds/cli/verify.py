"""``contrastbounds verify``: hold the claims against their domains."""

from pathlib import Path
from typing import Annotated

import typer

from contrastbounds.cli._options import (
    ClaimFiles,
    Device,
    DeviceName,
    Dtype,
    DtypeName,
    Out,
    Seed,
    Workers,
)


def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="CLAIM", help="Names or patterns such as 'luthra2025-*'."),
    ] = None,
    cases: Annotated[
        int | None,
        typer.Option(
            "--cases",
            metavar="N",
            help="Cases of an ordinary claim; an expensive one gets fewer.",
            show_default="1000",
        ),
    ] = None,
    seed: Seed = 0,
    workers: Workers = None,
    out: Out = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what an interrupted run left in DIR.")
    ] = False,
    claims: ClaimFiles = None,
    thorough: Annotated[
        bool, typer.Option("--thorough", help="20000 cases of an ordinary claim, and slow claims.")
    ] = False,
    figures: Annotated[
        bool, typer.Option("--figures", help="Draw the figures as well, into DIR/figures.")
    ] = False,
    device: Device = DeviceName.cpu,
    dtype: Dtype = DtypeName.float64,
) -> None:
    """Verify claims on random, structured and extreme cases of their domains.

    Without CLAIM all of them, or with --claims those of the file.
    """
    from contrastbounds.verification import session
    from contrastbounds.verification.verdicts import exit_status

    options = session.Options(
        names=tuple(names or ()),
        files=tuple(Path(file) for file in claims or ()),
        cases=session.number_of_cases(cases, thorough=thorough),
        slow=thorough,
        seed=seed,
        workers=workers,
        out=out,
        resume=resume,
        figures=figures,
        device=device.value,
        dtype=dtype.value,
    )
    raise typer.Exit(exit_status(session.run(options)))
