"""Short notes and texts, and ways to bring a text and a question into one message: what people paste, and what the product quotes."""
import re

from . import sentences
from . import words as W
from .grammar import upper_first

# label: (maker, questions that don't name it)
LABELS = {
    "date": (W.date, ["when is it?", "when is (this|that)?", "(on |)(what|which) (day|date) is (it|this)?", "when does it take place?", "when (will it be|is it on)?", "what date is given?", "which date is in there?"]), "time": (W.clock, ["at (what|which) time( is it|)?", "what time( is it at|)?", "how early is it?", "(at |)what hour?", "which time is given?", "when does it begin, what time?", "what time does it start?"]),
    "place": (W.town, ["where is (it|this)?", "where does it take place?", "in (what|which) (town|city|place)?", "(what|which) place is it?", "where do (I|we) (have to |)go?", "where will it be?", "what place is named?"]), "contact": (W.person, ["who is the contact?", "(who|whom) (do I|should I|can I) (ask|contact|call)?", "whom do I turn to?", "who (answers|takes) questions?", "who can I talk to?", "to whom do questions go?", "who do I get in touch with?"]),
    "price": (W.price, ["how much is it?", "what does it cost?", "how expensive is it?", "what do (I|we) (have to |)pay?", "how much do (I|we) pay?", "what's the cost?", "how much?"]), "code": (W.code, ["which code do I (need|use)?", "what code is (given|it)?", "what do I type in as a code?", "is there a code?", "what code do they give?", "(give|tell) me the code", "code please"]),
    "phone": (W.phone, ["which number do I call?", "what number can I call?", "at which number?", "how do I reach them by phone?", "what do I dial?", "where do I ring?", "what is the number?"]), "email": (W.email, ["where do I write to?", "which address do I mail?", "how do I reach them by mail?", "what address is given?", "where can I send a mail?", "(give|tell) me the mail address", "to whom do I mail?"]),
    "room": (lambda s: str(s.number(10, 990)), ["in which room( is it|)?", "which room( is it|)?", "what room?", "where in the building?", "what room do I go to?", "what is the number of the room?", "which door?"]), "deadline": (W.date, ["by when( is it due|)?", "until when?", "when is it due?", "how long do (I|we) have?", "what is the last day?", "when must it be done?", "due when?"]),
    "owner": (W.person, ["who owns it?", "whose is it?", "to whom does it belong?", "who does it belong to?", "who has it?", "whose?", "whose property is it?"]), "budget": (W.price, ["how much can (I|we) spend?", "how much money is there?", "what may it cost?", "how much do we have?", "what can we spend?", "what is the limit in money?", "how much is planned?"]),
}
# Labels without questions of their own.
MORE_LABELS = {"address": lambda s: W.cased(s, f"{s.number(1, 200)} {W.coined(s, 2, 2).capitalize()} {s.any(['Street', 'Road', 'Lane', 'Square'])}"), "status": lambda s: s.any(["open", "closed", "ready", "late", "paid", "draft"]), "colour": lambda s: s.word(W.COLOURS), "quantity": lambda s: str(s.number(2, 990)), "author": W.person, "manager": W.person, "password": W.code, "order number": W.code, "guest": W.person, "topic": W.pair, "weight": lambda s: f"{s.number(2, 900)} kg", "length": lambda s: f"{s.number(2, 900)} cm", "start": W.clock, "end": W.clock, "team": lambda s: W.cased(s, W.coined(s, 2, 2).capitalize()), "version": lambda s: f"{s.number(1, 19)}.{s.number(0, 9)}", "total": W.price, "customer": lambda s: W.entity(s, "company"), "hotel": lambda s: W.entity(s, "building"), "food": lambda s: s.word(W.FOODS), "drink": lambda s: s.word(W.DRINKS), "animal": lambda s: s.word(W.ANIMALS), "language": lambda s: s.word(W.LANGUAGES), "sender": W.person, "seat": lambda s: f"{s.number(2, 90)}{s.any('ABCDEF')}", "gate": lambda s: f"{s.any('ABCDEF')}{s.number(2, 90)}"}
# A note of sentences: each says one thing or two.
LINES = [
    ("{x} (is|will be) on {date}", {"date": 1}), ("{x} on {date}", {"date": 1}), ("{x} (is|starts) on {date} at {time}", {"date": 1, "time": 1}), ("{date}: {x}", {"date": 1}), ("{x} takes place on {date} in {place}", {"date": 1, "place": 1}), ("We meet on {date}", {"date": 1}), ("(It|This) happens on {date}", {"date": 1}), ("{x} was moved to {date}", {"date": 1}), ("(See you|Be there) on {date} at {time}", {"date": 1, "time": 1}), ("(The|Our) {noun} arrives on {date}", {"date": 1}),
    ("(We start|It starts|Doors open) at {time}", {"time": 1}), ("(Be|Please be) there at {time}", {"time": 1}), ("At {time}, {x}", {"time": 1}), ("{x} at {time}", {"time": 1}), ("(We meet|It is|Everyone meets) in {place}", {"place": 1}), ("(We go|The way goes) to {place}", {"place": 1}), ("{x} in {place}", {"place": 1}), ("(Ask|Call|Contact) {contact}( if you have questions| for more|)", {"contact": 1}), ("(Questions|Any questions) go to {contact}", {"contact": 1}), ("(It|The whole thing) costs {price}", {"price": 1}),
    ("(Tickets are|The fee is|Everyone pays) {price}", {"price": 1}), ("(Use|Type) the code {code}( at the door|)", {"code": 1}), ("The code is {code}", {"code": 1}), ("(Call|Ring) {phone}", {"phone": 1}), ("(Write|Mail) (to |){email}", {"email": 1}), ("(Come to|It is in|We sit in) room {room}", {"room": 1}), ("(It is due|Hand it in|Finish it) by {deadline}", {"deadline": 1}), ("(It|The {noun}) belongs to {owner}", {"owner": 1}), ("(We can spend|The budget is|At most) {budget}", {"budget": 1}),
]
PLAIN = ["(Please |)(bring|pack|take) the {noun}", "Don't forget the {adj} {noun}", "The {noun} is {adj}", "(Lunch|Coffee|A {noun}) will be there", "Bring {name}", "More (later|soon|in the {noun})", "(Thanks|See you|Best wishes)( to all|)", "{name} will (help|come too)", "No {noun}s, please"]
NAMED = ["(Team |Staff |Board |)(meeting|lunch|party|trip|training)( with {name}|)", "{event}", "(Dentist|Doctor|Visit|Interview|Lesson)( with {name}|)", "(Trip|Train|Flight|Move|Hike|Picnic)", "(Repair of|Order for|Delivery of) the {noun}", "{name}'s (birthday|party|wedding|exam)", "(Notes|Note|Reminder|Memo|To do)", "(Dear|Hi|Hello) {name}", "the {adj} {noun}", "{name} and {name2}"]
PAIRS = ["{L}: {v}", "{L}: {v}", "{L}: {v}", "{l}: {v}", "{L} - {v}", "{L} = {v}", "- {L}: {v}", "**{L}**: {v}", "* {l}: {v}", "| {L} | {v} |", "{l},{v}", "{L}\t{v}", "{L}; {v}", "{L} : {v}"]
ASK_LABEL = ["what is the {l}?", "what's the {l}?", "{l}?", "(please |)(tell|give) me the {l}", "which {l} (is|was) (given|named|there)?", "what (is|was) the {l} (in|of) (the|this|my) (note|text|file)?", "(find|extract|look up) the {l}( for me| please|)", "(can you|could you) (find|see|read) the {l}(?|)", "what does it say (about|for) the {l}?", "the {l}, please", "I need the {l}", "do you (see|know) the {l}?", "what {l} does (it|the note|this) (give|have|say)?", "and the {l}?"]


