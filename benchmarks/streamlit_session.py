"""A reader's session without a browser: Streamlit's own protocol over its WebSocket."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


@dataclass
class Run:
    """One run of the script: how long until it finished, and the elements it sent."""

    seconds: float
    elements: list[tuple[str, Any]] = field(default_factory=list)

    def widget(self, key: str) -> str:
        """The id of the widget with the user's key `key`."""
        return next(e.id for _, e in self.elements if getattr(e, "id", "").endswith(f"-{key}"))

    @property
    def exceptions(self) -> list[str]:
        """What the page showed as an exception."""
        return [element.message for kind, element in self.elements if kind == "exception"]


class StreamlitSession:
    """One open page; use it as an asynchronous context manager."""

    def __init__(self, port: int, page_path: str = "", query: str = "") -> None:
        self._address = f"127.0.0.1:{port}"
        self._page = page_path
        self._query = query
        self._states: dict[str, Any] = {}

    async def __aenter__(self) -> "StreamlitSession":
        self._socket = await websockets.connect(
            f"ws://{self._address}/_stcore/stream",
            subprotocols=[websockets.Subprotocol("streamlit")],
            origin=websockets.Origin(f"http://{self._address}"),
            max_size=None,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._socket.close()

    async def open(self) -> Run:
        """The page's first run."""
        return await self._run()

    async def change(self, widget: str, **value: Any) -> Run:
        """Set a widget (`string_value="x"`, `int_value=3`, ...) and run the script."""
        self._states[widget] = value
        return await self._run()

    async def _run(self) -> Run:
        message = BackMsg()
        request = message.rerun_script
        request.query_string, request.page_name = self._query, self._page
        request.context_info.url = f"http://{self._address}/{self._page}"
        request.context_info.locale = "en-US"
        for widget, value in self._states.items():
            state = request.widget_states.widgets.add()
            state.id = widget
            for name, content in value.items():
                if isinstance(content, list):
                    getattr(state, name).data.extend(content)
                else:
                    setattr(state, name, content)
        started = time.perf_counter()
        await self._socket.send(message.SerializeToString())
        return await asyncio.wait_for(self._finish(started), timeout=300)

    async def _finish(self, started: float) -> Run:
        run = Run(0.0)
        while True:
            message = ForwardMsg.FromString(await self._socket.recv())
            kind = message.WhichOneof("type")
            if kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                element = message.delta.new_element
                name = element.WhichOneof("type")
                run.elements.append((name, getattr(element, name)))
            elif kind == "script_finished":
                run.seconds = time.perf_counter() - started
                return run
