"""llama.cpp's own server without a build of it: `python agent/serving/llamacpp_server.py MODEL.gguf --port 8080` (needs xllamacpp).

Where llama.cpp is built, `llama-server -m MODEL.gguf --port 8080 -c 8192 -np 1 --jinja` is the same server.
"""

# pyright: basic
from __future__ import annotations

import argparse
import signal
import threading

import xllamacpp  # pyright: ignore[reportMissingImports]


def main() -> None:
    """Serve a model until the process is told to end."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("model")
    words.add_argument("--port", type=int, default=8080)
    words.add_argument("--context", type=int, default=8192)
    words.add_argument("--threads", type=int, default=1)
    words.add_argument(
        "--lora", action="append", default=[], help="adapter as GGUF; a request says which, by its place"
    )
    given = words.parse_args()
    params = xllamacpp.CommonParams()
    params.model.path, params.n_ctx, params.n_parallel = given.model, given.context, 1
    params.hostnames, params.port, params.use_jinja, params.ui = ["127.0.0.1"], given.port, True, False
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = given.threads
    params.lora_adapters = [xllamacpp.CommonAdapterLoraInfo(path, 0.0) for path in given.lora]
    if given.lora:
        # What it keeps of earlier prompts beside the slot's own is given back whichever adapter made it.
        params.cache_ram_mib = 0
    server = xllamacpp.Server(params)
    print(f"ready at {server.listening_address}/v1", flush=True)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    ended.wait()


if __name__ == "__main__":
    main()
