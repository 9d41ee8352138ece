"""The data sets that `--dataset` takes.

Every function imported here reads one, under the name by which it is imported: `(folder, split) -> Dataset`.
"""

from eval.datasets.bird import bird as bird
from eval.datasets.bird_interact.dialogues import bird_interact as bird_interact
from eval.datasets.spider_family import cosql as cosql
from eval.datasets.spider_family import sparc as sparc
from eval.datasets.spider_family import spider as spider
