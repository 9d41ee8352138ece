"""Five verdicts on a predicted SQL: strict, value, official, official_keep_distinct, bird."""

from eval.verdicts.causes import CAUSES, Cause, cause_of_difference
from eval.verdicts.executions import Executions
from eval.verdicts.judge import judge
from eval.verdicts.verdicts import VERDICTS, Verdicts

__all__ = ["CAUSES", "VERDICTS", "Cause", "Executions", "Verdicts", "cause_of_difference", "judge"]
