"""The first page, *Compare*: choose networks, train them, watch them learn, count their parameters."""

from collections.abc import Sequence
from functools import partial
from html import escape

import streamlit as st

from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.comparison.groups import with_older_repeats
from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.compare import controls
from rnn_compare.dashboard.widgets import actions, chance, invite, parameter_table, take_home
from rnn_compare.dashboard.widgets.pinned_runs import (
    missing,
    on_the_charts,
    pin,
    pin_beside,
    pinned,
    restore,
    show_hidden_notice,
)
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import MAX_COMPARED, can_be_compared, labels
from rnn_compare.formatting import counted, listed, rough_duration
from rnn_compare.presets import is_book_experiment, presets_of
from rnn_compare.runs.events import Status
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.board import View
from rnn_compare.services.replays import can_be_played
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import link_names, newest, short_names
from rnn_compare.settings import default
from rnn_compare.sources import own_texts
from rnn_compare.sources.registry import is_about_films
from rnn_compare.sources.registry import labels as labels_of

SOON_SECONDS, TICK_SECONDS = 2.0, 30.0
"""Seconds between refreshes of the fragment around the board: while workers start, baselines are computed or a replay
plays, and otherwise. The board fetches its own news (``server/live.py``). A refresh takes 8 ms of a core: with
200 viewers every 10 s it took half of the server's time."""
REPLAY_SECONDS, USUAL_REPLAY = (10, 30, 60), 30
REPLAY_HELP = "Plays the curves again from epoch 1, for everyone."
GAP_HELP = (
    "The area between training and validation. If it grows while validation does not improve, the network overfits."
)


def render() -> None:
    """Draws the page."""
    components.load_styles("browser/common/parameters.css", "dashboard/assets/pages/compare.css")
    services = current_app().services()
    restore()
    _pin_newest(services)
    with st.sidebar:
        setup = _sidebar(services)
        charted = on_the_charts(services)  # includes runs that were just started
        invite.entry((setup.experiments, *pinned()), ",".join(link_names(charted, services.runs())))
    with st.container():  # takes no room while empty
        _show_finished(services, setup)
    starting, _, counting, playing = now = _under_way(services)
    seconds = SOON_SECONDS if starting or counting or playing else TICK_SECONDS
    components.ticking(_live, seconds, services, now)
    networks = [*(run.experiment for run in charted), *setup.experiments]
    if networks:
        parameter_table.show(networks, len(charted))
        parameter_table.show_summaries(networks, services.engine.summary)


def _sidebar(services: Services) -> controls.Setup:
    """Draws the settings, and below them what trains or shows them; returns what is set up."""
    settings, actions_below = st.container(), st.container()
    with actions_below:
        beside, button = st.columns([3, 2], vertical_alignment="bottom")
    with settings:
        setup = controls.setup(beside, [run.experiment for run in on_the_charts(services)])
    with button:
        _train(services, setup)
    with actions_below:
        _show_summary(services, setup)  # after a press, which puts these networks on the charts
        _train_beside(services, setup)
    return setup


def _pin_newest(services: Services) -> None:
    """Pins the newest comparison on the presenter's page, so that no other training replaces it on a wall.

    Without a pass, whoever sits at the machine is the presenter. All others follow the newest comparison.
    """
    runs = services.runs()
    if not pinned() and visitor.may_lead() and (latest := newest(runs)):
        pin(link_names(latest, runs))


