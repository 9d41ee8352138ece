"""The settings of a fine-tuning run."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from nodes.state import Stage
from training.settings import Settings, TrainingError, read_settings
from training.sft.reward_weights import RewardWeights


class NewModel(Settings):
    """`[new]`: a Qwen3 model of one's own, from nothing, for tests and demonstrations on a CPU."""

    vocabulary: int = Field(default=3072, ge=300)
    """Tokens of the byte-level BPE that is trained on the rows."""
    hidden: int = Field(default=192, ge=32)
    layers: int = Field(default=4, ge=1)
    heads: int = Field(default=6, ge=1)
    key_value_heads: int = Field(default=2, ge=1)
    head_size: int = Field(default=32, ge=32)
    """vLLM on a CPU knows 32, 64 and some above; it dies of the first request at 16."""
    intermediate: int = Field(default=512, ge=32)
    positions: int = Field(default=4096, ge=512)


class Lora(Settings):
    """`[lora]`: an adapter instead of all weights."""

    rank: int = Field(default=16, ge=1)
    alpha: int = Field(default=32, ge=1)
    dropout: float = Field(default=0.0, ge=0, lt=1)
    target_modules: str | tuple[str, ...] = "all-linear"


class SftConfig(Settings):
    """What `turnsql train sft` does; every field has its key in the TOML file."""

    base: str | None = None
    """Folder or hub name of the model to tune; --base on the command line comes first."""
    new: NewModel | None = None
    """Makes the model where there is no base."""
    lora: Lora | None = None
    """Trains an adapter; all weights where absent."""
    engine: Literal["plain", "unsloth"] = "plain"
    """Transformers and peft, or Unsloth's kernels, which need a GPU; the rest of the settings means the same."""
    bits: Literal[4, 16] = 16
    """The bits of the base's weights: 4 is QLoRA, which Unsloth advises against for Qwen3.5."""
    teraflops: float | None = Field(default=None, gt=0)
    """Peak of the card in bf16, for the estimate of the time."""
    thinking: bool | None = None
    """What the endpoint's settings say of thinking, so that rows are written as they will be served; None for other models."""
    stages: tuple[Stage, ...] = ("sql_generation",)
    """The stages whose rows are learnt."""
    diagnostic: bool = False
    """Whether rows that hold what only gold knows may be trained on."""
    seed: int = 0
    epochs: float = Field(default=1.0, gt=0)
    steps: int | None = Field(default=None, ge=1)
    """How many, whatever the epochs say."""
    batch_size: int = Field(default=16, ge=1)
    """Rows on the card at once."""
    accumulate: int = Field(default=1, ge=1)
    """Batches a step."""
    packing: bool = False
    """Whether short rows share a sequence; refused for a model that carries a state along it."""
    learning_rate: float = Field(default=2e-4, gt=0)
    """Peak of the learning rate."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """What the rate does once it has risen; a constant one makes a run the beginning of every longer run."""
    warmup: int = Field(default=50, ge=0)
    """Steps over which it rises."""
    weight_decay: float = 0.01
    beta2: float = Field(default=0.999, gt=0, lt=1)
    """The second beta of Adam: less if a run has too few steps for the average of a thousand squares."""
    longest: int = Field(default=1024, ge=16)
    """Tokens of a row; a longer one is refused, never cut."""
    whole: bool = False
    """Whether the prompt is learnt too (a new model needs it); else the answer alone."""
    evaluate_every: int = Field(default=500, ge=1)
    """Steps between two looks at the rows held out."""
    save_every: int | None = Field(default=None, ge=1)
    """Steps between two checkpoints; as often as there are looks unless given."""
    keep: Literal["best", "last"] = "best"
    """Which weights are exported: those of the best look, the later of two that are alike, or those of the last step."""
    evaluated: int = Field(default=100, ge=0)
    """Rows of each look, none for no look; at the end five times as many of every split."""
    patience: int = Field(default=8, ge=1)
    """Looks without a better one before the run stops."""
    threads: int | None = None
    """CPU threads; None leaves torch its own count."""

    @property
    def template(self) -> dict[str, bool]:
        """What the chat template is told beside the messages."""
        return {} if self.thinking is None else {"enable_thinking": self.thinking}


class GrpoConfig(SftConfig):
    """What `turnsql train grpo` does; every field has its key in the TOML file."""

    generations: int = Field(default=8, ge=2)
    """Answers drawn of each prompt, which are set against one another; they must divide a step's rows."""
    temperature: float = Field(default=1.0, gt=0, le=2)
    answer_tokens: int = Field(default=160, ge=1)
    """Tokens of an answer; a longer one is cut."""
    beta: float = Field(default=0.0, ge=0)
    """How strongly the model is held to where it began."""
    vllm: bool = False
    """Whether vLLM draws the answers, on the same card."""
    reward: RewardWeights = RewardWeights()


def load_grpo_config(path: Path) -> GrpoConfig:
    """Read a TOML file.

    Raises:
        TrainingError: the file is missing, malformed or has an unknown key, or the answers do not divide a step's rows.
    """
    found = read_settings(GrpoConfig, path)
    if found.batch_size * found.accumulate % found.generations:
        raise TrainingError(
            f"{path}: a step has {found.batch_size * found.accumulate} rows (batch_size times accumulate), which "
            f"{found.generations} generations do not divide"
        )
    return found


def load_sft_config(path: Path) -> SftConfig:
    """Read a TOML file.

    Raises:
        TrainingError: The file is missing, malformed or has an unknown key.
    """
    return read_settings(SftConfig, path)
