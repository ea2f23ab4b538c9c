"""Tools: what may be offered, what users ask of them, what they return and what is then said."""
import json
import re

import chat

from . import passages, sentences, wordings, words
from .grammar import HELD_EVERY, listed, upper_first
from .requests import MORE, composed

CITY_ZONES = {
    "Tokyo": "Asia/Tokyo", "Paris": "Europe/Paris", "London": "Europe/London", "New York": "America/New_York", "Berlin": "Europe/Berlin",
    "Sydney": "Australia/Sydney", "Madrid": "Europe/Madrid", "Rome": "Europe/Rome", "Moscow": "Europe/Moscow", "Delhi": "Asia/Kolkata",
    "Beijing": "Asia/Shanghai", "Shanghai": "Asia/Shanghai", "Singapore": "Asia/Singapore", "Dubai": "Asia/Dubai", "Cairo": "Africa/Cairo",
    "Los Angeles": "America/Los_Angeles", "San Francisco": "America/Los_Angeles", "Chicago": "America/Chicago", "Toronto": "America/Toronto",
    "Seoul": "Asia/Seoul", "Bangkok": "Asia/Bangkok", "Istanbul": "Europe/Istanbul", "Lisbon": "Europe/Lisbon", "Dublin": "Europe/Dublin",
    "Oslo": "Europe/Oslo", "Stockholm": "Europe/Stockholm", "Vienna": "Europe/Vienna", "Athens": "Europe/Athens", "Nairobi": "Africa/Nairobi",
    "Lagos": "Africa/Lagos", "Auckland": "Pacific/Auckland", "Hong Kong": "Asia/Hong_Kong", "Japan": "Asia/Tokyo", "India": "Asia/Kolkata",
    "China": "Asia/Shanghai", "Germany": "Europe/Berlin", "France": "Europe/Paris", "Spain": "Europe/Madrid", "Italy": "Europe/Rome", "Amsterdam": "Europe/Amsterdam",
}
OPERATORS = {
    "+": ["{a} plus {b}", "{a} + {b}", "{a}+{b}", "the sum of {a} and {b}", "{a} and {b} added (up|together)", "{a} added to {b}"],
    "-": ["{a} minus {b}", "{a} - {b}", "{a}-{b}", "{a} take away {b}", "{a} less {b}"],
    "*": ["{a} times {b}", "{a} * {b}", "{a}*{b}", "{a} multiplied by {b}", "{a} x {b}", "the product of {a} and {b}"],
    "/": ["{a} divided by {b}", "{a} / {b}", "{a}/{b}", "{a} over {b}"],
}
CALC_ASK = [
    "(what is|what's|whats) {e}?", "(can you |could you |please |)(calculate|compute|work out) {e}(, please|)", "{e}", "how much is {e}?",
    "{e} = ?", "(tell me|give me) (the result of |the value of |){e}(, please|)", "what (do i get for|does) {e}( make| come to|)?", "I need {e}(.| please.)",
    "(hey|hi|ok|so), (what is|what's) {e}?", "(quick question|one more|next one): {e}?", "{e}, (please|what is it?|how much is that?)", "solve {e}",
    "do you know (what |how much |){e} (is|makes)?", "evaluate {e} (for me|please|)", "(can you|could you) tell me (what|how much) {e} is?",
]
WORD_PROBLEMS = [
    ("(I have|there are|we have) {a} (boxes|bags|shelves|crates) with {b} (pens|apples|books|bottles) (each|in each). how many (pens|apples|books|bottles|things) (is that|are there|do I have) (in total|altogether|)?", "*"),
    ("a (ticket|meal|shirt|pizza) costs {a} (dollars|euros|pounds). what do {b} (of them |)cost?", "*"),
    ("(I|we) (had|started with) {a} (coins|points|sheep|euros) and (lost|spent|gave away) {b}. how many (are left|do I have left|remain)?", "-"),
    ("{a} (people|kids|guests) (were there|came) and {b} more (arrived|joined). how many (are there|is that) now?", "+"),
    ("(we|I) (split|share|divide) {a} (euros|dollars|sweets|cards) (among|between) {b} (people|friends). how much does each get?", "/"),
    ("(I|she|he) (walked|drove|ran) {a} km (yesterday|on Monday) and {b} km (today|on Tuesday). how far (is that|in total)?", "+"),
    ("(if|when) I work {a} hours a day for {b} days, how many hours is that?", "*"),
    ("(my|the) (rent|bill|invoice) was {a} and I (paid|already paid) {b}. how much (is left|do I still owe)?", "-"),
    ("{a} (rows|columns|tables) of {b} (seats|plants|chairs|people)(, how many is that| make how many|: how many)( in total| altogether|)?", "*"),
    ("(I|we) (bought|need|ordered) {a} (packs|bags|boxes|trays) of {b} (eggs|screws|cards|candles), how many (eggs|screws|cards|candles|pieces) (is that|do I have|are there)( in total| altogether|)?", "*"),
    ("(each|every|one) (bus|car|van|room|table) (holds|seats|takes) {b} (people|kids|guests). how many (fit in|can sit in) {a}( of them|)?", "*"),
    ("{a} (friends|people|kids) (each|all) (pay|give|bring) {b} (dollars|euros|pounds). how much (is that|money is there|do we have)( in total|)?", "*"),
    ("(there were|I had|we had) {a} (apples|fish|books|tickets) and {b} (were eaten|were sold|are gone|got lost). how many are (left|there now|still there)?", "-"),
    ("(I|she|he|we) (saved|earned|got) {a} (dollars|euros) and (then|later) {b} more. (how much is that|what is the total|how much in all)?", "+"),
    ("(the|a) (shop|farm|school) (had|has) {a} (bikes|cows|desks) and (gets|got|buys) {b} more. how many (does it have|are there) now?", "+"),
    ("(a|the) (rope|road|film|board) is {a} (meters|km|minutes|cm) long and (is cut into|is split into|has) {b} (equal |)parts. how long is each( part|)?", "/"),
    ("{a} (cookies|sweets|stickers|coins) (for|shared by|divided among) {b} (kids|friends|people), how many (for each|does each get|each)?", "/"),
    ("(I|we) (need|have) {a} (hours|days|euros|points) and (have done|already have|used) {b}. how many (are missing|are left|more do I need)?", "-"),
    ("(the train|he|she|the car) (goes|travels|drives) {a} km (an hour|per hour|each hour) for {b} hours. how far (is that|does it get)?", "*"),
    ("{a} (dollars|euros|points) (minus|less) a discount of {b}, (what is left|what do I pay|how much is it)?", "-"),
    ("(a|one) (worker|machine|hen|printer) makes {a} (parts|toys|eggs|pages) a day. how many (is that|does it make|are made) in {b} days?", "*"),
    ("(our|the) class has {a} (girls|children) and {b} (boys|adults), how many (are we|people are there|is that)( in all| together|)?", "+"),
    ("(I|he|she) (read|wrote|typed) {a} pages (yesterday|last week) and {b} (today|this week), how many pages (in all|is that|altogether)?", "+"),
    ("{a} (liters|kg|meters|cups) (is|are) (put|filled|packed) into {b} (bottles|bags|boxes|jars) (evenly|equally). how much is in each?", "/"),
    ("(he|she|I) is {a} years old and (his|her|my) (son|sister|friend) is {b} years younger. how old is (he|she|the other)?", "-"),
    ("(for|in) {a} weeks I (run|save|swim|pay) {b} (km|euros|laps) a week. (what is the total|how much is that|how many in all)?", "*"),
    ("(there are|I count|we see) {a} red (balls|cars|flowers) and {b} blue (ones|balls|cars). (what is the sum|how many altogether|how many in all)?", "+"),
    ("{a} (guests|people) share {b} (pizzas|cakes|taxis). how many people (per|for each) (pizza|cake|taxi)?", "/"),
    ("(if|when) one (ticket|book|kilo) (is|costs) {a}, (what|how much) (do I pay|is it|does it cost) for {b}?", "*"),
    ("(I|we) (sold|gave away|used) {b} of (my|our|the) {a} (books|stamps|eggs|plates). how many (do I|do we|does one) (still |)have( left|)?", "-"),
]
# For training alone.
MORE_PROBLEMS = [
    ("(one|a|each) {x} (makes|lays|prints|bakes|gives|eats|needs|drinks|uses|costs|holds) {a} {y} (a day|a week|an hour|each day|per hour|daily)(. |, )(how many|how much) (in|is that in|after|for) {b} (days|weeks|hours)?", "*"),
    ("(if|when) (one|a|each) {x} (has|holds|needs|contains|weighs) {a} {y}, (how many|what) (do|will) {b} {x}s (have|hold|need|contain|weigh)?", "*"),
    ("{a} {x}s with {b} {y} each(, how many {y}?| make how many {y}?|: total?)", "*"),
    ("(every|each|per) (day|week|month|hour) (I|we|she|he) (read|write|sell|eat|run|earn|save) {a} {y}. (and|how many|how much) in {b} (days|weeks|months|hours)?", "*"),
    ("(I|we|they) (planted|packed|stacked|laid) {a} rows (of|with) {b} {y}. how many {y}( is that| in all| altogether|)?", "*"),
    ("{b} times I (bought|took|paid|ate) {a} {y}. how many {y}?", "*"),
    ("(a|one) {x} (is|costs) {a} (euros|dollars|pounds). (how much|what) for {b}( {x}s|)?", "*"),
    ("(I|we|she|he) had {a} {y}(, | and ){b} (broke|went missing|were stolen|ran away|were used|fell off). (how many|what) (remain|are left|do I still have)?", "-"),
    ("(from|of|out of) {a} {y}(, | ){b} (are|were) (gone|sold|eaten|used|red|lost). how many (are not|are left|stay|remain)?", "-"),
    ("(take|remove|subtract) {b} {y} from {a} {y}(. what is left| - how many remain|)?", "-"),
    ("(the|a) {x} (cost|was|had) {a} (euros|points|dollars) and is now {b} (less|cheaper|lower). (what is it now|how much now|new price)?", "-"),
    ("(I|we) (want|need) {a} {y} (but|and) (have|own|got) (only |){b}. how many (more|are missing|do I lack)?", "-"),
    ("(I|we|she|he) had {a} {y} and (found|got|bought|won) {b} more. how many (now|in all|is that)?", "+"),
    ("{a} {y} (here|in the box|on the left) and {b} (there|in the bag|on the right). how many (together|in all|altogether)?", "+"),
    ("(add|put together|count together) {a} {y} and {b} {y}(. how many?| please|)", "+"),
    ("(first|on Monday|in May) {a} {y}, (then|on Sunday|in June) {b} (more|again). (sum|total|how many in all)?", "+"),
    ("(the|a) {x} (cost|was|had) {a} (euros|points|dollars) and is now {b} (more|dearer|higher). (what is it now|how much now|new price)?", "+"),
    ("{a} {y} (are|get|were) (packed|put|sorted|split) into {b} {x}s(. |, )how many (in each|in one|per {x})?", "/"),
    ("(divide|split|share) {a} {y} (fairly |evenly |)(among|between|by) {b} (people|kids|friends|{x}s)(. how many each?| please|)", "/"),
    ("{b} {x}s (weigh|cost|hold|have) {a} (kg|euros|{y}) (together|in all). how much (is|does) one( have| weigh| cost|)?", "/"),
    ("(it took|I needed|we took) {b} (days|hours|weeks) for {a} {y}. how many (a day|per hour|each day)?", "/"),
    ("(a|the) {x} of {a} (meters|pages|euros|hours) (in|over) {b} (parts|days|rates|steps): how much (each|per part|a day)?", "/"),
]
OPENINGS = ["hey, ", "hi, ", "ok, ", "ok now, ", "next: ", "please, ", "quick one: ", "one more thing: ", "could you help me: ", "I have a request: ", "my next question: ", "so, ", "well, ", "hello, ", "another one: ", "also: ", "and now: ", "let's try this: ", "your task: ", "do this for me: ", "here is what I need: ", "excuse me, ", "sorry to bother you, ", "when you have a moment: ", "assistant, ", "chatapp, ", "alright, ", "good, ", "now this: "]


