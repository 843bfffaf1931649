"""A new event file sorts after all that are there, whatever they are called."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tb_actviz.writing.names import is_event_file, newest_name, step_in, with_step

NOW = 1_785_000_000
OURS = "events.out.tfevents."

names = st.lists(
    st.one_of(
        st.text(max_size=20),
        st.builds(
            "{}tfevents{}".format, st.text(max_size=8), st.text("0129.az", max_size=20)
        ),
        st.builds(
            "events.out.tfevents.{}.{}".format,
            st.integers(0, 10**14),
            st.text(max_size=8),
        ),
    ),
    max_size=5,
)


@given(names, st.integers(0, 10**10 - 1))
@example([f"{OURS}9999999999.host"], NOW)
@example([f"{OURS}99999999999999"], NOW)
@example([f"{OURS}5.host"], NOW)
@example(["zz.tfevents"], NOW)
@example(["z.1234567890.tfevents"], NOW)
def test_a_new_name_sorts_after_every_event_file(present: list[str], now: int) -> None:
    for writer in ("host.1.0", "other.0.10"):
        name = newest_name(present, now, writer)
        assert is_event_file(name)
        assert all(name > other for other in present if "tfevents" in other)
        present = [*present, name]


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ([], f"{OURS}1785000000.host.7.9.actviz"),
        (["zz", "events.txt"], f"{OURS}1785000000.host.7.9.actviz"),
        # An hour ago.
        ([f"{OURS}1784996400.host.7.8.actviz"], f"{OURS}1785000000.host.7.9.actviz"),
        # The same second: by this writer, another host, a smaller process.
        ([f"{OURS}1785000000.host.7.8.actviz"], f"{OURS}1785000001.host.7.9.actviz"),
        ([f"{OURS}1785000000.zebra.7.8.v2"], f"{OURS}1785000001.host.7.9.actviz"),
        ([f"{OURS}1785000000.ant.7.8.v2"], f"{OURS}1785000001.host.7.9.actviz"),
        # The clock was set back by an hour.
        ([f"{OURS}1785003600.host.7.8.actviz"], f"{OURS}1785003601.host.7.9.actviz"),
        # In the year 2100, and the last second there is.
        ([f"{OURS}4102444800.host"], f"{OURS}4102444801.host.7.9.actviz"),
        (
            [f"{OURS}9999999999.host"],
            f"{OURS}9999999999.host.1785000000.host.7.9.actviz",
        ),
        # Stamped in milliseconds, an hour ago and an hour ahead.
        ([f"{OURS}1784996400000.host"], f"{OURS}1785000000.host.7.9.actviz"),
        ([f"{OURS}1785003600000.host"], f"{OURS}1785003601.host.7.9.actviz"),
        (
            [
                f"{OURS}9999999999.host",
                f"{OURS}9999999999.host.1785000000.host.7.8.actviz",
            ],
            f"{OURS}9999999999.host.1785000001.host.7.9.actviz",
        ),
        # A host whose name is a number.
        ([f"{OURS}1785000000.1234567890.7"], f"{OURS}1785000001.host.7.9.actviz"),
        # No stamp at all, the first time and the second.
        (["run.tfevents"], "run.tfevents.1785000000.host.7.9.actviz"),
        (
            ["run.tfevents", "run.tfevents.1785000000.host.7.8.actviz"],
            "run.tfevents.1785000001.host.7.9.actviz",
        ),
    ],
)
def test_a_name_is_as_usual_unless_it_would_sort_wrongly(
    present: list[str], expected: str
) -> None:
    assert newest_name(present, NOW, "host.7.9") == expected


@given(names, st.integers(0, 2**63 - 1))
def test_a_name_tells_its_step(present: list[str], step: int) -> None:
    name = newest_name(present, NOW, with_step("host.1.0", step))
    assert step_in(name) == step
    assert all(name > other for other in present if "tfevents" in other)


@pytest.mark.parametrize(
    "name",
    [
        f"{OURS}1785000000.host.1.5.actviz",
        f"{OURS}1785000000.step5.1.0.actviz",
        f"{OURS}1785000000.host.1.0.step5.v2",
        f"{OURS}1785000000.host.1.0.step.actviz",
        f"{OURS}1785000000.host.1.0.step-5.actviz",
        f"{OURS}1785000000.host.1.0.step{'9' * 20}.actviz",
        f"{OURS}1785000000.host.1.0.step5.actviz.1785000001.v2",
        # What follows a name that nothing can follow.
        f"z{OURS}host.1.0.step5.actviz.1785000001.host.1.0.actviz",
    ],
)
def test_other_names_tell_no_step(name: str) -> None:
    assert step_in(name) is None
