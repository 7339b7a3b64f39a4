"""What a class has trained is there for the next one: to replay, to compare, and to take home."""

import re
from pathlib import Path

import pytest

from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.experiment import Experiment
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.lecture_file import find
from rnn_compare.lecture.trained.class_networks import ClassNetwork
from rnn_compare.lecture.trained.class_task import OWN_SEEDS, seed_of
from rnn_compare.presets import PHONES
from rnn_compare.server import class_training, visitor
from rnn_compare.server.services import Services
from tests.lecture.trained_class import hold
from tests.patience import until
from tests.recorded import record

from .conftest import html, page, press


@pytest.fixture
def empty(services: Services, prepared_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Classroom:
    """That of a server without workers, before its first lecture."""
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    for name in ("FEWEST", "REPEATED"):
        monkeypatch.setattr(class_training, name, 0)
    monkeypatch.setattr(class_training, "RECORDING_SECONDS", 0.001)
    return services.classroom()


@pytest.fixture
def classroom(empty: Classroom) -> Classroom:
    """One whose class of 24 phones has trained in an earlier lecture."""
    hold(empty, 24)
    empty.end()
    return empty


def dots(body: str) -> int:
    return len(re.findall(r'<i class="rc-dot[^"]*" style', body))


def show_step(classroom: Classroom, kind: str) -> None:
    kinds = [step.kind.name for step in find("luck", step_kinds()).steps]
    classroom.show_step(kinds.index(kind), "A step", "")


def test_it_is_replayed_into_the_same_picture_and_is_no_class_again(services: Services, classroom: Classroom) -> None:
    [earlier] = classroom.classes()
    app = page("present.page")
    assert [expander.label for expander in app.expander if "classes" in expander.label] == ["Earlier classes: 1"]
    assert earlier.title in [text.value for text in app.markdown]
    press(app, "Replay")
    for _ in range(3):
        navigation.advance(services)
    until(lambda: page("present.page") and len(classroom.networks.all()) == 24)
    shown = html(page("present.page"))
    assert f"24 networks from the class of {earlier.date}." in shown
    assert dots(shown) == 24
    classroom.end()
    assert classroom.classes() == [earlier]


def test_the_verdict_shows_it_below_the_class_by_a_press_each_with_its_date(classroom: Classroom) -> None:
    [earlier] = classroom.classes()
    hold(classroom, 30)
    show_step(classroom, "class_verdict")
    assert dots(html(page("present.page"))) == 30
    app = page("present.page")
    press(app, earlier.title)
    assert f"SimpleRNN, {earlier.date}</b> 12 networks" in html(app)
    assert "Only the seeds differ between the two classes." in html(app)
    assert dots(html(app)) == 54
    press(app, "This class alone")
    assert dots(html(app)) == 30


def test_it_is_a_page_to_take_home_and_a_part_of_that_of_runs_with_its_settings(
    services: Services, classroom: Classroom
) -> None:
    [earlier] = classroom.classes()
    assert dots(take_home.class_page(services, earlier).decode()) == 24
    experiments = [*PHONES.experiments(), Experiment(reviews=200, epochs=8)]
    runs = [record(services.store, experiment, [0.6] * 8).id for experiment in experiments]
    services.refresh()
    pages = [take_home.report(services, ids, "html", "report").decode() for ids in (runs[:2], runs[2:])]
    assert [dots(body) for body in pages] == [24, 0]
    hold(classroom, 4, is_shown=False)
    body = take_home.report(services, runs[:2], "html", "report").decode()
    assert dots(body) == 0, "an earlier class shows what this one is to guess"


def test_where_no_phone_has_trained_nothing_of_a_class_is_shown(empty: Classroom) -> None:
    for _ in range(2):
        hold(empty, 0)
        empty.add_networks([ClassNetwork("LSTM", seed_of(empty.number(), OWN_SEEDS + 1), (300,) * 8, origin="server")])
    show_step(empty, "class_verdict")
    labels = [button.label for button in page("present.page").button]
    assert labels == ["Draw 5 of each"]
    empty.end()
    assert [expander.label for expander in page("present.page").expander] == ["Who can present"]


@pytest.mark.parametrize(("phones", "is_offered"), [(0, False), (4, True)])
@pytest.mark.parametrize("screen", ["page", "notes"])
def test_at_the_end_wall_and_notes_can_offer_phones_their_class_alone(
    empty: Classroom, phones: int, is_offered: bool, screen: str
) -> None:
    hold(empty, phones)
    show_step(empty, "home")
    app = page(f"present.{screen}")
    assert ("Share the networks with phones" in [button.label for button in app.button]) == is_offered
    if is_offered:
        press(app, "Share the networks with phones")
        assert empty.state().networks_offered
