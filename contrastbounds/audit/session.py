"""One run of ``contrastbounds audit``: load, measure, print, write."""

from dataclasses import dataclass
from pathlib import Path

import torch

from contrastbounds.audit._audit import Audit, audit
from contrastbounds.audit._estimate import estimate
from contrastbounds.audit.digits import STEPS, digits
from contrastbounds.audit.page import write
from contrastbounds.audit.printing import print_audit
from contrastbounds.audit.records import document
from contrastbounds.cli._console import note, stdout
from contrastbounds.cli._progress import Progress
from contrastbounds.device import use_device
from contrastbounds.embeddings import Embeddings
from contrastbounds.report import folder
from contrastbounds.report.provenance import provenance

EXIT = {"as expected": 0, "violated": 1, "inconclusive": 3}
LONG = 30.0  # seconds, from here on an estimate is worth a line


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for on the command line."""

    tau: float
    shots: tuple[int, ...]
    negatives: tuple[int, ...]
    seed: int
    out: Path | None
    device: str
    dtype: str


def run(given: Embeddings | None, options: Options) -> int:
    """Audit `given`, or digits; the exit status: 0 all bounds hold, 1 one failed, 3 one is open."""
    device = use_device(options.device)
    out = None if options.out is None else folder.prepare(options.out)
    audited = _digits(options.seed) if given is None else given
    expected = estimate(audited, options.shots, dtype=_dtype(options), device=device)
    if expected > LONG:
        size = f"{audited.n} x {audited.k} x {audited.d}"
        note(f"{size}: this takes about {_duration(expected)}")
    found = _audited(audited, options, device)
    if out is not None:  # first, so that a closed pipe loses nothing
        _write(out, found, audited, options, device)
    print_audit(stdout(), found)
    if out is not None:
        stdout().print(f"report in {folder.front_page(out)}")
    return EXIT[found.outcome]


def _digits(seed: int) -> Embeddings:
    with Progress("training an encoder of digits", STEPS) as bar:
        return digits(seed=seed, advance=bar.advance)


def _dtype(options: Options) -> torch.dtype:
    return {"float32": torch.float32, "float64": torch.float64}[options.dtype]


def _audited(given: Embeddings, options: Options, device: str) -> Audit:
    with Progress("audit", 3 + len(set(options.negatives)) + len(set(options.shots))) as bar:

        def stage(name: str) -> None:
            bar.advance()
            bar.say(name)

        return audit(
            given,
            tau=options.tau,
            shots=options.shots,
            negatives=options.negatives,
            seed=options.seed,
            dtype=_dtype(options),
            device=device,
            progress=stage,
        )


def _write(out: Path, found: Audit, audited: Embeddings, options: Options, device: str) -> None:
    files = {} if audited.sha256 is None else {"embeddings": Path(audited.source)}
    if audited.labels_source is not None:
        files["labels"] = Path(audited.labels_source)
    where = provenance(seed=options.seed, dtype=options.dtype, device=device, inputs=files)
    write(out, found, document(found, provenance=where))
    (out / folder.JOURNAL).unlink(missing_ok=True)  # of runs that can be resumed, which this is not


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
