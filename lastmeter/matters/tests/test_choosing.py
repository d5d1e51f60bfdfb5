"""The choice among the owner's rows, over rows nobody thought of."""

from hypothesis import given
from hypothesis import strategies as st

from lastmeter.matters import rules

PATHS = ("000001", "000001000002", "000001000002000003", "000009")
HERE = PATHS[2]
flows = st.builds(
    rules.FlowRule,
    path=st.sampled_from(PATHS),
    source=st.sampled_from(("", "web", "phone")),
    category=st.sampled_from((None, 1, 2, 3)),
    profile=st.sampled_from(("grid", "hotline", "city", "petition")),
)
caps = st.builds(
    rules.CapRule,
    path=st.sampled_from(PATHS),
    kind=st.sampled_from(("returns", "reopenings")),
    profile=st.sampled_from(("", "grid", "city")),
    most=st.integers(0, 5),
)


@given(st.lists(flows))
def test_no_row_further_away_or_less_particular_ever_wins(known: list[rules.FlowRule]) -> None:
    chosen = rules.choose_profile(known, path=HERE, source="web", categories=(2, 1))
    fitting = [
        each
        for each in known
        if HERE.startswith(each.path) and each.source in ("", "web") and each.category in (None, 1, 2)
    ]
    if not fitting:
        assert chosen is None
        return
    nearest = max(len(each.path) for each in fitting)
    near = [each for each in fitting if len(each.path) == nearest]
    if any(each.category == 2 for each in near):  # the category itself goes before the one above it
        near = [each for each in near if each.category == 2]
    elif any(each.category == 1 for each in near):
        near = [each for each in near if each.category == 1]
    if any(each.source for each in near):
        near = [each for each in near if each.source]
    assert chosen in {each.profile for each in near}


@given(st.lists(caps))
def test_a_cap_is_the_nearest_and_the_flows_own_one_first(known: list[rules.CapRule]) -> None:
    chosen = rules.choose_cap(known, path=HERE, kind="returns", profile="grid")
    fitting = [each for each in known if HERE.startswith(each.path) and each.kind == "returns"]
    fitting = [each for each in fitting if each.profile in ("", "grid")]
    if not fitting:
        assert chosen is None
        return
    best = max((len(each.path), each.profile != "") for each in fitting)
    assert chosen in {each.most for each in fitting if (len(each.path), each.profile != "") == best}
