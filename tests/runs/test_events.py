from rnn_compare.runs.events import ALLOWED, Status


def test_a_run_ends_once_unless_it_is_continued() -> None:
    ends = {Status.FINISHED, Status.STOPPED, Status.FAILED, Status.INTERRUPTED}
    assert {status for status in Status if status.ended} == ends
    assert all(ALLOWED[status] >= ends - {Status.FINISHED} for status in (Status.QUEUED, Status.RUNNING))
    assert Status.FINISHED not in ALLOWED[Status.QUEUED]
    assert all(ALLOWED[status] == {Status.QUEUED} for status in ends)
