"""Questions answered from numbered passages, or found not to be answered there."""
import re

from . import words as W
from . import frames, phrasings, tellings, wordings
from .grammar import upper_first

# For each kind of thing: attribute -> (maker, statements, questions). {e} the thing or a pronoun, {n} always its name.
P, Y = W.person, lambda s: str(s.number(1400, 2024))
N = lambda low, high: (lambda s: str(s.number(low, high)))
WORLD = {
    "company": {
        "founded": (Y, ["{e} was founded in {v}", "{e} was started in {v}", "{e} has existed since {v}", "the founding year of {e} is {v}"], ["when was {n} founded?", "in (which|what) year was {n} (founded|started)?", "how long has {n} existed?", "what is the founding year of {n}?", "(when|which year) did {n} start?", "{n} was founded when?", "since when does {n} exist?"]),
        "founder": (P, ["{e} was founded by {v}", "the founder of {e} is {v}", "{v} started {e}"], ["who founded {n}?", "who (started|created|set up) {n}?", "who is the founder of {n}?", "by whom was {n} founded?", "which person started {n}?", "{n} was founded by whom?", "name the founder of {n}"]),
        "boss": (P, ["{e} is led by {v}", "the director of {e} is {v}", "{v} runs {e} today", "the head of {e} is {v}"], ["who (leads|runs|heads) {n}?", "who is the (director|head|boss) of {n}?", "who is in charge of {n}?", "which person leads {n}?", "{n} is led by whom?", "who manages {n}?", "who's the boss at {n}?"]),
        "staff": (W.big, ["{e} employs {v} people", "{e} has {v} employees", "{v} people work at {e}"], ["how many (people work|employees work) at {n}?", "how many (employees|workers|staff) does {n} have?", "what is the number of employees of {n}?", "how big is the staff of {n}?", "how many people does {n} employ?", "number of workers at {n}?", "{n} has how many employees?"]),
        "seat": (W.town, ["{e} is based in {v}", "the main office of {e} is in {v}", "{e} has its headquarters in {v}"], ["where is {n} (based|located)?", "where is the (main office|head office|headquarters) of {n}?", "in which (city|town) is {n}( based|)?", "which town is home to {n}?", "{n} is based where?", "what city is {n} in?", "where can I find {n}?"]),
        "product": (lambda s: W.entity(s, "product"), ["{e} is known for the {v}", "{e} makes the {v}", "the best known product of {e} is the {v}"], ["what does {n} (make|sell|produce)?", "what is {n} known for?", "which product does {n} make?", "what is the (best known|main) product of {n}?", "{n} makes what?", "what can I buy from {n}?", "name a product of {n}"]),
        "sales": (lambda s: f"{s.number(2, 900)} million {s.any(['euros', 'dollars'])}", ["{e} earned {v} last year", "the sales of {e} reached {v}", "{e} had a turnover of {v}"], ["how much did {n} (earn|make|sell)?", "what (were|are) the sales of {n}?", "what is the (turnover|revenue) of {n}?", "how high (were|are) the sales of {n}?", "what did {n} earn last year?", "{n} earned how much?", "how much money does {n} make?"]),
    },
    "building": {
        "built": (Y, ["{e} was built in {v}", "{e} was finished in {v}", "{e} dates from {v}", "construction of {e} ended in {v}"], ["when was {n} (built|finished|completed)?", "in (which|what) year was {n} (built|finished)?", "how old is {n}?", "from (when|which year) is {n}?", "when did they build {n}?", "what year was {n} (built|made)?", "{n} was built when?"]),
        "architect": (P, ["{e} was designed by {v}", "the architect of {e} was {v}", "{v} designed {e}"], ["who (designed|planned|drew) {n}?", "who was the architect of {n}?", "which architect (designed|planned) {n}?", "by whom was {n} designed?", "name the architect of {n}", "{n} was designed by whom?", "who made the plans for {n}?"]),
        "height": (lambda s: f"{s.number(11, 400)} meters", ["{e} is {v} high", "{e} stands {v} tall", "the height of {e} is {v}"], ["how (high|tall) is {n}?", "what is the height of {n}?", "what height does {n} have?", "how many meters high is {n}?", "{n} is how (high|tall)?", "tell me the height of {n}", "how far up does {n} go?"]),
        "visitors": (W.big, ["{e} has {v} visitors a year", "{v} people visit {e} every year", "every year {e} welcomes {v} guests"], ["how many (people|guests) visit {n}?", "how many visitors does {n} (have|get)?", "what is the number of visitors of {n}?", "how many people go to {n} (a|each|every) year?", "{n} has how many visitors?", "how popular is {n}?", "number of visitors at {n}?"]),
        "where": (W.town, ["{e} is in {v}", "{e} stands in {v}", "you find {e} in {v}"], ["where is {n}?", "in which (city|town) is {n}?", "where (can I find|does one find) {n}?", "which (city|town) is {n} in?", "where does {n} stand?", "{n} is where?", "what is the location of {n}?"]),
        "ticket": (W.price, ["a ticket for {e} costs {v}", "entry to {e} costs {v}", "visitors of {e} pay {v}"], ["how much is a ticket for {n}?", "what does (a ticket for|entry to) {n} cost?", "what is the entry price of {n}?", "how much do visitors pay at {n}?", "what do I pay at {n}?", "how expensive is {n}?", "price of entry to {n}?"]),
        "hours": (W.clock, ["{e} opens at {v}", "the doors of {e} open at {v}"], ["when does {n} open?", "at (what|which) time does {n} open?", "what are the opening hours of {n}?", "from when is {n} open?", "how early does {n} open?", "what time can I go to {n}?", "{n} opens when?"]),
    },
    "nature": {
        "size": (lambda s: f"{s.number(11, 990)} square km", ["{e} covers {v}", "the area of {e} is {v}", "{e} is {v} in size"], ["how (big|large) is {n}?", "what is the (area|size) of {n}?", "what area does {n} cover?", "how many square km is {n}?", "{n} is how big?", "what's the size of {n}?", "how much land is {n}?"]),
        "found": (P, ["{e} was discovered by {v}", "{v} was the first to describe {e}", "the discoverer of {e} was {v}"], ["who (discovered|found) {n}?", "who was the discoverer of {n}?", "by whom was {n} discovered?", "who first described {n}?", "which explorer found {n}?", "{n} was discovered by whom?", "name the discoverer of {n}"]),
        "depth": (lambda s: f"{s.number(11, 990)} meters", ["the deepest point of {e} is {v}", "{e} is {v} deep", "the depth of {e} reaches {v}"], ["how deep is {n}?", "what is the depth of {n}?", "what is the deepest point of {n}?", "how many meters deep is {n}?", "{n} is how deep?", "how far down does {n} go?", "tell me the depth of {n}"]),
        "animal": (lambda s: W.entity(s, "animal"), ["{e} is home to the {v}", "the {v} lives in {e}", "in {e} you can see the {v}"], ["which animal lives (in|at) {n}?", "what animal can I see (in|at) {n}?", "what lives in {n}?", "{n} is home to which animal?", "which animals are in {n}?", "what wildlife does {n} have?", "what can I see at {n}?"]),
        "near": (W.town, ["the nearest town to {e} is {v}", "{e} lies close to {v}", "{e} is near {v}"], ["what is the nearest town to {n}?", "which (town|city) is (near|close to) {n}?", "what town lies close to {n}?", "{n} is near which town?", "near what place is {n}?", "which place is next to {n}?", "where is {n}?"]),
        "park": (Y, ["{e} became a park in {v}", "{e} has been protected since {v}"], ["when did {n} become a park?", "since when is {n} protected?", "in which year was {n} protected?", "what year did {n} become a park?", "how long has {n} been protected?", "{n} became a park when?", "from when on is {n} protected?"]),
    },
    "book": {
        "author": (P, ["{e} was written by {v}", "the author of {e} is {v}", "{v} wrote {e}"], ["who wrote {n}?", "who is the (author|writer) of {n}?", "by whom was {n} written?", "which (writer|author) wrote {n}?", "{n} is by whom?", "name the author of {n}", "whose book is {n}?"]),
        "year": (Y, ["{e} was published in {v}", "{e} came out in {v}", "{e} first appeared in {v}"], ["when was {n} published?", "when did {n} (come out|appear)?", "in (which|what) year was {n} published?", "what year is {n} from?", "which year did {n} come out?", "how old is {n}?", "{n} was published when?"]),
        "hero": (P, ["the hero of {e} is {v}", "{e} tells the story of {v}", "the main character of {e} is {v}"], ["who is the (hero|main character) of {n}?", "whose story does {n} tell?", "who is {n} about?", "what is the main character of {n} called?", "which character is at the centre of {n}?", "name the hero of {n}", "{n} is about whom?"]),
        "pages": (N(90, 990), ["{e} has {v} pages", "{e} is {v} pages long"], ["how many pages does {n} have?", "how long is {n}?", "what is the number of pages of {n}?", "how thick is {n}?", "{n} has how many pages?", "pages in {n}?", "how many pages is {n}?"]),
        "place": (W.town, ["{e} is set in {v}", "the story of {e} takes place in {v}"], ["where is {n} set?", "where does {n} (take place|happen)?", "in which (town|city) is {n} set?", "what is the setting of {n}?", "which town does {n} play in?", "{n} is set where?", "what place is {n} set in?"]),
    },
    "person": {
        "born": (Y, ["{e} was born in {v}", "the birth year of {e} is {v}"], ["when was {n} born?", "in (which|what) year was {n} born?", "what is the birth year of {n}?", "what year was {n} born in?", "which year is {n} from?", "{n} was born when?", "how old is {n}?"]),
        "birthplace": (W.town, ["{e} comes from {v}", "{e} grew up in {v}", "the home town of {e} is {v}"], ["where does {n} come from?", "where did {n} grow up?", "what is the home town of {n}?", "which town is {n} from?", "where is {n} from?", "{n} comes from where?", "in what place did {n} grow up?"]),
        "work": (lambda s: s.word(W.JOBS), ["{e} worked as a {v}", "{e} is a {v}", "the profession of {e} is {v}"], ["what (is|was) {n}'s (job|profession)?", "what did {n} work as?", "what does {n} do?", "what is the profession of {n}?", "which job (has|had) {n}?", "{n} worked as what?", "how did {n} earn a living?"]),
        "prize": (lambda s: W.cased(s, W.coined(s, 2, 2).capitalize() + " " + s.any(["Prize", "Medal", "Award", "Cup"])), ["{e} won the {v}", "{e} received the {v}", "the {v} went to {e}"], ["what did {n} win?", "which (prize|award) did {n} (win|get|receive)?", "what award went to {n}?", "what prize has {n}?", "{n} won what?", "which award does {n} have?", "what was {n} given?"]),
        "married": (P, ["{e} is married to {v}", "the partner of {e} is {v}", "{e} married {v}"], ["who is {n} married to?", "who did {n} marry?", "who is {n}'s (partner|wife|husband)?", "what is the name of {n}'s partner?", "to whom is {n} married?", "{n} married whom?", "who is the partner of {n}?"]),
        "studied": (lambda s: s.word(W.SUBJECTS), ["{e} studied {v}", "at university {e} studied {v}"], ["what did {n} study?", "which subject did {n} study?", "what subject was {n}'s?", "what was studied by {n}?", "{n} studied what?", "in which field did {n} study?", "what did {n} learn at university?"]),
        "lives": (W.town, ["{e} lives in {v}", "{e} now lives in {v}"], ["where does {n} live( now| today|)?", "in which (city|town) does {n} live?", "what is the home of {n}?", "which town does {n} live in?", "{n} lives where?", "where is {n} living?", "where can {n} be found?"]),
    },
    "town": {
        "people": (W.big, ["{e} has {v} inhabitants", "{v} people live in {e}", "the population of {e} is {v}"], ["how many people live in {n}?", "what is the population of {n}?", "how many inhabitants does {n} have?", "how big is the population of {n}?", "number of inhabitants of {n}?", "{n} has how many people?", "population of {n}?"]),
        "mayor": (P, ["the mayor of {e} is {v}", "{e} is governed by {v}", "{v} is mayor of {e}"], ["who is (the |)mayor of {n}?", "who (runs|governs) {n}?", "what is the mayor of {n} called?", "who is in charge of {n}?", "{n} has which mayor?", "what's the name of the mayor of {n}?", "name the mayor of {n}"]),
        "river": (lambda s: W.cased(s, W.coined(s, 2, 2).capitalize()), ["the river {v} flows through {e}", "{e} lies on the river {v}"], ["which river flows through {n}?", "what river is {n} on?", "on which river (is|lies) {n}?", "what is the river in {n} called?", "{n} lies on what river?", "name the river of {n}", "which river is in {n}?"]),
        "famous": (lambda s: W.entity(s, "dish"), ["{e} is famous for its {v}", "people come to {e} for the {v}"], ["what is {n} famous for?", "what is {n} known for?", "why do people (come|go) to {n}?", "which dish comes from {n}?", "what should I eat in {n}?", "{n} is famous for what?", "what makes {n} famous?"]),
        "old": (Y, ["{e} was first mentioned in {v}", "{e} was founded in {v}"], ["when was {n} (first mentioned|founded)?", "how old is {n}?", "in which year was {n} (first mentioned|founded)?", "what year was {n} founded in?", "since when does {n} exist?", "{n} was founded when?", "from what year is {n}?"]),
        "festival": (lambda s: s.any(W.MONTHS), ["the festival of {e} is in {v}", "every {v} {e} holds a festival"], ["when is the festival (in|of) {n}?", "in which month is the festival of {n}?", "what month does {n} hold a festival?", "when does {n} celebrate?", "which month is the {n} festival?", "{n} has its festival when?", "when is {n}'s festival?"]),
    },
    "product": {
        "price": (W.price, ["{e} costs {v}", "the price of {e} is {v}", "{e} sells for {v}"], ["how much (is|does) {n}( cost|)?", "what does {n} cost?", "what is the price of {n}?", "what do I pay for {n}?", "how expensive is {n}?", "{n} costs how much?", "price of {n}?"]),
        "maker": (lambda s: W.entity(s, "company"), ["{e} is made by {v}", "the maker of {e} is {v}", "{v} makes {e}"], ["who (makes|produces|sells) {n}?", "which company makes {n}?", "who is the maker of {n}?", "by whom is {n} made?", "what company is behind {n}?", "{n} is made by whom?", "what firm produces {n}?"]),
        "battery": (lambda s: f"{s.number(2, 90)} hours", ["the battery of {e} lasts {v}", "{e} runs for {v} on one charge"], ["how long does the battery of {n} last?", "what is the battery life of {n}?", "how long does {n} run( on one charge|)?", "how many hours does {n} run?", "how good is the battery of {n}?", "{n} runs for how long?", "battery life of {n}?"]),
        "weight": (lambda s: f"{s.number(11, 990)} grams", ["{e} weighs {v}", "the weight of {e} is {v}"], ["how (heavy is|much does) {n}( weigh|)?", "what is the weight of {n}?", "what does {n} weigh?", "how many grams is {n}?", "{n} weighs what?", "weight of {n}?", "is {n} heavy?"]),
        "colour": (lambda s: s.word(W.COLOURS), ["{e} comes in {v}", "the colour of {e} is {v}"], ["what colour is {n}?", "in which colour does {n} come?", "what is the colour of {n}?", "which colour has {n}?", "{n} comes in what colour?", "colour of {n}?", "how does {n} look?"]),
        "warranty": (lambda s: f"{s.number(2, 60)} months", ["the warranty of {e} is {v}", "{e} has a warranty of {v}"], ["how long is the warranty (of|on) {n}?", "what (is the warranty|warranty is there) (of|on) {n}?", "for how long is {n} under warranty?", "what guarantee does {n} have?", "when does the warranty of {n} end?", "warranty of {n}?", "how many months of warranty has {n}?"]),
    },
    "event": {
        "date": (W.date, ["{e} takes place on {v}", "{e} starts on {v}", "the date of {e} is {v}"], ["when is {n}?", "when does {n} (start|take place)?", "what is the date of {n}?", "on (which|what) day is {n}?", "{n} is when?", "which date is {n} on?", "what day does {n} start?"]),
        "place": (W.town, ["{e} is held in {v}", "{v} hosts {e}", "{e} happens in {v}"], ["where is {n}( held|)?", "which (city|town) hosts {n}?", "where does {n} (happen|take place)?", "in what place is {n}?", "{n} is where?", "what is the location of {n}?", "which town is {n} in?"]),
        "winner": (P, ["{e} was won by {v}", "the winner of {e} was {v}", "{v} won {e}"], ["who won {n}?", "who was the winner of {n}?", "which person won {n}?", "by whom was {n} won?", "who came first at {n}?", "{n} was won by whom?", "name the winner of {n}"]),
        "fee": (W.price, ["the fee for {e} is {v}", "taking part in {e} costs {v}"], ["what (is the fee for|does it cost to join) {n}?", "how much is {n}?", "what does {n} cost?", "how expensive is {n}?", "what is the price of {n}?", "what do I pay for {n}?", "fee for {n}?"]),
        "guests": (W.big, ["{e} had {v} guests", "{v} people came to {e}"], ["how many (people|guests) (came to|were at|visited) {n}?", "how many guests did {n} have?", "what was the number of guests at {n}?", "how big was {n}?", "how many people went to {n}?", "{n} had how many guests?", "number of guests at {n}?"]),
    },
}
# A handbook: each line names what it is about, no entity.
HANDBOOK_SUBJECTS = ["refund", "holiday", "parking", "travel", "visitor", "printer", "library", "gym", "canteen", "laundry", "pool", "garden", "security", "delivery", "training", "meeting room", "sick leave", "return", "breakfast", "check-in", "check-out", "guest network", "emergency", "recycling", "bicycle", "locker", "night shift", "badge", "kitchen", "elevator"]
HANDBOOK = {
    "code": (W.code, ["the {t} code is {v}", "use {v} as the {t} code"], ["what is the {t} code?", "which code do I need for the {t}?", "(what's|tell me) the code for the {t}", "{t} code?", "I need the {t} code", "what code goes with the {t}?", "do you know the {t} code?"]),
    "contact": (P, ["the contact for {t} is {v}", "ask {v} about {t}", "{v} is responsible for {t}"], ["who is (responsible for|the contact for) {t}?", "whom do I ask about {t}?", "who (handles|takes care of) {t}?", "which person is responsible for {t}?", "contact for {t}?", "who can help with {t}?", "who do I talk to about {t}?"]),
    "period": (lambda s: f"{s.number(2, 90)} days", ["the {t} period is {v}", "for {t} you have {v}"], ["how long is the {t} period?", "how many days (do I have for|are there for) {t}?", "what is the {t} period?", "how much time is there for {t}?", "{t} period?", "how many days is the {t} period?", "what's the time limit for {t}?"]),
    "time": (W.clock, ["{t} starts at {v}", "{t} is open from {v}", "{t} begins at {v}"], ["when does (the |){t} (start|open|begin)?", "at (what|which) time is (the |){t}?", "what time does {t} (start|open)?", "from when is {t} open?", "{t} starts when?", "what are the hours of {t}?", "how early is {t}?"]),
    "cost": (W.price, ["{t} costs {v}", "the {t} fee is {v}", "the price for {t} is {v}"], ["how much (is|does) {t}( cost|)?", "what (is the {t} fee|does {t} cost)?", "what do I pay for {t}?", "how expensive is {t}?", "{t} fee?", "what's the price for {t}?", "is there a fee for {t}?"]),
    "room": (lambda s: f"room {s.number(10, 990)}", ["{t} is in {v}", "you find {t} in {v}"], ["where is (the |){t}?", "in which room is {t}?", "where (do I|can I) find {t}?", "which room is for {t}?", "{t} is where?", "what room is {t} in?", "where do I go for {t}?"]),
}
NONE = ["I can't find that in the passages."]
# An answer first says what was asked for, in one way for each kind of fact, then which passage is on that subject (or none), and then gives the
# value or says that it is not there. So a small model finds one thing at a time and reads what it found before in its own words:
# without the passage's number, four layers often took the right fact of the wrong subject.
LABELS = {
    "company": {"founded": "founding year", "founder": "founder", "boss": "director", "staff": "number of employees", "seat": "location", "product": "best known product", "sales": "turnover"},
    "building": {"built": "year of construction", "architect": "architect", "height": "height", "visitors": "yearly number of visitors", "where": "location", "ticket": "ticket price", "hours": "opening time"},
    "nature": {"size": "area", "found": "discoverer", "depth": "depth", "animal": "best known animal", "near": "nearest town", "park": "year of protection"},
    "book": {"author": "author", "year": "year of publication", "hero": "main character", "pages": "number of pages", "place": "setting"},
    "person": {"born": "birth year", "birthplace": "home town", "work": "profession", "prize": "award", "married": "partner", "studied": "field of study", "lives": "residence"},
    "town": {"people": "population", "mayor": "mayor", "river": "river", "famous": "speciality", "old": "founding year", "festival": "festival month"},
    "product": {"price": "price", "maker": "maker", "battery": "battery life", "weight": "weight", "colour": "colour", "warranty": "warranty"},
    "event": {"date": "date", "place": "location", "winner": "winner", "fee": "price", "guests": "number of guests"},
    None: {"code": "code", "contact": "contact", "period": "period", "time": "opening time", "cost": "price", "room": "place"},
}
WRAPS = ["{q}", "{q}", "{q}", "{q}", "(according to|based on|from) the (passages|text|documents|notes), {q}", "(please |)(tell me|say): {q}", "(I want to know|I'd like to know|can you tell me): {q}", "question: {q}", "(hi|hello), {q}", "(quick question|one question): {q}", "look in the (passages|documents|files): {q}", "{q} (use the passages|see the passages|check the documents|look it up in the text)"]
WRAPS += phrasings.WRAPS
for (kind, key), more in phrasings.MORE.items():
    (WORLD[kind] if kind else HANDBOOK)[key][2].extend(more)
