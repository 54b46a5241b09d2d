"""One run of ``contrastbounds audit``: load, measure, print, write."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from contrastbounds.audit._audit import Audit, audit
from contrastbounds.audit._estimate import comparison_estimate, estimate
from contrastbounds.audit._row import outcome
from contrastbounds.audit.comparison import STAGES as COMPARISON
from contrastbounds.audit.comparison import Comparison, compare
from contrastbounds.audit.digits import STEPS, digits, digits_twins
from contrastbounds.audit.page import write
from contrastbounds.audit.printing import print_audit, print_comparison
from contrastbounds.audit.records import comparison_document, document
from contrastbounds.audit.whole import STAGES as WHOLE
from contrastbounds.audit.whole import is_large
from contrastbounds.cli._console import note, stdout
from contrastbounds.cli._progress import Progress
from contrastbounds.device import use_device
from contrastbounds.embeddings import Embeddings, Items
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
    permutations: int | None
    twin: bool
    """Whether digits are compared with their NSCL twin."""
    seed: int
    out: Path | None
    device: str
    dtype: str


def run(given: Embeddings | Items | None, options: Options, *, other: Items | None = None) -> int:
    """Audit `given`, or digits; the exit status: 0 all bounds hold, 1 one failed, 3 one is open.

    `given` without labels is only compared with `other`.
    """
    device = use_device(options.device)
    out = None if options.out is None else folder.prepare(options.out)
    if given is None:
        given, other = _digits(options)
    found = _found(given, other, options, device)
    if out is not None:  # first, so that a closed pipe loses nothing
        _write(out, found, given, other, options, device)
    if isinstance(found, Comparison):
        print_comparison(stdout(), found)
    else:
        print_audit(stdout(), found)
    if out is not None:
        stdout().print(f"report in {folder.front_page(out)}")
    return EXIT[outcome(found.rows)]


def _found(
    given: Embeddings | Items, other: Items | None, options: Options, device: str
) -> Audit | Comparison:
    expected = _expected(given, other, options, device)
    if expected > LONG:
        note(f"{' x '.join(map(str, given.z.shape))}: this takes about {_duration(expected)}")
    if isinstance(given, Embeddings):
        return _audited(given, other, options, device)
    if other is None:
        raise ValueError("need labels or other embeddings, got neither")
    return _compared(given, other, options, device)


def _expected(
    given: Embeddings | Items, other: Items | None, options: Options, device: str
) -> float:
    """Seconds."""
    seconds = 0.0
    if isinstance(given, Embeddings):
        seconds += estimate(given, options.shots, dtype=_dtype(options), device=device)
    if other is not None:
        seconds += comparison_estimate(given, other, options.permutations, device=device)
    return seconds


def _digits(options: Options) -> tuple[Embeddings, Items | None]:
    with Progress("training an encoder of digits", STEPS) as bar:
        if options.twin:
            return digits_twins(seed=options.seed, advance=bar.advance)
        return digits(seed=options.seed, advance=bar.advance), None


def _dtype(options: Options) -> torch.dtype:
    return {"float32": torch.float32, "float64": torch.float64}[options.dtype]


def _audited(given: Embeddings, other: Items | None, options: Options, device: str) -> Audit:
    stages = 4 + len(set(options.negatives)) + len(set(options.shots))
    stages += WHOLE if is_large(given) else 0
    with Progress("audit", stages + (0 if other is None else COMPARISON)) as bar:
        return audit(
            given,
            other=other,
            permutations=options.permutations,
            tau=options.tau,
            shots=options.shots,
            negatives=options.negatives,
            seed=options.seed,
            dtype=_dtype(options),
            device=device,
            progress=_stages(bar),
        )


def _compared(given: Items, other: Items, options: Options, device: str) -> Comparison:
    with Progress("comparison", COMPARISON) as bar:
        return compare(
            given,
            other,
            seed=options.seed,
            permutations=options.permutations,
            device=device,
            progress=_stages(bar),
        )


def _stages(bar: Progress) -> Callable[[str], None]:
    def stage(name: str) -> None:
        bar.advance()
        bar.say(name)

    return stage


def _write(
    out: Path,
    found: Audit | Comparison,
    given: Embeddings | Items,
    other: Items | None,
    options: Options,
    device: str,
) -> None:
    files = {} if given.sha256 is None else {"embeddings": Path(given.source)}
    if isinstance(given, Embeddings) and given.labels_source is not None:
        files["labels"] = Path(given.labels_source)
    if other is not None and other.sha256 is not None:
        files["other"] = Path(other.source)
    where = provenance(seed=options.seed, dtype=options.dtype, device=device, inputs=files)
    if isinstance(found, Comparison):
        content = comparison_document(found, provenance=where)
    else:
        content = document(found, provenance=where)
    write(out, found, content)
    (out / folder.JOURNAL).unlink(missing_ok=True)  # of runs that can be resumed, which this is not


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
