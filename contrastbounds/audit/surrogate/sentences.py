"""What the surrogate gap means for this representation."""

from contrastbounds.audit._row import Row, least
from contrastbounds.audit._words import number, percent
from contrastbounds.audit.surrogate.measure import Surrogate, SurrogateAt


def surrogate_gap(found: Surrogate) -> str:
    """What the contrastive risk at the most negatives says about the supervised one."""
    at = found.at[-1]
    rows = tuple(row for row in at.rows if "views" not in row.quantity)
    published = next(r for r in rows if r.claim == "bao2022-surrogate-upper")
    sharpest = least(tuple(row for row in rows if row.quantity.startswith("R_mu")))
    if sharpest is None:
        return ""
    return (
        f"for K = {at.n_negatives} negatives the contrastive risk is "
        f"{number(at.contrastive_risk)} nats; the theorem allows the supervised risk of the class "
        f"means to be at most {number(published.bound or 0.0)}{_said(published)}, the sharpest "
        f"bound proved {number(sharpest.bound or 0.0)} ({sharpest.title}{_said(sharpest)}); "
        f"measured {number(found.mean_supervised_risk)}, and {percent(found.zero_one_error)} of "
        f"rows are classified wrongly.{_rivals(rows)} Exact for {found.part}."
    )


def _said(row: Row) -> str:
    return ", which says nothing" if row.outcome == "vacuous" else ""


def _rivals(rows: tuple[Row, ...]) -> str:
    """What the earlier bounds say at their best."""
    names = ("arora", "nozawa-sato", "ash")
    rivals = tuple(row for row in rows if row.claim.removeprefix("bao2022-") in names)
    best = least(rivals)
    if best is None:
        return f" The earlier bounds do not apply: {rivals[0].hypothesis}."
    value = number(best.bound or 0.0)
    return f" The best of the earlier bounds says {value} ({best.title}{_said(best)})."


def sampling(found: Surrogate) -> str:
    """Whether training pairs are those of the theorems, and what is left if they are not."""
    moments, at = found.moments, found.at[-1]
    shift = moments.shift
    if shift is None or at.contrastive_risk_views is None:
        return (
            "one view of each sample: whether pairs of views meet the theorem's sampling cannot be "
            "told; the risks above draw anchor and positive independently from a class."
        )
    if found.sampling_met:
        return (
            "met: another view of a sample scores as another sample of its class does, "
            "E s_0 - A = 0, so the theorem speaks of your training pairs too."
        )
    closer = "closer to" if shift > 0 else "further from"
    return (
        "not met by your training pairs: the theorem draws the positive independently of the "
        f"anchor given the class, another view of the same sample is {closer} it by "
        f"E s_0 - A = {number(shift)}. The bounds shifted by that hold: with K = "
        f"{at.n_negatives}, R_cont is {number(at.contrastive_risk_views)} and R_mu between "
        f"{number(_end(at, '>='))} and {number(_end(at, '<='))}." + _literal(found)
    )


def _end(at: SurrogateAt, relation: str) -> float:
    """The sharper of the bounds that hold for any pairing."""
    rows = (r for r in at.rows if "views" in r.quantity and r.relation == relation)
    known = [row.bound for row in rows if row.bound is not None]
    return min(known) if relation == "<=" else max(0.0, *known)


def _literal(found: Surrogate) -> str:
    """Whether the printed bound is wrong where its hypothesis is overlooked."""
    failing = [
        str(at.n_negatives) for at in found.at if any("it fails" in r.hypothesis for r in at.rows)
    ]
    if not failing:
        return ""
    return f" The printed bound, read literally, fails here for K = {', '.join(failing)}."