def _show_summary(services: Services, setup: controls.Setup) -> None:
    if setup.problem:
        st.error(setup.problem)
        controls.offer_least_maxlen()
        return
    seeds = len({experiment.seed for experiment in setup.experiments})
    networks = counted(len(setup.experiments) // seeds, "network") + (f" with {seeds} seeds each" if seeds > 1 else "")
    time = rough_duration(services.seconds(setup.experiments))
    state = services.engine.state
    starting = ", workers starting" if state.phase == "starting" and not state.reason else ""
    charted = {run.experiment for run in on_the_charts(services)}
    other = "Not on the charts: " if charted and not charted.issuperset(setup.experiments) else ""
    st.caption(f"{other}{networks}, {time} on this {'cluster' if services.engine.scheduler else 'machine'}{starting}")


def _train(services: Services, setup: controls.Setup) -> None:
    def submit() -> None:
        started = services.engine.submit(list(setup.experiments), **visitor.place_in_line())
        pin(short_names(started, started[0]))

    if actions.button("Train", not setup.experiments, type="primary", width="stretch"):
        actions.act(submit)
        if not actions.problems():
            st.toast("Training started")  # for a visitor who has scrolled past the charts


def _show_finished(services: Services, setup: controls.Setup) -> None:
    """Draws a button that shows the finished runs of what is set up, if all have finished and are not shown."""
    shown = {run.experiment for run in on_the_charts(services)}
    if (runs := _finished(services, setup.experiments)) and not shown.issuperset(setup.experiments):
        preset = st.session_state["preset"]
        label = "Show the runs of these settings" if preset == controls.OWN else f"Show the runs of “{preset}”"
        names = link_names(runs, services.runs())
        st.button(label, icon=":material/history:", on_click=pin, args=(names,), key="show_finished")


def _finished(services: Services, experiments: Sequence[Experiment]) -> list[Run]:
    """Returns the newest finished run of each experiment; none unless all have one."""
    newest_of = {run.experiment: run for run in services.runs() if run.status is Status.FINISHED}
    runs = [newest_of[experiment] for experiment in experiments if experiment in newest_of]
    return runs if len(runs) == len(experiments) else []


def _train_beside(services: Services, setup: controls.Setup) -> None:
    """Draws a button that adds what is set up to the charts, if the two can be compared; it trains what is missing."""
    charted = on_the_charts(services)
    shown = [run.experiment for run in charted]
    more = [experiment for experiment in setup.experiments if experiment not in shown]
    fits = len({experiment.setting for experiment in [*more, *shown]}) <= MAX_COMPARED
    if not (charted and more and fits and can_be_compared([*more, *shown])):
        return
    finished = [run.id for run in _finished(services, more)]

    def submit() -> None:
        together = charted[0].comparison  # so that newcomers see them all
        started = services.engine.submit(more, comparison=together, **visitor.place_in_line())
        services.refresh()
        pin_beside(started, services.runs())

    names = list(dict.fromkeys(labels([*more, *shown])[: len(more)]))  # distinct from those on the charts
    label = f"{listed(names) if len(names) < 3 else f'these {len(names)} networks'} to the charts"
    if finished:
        add, arguments = partial(pin_beside, finished), (services.runs(),)
        st.button(f"Add {label}", icon=":material/add:", on_click=add, args=arguments, width="stretch")
    elif actions.button(f"Train and add {label}", icon=":material/add:", width="stretch"):
        actions.act(submit)
        st.rerun()  # without this button


def _live(services: Services, before: tuple[bool, ...]) -> None:
    runs = services.runs()
    charted = on_the_charts(services)
    above = st.container()  # takes no room while empty
    if current_app().classroom().state().lecture and not visitor.may_lead():
        above.markdown("A lecture is running: [join it](join).")
    if reason := services.engine.state.reason:
        above.warning(reason, icon=":material/error:")  # first: nothing is trained until it is mended
    view = _above_board(services, runs, charted)
    with st.container(key="board_place"):  # keeps its height while the scripts load
        may_press = visitor.is_presenter()
        stopped, continued = components.show_board(services, pinned(), view, key="board", may_press=may_press)
    runs_of = {group.runs[0].id: group.runs for group in with_older_repeats(charted)}
    at_work = [run for card in stopped for run in runs_of.get(card, ()) if not (run.status.ended or run.replayed)]
    broken_off = [run for card in continued for run in runs_of.get(card, ()) if run.can_be_continued]
    if at_work or broken_off:
        place = visitor.place_in_line()
        stop = (partial(services.engine.stop, run.id) for run in at_work)
        actions.act(*stop, *(partial(services.engine.continue_run, run.id, **place) for run in broken_off))
    # After the presses: a rerun loses them.
    if before != _under_way(services):
        st.rerun(scope="app")  # with the other interval, and estimates that include finished runs
    actions.show_problems()
    _show_notices(services, runs, charted)
    if charted and all(run.status.ended for run in charted):  # it may say what comes out
        for preset in presets_of(run.experiment for run in charted):
            st.caption(preset.question)
    if charted:  # before the first epoch, too: what stands below it would move
        chance.show(services, charted, services.baselines.look_up(charted if view.baselines else ()))


def _above_board(services: Services, runs: list[Run], charted: list[Run]) -> View:
    """Draws the headline and the actions above the charts; returns the charts' options."""
    with st.container(horizontal=True, vertical_alignment="center", key="headline"):
        own = next(filter(own_texts.find_card, pinned()), default("source"))
        shown = charted[0].experiment.dataset if charted else own
        no, yes = labels_of(shown)
        texts = "film reviews" if is_about_films(shown) else "texts"
        networks = "Neural" if any(run.experiment.without_recurrence for run in charted) else "Recurrent"
        about_these = f"{networks} networks classify {texts} as {yes} or {no}."
        st.html(f"<h1>RNN Compare</h1><p>{escape(about_these)}</p>", width="stretch")
        invite.copy_link(",".join(link_names(charted, runs)))
        take_home.offer(services, charted)
        display = st.popover("Display", icon=":material/tune:")
        with display:
            charts = st.pills(
                "Charts",
                list(all_charts()),
                selection_mode="multi",
                default=shown_charts(),
                format_func=lambda name: all_charts()[name].title,
                key="charts",
                bind="query-params",
            )
            of_the_book = bool(charted) and all(is_book_experiment(run.experiment) for run in charted)
            marks = of_the_book and st.toggle("Mark Kamada's 85 % and 89 %", key="marks", bind="query-params")
            gap = st.toggle("Shade the gap", key="gap", help=GAP_HELP, bind="query-params")
            with_baselines = st.toggle("Baselines", True, key="baselines", bind="query-params")
        with st.container() if services.replays.under_way(runs) else display:  # one press stops it
            _offer_replay(services, charted)
    return View(shown_charts(charts), marks, with_baselines, gap)


def _show_notices(services: Services, runs: list[Run], charted: list[Run]) -> None:
    latest = max((run.position for run in newest(runs) if not run.is_from_elsewhere), default=0)  # else it is no news
    is_newer = bool(pinned() and charted) and latest > max(run.position for run in charted)
    if charted and not services.snapshot().hidden and (absent := missing(runs)):
        which, instead = ("The", " Showing the newest comparison.") if absent == pinned() else ("Some", "")
        st.caption(f":material/link_off: {which} runs in this link were deleted or are on another machine.{instead}")
    elif is_newer and st.button("A newer comparison was started. Show it", icon=":material/update:", type="tertiary"):
        pin([])
        st.rerun(scope="app")
    show_hidden_notice(services)  # to the class the board says it, in place of what is hidden


def _under_way(services: Services) -> tuple[bool, bool, bool, bool]:
    """Returns True for each of: workers start, runs train, baselines are computed, a replay plays."""
    runs, with_baselines = services.runs(), bool(st.session_state.get("baselines"))
    return (
        services.engine.state.phase == "starting",
        any(not run.status.ended for run in runs),
        with_baselines and services.baselines.look_up(on_the_charts(services)).waiting,
        services.replays.under_way(runs) is not None,
    )


def _offer_replay(services: Services, runs: Sequence[Run]) -> None:
    """Draws the controls that start or stop a replay of the runs on the charts."""
    if visitor.why_not():
        return
    if services.replays.under_way(services.runs()):
        if st.button("Stop replay", key="stop_replay"):
            actions.act(services.replays.stop)
            st.rerun(scope="app")
    elif can_be_played(runs):
        seconds = st.segmented_control(
            "Replay in",
            REPLAY_SECONDS,
            default=USUAL_REPLAY,
            required=True,
            format_func="{} s".format,
            key="replay_seconds",
            help=REPLAY_HELP,
        )
        if st.button("Play", icon=":material/play_arrow:", key="play"):
            actions.act(partial(services.replays.begin, runs, seconds or USUAL_REPLAY))
            st.rerun(scope="app")
