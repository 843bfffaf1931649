"""Arguments are read exactly or refused, whatever they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from tb_actviz.plugin import request_arguments as asked
from tb_actviz.plugin.errors import MalformedError
from tb_actviz.records.facts import PER_CHANNEL_NUMBERS

_Found = TypeVar("_Found")

NUMBERS = st.one_of(
    st.text(),
    st.from_regex(r"[-+]?[0-9_.eE]*", fullmatch=True),
    st.integers().map(str),
    st.floats().map(repr),
)


def read(
    reader: Callable[[dict[str, str]], _Found], key: str, text: str
) -> _Found | str:
    """What is read of an argument, or why it is refused, in a few words."""
    try:
        return reader({key: text})
    except MalformedError as refusal:
        return str(refusal)


def assert_fit_to_be_shown(text: str) -> None:
    assert text.isprintable()
    assert 0 < len(text) < 200


@pytest.mark.slow
@given(NUMBERS)
def test_an_integer_is_its_own_digits_or_malformed(text: str) -> None:
    for key, reader, highest in (
        ("step", asked.step, 2**63 - 1),
        ("input", asked.input_number, 255),
    ):
        found = read(reader, key, text)
        if isinstance(found, str):
            assert_fit_to_be_shown(found)
        else:
            assert text.isascii()
            assert text.isdigit()
            assert found == int(text)
            assert 0 <= found <= highest


@given(st.integers(0, 2**63 - 1))
def test_every_step_can_be_asked_for(step: int) -> None:
    assert asked.step({"step": str(step)}) == step


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_wall_time_can_be_asked_for_as_python_writes_it(seconds: float) -> None:
    assert asked.wall_time({"wall_time": repr(seconds)}) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("1795522649.3761468", 1795522649.3761468), ("1e+21", 1e21), ("5e-324", 5e-324)],
)
def test_every_wall_time_can_be_asked_for_as_javascript_writes_it(
    text: str, seconds: float
) -> None:
    assert asked.wall_time({"wall_time": text}) == seconds


@given(NUMBERS)
def test_a_wall_time_is_finite_or_malformed(text: str) -> None:
    found = read(asked.wall_time, "wall_time", text)
    if isinstance(found, str):
        assert_fit_to_be_shown(found)
    else:
        assert found == float(text)
        assert abs(found) < float("inf")
        assert text.isascii()


def test_without_a_wall_time_any_will_do() -> None:
    assert asked.wall_time({}) is None


@given(st.one_of(st.text(), st.sampled_from(PER_CHANNEL_NUMBERS)))
def test_a_statistic_is_one_that_records_state_or_malformed(text: str) -> None:
    found = read(asked.statistics, "statistic", text)
    if isinstance(found, str):
        assert_fit_to_be_shown(found)
        assert text not in PER_CHANNEL_NUMBERS
    else:
        assert found == (text,)


def test_without_a_statistic_all_are_asked_for() -> None:
    assert asked.statistics({}) == (
        "minimum",
        "maximum",
        "mean",
        "zero_share",
    )


@given(st.text(min_size=1))
def test_a_name_is_taken_as_it_is(text: str) -> None:
    arguments = MultiDict([("run", text), ("run", "another")])
    assert asked.name(arguments, "run") == text


def test_arguments_that_are_no_text_are_malformed() -> None:
    query = "run=train&tag=caf\xc3\xa9&tag=x"  # as WSGI has it, byte by byte
    request = Request({"QUERY_STRING": query})
    assert asked.arguments_of(request).get("tag") == "café"
    with pytest.raises(MalformedError, match="not UTF-8; expected them percent-enc"):
        asked.arguments_of(Request({"QUERY_STRING": "run=caf\xe9"}))
