"""Lectures: the shipped ones can be given, and whatever is wrong with one of a lecturer's own is said in a sentence."""

import re
from pathlib import Path

import pytest

from rnn_compare.errors import UserError
from rnn_compare.lecture.lecture_file import copy_to_edit, load, read_all
from rnn_compare.lecture.look_through import page

HEAD = 'title = "Mine"\npreset = "Short"\n'
TEXT = '[[steps]]\nkind = "text"\ntitle = "Why?"\n'
ASKS = (
    '[[steps]]\nkind = "predict"\ntitle = "Which?"\n[steps.question]\nid = "best"\nkind = "{kind}"\ntext = "Which?"\n'
)
BEST = ASKS.format(kind="best_network")
AGAIN = '[[steps]]\nkind = "predict"\ntitle = "After"\n[steps.question]\nid = "after"\nrepeats = "best"\n'
REVEAL = TEXT.replace('"text"', '"reveal"')


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RNN_COMPARE_CACHE", str(tmp_path))
    (tmp_path / "lectures").mkdir()
    return tmp_path / "lectures"


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "mine.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.usefixtures("folder")
def test_the_shipped_lectures_predict_before_they_train_and_train_before_they_reveal() -> None:
    lectures, problems = read_all()
    assert [lecture.name for lecture in lectures] == ["book", "attention", "gates", "luck", "memory", "state"]
    assert problems == []
    for lecture in lectures:
        kinds = [step.kind.name for step in lecture.steps]
        if lecture.task:
            assert "class_trains" in kinds
        else:
            assert kinds.index("predict") < kinds.index("train") < kinds.index("reveal")
            assert kinds[-1] == "home"
        assert all(step.notes.strip() for step in lecture.steps), "the second screen has something to say"
        reveals = [index for index, kind in enumerate(kinds) if kind == "reveal"]
        assert all(map(lecture.revealed_questions, reveals)), "there is a prediction to hold against the curves"


@pytest.mark.parametrize("kind", ["curve", "overfits_from"])
def test_a_question_on_a_curve_is_about_all_epochs_of_the_networks_that_reveal_it(folder: Path, kind: str) -> None:
    curve = f'{ASKS.format(kind=kind)}network = "SimpleRNN(32)"\n'
    reveal = REVEAL.replace("[[steps]]", '[[steps]]\npreset = "Short"')
    question = load(written(folder, HEAD + curve + "epochs = 5\n" + reveal)).steps[0].question
    assert question == load(written(folder, HEAD + curve + reveal)).steps[0].question
    of_book = '[[steps]]\npreset = "The book\'s experiment"\n'
    reveal, again = (step.replace("[[steps]]\n", of_book) for step in (REVEAL, AGAIN))
    for content, sentence in (
        (
            curve + "epochs = 2\n",
            "'best' is about 2 epochs, but the networks of step 1 are trained for 5; leave epochs out",
        ),
        (curve + "epochs = 10\n" + reveal, "'best' is about 10 epochs, but the networks of step 1 are trained for 5"),
        (curve + reveal, "'best' is about 5 epochs, but the networks of step 2 are trained for 10"),
        (curve + again, "'after' is about 5 epochs, but the networks of step 2 are trained for 10"),
    ):
        with pytest.raises(UserError, match=re.escape(sentence)):
            load(written(folder, HEAD + content))
    load(written(folder, HEAD + BEST + again + reveal))  # which is better may be asked of others


def test_confidence_is_asked_where_an_answer_may_be_right_unless_the_file_says_no(folder: Path) -> None:
    own = ASKS.format(kind="own") + 'choices = ["yes", "no"]\n'
    number = ASKS.format(kind="number") + "about = 3.9\nwithin = 0.5"
    contents = (BEST, BEST + "confidence = false", own, own + "right = 1", own + "confidence = true", number)
    questions = [load(written(folder, HEAD + content)).steps[0].question for content in contents]
    assert [question and question.confidence for question in questions] == [True, False, False, True, True, True]


def test_a_lectures_minutes_are_those_of_its_steps_and_each_names_where_its_question_is_answered(folder: Path) -> None:
    own = ASKS.format(kind="own").replace('"best"', '"own"') + 'choices = ["yes", "no"]\nright = 1\n'
    slow = TEXT + "minutes = 20\n"
    lecture = load(written(folder, HEAD + 'about = "Why, and for whom."\n' + BEST + slow + REVEAL + AGAIN + own))
    assert [step.minutes for step in lecture.steps] == [4, 20, 4, 4, 4]
    assert (lecture.about, lecture.minutes) == ("Why, and for whom.", 35)
    assert [lecture.answered_at(index) for index in (0, 3, 4)] == [3, 3, 4]
    lecture = load(written(folder, HEAD + BEST + own + REVEAL))
    assert [lecture.answered_at(index) for index in (0, 1)] == [2, 2]
    shown = page(lecture)
    for words in ("<b>3&ensp;Why?</b>", "The answer comes at step 3.", '<li class="right">no</li>', "None: more "):
        assert words in shown


