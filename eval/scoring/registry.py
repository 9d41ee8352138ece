"""The scores of stages that have a formula of their own; every `StageScore` imported here is computed.

plan_emission has the plan scores besides, sql_generation and schema_validation the verdicts.
"""

from eval.scoring.stage_scores import DIALOGUE_STATE as DIALOGUE_STATE
from eval.scoring.stage_scores import SCHEMA_LINKING as SCHEMA_LINKING
from eval.scoring.stage_scores import VALUE_GROUNDING as VALUE_GROUNDING
