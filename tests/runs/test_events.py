import json

from hypothesis import given
from hypothesis import strategies as st

from rnn_compare.runs.events import (
    ALLOWED,
    Ended,
    EpochEnd,
    Event,
    Progress,
    Requeued,
    Started,
    Status,
    from_message,
    to_message,
)

names = st.text(max_size=20)
counts = st.integers(0, 10**9)
numbers = st.floats(allow_nan=False, allow_infinity=False)
events = st.one_of(
    st.builds(Started, names, counts, names, st.dictionaries(names, names), numbers, counts),
    st.builds(
        Progress,
        names,
        counts,
        counts,
        counts,
        st.dictionaries(names, numbers),
        st.sampled_from(["preparing", "training", "validation"]),
        numbers,
    ),
    st.builds(EpochEnd, names, counts, st.dictionaries(names, numbers), numbers),
    st.builds(Requeued, names, names),
    st.builds(Ended, names, st.sampled_from(Status), st.none() | names, numbers),
)


@given(events)
def test_an_event_comes_out_of_its_message_as_it_went_in(event: Event) -> None:
    assert from_message(json.loads(json.dumps(to_message(event)))) == event


@given(events)
def test_a_message_holds_plain_values_only(event: Event) -> None:
    # Dask's transport refuses subclasses of str, which Status is.
    assert {type(value) for value in to_message(event).values()} <= {str, int, float, dict, type(None)}


def test_a_run_ends_once_unless_it_is_continued() -> None:
    ends = {Status.FINISHED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}
    assert {status for status in Status if status.ended} == ends
    assert all(ALLOWED[status] >= ends - {Status.FINISHED} for status in (Status.QUEUED, Status.RUNNING))
    assert Status.FINISHED not in ALLOWED[Status.QUEUED]
    assert all(ALLOWED[status] == {Status.QUEUED} for status in ends)