# Labels of one kind: one of them in a note is enough, so that a question that doesn't name its label has one answer.
ALIKE = [{"place", "address", "room", "hotel", "gate", "seat"}, {"price", "budget", "total"}, {"contact", "manager", "owner", "guest", "sender", "author", "customer"}, {"date", "deadline"}, {"time", "start", "end"}, {"code", "password", "order number", "version"}, {"phone", "quantity"}]


def alike(a, b):
    """Whether two labels could be taken for each other."""
    return a in b or b in a or any(a in group and b in group for group in ALIKE)


class Note:
    """A short text, what it says under which label, and what is not in it."""

    def __init__(self, text, told, absent):
        self.text, self.told, self.absent = text, told, absent


def label(s, known):
    """(label, value) that is not there yet."""
    while True:
        if s.chance(0.55):
            name, make = s.any([(k, v[0]) for k, v in LABELS.items()])
        elif s.split == "train" and s.chance(0.25):
            name, make = s.any([W.coined(s, 1, 2).lower(), f"{s.any(W.NOUNS)} {s.any(['number', 'name', 'size', 'day'])}", s.any(W.NOUNS)]), s.any([W.code, W.date, W.person, W.town, W.price, W.pair])
        else:
            name, make = s.any(list(MORE_LABELS.items()))
        if not any(alike(name, k) for k in known):
            return name, make(s)


