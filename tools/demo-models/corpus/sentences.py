"""Free sentences, queries, tasks, word problems and awkward values, for training alone.

Copying to the last character is learnt from values of every length and shape: lists of whole sentences made of them a closed
set of lengths and endings, and what was longer got cut short. A slot here makes a new value each time it is named.
"""
import re

from . import words as W
from .grammar import listed, parsed


def some(text):
    """A maker: one of a choice of templates, filled."""
    options = text if isinstance(text, list) else [text]
    return lambda s: make(s, s.any(options))


class Slots(dict):
    """Values on demand."""

    def __init__(self, s):
        self.s = s

    def __missing__(self, name):
        return MAKERS[name](self.s)


def make(s, template):
    return s.fill(template, Slots(s))


def things(s):
    """Two or three things, as a list."""
    maker = s.any([lambda: s.word(W.FOODS), lambda: W.first_name(s), lambda: W.pair(s), lambda: s.word(W.COLOURS), lambda: s.any(W.NOUNS) + "s", lambda: W.town(s)])
    return listed(dict.fromkeys(maker() for _ in range(s.rng.choice((2, 2, 3)))))


MAKERS = {
    "name": W.first_name, "person": W.person, "town": W.town, "company": lambda s: W.entity(s, "company"), "product": lambda s: W.entity(s, "product"), "book": lambda s: W.entity(s, "book"), "event": lambda s: W.entity(s, "event"),
    "building": lambda s: W.entity(s, "building"), "nature": lambda s: W.entity(s, "nature"), "food": lambda s: s.word(W.FOODS), "drink": lambda s: s.word(W.DRINKS), "colour": lambda s: s.word(W.COLOURS), "job": lambda s: s.word(W.JOBS), "hobby": lambda s: s.word(W.HOBBIES),
    "lang": lambda s: s.word(W.LANGUAGES), "noun": lambda s: s.any(W.NOUNS), "nouns": lambda s: plural(s.any(W.NOUNS)), "animals": lambda s: plural(s.word(W.ANIMALS)), "adj": lambda s: s.any(W.ADJECTIVES), "animal": lambda s: s.word(W.ANIMALS), "subject": lambda s: s.word(W.SUBJECTS), "sport": lambda s: s.word(W.SPORTS),
    "n": lambda s: str(s.number(2, s.any([12, 99, 999]))), "year": lambda s: str(s.number(1900, 2032)), "price": W.price, "date": W.date, "clock": W.clock, "weekday": lambda s: W.cased(s, s.any(W.WEEKDAYS)), "month": lambda s: W.cased(s, s.any(W.MONTHS)),
    "code": W.code, "phone": W.phone, "email": W.email, "thing": lambda s: s.word(W.THINGS), "word": lambda s: W.coined(s, 1, 2), "things": things, "street": lambda s: W.cased(s, f"{s.number(1, 200)} {W.coined(s, 2, 2).capitalize()} {s.any(['Street', 'Road', 'Lane', 'Square'])}"),
    "rel": lambda s: s.any("sister|brother|aunt|uncle|cousin|niece|nephew|mother|father|daughter|son|neighbour|boss|landlord|teacher|doctor|best friend|flatmate|colleague|grandmother|twin|tenant|godson|old friend".split("|")),
    "amount": some("{n} (kg|grams|meters|km|liters|minutes|hours|days|weeks|pages|people|boxes)"),
    "one": some(["(my|our) {rel}", "(my|our) {rel} {name}", "{name}", "{person}", "the {job} (in|from) {town}", "the {job} at {company}", "my {rel}'s {rel}", "{name}'s {rel}"]),
    "it": some(["(my|our|the) {thing}", "the {adj} {noun}", "(my|our) {adj} {noun}", "(my|our) {noun}", "the {noun} (of|from) {name}", "the {noun} in {town}", "the {thing} for {weekday}", "my {rel}'s {noun}", "{company}", "the {event}", "the {building}"]),
    "many": some(["(I|we|they)", "I", "I", "{name} and {name}", "(my|our) {rel} and I", "(my|our) {animals}", "all (my|our) (friends|guests|pupils|neighbours|children)"]),
    "does": some(["works (for|at) {company}", "works as a {job}( in {town}|)", "moved (from {town} |)to {town}", "has {n} {animals}( and a {animal}|)", "speaks {lang}( and {lang}|)", "drives a {colour} {product}", "owes me {price}", "was born (in {year}|on {date}|in {town})", "is called {name}", "can be reached at {phone}", "has the email {email}", "gets up at {clock}", "never eats {food}( with {food}|)",
                  "prefers {drink} to {drink}", "sells {things}", "likes to be called \"{word}\"", "collects {colour} {nouns}", "is {n} years old", "is married to {person}", "is afraid of {animals}", "lives at {street}", "cannot stand {food}", "gave me a {adj} {noun}", "keeps {things} in the {noun}", "wants {food} and {drink} for lunch", "reads {book}", "is the {job} of {company}", "studies {subject} (in|near) {town}", "pays {price} for the {thing}",
                  "comes from {town}", "arrives on {date} at {clock}", "borrowed the {adj} {noun}", "is (good|bad) at {sport}", "said that the {noun} is {adj}", "has room {n} on floor {n}", "must not have {things}", "knows {person} from {town}", "will be {n} on {date}", "is not the {rel} of {name}", "signs with \"{word} {word}\"", "takes {amount} of {food}", "hates it when the {noun} is {adj}"]),
    "do": some(["work (for|at) {company}", "(go|drive|travel|move) to {town}", "have {n} {animals}", "speak {lang}( and {lang}| but not {lang}|)", "owe {name} {price}", "get up at {clock}", "never (eat|cook|order) {food}( with {food}|)", "prefer {drink} to {drink}", "(need|want|bought|found|lost|sold) a {adj} {noun}", "(need|want|keep) {things}", "meet {person} (on {date}|at {clock}|in {town})", "live at {street}", "can't stand {food}",
                "(hate|love|enjoy|gave up) {hobby}", "drink {n} cups of {drink} a day", "pay {price} (for the {thing}|a month)", "moved from {town} to {town}", "stay at home on {weekday}s", "(started|stopped) {hobby} (in {year}|last year)", "read {book}", "have {price} left for the {thing}", "saw {person} at the {building}", "(train|practise) {sport} in {town}", "call the {noun} \"{word}\"", "walk {amount} a day", "lent the {noun} to {person}", "must not have {things}", "sleep (until|before) {clock}", "use the code {code} for the {thing}"]),
    "is": some(["opens at {clock}", "costs {price}", "is kept in the {adj} {noun}", "has the number {code}", "was {price} (in {month}|on {date}|last year)", "is due on {date}", "belongs to {person}", "is open from {clock} to {clock}", "is closed on {weekday}s", "stands (next to|behind|under) the {noun}", "is {colour}( and {colour}|)", "needs {things}", "is called \"{word} {noun}\"", "starts on {date} at {clock}", "takes {amount}", "must be paid by {date}", "is full of {nouns}", "smells of {food}",
               "has the code {code}", "came from {town} in {year}", "is for {name} and nobody else", "holds {amount}", "was sold to {person} for {price}", "goes to {town}", "is broken since {date}", "is number {n} of {n}", "can be ordered at {phone}", "is under {street}", "has {n} {nouns} and {n} {nouns}", "leaves at {clock} from {town}", "is worth {price}", "is not {adj} but {adj}", "has to be {adj}"]),
    "when": some(["on {weekday}s", "every {weekday}", "in {month}", "since {year}", "on {date}", "(before|after) {clock}", "when it rains", "because of the {noun}", "with {name}", "except in {month}", "and so does {name}", "if the {noun} is {adj}", "for the {event}", "but not in {town}", "(again|too|now|these days|most of the time)"]),
    "fact": some(["{one} {does}", "{one} {does}", "{many} {do}", "{many} {do}", "{it} {is}", "{it} {is}", "{one} {does} {when}", "{many} {do} {when}", "{it} {is} {when}", "{one} {does} and {it} {is}", "{it} {is}, not {price}", "{one} and {one} {do}", "(the|my) (code|password|pin|number) (of|for) {it} is {code}", "{rel} means {name}", "(for|at|with) {company} I (am|use|go by) {code}", "{clock} is when {many} {do}", "{price} is what {one} paid for the {noun}",
                  "{things} are what {one} {does2}", "{date} is the day of the {event}", "the (answer|secret|word|rule) is \"{word} {adj} {noun}\"", "I am {n} and {one} is {n}", "{one} is the one with the {colour} {noun}", "I (am|was|will be) in {town} {when}", "I have to {task}", "{one} told me to {task}", "the {thing} is {code}, the {thing} is {code}"]),
    "does2": some("(likes|needs|wants|brings|sells|forgot|ordered)"),
    "task": some(["(buy|get|order|cook|bring) {things}", "(call|visit|thank|ask|pay|meet) {person}( on {weekday}| at {clock}| about the {noun}|)", "(fix|clean|paint|sell|move|measure|check) the {adj} {noun}( in the {noun}| before {date}|)", "(send|write|return|bring) the {noun} to {name}( by {date}|)", "(book|cancel|change) (a table|the room|the flight|the tickets)( at {building}| for {n}| to {town}| on {date}|)",
                  "pay {price} (to {name}|for the {thing}|by {date})", "(renew|sign|print|file|find) the {thing} {code}", "(feed|wash|brush|walk) the {animal}( at {clock}| for {name}|)", "(learn|practise) {n} words of {lang}", "(read|return|lend out) {book}", "call {phone}( before {clock}|)", "write to {email}( about {things}|)"]),
    "query": some(["{x}", "(the |)(history|price|size|colour|owner|maker|meaning|origin|address|phone number|opening hours|menu|map|website|members|rules|age|weight|length) of {x}", "(cheap|used|new|good|local|the best|old) (flights|trains|tickets|hotels|rooms|tables|jobs|shops|bakeries|doctors) (in|near|to|around) {town}( for {date}| under {price}| in {month}|)", "how to (paint|clean|fix|build|sell|choose|store) a {adj} {noun}", "how (much|many) {nouns} (are in|fit in|come with) {x}",
                   "(recipe|recipes) (for|with) {things}", "(what|who) (is|was) {x}", "(news|rumours|reports|articles|videos) (about|on|from) {x}( {year}| in {month}|)", "{x} (or|versus|vs|and) {x}", "why (is|was) {x} {adj}", "{x} {year}", "\"{word} {noun}\"", "\"{adj} {noun}\" {company}", "when (did|will) {x} (open|close|start|end)", "which {nouns} (are|were) {adj} in {town}", "(train|bus|ferry) (from {town} |)to {town}( on {date}|)", "{food} (calories|recipe|without {food}|near {town})",
                   "(error|part|model|serial number|form) {code}( {company}|)", "{n} {adj} {nouns} (under|for|below) {price}", "{lang} (lessons|courses|grammar) (in|for) {town}", "(who|what) (lives|lies|stands) (near|in|behind) {x}", "{person} (interview|books|age|{town})", "is {x} (open|closed|free|safe) (on {date}|in {month}|on {weekday}s)", "(weather|events|parking|weddings) {town} {date}", "{phone}", "the difference between {adj} and {adj} {nouns}"]),
    "x": some(["{person}", "{town}", "{company}", "{product}", "{book}", "{event}", "{building}", "{nature}", "the {adj} {noun}", "{adj} {nouns}", "{animals}", "{colour} {nouns}", "{food}"]),
    "phrase": some(["the {noun} (is|was) (not |very |too |)({adj}|{colour})", "(I|we|they) (like|need|want|have|sell) {things}", "where (is|was) the {adj} {noun}", "how much (is|are) (the|two) {nouns}", "my {rel} is a {job}", "see you (on {weekday}|at {clock}|in {town})", "(please |)bring (me |)the {noun}", "I don't (like|eat) {food}", "a {adj} {noun} (and|or) a {adj} {noun}", "happy birthday, {name}", "the {animal} (sleeps|sits) (in|under) the {noun}", "(good|warm|fresh) {food}", "{n} {nouns}, please",
                    "it (costs|is) {price}", "my name is {name}", "I am from {town}", "do you have {food}", "{adj} {noun}", "is there a {noun} near {town}", "we are late", "(they|we) live in a {adj} {noun}"]),
    "topic": some(["(the|our|your) {nouns}", "the {adj} {noun}", "{things}", "(lunch|dinner|a meeting|the trip) (on {date}|at {clock}|in {town})", "{thing} {code}", "the {event}", "a bill of {price}", "{adj} {nouns} for {name}", "the {noun} (of|for) {person}"]),
    "song": some(["{book}", "{adj} {nouns}", "(My|Your|Our|No) {noun} (in|from) {town}", "{word} {word}( {word}|)", "{noun} and {noun}", "(Dear|Hello|Goodbye) {name}", "{n} {nouns}", "{weekday} {noun}", "{adj} {adj} {noun}", "the {noun} by {person}", "{noun} No {n}"]),
}