PRONOUN = {"company": "it", "building": "it", "nature": "it", "book": "it", "person": "{he}", "town": "it", "product": "it", "event": "it"}


class Statement:
    """One sentence of a passage, and how to ask for what it says."""

    def __init__(self, inner, value, questions, slots):
        # `inner` is the sentence as it stands inside another one.
        self.inner, self.text, self.value, self.questions, self.slots = inner, upper_first(inner) + ".", value, questions, slots


# Notes rather than sentences: nothing fits around them.
MARKED = re.compile(r": |\?| \(| - ")


def told(s, kind, key, tells):
    """A template that states a fact: of its list, or in training sometimes of `tellings`."""
    if s.split == "train" and s.chance(0.3):
        return tellings.tell(s, kind, key, LABELS[kind][key])
    if s.split == "train" and s.chance(0.25):
        # The value before the thing: harder to find, as what is read first can't know what it will be asked for.
        tells = [t for t in tells if t.find("{v}") < max(t.find("{e}"), t.find("{t}"))] or tells
    return s.pick(tells)


def dressed(s, text):
    """In training some sentences have something around them."""
    if s.split == "train" and s.chance(0.07) and not MARKED.search(text):
        if s.chance(0.6):
            opening = s.fill(s.any(tellings.BEFORE), {})
            return f"{opening}{'' if opening.endswith((':', 'that')) else ','} {text}"
        return text + s.fill(s.any(tellings.AFTER), {})
    return text


