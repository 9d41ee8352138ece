"""Five verdicts on a predicted SQL: strict, value, official, official_keep_distinct, bird."""

from eval.scoring.verdicts.causes import CAUSES, Cause, cause_of_difference
from eval.scoring.verdicts.executions import Executions, MachineFaultError
from eval.scoring.verdicts.judge import judge
from eval.scoring.verdicts.verdicts import VERDICTS, Verdicts

__all__ = ["CAUSES", "VERDICTS", "Cause", "Executions", "MachineFaultError", "Verdicts", "cause_of_difference", "judge"]