def asked(s, family, options, **slots):
    """A user's words for a request: of the family's list, or in training mostly of those in `wordings` and `requests`, whole or composed."""
    if s.split == "train" and s.chance(0.8):
        r = s.rng.random()
        if r < 0.45:
            return s.ask(wordings.draw(s, "requests", family, options), **slots)
        return composed(s, family, **slots) if r < 0.8 else s.ask(s.any(MORE[family]), **slots)
    return s.ask(options, **slots)


def expression(s):
    """(how the user says it, the expression to pass)."""
    if s.split == "train" and s.chance(0.35):
        return sentences.expression(s)
    kind = s.rng.random()
    if kind < 0.62:
        op = s.any("++--**//")
        a, b = s.number(2, s.any([20, 99, 999, 9999])), s.number(2, s.any([12, 99, 999]))
        if s.chance(0.12):
            a = f"{a}.{s.number(1, 99)}"
        return s.fill(s.pick(OPERATORS[op]), {"a": a, "b": b}), f"{a}{op}{b}"
    if kind < 0.72:
        a, b = s.number(1, 100), s.number(2, s.any([100, 999, 9999]))
        return s.fill(s.pick(["{a}% of {b}", "{a} percent of {b}", "{a} % of {b}"]), {"a": a, "b": b}), f"{a}/100*{b}"
    if kind < 0.82:
        a, b, c = (s.number(2, s.any([20, 99, 999])) for _ in range(3))
        o, p = s.any("+-*/"), s.any("+-*/")
        e = s.any([f"({a}{o}{b}){p}{c}", f"{a}{o}{b}{p}{c}", f"{a}{o}({b}{p}{c})"])
        return e if s.chance(0.6) else e.replace(o, f" {o} ").replace(p, f" {p} ") if o != p else e, e
    if kind < 0.88:
        a = s.number(2, 999)
        return s.fill(s.pick(["(the |)square root of {a}", "sqrt({a})", "the root of {a}"]), {"a": a}), f"sqrt({a})"
    if kind < 0.93:
        a, b = s.number(2, 30), s.number(2, 9)
        return s.fill(s.pick(["{a}^{b}", "{a} to the power of {b}", "{a} to the power {b}"]), {"a": a, "b": b}), f"{a}^{b}"
    a = s.number(2, 99)
    return (s.fill(s.pick(["{a} squared", "the square of {a}"]), {"a": a}), f"{a}^2") if s.chance(0.6) else (s.fill(s.pick(["(half|a half) of {a}"]), {"a": a}), f"{a}/2")


def ask_calculate(s):
    if s.split == "train" and s.chance(0.2):
        text, e = sentences.problem(s)
    elif s.chance(0.28 if s.split == "train" else 0.2):
        template, op = s.any(MORE_PROBLEMS) if s.split == "train" and s.chance(0.5) else s.pick(WORD_PROBLEMS)
        a, b = s.number(3, 900), s.number(2, 60)
        if s.split == "train" and s.chance(0.15):
            a = f"{s.number(2, 99)}.{s.number(10, 99)}"
        text, e = s.ask(template, a=a, b=b, x=s.any(words.NOUNS + words.ANIMALS + words.JOBS), y=s.any(words.FRUITS + words.FLOWERS + words.NOUNS) + "s"), sentences.written(template, a, op, b)
    else:
        said, e = expression(s)
        text = asked(s, "calculate", CALC_ASK, e=said)
    value = s.any([str(s.number(2, 9999)), f"{s.number(2, 999)}.{s.number(1, 99)}", str(s.number(10, 999999)), f"-{s.number(2, 999)}"])
    answer = s.say(["{e} is {v}."], e=e, v=value)
    return Request(text, [e], value, answer, f"Calculating {e}", f"The user asked for {e}, which is {value}.")


class Request:
    """One thing a user wants of a tool."""

    def __init__(self, user, values, result, answer, title, summary, named=None):
        self.user, self.values, self.result, self.answer, self.title, self.summary = user, values, result, answer, title, summary
        # What the answer must contain: the result's value.
        self.value = named if named is not None else result