def prose(s, body):
    """The sentences of a passage; in training two are sometimes one."""
    lines, i = [], 0
    while i < len(body):
        if s.split == "train" and i + 1 < len(body) and s.chance(0.12) and not any(MARKED.search(b.inner) for b in body[i : i + 2]):
            lines.append(upper_first(s.fill(s.any(tellings.JOINTS), {"a": body[i].inner, "b": body[i + 1].inner})) + ".")
            i += 2
        else:
            lines.append(body[i].text)
            i += 1
    return lines


def statements(s, kind, name, keys, pronouns=True):
    """Sentences about one thing."""
    he, out = s.any(["he", "she"]), []
    for i, key in enumerate(keys):
        make, tells, asks = WORLD[kind][key]
        value = make(s)
        subject = name if i == 0 or not pronouns or s.chance(0.5) else PRONOUN[kind].format(he=he)
        tell = told(s, kind, key, tells)
        if not tell.startswith("{e} ") or tell.startswith(("{e} (", "{e} -")):
            subject = name
        out.append(Statement(dressed(s, s.fill(tell, {"e": subject, "v": value})), value, asks, {"n": name, "kind": kind, "key": key}))
    return out


def handbook(s, subjects):
    """A few rules on different subjects."""
    out = []
    for t in subjects:
        key = s.any(list(HANDBOOK))
        make, tells, asks = HANDBOOK[key]
        value = make(s)
        out.append(Statement(dressed(s, s.fill(told(s, None, key, tells), {"t": t, "v": value})), value, asks, {"t": t, "key": key}))
    return out


