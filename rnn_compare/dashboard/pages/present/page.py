"""The start page of lectures: begin one, open its wall and notes, and end it."""

from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from rnn_compare.dashboard.components import component
from rnn_compare.dashboard.pages.present import permissions
from rnn_compare.dashboard.widgets import actions, invite, sign_in, take_home
from rnn_compare.errors import UserError
from rnn_compare.formatting import as_markdown, counted, rough_duration
from rnn_compare.lecture import presses
from rnn_compare.lecture.lecture_file import Lecture, copy_to_edit, read_all
from rnn_compare.lecture.scene import Scene, current_scene
from rnn_compare.lecture.stage import Stage
from rnn_compare.paths import edited_lecture
from rnn_compare.server import visitor
from rnn_compare.server.access.leading import OPEN
from rnn_compare.server.app import current_app
from rnn_compare.server.lecture.presenter import LOOK_THROUGH

PURPOSE = "The class predicts, the networks train out of sight, you reveal."
KEYS = "→: next; ←: back; Esc: this page. The notes are for you only: what to say, votes, reviews."
_OPENED = "present_opened"


def render() -> None:
    """Draws the page, for the presenter only."""
    if reason := permissions.why_not():
        st.info(reason, icon=":material/lock:")
        return
    sign_in.admit_to_lead()
    stage = current_app().stage()
    actions.show_problems()
    try:
        scene = current_scene(stage) if stage else None
    except UserError as error:
        st.error(str(error))
        st.button("Try again")
        _end_button()
        return
    if stage and scene:
        _show_running(scene)
    elif stage:
        _show_lectures(stage)


def _show_running(scene: Scene) -> None:
    """Draws what leads to the wall and the notes of the running lecture, and what ends it."""
    st.markdown(f"# {as_markdown(scene.lecture.title)}")
    st.markdown(f"Step {scene.index + 1} of {len(scene.lecture.steps)}: {as_markdown(scene.step.title)}", help=KEYS)
    with st.container(horizontal=True):
        st.button("Open the wall", on_click=_open, args=("wall",), type="primary", icon=":material/slideshow:")
        st.link_button("Notes, for you only", "notes", icon=":material/speaker_notes:")
        if runs := scene.visible_runs:
            ids = [run.id for run in runs]
            take_home.button(scene.services, ids, "html", scene.lecture.name, width="content")
        _end_button()
    if page := st.session_state.get(_OPENED):
        component("dashboard/assets/common/open_page.js")(data=page, key="open_page")


def _open(page: str) -> None:
    serial = st.session_state.get(_OPENED, {"serial": 0})["serial"] + 1
    st.session_state[_OPENED] = {"page": page, "serial": serial}


def _end_button() -> None:
    """Draws the button that ends the lecture, and a sentence about what is kept."""
    classroom = current_app().classroom()
    with st.popover("End the lecture", icon=":material/stop_circle:", key="end_lecture"):
        waiting = sum(not review.shown for review in classroom.reviews())
        gone = f" {counted(waiting, 'review')} you have not shown will be deleted." if waiting else ""
        st.markdown(f"Hidden curves become visible to everyone.{gone} Answers, curves and networks are kept.")
        st.download_button("Answers as CSV", classroom.export_csv, "answers.csv", "text/csv", on_click="ignore")
        permissions.button("End it", "end", None, classroom.end, type="primary")


def _show_lectures(stage: Stage) -> None:
    """Draws a card per lecture."""
    st.session_state.pop(_OPENED, None)
    st.markdown("# Present", help=PURPOSE)
    lectures, problems = read_all()
    if not invite.phones_can_join():
        st.markdown(f":material/mobile_off: Phones cannot join. {invite.obstacle()}")
    for lecture in lectures:
        _card(stage, lecture)
    for problem in problems:
        st.warning(problem, icon=":material/edit_document:")
    classroom = current_app().classroom()
    if classroom.state().networks_offered:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Phones can still open the networks of the last lecture.")
            permissions.button("Withdraw the networks", "withdraw_networks", None, classroom.offer_networks, False)
    if visitor.is_open():
        with st.expander("Who can present"):
            st.markdown(OPEN)


def _begin(stage: Stage, name: str, from_recording: bool = False, replayed: int = 0) -> None:
    presses.begin(stage, name, from_recording, replayed)
    _open("wall")


def _card(stage: Stage, lecture: Lecture) -> None:
    presets = {lecture.preset_at(index).name: lecture.preset_at(index) for index in range(len(lecture.steps))}
    name, version = lecture.name, current_app().classroom().state().version
    seconds = sum(stage.services.seconds(preset.experiments()) for preset in presets.values())
    with st.container(border=True, key=f"lecture_{name}"):
        edited = edited_lecture(name).exists() and not permissions.why_not()

        def button(label: str, key: str, *act: Any, **look: Any) -> None:
            st.button(label, key=f"{key}_{name}", on_click=permissions.press, args=(version, *act), **look)

        with st.container(horizontal=True, vertical_alignment="center"):
            lines = [f":gray[{lecture.minutes} minutes.] {lecture.about}".strip()]
            lines += [f"To edit: `{edited_lecture(name)}`"] if edited else []
            about = "  \n".join(lines)
            st.container(width="stretch").markdown(f"## {as_markdown(lecture.title)}\n{about}")
            live = f"Trains live: {rough_duration(seconds)} here."
            button("Begin", "begin", _begin, stage, name, type="primary", icon=":material/play_arrow:", help=live)
            recorded = presses.is_recorded(stage.services, lecture)
            hint = "Plays earlier trainings in half a minute." if recorded else "Train its presets on Compare first."
            button("Play recording", "replay", _begin, stage, name, True, disabled=not recorded, help=hint)
            st.link_button("Look through", f"{LOOK_THROUGH}{name}", type="tertiary")
            if not (edited or permissions.why_not()):
                with st.popover("Edit", type="tertiary", key=f"ask_to_edit_{name}"):
                    st.markdown(f"Copies the lecture to `{edited_lecture(name)}`. From then on this copy is presented.")
                    button("Copy it", "edit", copy_to_edit, name)
        _earlier_classes(stage, lecture, version)


def _earlier_classes(stage: Stage, lecture: Lecture, version: int) -> None:
    """Draws the classes whose phones have trained this lecture's networks: each can be replayed and taken home."""
    classes = [result for result in current_app().classroom().classes() if result.preset == lecture.task]
    if not classes:
        return
    with st.expander(f"Earlier classes: {len(classes)}"):
        for result in classes:
            words, replay, page = st.columns([4, 1, 1], vertical_alignment="center")
            words.markdown(result.title)
            key = f"{lecture.name}_{result.lecture}"
            recorded = presses.is_recorded(stage.services, lecture)
            begin = version, _begin, stage, lecture.name, recorded, result.lecture
            replay.button("Replay", f"replay_class_{key}", on_click=permissions.press, args=begin)
            page.download_button(
                "Page (.html)",
                actions.download(partial(take_home.class_page, stage.services, result)),
                f"class-{datetime.fromtimestamp(result.began):%Y-%m-%d}.html",
                "text/html",
                key=f"class_page_{key}",
                on_click="ignore",
            )
