"""What may not be trained on."""

from __future__ import annotations

from eval.datasets import Dataset
from value_index.errors import TurnSQLError

DEV_DATABASES = frozenset({
    "battle_death", "car_1", "concert_singer", "course_teach", "cre_Doc_Template_Mgt", "dog_kennels",
    "employee_hire_evaluation", "flight_2", "museum_visit", "network_1", "orchestra", "pets_1", "poker_player",
    "real_estate_properties", "singer", "student_transcripts_tracking", "tvshow", "voter_1", "world_1", "wta_1",
})  # fmt: skip
"""The databases of the development sets of Spider, SParC and CoSQL: what is learnt on them cannot be measured on them."""


class LeakError(TurnSQLError):
    """Training data that holds what models are measured on."""


def refuse_dev_databases(dataset: Dataset) -> None:
    """Refuse a data set that talks about a development database, by its id.

    Raises:
        LeakError: One does; the line names dialogue and database.
    """
    for dialogue in dataset.dialogues:
        if dialogue.database_id in DEV_DATABASES:
            raise LeakError(
                f"{dataset.name} {dataset.split}: dialogue {dialogue.index} is about {dialogue.database_id!r}, a development"
                " database: models are measured on it, so it cannot train one"
            )