FILLER = ["It was a {a} year for everyone.", "Many people still talk about the {a} {n}.", "There is also a {a} {n} nearby.", "Nobody knows why the {n} is {a}.", "The {n} is closed in {m}.", "More details will follow in {m}.", "Please note that the {n} is {a}.", "In {m} the {n} was repaired.", "A {a} {n} can be seen from there.", "The {a} {n} is a later addition."]


def filler(s):
    return s.fill(s.pick(FILLER), {"a": s.any(W.ADJECTIVES), "n": s.any(W.NOUNS), "m": s.any(W.MONTHS)})


def alike(s, kind, name):
    """Another name of a kind that shares a part with this one."""
    parts, other = name.split(" "), W.entity(s, kind).split(" ")
    if len(parts) == 1:
        return W.cased(s, s.any(["New", "Upper", "Lower", "North", "South", "Little", "Port", "Old"])) + f" {name}" if s.chance(0.5) else name[: max(3, len(name) - 4)] + s.any(W.PLACE_ENDS)
    if len(parts) == len(other):
        at = s.any([0, len(parts) - 1, len(parts) - 1, *range(len(parts))])
        parts[at] = other[at]
        return " ".join(parts)
    return " ".join(other)


ASIDE = ["Many compare it with {o}.", "It has nothing to do with {o}.", "{o} is something else.", "See also: {o}.", "Do not confuse this with {o}.", "More on {o} elsewhere.", "There is a letter about {o}, too."]


