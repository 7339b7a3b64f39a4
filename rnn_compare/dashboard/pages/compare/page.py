"""The first page, *Compare*: choose networks, train them, watch them learn, count their parameters."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from rnn_compare.charts.curves.curve_chart import all_charts, shown_charts
from rnn_compare.comparison.groups import is_complete, with_older_repeats
from rnn_compare.dashboard import components
from rnn_compare.dashboard.pages.compare import controls
from rnn_compare.dashboard.widgets import actions, chance, invite, parameter_table, take_home
from rnn_compare.dashboard.widgets.pinned_runs import (
    missing,
    names_on_the_charts,
    news,
    on_the_charts,
    pin,
    pinned,
    restore,
    show_hidden_notice,
)
from rnn_compare.experiment import Experiment
from rnn_compare.experiment_sets import labels
from rnn_compare.formatting import as_markdown, counted, rough_duration
from rnn_compare.presets import presets_of
from rnn_compare.runs.record import Run
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.services.board import View
from rnn_compare.services.replays import can_be_played
from rnn_compare.services.services import Services
from rnn_compare.services.snapshot import link_names

SOON_SECONDS, TICK_SECONDS = 2.0, 30.0
"""Seconds between refreshes of the fragment around the board: while workers start, baselines are computed or a replay
plays, and otherwise. The board fetches its own news (``server/live.py``). A refresh takes 8 ms of a core: with
200 viewers every 10 s it took half of the server's time."""
FEW = 3
"""Networks that the line below *Train* names; more are counted."""
AUDIENCE = "For lecturers and students of recurrent networks."
_START = "is_start"
REPLAY_SECONDS, USUAL_REPLAY = (10, 30, 60), 30
REPLAY_HELP = "Plays the curves again from epoch 1, for everyone."
GAP_HELP = (
    "The area between training and validation. If it grows while validation does not improve, the network overfits."
)


def render() -> None:
    """Draws the page."""
    components.load_styles(
        "browser/common/parameters.css", "browser/common/chance.css", "dashboard/assets/pages/compare.css"
    )
    services = current_app().services()
    restore()
    with st.sidebar:
        setup = controls.setup([run.experiment for run in on_the_charts(services)])
        _train(services, setup)
    charted = on_the_charts(services)  # includes runs that were just started
    starting, _, counting, playing = now = _under_way(services)
    seconds = SOON_SECONDS if starting or counting or playing else TICK_SECONDS
    invite.show_dialog((setup.experiments, *pinned()), ",".join(link_names(charted, services.runs())))
    components.ticking(_live, seconds, services, now)
    networks = [*(run.experiment for run in charted), *setup.experiments]
    if networks:
        parameter_table.show(networks, len(charted))
        parameter_table.show_summaries(networks, services.engine.summary)


def _train(services: Services, setup: controls.Setup) -> None:
    """Draws the button that trains what is set up and was not trained before, and shows all of it."""
    if setup.problem:
        actions.button("Train", True, type="primary", width="stretch")
        st.error(setup.problem)
        controls.offer_least_maxlen()
        return
    taken, missing = _taken(services, setup.experiments)
    is_shown = {run.experiment for run in on_the_charts(services)}.issuperset(setup.experiments)
    is_again = is_shown and not missing and all(run.status.ended for run in taken.values())
    if missing or is_again:
        act = partial(_submit, services, setup.experiments, taken, missing)
    else:
        act = partial(pin, link_names([taken[experiment] for experiment in setup.experiments], services.runs()))
    label, look = ("Train again", "secondary") if is_again else ("Train", "primary")
    if actions.button(label, type=look, width="stretch"):
        act()  # as a callback, or before a rerun, it would set an address that lacks what the widgets have put there
        taken, missing = _taken(services, setup.experiments)
    st.caption(_summary(services, setup.experiments, taken, missing))


def _taken(services: Services, experiments: Sequence[Experiment]) -> tuple[dict[Experiment, Run], list[Experiment]]:
    """Returns the runs that need no training, those on the charts first, and the experiments without one."""
    runs = [*services.runs(), *on_the_charts(services)]
    there = {run.experiment: run for run in runs if is_complete(run) or not run.status.ended}
    taken = {experiment: there[experiment] for experiment in experiments if experiment in there}
    return taken, [experiment for experiment in experiments if experiment not in there]


def _submit(
    services: Services,
    experiments: Sequence[Experiment],
    taken: Mapping[Experiment, Run],
    missing: Sequence[Experiment],
) -> None:
    """Trains the missing experiments, or all again, and pins their runs beside those that are taken."""

    def submit() -> None:
        # With the runs beside which they are shown, so that whoever comes later sees them all.
        together = next(iter(taken.values())).comparison if taken and missing else ""
        place = visitor.place_in_line()
        started = services.engine.submit(missing or experiments, comparison=together, **place)
        run_of = {**taken, **{run.experiment: run for run in services.store.runs(started)}}
        pin(link_names([run_of[experiment] for experiment in experiments], services.store.runs()))

    actions.act(submit)
    if not actions.problems():
        st.toast("Training started")  # for a visitor who has scrolled past the charts


