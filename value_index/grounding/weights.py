"""The weights of the ranker, fitted on the training databases (`turnsql train grounding`)."""

from __future__ import annotations

LEAST = (0.35, 0.2)
"""The chances below which the index leaves a name or number, and a near spelling, alone."""

COMMON_WORDS: dict[int, str] = {
    1: """
accessed accident accommodate according activities activity actor actors actual addressed advise advised advises
advising affected affiliated affiliations aircraft aircrafts airline airlines airport airports album albums already
altitude altogether answer anyone anywhere apartments apologies aren arrange arrival asking assessment assets
associate attendances attendees attending attends attribute audience authorised availability award awards balance
balances bank became beds begin being believe belonging best big billing billions birthday birthdays bit book
booked bookings books born bottom bought branch branches builder built calculate cannot capacities cards carrier
carriers caused cell certain channel channels char character choose chosen claim claimed claims classroom
classrooms clients club clubs color colored colors columns committee committees competitions composer conference
contact contacted content copies correct corresponds costs cover creation credits cross curious currently death
degrees delivery dept desc destination destinations detailed died difference directed director directors distance
draft drive driver drivers e earlier earned earning earns editors election elections employed employment ended
ending engineers enroll entire everybody everyone excellent excluding expenses faculties faculty fall far fast
fastest feature fee festival festivals field files film films filtered finally financial fine flew flied flight
flights floor flown fname form found founding gave genres girl goes gold good grades graduated granted gross
handled head headquartered heaviest hello help here him hired hold holding hometown hometowns host hosts hotel hour
housed included incurred industries industry initial instances instead instructor insurance interested invested
investor investors involve issued issues jobs joining labeled labels language large lasted latitude launch league
leave led lengths lines lname log login logs looking mail majoring males manage managed manufacturer manufacturers
markets master may medals media membership might millions milliseconds mininum minute minutes misunderstood mobile
model models move multiple music musical musician nations needed network next nickname nicknames nominated
nomination nominations nominees notes num numbered numerical occupation occurred offices official oh operated
operating organizations organize outs outside owner owns paper papers parent park parking participants
participating passengers password pay payed performed performer period persons phrase pilot pilots places planned
platforms policies poorly possible postal postcode pounds prefer present previous primary problem produce produces
producing professor profits project projects property provides province public publication publish publisher
publishers purchase purchases put quality quantities race races ranges ranking ranks re reached receive refers
regarding register registered remove rental rep reported reports representative representatives represented
requested required requires reside residence respectively resulted right road route routes row run runs sang
savings scored season seasons seats secretary sections seen select series served serving set settlement settlements
shares ship ships shop shorter should showed showing shows side since small sold someone something song source
speak stadium stadiums stage star stars stay staying stays still stocks stop stored string structure studying such
suffer supplier supply support supported system teacher teaches teaching teh temperature temperatures ten test
thanks thing third thought through ticket titled totals towns track tracks trained transaction transactions
traveled trucks universities university user users uses various vehicle venue venues vice visit visits vote way
weight weights whether win wind wins women words works workshop world worst worth written wrote yet young
""",
    2: """
able account accounts active actually addition advisor advisors affiliation alphabetic am appear appears area
artist artists assigned attend attendance attended attributes author authors based become biggest booking budget
budgets building buildings capacity card case categories charge cheapest clarify classes colleges combined come
competition complete counties counts course courses credit d day days decreasing described district districts
document documents dollars done down duration durations during earn else enrollment enrollments entry event events
ever family females fewer file following founded four frequency frequent game games genders genre given grade group
grouped happened haven headquarter headquarters height heights high hire history home hosted hours includes
including increasing individual individuals instructors invoice invoices item items job join joined languages
launched length level limit line lives longer lot low m main major majors manager managers market match matches
methods middle min movie movies my narrow nationalities newest occur offer offered offers office okay open operate
orders organization origin origins our outcome overall owned participate parties payments percent percentage phones
placed playing point points policy population populations priced processed professors provided published purchased
quantity quick range rate rated rates ratings recorded referring region regions registration related release
released residents respective role roles s salaries salary sales school score scores second section serve service
services sex share she shops short size sizes songs speed speeds spend spent staffs starts station stations
statuses stock store stores take taking tallest taught teach teachers terms thank theme themes took train trains
unit very visited votes week whats will within won wondering worked your zip
""",
    3: """
again aged alphabetically amounts belongs bigger birth called category chat class college column companies company
containing correspond cost county created data database department departments descriptions detail didn display
emails employee employees end enrolled entries equal except exist expensive female five frequently gender go got
great having held if info into involved kind kinds latest let live living long longest make male max meant members
method money nationality need often old once ones opened opening paid part participated party payment per place
play played player players popular position positions prices produced products question rank rating received
records report room rooms rows schools shared shortest single so sorry staff start started starting states sum
taken team teams titles together too twice unique up use using values work working would younger youngest
""",
    4: """
across address addresses after age ages along among ask available be before belong below but cities contain
contains could countries country customer customers description details don earliest email every exactly fewest
full get he her hi his information larger left letter like location locations lower made member much never now ok
older oldest over person phone presented price product recent recently record result results return same see
smaller smallest sort state status student students substring then time times title under used value we well when
without word
""",
    5: """
above add alphabetical also amount an as ascending associated been between city code codes common corresponding
count date dates descending either filter find first give greater greatest had higher include it its just know
largest last less listed located lowest minimum named no numbers only ordered other out people provide some sorted
t them three top type types update where year years yes
""",
    6: """
a about all and any are at average both by can did different distinct do does each for from has have highest how i
id ids in is least list many maximum me mean more most name names not number of on one or order please show table
tell than that the their there these they this those to total two want was were what which who whose with you
""",
}
"""Words of questions about several databases, by the base 2 logarithm of how many."""