def build(s, conversation, count=None):
    """Passages into the conversation; returns a list of (number, statements, kind or None)."""
    train = s.split == "train"
    count = count or s.rng.choice((1, 2, 2, 3, 3, 4, 5, 6) if train else (1, 2, 2, 3, 3, 4, 5))
    groups, names = [], set()
    # In training often the same facts of things with names alike.
    share, shared = train and s.chance(0.3), {}
    same = s.any(list(WORLD)) if s.chance(0.55) else None
    subjects = list(HANDBOOK_SUBJECTS)
    s.rng.shuffle(subjects)
    for i in range(1, count + 1):
        if same is None and s.chance(0.4):
            took = [W.cased(s, subjects.pop()) for _ in range(min(len(subjects), s.rng.choice((1, 2, 3))))]
            if not took:
                continue
            body, kind = handbook(s, took), None
            title = s.any(["Handbook", "House rules", "Staff guide", "Office notes", "FAQ", "Rules", f"page {s.number(2, 99)}", f"{W.coined(s, 1, 2)}.pdf", f"{W.coined(s, 1, 2)}.txt", "notes.md", ""])
        else:
            kind = same or s.any(list(WORLD))
            name = W.entity(s, kind)
            if share and kind in shared and s.chance(0.5):
                name = alike(s, kind, s.any(shared[kind][1]))
            if name in names:
                continue
            names.add(name)
            keys = list(WORLD[kind])
            s.rng.shuffle(keys)
            if share:
                keys = shared.setdefault(kind, (keys, []))[0] if s.chance(0.8) else keys
                shared.setdefault(kind, (keys, []))[1].append(name)
            body = statements(s, kind, name, keys[: s.rng.choice((1, 2, 2, 3, 3, 4))])
            title = s.any([name, name, name, upper_first(f"about {name}"), f"{W.coined(s, 1, 2)}.txt", ""])
            if not body[0].text.lower().count(name.lower()):
                title = name
        lines = prose(s, body)
        for _ in range(s.rng.choice((0, 0, 0, 1, 1, 2))):
            lines.insert(s.rng.randrange(1, len(lines) + 1), filler(s))
        conversation.documents.append((title, " ".join(lines)))
        groups.append((len(conversation.documents), body, kind))
    if train and len(names) > 1 and s.chance(0.15):
        at, other = s.rng.randrange(len(conversation.documents)), s.any(sorted(names))
        title, text = conversation.documents[at]
        if other not in [b.slots.get("n") for b in groups[at][1]]:
            conversation.documents[at] = (title, f"{text} {upper_first(s.any(ASIDE).format(o=other))}")
    return groups


