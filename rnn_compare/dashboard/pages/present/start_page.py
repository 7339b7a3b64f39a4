"""The pages before a lecture and during a pause, and the button that ends it."""

from datetime import datetime
from functools import partial
from typing import Any

import streamlit as st

from rnn_compare.dashboard.pages.present import navigation, permissions
from rnn_compare.dashboard.pages.present.lecture_context import LectureContext, step_kinds
from rnn_compare.dashboard.widgets import actions, invite, take_home
from rnn_compare.formatting import as_markdown, counted, rough_duration
from rnn_compare.lecture.lecture_file import Lecture, copy_to_edit, edited_copy, read_all
from rnn_compare.server import visitor
from rnn_compare.server.app import current_app
from rnn_compare.server.services import Services

PAUSED = "present_paused"
"""Key of the session's flag for a wall that was paused with Esc."""
PURPOSE = "The class predicts, the networks train out of sight, you reveal."


def show(services: Services) -> None:
    """Draws a card per lecture."""
    st.session_state.pop(PAUSED, None)
    st.markdown("## Present", help=PURPOSE)
    lectures, problems = read_all(step_kinds())
    actions.show_problems()
    if not invite.from_the_wall()[1]:
        st.warning(f"Phones cannot join. {invite.obstacle()}", icon=":material/mobile_off:")
    for lecture in lectures:
        _card(services, lecture)
    for problem in problems:
        st.warning(problem, icon=":material/edit_document:")
    classroom = current_app().classroom()
    if classroom.state().networks_offered:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown("Phones can still open the networks of the last lecture.")
            permissions.button("Withdraw the networks", "withdraw_networks", None, classroom.offer_networks, False)
    _show_second_screen()
    if visitor.is_open():
        with st.expander("Who can present"):
            st.markdown(invite.OPEN)


def show_pause(context: LectureContext) -> None:
    """Draws what a paused wall offers: resume, open the second screen, end."""
    st.markdown(f"## {as_markdown(context.lecture.title)}")
    st.markdown(
        f"Paused at step {context.index + 1} of {len(context.lecture.steps)}: {as_markdown(context.step.title)}"
    )
    st.button("Resume the lecture", on_click=st.session_state.pop, args=(PAUSED, None), type="primary")
    _show_second_screen()
    end_button()


def end_button() -> None:
    """Draws the button that ends the lecture, and a sentence about what is kept."""
    classroom = current_app().classroom()
    # With on_change the server knows that the popover is open, so a redrawn page keeps it open.
    with st.popover("End the lecture", icon=":material/stop_circle:", key="end_lecture", on_change="rerun"):
        waiting = sum(not review.shown for review in classroom.reviews())
        gone = f" {counted(waiting, 'review')} you have not shown will be deleted." if waiting else ""
        st.markdown(f"Hidden curves become visible to everyone.{gone} Answers, curves and networks are kept.")
        st.download_button("Answers as CSV", classroom.export_csv, "answers.csv", "text/csv", on_click="ignore")
        permissions.button("End it", "end", None, classroom.end, type="primary")


def _show_second_screen() -> None:
    st.markdown(
        "→: next; ←: back; Esc: pause. [Second screen](notes), for you only.", help="Notes, clock, votes, reviews."
    )


def _card(services: Services, lecture: Lecture) -> None:
    presets = {lecture.preset_at(index).name: lecture.preset_at(index) for index in range(len(lecture.steps))}
    name, version = lecture.name, current_app().classroom().state().version
    seconds = sum(services.seconds(preset.experiments()) for preset in presets.values())
    with st.container(border=True, key=f"lecture_{name}"):
        edited = edited_copy(name).exists() and not permissions.why_not()

        def button(label: str, key: str, *act: Any, **look: Any) -> None:
            st.button(label, key=f"{key}_{name}", on_click=permissions.press, args=(version, *act), **look)

        with st.container(horizontal=True, vertical_alignment="center"):
            st.container(width="stretch").markdown(
                f"**{lecture.title}**  \n{counted(len(lecture.steps), 'step')}, training {rough_duration(seconds)}. "
                + (f"To edit: `{edited_copy(name)}`" if edited else "")
            )
            button("Begin", "begin", navigation.begin, services, name, type="primary", icon=":material/play_arrow:")
            recorded = navigation.is_recorded(services, lecture)
            hint = "Plays earlier trainings in half a minute." if recorded else "Train its presets on Compare first."
            button("Play recording", "replay", navigation.begin, services, name, True, disabled=not recorded, help=hint)
            if not (edited or permissions.why_not()):
                with st.popover("Edit", type="tertiary", key=f"ask_to_edit_{name}"):
                    st.markdown(f"Copies the lecture to `{edited_copy(name)}`. From then on this copy is presented.")
                    button("Copy it", "edit", copy_to_edit, name)
        _earlier_classes(services, lecture, version)


def _earlier_classes(services: Services, lecture: Lecture, version: int) -> None:
    """Draws the classes whose phones have trained this lecture's networks: each can be replayed and taken home."""
    classes = [result for result in current_app().classroom().classes() if result.preset == lecture.task]
    if not classes:
        return
    with st.expander(f"Earlier classes: {len(classes)}"):
        for result in classes:
            words, replay, page = st.columns([4, 1, 1], vertical_alignment="center")
            words.markdown(result.title)
            key = f"{lecture.name}_{result.lecture}"
            recorded = navigation.is_recorded(services, lecture)
            begin = version, navigation.begin, services, lecture.name, recorded, result.lecture
            replay.button("Replay", f"replay_class_{key}", on_click=permissions.press, args=begin)
            page.download_button(
                "Page (.html)",
                actions.download(partial(take_home.class_page, services, result)),
                f"class-{datetime.fromtimestamp(result.began):%Y-%m-%d}.html",
                "text/html",
                key=f"class_page_{key}",
                on_click="ignore",
            )
