"""The commands of `eval`. Heavy imports stay inside the commands, so that `--help` is fast."""

from __future__ import annotations

import typer

from eval.cli import (
    bench,
    demo,
    feedback,
    gold,
    interact,
    interact_world,
    knowledge,
    ladder,
    llm,
    runs,
    scores,
    suite,
    web,
)

app = typer.Typer(
    help="Evaluate: answer the turns of a data set, score them, compare runs, find the stage to mend.",
    no_args_is_help=True,
)
for part in (runs, scores, llm, ladder, gold, knowledge):
    app.add_typer(part.app)
bench_app = bench.app
top_app = demo.app
web_app = web.app
feedback_app = feedback.app
suite_app = suite.app
interact_app = interact.app
interact_app.add_typer(interact_world.app)