TIME_ASK = ["what time is it in {c}( right now| now|)?", "what's the time in {c}?", "(tell me|give me) the (current |)time in {c}", "(do you know |)what time (is it|it is) in {c}?",
            "current time in {c}(, please|)", "time in {c}?", "how late is it in {c}( now|)?", "(and |)what('s| is) the (date|date and time) in {c}( now|)?", "is it (late|night|morning) in {c} (now|right now)?",
            "what day is it in {c}?", "(hey|hi), what time is it over in {c}?", "I have a call with {c}, what time is it there?", "which (day|hour) is it in {c}?"]
TIME_HERE = ["what time is it( now| right now|)?", "what's the (time|date)( today| now|)?", "what (day|date) is (it|today)( today|)?", "(can you |could you |)tell me the (time|date)(, please|)",
             "(do you know |)what time it is?", "what's today's date?", "current time(, please|)", "which day is it today?", "the time(, please|)?", "how late is it?", "today's date?", "is it (Monday|Friday|Sunday) today?",
             "got the time?", "what (year|month) is it?"]


def ask_time(s, zone=None):
    if s.chance(0.65):
        city = s.any(list(CITY_ZONES))
        text, place, z = asked(s, "time", TIME_ASK, c=words.cased(s, city)), f" in {words.cased(s, city)}", CITY_ZONES[city]
    else:
        text, place, z = asked(s, "here", TIME_HERE), "", zone or "UTC"
    day, month, year = s.rng.randint(1, 28), s.rng.randrange(12), s.rng.randint(2024, 2031)
    week, t = s.any(words.WEEKDAYS), f"{s.rng.randint(0, 23):02d}:{s.rng.randint(0, 59):02d}"
    iso = f"{year}-{month + 1:02d}-{day:02d}"
    shape = s.rng.randrange(5)
    if shape == 0:
        result, full = f"{week}, {day} {words.MONTHS[month]} {year}, {t} ({z})", f"{t} on {week}, {day} {words.MONTHS[month]} {year}"
    elif shape == 1:
        result, full = f"{iso} {t}", f"{t} on {iso}"
    elif shape == 2:
        result, full = json.dumps({"timezone": z, "date": iso, "time": t, "weekday": week}), f"{t} on {week}, {iso}"
    elif shape == 3:
        result, full = f"{iso}T{t}:{s.rng.randint(0, 59):02d}{s.any(['Z', '+00:00', '+02:00', '-05:00', '+09:00'])} ({week})", f"{t} on {week}, {iso}"
    else:
        result, full = f"{week} {iso} {t} {z}", f"{t} on {week}, {iso}"
    answer = s.say(["It is {f}{p}.", "It is {f}{p}."], f=full, p=place)
    return Request(text, [z], result, answer, f"Current time{place}" if place else "The current date and time", f"The user asked for the time{place}; it was {full}.", t)


UNITS = [("km", "miles"), ("miles", "km"), ("kilometers", "miles"), ("kg", "pounds"), ("pounds", "kg"), ("celsius", "fahrenheit"), ("fahrenheit", "celsius"), ("meters", "feet"),
         ("feet", "meters"), ("inches", "cm"), ("cm", "inches"), ("liters", "gallons"), ("gallons", "liters"), ("grams", "ounces"), ("ounces", "grams"), ("hours", "minutes"), ("minutes", "seconds"),
         ("days", "hours"), ("m", "ft"), ("lb", "kg"), ("miles", "meters"), ("yards", "meters"), ("mb", "gb"), ("weeks", "days"), ("kilograms", "grams"), ("cups", "ml"), ("kmh", "mph"), ("mph", "kmh"), ("acres", "hectares"), ("stone", "kg"), ("knots", "mph")]


def ask_units(s):
    a, b = s.any(UNITS)
    v = s.number(1, s.any([12, 99, 999, 5000]))
    v = f"{v}.{s.number(1, 99)}" if s.chance(0.2) else str(v)
    text = asked(s, "units", ["(convert|please convert|can you convert) {v} {a} (to|into) {b}(, please|)", "how many {b} (are|is) {v} {a}?", "what is {v} {a} in {b}?", "{v} {a} in {b}(?|, please|)", "{v} {a} to {b}",
                  "how much is {v} {a} in {b}?", "(turn|change) {v} {a} into {b}", "(I need|give me) {v} {a} (in|as) {b}", "what's {v} {a} in {b}?", "{v} {a} is how many {b}?",
                  "(express|write) {v} {a} in {b}", "how many {b} (do I get from|make|in) {v} {a}?", "(my recipe says|the sign says|it says) {v} {a}, what is that in {b}?"], v=v, a=a, b=b)
    out = f"{s.number(1, 9000)}.{s.number(1, 99)}" if s.chance(0.7) else str(s.number(2, 9000))
    result = s.any([out, f"{out} {b}", f"{v} {a} = {out} {b}", json.dumps({"value": float(out), "unit": b})])
    if "value" in result:
        out = str(float(out))
    answer = s.say(["{v} {a} is {o} {b}.", "{v} {a} is {o} {b}."], v=v, a=a, o=out, b=b)
    number = float(v) if "." in v else int(v)
    return Request(text, [number, a, b], result, answer, f"Converting {a} to {b}", f"The user converted {v} {a} to {out} {b}.", out)


SEARCH_TOPICS = ["the (latest|newest|recent) news (about|on) {x}", "{x}", "the (history|population|founder|opening hours|weather|location|price) of {x}", "(reviews|pictures|tickets) of {x}", "who (founded|owns|runs|is) {x}",
                 "how (old|big|tall|far) is {x}", "where is {x}", "when was {x} (built|founded|released|born)", "(cheap hotels|good restaurants|events|museums) (in|near) {x}", "{x} (opening hours|score|results|tickets|news|stock)",
                 "how to (grow|cook|repair|clean) {x}", "what is {x}", "the best {x}"]
SEARCH_ASK = ["(search the web for|search for|search online for|google|look up|web search:|find online) {q}", "(can you|could you|please) (search for|look up|search the web for|find) {q}( online| on the web| on the internet|)", "look up {q}(, please|)( online|)",
              "(please |)(find|get) (me |)(some |)(information|info) (about|on) {q}", "search: {q}", "(I want to know|find out|I'd like to read) {q}(, search the web|)", "(do|run) a web search for {q}", "(what does the internet say about|check the web for|check online for) {q}",
              "use the web to find {q}", "(hey|ok), (search|look up) {q}"]

SEARCH_BARE = ["who (founded|owns|runs|is) {x}", "when was {x} (built|founded|released|born)", "what is the (latest|newest) news (about|on) {x}", "how (old|big|tall) is {x}", "where is {x}", "what happened (to|at|with) {x} (yesterday|today|last week|this week)",
               "what is the (population|price|height|age) of {x}", "who won the {x} (this year|last year|yesterday)", "is {x} open (today|on Sunday|tomorrow)"]


INTERROGATIVE = re.compile(r"(who|whom|whose|what|when|where|which|how|is|are|was|were|does|do|did|can|has|in (what|which)|on (what|which)|by whom|at what)\b", re.I)


def bare_question(s):
    """(a question that doesn't mention the web, what it is about): for training alone, in the words in which passages are asked."""
    while True:
        # The web is asked about anything: now and then a fact that things of this kind do not have, and often a price, though tools for shares stand near.
        kind, key = ("product", "price") if s.chance(0.15) else s.any([(k, f) for k in passages.WORLD for f in passages.WORLD[k]])
        name = words.entity(s, s.any(list(passages.WORLD)) if s.chance(0.3) or key == "price" else kind)
        q = passages.question(s, {"kind": kind, "key": key, "n": name}, wrapped=False)
        if INTERROGATIVE.match(q) and not re.match(r"what('s| is) the (population|price|height|age) of", q, re.I):
            return q, name


