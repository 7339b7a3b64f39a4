"""From the first question to the reveal nobody finds what the class is to predict, whoever trained it and whenever.

Every shipped lecture is given press by press, beside the recordings that the program ships, or beside runs of its
settings with other seeds and more or fewer epochs too. At each press everything is read that a visitor, a phone or the
wall is sent, and searched for every figure of the settings whose reveal is still to come.
"""

import itertools
import random
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from rnn_compare.browser.numbers import packed
from rnn_compare.cells.registry import CELLS
from rnn_compare.charts.palette import picture
from rnn_compare.comparison import baselines
from rnn_compare.dashboard.pages.inside.page import VIEWS
from rnn_compare.dashboard.pages.present import navigation
from rnn_compare.dashboard.pages.present.lecture_context import step_kinds
from rnn_compare.dashboard.pages.runs import run_details
from rnn_compare.dashboard.widgets import take_home
from rnn_compare.errors import UserError
from rnn_compare.experiment import Experiment
from rnn_compare.explain.prediction import ask
from rnn_compare.formatting import percent
from rnn_compare.lecture.class_state import State
from rnn_compare.lecture.lecture_file import SHIPPED, Lecture, find, load
from rnn_compare.metrics.metric import all_metrics
from rnn_compare.runs.events import Ended, EpochEnd, Started, Status
from rnn_compare.runs.record import Owner, Run
from rnn_compare.runs.shipped import add_shipped
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.services import HIDDEN_NOTICE, Services

from .conftest import page as open_page
from .conftest import press, to_phones
from .test_curtain import PAGES, answered, sent, visit

SHIPPED_LECTURES = [load(path, step_kinds()) for path in sorted(SHIPPED.glob("*.toml"))]
LECTURES = [lecture for lecture in SHIPPED_LECTURES if any(step.kind.trains for step in lecture.steps)]
"""Without that whose networks phones train: those are no runs."""
GATED = [
    pytest.param(lecture, id=lecture.name, marks=() if lecture.name == "book" else pytest.mark.thorough)
    for lecture in LECTURES
]
"""The gate gives the book's; ``pytest -m thorough`` gives all."""
REVIEW = "A wonderful film, and not for a moment boring."
WALL = ("present.page", "present.notes")
SIGNIFICANT = 3
OTHER_SEEDS = (2, 3, 4)
MORE_EPOCHS = (2, -1)
_NO_WORDS = re.compile(r"Empty text: [\d.]+ %|--rc-from: [\d.]+%")
"""What an open network says of nothing, and from there on: numbers that may equal a hidden figure by chance."""
_NUMBER = re.compile(r"\d+\.\d+(?!\d|px|r?em)")


@pytest.fixture(autouse=True)
def _at_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sees the wall too."""
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)


@pytest.fixture
def fresh(services: Services, prepared_cache: Path, tmp_path: Path) -> Services:
    """What a first start shows."""
    (tmp_path / "cache" / "reviews").symlink_to(prepared_cache / "reviews")
    add_shipped(services.store)
    services.refresh()
    return services


def finish(services: Services, runs: Iterable[str]) -> None:
    """Has runs end with figures that are nobody else's."""
    for run in services.store.runs(list(runs)):
        chance = random.Random(run.experiment.model_dump_json())
        services.store.record([Started(run.id, 10, "", {}, 1.0)])
        for epoch in range(1, run.experiment.epochs + 1):
            figures = {name: round(chance.uniform(0.51, 0.97), 6) for name in all_metrics()}
            services.store.record([EpochEnd(run.id, epoch, figures, 1.5)])
        services.store.record([Ended(run.id, Status.FINISHED, None, 60.0)])
    services.refresh()


def train(services: Services, experiments: Iterable[Experiment]) -> None:
    """Records trainings as if a visitor had pressed Train, each by itself."""
    for experiment in experiments:
        [run] = services.store.create([experiment], Owner.current(), "page")
        services.store.rename(run, f"Known {experiment.setting}")
        finish(services, [run])


def delete(services: Services, runs: Iterable[Run]) -> None:
    for run in runs:
        services.store.delete(run.id)
    services.refresh()


def unrevealed(lecture: Lecture, state: State) -> set[str]:
    """Returns the settings whose curves are still to be revealed."""
    kinds = [step.kind.name for step in lecture.steps]
    curves: dict[bool, set[str]] = {False: set(), True: set()}
    for index in (index for index, kind in enumerate(kinds) if kind == "train"):
        is_revealed = state.step >= kinds.index("reveal", index)
        curves[is_revealed] |= set(map(of_any_length, lecture.preset_at(index).experiments()))
    return curves[False] - curves[True]


