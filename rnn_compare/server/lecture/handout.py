"""Files that phones fetch, each made once for all: the page that reads, while it is offered, and a task to train."""

import json
from collections.abc import Callable
from functools import cache

import anyio
import anyio.to_thread
import numpy as np
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rnn_compare.browser.numbers import compressed
from rnn_compare.browser.trainable import trainable
from rnn_compare.class_networks.task import class_task
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom.classroom import Classroom
from rnn_compare.report.contents import gather
from rnn_compare.report.html_report import html
from rnn_compare.reviews import prepared
from rnn_compare.server.assets import Packed, gzipped, pack
from rnn_compare.services.services import Services
from rnn_compare.sources import registry


class Made:
    """A file that is made when a phone asks for it, by one thread at a time.

    Args:
        make: Returns the file, from memory if it is made; raises ``UserError`` if there is none now.
    """

    def __init__(self, make: Callable[[], Packed], media_type: str) -> None:
        self._make, self._media_type = make, media_type
        self._one = anyio.CapacityLimiter(1)

    async def answer(self, request: Request) -> Response:
        """Answers with the file, or with 404 and why there is none."""
        try:
            packed, tag = await anyio.to_thread.run_sync(self._make, limiter=self._one)
        except UserError as error:
            return PlainTextResponse(str(error), 404, {"Cache-Control": "no-store"})
        return await gzipped(request, packed, tag, self._media_type)


class Handout(Made):
    """The networks of the current step as one file."""

    def __init__(self, classroom: Callable[[], Classroom], running: Callable[[], Services | None]) -> None:
        super().__init__(self._page, "text/html; charset=utf-8")
        self._classroom, self._running = classroom, running
        self._made_of: tuple[object, ...] = ()
        self._packed: Packed = (b"", "")

    def _page(self) -> Packed:
        """Returns the gzipped file and its tag; it is made again for other networks, epochs or statuses."""
        services, state = self._running(), self._classroom().state()
        if services is None or not state.networks_offered:
            raise UserError("The networks are not offered now. Ask the presenter.")
        charted = services.snapshot().charted
        runs = [run for run in charted if run.id in state.runs and run.has_weights and not state.hides(run)]
        result = self._classroom().class_of(self._classroom().number())
        if not runs and result is None:
            raise UserError("These networks cannot be taken along yet. Wait for the first epoch.")
        newest = result, *((run.id, run.status, len(run.epochs)) for run in runs)
        if newest != self._made_of:
            with services.reporting:
                page = html(gather(services.store, [run.id for run in runs], services.evidence, result)).encode()
            self._packed, self._made_of = pack(page), newest
        return self._packed


class TaskFile(Made):
    """What the phones of the current lecture need to train."""

    def __init__(self, classroom: Callable[[], Classroom]) -> None:
        super().__init__(self._file, "application/json")
        self._classroom = classroom

    def _file(self) -> Packed:
        if not (task := self._classroom().state().task):
            raise UserError("Phones train nothing in this lecture.")
        return task_file(task)


@cache
def task_file(preset: str) -> Packed:
    """Returns a task as ``class_worker.js`` takes it, packed; raises ``UserError`` if a phone cannot train it."""
    experiments = class_task(preset).experiments
    first = experiments[0]
    reviews, descriptions = prepared.load(first.dataset), {run.cell: trainable(run) for run in experiments}
    split = reviews.padded(first)
    ids, labels = np.concatenate([split.x_train, split.x_val]), np.concatenate([split.y_train, split.y_val])
    task = json.dumps(
        {
            "networks": descriptions,
            "training": len(split.x_train),
            "epochs": first.epochs,
            "words": reviews.vocabulary.words[: first.vocabulary_size],
            "labelNames": registry.labels(first.dataset),
            "ids": compressed(ids.astype("<u2")),
            "labels": compressed(labels.astype(np.uint8)),
        }
    )
    return pack(task.encode())
