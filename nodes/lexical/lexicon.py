"""The words of English that the lexical stages go by, as plain data: lower-case words, phrases joined by single spaces."""

from __future__ import annotations

from nodes.plan import AggregateFunction


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


STOPWORDS = _words("""a an the of in on at to for from by with and or is are was were be been do does did has have had there their its
    his her it they them these those this that what which who whom whose when where how can could would will you me i we
    us my your please show list give tell find display return provide get let know want like need see look all any each
    every only just also too as than then now ok okay yes no hi hello thank thanks great about information table tables
    list some more much many s not""")
"""Words that name nothing by themselves; a schema name may still hold them ("no", "in")."""

AGGREGATE_CUES: dict[str, AggregateFunction] = {
    "average": "avg", "avg": "avg", "mean": "avg", "averaged": "avg",
    "total": "sum", "sum": "sum", "combined": "sum", "altogether": "sum", "overall": "sum",
    "maximum": "max", "max": "max", "highest": "max", "largest": "max", "biggest": "max", "greatest": "max",
    "most": "max", "longest": "max", "oldest": "max", "latest": "max",
    "minimum": "min", "min": "min", "lowest": "min", "smallest": "min", "least": "min", "fewest": "min",
    "shortest": "min", "youngest": "min", "earliest": "min",
}  # fmt: skip
"""Word to the function that it may ask for."""

AVERAGING = _words("average avg mean maximum max minimum min highest lowest largest smallest")
"""Words after which "number of" names a column rather than asks for a count."""

REPLACING = frozenset((("instead", "of"), ("rather", "than"), ("place", "of")))
"""Words before what something else is to stand in the place of."""

PLAIN_AGGREGATES = _words("average avg mean averaged sum total maximum max minimum min")
"""Cues that nearly always are an aggregate in SELECT, where the others may be an ordering with LIMIT 1."""

SUPERLATIVES: dict[str, tuple[bool, tuple[str, ...]]] = {
    "highest": (True, ()), "largest": (True, ()), "biggest": (True, ("size", "area", "population")),
    "greatest": (True, ()), "most": (True, ()), "maximum": (True, ()), "max": (True, ()), "top": (True, ()),
    "best": (True, ("rating", "score", "rank", "point")), "longest": (True, ("length", "duration", "time", "page", "distance")),
    "oldest": (True, ("age",)), "tallest": (True, ("height",)), "furthest": (True, ("distance", "mile", "km")), "farthest": (True, ("distance", "mile", "km")), "heaviest": (True, ("weight",)),
    "latest": (True, ("date", "year", "time")), "newest": (True, ("date", "year")), "recent": (True, ("date", "year")),
    "last": (True, ("date", "year")), "fastest": (True, ("speed",)), "richest": (True, ("money", "budget")),
    "expensive": (True, ("price", "cost")), "common": (True, ()), "popular": (True, ()), "frequent": (True, ()),
    "frequently": (True, ()), "costliest": (True, ("price", "cost")), "dearest": (True, ("price", "cost")), "priciest": (True, ("price", "cost")), "commonly": (True, ()), "deepest": (True, ("depth",)),
    "lowest": (False, ()), "smallest": (False, ("size", "area", "population")), "least": (False, ()),
    "fewest": (False, ()), "minimum": (False, ()), "min": (False, ()), "shortest": (False, ("length", "duration", "height", "page", "distance")),
    "youngest": (False, ("age",)), "earliest": (False, ("date", "year", "time")), "first": (False, ("date", "year")),
    "busiest": (True, ()), "quietest": (False, ()),
    "cheapest": (False, ("price", "cost")), "slowest": (False, ("speed",)), "worst": (False, ("rating", "score", "rank")),
    "lightest": (False, ("weight",)), "rarest": (False, ()),
}  # fmt: skip
"""Word to whether it ranks downwards, and to words of the column that it speaks of by itself."""

COUNTED = _words("most least fewest common popular frequent frequently commonly rarest busiest quietest")
"""Superlatives that may rank groups by how many rows they have."""

COMPARED: dict[str, tuple[str, ...]] = {
    "worth": ("value", "worth", "price", "amount"), "older": ("age",), "younger": ("age",), "longer": ("length", "duration"), "shorter": ("length", "duration", "height"),
    "heavier": ("weight",), "lighter": ("weight",), "taller": ("height",), "after": ("year", "date", "time"),
    "before": ("year", "date", "time"), "since": ("year", "date"), "later": ("year", "date", "time"),
    "earlier": ("year", "date", "time"), "expensive": ("price", "cost"), "cheaper": ("price", "cost"),
    "costs": ("price", "cost"), "cost": ("price", "cost"), "costing": ("price", "cost"), "priced": ("price",), "faster": ("speed",), "slower": ("speed",), "age": ("age",),
}  # fmt: skip
"""Words of a comparison that name the kind of column compared."""

