"""The dashboard with a presenter who is controlled over HTTP: for benchmarks and tests, which request

    GET /present/CALL?with=[…]

where CALL is a method of the classroom and […] its arguments as JSON; `hide` and `show_runs` without arguments mean the
newest comparison. The answer is the result as JSON; `state` returns the state of the class, `networks` those that it
has trained, `answers` those to a question in a round. `go` gives a lecture up to a step, from its recording without its
half minute, or live; `advance` presses its key.
"""

import dataclasses
import json
from functools import partial
from operator import attrgetter
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from rnn_compare.lecture import presses
from rnn_compare.lecture.classroom.class_state import STATE
from rnn_compare.lecture.questions import Question
from rnn_compare.lecture.stage import Stage
from rnn_compare.server import asgi
from rnn_compare.server.app import current_app
from rnn_compare.services.snapshot import newest


def _stage() -> Stage:
    current_app().services()  # starts them if they have not
    stage = current_app().stage()
    assert stage is not None
    return stage


def _call(name: str, arguments: list[Any]) -> Any:
    classroom = current_app().classroom()
    if name == "go":
        return _go(*arguments)
    if name == "advance":
        return presses.press(_stage(), "next")
    if name in ("hide", "show_runs") and not arguments:
        arguments = [[run.id for run in newest(current_app().services().store.runs())]]
    if name == "show_step" and len(arguments) == 4:
        arguments[3] = Question.model_validate(arguments[3])
    if name == "answers":
        question, number = arguments
        return [answer for votes in classroom.votes.rounds(question)[number - 1 : number] for answer in votes.values()]
    if name == "networks":
        return [dataclasses.asdict(network) for network in classroom.networks.all()]
    result = attrgetter(name)(classroom)(*arguments)
    if name == "reviews":
        return [dataclasses.asdict(review) for review in result]
    return dataclasses.asdict(result) if dataclasses.is_dataclass(result) and not isinstance(result, type) else result


def _go(lecture: str, index: int, from_recording: bool = True) -> None:
    stage, classroom = _stage(), current_app().classroom()
    presses.RECORDING_SECONDS = 0.1
    if classroom.state().lecture != lecture or classroom.state().step > index:
        presses.begin(stage, lecture, from_recording)
    while classroom.state().step < index:
        presses.press(stage, "show_next_step")


def _present(request: Request) -> Response:
    name, arguments = request.path_params["call"], json.loads(request.query_params.get("with", "[]"))
    if name == "state":
        return JSONResponse(json.loads(STATE.dump_json(current_app().classroom().state())))
    return JSONResponse(_call(name, arguments))


if __name__ == "__main__":
    from rnn_compare.dashboard import site

    site.render()
elif __name__ != "__mp_main__":
    present = Route("/present/{call}", _present)
    own = current_app()
    app = st.App(
        __file__,
        secrets=own.access.for_streamlit(),
        routes=[*asgi.routes(own), present],
        middleware=asgi.middleware(own),
        lifespan=partial(asgi.lifespan, own),
    )
