from __future__ import annotations

import io

from rich.console import Console

from agent.answer import Answer
from agent.present import show_answer, show_stages, stage_lines
from nodes.plan import Plan
from nodes.plan.constraints import Constraint
from nodes.plan.render import constraint_text
from nodes.state import (
    STAGES,
    Attempt,
    CandidateGroup,
    Choice,
    ColumnLink,
    DialogueState,
    GraphState,
    GroundedValue,
    ModelCall,
    SchemaLinks,
    ScoredPlan,
    StageTrace,
    TableLink,
    Usage,
    Violation,
)
from value_index.database import Result
from value_index.schema import ColumnRef

CODE = ColumnRef(table="country", column="code")
FRENCH = Constraint(column=CODE, operator="=", values=("FR",))
STATE = GraphState(
    turn_id="0",
    database_id="d",
    utterance="[bold]only[/bold] the French ones",
    dialogue_state=DialogueState(question="[bold]only[/bold] the French ones", added=(FRENCH,)),
    schema_links=SchemaLinks(
        tables=(TableLink(table="country", score=0.9),), columns=(ColumnLink(column=CODE, score=0.8),) * 10
    ),
    grounded_values=(GroundedValue(mention="French", column=CODE, value="FR", score=0.9, runner_up=0.5),),
    plans=(ScoredPlan(plan=Plan(), score=0.7, confidence=0.6),) * 5,
    sql="SELECT 2",
    attempts=(
        Attempt(sql="SELECT 1", violations=(Violation(kind="syntax", severity="error", message="cannot be read"),)),
        Attempt(sql="SELECT 2"),
    ),
    trace=tuple(StageTrace(stage=stage, variant="v", ms=1.0) for stage in (*STAGES, *STAGES[-2:])),
)


def shown(answer: Answer, *, explain: bool = False) -> str:
    console = Console(file=io.StringIO(), width=200)
    show_answer(console, answer, explain=explain)
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_the_row_cap_is_stated() -> None:
    many = Result(outcome="rows", columns=("n",), rows=tuple((n,) for n in range(50)))
    text = shown(Answer(state=STATE, result=many))
    assert "50 rows, the first 20 shown" in text and " 19 " in text and "21" not in text
    cut = many.model_copy(update={"outcome": "truncated", "message": "cut after 50 rows"})
    assert "(cut after 50 rows)" in shown(Answer(state=STATE, result=cut))
    one = Result(outcome="rows", columns=("n",), rows=((1,),))
    assert "1 row\n" in shown(Answer(state=STATE, result=one))


def test_a_fault_is_named_and_no_sql_is_said() -> None:
    late = Result(outcome="timeout", message="stopped at the deadline of 5 s")
    assert "timeout: stopped at the deadline of 5 s" in shown(Answer(state=STATE, result=late))
    assert "No SQL was written" in shown(Answer(state=STATE, result=None))


def test_violations_of_the_final_sql_are_shown() -> None:
    warned = Attempt(sql="x", violations=(Violation(kind="fan_out", severity="warning", message="counts twice"),))
    answer = Answer(state=STATE.model_copy(update={"attempts": (warned,)}), result=Result(outcome="rows"))
    assert "warning: counts twice [fan_out]" in shown(answer)


def test_every_stage_is_explained_in_words() -> None:
    text = shown(Answer(state=STATE, result=None), explain=True)
    for stage in STAGES:
        assert stage in text
    assert "question: [bold]only[/bold] the French ones" in text
    assert "added: country.code = 'FR'" in text
    assert "columns: country.code 0.80" in text and "and 2 more" in text
    assert "'French' -> country.code = 'FR' (exact, score 0.90, lead 0.40)" in text
    assert "plan 1, score 0.70, confidence 0.60" in text and "and 2 more" in text
    assert "attempt 1: in error" in text and "error: cannot be read [syntax]" in text
    assert "sql_generation (v, 2.0 ms, ran 2 times)" in text


def test_stages_that_did_not_run_are_left_out() -> None:
    console = Console(file=io.StringIO(), width=100)
    show_stages(console, STATE.model_copy(update={"trace": ()}))
    assert console.file.getvalue() == ""  # type: ignore[attr-defined]
    empty = GraphState(turn_id="0", database_id="d", utterance="u")
    assert [stage_lines(stage, empty) for stage in STAGES] == [[], [], ["no values"], [], ["(no SQL)"], []]


def test_constraints() -> None:
    assert constraint_text(FRENCH) == "country.code = 'FR'"
    counted = Constraint(column=None, aggregate="count", operator=">", values=(2,))
    assert constraint_text(counted) == "count(*) > 2"
    assert constraint_text(Constraint(column=CODE, operator="is null")) == "country.code is null"


def test_nothing_drives_the_terminal() -> None:
    sql = "SELECT 'a\x1b]52;c;eA==\x1b\\\\'"
    ref = ColumnRef(table="t\x1b[2J", column="c\x9b31m")
    state = STATE.model_copy(
        update={
            "sql": sql,
            "utterance": "\x1b[31m",
            "schema_links": SchemaLinks(tables=(), columns=(ColumnLink(column=ref, score=1.0),)),
            "attempts": (
                Attempt(sql=sql, violations=(Violation(kind="syntax", severity="error", message="\x07\x1bc"),)),
            ),
        }
    )
    text = shown(Answer(state=state, result=Result(outcome="error", message="near \x1b[1m")), explain=True)
    assert (
        "\\x1b]52;c;eA==" in text
        and not any(ord(letter) < 32 and letter != "\n" for letter in text)
        and "\x9b" not in text
    )


def test_it_is_said_that_a_cascade_asked_no_model() -> None:
    run = StageTrace(stage="sql_generation", variant="candidates", ms=1.0)
    state = STATE.model_copy(update={"trace": (run,)})
    said = "the model was not asked: the planner is sure enough of its first plan (0.60), or its plans agree"
    assert stage_lines("sql_generation", state) == ["SELECT 2", said]
    assert stage_lines("sql_generation", STATE) == ["SELECT 2"]


def test_it_is_said_that_a_model_gave_no_sql() -> None:
    groups = (CandidateGroup(sql="SELECT 2", sources=("plan 1",), rows=1, probability=1.0),)
    run = StageTrace(
        stage="sql_generation", variant="candidates", ms=1.0, calls=(ModelCall(outcome="complete", usage=Usage()),),
        choice=Choice(chosen=0, reason="all candidates return the same rows", groups=groups),
    )  # fmt: skip
    said = "the model was asked, and what it answered holds no SQL"
    assert stage_lines("sql_generation", STATE.model_copy(update={"trace": (run,)}))[-1] == said
    offered = groups[0].model_copy(update={"sources": ("plan 1", "model")})
    run = run.model_copy(update={"choice": Choice(chosen=0, reason="", groups=(offered,))})
    assert said not in stage_lines("sql_generation", STATE.model_copy(update={"trace": (run,)}))