def ask_search(s):
    x = s.any([lambda: words.entity(s, s.any(list(words.ENTITY_ENDS))), lambda: words.pair(s) + "s", lambda: words.entity(s, "company"), lambda: s.word(words.FOODS)])()
    bare = s.chance(0.4 if s.split == "train" else 0.25)
    if bare:
        x = words.entity(s, s.any(["company", "building", "event", "nature"]))
        if s.split == "train" and s.chance(0.75):
            # What the model can't know itself is what a search is for.
            q, x = (s.ask(s.any(wordings.sections("talk")["fact"])), x) if s.chance(0.2) else bare_question(s)
        else:
            q = s.ask(SEARCH_BARE, x=x)
        q = q.rstrip("?")
        text = q + s.any(["?", "?", ""])
    else:
        q = sentences.free(s, "query") if s.split == "train" and s.chance(0.5) else s.fill(s.pick(SEARCH_TOPICS), {"x": x})
        q = q.lower() if s.lower else q
        text = asked(s, "search", SEARCH_ASK, q=q)
    title, fact, value = search_result(s, x)
    extra = [search_result(s, words.entity(s, "company"))[0:2] for _ in range(s.rng.randrange(3))]
    rows = [(title, fact), *extra]
    url = lambda: f"https://{words.coined(s, 1, 2)}.example/{words.coined(s, 1, 2)}"
    shape = s.rng.randrange(4)
    if shape == 0:
        result = "\n".join(f"{i}. {t}: {f}" for i, (t, f) in enumerate(rows, 1))
    elif shape == 1:
        result = "\n".join(f"[{i}] {t} ({url()}): {f}" for i, (t, f) in enumerate(rows, 1))
    elif shape == 2:
        result = json.dumps([{"title": t, "url": url(), "snippet": f} for t, f in rows], ensure_ascii=False)
    else:
        result = fact
    answer = s.say(["I found this: {f}"], f=fact)
    return Request(text, [q], result, answer, upper_first(s.any([f"Web search about {x}", f"Looking up {x}"])), f"The user searched the web for {q}; {fact}", value)


def search_result(s, x):
    v = s.any([lambda: str(s.number(1900, 2030)), lambda: words.price(s), lambda: words.big(s), lambda: words.town(s), lambda: words.person(s), lambda: words.date(s)])()
    t = s.any(["{x} was (opened|founded|shown|built) in {v}.", "{x} is linked to {v}, says a new report.", "The latest figure for {x} is {v}.", "{x}: {v} is the answer most people give.", "News: {x} and {v} make headlines."])
    return upper_first(x), upper_first(s.fill(t, {"x": x, "v": v})), v


FACTS = ["I (like|love|hate|prefer) {food}", "my (dog|cat|horse|sister|brother|boss|neighbour) is called {name}", "my name is {name}", "I live in {town}", "I work as a {job}", "my (birthday|anniversary|flight|exam) is on {date}",
         "I am allergic to {food}", "my (favourite|favorite) colour is {colour}", "my {thing} (code|number) is {code}", "I (drive|own|bought) a {colour} {noun}", "I have (a meeting|an appointment) at {clock}", "we (meet|train|eat) on {weekday}s", "I am learning {lang}",
         "I play the {instrument}", "{name} is my (teacher|cousin|landlord|friend)", "I always (drink|order) {drink}", "my (doctor|dentist|manager) is {person}", "the {thing} is in the {noun}", "I want short answers", "I speak {lang}", "my hobby is {hobby}"]


MORE_FACTS = ["I am (used|married|close|related) to {name}", "I (moved|go|travel|fly) to {town} (every year|often|soon|on {weekday}s)", "I listen to {name} and {person}", "I am (afraid|fond|tired|proud) of {food}", "I am (good|bad) at {hobby}", "I am (interested|involved) in {hobby}", "I (never|often|rarely) (eat|cook|buy) {food}", "my {thing} is (near|next to|behind|under) the {noun}", "{name} (lives|works|was born) in {town}", "(we|they) (talk|write|belong) to {person}",
              "my (son|uncle|boss|friend) (gave|sold|showed) the {noun} to {name}", "I (owe|lent|sent) {name} a {noun}", "I (can't|don't) eat {food}", "I (need|want) a {colour} {noun}", "I (get up|go to bed|have lunch) at {clock}", "{food} makes me (ill|happy|sleepy)", "the {noun} belongs to {person}", "I said {food} to {name}", "my (train|bus|lesson|shift) (starts|leaves) at {clock} on {weekday}s"]


def fact_text(s):
    if s.split == "train" and s.chance(0.55):
        return sentences.free(s, "fact")
    template = s.any(MORE_FACTS) if s.split == "train" and s.chance(0.4) else s.pick(FACTS)
    return words.cased(s, s.fill(template, {
        "food": s.word(words.FOODS), "name": words.first_name(s), "town": words.town(s), "job": s.word(words.JOBS), "date": words.date(s), "colour": s.word(words.COLOURS), "thing": s.word(words.THINGS), "code": words.code(s),
        "noun": s.any(words.NOUNS), "clock": words.clock(s), "weekday": s.any(words.WEEKDAYS), "lang": s.word(words.LANGUAGES), "instrument": s.word(words.INSTRUMENTS), "drink": s.word(words.DRINKS), "person": words.person(s), "hobby": s.word(words.HOBBIES)}))


def ask_remember(s):
    f = fact_text(s)
    text = asked(s, "remember", ["remember that {f}", "please remember that {f}", "(can you |could you |)remember (this|for me): {f}", "don't forget that {f}", "(keep|please keep) in mind that {f}", "(make a note|note|take a note) that {f}", "(save|store) (this|the fact|to memory): {f}", "I want you to remember that {f}",
                  "{f}. (please |)remember that", "for (later|the future|next time), remember that {f}", "add to (your |)memory: {f}", "remember: {f}", "(always |)remember {f}"], f=f)
    result = s.any(["ok", "Saved.", "Remembered.", json.dumps({"status": "saved"}), json.dumps({"ok": True}), f"Saved: {f}", "done"])
    return Request(text, [f], result, s.say(["I will remember that {f}."], f=f), "Remembering a fact", f"The user asked to remember that {f}.", f)


def ask_forget(s):
    f = fact_text(s)
    text = asked(s, "forget", ["forget that {f}", "please forget that {f}", "(delete|remove|erase) (from (your |)memory|the fact): {f}", "(you can|can you) forget that {f}", "(stop remembering|no longer remember) that {f}", "forget: {f}", "(remove|delete|drop) the (memory|note) that {f}", "don't remember (any more |)that {f}",
                  "it's no longer true that {f}, forget it", "(erase|clear) the fact that {f}"], f=f)
    result = s.any(["ok", "Forgotten.", "Deleted.", json.dumps({"status": "deleted"}), "removed 1 fact", "done"])
    return Request(text, [f], result, s.say(["I have forgotten that {f}."], f=f), "Forgetting a fact", f"The user asked to forget that {f}.", f)


def snippet(s):
    """(language, code)."""
    a, b, w, v = s.number(2, 99), s.number(2, 99), words.coined(s, 1, 2), s.any(["x", "y", "n", "total", "value", "s", "items"])
    op = s.any("+-*")
    language = s.any(["python", "python", "python", "javascript", "javascript", "bash", "ruby", "csharp"])
    python = [f"print({a} {op} {b})", f"print('{w}')", f"print(len('{w}'))", f"print(\"{w}\")", f"for i in range({a}):\n    print(i)", f"{v} = {a}\nprint({v} {op} {b})", f"print(sum(range({a})))", f"print('{w}'.upper())",
              f"{v} = [{a}, {b}]\nprint(max({v}))", f"import math\nprint(math.sqrt({a}))", f"print({a}{op}{b})", f"print(sorted([{a}, {b}, {s.number(2, 99)}]))", f"def f({v}):\n    return {v} {op} {b}\nprint(f({a}))", f"print('{w}'[::-1])"]
    if s.split == "train":
        python += [f"for {v} in range({a}): print(\"{w}\")", f"print({a} ** {b % 9 + 2})", f"for {v} in [{a}, {b}]: print({v} * 2)", f"print({a} {op} {b}, \"{w}\")"]
    javascript = [f"console.log({a} {op} {b})", f"console.log('{w}')", f"let {v} = {a};\nconsole.log({v} {op} {b});", f"console.log('{w}'.length)", f"console.log([{a}, {b}].map(x => x * 2))", f"console.log(Math.max({a}, {b}))", f"for (let i = 0; i < {a}; i++) console.log(i);"]
    other = {"bash": [f"echo {w}", f"echo $(({a} {op} {b}))", "ls -la", f"seq 1 {a}"], "ruby": [f"puts {a} {op} {b}", f"puts '{w}'.reverse"], "csharp": [f"Console.WriteLine({a} {op} {b});", f"Console.WriteLine(\"{w}\");"]}
    return language, s.any({"python": python, "javascript": javascript, **other}[language])


