"""Every registered theorem survives every admissible case that we can draw."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.strategies import parameters
from theory.claims import Claim, all_claims

CLAIMS = list(all_claims().values())
ROOT = Path(__file__).parents[3]
slug = str.maketrans({" ": "-", ":": None, ",": None, "(": None, ")": None, "'": None, ".": None})


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(c, marks=[pytest.mark.slow] if c.slow else [], id=c.name)
        for c in CLAIMS
        if c.status != "refuted"
    ],
)
def test_claim_holds_on_every_case(claim: Claim[Any]) -> None:
    examples = max(1 if claim.slow else 8, int(settings().max_examples / claim.cost**0.5))

    @settings(max_examples=min(examples, claim.most_cases or examples))
    @given(params=parameters(claim), seed=st.integers(0, 2**31 - 1))
    def holds(params: dict[str, Any], seed: int) -> None:
        check = claim.check(seed=seed, **params)
        note(f"{claim.name}: {check}")
        assert check.outcome != "violated"

    holds()


@pytest.mark.parametrize(
    "claim", [c for c in CLAIMS if c.status == "refuted"], ids=lambda c: c.name
)
def test_counterexample_refutes(claim: Claim[Any]) -> None:
    assert claim.counterexample is not None
    check = claim.check(**claim.counterexample)
    assert check.outcome == "violated", check


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.attained_by], ids=lambda c: c.name)
def test_equality_is_attained(claim: Claim[Any]) -> None:
    for point in claim.attained_by:
        check = claim.check(**point)
        assert check.attained, (point, check)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda c: c.name)
def test_claim_is_stated_completely(claim: Claim[Any]) -> None:
    paper = claim.name.partition("-")[0]
    assert paper[-4:].isdigit(), "names begin with the paper"
    assert claim.name == claim.name.lower()
    assert len(claim.statement) > 20
    assert claim.statement.count("{") == claim.statement.count("}")
    assert claim.source.item
    if claim.status == "published":
        assert claim.source.arxiv or "ISBN" in claim.source.item, "where it can be looked up"
    if claim.kind == "identity":
        assert claim.relation == "=="


@pytest.mark.parametrize("claim", [c for c in CLAIMS if c.proof], ids=lambda c: c.name)
def test_proof_is_where_the_claim_says(claim: Claim[Any]) -> None:
    path, _, anchor = claim.proof.partition("#")
    text = (ROOT / path).read_text(encoding="utf-8")
    headings = [line.lstrip("# ") for line in text.splitlines() if line.startswith("#")]
    assert anchor in [h.lower().translate(slug) for h in headings], headings


def test_no_two_claims_share_a_statement() -> None:
    assert len({c.statement for c in CLAIMS}) == len(CLAIMS)