def question(s, slots, wrapped=True):
    """The words asking for a fact: a question of its list, or in training mostly a whole wording or one composed of frames."""
    kind, key = slots.get("kind"), slots["key"]
    questions = (WORLD[kind] if kind else HANDBOOK)[key][2]
    r = s.rng.random() if s.split == "train" else 1
    if r < 0.45:
        questions = wordings.draw(s, "questions", f"{kind or 'handbook'} {key}", questions)
        wrapped = wrapped and s.chance(0.4)
    elif r < 0.75:
        questions = frames.compose(s, kind, key, questions)
    if s.split == "train" and s.chance(0.3):
        questions = blurred(s, questions, (WORLD[kind] if kind else HANDBOOK)[key][2])
    q = s.ask(questions, **{k: v for k, v in slots.items() if k in ("n", "t")})
    return s.ask(WRAPS, q=q) if wrapped else q


# Words that carry no meaning here. A held-out form ("price of {n}?") is known with every other fact's word, so that a model learns that this form asks
# for those: what small words stand there must not matter.
SMALL = "of for the is was what what's which tell me give say please do you know i need it that's about".split()


def blurred(s, template, questions):
    """A question with a small word left out, doubled by another, or replaced; never a held-out one."""
    held = wordings.held(tuple(questions))
    for _ in range(8):
        words = s.fill(s.pick(template) if isinstance(template, list) else template, {"n": "{n}", "t": "{t}"}).split(" ")
        small = [i for i, w in enumerate(words) if w.lower() in SMALL]
        for i in sorted(s.rng.sample(small, min(len(small), s.rng.choice((1, 1, 2)))), reverse=True):
            words[i : i + 1] = s.any([[], [], [s.any(SMALL)], [words[i], s.any(SMALL)]])
        text = " ".join(words)
        if "{" in text and wordings.bare(text) not in held:
            return text
    return template


