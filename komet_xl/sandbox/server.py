"""Start and stop the sandbox: in a thread of this process (`Sandbox`) or in the foreground (`serve`).

It listens on 127.0.0.1 only, whatever happens.
"""

from __future__ import annotations

import asyncio
import os
import socket
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

import uvicorn

from komet_xl.sandbox.app import build_app
from komet_xl.sandbox.faults import LOGIN, REFUSAL, Rule
from komet_xl.sandbox.firstday import first_day
from komet_xl.sandbox.komet import Komet
from komet_xl.sandbox.protocol import Connection
from komet_xl.sandbox.rules import read_new_line
from komet_xl.sandbox.season import season
from komet_xl.sandbox.settings import Settings
from komet_xl.sandbox.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from decimal import Decimal
    from types import FrameType, TracebackType

    from komet_xl.sandbox.nouns import LedgerLine

HOST = "127.0.0.1"
FILE = "sandbox.sqlite"
PATIENCE = 10.0
"""Seconds the server may take to start or stop before this counts as broken."""
TICK = 0.25
"""Seconds between two looks at whether to stop, where nothing wakes the loop (Ctrl-C on Windows)."""


class Server(uvicorn.Server):
    """uvicorn that can be stopped at once: no request, however silent, holds it up."""

    def __init__(self, komet: Komet, *, ready: Callable[[], None]) -> None:
        config = uvicorn.Config(
            build_app(komet),
            http=Connection,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="warning",
            server_header=False,
        )
        super().__init__(config)
        self._ready = ready
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping = asyncio.Event()

    def run_on(self, listener: socket.socket) -> None:
        """Serve until stopped. A selector loop everywhere: resets need its plain close."""
        with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(self.serve(sockets=[listener]))

    def stop(self) -> None:
        """Ask the server to stop, from any thread or signal handler."""
        self.should_exit = self.force_exit = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._stopping.set)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl-C and SIGTERM end the sandbox quietly; uvicorn would raise the signal again afterwards."""
        del sig, frame
        self.stop()

    async def main_loop(self) -> None:
        """Tell that we are ready, then tick until stopped."""
        self._loop = asyncio.get_running_loop()
        self._ready()
        ticks = 0
        while not await self.on_tick(ticks):
            ticks += 10
            try:
                async with asyncio.timeout(TICK):
                    await self._stopping.wait()
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the door and break off every connection; their requests end with it."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(list(self.server_state.tasks), timeout=0.5)


def listen(port: int) -> socket.socket:
    """A socket on 127.0.0.1, bound and listening. Raises OSError if the port is taken.

    The protocol is named because asyncio turns off Nagle's algorithm (40 ms an answer) only where it is.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":  # elsewhere the option would let two programs share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except OSError:
        listener.close()
        raise
    return listener


def open_komet(data: Path, *, token: str, prebooks: int, seed: int, latency_ms: int) -> Komet:
    """Komet over the file in `data`, which is made if it is missing or was made from other first data."""
    data.mkdir(parents=True, exist_ok=True)
    store = Store(
        data / FILE,
        origin=f"prebooks={prebooks} seed={seed}",
        make_world=lambda: first_day() + season(prebooks, seed),
    )
    return Komet(store, token=token, settings=Settings().changed({"latency_ms": latency_ms}))


