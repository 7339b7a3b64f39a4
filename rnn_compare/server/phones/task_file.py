"""Reviews and networks for phones that train, as one file; and the script that trains there."""

import gzip
import hashlib
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import anyio
import anyio.to_thread
import numpy as np
from numpy.typing import NDArray
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from rnn_compare import browser
from rnn_compare.browser.exact import ExactNetwork
from rnn_compare.browser.joining import joined
from rnn_compare.browser.trainable import trainable
from rnn_compare.errors import UserError
from rnn_compare.lecture.classroom import Classroom
from rnn_compare.lecture.trained.class_task import class_task
from rnn_compare.reviews import prepared
from rnn_compare.server.phones.handout import gzipped
from rnn_compare.sources import registry

PATH, WORKER_PATH = "join/task", "join/worker.js"
KNOWN_SEED = 1
_WORKER = Path(browser.__file__).parent / "arithmetic" / "training" / "class_worker.js"


class TaskFile:
    """What the phones of the current lecture need to train; made once for all."""

    def __init__(self, classroom: Callable[[], Classroom]) -> None:
        self._classroom = classroom
        self._one = anyio.CapacityLimiter(1)

    async def answer(self, request: Request) -> Response:
        """Answers with the file, or with 404 if phones train nothing in this lecture."""
        try:
            packed, tag = await anyio.to_thread.run_sync(self._file, limiter=self._one)
        except UserError as error:
            return PlainTextResponse(str(error), 404, {"Cache-Control": "no-store"})
        return await gzipped(request, packed, tag, "application/octet-stream")

    def _file(self) -> tuple[bytes, str]:
        if not (task := self._classroom().state().task):
            raise UserError("Phones train nothing in this lecture.")
        return _packed(task_file(task))


async def worker(request: Request) -> Response:
    """Answers with the script of a phone's worker, one file with its imports."""
    return await gzipped(request, *_packed(f"{joined(_WORKER)}page.listen(self);\n".encode()), "text/javascript")


@cache
def _packed(content: bytes) -> tuple[bytes, str]:
    return gzip.compress(content, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:16]}"'


@cache
def task_file(preset: str) -> bytes:
    """Returns a task as ``class_worker.js`` takes it; raises ``UserError`` if a phone cannot train it.

    The length of a description in JSON, the description, word ids with all low bytes before all high ones, labels.
    """
    task = class_task(preset)
    first = task.experiments[0]
    reviews, descriptions = prepared.load(first.dataset), {run.cell: trainable(run) for run in task.experiments}
    split = reviews.padded(first)
    ids, labels = np.concatenate([split.x_train, split.x_val]), np.concatenate([split.y_train, split.y_val])
    size = first.batch_size
    sizes = {
        cell: _sizes(ExactNetwork(description, KNOWN_SEED), ids[:size], labels[:size])
        for cell, description in descriptions.items()
    }
    description = json.dumps(
        {
            "networks": descriptions,
            "known": {"seed": KNOWN_SEED, "sizes": sizes},
            "training": len(split.x_train),
            "epochs": task.epochs,
            "words": reviews.vocabulary.words[: first.vocabulary_size],
            "labelNames": registry.labels(first.dataset),
        }
    ).encode()
    planes = ids.astype("<u2").reshape(-1).view(np.uint8).reshape(-1, 2).T
    return b"".join(
        [len(description).to_bytes(4, "little"), description, planes.tobytes(), labels.astype(np.uint8).tobytes()]
    )


def _sizes(network: ExactNetwork, ids: NDArray[np.integer], labels: NDArray[np.integer]) -> list[float]:
    """Returns the sum of the absolute gradients of each tensor, added one after the other."""
    gradients = network.gradients(ids, labels)
    tensors = [gradients.sums, *gradients.dense]
    return [float(np.add.accumulate(np.abs(tensor).ravel().astype(np.float64))[-1]) for tensor in tensors]
