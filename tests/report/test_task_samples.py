from pathlib import Path

from rnn_compare.comparison.evidence import Evidence
from rnn_compare.presets import FIRST_WORD
from rnn_compare.report.contents import gather
from rnn_compare.report.reader import reader
from rnn_compare.runs.store import RunStore
from tests.kit.runs import shipped


def test_a_tasks_page_has_a_text_of_each_label_that_its_networks_can_read(empty_cache: Path) -> None:
    store = RunStore(empty_cache / "runs.db")
    data, problems = reader(gather(store, [run.id for run in shipped(store, FIRST_WORD)], Evidence(store)))
    assert not problems
    assert [name for name, *_ in data["examples"]] == ["Sample: blue", "Sample: red"]
    for (_, text, _, is_red), first in zip(data["examples"], ("blue", "red"), strict=True):
        assert text.split()[0] == first
        assert is_red is (first == "red")
