"""What a chart must bear: a viewer who zooms while points arrive, and a class full of viewers."""

import time

from playwright.sync_api import Page, expect

from rnn_compare.experiment import Experiment
from rnn_compare.runs.events import Ended, Progress, Started, Status
from rnn_compare.runs.record import Owner
from tests.kit.runs import epoch_end
from tests.kit.servers import Server
from tests.kit.visits import zoom_in
from tests.kit.waiting import until

CHART = "[data-chart=accuracy]"


def start(server: Server, *experiments: Experiment) -> list[str]:
    """Records runs of this process, as a command line beside the server does."""
    runs = server.store.create(experiments, Owner.current(), "command line")
    server.store.record([Started(run, 1000, "", {}, time.time()) for run in runs])
    return runs


def finish_epoch(server: Server, run: str, epoch: int) -> None:
    server.store.record([epoch_end(run, epoch, 0.5 + epoch / 300, 0.6, 0.5 + epoch / 400, 0.65, 12.3)])


def end(server: Server, runs: list[str]) -> None:
    server.store.record([Ended(run, Status.FINISHED, None, time.time()) for run in runs])


def visible_range(page: Page) -> list[float]:
    limits: list[float] = page.evaluate(f"[...document.querySelector('{CHART}')._fullLayout.xaxis.range]")
    return limits


def wait_for_validation_points(page: Page, count: int) -> None:
    page.wait_for_function(f"document.querySelector('{CHART}')?.data?.[1]?.y.length === {count}")


def test_zoom_hidden_curves_and_chart_survive_new_points(server: Server, page: Page) -> None:
    runs = start(server, Experiment(), Experiment(cell="LSTM"))
    for run in runs:
        finish_epoch(server, run, 1)
    page.goto(f"{server.url}/?show={','.join(runs)}")
    wait_for_validation_points(page, 1)
    page.evaluate(f"document.querySelector('{CHART}').mark = 'the same node'")

    zoom_in(page, CHART)
    zoomed = visible_range(page)
    assert zoomed[1] - zoomed[0] < 6
    page.locator(".rc-name").nth(1).click()
    page.wait_for_function(f"document.querySelector('{CHART}').data[3].visible === false")

    for run in runs:
        finish_epoch(server, run, 2)
    wait_for_validation_points(page, 2)
    assert visible_range(page) == zoomed
    assert page.evaluate(f"document.querySelector('{CHART}').mark") == "the same node"
    page.wait_for_function(  # in both charts
        "[...document.querySelectorAll('[data-chart]')].map(chart => chart.data[3].visible).join() === 'false,false'"
    )
    end(server, runs)


def test_nothing_below_the_charts_moves_while_a_network_trains(server: Server, page: Page) -> None:
    runs = start(server, Experiment(epochs=3))
    page.goto(f"{server.url}/?show={runs[0]}")
    expect(page.locator(".rc-parameters section").first).to_be_visible()
    expect(page.locator("article.rc-card")).to_have_count(1)
    place, before = page.locator(".rc-parameters").bounding_box(), None
    while place != before:  # a busy machine draws what stands above it later
        page.wait_for_timeout(1000)
        place, before = page.locator(".rc-parameters").bounding_box(), place
    for epoch in (1, 2, 3):
        server.store.record(
            [Progress(runs[0], epoch, 80, 157, {"accuracy": 0.6, "loss": 0.6}, "training", time.time())]
        )
        page.wait_for_timeout(700)
        finish_epoch(server, runs[0], epoch)
        wait_for_validation_points(page, epoch)
        assert page.locator(".rc-parameters").bounding_box() == place
    end(server, runs)
    expect(page.locator("article.rc-card")).to_contain_text("finished")
    assert page.locator(".rc-parameters").bounding_box() == place


def test_stops_pressed_in_one_moment_all_count_and_that_of_seeds_stops_all_that_have_not_ended(
    server: Server, page: Page
) -> None:
    seeds = start(server, *(Experiment(cell="GRU", seed=seed) for seed in (1, 2, 3)))
    for run in seeds:
        finish_epoch(server, run, 1)
    end(server, seeds[:1])
    others = start(server, Experiment(), Experiment(cell="LSTM"), Experiment(cell="signedMinGRU"))
    page.goto(f"{server.url}/?show=all-{seeds[0]},{','.join(others)}")
    cards = page.locator("article.rc-card")
    expect(cards).to_have_count(4)
    expect(cards.first).to_contain_text("0 of 3 seeds")
    expect(page.locator(".rc-chart-note")).to_contain_text("mean of 3 seeds")
    page.evaluate("[...document.querySelectorAll('.rc-press')].slice(0, 3).forEach(button => button.click())")
    expect(page.locator(".rc-press:disabled")).to_have_count(3)
    stopped = [False, True, True, True, True, False]
    until(lambda: [run.stop_requested for run in server.store.runs([*seeds, *others])] == stopped)
    end(server, [*seeds[1:], *others])
