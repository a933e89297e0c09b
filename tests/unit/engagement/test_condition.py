"""Does a condition follow Kleene's logic, and does it say which facts were unknown?"""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.domain.condition import All, AnyOf, Compare, Comparison, Condition, Not, Verdict, judge

TRUTH = {True: "yes", False: "no", None: None}
A = Compare(fact="a", comparison=Comparison.EQUALS, values=("yes",))
B = Compare(fact="b", comparison=Comparison.EQUALS, values=("yes",))


def facts(a: bool | None, b: bool | None) -> dict[str, str | None]:
    return {"a": TRUTH[a], "b": TRUTH[b]}


@pytest.mark.parametrize(("a", "b"), list(product([True, False, None], repeat=2)))
def test_the_truth_tables_are_kleenes(a: bool | None, b: bool | None) -> None:
    conjunction = False if False in (a, b) else None if None in (a, b) else True
    disjunction = True if True in (a, b) else None if None in (a, b) else False
    assert judge(All(parts=(A, B)), facts(a, b)).holds is conjunction
    assert judge(AnyOf(parts=(A, B)), facts(a, b)).holds is disjunction
    assert judge(Not(part=A), facts(a, b)).holds is (None if a is None else not a)


def test_unknown_at_the_top_does_not_pass_and_names_its_facts() -> None:
    verdict = judge(Not(part=All(parts=(A, B))), {})
    assert verdict == Verdict(holds=None, unknown=("a", "b"))
    assert not verdict.passes


def test_what_is_decided_names_no_unknown_fact() -> None:
    assert judge(All(parts=(A, B)), facts(None, False)) == Verdict(holds=False)
    assert judge(AnyOf(parts=(A, B)), facts(True, None)) == Verdict(holds=True)


def test_nothing_asked_holds_for_everybody() -> None:
    assert judge(All(), {}).passes


@pytest.mark.parametrize(
    ("comparison", "values", "fact", "holds"),
    [
        (Comparison.EQUALS, ("x",), "x", True),
        (Comparison.EQUALS, ("x",), "y", False),
        (Comparison.EQUALS, (False,), False, True),
        (Comparison.IN, ("x", "y"), "y", True),
        (Comparison.IN, ("x", "y"), "z", False),
        (Comparison.AT_LEAST, (50,), 49.9, False),
        (Comparison.AT_LEAST, (50,), 50, True),
        (Comparison.BELOW, (50,), 50, False),
        (Comparison.BELOW, (50,), 49.9, True),
        (Comparison.BELOW, (50,), 0, True),
        (Comparison.CONTAINS, ("x", "y"), ["y"], True),
        (Comparison.CONTAINS, ("x",), [], False),
    ],
)
def test_each_comparison_at_its_boundary(
    comparison: Comparison, values: tuple[str | float | bool, ...], fact: object, holds: bool
) -> None:
    assert judge(Compare(fact="f", comparison=comparison, values=values), {"f": fact}).holds is holds


def trees() -> st.SearchStrategy[Condition]:
    leaves = st.sampled_from("abc").map(lambda f: Compare(fact=f, comparison=Comparison.EQUALS, values=("yes",)))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            inner.map(lambda one: Not(part=one)),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(parts=tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(parts=tuple(parts))),
        ),
        max_leaves=8,
    )


@given(trees(), st.dictionaries(st.sampled_from("abc"), st.sampled_from(["yes", "no"])))
def test_what_is_decided_stays_so_however_the_unknown_facts_turn_out(tree: Condition, known: dict[str, str]) -> None:
    verdict = judge(tree, known)
    worlds = [dict(zip("abc", world, strict=True)) | known for world in product(["yes", "no"], repeat=3)]
    if verdict.holds is not None:
        assert {judge(tree, world).holds for world in worlds} == {verdict.holds}