SAID_LANGUAGE = {"python": ["python", "Python"], "javascript": ["javascript", "JavaScript", "js"], "bash": ["bash", "Bash"], "ruby": ["ruby", "Ruby"], "csharp": ["C#", "csharp", "c#"]}


def ask_code(s):
    language, code = snippet(s)
    l = s.any(SAID_LANGUAGE[language])
    block = "\n" in code or s.chance(0.3)
    if s.split == "train" and s.chance(0.6):
        slots = {"l": l, "c": code, "n": "\n" if block else s.any([" ", "\n"])}
        text = composed(s, "code", **slots) if s.chance(0.6) else s.ask(s.any(MORE["code"]), **slots)
    elif block:
        text = s.ask(["(run|execute|please run|can you run) this {l}( code| snippet| script|):\n{c}", "what does this {l}( code|) print?\n{c}", "(run|try|test) this( for me|):\n```{f}\n{c}\n```", "(execute|run) the following {l}( code|):\n```{f}\n{c}\n```",
                      "what is the output of this {l}( code| script|)?\n```{f}\n{c}\n```", "{l} code:\n{c}\n(run it|please run it)", "here is some {l}, (run|execute) it:\n{c}", "(could you|would you) run this {l} for me?\n{c}"], l=l, c=code, f=language)
        if "```" not in text and l not in text:
            text = f"Run this {l}:\n{code}"
    else:
        text = s.ask(["(run|execute|please run|can you run) this {l}( code| snippet|): {c}", "run {c} in {l}", "what does {c} (print|output|give|return) in {l}?", "in {l}, run {c}", "(execute|try) {c} (using|with|in) {l}", "{l}: {c}", "please (execute|evaluate) this {l}: {c}",
                      "what happens (if|when) I run {c} in {l}?", "use {l} to run {c}", "run the {l} (snippet|code|line) {c}"], l=l, c=code)
    out = s.any([str(s.number(2, 9999)), words.coined(s, 1, 2), f"[{s.number(2, 99)}, {s.number(2, 99)}]", words.coined(s, 1, 2).upper()])
    result = s.any([out, out, json.dumps({"stdout": out + "\n", "exit_code": 0}), f"stdout:\n{out}", f"{out}\n(exit code 0)"])
    return Request(text, [language, code], result, s.say(["The output is {o}."], o=out), f"Running {s.any(['a', 'some'])} {l} {s.any(['snippet', 'code'])}", f"The user ran {l} code, which printed {out}.", out)


def ask_weather(s):
    c = words.town(s)
    text = asked(s, "weather", ["what's the weather (like |)in {c}( today| tomorrow|)?", "how is the weather in {c}( now|)?", "weather in {c}(, please|)", "is it (raining|sunny|cold|hot|snowing) in {c}( today| now|)?", "will it (rain|snow) in {c} (today|tomorrow)?", "(tell me|give me) the (weather|forecast) for {c}", "do I need (an umbrella|a coat) in {c}( today|)?",
                  "what (is|'s) the temperature in {c}?", "forecast for {c}", "how (warm|cold) is it in {c}?"], c=c)
    t, sky = s.number(-9, 39), s.any(["sunny", "cloudy", "rainy", "clear", "windy", "foggy", "snowy"])
    result = s.any([f"{sky}, {t} C", json.dumps({"city": c, "temperature": t, "sky": sky}), f"{c}: {t} degrees and {sky}"])
    return Request(text, [c], result, s.say(["It is {k} in {c}, with {t} degrees."], k=sky, c=c, t=t), f"Weather in {c}", f"The user asked about the weather in {c}: {sky} and {t} degrees.", str(t))


def ask_translate(s):
    phrase, lang = s.any([lambda: words.pair(s), lambda: "good morning", lambda: f"I like {s.word(words.FOODS)}", lambda: f"where is the {s.any(words.NOUNS)}", lambda: "thank you", lambda: f"the {s.any(words.NOUNS)} is {s.any(words.ADJECTIVES)}"])(), s.any(words.LANGUAGES)
    if s.split == "train" and s.chance(0.5):
        phrase = sentences.free(s, "phrase")
    text = asked(s, "translate", ["translate {p} (to|into) {l}", "how do (you|I) say {p} in {l}?", "what is {p} in {l}?", "(please |can you |)translate \"{p}\" (to|into) {l}", "{p} in {l}(, please|?)", "say {p} in {l}", "I need {p} in {l}", "(give me|write) {p} in {l}"], p=phrase, l=lang)
    out = f"{words.coined(s, 1, 2)} {words.coined(s, 1, 2)}"
    return Request(text, [phrase, lang], s.any([out, json.dumps({"translation": out})]), s.say(["In {l} that is: {o}."], l=lang, o=out), f"Translating into {lang}", f"The user asked for {phrase} in {lang}: {out}.", out)


def ask_timer(s):
    n, u = s.number(2, 90), "minutes"
    text = asked(s, "timer", ["set a timer for {n} minutes", "(start|set) a {n} minute timer", "timer (for |){n} minutes", "(wake|remind|call|ping) me in {n} minutes", "(please |can you |)time {n} minutes", "count down {n} minutes", "I need a timer, {n} minutes", "{n} minutes on the timer(, please|)"], n=n)
    return Request(text, [n], s.any(["ok", "Timer set.", json.dumps({"status": "started"})]), s.say(["The timer is set for {n} minutes."], n=n), f"A timer for {n} minutes", f"The user set a timer for {n} minutes.", str(n))


def ask_music(s):
    song = words.title_pair(s) if s.chance(0.5) else words.entity(s, "book")
    if s.split == "train" and s.chance(0.4):
        song = sentences.free(s, "song")
    text = asked(s, "music", ["play {x}", "(please |can you |)play (the song |){x}", "put on {x}", "I want to (hear|listen to) {x}", "start (the song |playing ){x}", "(let's hear|let me hear) {x}", "music: {x}", "play me {x}(, please|)"], x=song)
    return Request(text, [song], s.any(["playing", "ok", json.dumps({"status": "playing"})]), s.say(["Now playing {x}."], x=song), f"Playing {song}", f"The user asked to play {song}.", song)


def ask_note(s):
    note = s.any([lambda: f"buy {s.word(words.FOODS)}", lambda: f"call {words.first_name(s)}", lambda: f"water the {s.any(words.FLOWERS)}s", lambda: f"book a table at {words.clock(s)}", lambda: f"pay {words.price(s)} to {words.first_name(s)}", lambda: f"fix the {s.any(words.NOUNS)}"])()
    if s.split == "train" and s.chance(0.5):
        note = sentences.free(s, "task")
    text = asked(s, "list", ["add {x} to my (list|to-do list|todo list|tasks)", "put {x} on my (list|to-do list|task list)", "new (task|todo|item): {x}", "(please |can you |)add a (task|todo): {x}", "(todo|to-do|task): {x}", "I (have|need) to {x}, (add it to|put it on) my list", "create a task to {x}", "(remind|tell) me to {x}"], x=note)
    return Request(text, [note], s.any(["added", "ok", json.dumps({"status": "added"})]), s.say(["I added it to your list: {x}."], x=note), "Adding to the list", f"The user added a task: {note}.", note)


def ask_define(s):
    w = words.coined(s, 2, 3).lower()
    text = asked(s, "define", ["(define|please define) {w}", "what does {w} mean?", "what is the (meaning|definition) of {w}?", "look up the word {w}", "(meaning|definition) of {w}(?|)", "what's the definition of {w}?", "explain the word {w}", "in the dictionary, what is {w}?"], w=w)
    meaning = f"a {s.any(words.ADJECTIVES)} {s.any(words.NOUNS)}"
    return Request(text, [w], s.any([meaning, json.dumps({"word": w, "meaning": meaning})]), s.say(["{w} means {m}."], w=w, m=meaning), f"The meaning of {w}", f"The user asked what {w} means: {meaning}.", meaning)


