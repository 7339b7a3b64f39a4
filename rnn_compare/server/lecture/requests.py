"""Parts that the requests of a lecture's pages share: refusals, messages in JSON, and files."""

import json
from collections.abc import Sequence
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

LARGEST = 8192
"""Bytes of a message."""
BODY_SECONDS = 10.0
"""Time in which a whole message must arrive."""
NOT_STORED = {"Cache-Control": "no-store"}


class Refused(Exception):  # noqa: N818  # an answer, not an error of the program
    """A request that is refused with a status and a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def require_own_page(request: Request) -> None:
    """Raises ``Refused`` unless a page of this server sent a request."""
    site = request.headers.get("Sec-Fetch-Site")  # sent only over https or on the machine itself
    origin = request.headers.get("Origin", "").partition("://")[2]
    if site != "same-origin" and (site is not None or not origin or origin != request.headers.get("Host")):
        raise Refused(403, "Only this server's own page may send this.")


async def values_of(request: Request, fields: Sequence[str], optional: Sequence[str]) -> list[Any]:
    """Returns the values of these fields, and no others, of a message in JSON; None for an absent optional one."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "Only JSON is accepted here.")
    content = b""
    try:
        with anyio.fail_after(BODY_SECONDS):
            async for part in request.stream():
                content += part
                if len(content) > LARGEST:
                    raise Refused(413, f"Too long: the limit is {LARGEST:,} bytes.")
    except TimeoutError:
        raise Refused(408, "The request was incomplete. Send it again.") from None
    try:
        sent = json.loads(content)
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or sent.keys() - set(optional) != set(fields):
        raise Refused(400, f"Expected JSON with {' and '.join(sorted(fields))}.")
    return [sent.get(field) for field in (*fields, *optional)]


def refusal(error: Exception, status: int) -> Response:
    """Returns an error's sentence as JSON, with its own status or this one."""
    status = error.status if isinstance(error, Refused) else status
    end = {"Connection": "close"} if status in (408, 503) else {}
    return JSONResponse({"said": str(error)}, status_code=status, headers=NOT_STORED | end)


def event_stream(request: Request, events: Any) -> Response:
    """Returns server-sent events as an answer."""
    headers = NOT_STORED | {"X-Accel-Buffering": "no"}
    if request.method == "HEAD":
        return Response(headers=headers, media_type="text/event-stream")
    return StreamingResponse(events, media_type="text/event-stream", headers=headers)
