"""The plugin as TensorBoard sees it: its routes, and how they answer.

`http_api.md` describes them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from tensorboard import plugin_util
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_actviz.plugin import request_arguments
from tb_actviz.plugin.curves import Curves, Wanted
from tb_actviz.plugin.errors import MissingError, NotAllowedError, RefusalError
from tb_actviz.plugin.layer_scalars import ScalarProvider, layer_health
from tb_actviz.plugin.provider import Provider, RequestContext
from tb_actviz.plugin.record_data import ActivationData
from tb_actviz.plugin.record_index import RecordAddress, RecordIndex
from tb_actviz.plugin.static_files import CONTENT_TYPES, static_files
from tb_actviz.plugin.training_scalars import training_scalar
from tb_actviz.records.schema import PLUGIN_NAME

_FOLDER = Path(__file__).parent / "static"
_MODULE = "index.js"
_METHODS = ("GET", "HEAD")
#: For how long a browser need not ask again for what cannot change, in seconds.
_KEEP = 86_400

_Answer = Callable[[wrappers.Request], wrappers.Response]


class ActivationsPlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Serves records, and the files of the tab that shows them.

    Args:
        context: What TensorBoard offers to plugins.

    Raises:
        ValueError: If TensorBoard offers no data.
    """

    plugin_name = PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        if context.data_provider is None:
            raise ValueError("TensorBoard was started without a data provider.")
        self._provider = Provider(context.data_provider)
        self._scalars = ScalarProvider(context.data_provider)
        finder = RecordIndex(self._provider)
        self._data = ActivationData(self._provider, finder, _limit(context))
        self._curves = Curves(self._provider, finder)
        self._files = static_files(_FOLDER)

    def get_plugin_apps(self) -> dict[str, Any]:
        """Name the routes.

        Returns:
            Route to WSGI application.
        """
        data = {
            "/runs": self._runs,
            "/steps": self._steps,
            "/record": self._record,
            "/values": self._values,
            "/health": self._health,
            "/curve": self._curve,
            "/scalar": self._scalar,
        }
        files = {
            f"/static/{name}": partial(_file, path)
            for name, path in self._files.items()
        }
        return {route: _app(answer) for route, answer in (data | files).items()}

    def is_active(self) -> bool:
        """Leave it to TensorBoard, which knows what there is data of.

        Returns:
            False.
        """
        return False

    def data_plugin_names(self) -> tuple[str, ...]:
        """Name the data that make TensorBoard show the tab.

        Returns:
            Our own, or nothing where there is no tab to show.
        """
        return (PLUGIN_NAME,) if _MODULE in self._files else ()

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Describe the tab.

        Returns:
            Its name, and its module where there is one.
        """
        return base_plugin.FrontendMetadata(
            es_module_path=f"/static/{_MODULE}" if _MODULE in self._files else None,
            tab_name="Activations",
        )

    def _runs(self, request: wrappers.Request) -> wrappers.Response:
        return _json(request, self._data.runs(_asker(request)))

    def _steps(self, request: wrappers.Request) -> wrappers.Response:
        arguments = request_arguments.arguments_of(request)
        run, tag = (request_arguments.name(arguments, key) for key in ("run", "tag"))
        return _json(request, self._data.steps(_asker(request), run, tag))

    def _record(self, request: wrappers.Request) -> wrappers.Response:
        place = _place(request)
        header = self._data.header(_asker(request), place)
        return _kept(_respond(request, header, "application/json"), place)

    def _values(self, request: wrappers.Request) -> wrappers.Response:
        place = _place(request)
        number = request_arguments.input_number(request_arguments.arguments_of(request))
        values = self._data.values(_asker(request), place, number)
        return _kept(_respond(request, values, "application/octet-stream"), place)

    def _health(self, request: wrappers.Request) -> wrappers.Response:
        run = request_arguments.name(request_arguments.arguments_of(request), "run")
        asker = _asker(request)
        return _json(request, layer_health(self._provider, self._scalars, asker, run))

    def _curve(self, request: wrappers.Request) -> wrappers.Response:
        arguments = request_arguments.arguments_of(request)
        wanted = Wanted(
            run=request_arguments.name(arguments, "run"),
            tag=request_arguments.name(arguments, "tag"),
            number=request_arguments.input_number(arguments),
            statistics=request_arguments.statistics(arguments),
        )
        curve = self._curves.curve(_asker(request), wanted)
        return _respond(request, curve, "application/json")

    def _scalar(self, request: wrappers.Request) -> wrappers.Response:
        arguments = request_arguments.arguments_of(request)
        run = request_arguments.name(arguments, "run")
        name = request_arguments.optional_name(arguments, "name")
        found = training_scalar(
            self._provider, self._scalars, _asker(request), run, name
        )
        return _json(request, found)


def _limit(context: base_plugin.TBContext) -> int | None:
    """Return how many steps are kept; 0 for all, None if that cannot be known."""
    if getattr(context.flags, "grpc_data_provider", ""):
        return None
    hint = (context.sampling_hints or {}).get(PLUGIN_NAME)
    return None if hint is None else max(0, hint)


def _app(answer: _Answer) -> Any:
    """Make a WSGI application that refuses in plain text."""

    @wrappers.Request.application
    def app(request: wrappers.Request) -> wrappers.Response:
        try:
            if request.method not in _METHODS:
                raise NotAllowedError(
                    f"Received {request.method:.20}; expected GET or HEAD."
                )
            return answer(request)
        except RefusalError as refusal:
            text = str(refusal).encode("utf-8", "backslashreplace")
            response = _respond(request, text, "text/plain", refusal.status)
            if isinstance(refusal, NotAllowedError):
                response.headers["Allow"] = ", ".join(_METHODS)
            return response

    return app


def _respond(
    request: wrappers.Request, content: bytes, content_type: str, status: int = 200
) -> wrappers.Response:
    response: wrappers.Response = http_util.Respond(
        request, content, content_type, code=status
    )
    return response


def _file(path: Path, request: wrappers.Request) -> wrappers.Response:
    try:
        content = path.read_bytes()
    except OSError:
        raise MissingError("The file is no longer there.") from None
    return _respond(request, content, CONTENT_TYPES[path.suffix])


def _asker(request: wrappers.Request) -> RequestContext:
    environ = request.environ
    return RequestContext(
        plugin_util.context(environ), plugin_util.experiment_id(environ)
    )


def _place(request: wrappers.Request) -> RecordAddress:
    arguments = request_arguments.arguments_of(request)
    return RecordAddress(
        run=request_arguments.name(arguments, "run"),
        tag=request_arguments.name(arguments, "tag"),
        step=request_arguments.step(arguments),
        wall_time=request_arguments.wall_time(arguments),
    )


def _json(request: wrappers.Request, content: dict[str, Any]) -> wrappers.Response:
    text = json.dumps(content, allow_nan=False, separators=(",", ":"))
    return _respond(request, text.encode(), "application/json")


def _kept(response: wrappers.Response, place: RecordAddress) -> wrappers.Response:
    """Spare the browser asking again, where the request names one record for good."""
    if place.wall_time is not None:
        del response.headers["Expires"]
        response.headers["Cache-Control"] = f"private, max-age={_KEEP}, immutable"
    return response
