"""in_full: the words of a name with its abbreviations written out, as the utterance reads them where it does.

tbl_cust -> customer; emp_cnt -> employee count; rtg -> rating.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from nodes.compact.names.synonyms import is_listed

_TABLE = """
acc account; acct account; addr address; adr address; amt amount; appt appointment; apt apartment; art article;
asst assistant; auth author; avg average; bal balance; bdate birth date; bday birthday; bldg building; cat category;
catg category; cd code; chg charge; cmt comment; cnt count; cntry country; ctry country; ctgry category; cred credit;
crs course; curr current; cust customer; deliv delivery; dep departure; dept department; desc description;
descr description; dest destination; det detail; diff difference; disc discount; dist distance; div division;
dob date of birth; doc document; dst destination; dt date; dur duration; edu education; elev elevation; emp employee;
empl employee; evt event; exp experience; fname first name; freq frequency; gov government; grp group; hgt height;
hist history; hosp hospital; hr hour; hrs hours; ht height; img image; inc income; ind industry; info information;
inst institution; inv invoice; itm item; lang language; lat latitude; len length; lname last name; lng longitude;
loc location; lon longitude; lvl level; manuf manufacturer; max maximum; med medicine; mem member; mfr manufacturer;
mgr manager; min minimum; mkt market; mname middle name; mon month; msg message; mth month; nat nationality; nbr number;
nm name; nr number; num number; obj object; occ occupation; ord order; org organization; orig original; pat patient;
pct percentage; perc percent; perf performance; pers person; phn phone; pic picture; plyr player; pmt payment;
pob place of birth; pop population; pos position; pres president; prev previous; prc price; prod product; prof professor;
prog program; proj project; prov province; pts points; pub publication; purch purchase; pwd password; qty quantity;
rec record; ref reference; reg region; rel relation; req request; res result; resp response; rev revenue; rm room;
rtg rating; sal salary; sched schedule; sec section; sem semester; seq sequence; shpmt shipment; spd speed; src source;
stat status; stu student; stud student; subj subject; supp supplier; svc service; tel telephone; temp temperature;
tot total; trans transaction; trk tracking; trx transaction; txn transaction; txt text; typ type; univ university;
usr user; val value; veh vehicle; ver version; vol volume; wgt weight; wt weight; yr year; yrs years
"""
_IN_FULL = {entry.split()[0]: " ".join(entry.split()[1:]) for entry in _TABLE.split(";")}
"""What names shorten, with what it stands for in most schemas."""
_IDLE = frozenset(("tbl", "tab", "dim", "fact", "vw", "lkp", "mst", "stg", "col", "fld"))
"""What a name may begin with that says nothing of what it names."""
_VOWELS = frozenset("aeiou")
_ENDINGS = ("s", "es", "ed", "er", "r", "ing", "ly", "est")


@lru_cache(maxsize=1 << 14)
def in_full(words: tuple[str, ...], said: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Write the abbreviations of a name out.

    Args:
        said: words of the utterance: what one of them shortens to stands for it.

    >>> in_full(("tbl", "cust")), in_full(("cust", "no")), in_full(("purch", "dt"), frozenset(("purchase",)))
    (('customer',), ('customer', 'number'), ('purchase', 'date'))
    """
    words = words[1:] if len(words) > 1 and words[0] in _IDLE else words
    out: list[str] = []
    for at, word in enumerate(words):
        if word == "no" and 0 < at == len(words) - 1 and words[at - 1] != "or":
            out.append("number")
        else:
            out += _meant(word, said).split()
    return tuple(out)


def _meant(word: str, said: Collection[str]) -> str:
    spoken = None if is_listed(word) else next((each for each in sorted(said) if shortens(word, each)), None)
    usual = _IN_FULL.get(word)
    if usual is None:
        return spoken or word
    return spoken if spoken and not usual.startswith(spoken) else usual


def shortens(short: str, word: str) -> bool:
    """Whether a short form may stand for a word: its first letters, or its first and last consonants and some between.

    >>> shortens("purch", "purchase"), shortens("hgt", "height"), shortens("bn", "building"), shortens("name", "names")
    (True, True, False, False)
    """
    if not 2 <= len(short) <= len(word) - 2 or short[0] != word[0]:
        return False
    if len(short) >= 4 and word.startswith(short):
        return word[len(short) :] not in _ENDINGS and len(word) - len(short) > 2
    consonants = [letter for letter in word if letter not in _VOWELS]
    letters = iter(consonants)
    return (
        not set(short) & _VOWELS
        and all(letter in letters for letter in short)
        and short[-1:] == "".join(consonants[-1:])
    )
