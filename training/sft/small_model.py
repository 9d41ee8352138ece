# pyright: basic, reportMissingImports=false
"""A small Qwen3 model and its tokenizer, from nothing: enough to learn one job on a CPU, and served like a large one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from training.sft.config import NewModel

PAD, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CUT = r" ?[A-Z]{2,}(?: [A-Z]{2,})* |\n[a-z]+(?: by)? |T\d+\.|\w+|\W+"
_PHRASE = re.compile(r"[^'\n]*\w\W\w+\W\w[^'\n]*")
"""Three words and more of one line, outside quotes."""
SHARPNESS = 1.5
"""The scale of queries and of keys at the start: with 1, heads of size 32 give one token at most e^5.7 times what they
give another."""
TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def new_tokenizer(texts: Sequence[str], vocabulary: int) -> PreTrainedTokenizerFast:
    """Train a byte-level BPE.

    Words and what stands between them are cut apart, so that a name is the same tokens after a space, a dot or a quote:
    that makes copying it easy to learn. Key words of SQL take the spaces around them in, and lines of a plan begin with one
    token: with fewer spaces, fewer places look alike. What a tenth of the texts repeat (instructions, headings) and what
    the chat template writes before a message are one token each.
    """
    tokenizer = Tokenizer(models.BPE())
    cut = pre_tokenizers.Split(Regex(CUT), behavior="isolated")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [cut, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocabulary,
        special_tokens=[PAD, START, END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    repeated = Counter(phrase for text in texts for phrase in set(_PHRASE.findall(text)))
    tokenizer.add_tokens([f"{role}\n" for role in ("system", "user", "assistant")])
    tokenizer.add_tokens([phrase for phrase, count in repeated.items() if count >= len(texts) / 10])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token=END, pad_token=PAD, chat_template=TEMPLATE, padding_side="left"
    )


def new_model(settings: NewModel, tokenizer: PreTrainedTokenizerFast, seed: int) -> Qwen3ForCausalLM:
    """Make the model with random weights; the same seed makes the same ones.

    The weights are drawn so that copying is near: what a token is (its embedding) is not drowned by layers that know nothing
    yet, and heads can look at one place, which the usual weights of a large model would take most of a short run to learn.
    """
    torch.manual_seed(seed)
    model = Qwen3ForCausalLM(
        Qwen3Config(
            vocab_size=len(tokenizer),
            hidden_size=settings.hidden,
            num_hidden_layers=settings.layers,
            num_attention_heads=settings.heads,
            num_key_value_heads=settings.key_value_heads,
            head_dim=settings.head_size,
            intermediate_size=settings.intermediate,
            max_position_embeddings=settings.positions,
            tie_word_embeddings=True,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
            bos_token_id=None,
        )
    )
    model.model.embed_tokens.weight.data.normal_(0.0, settings.hidden**-0.5)
    for layer in model.model.layers:
        layer.self_attn.o_proj.weight.data.zero_()
        layer.mlp.down_proj.weight.data.zero_()
        layer.self_attn.q_norm.weight.data.fill_(SHARPNESS)
        layer.self_attn.k_norm.weight.data.fill_(SHARPNESS)
    return model
