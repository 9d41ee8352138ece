"""A loopback server that speaks just enough of the chat completions API to be measured against."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loopback(delay: float, port: int = 0) -> Generator[str]:
    """Run a server in a process of its own, at a free port unless one is given; yield its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"{__package__}.loopback_server", str(delay), str(port)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.communicate()


async def _serve(delay: float, port: int = 0) -> None:
    """Answer every request after a while, at a free port unless one is given."""
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "SELECT 1"}}
    body = json.dumps({"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": [choice]})
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A request without a body asks what is served, which such a server does not say.
        while "content-length" in (asked := await _head(reader)):
            await reader.readexactly(int(asked["content-length"]))
            await asyncio.sleep(delay)
            writer.write((head + body).encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> dict[str, str]:
    """Read the headers of the next request; nothing at the end of the connection."""
    lines = []
    while (line := (await reader.readline()).decode().strip()) != "":
        lines.append(line)
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1]), *map(int, sys.argv[2:3])))
