"""The quiz at home: each shipped one is solved on the recorded networks; a fault in a file is said in a sentence."""

import re
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.explain.prediction import ask
from rnn_compare.lecture import lecture_file
from rnn_compare.paths import CACHE_VARIABLE, FIRST_LECTURE, SHIPPED_LECTURES
from rnn_compare.presets import BOOK
from rnn_compare.report.lesson import quiz_at_home
from rnn_compare.report.quiz import FindWord, WrongTexts
from rnn_compare.runs.store import RunStore
from tests.kit.runs import shipped

LECTURES = sorted(path.stem for path in SHIPPED_LECTURES.glob("*.toml"))


@pytest.mark.parametrize("name", LECTURES)
def test_a_shipped_lectures_quiz_comes_with_its_networks_and_is_solved_by_its_answers(
    name: str, elsewhere: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(elsewhere.path.parent))
    lecture = lecture_file.find(name)
    assert 4 <= len(lecture.quiz) <= 6
    preset = lecture.preset_at(0)
    experiments = preset.experiments()
    runs = {run.title: run for run in shipped(elsewhere, preset)}
    quiz = quiz_at_home(experiments, list(runs))
    if not any(question.networks for question in lecture.quiz):
        return  # on networks that a reader trains
    assert quiz is not None
    assert (quiz["lecture"], len(quiz["questions"])) == (name, len(lecture.quiz))

    def label(network: str, text: str) -> bool:
        return ask(runs[network], text, "best").probability > 0.5

    for question in lecture.quiz:
        match question:
            case FindWord():
                flipped = {name for name in runs if label(name, question.answer) != label(name, question.start)}
                assert {*question.flips} <= flipped, question.id
                assert not flipped & {*question.keeps}, question.id
            case WrongTexts():
                wrong = [
                    all(label(network, text) != meant for network in question.networks)
                    for text, meant in zip(question.texts, question.meant, strict=True)
                ]
                assert 0 < sum(wrong) < len(wrong), (question.id, wrong)


FIND = """
[[quiz]]
id = "a"
kind = "find"
text = "Find it."
because = "So."
start = "A good film"
flips = ["LSTM(32)"]
answer = "A bad film"
"""


@pytest.mark.usefixtures("empty_cache")
def test_no_quiz_is_of_a_network_that_lecture_or_page_lacks_even_if_a_run_has_the_networks_name() -> None:
    experiments = BOOK.experiments()
    names = [experiment.label for experiment in experiments]
    assert (quiz := quiz_at_home(experiments, names))
    assert quiz["lecture"] == FIRST_LECTURE
    assert quiz_at_home([*experiments, experiments[0].model_copy(update={"units": 7})], names) is None
    copy = lecture_file.copy_to_edit(FIRST_LECTURE)
    copy.write_text(copy.read_text("utf-8") + FIND.replace("LSTM(32)", "Mine"), "utf-8")
    assert (quiz := quiz_at_home(experiments, [*names, "Mine"])) is None or quiz["lecture"] != FIRST_LECTURE


OTHER = '[[quiz]]\nid = "b"\nkind = "{}"\ntext = "T"\nbecause = "B"\n{}'
TEXTS = 'texts = ["a", "b"]\nmeant = {}\nnetworks = ["LSTM(32)"]'


@pytest.mark.parametrize(
    ("quiz", "sentence"),
    [
        (FIND.replace('"LSTM(32)"', '"RNN"'), "quiz, a: no network is called 'RNN'"),
        (FIND.replace("A bad film", "Another film, and bad"), "answer must differ from start in exactly one word"),
        (FIND + FIND, "two questions of the quiz have the id 'a'"),
        (FIND.replace('"find"', '"guess"'), "'guess'"),
        (FIND + 'keeps = ["LSTM(32)"]', "LSTM(32) cannot be in both flips and keeps"),
        (OTHER.format("seeds", 'trained = ["LSTM(8)", "LSTM(9)"]'), "LSTM(9) is not trained at home"),
        (OTHER.format("texts", TEXTS.format("[1]")), "meant has 1 labels for 2 texts"),
        (OTHER.format("texts", TEXTS.format("[1, 0, 1]")), "meant has 3 labels for 2 texts"),
    ],
)
def test_a_fault_in_a_quiz_is_said_in_a_sentence(quiz: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        f'title = "T"\npreset = "The book\'s experiment"\n[[steps]]\nkind = "text"\ntitle = "t"\n{quiz}', "utf-8"
    )
    with pytest.raises(UserError, match=re.escape(sentence)):
        lecture_file.load(path)
