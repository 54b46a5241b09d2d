"""The table of verdicts: a line each where it fits, two lines each on a narrow terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from contrastbounds.verification.choice import Chosen
from contrastbounds.verification.verdicts import rebuild, sentence, tightness
from theory.claims import Verdict

STYLES = {"inconclusive": "yellow", "vacuous": "yellow"}
HEADS = ("", "claim", "status", "kind", "outcome", "cases", "least slack", "tightest")
RIGHT = (5, 6, 7)


def print_verdicts(console: Console, chosen: Sequence[Chosen], verdicts: Sequence[Verdict]) -> None:
    """Every claim with its status and outcome, then what was not expected, then the count."""
    rows = [_cells(v) for v in verdicts]
    if max(map(len, _aligned([HEADS, *rows])), default=0) <= console.width:
        _print_wide(console, rows, verdicts)
    else:
        _print_narrow(console, rows, verdicts)
    for c, v in zip(chosen, verdicts, strict=True):
        if not v.as_expected:
            _print_unexpected(console, c, v)
    if not all(v.as_expected for v in verdicts):
        console.print()
    console.print(sentence(verdicts))


def outcome(verdict: Verdict) -> str:
    """The outcome, with a word on it where it is not the plain one."""
    if not verdict.as_expected:
        return f"{verdict.outcome} (unexpected)"
    return verdict.outcome if verdict.outcome == "holds" else f"{verdict.outcome} (expected)"


def _cells(v: Verdict) -> tuple[str, ...]:
    ratio = "-" if v.ratio is None else tightness(v.ratio)
    mark = "✓" if v.as_expected else "✗"
    return (mark, v.claim, v.status, v.kind, outcome(v), str(v.n_cases), f"{v.slack:.3g}", ratio)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if at in RIGHT else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _print_wide(
    console: Console, rows: Sequence[tuple[str, ...]], verdicts: Sequence[Verdict]
) -> None:
    head, *lines = _aligned([HEADS, *rows])
    console.print(Text(head, style="bold"))
    for line, v in zip(lines, verdicts, strict=True):
        console.print(_coloured(line, v))


def _print_narrow(
    console: Console, rows: Sequence[tuple[str, ...]], verdicts: Sequence[Verdict]
) -> None:
    name = max(len(row[1]) for row in rows)
    cases, slack = (max(len(row[at]) for row in rows) for at in (5, 6))
    for row, v in zip(rows, verdicts, strict=True):
        mark, claim, status, kind, ending, n, least, tightest = row
        console.print(_coloured(f"{mark} {claim:<{name}}  {ending}", v), soft_wrap=True)
        console.print(
            f"    {f'{status}, {kind}':<23}{n:>{cases}} cases  "
            f"least slack {least:<{slack}}  tightest {tightest}",
            soft_wrap=True,
        )


def _coloured(line: str, verdict: Verdict) -> Text:
    text = Text(line)
    colour = "green" if verdict.as_expected else STYLES.get(verdict.outcome, "red")
    text.highlight_words([line[0], outcome(verdict)], style=colour)
    return text


def _print_unexpected(console: Console, chosen: Chosen, v: Verdict) -> None:
    console.print(
        Text(f"\n{v.claim} ({v.status}): {v.outcome}, expected: {v.expected}", style="bold"),
        soft_wrap=True,
    )
    point = ", ".join(f"{key}={value!r}" for key, value in v.worst_case.items())
    console.print(
        f"  worst case   {point}\n  slack        {v.slack!r}, rounding {v.rounding!r}",
        soft_wrap=True,
    )
    if v.attained is False:
        console.print("  equality     a stored case of equality does not attain", soft_wrap=True)
    console.print(f"  see it again {rebuild(v, chosen.file)}", soft_wrap=True)
