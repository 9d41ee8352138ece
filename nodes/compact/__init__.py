"""The compact planner: plans as symbol sequences, the turn as tensors, and the network that ties them."""

import os

# onnxruntime reports its sessions to its maker from version 1.32 on, and reads this as it is imported: no text of a
# conversation is in what it sends, but a tool that promises to stay on the machine sends nothing.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
