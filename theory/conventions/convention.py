"""What a loss callable was found to compute."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Convention:
    r"""What a loss computes, in the terms of docs/conventions.md.

    Formula, for an anchor with positives P and rows D below
        count * (scale * (-(mean of s over P)/tau + repulsion * log sum_D e^{s/tau}) + offset)

    Fields
        name        a loss of `theory.losses`; "unnamed": none of them, but the form is determined;
                    "unknown": no form of the catalogue meets the values to rounding
        layout      how the callable was called, a key of `LAYOUTS`
        tau, scale, repulsion, offset      NaN where unknown; scale 1, repulsion 1, offset 0 are
                    the plain ones; decimals as short as the values' rounding allows
        reduction   "mean", "sum" or "sum over samples"; "none" before it: a value for each anchor
        average_over   "anchors" or "pairs": all (anchor, positive) weigh equally
        anchors     "all" rows, or those of the "first" view
        positives, denominator     kinds of rows, in words
        own_views   other views of the anchor's sample below: "none", "others", "all" (itself too)
        positive_in_denominator, self_in_denominator
        log         "outside" the mean over positives, "inside", one for each "pair", or one for
                    the "batch"
        sizes       numbers of rows inside the logarithms; "" is none
        normalises  whether the callable normalises its rows
        views       the numbers of views on which it holds
        residual, rounding   largest error on batches that were not fitted, and what rounding allows
        expression  one line of Python with our equivalent, of `z` and `labels`; "" where none
        equal       other expressions with the same value
        bounds      calculators and claims about it
        warnings    what to know before a value is compared with a bound
        nearest     where unknown: the nearest forms, each with its relative error
        elsewhere   what the callable is when called in its other layouts
    """

    name: str
    layout: str
    tau: float = math.nan
    scale: float = math.nan
    repulsion: float = math.nan
    offset: float = math.nan
    reduction: str = ""
    average_over: str = ""
    anchors: str = ""
    positives: tuple[str, ...] = ()
    denominator: tuple[str, ...] = ()
    own_views: str = ""
    positive_in_denominator: bool | None = None
    self_in_denominator: bool | None = None
    log: str = ""
    sizes: str = ""
    normalises: bool | None = None
    views: tuple[int, ...] = ()
    residual: float = math.nan
    rounding: float = math.nan
    expression: str = ""
    equal: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    nearest: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()

    @property
    def identified(self) -> bool:
        """Whether the form is determined."""
        return self.name != "unknown"

    def summary(self) -> str:
        """Name, temperature and scale in a few words."""
        if not self.identified:
            return "unknown"
        scaled = "" if self.scale == 1 else f", scale {self.scale:.6g}"
        return f"{self.name}, tau {self.tau:.6g}{scaled}, {self.reduction}"

    def __str__(self) -> str:
        lines = [f"{self.summary()}    called as {self.layout}"]
        if self.identified:
            lines += self._rows()
        lines += [f"nearest      {entry}" for entry in self.nearest]
        lines += [f"also         {entry}" for entry in self.elsewhere]
        lines += [f"warning      {entry}" for entry in self.warnings]
        return "\n".join(lines)

    def _rows(self) -> list[str]:
        inside = f"{self.log}; {self.sizes}" if self.sizes else self.log
        rows = {
            "ours": self.expression or "no loss of theory.losses",
            "equal to": "; ".join(self.equal),
            "positives": ", ".join(self.positives),
            "denominator": ", ".join(self.denominator),
            "logarithm": inside,
            "averaged": f"{self.reduction} over {self.average_over}, anchors: {self.anchors}",
            "constants": f"tau {self.tau!r}, scale {self.scale!r}, "
            f"repulsion {self.repulsion!r}, offset {self.offset!r}",
            "normalises": "yes" if self.normalises else "no: pass unit rows",
            "views": ", ".join(map(str, self.views)),
            "error": f"{self.residual:.1e} where rounding allows {self.rounding:.1e}",
            "bounds": ", ".join(self.bounds) or "none here",
        }
        return [f"{title:<12} {text}" for title, text in rows.items() if text]
