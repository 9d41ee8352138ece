"""The words that tell what is no question, as plain data: lower-case words, phrases joined by single spaces."""

from __future__ import annotations

from nodes.lexical.utterance import stem


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(phrase.strip() for phrase in text.split("|"))


OPENERS = _words("""please pls kindly now then and also so next well just ok okay hi hello hey great perfect awesome thanks thank you yes no
    can could would will should must i we want wanna need to like you'd i'd we'd let's lets us let me my help go ahead""")
"""Words before an order or a request: "could you please ..."."""

TELLING = _words("""thanks thank thx ty thankyou tnx hello hi hey hiya greetings bye goodbye cheers welcome appreciate appreciated perfect awesome
    great cool nice excellent wonderful fantastic amazing superb brilliant sorry lol haha ok okay alright yo wow impressive obliged hm hmm oops
    whoops cheerio ciao congrats congratulations kudos super""")
"""Words that greet, thank, praise or part."""

IDLE = _words("""you u so very much a an the lot lots bunch for your my our all of it this that that's thats it's its is was were be will would'll
    i i'm im me we have had has am are good best better really now then again too also and day one morning afternoon evening night
    weekend job work done well help helping helpful assistance information info answer answers responses response time everything
    need needed want wanted know no not yes yeah yep yup right sure exactly more further any other questions question nothing
    else got see later soon take care there mate guys man everyone buddy mistake fault bad anything star million testing tomorrow weeks today nice to meet chatting talking today friend sir madam buddy works do did don't just what
    looking here as always end rest that'll 's kind quick great oh think believe hope fine thought somewhat about ahead""")
"""Words that may stand beside them, or make up one of the phrases, and ask for nothing by themselves."""

PHRASES = _phrases("""that is all|that's all|thats all|that will be all|that'll be all|that would be all|that is everything|that is it|that's it|
    no more questions|no further questions|nothing else|never mind|nevermind|how are you|how are you doing|how do you do|
    who are you|what are you|what can you do|what is your name|what's your name|are you there|are you a robot|are you human|
    good morning|good afternoon|good evening|good night|good day|see you|see you later|have a nice day|have a good day|
    you are welcome|you're welcome|good job|well done|got it|i see|i understand|understood|sounds good|no problem|my pleasure|
    i am done|i'm done|we are done|very good|very well|all good|looks good|that is good|that's good|that works|good|
    nothing|i have no more questions|i have no further questions|i have no other questions|no other questions|i have no questions|that was quick|
    that was fast|that was easy|that was helpful|that helps|my mistake|my bad|can you help me|could you help me|what can you help me with|
    how can you help me|what do you do|what are you able to do|are you a bot|who made you|who built you|please wait|wait|one moment|just a moment|that answers my question|nothing more from me|are you a machine|are you real|hello world|
    i don't need anything else|i do not need anything else|i need nothing else|there is nothing else|see you tomorrow|talk to you later|
    i'm good|i am good|how is it going|how's it going|how are things|i love you|nice to meet you|what's up|whats up|help|help me""")
"""What is said as a whole."""

DELETING = _words("delete erase truncate purge wipe destroy")
"""Verbs that take rows out of a table, unless they speak of what is shown."""

TAKING = _words("remove drop clear eliminate discard cancel deactivate archive")
"""Verbs that take rows out of what is shown as often as out of a table."""

DISMISSING = _words("discharge fire dismiss expel evict suspend terminate sack unsubscribe unregister empty void")
"""Verbs that do the same to what stands after an article: "fire the doctors", but not "fire stations"."""

DETERMINERS = _words(
    "the all every each any a an my our their his her its this that these those both everyone everybody"
)

ADDING = _words("add insert create register append enter enroll enrol store hire put schedule enlist")
"""Verbs that make a row, or a column of what is shown."""

SETTING = _words("""update change set modify edit rename correct fix replace increase decrease raise lower reduce double halve assign mark
    move transfer overwrite reset swap exchange""")
"""Verbs that set a stored cell, or a part of the request before."""

OWNERS = _words("their his her its")
"""Words for the owner of what is changed, in place of its name."""

SHOWN = _words("""it them those these this that one ones list lists result results output query queries answer answers filter filters condition
    conditions criteria criterion restriction limit duplicate duplicates column columns field fields above sort sorting order ordering
    grouping selection view report chart summary display shown header heading headers same rest others count counts total totals average
    sum up sure question search sql statement everything""")
"""Words for what is shown, or for a part of it: what is said of them is an edit of the answer."""

STORED_THINGS = _words("record records row rows entry entries table tables database data db")
"""Words for what is stored, whatever it is about."""

NEW = _words("a an another new one two three following this some")
"""Words before the name of a thing that is yet to be stored."""

LASTING = _words("database db system permanently forever irrevocably")
"""Words that say that something is to go for good."""

SWAPPING = _words("replace swap exchange")
"""Verbs after which the new value stands behind "with"."""

INTO = _words("to by as into")
"""Words before a new value."""

