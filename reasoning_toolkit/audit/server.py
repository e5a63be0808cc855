"""The reading page as a web application: one reader, one queue, no network beyond this server.

What a model wrote reaches the page as JSON and becomes text nodes only; the content security policy lets nothing run or load but
this package's files. A page elsewhere can neither read nor write here: the host and the origin of each request are checked, and off
this machine a token is asked for.
"""

import secrets
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any

from reasoning_toolkit.audit.agreement import measure_agreement
from reasoning_toolkit.audit.queue import Handed, LeaseLost, Queue
from reasoning_toolkit.audit.steps import split_steps
from reasoning_toolkit.audit.verdicts import TYPES
from reasoning_toolkit.errors import ToolkitError, UsageError
from reasoning_toolkit.lazy import require

WEB = Path(__file__).parent / "web"
LOCAL_HOSTS = {"127.0.0.1", "localhost", "[::1]"}
LARGEST_BODY = 100_000  # bytes
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "  # KaTeX's sizes
    "font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def make_app(queue: Queue, reader: str, token: str | None = None) -> Any:
    """The application for one reader.

    Args:
        token: what a request must bring, in the address once and in a cookie from then on; None on this machine alone.

    Raises:
        MissingPackage: FastAPI is not installed.
    """
    require("fastapi", "view")
    from fastapi import Body, FastAPI, Request, Response
    from fastapi.responses import FileResponse, JSONResponse, RedirectResponse
    from fastapi.staticfiles import StaticFiles

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        refusal = _refusal(request, token)
        if refusal:
            response: Response = JSONResponse({"error": refusal}, 403)
        elif token and "token" in request.query_params:
            response = RedirectResponse(request.url.path, 303)
            response.set_cookie("token", token, httponly=True, samesite="strict")
        else:
            response = await go_on(request)
        response.headers.update(HEADERS)
        return response

    @app.exception_handler(ToolkitError)
    async def explain(request: Request, error: ToolkitError) -> Response:
        return JSONResponse({"error": str(error)}, _status(error))

    # All handlers run on the one event loop, so one transaction at a time is under way.
    @app.post("/api/next")
    async def following() -> dict[str, Any]:
        return _shown(queue, reader, queue.take(reader))

    @app.post("/api/answer")
    async def answer(body: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
        queue.answer(reader, body.get("lease", 0), body)
        return _shown(queue, reader, queue.take(reader))

    @app.post("/api/undo")
    async def undo() -> dict[str, Any]:
        if not queue.undo(reader):
            return {"undone": False}
        return _shown(queue, reader, queue.take(reader)) | {"undone": True}

    @app.get("/")
    async def page() -> Response:
        return FileResponse(WEB / "read.html")

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return Response(status_code=204)

    @app.get("/page.css")
    async def style() -> Response:
        return Response(files("reasoning_toolkit.reports").joinpath("page.css").read_bytes(), media_type="text/css")

    app.mount("/web", StaticFiles(directory=WEB))
    return app


def _status(error: ToolkitError) -> int:
    return 409 if isinstance(error, LeaseLost) else 400 if isinstance(error, UsageError) else 500


def _refusal(request: Any, token: str | None) -> str | None:
    """Why a request is not answered: another site's page sent it, or it lacks the token."""
    host, origin = request.headers.get("host", ""), request.headers.get("origin")
    if token is None and host.rpartition(":")[0] not in LOCAL_HOSTS and host not in LOCAL_HOSTS:
        return "this server answers under the name of this machine alone"
    if origin is not None and origin.rpartition("//")[2] != host:
        return "another site's page sent this"
    if int(request.headers.get("content-length") or 0) > LARGEST_BODY or "transfer-encoding" in request.headers:
        return f"more than {LARGEST_BODY:,} bytes"
    given = request.query_params.get("token") or request.cookies.get("token") or ""
    if token is not None and not secrets.compare_digest(given.encode(), token.encode()):
        return "the address needs the token that `reason audit read` printed"
    return None


def _shown(queue: Queue, reader: str, handed: Handed | None) -> dict[str, Any]:
    """What the page may know: never the model, the strategy, a score, another reader, or whether an item is gold."""
    progress, state = queue.progress(), queue.state()
    drawn = [p for p in progress if p.plan.order]
    shown: dict[str, Any] = {
        "reader": reader,
        "problems": len(drawn),
        "settled": sum(p.standing != "open" for p in drawn),
        "readings": len(state.done[reader]),
        "agreement": measure_agreement(queue.manifest, state),
        "types": TYPES,
        "item": None,
    }
    if handed:
        item = handed.item
        shown["item"] = {
            "lease": handed.lease,
            "question": item.question,
            "reference": item.reference,
            "answer": item.answer,
            "steps": split_steps(item.text),
        }
    return shown