class Sandbox:
    """A Komet in a thread of this process.

    `with Sandbox() as komet:` listens when the block begins and is gone, with every connection, when it ends.

    Args:
        data: Folder for its state; None: a temporary one, removed at the end. A folder used before goes on
            where it stopped, if `prebooks` and `seed` are the same; otherwise it starts anew.
        port: Port on 127.0.0.1; 0 takes a free one.
        token: The token that may do everything.
        prebooks: How many prebooks to make up beside the sample day.
        seed: Same seed, same prebooks.
        latency_ms: An answer is given this long after its request arrived.
    """

    def __init__(
        self,
        data: Path | None = None,
        *,
        port: int = 0,
        token: str = "sandbox-token",  # noqa: S107  a made-up token for a made-up Komet
        prebooks: int = 0,
        seed: int = 1,
        latency_ms: int = 0,
    ) -> None:
        self.token = token
        self._data = data
        self._port = port
        self._first = {"prebooks": prebooks, "seed": seed, "latency_ms": latency_ms}

    def __enter__(self) -> Self:
        """Listen. Raises OSError if the port is taken or the folder cannot be written."""
        self._listener = listen(self._port)
        self.port: int = self._listener.getsockname()[1]
        self._folder = None if self._data else tempfile.TemporaryDirectory(prefix="komet-sandbox-")
        self.folder = Path(self._folder.name) if self._folder else self._data or Path()
        try:
            self.komet = open_komet(self.folder, token=self.token, **self._first)
        except BaseException:
            self._listener.close()
            if self._folder:
                self._folder.cleanup()
            raise
        ready = threading.Event()
        self._server = Server(self.komet, ready=ready.set)
        self._thread = threading.Thread(
            target=self._server.run_on, args=(self._listener,), name="komet-sandbox", daemon=True
        )
        self._thread.start()
        if not ready.wait(PATIENCE):
            self.__exit__(None, None, None)
            raise RuntimeError("the sandbox did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop listening, break off every connection, remove a temporary folder."""
        self._server.stop()
        self._thread.join(PATIENCE)
        self._listener.close()
        self.komet.store.close()
        if self._folder:
            self._folder.cleanup()

    @property
    def url(self) -> str:
        """The base address for clients: `http://127.0.0.1:PORT/api`."""
        return f"http://{HOST}:{self.port}/api"

    @property
    def control(self) -> str:
        """The base address of the control plane: `http://127.0.0.1:PORT/_sandbox`."""
        return f"http://{HOST}:{self.port}/_sandbox"

    def ledger(self) -> list[LedgerLine]:
        """The lines that were really added, in order."""
        return self.komet.store.ledger()

    def applied(self, inventory_id: int) -> int:
        """How many lines of this inventory item were really added."""
        return sum(line.inventory_id == inventory_id for line in self.ledger())

    def requests(self) -> dict[str, int]:
        """Requests by method since the last reset, then `total`, `today` and `most_posts_at_once`."""
        return self.komet.requests()

    def fault(
        self,
        name: str,
        times: int | None = 1,
        *,
        method: str | None = None,
        prebook_id: int | None = None,
        inventory_id: int | None = None,
        seconds: float | None = None,
        message: str = REFUSAL,
        location: str = LOGIN,
    ) -> None:
        """Let the next requests that fit go wrong; `times=None`: all of them. Raises ValueError."""
        self.komet.faults.put(Rule(name, times, method, prebook_id, inventory_id, seconds, message, location))

    def add_foreign_line(
        self,
        prebook_id: int,
        inventory_id: int,
        boxes: int,
        price: Decimal | str,
        mark_code: str | None = None,
    ) -> int:
        """Add a line as another user of Komet would; it is not in the ledger. Returns its prebookItemId."""
        fields: Mapping[str, object] = {
            "prebookId": prebook_id,
            "inventoryId": inventory_id,
            "boxes": boxes,
            "price": str(price),
            "markCode": mark_code or "",
        }
        return self.komet.store.add(read_new_line(fields), in_ledger=False)

    def move(self, prebook_id: int, truck_date: str) -> None:
        """Give a prebook another truck date, `YYYY-MM-DD`."""
        self.komet.store.move(prebook_id, truck_date)

    def settings(self, **changes: object) -> Settings:
        """Change settings by name (see `Settings`); returns all of them. Raises ValueError."""
        return self.komet.change(changes)

    def reset(self) -> None:
        """First data, first settings, no faults, no ledger, no counts."""
        self.komet.reset()


def serve(
    data: Path,
    *,
    port: int,
    token: str,
    prebooks: int,
    seed: int,
    latency_ms: int,
    ready: Callable[[str], None],
) -> None:
    """Run a sandbox in the foreground until Ctrl-C or SIGTERM, then return.

    Calls `ready(url)` once it listens. Raises OSError if the port is taken or the folder cannot be written.
    """
    listener = listen(port)
    try:
        komet = open_komet(data, token=token, prebooks=prebooks, seed=seed, latency_ms=latency_ms)
        url = f"http://{HOST}:{listener.getsockname()[1]}/api"
        try:
            Server(komet, ready=lambda: ready(url)).run_on(listener)
        finally:
            komet.store.close()
    finally:
        listener.close()
