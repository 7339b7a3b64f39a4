"""The page of sweeps without a browser: a real record, an engine that need not train."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from rnn_compare.runs import checkpoint
from rnn_compare.runs.checkpoint import Checkpoint
from rnn_compare.runs.events import Status
from rnn_compare.server import visitor
from rnn_compare.server.services import Services
from tests.epochs import finished_run

from .conftest import page

GRID = {"grid_cell": ["SimpleRNN"], "grid_units": ["4", "8"], "grid_maxlen": ["20"], "grid_seeds": "2"}
SHARED = {"grid_epochs": "2", "grid_reviews": "60"}


pytestmark = pytest.mark.usefixtures("services")


def sweep(**address: object) -> AppTest:
    return page("sweep.page", {}, **(GRID | SHARED | address))


def button(app: AppTest, key: str) -> Button:
    return next(element for element in app.button if element.key == key)


def said(app: AppTest) -> str:
    return "\n".join(
        [
            *(element.value for element in (*app.caption, *app.info, *app.error)),
            *(element.proto.body for element in app.get("html")),
            *(element.proto.text for element in app.get("progress")),
        ]
    )


@pytest.fixture
def record_run(services: Services) -> Callable[..., str]:
    """Records a run of the grid, through the record's own ways, and returns its id."""

    def made(seed: int, status: Status = Status.FINISHED, units: int = 4, done: int = 2) -> str:
        sizes = {"units": units, "maxlen": 20, "epochs": 2, "reviews": 60}
        run = finished_run(services.store, *[0.7] * done, status=status, **sizes, seed=seed)
        services.refresh()
        return run

    return made


def test_a_grid_that_nobody_has_trained_says_what_it_would_take() -> None:
    app = sweep()
    assert not app.exception
    assert button(app, "sweep_train").label == "Train 4 runs"
    assert "0 of 4 runs trained, 4 to train: a few seconds." in said(app)


def test_what_is_trained_already_is_used_and_said(services: Services, record_run: Callable[..., str]) -> None:
    record_run(1)
    record_run(2)
    record_run(9)  # another seed
    app = sweep(measure="Typical epoch")
    assert "2 of 4 runs trained, 2 to train" in said(app)
    button(app, "sweep_train").click().run()
    assert not app.error
    waiting = [run for run in services.store.runs() if run.status is Status.QUEUED]
    assert [(run.experiment.units, run.experiment.seed) for run in waiting] == [(8, 1), (8, 2)]
    assert {run.priority for run in waiting} == {-1}
    assert "2 of 4 runs trained, 2 at work" in said(app)


def test_a_sweep_is_stopped_and_continued_as_one(services: Services, record_run: Callable[..., str]) -> None:
    running, waiting = record_run(1, Status.RUNNING, done=1), record_run(2, Status.QUEUED, done=0)
    app = sweep()
    button(app, "sweep_stop").click().run()
    assert all(run.stop_requested for run in services.store.runs([running, waiting]))
    broken = record_run(1, Status.STOPPED, units=8, done=1)
    checkpoint.save(broken, Checkpoint(services.store.run(broken).epochs, (), ()))
    app = sweep()
    assert "1 to continue" in said(app)
    button(app, "sweep_train").click().run()
    assert services.store.run(broken).status is Status.QUEUED


def test_a_press_of_train_moves_no_button_of_the_sweep() -> None:
    def above(app: AppTest) -> list[str]:
        kinds = [type(element).__name__ for element in app.sidebar]
        return kinds[: kinds.index("Button") + 1]

    app = sweep()
    before = above(app)
    button(app, "sweep_train").click().run()
    assert above(app) == before, "a second click would press what took its place"
    assert button(app, "sweep_train").disabled


def test_only_the_presenter_starts_and_stops_a_sweep(
    services: Services, record_run: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record_run(1, Status.RUNNING, done=1)
    app = sweep()
    monkeypatch.setattr(visitor, "is_presenter", lambda: False)
    before = len(services.store.runs())
    button(app, "sweep_train").click().run()  # a forged press
    assert visitor.REFUSAL in said(app)
    assert len(services.store.runs()) == before
    assert button(app, "sweep_train").disabled
    assert button(app, "sweep_stop").disabled


def test_a_value_out_of_bounds_is_refused_in_words() -> None:
    assert "units is 9999; it must be between 1 and 512" in said(sweep(grid_units=["9999"]))
    assert "units is 'many'" in said(sweep(grid_units=["many"]))


@pytest.mark.parametrize("picture", ["Heat maps", "Along a setting", "Accuracy and cost"])
def test_every_picture_is_drawn_of_what_is_trained(record_run: Callable[..., str], picture: str) -> None:
    for seed in (1, 2):
        record_run(seed)
    app = sweep(picture=picture, measure="Typical epoch")
    assert not app.exception
    assert "Median over the second half" in said(app)
    assert app.dataframe[0].value["n"].tolist() == [2]


def test_nothing_is_offered_that_has_no_figures_yet(record_run: Callable[..., str]) -> None:
    record_run(1)
    measures = next(control for control in sweep().segmented_control if control.key == "measure")
    assert measures.options == ["Kept weights", "Typical epoch"], "no run was tested"


def test_curves_that_are_identical_at_two_lengths_are_explained(services: Services) -> None:
    for maxlen in (20, 30):
        finished_run(services.store, 0.7, units=4, maxlen=maxlen, epochs=1, reviews=60)
    services.refresh()
    address = {"grid_units": ["4"], "grid_seeds": "1", "grid_epochs": "1", "measure": "Typical epoch"}
    both = said(sweep(grid_maxlen=["20", "30"], **address))
    assert "maxlen 20 and SimpleRNN(4) maxlen 30 are identical in every epoch" in both
    assert "are identical" not in said(sweep(grid_maxlen=["20"], **address))


def test_a_sweep_that_nobody_has_set_up_is_small() -> None:
    app = page("sweep.page")
    assert button(app, "sweep_train").label == "Train 12 runs"
    assert "8,000 reviews, 5 epochs each" in said(app)


def test_networks_of_equal_parameters_have_no_chart_before_there_are_two(record_run: Callable[..., str]) -> None:
    record_run(1, units=8)
    address = {"equal_cell": "SimpleRNN", "equal_units": "8", "equal_maxlen": "20", "equal_measure": "Typical epoch"}
    assert "Pareto" not in said(sweep(**address))


def test_another_setting_may_be_an_axis() -> None:
    app = sweep(grid_axis="dropout", grid_values=["0.0", "0.2", "0.4"])
    assert not app.exception
    assert button(app, "sweep_train").label == "Train 12 runs"
    app = sweep(grid_axis="bidirectional", grid_values=["yes", "no"])
    assert button(app, "sweep_train").label == "Train 8 runs"


def test_equal_parameters_are_shown_term_by_term() -> None:
    body = said(sweep())
    assert "<td>76·76 + 32·76 + 76 = 8,284</td><td>8,284</td><td>−36 (−0.4 %)</td>" in body
