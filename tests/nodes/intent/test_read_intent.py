"""What is no question, and what only looks like it, over small databases."""

from __future__ import annotations

import pytest

from nodes.intent.read_intent import READERS, no_question
from nodes.node import Context
from nodes.state import Turn
from nodes.turn_analysis import TurnAnalysis


def kind_of(context: Context, utterance: str, *before: str) -> str | None:
    """Return what an utterance is taken for, after turns of some SQL."""
    history = tuple(Turn(utterance="before", sql=sql) for sql in before)
    turn = TurnAnalysis(context.schema, context.index, utterance, history)
    told = no_question(turn, tuple(READERS))
    return told.kind if told else None


CLIENTS = "SELECT name FROM client"
SALES = "SELECT sale_id FROM sale WHERE sale_date >= '2024-01-01' AND sale_date < '2025-01-01'"

NO_QUESTIONS = [
    ("change_order", "clients", "Delete all clients from Ireland", ()),
    ("change_order", "clients", "Please delete the client Aster", ()),
    ("change_order", "clients", "Could you remove every client in Cork?", ()),
    ("change_order", "clients", "Add a client named Ivy from Cork", ()),
    ("change_order", "clients", "Add a new client called Oak", (CLIENTS,)),
    ("change_order", "clients", "Insert a client with the name Oak and the country Ireland", ()),
    ("change_order", "clients", "I want to delete the clients from Austria", ()),
    ("change_order", "clients", "Now delete all clients from Ireland.", (CLIENTS,)),
    ("change_order", "clients", "Thanks. Now delete all clients.", (CLIENTS,)),
    ("change_order", "clients", "Get rid of all clients in Leeds", ()),
    ("change_order", "clients", "Remove the client Birch from the database", (CLIENTS,)),
    ("change_order", "clients", "Update the city of Aster to Galway", ()),
    ("change_order", "clients", "Change Birch's country to Germany", ()),
    ("change_order", "clients", "Set the country of all clients to Ireland", ()),
    ("change_order", "clients", "All clients from Ireland must be deleted", ()),
    ("change_order", "clients", "DELETE FROM client WHERE country = 'Ireland'", ()),
    ("change_order", "clients", "DROP TABLE client", ()),
    ("change_order", "clients", "drop the table client", (CLIENTS,)),
    ("change_order", "clients", "UPDATE client SET city = 'Rome'", ()),
    ("change_order", "clients", "INSERT INTO client VALUES (9, 'Oak', 'UK', 'York')", ()),
    ("change_order", "clients", "CREATE TABLE friend (id INTEGER)", ()),
    ("change_order", "shop", "Increase the unit price of all products by 10 percent", ()),
    ("change_order", "shop", "Change the price of the Lamp to 30", (SALES,)),
    ("change_order", "shop", "Register a new sale of two lamps", ()),
    ("change_order", "shop", "Erase all sales before 2024", ()),
    ("change_order", "club", "Add another member named Zed Moe", ()),
    ("change_order", "club", "Rename the club Chess to Go", ()),
    ("change_order", "club", "Can you wipe the member table?", ()),
    ("small_talk", "clients", "hello", ()),
    ("small_talk", "clients", "Hi there!", ()),
    ("small_talk", "clients", "Good morning", ()),
    ("small_talk", "clients", "How are you?", ()),
    ("small_talk", "clients", "What can you do?", ()),
    ("small_talk", "clients", "Thanks!", (CLIENTS,)),
    ("small_talk", "clients", "Thank you so much for your help, that's all I needed.", (CLIENTS,)),
    ("small_talk", "clients", "Great, thanks. Bye!", (CLIENTS,)),
    ("small_talk", "clients", "That will be all", (CLIENTS,)),
    ("small_talk", "clients", "ok", (CLIENTS,)),
    ("small_talk", "clients", "???", ()),
    ("other_language", "clients", "¿Cuántos clientes hay en Irlanda?", ()),
    ("other_language", "clients", "Combien de clients sont en Irlande ?", ()),
    ("other_language", "clients", "Wie viele Kunden gibt es in Irland?", ()),
    ("other_language", "clients", "Quanti clienti ci sono in Irlanda?", ()),
    ("other_language", "clients", "Hoeveel klanten zijn er in Ierland?", ()),
    ("other_language", "clients", "Сколько клиентов в Ирландии?", ()),
    ("other_language", "clients", "爱尔兰有多少客户？", ()),
    ("other_language", "shop", "Liste alle Produkte nach Preis", ()),
    ("off_topic", "clients", "What is the weather in Paris?", ()),
    ("off_topic", "clients", "Tell me a joke", ()),
    ("off_topic", "clients", "Who won the world cup?", ()),
    ("off_topic", "clients", "What is the meaning of life?", ()),
    ("off_topic", "shop", "Write a poem about spring", ()),
    ("off_topic", "shop", "What's the weather like tomorrow?", (SALES,)),
]