def asked_for(slots):
    """How an answer begins."""
    label = LABELS[slots.get("kind")][slots["key"]]
    return f"The {label} of {slots['n']}" if "n" in slots else f"The {label} for {slots['t']}"


def answer(s, number, statement):
    return f"{asked_for(statement.slots)} (passage {number}) is {statement.value} [{number}]."


def ask_answered(s, conversation, groups):
    """A question the passages answer. Returns (statement, number)."""
    number, body, _ = s.any(groups)
    statement = s.any(body)
    conversation.user(question(s, statement.slots))
    conversation.bot(answer(s, number, statement))
    subject = statement.slots.get("n") or statement.slots.get("t")
    conversation.about(upper_first(s.any([f"question about {subject}", f"facts about {subject}"])), f"The user asked about {subject}. {statement.text}")
    return statement, number


SIMILAR = [{"birthplace", "lives"}, {"founded", "old"}, {"where", "near"}, {"price", "fee", "ticket", "cost"}, {"boss", "founder"}, {"product", "famous"}, {"period", "time", "hours"}, {"size", "depth"}, {"year", "pages"}, {"place", "seat", "where"}, {"mayor"}, {"colour"}, {"animal"}]


def ask_unanswered(s, conversation, groups):
    """A question about a thing that is there but not its fact, or about a thing that is not there."""
    named = [(n, b, k) for n, b, k in groups if k]
    for _ in range(30):
        number = None
        if named and s.chance(0.75 if s.split == "train" else 0.6):
            number, body, kind = s.any(named)
            name = body[0].slots["n"]
            told = {b.slots["key"] for b in body}
            free = [k for k in WORLD[kind] if k not in told and not any(k in group and told & group for group in SIMILAR)]
            if not free:
                continue
            # Hardest where another thing has the fact.
            elsewhere = [k for k in free if any(k == b.slots["key"] for _, other, o in named if o == kind for b in other)] if s.split == "train" and s.chance(0.6) else []
            free = elsewhere or free
            key, slots = s.any(free), {"n": name, "kind": kind}
        elif s.chance(0.75):
            kind = s.any([k for _, _, k in named]) if named and s.chance(0.8) else s.any(list(WORLD))
            name = W.entity(s, kind)
            key = None
            if s.split == "train" and named and s.chance(0.5):
                # A name much like one that is there, and a fact that is told of that one.
                _, body, kind = s.any(named)
                name, key = alike(s, kind, body[0].slots["n"]), s.any(body).slots["key"]
            if any(name == b[0].slots.get("n") for _, b, _ in groups):
                continue
            key, slots = key or s.any(list(WORLD[kind])), {"n": name, "kind": kind}
        else:
            used = {b.slots.get("t") for _, body, _ in groups for b in body}
            t = W.cased(s, s.any(HANDBOOK_SUBJECTS))
            if t in used:
                continue
            key, slots = s.any(list(HANDBOOK)), {"t": t}
        slots["key"] = key
        break
    else:
        return False
    conversation.user(question(s, slots))
    where = f" (passage {number})" if number else ""
    conversation.bot(f"{asked_for(slots)}{where}: {s.say(NONE)}")
    conversation.about(upper_first(f"question about {slots.get('n') or slots.get('t')}"), f"The user asked about {slots.get('n') or slots.get('t')}; the passages did not say.")
    return True


