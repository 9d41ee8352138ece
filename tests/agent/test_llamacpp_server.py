from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = Path(__file__).resolve().parents[2] / "agent" / "serving" / "llamacpp_server.py"
STAND_IN = """
import json, os, signal, threading
from types import SimpleNamespace

class CommonParams(SimpleNamespace):
    def __init__(self):
        super().__init__(model=SimpleNamespace(), cpuparams=SimpleNamespace(), cpuparams_batch=SimpleNamespace(), cache_ram_mib=8192)

def CommonAdapterLoraInfo(path, scale):
    return path

class Server:
    listening_address = "http://127.0.0.1:1"
    def __init__(self, params):
        print(json.dumps([params.lora_adapters, params.cache_ram_mib]))
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
"""


def served(folder: Path, *words: str) -> list[object]:
    """Return the adapters and the memory for earlier prompts that llama.cpp is given; the program ends by itself."""
    (folder / "xllamacpp.py").write_text(STAND_IN)
    command = [sys.executable, str(PROGRAM), "model.gguf", *words]
    found = subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(folder)})
    return json.loads(found.stdout.splitlines()[0])


def test_no_adapter_is_given_what_another_made_of_the_same_prompt(tmp_path: Path) -> None:
    assert served(tmp_path, "--lora", "a.gguf", "--lora", "b.gguf") == [["a.gguf", "b.gguf"], 0]
    assert served(tmp_path) == [[], 8192]