def test_a_reveal_is_about_the_questions_since_the_last_one_but_for_those_that_are_asked_again(folder: Path) -> None:
    lecture = load(written(folder, HEAD + BEST + REVEAL + BEST.replace('"best"', '"again"') + REVEAL))
    assert [question.id for question in lecture.revealed_questions(1)] == ["best"]
    assert [question.id for question in lecture.revealed_questions(3)] == ["again"]
    lecture = load(written(folder, HEAD + BEST + REVEAL + AGAIN + REVEAL))
    first, again = (step.question for step in lecture.steps if step.question)
    assert first is not None
    assert again == first.model_copy(update={"id": "after", "repeats": "best"})
    assert lecture.revealed_questions(1) == ()
    assert lecture.revealed_questions(3) == (again,)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title = Mine", "not valid TOML: Invalid value (at line 1"),
        (b"title = '\xff'", "not UTF-8 text"),
        ("#" * 200_001, "larger than 200,000 bytes"),
        ('title = "Mine"\n' + TEXT, "preset is missing"),
        (HEAD.replace("Short", "Shrot") + TEXT, "'Shrot' is not a preset; the presets are The book's experiment"),
        (HEAD.replace('title = "Mine"', "") + TEXT, "title: Field required"),
        (HEAD + TEXT + "minutes = 0", "step 1, minutes: Input should be greater than or equal to 1"),
        (HEAD, "it has no steps"),
        (HEAD + 'steps = "none"', "it has no steps"),
        (HEAD + "steps = [3]", "step 1: Input should be a valid dictionary"),
        (HEAD + TEXT + TEXT.replace('"text"', '"sing"'), "step 2, kind: 'sing' is not a kind of step"),
        (HEAD + TEXT + 'titel = "a slip"', "step 1, titel: Extra inputs are not permitted"),
        (HEAD + TEXT.replace('"text"', '"predict"'), "step 1: a step of the kind predict needs a [steps.question]"),
        (HEAD + BEST.replace('"predict"', '"reveal"'), "step 1: a step of the kind reveal takes no question"),
        (HEAD + AGAIN + BEST, "step 1: a question that repeats another needs an id and, in repeats, an earlier id"),
        (HEAD + BEST + AGAIN + 'text = "Else?"', "step 2: a question that repeats another needs an id"),
        (HEAD + BEST + BEST, "two questions have the id 'best'"),
        (
            HEAD + ASKS.format(kind="guess"),
            "step 1, question: 'guess' is not a kind of question; the kinds are apart, best_network, ",
        ),
        (HEAD + ASKS.format(kind="curve") + 'network = "GRU(32)"', "step 1: no network is called 'GRU(32)'"),
        (HEAD + ASKS.format(kind="curve"), "step 1, question: network must name the network"),
        (HEAD + f'about = "{"x" * 161}"\n' + TEXT, "about: String should have at most 160 characters"),
        (HEAD + BEST + 'confidence = "yes"', "step 1, question, confidence: Input should be a valid boolean"),
        (HEAD + BEST + "about = 3", "step 1, question, about: Extra inputs are not permitted"),
        (HEAD + ASKS.format(kind="number") + "about = 3", "step 1, question, within: Field required"),
        (HEAD + ASKS.format(kind="own") + 'choices = ["yes"]', "step 1, question: choices must name at least two"),
    ],
)
def test_a_fault_in_a_lecture_is_reported_with_its_place(folder: Path, content: str | bytes, message: str) -> None:
    with pytest.raises(UserError) as caught:
        load(written(folder, content))
    assert "mine.toml" in str(caught.value)
    assert message in str(caught.value)


def test_an_edited_copy_takes_the_place_of_the_shipped_lecture_and_a_spoilt_one_hinders_no_other(
    folder: Path,
) -> None:
    copy = copy_to_edit("gates")
    assert copy.parent == folder
    copy.write_text(copy.read_text(encoding="utf-8").replace('title = "How many gates?"', 'title = "Gates"', 1))
    copy_to_edit("gates")
    written(folder, "nonsense")
    lectures, [problem] = read_all()
    assert len(lectures) == 6
    assert lectures[2].title == "Gates", "a copy is never written over"
    assert problem.startswith("mine.toml is not valid TOML")