FILE_NAMES = ["notes.txt", "facts.txt", "readme.md", "report.pdf", "list.txt", "todo.md", "letter.txt", "guide.pdf", "data.txt", "minutes.md"]
FILE_GIST = ["what is in (this|the) file?", "what does (this|the) file say?", "(please |)(summarise|summarize|sum up) (this|the) file( for me|)", "what is (this|it) about?", "(give me|I need) (the gist|a summary)( of the file| of this|)", "read this( for me|, please|)", "what do I need to know( from this|)?", "(have|take) a look at this( file|)", "(short|quick) summary(, please|)"]


def ask_of_files(s, conversation):
    """Questions on files that stand in the user's first message, quoted as the product quotes them."""
    from .conversation import Conversation

    read = Conversation(s)
    groups = build(s, read, s.rng.choice((1, 1, 1, 2)))
    names = [s.any(FILE_NAMES) if s.chance(0.6) else f"{W.coined(s, 1, 2)}{s.any(['.txt', '.md', '.pdf'])}" for _ in read.documents]
    files = "\n\n".join(f'<file name="{name}">\n{text}\n</file>' for name, (_, text) in zip(names, read.documents))
    gist = " ".join(b.text for b in groups[0][1][:2])
    for i in range(s.rng.choice((1, 1, 2, 3))):
        if s.chance(0.2 if len(groups) == 1 else 0):
            asked, said = s.ask(FILE_GIST), gist
        else:
            (ask_answered if s.chance(0.7) else ask_unanswered)(s, read, groups)
            if not read.turns:
                continue
            asked, said = read.turns[-2][1], read.turns[-1][1]
            said = re.sub(r" \(passage \d+\)| \[\d+\]", "", said).replace("the passages", "the file" if len(names) == 1 else "the files")
        if s.split == "train" and said == gist and i == 0 and s.chance(0.4):
            # The text itself, without a file around it.
            conversation.user(s.ask("(summarise|summarize|sum up|shorten|give me the gist of|tl;dr of|tldr|summary of|in short|what does this say|what is this about)( this| the following| this text| for me|)(:|: |\n|\n\n|: \n){x}", x=read.documents[0][1]))
        else:
            conversation.user(f"{asked}\n\n{files}" if i == 0 or not conversation.turns else asked)
        conversation.bot(said)
        conversation.about(f"Questions about {names[0]}", f"The user asked about the file {names[0]}.")