SPAN_WEIGHTS: dict[str, float] = {
    "fuzzy.all_schema_words": -0.72,
    "fuzzy.beside": 0.79,
    "fuzzy.best_adjacent": 1.06,
    "fuzzy.best_likeness": 0.1,
    "fuzzy.best_near": 0.14,
    "fuzzy.best_table_adjacent": -0.07,
    "fuzzy.best_table_anywhere": 1.32,
    "fuzzy.best_table_used": 0.15,
    "fuzzy.best_used": 0.48,
    "fuzzy.bias": -0.29,
    "fuzzy.capital": 0.98,
    "fuzzy.close": 0.69,
    "fuzzy.columns": -0.38,
    "fuzzy.common": -0.39,
    "fuzzy.common_lower": -1.39,
    "fuzzy.commonness": -1.22,
    "fuzzy.digits": 1.23,
    "fuzzy.edges": 1.18,
    "fuzzy.extreme": -0.68,
    "fuzzy.holds_name": -2.26,
    "fuzzy.in_name": -1.72,
    "fuzzy.inside": 0.35,
    "fuzzy.likeness_length": 0.8,
    "fuzzy.likeness_words": 0.47,
    "fuzzy.log_distinct": -0.39,
    "fuzzy.log_length": -0.54,
    "fuzzy.lower": -0.21,
    "fuzzy.operator": -0.79,
    "fuzzy.part": 1.06,
    "fuzzy.quoted": -0.34,
    "fuzzy.same_first": -0.76,
    "fuzzy.schema_capital": 0.45,
    "fuzzy.schema_words": -1.79,
    "fuzzy.short": -0.79,
    "fuzzy.single": 0.33,
    "fuzzy.single_capital": 0.19,
    "fuzzy.single_distinct": -0.05,
    "fuzzy.upper": 0.29,
    "fuzzy.values": -0.76,
    "fuzzy.words": -0.4,
    "name.alias": 1.19,
    "name.all_schema_words": -1.51,
    "name.best_adjacent": 0.5,
    "name.best_exact": 0.24,
    "name.best_likeness": -0.54,
    "name.best_near": 0.61,
    "name.best_table_adjacent": 0.44,
    "name.best_table_anywhere": 0.12,
    "name.best_table_used": -0.06,
    "name.best_used": 1.14,
    "name.bias": -0.71,
    "name.capital": 0.53,
    "name.close": 1.74,
    "name.columns": -0.57,
    "name.common": -0.37,
    "name.common_lower": -0.94,
    "name.commonness": -2.32,
    "name.digits": -0.45,
    "name.edges": 0.18,
    "name.extreme": -1.01,
    "name.function_word": 0.95,
    "name.holds_name": -2.24,
    "name.in_name": -0.93,
    "name.inside": -0.33,
    "name.letter": -0.14,
    "name.likeness_length": 0.85,
    "name.likeness_words": 0.45,
    "name.log_distinct": -0.26,
    "name.log_length": -0.21,
    "name.lower": -0.56,
    "name.middling": 0.3,
    "name.operator": -1.62,
    "name.part": 1.66,
    "name.quoted": -0.28,
    "name.same_first": 0.13,
    "name.schema_capital": 1.19,
    "name.schema_words": -1.94,
    "name.short": 0.61,
    "name.single": 0.35,
    "name.single_capital": 0.21,
    "name.single_distinct": -0.07,
    "name.upper": -0.7,
    "name.values": -0.22,
    "name.words": -0.06,
    "number.after_top": -1.85,
    "number.best_adjacent": 0.9,
    "number.best_all_near": 0.93,
    "number.best_exact": 0.87,
    "number.best_likeness": 0.35,
    "number.best_near": 0.36,
    "number.best_table_adjacent": -1.27,
    "number.best_table_anywhere": 0.25,
    "number.best_table_used": -0.39,
    "number.best_used": 1.0,
    "number.bias": 0.3,
    "number.columns": -0.26,
    "number.compared_near": 0.78,
    "number.compared_rows": -0.58,
    "number.compared_total": -2.23,
    "number.counts_rows": -1.31,
    "number.exact_adjacent": 0.66,
    "number.extreme": -1.64,
    "number.inside": -2.25,
    "number.large": 0.38,
    "number.log_distinct": -0.45,
    "number.operator": -0.06,
    "number.plural_next": -0.46,
    "number.small": -0.99,
    "number.word": -2.01,
    "number.year": 0.55,
}