QUESTIONS = [
    ("clients", "Give me all clients from Ireland", ()),
    ("clients", "Show the clients", ()),
    ("clients", "Please give me the names", ()),
    ("clients", "Delete from the list those in Cork", (CLIENTS,)),
    ("clients", "Delete those from Ireland", (CLIENTS,)),
    ("clients", "Remove the ones from Ireland", (CLIENTS,)),
    ("clients", "Now remove the clients with less than two letters", (CLIENTS,)),
    ("clients", "Drop the ones without a city", (CLIENTS,)),
    ("clients", "Add the city", (CLIENTS,)),
    ("clients", "Also add their country", (CLIENTS,)),
    ("clients", "Add a column with the country", (CLIENTS,)),
    ("clients", "Can you add another column showing the city?", (CLIENTS,)),
    ("clients", "Can you add to the table the cities of those clients?", (CLIENTS,)),
    ("clients", "Great! Can you update this list to show the city of each client?", (CLIENTS,)),
    ("clients", "Update it to show only the names", (CLIENTS,)),
    ("clients", "Change that to Austria", ("SELECT name FROM client WHERE country = 'Ireland'",)),
    ("clients", "Change the country to Austria", ("SELECT name FROM client WHERE country = 'Ireland'",)),
    ("clients", "Replace the name by the id", (CLIENTS,)),
    ("clients", "Remove duplicates", (CLIENTS,)),
    ("clients", "Delete the filter on the country", (CLIENTS,)),
    ("clients", "Drop the condition", (CLIENTS,)),
    ("clients", "Create a list of all clients", ()),
    ("clients", "Create a table of the clients and their cities", ()),
    ("clients", "Make a table showing the clients by country", ()),
    ("clients", "Which clients were deleted?", ()),
    ("clients", "How many clients should be removed?", ()),
    ("clients", "hello, how many clients are there?", ()),
    ("clients", "Thanks. And those in Cork?", (CLIENTS,)),
    ("clients", "Ok, what about Austria?", (CLIENTS,)),
    ("clients", "Great, sort them by name", (CLIENTS,)),
    ("clients", "yes", (CLIENTS,)),
    ("clients", "only Austria", (CLIENTS,)),
    ("clients", "names", ()),
    ("clients", "Clients in Los Angeles", ()),
    ("clients", "Is any client called 'La maison du lac'?", ()),
    ("clients", "Which city is Aster in?", ()),
    ("clients", "Who is in Linz?", ()),
    ("clients", "What about the others?", (CLIENTS,)),
    ("clients", "Count them", (CLIENTS,)),
    ("shop", "Set the limit to 3", (SALES,)),
    ("shop", "Change the year to 2023", (SALES,)),
    ("shop", "Increase the limit to ten", (SALES,)),
    ("shop", "Add up the quantities", (SALES,)),
    ("shop", "Total quantity per product", ()),
    ("shop", "What sold best?", ()),
    ("shop", "How much did we sell last year?", ()),
    ("shop", "Show everything we know about the Lamp", ()),
    ("shop", "Set them in order of the date", (SALES,)),
    ("club", "Who joined first?", ()),
    ("club", "Give me the oldest member", ()),
    ("club", "List members who were added in 2024", ()),
    ("runners", "Who are the two fastest runners?", ()),
    ("films", "Which films have no director?", ()),
    ("ward", "Which places did Doe visit?", ()),
    ("accounts", "Which accounts must be closed?", ()),
]


@pytest.mark.parametrize(("kind", "name", "utterance", "before"), NO_QUESTIONS)
def test_what_is_no_question_is_told(
    contexts: dict[str, Context], kind: str, name: str, utterance: str, before: tuple[str, ...]
) -> None:
    assert kind_of(contexts[name], utterance, *before) == kind


@pytest.mark.parametrize(("name", "utterance", "before"), QUESTIONS)
def test_questions_and_edits_of_what_is_shown_are_answered(
    contexts: dict[str, Context], name: str, utterance: str, before: tuple[str, ...]
) -> None:
    assert kind_of(contexts[name], utterance, *before) is None


def test_a_kind_that_is_not_refused_is_a_question(contexts: dict[str, Context]) -> None:
    turn = TurnAnalysis(contexts["clients"].schema, None, "¿Cuántos clientes hay?", ())
    assert no_question(turn, ("small_talk",)) is None
    told = no_question(turn, ("other_language",))
    assert told is not None and "\n" not in told.message