def _summary(
    services: Services,
    experiments: Sequence[Experiment],
    taken: Mapping[Experiment, Run],
    missing: Sequence[Experiment],
) -> str:
    """Returns what is taken and what Train trains, and how long that takes."""
    networks: dict[str, list[Experiment]] = {}
    names = labels(experiment.model_copy(update={"seed": 0}) for experiment in experiments)
    for name, experiment in zip(names, experiments, strict=True):
        networks.setdefault(name, []).append(experiment)
    states: dict[str, list[str]] = {"trained": [], "training": [], "": []}
    for name, seeds in networks.items():
        runs = [taken[experiment] for experiment in seeds if experiment in taken]
        has_ended = all(run.status.ended for run in runs)
        states["" if len(runs) < len(seeds) else "trained" if has_ended else "training"].append(name)
    untrained = states.pop("")
    parts = [f"{_few(names)}: {state}" for state, names in states.items() if names]
    if missing:
        which = f"{_few(untrained)}: " if taken else f"{counted(len(networks), 'network')}, "
        many = f"{counted(len(missing), 'training')}, " if len(experiments) > len(networks) else ""
        state = services.engine.state
        starting = ", workers starting" if state.phase == "starting" and not state.reason else ""
        where = "cluster" if services.engine.scheduler else "machine"
        parts.append(f"{which}{many}{rough_duration(services.seconds(missing))} on this {where}{starting}")
    return "; ".join(parts)


def _few(names: Sequence[str]) -> str:
    return as_markdown(", ".join(names)) if len(names) <= FEW else counted(len(names), "network")


def _live(services: Services, before: tuple[bool, ...]) -> None:
    runs = services.runs()
    charted = on_the_charts(services)
    above = st.container()  # takes no room while empty
    if current_app().classroom().state().lecture and not visitor.may_lead():
        above.markdown("A lecture is running: [join it](join).")
    if reason := services.engine.state.reason:
        above.warning(reason, icon=":material/error:")  # first: nothing is trained until it is mended
    is_start = _is_start(charted)
    headline = st.container(horizontal=True, vertical_alignment="center", key="headline")
    board_place = st.container(key="board_place", gap=None)
    board_place.html("<i></i>")  # an empty container has no place: the tools would be drawn there first
    below = st.container(horizontal=True, key="tools")
    with headline:
        st.html(f"<h1>RNN Compare</h1><p>{AUDIENCE}</p>", width="stretch")
        if is_start:
            st.html(_ways(), width="content")
    with below if is_start else headline:
        view = _tools(services, runs, charted)
    with board_place:  # keeps its height while the scripts load
        names, may_press = names_on_the_charts(services), visitor.is_presenter()
        stopped, continued = components.show_board(services, names, view, key="board", may_press=may_press)
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


def _is_start(charted: Sequence[Run]) -> bool:
    """Returns whether the ways on stand above the charts: at a bare address, until something trains."""
    is_start = not pinned() and all(run.status.ended for run in charted)
    st.session_state[_START] = is_start and st.session_state.get(_START, True)
    return bool(st.session_state[_START])


def _ways() -> str:
    """Returns the ways on as links: as Streamlit's widgets they would delay the page. A script follows them."""
    ways = {"present": "Give a lecture"} if visitor.may_lead() else {}
    ways |= {"try": "Try a review"} | ({} if visitor.why_not() else {"#settings": "Train your own"})
    links = "".join(f'<a href="{place}">{what}</a>' for place, what in ways.items())
    return f'<nav class="rc-start" aria-label="Ways on">{links}</nav>'


def _tools(services: Services, runs: list[Run], charted: list[Run]) -> View:
    """Draws what shares the comparison and what changes the charts; returns the charts' options."""
    if invite.is_asked_for():
        st.rerun(scope="app")
    with (share := st.popover("Share", icon=":material/share:", key=invite.SHARE, on_change="rerun")):
        if share.open:
            invite.copy_link(",".join(link_names(charted, runs)))
            invite.button()
            take_home.buttons(services, charted)
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
        gap = st.toggle("Shade the gap", key="gap", help=GAP_HELP, bind="query-params")
        with_baselines = st.toggle("Baselines", True, key="baselines", bind="query-params")
    with st.container() if services.replays.under_way(runs) else display:  # one press stops it
        _offer_replay(services, charted)
    return View(shown_charts(charts), with_baselines, gap)


def _show_notices(services: Services, runs: list[Run], charted: list[Run]) -> None:
    newer = news(runs)
    if charted and not services.snapshot().hidden and (absent := missing(runs)):
        which = "The" if absent == pinned() else "Some"
        st.caption(f":material/link_off: {which} runs in this link were deleted or are on another machine.")
    elif (
        charted
        and max((run.position for run in newer), default=0) > max(run.position for run in charted)
        and st.button("A newer comparison was started. Show it", icon=":material/update:", type="tertiary")
    ):
        pin(link_names(newer, runs))
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
