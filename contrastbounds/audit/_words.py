"""Numbers in sentences."""


def number(x: float) -> str:
    """Three digits."""
    return f"{x:.3g}"


def percent(x: float) -> str:
    """A share in per cent: two digits, and no digits that are not there."""
    return f"{100 * x:.2g} %" if x < 0.1 else f"{100 * x:.0f} %"