def free(s, kind):
    """A value of a kind, in the user's case."""
    return W.cased(s, re.sub(r"\b([aA]) (?=[aeiou])", r"\1n ", MAKERS[kind](s)))


# Word problems: a beginning, what happens, a question. The same beginnings and questions under every operator, so that what happens decides.
HAVE = ["(I|we|they|you) had {a} {y}", "{w} (has|had) {a} {y}", "there (are|were) {a} {y} (in|on|at|near) the {z}", "the {z} (has|had|held) {a} {y}", "{w} (counted|collected|found|kept|owned|had made) {a} {y}", "(we|they) began with {a} {y}", "at first there were {a} {y}", "{a} {y} (are|were|stood|lay) (here|in the {z}|on the table)", "{w}'s {z} had {a} {y}", "(my|our) {z} (holds|had|has) {a} {y}"]
MORE_COMES = ["(then|later|today|after that|a day later) {b} (more|others|new ones) (came|were added|arrived|followed|were found|were put there)", "{w} (added|brought|gave|put in|found) {b} more", "{b} (more|others) came (in|along|with {w})", "it grew by {b}", "(and|then) {w} got another {b}", "another {b} (are|were) in the {z}", "the number (rose|went up|increased) by {b}", "(and|now) {b} come on top", "{w2} has {b} as well"]
SOME_GO = ["(then|later|today|after that|a day later) {b} (broke|were sold|got lost|were thrown away|fell down|disappeared|were taken away|went home)", "{w} (took|ate|sold|broke|lost|stole|used up|gave away|threw out) {b}( of them|)", "{b} of them (are|were|turned out) (bad|gone|broken|not there|sold)", "it (shrank|fell|dropped) by {b}", "(but|then) {w} took {b} away", "the number (fell|went down|dropped) by {b}", "{b} (are|were) (removed|taken by {w2})", "{b} had to go"]
HOW_MANY = ["how many (are there|does that make|are there now|are there in the end)?", "(what|how much|how many) is it now?", "how many now?", "(what is|tell me|I need) the (new|final) number", "how many (does that leave us|do we end up) with?", "how many {y} now?", "so how many?", "where does that leave us?", "what have (we|they) got now?"]
PROBLEMS = {
    "*": ["{b} {xs}, (each|every one) (with|holding|having) {a} {y}", "(in|on) (each|every) one of {b} {xs} (there are|are|we find) {a} {y}", "{w} (sells|packs|makes|writes|cleans|eats|needs|burns|counts) {a} {y} (every|per|each) {u}(. |, )(and |)(that goes on|we wait|this lasts|it went on) for {b} {u}s", "{b} {js} (make|carry|bring|want|find|get) {a} {y} each", "(for|per|with) each {x} (we|you|they) (need|get|want|use) {a} {y}, and (we|they) have {b} {xs}",
          "{a} {y} (a|per) {x}, {b} {xs}", "(the|a) {z} (has|had) {b} (floors|pages|rows|levels) (of|with) {a} {y}( each|)", "(at|for) {a} (euros|dollars|cents) (a piece|each|a {x}), {w} (buys|takes|orders) {b}( {xs}|)", "{w} does the same {b} times: {a} {y} (a|every|each) time", "{b} {js} (work|worked|wait|waited) {a} (hours|minutes|days) each", "(in|after) {b} rounds of {a} {y} each",
          "{w} (does|manages|needs|repairs|draws|loads|sews|reads) {a} {y} (a|per|every|each) {u}, and (works|stays|goes on) (for |){b} {u}s", "(the|a|our|this) {x} (turns out|gives|burns|drinks|takes|prints|carries) {a} {y} (a|per|every|in one) {u}(. |, and |; )(it|this) (runs|works|is on) (for |){b} {u}s", "(a|every|one) {u} (brings|costs|gives) {a} {y}, {b} {u}s (pass|go by|are over)",
          "{a} {y} (a|every|per) {u} for {b} {u}s", "(with|at) {a} {y} (a|per) {u}, {w} (goes on|works|keeps going) for {b} {u}s", "{w} (spends|works|walks|sleeps|trains) {a} (minutes|hours|km) (a|each|every) {u}( and|,) {b} {u}s are (over|gone)"],
    "/": ["{a} {y} go to {b} {js}, all get the same", "{b} {js} (get|own|carry|won|found) {a} {y} and (split|share) (them|everything) (equally|fairly|evenly)", "{w} (deals|hands) out {a} {y} to {b} {js}, the same number to each", "{a} {y} (fit|go|are laid) (into|in) {b} equal (piles|rows|groups|{xs})", "{w} (makes|cuts|forms) {b} equal (groups|piles|heaps|sets) (from|out of) {a} {y}", "{w} (used|ate|drove|read|wrote|paid for) {a} {y} in {b} (days|hours|weeks|months), (the same|as many) every (time|day)", "{b} {xs} (together |)(have|hold|carry) {a} {y}, all (the same|equally many)",
          "a {x} of {a} (cm|km|grams|euros|minutes) is (broken|cut|shared out) in {b} equal (pieces|shares)"],
}
SHARED = ["{a} {js} (have|use|get|sit on|wait for|live with|take turns with) {b} {xs}", "there are {a} {js} and {b} {xs}", "{a} {js} (with|and|for|to) {b} {xs}"]
FOR_ONE = ["how many {js} (go |are there |)(to|per|for) (one|a|each|every) {x}?", "how many {js} must (each|one|every) {x} (do|be enough) for?"]
EACH = ["how many (for|in|to|per) each( one|)?", "(what|how much|how many) does (each|every) one get?", "how many (apiece|each)?", "what is one (share|part)?", "(tell me|what is) the (share|part|number) of one"]
ALL = ["how many {y} (is that|are there|are that|does that make)( in total| in all| altogether| all together|)?", "what is the total?", "total?", "(tell me|what is|I need) the (total|whole number)", "how many in total?", "(what|how much|how many) (does it come to|do they come to)?", "all together?", "what (number|total) do we get?"]
TOTAL = ["{a} {y} (came|went|were sold) on {d}( and|,) {b} (came|went|were sold) (the day after|on the next day)", "{w} (paid|spent|needs|got) {a} {y} for the {x} and {b} for the {z}", "(one|the first) {x} (has|holds|needs) {a} {y}( and|,) the (other|second) {b}", "{a} {y} (from|for) {w} and {b} (from|for) {w2}"]
REST = ["{w} (wants|needs|must get) {a} {y} and has {b} (so far|already|of them)", "(the way|the book|the job) (has|takes) {a} (km|pages|hours|steps) and {b} (are|were) (behind us|done)", "(out of|of) {a} {y} {w} has (done|seen|counted|sold) {b}", "{a} {y} (are|were) (ordered|planned|needed) and {b} (are here|came|are ready)"]
SUM = ["how many (do they have|are there|is it) (together|in all)?", "what is the (sum|total)?", "how many altogether?", "(add|sum) it up", "what do they come to?"]
LEFT = ["how many are (left|still to come)?", "how many (remain|to go|are still open)?", "what (is the rest|remains)?", "(what is|tell me) the (rest|difference)"]