def of_any_length(experiment: Experiment) -> str:
    """Returns an experiment without what leaves its curve, or the beginning, as it is."""
    same: dict[str, Any] = {"seed": 1, "epochs": 1, "patience": 0, "stock_layers": False}
    if experiment.cell == "SimpleRNN":
        same["forget_bias"] = None  # it has no gate
    return repr(experiment.model_copy(update=same))


def lengthened(experiment: Experiment, by: int) -> Experiment:
    return experiment.model_copy(update={"epochs": experiment.epochs + by})


def numbers(text: str) -> set[str]:
    return set(_NUMBER.findall(text))


def figures_of(runs: Sequence[Run]) -> set[str]:
    """Returns every figure of runs in all forms in which pages, phones and files write them."""
    figures: set[str] = set()
    for run in runs:
        for name, figure in all_metrics().items():
            curve = [epoch.figures[name] for epoch in run.epochs if name in epoch.figures]
            figures.add(packed(curve[:3]))
            for value in curve:
                figures |= {str(value), f"{value:.4f}", f"{value:.3f}"} | numbers(figure.text(value))
                if "%" in figure.text(value):
                    figures |= {str(100 * value), f"{100 * value:.1f}"}
        if run.is_from_elsewhere:  # the shipped ones, whose weights are here
            verdict = ask(run, REVIEW, "best")  # and what it says of no words at all
            figures |= {f"{100 * max(share, 1 - share):.1f}" for share in (verdict.probability, verdict.prior)}
    return figures - {""}


def medians_of(runs: Sequence[Run]) -> set[str]:
    """Returns what a typical epoch of runs may be: the mean of two, for an even number of epochs."""
    curves = [[epoch["val_accuracy"] for epoch in run.epochs] for run in runs]
    return {f"{50 * (a + b):.1f}" for curve in curves for a, b in itertools.combinations(curve, 2)}


def looked_for(services: Services, lecture: Lecture, settings: set[str]) -> set[str]:
    """Returns what must not be seen: of figures those that nobody finds elsewhere, and that no lecture's text holds."""
    runs = services.store.runs()
    seen = [run for run in runs if of_any_length(run.experiment) not in settings]
    open_figures = figures_of(seen) | medians_of(seen)
    in_the_lecture = numbers((SHIPPED / f"{lecture.name}.toml").read_text(encoding="utf-8"))
    hidden = [run for run in runs if of_any_length(run.experiment) in settings]
    names = {word for run in hidden for word in (run.id, run.name) if word}
    return {figure for figure in figures_of(hidden) if not _is_round(figure)} - open_figures - in_the_lecture | names


def _is_round(figure: str) -> bool:
    """Returns whether it has fewer than three significant digits, as many a number of a style sheet and a drawing."""
    return bool(_NUMBER.fullmatch(figure)) and len(figure.replace(".", "").strip("0")) < SIGNIFICANT


def addresses(hidden: Sequence[Run]) -> Iterator[dict[str, str]]:
    """Yields what a visitor may type: nothing, and links that name what is hidden."""
    yield {"review": REVIEW}
    if not hidden:
        return
    named = [run.id for run in hidden]
    grid = {f"grid_{key}": str(value) for key, value in hidden[0].experiment.model_dump(exclude_defaults=True).items()}
    yield {"show": ",".join(named[:4]), "ask": ",".join(named[:4]), "review": REVIEW, **grid}
    yield {"show": ",".join(f"all-{run.comparison}" for run in hidden), "review": REVIEW}