CANDIDATE_WEIGHTS: dict[str, float] = {
    "number.adjacent": 1.79,
    "number.all_near": 1.5,
    "number.anywhere": 2.04,
    "number.as_text": -0.1,
    "number.display": 1.24,
    "number.exact": 3.54,
    "number.key": -1.21,
    "number.likeness": 1.66,
    "number.log_distinct": -0.4,
    "number.near": 2.12,
    "number.part": 2.58,
    "number.reference": -1.69,
    "number.referred": -1.2,
    "number.support": 1.42,
    "number.table_adjacent": 0.64,
    "number.table_anywhere": 2.53,
    "number.table_near": -0.27,
    "number.table_shown": 0.11,
    "number.table_used": 1.33,
    "number.used": 1.51,
    "number.via_code": -0.18,
    "text.adjacent": 0.59,
    "text.alias": 0.94,
    "text.all_near": 1.36,
    "text.anywhere": -0.74,
    "text.as_text": 2.47,
    "text.display": 0.41,
    "text.exact": 0.83,
    "text.key": -1.27,
    "text.likeness": 3.89,
    "text.log_distinct": -0.36,
    "text.near": 0.97,
    "text.part": 0.94,
    "text.reference": -0.53,
    "text.referred": 0.35,
    "text.support": 1.04,
    "text.table_adjacent": -0.6,
    "text.table_anywhere": 1.1,
    "text.table_near": 0.73,
    "text.table_shown": -0.51,
    "text.table_used": 2.23,
    "text.used": 2.14,
    "text.via_code": -1.59,
    "text.via_number": -2.47,
    "text.via_shortcut": 0.55,
}
