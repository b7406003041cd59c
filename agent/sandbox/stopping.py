"""uvicorn, but it stops at once. Tests start and stop hundreds of sandboxes."""

import asyncio
import socket
from contextlib import suppress

import uvicorn

TICK_SECONDS = 0.1  # uvicorn refreshes its Date header by these


class PromptServer(uvicorn.Server):
    """Leaves its loop when told, and drops requests that a fault still holds."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._told: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    def stop(self) -> None:
        """Stop, told from another thread. Safe to repeat."""
        self.should_exit = True
        if self._loop and self._told:
            with suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        """Tick until told to stop."""
        self._loop = asyncio.get_running_loop()
        self._told = asyncio.Event()
        counter = 0
        while not await self.on_tick(counter):
            counter += 1
            try:
                await asyncio.wait_for(self._told.wait(), TICK_SECONDS)
            except TimeoutError:
                continue

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close everything without waiting for anybody."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        for task in self.server_state.tasks:
            task.cancel()
        await asyncio.sleep(0.01)  # let them notice