def ask_stock(s):
    x = words.entity(s, "company")
    text = asked(s, "stock", ["what is the (stock|share) price of {x}?", "how (is|are) {x} (stock|shares) doing?", "(stock|share) price of {x}(?|)", "how much is one {x} share?", "(show|give) me the {x} stock price", "what are {x} shares (worth|trading at)?", "price of {x} stock(, please|)", "check the {x} share price"], x=x)
    v = f"{s.number(2, 900)}.{s.number(10, 99)}"
    return Request(text, [x], s.any([v, json.dumps({"price": float(v)}), f"{x}: {v} USD"]) if not v.endswith("0") else v, s.say(["A share of {x} costs {v}."], x=x, v=v), f"Share price of {x}", f"The user asked for the share price of {x}: {v}.", v)


def ask_mail(s):
    to, subject = words.email(s), words.pair(s)
    if s.split == "train" and s.chance(0.5):
        subject = sentences.free(s, "topic")
    text = asked(s, "mail", ["(send|write) (an email|a mail|an e-mail) to {t} about {x}", "email {t} about {x}", "(please |can you |)(mail|email) {t}, subject {x}", "send {t} (an email|a message) with the subject {x}", "(a mail|an email) to {t}, (subject|about): {x}", "mail to {t} about {x}(, please|)", "write to {t} about {x}", "I want to email {t} about {x}"], t=to, x=subject)
    return Request(text, [to, subject], s.any(["sent", "ok", json.dumps({"status": "sent"})]), s.say(["The email to {t} is sent."], t=to), f"An email about {subject}", f"The user sent an email to {to} about {subject}.", to)


def ask_order(s):
    thing, c = s.any(["order", "invoice", "parcel", "ticket", "booking", "flight", "customer", "part", "contract", "recipe"]), words.code(s)
    text = asked(s, "order", ["(look up|check|find|show me) {t} {c}", "what is the status of {t} {c}?", "where is {t} {c}?", "status of {t} {c}(?|, please|)", "(can you |please |)(look up|check) {t} (number |){c}", "I need (details|information) on {t} {c}", "what about {t} {c}?", "get {t} {c}", "any news on {t} {c}?"], t=thing, c=c)
    status = s.any(["shipped", "delayed", "ready", "paid", "open", "cancelled", "waiting", "delivered", "late", "confirmed"])
    r = Request(text, [c], s.any([status, json.dumps({"status": status}), f"{thing} {c}: {status}"]), s.say(["The {t} {c} is {k}."], t=thing, c=c, k=status), f"Status of {thing} {c}", f"The user asked about {thing} {c}, which is {status}.", status)
    r.thing = thing
    return r


def ask_lights(s):
    room, state = s.any(["kitchen", "bedroom", "living room", "hall", "bathroom", "garage", "office", "garden", "attic"]), s.any(["on", "off"])
    text = asked(s, "lights", ["turn {k} the (lights|light|lamp) in the {r}", "turn the {r} (lights|light) {k}", "switch {k} the {r} (lights|light|lamp)", "{r} (lights|light) {k}(, please|)", "(please |can you |)switch the {r} light {k}", "put the (light|lights) in the {r} {k}", "I want the {r} lights {k}", "lights {k} in the {r}"], r=room, k=state)
    return Request(text, [room, state], s.any(["ok", "done", json.dumps({"ok": True})]), s.say(["The {r} light is {k}."], r=room, k=state), f"Lights in the {room}", f"The user turned the {room} light {state}.", state)


# family: how a request is made, names, parameter names per value, descriptions, what it is called in a refusal.
FAMILIES = {
    "calculate": (ask_calculate, ["calculate", "calculator", "compute", "evaluate", "math", "eval_expression", "do_math", "arithmetic", "calc"], [["expression", "formula", "input", "expr", "query"]],
                  ["Evaluate an arithmetic expression", "Do arithmetic", "Evaluates a math expression and returns the number", "Calculator for numbers", "Work out an arithmetic expression such as (2+3)*4", "Compute the result of a mathematical expression"], "do the sum"),
    "time": (ask_time, ["current_time", "get_time", "now", "clock", "get_current_time", "date_time", "time_now", "today"], [["timezone", "zone", "tz", "time_zone"]],
             ["Get the current date and time", "The current time in a time zone", "Tells the date and time for an IANA time zone", "Current date and time", "Returns the time now", "Get the current date and time in a time zone, such as Europe/Paris"], "tell the time"),
    "units": (ask_units, ["convert_units", "unit_converter", "convert", "units", "convert_unit", "measure_convert"], [["value", "amount", "number", "quantity"], ["from", "from_unit", "source", "unit_from"], ["to", "to_unit", "target", "unit_to"]],
              ["Convert a value between units", "Unit conversion", "Converts length, weight, temperature and time", "Convert a measurement from one unit to another", "Convert between units of measure"], "convert that"),
    "search": (ask_search, ["web_search", "search", "search_web", "internet_search", "find_online", "browse", "google"], [["query", "q", "text", "keywords", "search_term"]],
               ["Search the web", "Search the internet for a query", "Find current information online", "Looks things up on the web", "Search the web and return the best results"], "search the web"),
    "remember": (ask_remember, ["remember", "save_memory", "memorize", "store_fact", "add_memory", "keep_fact"], [["fact", "text", "memory", "note"]],
                 ["Remember a fact about the user", "Save a fact for later conversations", "Stores something in long-term memory", "Keep a fact for next time", "Remember something the user asks you to keep"], "save that"),
    "forget": (ask_forget, ["forget", "delete_memory", "remove_fact", "drop_memory", "erase_memory"], [["fact", "text", "memory", "note"]],
               ["Forget a fact", "Delete a remembered fact", "Removes something from long-term memory", "Forget a fact about the user", "Forget something that was remembered"], "forget that"),
    "code": (ask_code, ["run_code", "execute_code", "code_interpreter", "run", "exec", "run_snippet"], [["language", "lang"], ["code", "source", "snippet", "program"]],
             ["Run a snippet of code", "Execute code and return its output", "Runs a program in a sandbox", "Run code in a sandbox and return what it prints", "Runs short programs"], "run code"),
    "weather": (ask_weather, ["get_weather", "weather", "forecast", "current_weather", "weather_lookup"], [["city", "location", "place", "town"]], ["Get the weather for a city", "Weather forecast", "Current weather in a place", "Tells temperature and sky"], "check the weather"),
    "translate": (ask_translate, ["translate", "translate_text", "translator", "language_translate"], [["text", "phrase", "input"], ["language", "target_language", "to", "target"]], ["Translate text into a language", "Translation", "Translates a phrase"], "translate"),
    "timer": (ask_timer, ["set_timer", "timer", "start_timer", "countdown"], [["minutes", "duration", "length"]], ["Set a timer in minutes", "Starts a countdown", "Timer"], "set a timer"),
    "music": (ask_music, ["play_music", "play_song", "music", "start_playback"], [["song", "title", "track", "name"]], ["Play a song", "Plays music by title", "Start a track"], "play music"),
    "list": (ask_note, ["add_task", "add_todo", "create_task", "todo_add", "new_item"], [["task", "item", "text", "title"]], ["Add a task to the to-do list", "Puts an item on the list", "Create a task"], "add to a list"),
    "define": (ask_define, ["define_word", "dictionary", "define", "word_meaning"], [["word", "term", "entry"]], ["Look up a word in the dictionary", "Meaning of a word", "Dictionary"], "look up words"),
    "stock": (ask_stock, ["get_stock_price", "stock_price", "share_price", "quote"], [["company", "name", "symbol"]], ["Get the share price of a company", "Stock prices", "Current price of a share"], "check share prices"),
    "mail": (ask_mail, ["send_email", "email", "send_mail", "mail"], [["to", "recipient", "address"], ["subject", "about", "topic"]], ["Send an email", "Sends mail to someone", "Write an email"], "send mail"),
    "order": (ask_order, ["lookup_{t}", "get_{t}", "{t}_status", "find_{t}", "check_{t}"], [["{t}_id", "id", "number", "{t}_number"]], ["Look up a {t} by its number", "Status of a {t}", "Find a {t}"], "look that up"),
    "lights": (ask_lights, ["set_lights", "lights", "switch_light", "light_control"], [["room", "place", "area"], ["state", "value", "power"]], ["Switch the lights in a room", "Turns lights on or off", "Control lamps"], "control the lights"),
}
HELD_NAMES = {"".join(x for x in n if x.isalnum()) for family in FAMILIES.values() for n in family[1][HELD_EVERY - 1 :: HELD_EVERY]}
# The words of held-out names, for names of other families: their tokens would otherwise never be written.
HELD_WORDS = {f: sorted({w for other, family in FAMILIES.items() if other != f for n in family[1][HELD_EVERY - 1 :: HELD_EVERY] for w in n.split("_")}) for f in FAMILIES}
PRODUCT = ["calculate", "time", "units", "search", "remember", "forget", "code"]