QUESTION_WORDS = _words("what which who whom whose when where why how is are was were do does did has have")
"""Words with which a question begins."""

ELSEWHERE = frozenset(
    map(
        stem,
        _words("""weather joke jokes poem song story recipe horoscope forecast bitcoin news translate password universe god politics
    election president minister lottery riddle haiku essay selfie traffic"""),
    )
)
"""Stems of what people ask machines for, when it is not their data."""

ELSEWHERE_PHRASES = (
    "meaning of life", "what time is it", "what day is it", "what is the time", "tell me a joke", "tell me a story", "sing a",
    "sing me", "write me a", "write a poem", "write an email", "write a letter", "do you like", "do you love", "do you think",
    "what's your favourite", "what is your favourite", "play some", "play me", "book me a", "order me a", "call me a", "remind me to", "python code",
    "how do i cook", "stock market", "exchange rate", "how old are you", "where are you from", "are you human", "what is your favorite", "what's your favorite",
)  # fmt: skip
"""Phrases of the same."""

ASKING = _words(
    "what who where when why how which is are tell can do does did write sing recommend translate explain summarise summarize"
)
"""Words with which a question about something else begins."""

FOREIGN_WORDS: dict[str, frozenset[str]] = {
    language: _words(words)
    for language, words in {
        "es": """cuántos cuántas cuantos cuantas cuánto cuál cuáles qué quién quiénes dónde cómo cuándo los las del el una unos
            muéstrame muestra muéstreme lista dame enumera hay están tienen tiene nombres nombre todos todas cada entre sobre desde
            son es por para con más menos mayor menor que y""",
        "fr": """combien quels quelles quel quelle qui où comment quand les des du une aux est sont y-a-t-il il elle avec pour dans
            sur montrez montre montre-moi affiche affichez donne donnez listez liste moi tous toutes chaque plus moins noms nom
            leurs leur ces cette ce qu""",
        "de": """wie viele wieviele welche welcher welches wer wo wann der das den dem des ein eine einen einer ist sind gibt es zeige
            zeig liste alle nenne mir mit für aus nach über unter haben hat jede jeden jeder und oder nicht namen kunden von im""",
        "it": """quanti quante quanto quali quale chi dove come quando gli le della delle dei degli del una uno sono ci mostra mostrami
            elenca dammi tutti tutte ogni con per più meno nomi nome che nella nel è""",
        "pt": """quantos quantas quanto quais qual quem onde como quando os as das dos uma são há mostre mostra liste todos todas cada
            com para mais menos nomes nome que na no em é""",
        "nl": """hoeveel welke wie waar wanneer het een zijn er toon geef lijst alle met voor uit naar elke namen van zijn meer minder
            hebben heeft niet""",
        "pl": """ile lista liczba w z który która które jakie kto gdzie kiedy jest są pokaż wypisz wszystkie wszystkich każdy dla oraz nie ilu ma""",
        "sv": """hur många vilka vilken vilket vem var när är finns det visa lista alla med för från varje och inte namn som har""",
        "tr": """kaç hangi kim nerede nasıl ne zaman var tüm göster listele her ile için olan kadar en bir ve""",
        "cs": """kolik který která které kteří jaký jaká jaké kdo kde kdy jsou je všechny všichni zobraz vypiš ukaž seznam každý pro a má mají""",
        "no": """hvor hvilke hvilken hvilket hvem hva mange finnes vis alle er og navn med fra til hver det ikke har eldste""",
        "da": """hvor hvilke hvilken hvilket hvem hvad mange findes vis alle er og navn med fra til hver det ikke har ældste""",
        "hu": """hány melyik mennyi ki hol mikor van vannak az és minden mutasd listázd összes neve nem""",
        "ro": """câte câți cât care cine unde când sunt este toate toți arată listează numele și din pentru fiecare nu""",
        "fi": """kuinka monta mikä mitkä kuka missä milloin on ovat näytä kaikki luettele ja nimi nimet jokainen ei""",
        "vi": """bao nhiêu nào những các ở là có của tất cả liệt kê cho mỗi và không""",
        "id": """berapa harga termahal siapa apa mana tampilkan semua dari yang dengan untuk setiap dan ada jumlah nama""",
    }.items()
}  # fmt: skip
"""Words of questions and requests in other languages, by the code of ISO 639-1."""

TELLTALE = _words("""combien quelle quelles quels cuántos cuántas cuantos cuantas cuál cuáles quién dónde quantos quantas quanti quante quais wieviele
    wieviel welche welcher welches hoeveel welke und kolik hány câte câți kuinka hvor hur kaç berapa ile który która które""")
"""Words that say by themselves that an utterance is not in English, as long as no English word stands beside them."""

ENGLISH = _words("""the of and is are was were what which who whose how many much show list give find for with all each from by tell their there
    these those that have has does did not or more than most least name names number count at only can you please where when
    average total per every any sort sorted order first last where's what's who's get return display include also them they""")

SHARED = _words("as no me a en on is in an men was am son die war hat be come do per most to so at den de")
"""Words of other languages that are English ones too, or stand in many names."""