ASKED: dict[str, tuple[str, ...]] = {
    "who": ("name",), "whom": ("name",), "when": ("date", "year", "time"), "where": ("location", "city", "address", "country"),
    "how old": ("age",), "how much": ("price", "cost", "amount", "salary", "budget"), "how long": ("duration", "length", "time"),
    "how tall": ("height",), "how heavy": ("weight",), "how big": ("size", "area"), "how fast": ("speed",),
    "how far": ("distance",), "how high": ("height", "elevation"), "birthday": ("birth", "date"), "born": ("birth", "date"),
    "nation": ("country", "nationality"), "phone": ("telephone", "phone"), "telephone": ("phone",), "email": ("email", "mail"),
    "cost": ("price", "cost"), "price": ("price", "cost"), "earn": ("salary",), "earning": ("salary",), "paid": ("salary",),
    "sex": ("gender",), "gender": ("sex",), "country": ("nationality", "nation"), "job": ("title", "position"),
    "contact": ("phone", "email"), "identifier": ("id",), "identification": ("id",), "called": ("name",),
    "title": ("name",), "named": ("name",), "weigh": ("weight",), "live": ("address", "city"), "located": ("location", "city"),
    "held": ("date",), "movie": ("film",), "film": ("movie",), "staff": ("employee",), "worker": ("employee",), "pupil": ("student",),
    "professor": ("faculty", "instructor"), "teacher": ("instructor",), "car": ("vehicle",), "vehicle": ("car",), "town": ("city",),
    "cities": ("city",), "people": ("person",), "person": ("people",), "quantity": ("amount", "stock"), "class": ("course",),
    "wage": ("salary",), "pay": ("salary",), "grade": ("grade", "score"), "description": ("detail",), "detail": ("description",),
    "state": ("province",), "company": ("firm", "manufacturer"), "company's": ("company",),
}  # fmt: skip
"""Words of a question, to the words of a column or table name that they may stand for."""

DISPLAY_WORDS = ("name", "title", "label", "headline", "description", "details")
"""Words of the column that stands for a row when a table is asked for, best first."""

COUNT_CUES = ("how many", "number of", "count of", "count the", "total number", "amount of", "the count", "total count",
              "what number", "how may", "counts of")  # fmt: skip

PATTERN_CUES: dict[str, str] = {
    "contain": "%{}%", "substr": "%{}%", "letter": "%{}%", "phrase": "%{}%", "keyword": "%{}%",
    "start with": "{}%", "begin with": "{}%", "end with": "%{}",
}  # fmt: skip
"""Stems that ask for a part of a text, with the LIKE pattern."""

PATTERN_FILLERS = _words(
    "with the a letter letters word words substring string of phrase character characters in term keyword name"
)
"""Words that may stand between such a cue and the part."""

COUNTED_BY_CONTEXT = _words("highest largest lowest smallest greatest biggest maximum minimum top best")
"""Superlatives that rank groups by their rows where no column is named for it."""

DISTINCT_CUES = _words("different distinct unique differ various separate")
"""Words that ask for equal rows once."""

STRONG_GROUP_CUES = frozenset(("for each", "of each", "in each", "by each", "each", "per", "for every", "every", "grouped by",
                               "group by"))  # fmt: skip
"""Phrases after which the unit of a grouping is named."""

SORT_CUES = ("ordered by", "order by", "sorted by", "sort by", "sort", "sorted", "order them", "order it", "order these", "order those", "in alphabetical order",
             "alphabetically", "alphabetical", "ascending", "descending", "in order of", "in the order of", "in descending order", "in ascending order", "arrange", "ranked by", "rank by",
             "reverse order", "decreasing", "increasing", "alphabetic", "chronological")  # fmt: skip
"""Phrases that ask for an order; what to order by comes after."""

DESCENDING_CUES = _words("descending decreasing reverse descend desc highest largest newest recent")
"""Words that turn an order around."""

EXCLUSION_CUES = ("not", "never", "without", "no", "don't", "doesn't", "didn't", "haven't", "hasn't", "dont", "doesnt", "none",
                  "aren't", "isn't", "weren't")  # fmt: skip
"""Words that deny what follows."""

FOLLOW_PRONOUNS = _words("their them they those these its it his her he she him that this same such ones one")
"""Words that stand for what was spoken of before."""

FOLLOW_PHRASES = ("what about", "how about", "of those", "of these", "of them", "among them", "among those", "among these",
                  "out of", "what of", "and for", "and what", "and how", "and which", "and who", "and where", "and when", "instead",
                  "as well", "the list", "the same", "along with", "which of", "which one", "which ones")  # fmt: skip
"""Phrases that build on the turn before."""

EXTEND_CUES = ("also", "add", "include", "as well", "along with", "update", "in addition", "additionally", "too", "with their",
               "corresponding", "append")  # fmt: skip
"""Phrases that ask for more beside what was shown."""

NARROW_CUES = ("only", "just", "filter", "narrow", "of those", "of these", "of them", "among", "out of", "which of", "which one",
               "which ones", "limit", "remove", "exclude", "restrict")  # fmt: skip
"""Phrases that cut down what was shown."""

RESTRICTORS = _words("whose with where that who which when having have has for in from of on at by named called under"
                        " above between after before if while did does do made is are was were")  # fmt: skip
"""Words after which a question speaks of conditions rather than of what it asks for."""

AFFIRMATIONS = _words("yes yeah yep yup correct exactly right sure no ok okay")
"""Words that answer a clarification and say nothing more."""

SUPERIORS = _words("manag boss supervisor superior")
"""Stems of words for the row that a key of staff to staff leads to."""