def plural(w):
    ends = {"fish": "fish", "mouse": "mice", "shelf": "shelves", "wolf": "wolves", "man": "men", "child": "children"}
    for end, many in ends.items():
        if w.endswith(end):
            return w[: len(w) - len(end)] + many
    return w[:-1] + "ies" if w[-1] == "y" and w[-2] not in "aeiou" else w + ("es" if w.endswith(("s", "x", "ch", "sh")) else "s")


def written(template, a, op, b):
    """The expression: what is added or multiplied in the order in which it is said, so that there is one right way to write it."""
    return f"{b}{op}{a}" if op in "+*" and template.find("{b}") < template.find("{a}") and "{b}" in template else f"{a}{op}{b}"


def problem(s):
    """(text, expression)."""
    op = s.any("++--**//")
    a, b = s.number(3, s.any([99, 900, 9000])), s.number(2, s.any([12, 60, 400]))
    if op in "+-" and s.chance(0.75):
        told, asked = [s.any(HAVE), s.any(MORE_COMES if op == "+" else SOME_GO)], HOW_MANY
    elif op in "+-":
        told, asked = [s.any(TOTAL if op == "+" else REST)], SUM if op == "+" else LEFT
    elif op == "/" and s.chance(0.2):
        told, asked = [s.any(SHARED)], FOR_ONE
    else:
        told, asked = [s.any(PROBLEMS[op])], ALL if op == "*" else EACH
    parts = {f"p{i}": parsed(x) for i, x in enumerate([*told, s.any(asked)])}
    frame = s.any(["{p0}. {p1}. {p2}", "{p0}, {p1}. {p2}", "{p0}; {p1}: {p2}", "{p0}, and {p1}. {p2}", "{p0} - {p1} - {p2}"] if len(told) == 2 else ["{p0}. {p1}", "{p0}. {p1}", "{p0}: {p1}", "{p0}, {p1}", "{p0} - {p1}"])
    who = s.any([W.first_name, lambda s: f"my {MAKERS['rel'](s)}", lambda s: "the " + s.any(W.JOBS)])(s)
    x = s.any(W.NOUNS)
    y = s.any(["euros", "dollars", "points", "coins", "sweets", "marbles", "stamps"]) if s.chance(0.2) else plural(s.any([*W.FRUITS, *W.FLOWERS, *W.NOUNS, *W.ANIMALS]))
    return s.ask(frame, a=a, b=b, y=y, x=x, xs=plural(x), z=s.any(W.NOUNS), w=who, w2=W.first_name(s), js=plural(s.any(W.JOBS + ["friend", "guest", "child"])), d=s.any(W.WEEKDAYS), u=s.any(["day", "hour", "week", "month", "minute", "year"]), **parts), written(told[0], a, op, b)