def named(s):
    """What a note is about."""
    return upper_first(s.fill(s.pick(NAMED), {"name": W.first_name(s), "name2": W.first_name(s), "event": W.entity(s, "event"), "town": W.town(s), "noun": s.any(W.NOUNS), "adj": s.any(W.ADJECTIVES)}))


def note(s):
    """A few lines: labels with values, or short sentences."""
    told, lines = {}, []
    if s.chance(0.6):
        form, count = s.any(PAIRS), s.rng.choice((1, 2, 2, 3, 3, 4, 6))
        for _ in range(count):
            name, value = label(s, told)
            told[name] = value
            lines.append(form.format(l=name, L=upper_first(name), v=value))
        if s.chance(0.6):
            lines.insert(0, s.any(["{x}", "{x}", "# {x}", "{x}\n", "== {x} =="]).format(x=named(s)))
        if s.chance(0.4):
            lines.insert(s.rng.randint(len(lines) > count, len(lines)), plain(s) + s.any(["", "."]))
        end = ""
    else:
        end = s.any([".", ".", ""])
        for _ in range(s.rng.choice((1, 2, 2, 3))):
            template, slots = s.pick(LINES)
            if any(alike(k, x) for k in slots for x in told):
                continue
            told |= {k: LABELS[k][0](s) for k in slots}
            lines.append(upper_first(s.fill(template, {**told, "x": named(s), "noun": s.any(W.NOUNS)})))
        for _ in range(s.rng.choice((0, 1, 1, 2))):
            lines.insert(s.rng.randint(0, len(lines)), plain(s))
    absent = label(s, told)[0]
    text = "\n".join(x + end for x in lines) if not end or s.chance(0.6) else ". ".join(lines) + end
    return Note(text, told, absent)


def plain(s):
    if s.split == "train" and s.chance(0.3):
        return upper_first(sentences.free(s, "fact")).rstrip(".")
    return upper_first(s.fill(s.pick(PLAIN), {"noun": s.any(W.NOUNS), "adj": s.any(W.ADJECTIVES), "name": W.first_name(s)}))


def ask(s, name):
    """The words asking for a label's value."""
    own = LABELS[name][1] if name in LABELS and s.chance(0.5) else ASK_LABEL
    return s.ask(own, l=name)