class Tool(tuple):
    """(name, parameters, description, family)."""


# For training alone: other names, other descriptions, and tools beside them that look alike and answer none of the requests made here.
CORES = {"calculate": "math sum number arithmetic calc formula expr", "time": "time clock date hour zone day datetime", "units": "unit measure convert size scale", "search": "web search net online lookup pages", "remember": "memory fact note remember keep", "forget": "memory fact note forget drop", "code": "code script run exec program sandbox",
         "weather": "weather sky forecast rain", "translate": "translate language words text", "timer": "timer alarm minutes countdown", "music": "music song play track", "list": "task todo list item", "define": "word dictionary meaning term", "stock": "stock share price market", "mail": "mail email send message", "order": "status lookup item record", "lights": "light lamp switch room"}
MORE_DESCRIPTIONS = {
    "calculate": ["Give the value of a formula", "Sums, products and other arithmetic", "Evaluates formulas like 3*(4+5)", "Number cruncher: takes an expression, returns its value", "Maths with numbers"], "time": ["Tells what time and day it is", "World clock", "Clock and calendar for any time zone", "Look at the clock in a time zone", "What day and hour it is"],
    "units": ["Changes a number of one unit into another", "Miles to km, pounds to kg and so on", "Turn an amount into other units", "Measures in other units"], "search": ["Looks for pages on the internet", "Ask a search engine", "Find web pages about something", "Online search"],
    "remember": ["Writes a fact down for good", "Put something into memory", "Note what the user wants to be remembered", "Learn a fact about the user"], "forget": ["Takes a fact out of memory", "Erase something that was stored in memory", "Unlearn a fact", "Drop a note from memory"],
    "code": ["Starts a script and gives its output", "Sandbox for scripts in several languages", "Executes a program text", "Script runner"],
}
DECOYS = {
    "calculate": [("Draw the graph of a function", "function"), ("Count the users", "group")], "time": [("List the time zones of a country", "country"), ("Measure how long a job takes", "job_id"), ("Show the working hours of the staff", "team")], "units": [("List the known units", "kind"), ("Name the inventor of a unit", "unit")],
    "search": [("Show the search history", "days"), ("Block a web site", "site"), ("Set the start page of the browser", "page")], "remember": [("List all remembered facts", "limit"), ("Count the facts in memory", "topic")], "forget": [("Export the memory to a file", "file"), ("List all remembered facts", "limit")], "code": [("Format a source file", "file"), ("Save code to a file", "path")],
    "weather": [("List the weather stations of a country", "country")], "translate": [("Detect the language of a text", "sample"), ("List the known languages", "limit")], "timer": [("List the running timers", "limit"), ("Stop a timer", "timer_id")], "music": [("Stop the music", "device"), ("Set the volume", "level")], "list": [("Mark a task as done", "task_id"), ("Empty the to-do list", "list_id")],
    "define": [("Give synonyms of a word", "word")], "stock": [("Sell shares of a company", "company")], "mail": [("Delete a mail", "mail_id"), ("Block a sender", "sender")], "order": [("Cancel a contract", "contract_no")], "lights": [("Report the power that the lights used", "room")],
}


def letters(name):
    return "".join(x for x in name.lower() if x.isalnum())


def other_name(s, family, stem=""):
    """A name that no list holds; `stem` is what all names of one offer share."""
    while True:
        core, w = s.any(CORES[family].split()), lambda: words.coined(s, 1, 1)
        name = s.any([
            lambda: f"{s.any(VERBS)}_{core}", lambda: f"{core}_{s.any(VERBS)}", lambda: f"{core}{s.rng.randint(1, 99)}", lambda: f"{s.any(VERBS)}_{core}_{s.any(TAILS)}", lambda: f"{core}_{s.any(TAILS)}", lambda: f"{core}_{s.any(CORES[family].split())}_{s.rng.randint(1, 9)}",
            lambda: f"{s.any(words.ADJECTIVES)}_{s.any(words.NOUNS)}", lambda: f"{s.any(words.NOUNS)}_{s.any(words.ANIMALS)}_{s.rng.randint(1, 99)}", lambda: f"{s.any(['tool', 'fn', 'f', 'action', 'op', 'skill'])}_{s.rng.randint(1, 40):0{s.rng.randint(1, 2)}d}", lambda: f"{w()}_{w()}_{w()}", lambda: f"{w()}{s.rng.randint(1, 999)}_{core}", lambda: f"{s.any(HELD_WORDS[family])}_{s.any(words.NOUNS)}",
            lambda: "".join(s.any("abcdefghijklmnopqrstuvwxyz0123456789_") for _ in range(s.rng.randint(3, 7))).strip("_") + s.any("abcxyz")])()
        if s.chance(0.1):
            name = name.replace("_", s.any(["-", "."]))
        elif s.chance(0.1):
            name = "".join(x.capitalize() for x in name.split("_"))
        if stem:
            name = f"{stem}_{name}" if s.chance(0.8) else f"{name}_{stem}"
        if letters(name) not in HELD_NAMES:
            return name


VERBS = "get do make find use fetch call query ask read tell give check show new my the".split()
TAILS = "tool service api info helper plus fast v2 v3 x simple safe local lookup new get".split()


def decoy(s, family, stem=""):
    """A tool like one of a family that does something else."""
    description, parameter = s.any(DECOYS[family])
    return Tool((other_name(s, family, stem), [parameter], description, None, None))


def offer(s, family, product=False, thing=None, stem=""):
    """One tool of a family, under its own or another name."""
    _, names, parameters, descriptions, _ = FAMILIES[family]
    t = thing or s.any(["order", "invoice", "parcel", "ticket", "booking", "flight", "customer", "part", "contract", "recipe"])
    name, invented = names[0] if product else s.pick(names), False
    if not product:
        if s.chance(0.15):
            name = s.any([f"{words.coined(s, 1, 1)}_{name}", f"{name}_v{s.rng.randint(2, 9)}", f"{words.coined(s, 1, 2)}_{name}", f"{name}_{words.coined(s, 1, 1)}", f"{words.coined(s, 1, 1)}.{name}"])
        elif s.chance(0.1):
            name = "".join(w.capitalize() if i else w for i, w in enumerate(name.split("_")))
        if s.split == "train" and s.chance(0.4):
            # A name that means nothing has to be read from the offer; a usual one could be guessed from the request.
            name, invented = s.any([f"{words.coined(s, 1, 2)}", f"{words.coined(s, 1, 1)}_{words.coined(s, 1, 1)}", f"{words.coined(s, 1, 1)}_{name.split('_')[-1]}"]).lower(), True
        if s.split == "train" and (stem or s.chance(0.4)):
            name, invented = other_name(s, family, stem), True
    chosen = [(p[0] if product or s.chance(0.4) else s.pick(p)) for p in parameters]
    description = s.pick(descriptions) if invented or not s.chance(0.04) else ""
    if s.split == "train" and not product:
        if s.chance(0.12):
            # One parameter may be called anything; of several, each still says which it is.
            odd = s.any(["{p}_{i}", "in_{p}", "the_{p}", "{p}_value", "{p}_{w}", "user_{p}"] + ["arg{i}", "param_{i}", "{w}", "{w}_{w}", "x", "body"] * (len(chosen) == 1))
            chosen = [odd.format(i=i, p=p, w=words.coined(s, 1, 1)) for i, p in enumerate(chosen, 1)]
        if description and s.chance(0.35):
            description = s.any(MORE_DESCRIPTIONS.get(family) or [description])
        if description and s.chance(0.15):
            description = s.any(["Tool: {d}", "{d} (beta)", "Use this to: {d}", "{d}. Costs nothing", "[{w}] {d}", "{d}. Made by {w}", "{w} service. {d}", "{d}, quickly", "v{n}. {d}"]).format(d=description, w=words.coined(s, 1, 2), n=s.rng.randint(1, 9))
    if s.chance(0.12) and description:
        description += s.any([".", ". Use it when needed.", ". Use this tool whenever the user asks for it.", ". Always use it for that."])
    fill = lambda x: x.replace("{t}", t)
    return Tool((fill(name), [fill(p) for p in chosen], fill(description), family, t if family == "order" else None))


