"""Options that several commands share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class DeviceName(StrEnum):
    """Where to compute; ``auto`` is the GPU if there is one."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"


class DtypeName(StrEnum):
    """The precision of the cases."""

    float64 = "float64"
    float32 = "float32"


Seed = Annotated[int, typer.Option("--seed", help="Seed of everything random.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Write results.json, results.csv and report.html."),
]
Device = Annotated[DeviceName, typer.Option("--device", help="Where to compute.")]
Dtype = Annotated[DtypeName, typer.Option("--dtype", help="Precision of the cases.")]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="W", help="Processes.", show_default="one per core"),
]
ClaimFiles = Annotated[
    list[Path] | None,
    typer.Option("--claims", metavar="FILE", help="A Python file with claims of your own."),
]
