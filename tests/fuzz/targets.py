"""TARGETS: every door through which foreign input comes in, by name."""

from __future__ import annotations

from tests.fuzz.data_files import DATA_FILES, load_data
from tests.fuzz.data_files import KEPT as KEPT_DATA
from tests.fuzz.endpoint_answers import ENDPOINT_ANSWERS, read_answer
from tests.fuzz.knowledge_files import KEPT as KEPT_KNOWLEDGE
from tests.fuzz.knowledge_files import KNOWLEDGE_FILES, read_knowledge_file
from tests.fuzz.predictions import IMPORTED, import_and_score
from tests.fuzz.run_folders import RUN_FOLDERS, read_run
from tests.fuzz.sql_texts import SQL_TEXTS, read_and_check
from tests.fuzz.sqlite_files import SQLITE_FILES, open_and_read
from tests.fuzz.suite_files import KEPT as KEPT_SUITES
from tests.fuzz.suite_files import SUITE_FILES, read_suite_file
from tests.fuzz.target import Target

TARGETS = {
    target.name: target
    for target in (
        Target("sql", SQL_TEXTS, read_and_check),
        Target("sqlite", SQLITE_FILES, open_and_read),
        Target("endpoint", ENDPOINT_ANSWERS, read_answer),
        Target("data", DATA_FILES, load_data, KEPT_DATA),
        Target("run", RUN_FOLDERS, read_run),
        Target("suite", SUITE_FILES, read_suite_file, KEPT_SUITES),
        Target("knowledge", KNOWLEDGE_FILES, read_knowledge_file, KEPT_KNOWLEDGE),
        Target("import", IMPORTED, import_and_score),
    )
}