def offer_some(s, conversation, must=None, without=(), product=None):
    """Offers a set of tools; `must` families are in it, `without` are not."""
    product = s.chance(0.3 if s.split == "train" else 0.45) if product is None else product
    must = list(must or [])
    if product and all(m in PRODUCT for m in must):
        chosen = [f for f in PRODUCT if f not in without]
        if s.chance(0.25):
            extra = [f for f in chosen if f not in must]
            s.rng.shuffle(extra)
            chosen = must + extra[: s.rng.randrange(len(extra) + 1)]
            s.rng.shuffle(chosen)
    else:
        product = product and s.chance(0.5)
        others = [f for f in FAMILIES if f not in must and f not in without]
        s.rng.shuffle(others)
        chosen = must + others[: s.rng.choice((0, 1, 1, 2, 2, 3, 4, 5))]
        s.rng.shuffle(chosen)
    stem = s.any([words.coined(s, 1, 1), s.any(["get", "do", "app", "tool", "x", "my", s.any(words.NOUNS)])]) if s.split == "train" and not product and s.chance(0.15) else ""
    conversation.tools = [offer(s, f, product and f in PRODUCT, stem=stem) for f in chosen]
    conversation.families = {t[3]: t for t in conversation.tools}
    if s.split == "train":
        if not product and s.chance(0.2):
            for f in s.rng.sample(chosen, min(len(chosen), s.rng.choice((1, 1, 2)))):
                conversation.tools.insert(s.rng.randint(0, len(conversation.tools)), decoy(s, f, stem))
        if len({t[0] for t in conversation.tools}) < len(conversation.tools):
            offer_some(s, conversation, must, without, product)


def make(s, family, conversation):
    """A request of a family; time knows the zone the system turn may give."""
    request = ask_time(s, getattr(conversation, "zone", None)) if family == "time" else FAMILIES[family][0](s)
    if s.split == "train" and s.chance(0.12):
        request.user = s.ask(s.any(OPENINGS)) + request.user
    return request


def call(tool, request):
    """The call's text, arguments under the offered parameter names."""
    return chat.call_text(tool[0], dict(zip(tool[1], request.values)))


def matching(s, conversation, family):
    request = make(s, family, conversation)
    tool = conversation.families[family]
    if family == "order" and request.thing != tool[4]:
        for _ in range(200):
            request = make(s, family, conversation)
            if request.thing == tool[4]:
                break
        else:
            request = None
    return request


def use(s, conversation, family=None):
    """One request, its call, its result and the answer."""
    family = family or s.any(list(conversation.families))
    request = matching(s, conversation, family)
    if request is None:
        return None
    conversation.user(request.user)
    conversation.bot(call(conversation.families[family], request))
    if s.chance(0.05):
        conversation.tool(s.any(["Error: timeout", "error: the service is not available", json.dumps({"error": "failed"}), "Error: something went wrong"]))
        conversation.bot("Sorry, the tool reported an error, so I have no answer.")
        conversation.about(request.title, "A tool failed with an error.")
        return request
    conversation.tool(request.result)
    conversation.bot(request.answer)
    conversation.about(request.title, request.summary)
    if s.split == "train" and family == "calculate" and not request.value.startswith("-") and s.chance(0.2):
        onward(s, conversation, request.value)
    return request


# For training alone: the next step of a sum, from the result of the one before.
ONWARD = {"+": "(now |and |then |)(add {b}( to (that|it)|)|plus {b}|{b} more|(that|it) plus {b})(?|)", "-": "(now |and |then |)(subtract {b}( from (that|it)|)|minus {b}|take away {b}|(that|it) minus {b}|{b} less)(?|)",
          "*": "(now |and |then |)((multiply|times) (that|it) by {b}|times {b}|{b} times (that|it)|multiplied by {b})(?|)", "/": "(now |and |then |)((divide|split) (that|it) by {b}|divided by {b}|(that|it) divided by {b}|split (that|it) (among|between) {b})(?|)"}
ONWARD_TWO = {"*": "(now |and |then |)(double|twice) (it|that)(?|)", "/": "(now |and |then |)(halve|half of) (it|that)(?|)"}


def onward(s, conversation, value):
    """One more step from a result."""
    op = s.any("+-*/")
    two = op in "*/" and s.chance(0.25)
    b, result = 2 if two else s.number(2, s.any([12, 99, 999])), str(s.number(2, 99999))
    e = f"{value}{op}{b}"
    conversation.user(s.ask((ONWARD_TWO if two else ONWARD)[op], b=b))
    conversation.bot(chat.call_text(conversation.families["calculate"][0], {conversation.families["calculate"][1][0]: e}))
    conversation.tool(result)
    conversation.bot(f"{e} is {result}.")
    conversation.about(f"Calculating {e}", f"The user asked for {e}, which is {result}.")


JOIN = ["{a}, and {b}", "{a} and {b}", "{a}. {b}", "{a}, then {b}", "first {a}, then {b}", "{a}? and {b}", "{a}; {b}", "{a} and also {b}", "{a}. also, {b}"]


def use_two(s, conversation):
    """One message that needs two calls in a row."""
    families = [f for f in conversation.families if f not in ("code",)]
    if len(families) < 2:
        return use(s, conversation)
    s.rng.shuffle(families)
    pair = [(f, matching(s, conversation, f)) for f in families[:2]]
    if any(r is None for _, r in pair):
        return use(s, conversation)
    (fa, a), (fb, b) = pair
    first, second = a.user.rstrip("?.!"), b.user
    if not s.lower and second[:2] != "I " and second[:2] != "I'":
        second = second[:1].lower() + second[1:] if second.split(" ")[0].lower() in LOWERABLE else second
    conversation.user(s.fill(s.pick(JOIN), {"a": first, "b": second}))
    for f, r in pair:
        conversation.bot(call(conversation.families[f], r))
        conversation.tool(r.result)
    conversation.bot(f"{a.answer} {b.answer}")
    conversation.about(a.title, f"{a.summary} {b.summary}")
    return None


LOWERABLE = set("what how who when where which can could please tell give search look find set turn switch play translate convert calculate compute add put run execute remember forget is will do send write email check get define".split())

REFUSE = ["Sorry, I have no tool to {x} here."]


def refuse(s, conversation, offered=None):
    """A request for which no tool is offered: said plainly, nothing called."""
    absent = [f for f in FAMILIES if f not in conversation.families and f not in ("remember", "forget")]
    # With a web search at hand, a search would be a reasonable call for these: not a clean negative.
    if "search" in conversation.families:
        absent = [f for f in absent if f not in ("weather", "define", "stock", "time", "translate", "units", "order")]
    if "time" not in conversation.families and getattr(conversation, "knows_today", False):
        absent = [f for f in absent if f != "time"]
    if not absent:
        return None
    family = s.any(absent)
    request = make(s, family, conversation)
    if family == "calculate" and len(request.values[0]) < 5:
        return None
    conversation.user(request.user)
    conversation.bot(s.say(REFUSE, x=FAMILIES[family][4]))
    conversation.about(request.title, f"The user wanted the assistant to {FAMILIES[family][4]}, which it could not.")
    return family