# Operators in more words; what is subtracted or added is sometimes said first.
OPERATORS = {
    "+": ["{a} increased by {b}", "{a} and {b} together", "{a} with {b} added", "{a} more than {b}", "the total of {a} and {b}", "{a} and another {b}", "{a} raised by {b}", "{a} ADD {b}"],
    "-": ["{a} decreased by {b}", "{a} reduced by {b}", "{b} less than {a}", "{b} taken from {a}", "the difference (between|of) {a} and {b}", "{b} subtracted from {a}", "{a} lowered by {b}", "{a} with {b} taken off"],
    "*": ["{b} times {a}", "{a} taken {b} times", "{b} lots of {a}", "{a} × {b}", "{a} multiplied with {b}", "{a} TIMES {b}"],
    "/": ["{a} split (by|into) {b}", "the quotient of {a} and {b}", "{a} ÷ {b}", "{a} shared by {b}", "{a} in {b} equal parts", "{a} parted by {b}"],
}


def expression(s):
    """(how the user says it, the expression to pass), with numbers of more shapes than the lists' ones."""
    def number(high):
        n = s.number(2, high)
        return s.any([f"{n}.{s.number(10, 99)}", f"{n}.{s.number(1, 9)}", f"0.{s.number(10, 99)}"]) if s.chance(0.2) else str(n)

    if s.chance(0.2):
        parts = [number(s.any([20, 999]))]
        for _ in range(s.rng.choice((2, 3, 3, 4))):
            parts += [s.any("++-*/"), number(s.any([20, 999]))]
        gap = s.any(["", " "])
        return gap.join(parts), "".join(parts)
    if s.chance(0.12):
        a, b = number(99), number(9999)
        return s.fill(s.any(["{a} percent out of {b}", "{a} per cent of {b}", "a share of {a}% of {b}", "{a} % out of {b}"]), {"a": a, "b": b}), f"{a}/100*{b}"
    op = s.any("++--**//")
    a, b = number(s.any([99, 9999, 99999, 9999999])), number(s.any([12, 99, 9999]))
    said = s.any(OPERATORS[op])
    return s.fill(said, {"a": a, "b": b}), written(said, a, op, b)