# Sentences of a pasted text: news, letters, reports.
REPORT = [
    "{company} (opened|closed|sold|bought) (a|its) {noun} in {town}", "The {noun} (in|of) {town} (was|is being) (repaired|painted|sold|closed)", "{person} (said|wrote|announced) that the {noun} is {adj}", "(About|Around|More than|Nearly) {n} people (came|voted|took part|signed)", "(Sales|Prices|Costs) (rose|fell|went up|went down) by {n} percent( in {month}|)", "The (meeting|vote|trip|work) (was|has been) moved (to {month}|from {month} to {month2})", "Nobody (knew|saw|expected) (the {adj} {noun}|it)", "(Next|Last) (year|week|month) (the {noun}|{person}) (will move|moved|goes) to {town}",
    "{person} (bought|found|lost|built) a {adj} {noun}", "It (rained|snowed) for {n} days in {town}", "(The team|They|We) (finished|started|stopped) the {noun} (in {month}|after {n} days)", "(Because of|Despite) the {noun}, the {noun2} (was|stays) (closed|open)", "A {animal} (was seen|lives) (near|behind) the {noun}", "The (price|cost) of the {noun} is {price}", "(There are|We have|They found) {n} {noun}s in the {noun2}", "{person} and {person2} (met|worked|studied|live) in {town}", "(Please|Kindly) (send|return|check) the {noun} (before|by) {date}", "The {adj} {noun} (belongs|was given) to {person}",
    "(On|Since) {date}, the {noun} (is|has been) {adj}", "(In the end|At first|Later), {person} (left|stayed|came back)", "(Everyone|Most people|Some) (liked|hated|forgot) the {adj} {noun}", "(I am|We are) (happy|sorry|glad) to (say|write) that the {noun} is {adj}", "The (plan|idea|rule) is (simple|new|old): {n} {noun}s for each {noun2}", "{company} (makes|sells|repairs) {adj} {noun}s", "(It|This) (took|lasted) {n} (hours|weeks|years)", "{person} is the (head|owner|founder) of {company}", "(Half|A third|Most) of the {noun}s are {adj}", "(After|Before) the {noun} came the {noun2}",
]


def scrambled(s):
    """A sentence of words that nobody knows: every token is written this way, and a text is copied without being understood."""
    from . import tokenizer

    t = tokenizer()
    if not hasattr(t, "letters"):
        t.letters = [x.strip() for x in (t.decode([i]) for i in sorted(t.names.keys() - t.special)) if re.fullmatch(r" ?[a-z]{1,8}", x)]
    words = []
    while len(words) < s.rng.choice((4, 6, 9, 12)):
        w = "".join(s.rng.choices(t.letters, k=s.rng.choice((1, 1, 2, 3))))
        if s.allowed(w):
            words.append(s.any(["the", "a", "of", "and", "to", "in", "is", "was", "for"]) if s.chance(0.25) else str(s.number(2, 2030)) if s.chance(0.05) else w.capitalize() if s.chance(0.1) else w)
    return upper_first(" ".join(words))


def sentence(s, wild=False):
    """A sentence of a text, and what stands in it alone."""
    if s.split == "train" and (wild or s.chance(0.1)):
        said = scrambled(s)
        return said + ".", [w for w in said.split() if len(w) > 4]
    if s.split == "train" and s.chance(0.2):
        said = upper_first(sentences.free(s, "fact")).rstrip(".")
        return said + ".", [w for w in re.findall(r"(?<= )[A-Za-z]{6,}", said)]
    slots = {"company": W.entity(s, "company"), "noun": s.any(W.NOUNS), "noun2": s.any(W.NOUNS), "town": W.town(s), "person": W.person(s), "person2": W.first_name(s), "adj": s.any(W.ADJECTIVES), "n": s.number(2, 990), "month": s.any(W.MONTHS), "month2": s.any(W.MONTHS), "animal": s.word(W.ANIMALS), "price": W.price(s), "date": W.date(s)}
    said = s.fill(s.pick(REPORT), slots)
    keys = [slots[k] for k in ("company", "person", "town") if slots[k] in said] + [f"the {slots[k]}" for k in ("noun", "animal") if re.search(rf"\b{slots[k]}\b", said)]
    return upper_first(said) + ("!" if s.chance(0.03) else "."), keys