def everything(services: Services, hidden: Sequence[Run], turn: int) -> Iterator[tuple[str, str]]:
    """Yields all that is sent at a moment, each with where it is from."""
    links = list(addresses(hidden))
    for place, page in enumerate((*PAGES, *WALL)):
        if page in PAGES and (turn + place) % 2:
            continue  # visitors open half of their pages at each press
        address = links[(turn // 2 + place) % len(links)]  # each page is opened by each link in the course of a lecture
        seen = sent(visit(page, **address))
        # The page's own address, which repeats what the visitor has asked for, is no figure; the wall knows its runs.
        repeats = "|".join(run.id for run in hidden) if page in WALL or len(address) > 1 else ""
        yield f"{page} {address}", re.sub(repeats, "", _NO_WORDS.sub("", seen))
    for address in links:
        yield f"live {address}", answered([name for name in address.get("show", "").split(",") if name])
    for is_quick in (True, False):
        yield "phone", to_phones(is_quick).decode()
    shown = [run.id for run in services.runs()][-4:]
    if shown and turn == 0:
        yield "report", take_home.report(services, shown, "html", "report").decode()


def downloaded(services: Services, run: Run, form: str) -> bytes:
    return (
        run_details.model(services, run, "best")
        if form == "model"
        else take_home.report(services, [run.id], "csv", "report")
    )


def leaks(
    services: Services, lecture: Lecture, settings: set[str], turn: int, elsewhere: Collection[str] = ()
) -> dict[str, set[str]]:
    """Returns where something is found that is to be predicted, and what; but for numbers that stand there anyway."""
    hidden = [run for run in services.store.runs() if of_any_length(run.experiment) in settings]
    needles = looked_for(services, lecture, settings).difference(elsewhere)
    comparisons = {run.comparison for run in hidden}
    if beside := [run.id for run in services.runs() if run.comparison in comparisons]:  # values may be equal by chance
        needles -= numbers(sent(visit("inside.page", show=",".join(beside), review=REVIEW)))
    words = {needle for needle in needles if not _NUMBER.fullmatch(needle)}
    hits: dict[str, set[str]] = {}
    for where, text in everything(services, hidden, turn):
        if seen := (numbers(text) & needles) | {word for word in words if word in text}:
            hits[where] = seen
    for run in hidden:
        for form in ("csv", "model"):
            try:
                hits[f"{form} of {run.id}"] = {str(len(downloaded(services, run, form)))}
            except UserError as error:
                assert str(error) == HIDDEN_NOTICE  # noqa: PT017  # only where it is refused
    return hits


def of_no_network(services: Services) -> set[str]:
    """Returns numbers that may equal a figure by chance: baselines' accuracies, and coordinates in drawings."""
    fitted = [item for run in services.store.runs() for item in baselines.cached(run.experiment) or ()]
    drawings = [picture(name).drawing for name in CELLS]
    shares = [text for item in fitted for text in (percent(item.val_accuracy), f"{100 * item.val_accuracy:.2f}")]
    return numbers(" ".join([*shares, *drawings]))


def stands_there_anyway(services: Services, lecture: Lecture) -> set[str]:
    """Gives a lecture whose networks nobody has trained, and returns all numbers that are seen."""
    navigation.begin(services, lecture.name)
    figures = set().union(*(numbers(text) for turn in (0, 1) for _, text in everything(services, (), turn)))
    while unrevealed(lecture, current_app().classroom().state()):
        figures |= numbers(sent(visit("present.page")))
        navigation.advance(services)
    current_app().classroom().end()
    return figures


def press_until_the_last_reveal(services: Services, lecture: Lecture) -> Iterator[tuple[int, set[str]]]:
    """Gives a lecture that has begun, and yields at each press what is still to be predicted."""
    turn = 0
    while settings := unrevealed(lecture, current_app().classroom().state()):
        finish(services, [run.id for run in services.all_runs() if not run.status.ended])  # its trainings go fast
        yield turn, settings
        turn += 1
        navigation.advance(services)


@pytest.mark.parametrize(
    "recorded", [pytest.param(False, id="live", marks=pytest.mark.thorough), pytest.param(True, id="recorded")]
)
@pytest.mark.parametrize("lecture", GATED)
def test_a_fresh_install_does_not_show_the_answer(lecture: Lecture, recorded: bool, fresh: Services) -> None:
    asked_about = unrevealed(lecture, State())
    delete(fresh, [run for run in fresh.store.runs() if of_any_length(run.experiment) in asked_about])
    elsewhere = stands_there_anyway(fresh, lecture)
    delete(fresh, [run for run in fresh.store.runs() if run.is_from_elsewhere])
    add_shipped(fresh.store)
    fresh.refresh()
    navigation.begin(fresh, lecture.name, recorded)
    for turn, settings in press_until_the_last_reveal(fresh, lecture):
        elsewhere |= of_no_network(fresh)
        assert leaks(fresh, lecture, settings, turn, elsewhere) == {}, current_app().classroom().state()


@pytest.mark.parametrize("lecture", GATED)
def test_neither_do_runs_of_other_seeds_and_lengths_nor_what_visitors_train_meanwhile(
    lecture: Lecture, fresh: Services
) -> None:
    trains = [index for index, step in enumerate(lecture.steps) if step.kind.name == "train"]
    asked_about = [experiment for index in trains for experiment in lecture.preset_at(index).experiments()]
    elsewhere = stands_there_anyway(fresh, lecture)
    for seed in OTHER_SEEDS:
        train(fresh, [experiment.model_copy(update={"seed": seed}) for experiment in asked_about])
    for more in MORE_EPOCHS:
        train(fresh, [lengthened(experiment, more) for experiment in asked_about])
    for change in ({"patience": 2}, {"stock_layers": True}):
        train(fresh, [experiment.model_copy(update=change) for experiment in asked_about])
    needles = looked_for(fresh, lecture, set(map(of_any_length, asked_about))) - elsewhere
    text = sent(visit("runs.page"))
    assert len(numbers(text) & needles) > len(asked_about), "this is how they would be found"
    assert all(f"Known {experiment.setting}" in text for experiment in asked_about)
    navigation.begin(fresh, lecture.name)
    for turn, settings in press_until_the_last_reveal(fresh, lecture):
        if turn == 1:
            train(fresh, [experiment.model_copy(update={"seed": 9}) for experiment in asked_about])
            train(fresh, [lengthened(experiment, 3) for experiment in asked_about])
        assert leaks(fresh, lecture, settings, turn, elsewhere) == {}, current_app().classroom().state()
    assert fresh.snapshot().hidden == []
    assert len(numbers(sent(visit("runs.page"))) & needles) > len(asked_about)


@pytest.mark.parametrize(
    "view", [pytest.param(view, marks=() if view == "Length" else pytest.mark.thorough) for view in VIEWS]
)
def test_a_view_inside_a_cell_shows_what_it_shows_without_a_link_to_hidden_networks(view: str, fresh: Services) -> None:
    lecture = find("state", step_kinds())
    asked_about = unrevealed(lecture, State())
    hidden = [run.id for run in fresh.store.runs() if of_any_length(run.experiment) in asked_about]
    navigation.begin(fresh, lecture.name, recorded=True)
    without, linked = (numbers(sent(visit("inside.page", view=view, **ask))) for ask in ({}, {"ask": ",".join(hidden)}))
    assert linked == without


def test_what_was_revealed_stays_in_sight_while_the_next_is_predicted(fresh: Services) -> None:
    lecture = find("memory", step_kinds())
    first, second = (lecture.preset_at(index) for index, step in enumerate(lecture.steps) if step.kind.name == "train")
    for preset in (first, second):
        train(fresh, [experiment.model_copy(update={"seed": 2}) for experiment in preset.experiments()])

    def in_sight(curves: set[str]) -> set[bool]:
        seen = {of_any_length(run.experiment) for run in fresh.runs()}
        return {curve in seen for curve in curves}

    firsts, seconds = (set(map(of_any_length, preset.experiments())) for preset in (first, second))
    assert len(seconds - firsts) == len(seconds) - 1, "the SimpleRNN has no gate to open: its curve is revealed already"
    seconds -= firsts
    assert (in_sight(firsts), in_sight(seconds)) == ({True}, {True})
    navigation.begin(fresh, "memory")
    assert (in_sight(firsts), in_sight(seconds)) == ({False}, {False})
    for _, settings in press_until_the_last_reveal(fresh, lecture):
        assert (in_sight(firsts), in_sight(seconds)) == ({settings.isdisjoint(firsts)}, {False})
    assert (in_sight(firsts), in_sight(seconds)) == ({True}, {True})


def test_each_page_leads_the_lecturer_back_while_networks_are_hidden_and_says_nothing_to_the_class(
    fresh: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(fresh, [Experiment(cell="GRU", reviews=60, epochs=2)])  # remains to be looked at
    pages = ("compare.page", "try_review", "inside.page", "runs.page")
    assert [page for page in pages if HIDDEN_NOTICE in sent(visit(page))] == []
    navigation.begin(fresh, "book")
    assert [page for page in pages if f"{HIDDEN_NOTICE} Back to the lecture" not in sent(visit(page))] == []
    app = open_page()
    press(app, f"{HIDDEN_NOTICE} Back to the lecture")
    assert "rc-wall-foot" in sent(app)
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: False)
    assert [page for page in pages if HIDDEN_NOTICE in sent(visit(page))] == []
    delete(fresh, fresh.runs())
    assert [page for page in pages if HIDDEN_NOTICE not in sent(visit(page))] == [], "no other run is left"
    monkeypatch.setattr(visitor, "is_at_the_machine", lambda: True)
    current_app().classroom().end()
    assert [page for page in pages if HIDDEN_NOTICE in sent(visit(page))] == []


def test_a_page_from_before_the_lecture_cannot_train_a_hidden_network_further(fresh: Services) -> None:
    train(fresh, [Experiment(cell="LSTM", seed=2)])
    app = visit("runs.page")
    app.session_state["runs_table"] = {"selection": {"rows": [1]}}  # below the shipped one, whose seed is 1
    app.run()
    navigation.begin(fresh, "book")
    next(button for button in app.button if button.label == "Train more").click().run()
    assert HIDDEN_NOTICE in sent(app)
    assert [run for run in fresh.store.runs() if not run.status.ended] == []