def text(s, count=None):
    """Sentences of a text."""
    wild = s.split == "train" and s.chance(0.25)
    return [sentence(s, wild)[0] for _ in range(count or s.rng.choice((1, 2, 2, 3, 3, 4, 5)))]


# {x} the text, {q} the question. One in seven is evaluation's alone.
ONE = [
    "{x}\n\n{q}", "{q}\n\n{x}", "Context:\n{x}\n\nQuestion: {q}", "Context: {x}\nQuestion: {q}\nAnswer:", "Text: {x}\n\n{q}", "{q}\n\"\"\"\n{x}\n\"\"\"", "Here is a (text|note|message):\n{x}\n\n{q}",
    "(Use|Read) the following (text|context|passage)( to answer|)(.|:)\n\n{x}\n\n{q}", "(Answer|Reply) (only |)(from|with|using) this (text|note|passage|context): {x}\n{q}", "<text>\n{x}\n</text>\n\n{q}", "<context>\n{x}\n</context>\n{q}", "```\n{x}\n```\n{q}", "{q} (The |)(text|note): {x}", "<document>\n{x}\n</document>\n{q}",
    "Document:\n{x}\n---\n{q}", "(This|Here) is (my|the) (note|text|list|letter): {x}. {q}", "{q}\n\n(Note|Text|Data):\n{x}", "{x}\n---\n{q}", "(Given|Based on) (this|the following) (text|note)(:|,)\n{x}\n\n{q}", "I (got|have|wrote) this (note|mail|message):\n\n{x}\n\n{q}", "Passage: {x}\n\nQ: {q}\nA:",
    "{q}\n\n> {x}", "'{x}' {q}", "\"{x}\" - {q}", "# (Note|Text|Document)\n{x}\n\n# Question\n{q}", "(In|From) the text below, {q}\n\n{x}", "<note>{x}</note> {q}", "### Context\n{x}\n### Question\n{q}",
    "{q}: {x}", "{x}\n{q}", "{q}\n{x}", "Q: {q}\nContext: {x}", "(Look at|Read) this: {x}\n\n{q}", "(article|mail|email|note) (below|follows). {q}\n\n{x}", "Source:\n{x}\n\nMy question: {q}",
]
MANY = ["[{i}] {x}", "[{i}] {x}", "({i}) {x}", "{i}. {x}", "Passage {i}: {x}", "Document {i}: {x}", "Source {i}: {x}", "Document {i}:\n{x}", "- {x}", "<document>\n{x}\n</document>", "<source id=\"{i}\">{x}</source>", "{x}", "## {i}\n{x}", "* {x}", "Snippet {i}: {x}"]
# What a system turn says before texts.
OVER = ["Context:\n{x}", "Use the following (text|context|passages) to answer(.|:)\n\n{x}", "(Answer|Reply) from (these|the following) (passages|texts|documents)( only|)(.|:)\n{x}", "(Knowledge|Documents|Sources|Passages|Background):\n{x}", "<context>\n{x}\n</context>", "You know this:\n{x}", "(Information|Facts) for your answer:\n\n{x}", "# Documents\n{x}", "(Here are|These are) (the |some |)(documents|notes|texts)(:|.)\n{x}", "The user's (notes|documents):\n{x}"]


def around(s, x, q):
    """A message with a text and a question."""
    template = s.pick(ONE)
    if template.startswith(("{x}. ", "{q}: ")) or "{x}. " in template:
        x = x.rstrip(".")
    if "{q}: " in template:
        q = q.rstrip("?. ")
    return s.fill(template, {"x": x, "q": q})
