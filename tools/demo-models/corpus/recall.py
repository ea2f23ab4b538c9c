"""Facts told in the conversation and asked for later, with corrections, pronouns and things never told."""
from . import frames, sentences, wordings, words
from .grammar import upper_first

# attribute: (how it is named, maker of values, ways to tell it, ways to ask for it). {v} is the value, {a} the name.
W = words
ATTRIBUTES = {
    "name": ("name", W.first_name, ["my name is {v}", "I'm {v}", "I am {v}", "call me {v}", "(hi|hello|hey), (I'm|I am|my name is) {v}", "{v} is my name", "the name's {v}", "people call me {v}", "you can call me {v}"],
             ["what is my name?", "what's my name?", "who am I?", "do you (know|remember) my name?", "(tell me|say) my name", "what am I called?", "how am I called?", "my name?", "did you (forget|get) my name?", "can you remember (my name|what I'm called)?"]),
    "city": ("city", W.town, ["I live in {v}", "I'm from {v}", "my home is in {v}", "I (just |)moved to {v}", "my city is {v}", "I come from {v}", "home is {v} for me", "I grew up in {v}", "I've been living in {v} (for years|since May)"],
             ["where do I live?", "which (city|town) (do I live in|am I from)?", "where am I from?", "what is my (city|home town)?", "do you (remember|know) where I live?", "what's my city?", "where is my home?", "(tell me|say) where I live", "in which place do I live?"]),
    "job": ("job", lambda s: s.word(W.JOBS), ["I work as a {v}", "my job is {v}", "I'm a {v}", "I am a {v} (by trade|by profession|)", "I earn my money as a {v}", "by profession I'm a {v}", "I've been a {v} for years"],
            ["what is my job?", "what do I do( for a living| for work|)?", "what's my (job|profession)?", "do you remember (what I do|my job)?", "what do I work as?", "which job do I have?", "how do I earn my money?", "what kind of work do I do?"]),
    "dog's name": ("dog's name", W.first_name, ["my dog is called {v}", "my dog's name is {v}", "I have a dog (called|named) {v}", "{v} is my dog", "we call our dog {v}", "my dog {v} is (cute|old|hungry)", "there's a dog in my house, {v}"],
                   ["what is my dog's name?", "what's my dog called?", "how is my dog called?", "do you remember (my dog's name|my dog)?", "what is the name of my dog?", "who is my dog?", "(and |)my dog's name?", "what do I call my dog?"]),
    "cat's name": ("cat's name", W.first_name, ["my cat is called {v}", "my cat's name is {v}", "I have a cat (called|named) {v}", "{v} is my cat", "we named our cat {v}", "my cat {v} is (asleep|lazy|black)"],
                   ["what is my cat's name?", "what's my cat called?", "how is my cat called?", "do you remember (my cat's name|my cat)?", "what is the name of my cat?", "what do I call my cat?", "name of my cat?"]),
    "favourite colour": ("favourite colour", lambda s: s.word(W.COLOURS), ["my (favourite|favorite) (colour|color) is {v}", "I love the (colour|color) {v}", "{v} is my (favourite|favorite) (colour|color)", "the (colour|color) I like (best|most) is {v}", "of all colours I like {v} best"],
                         ["what is my (favourite|favorite) (colour|color)?", "which (colour|color) do I like (best|most|)?", "what (colour|color) do I love?", "do you (remember|know) my (favourite|favorite) (colour|color)?", "what's my (favourite|favorite) (colour|color)?", "my (favourite|favorite) (colour|color)?", "which (colour|color) did I say I like?"]),
    "favourite food": ("favourite food", lambda s: s.word(W.FOODS), ["my (favourite|favorite) food is {v}", "I love (eating |){v}", "{v} is my (favourite|favorite) (food|dish)", "the food I like most is {v}", "I could eat {v} every day", "nothing beats {v} for me"],
                       ["what is my (favourite|favorite) food?", "what do I (like|love) to eat?", "which food do I like (best|most)?", "do you remember my (favourite|favorite) food?", "what's my (favourite|favorite) (food|dish)?", "what could I eat every day?", "what food did I say I (like|love)?"]),
    "favourite number": ("favourite number", lambda s: str(s.number(2, 9999)), ["my (favourite|favorite|lucky) number is {v}", "{v} is my (favourite|favorite|lucky) number", "I like the number {v}", "the number I like (best|most) is {v}", "my number is {v}"],
                         ["what is my (favourite|favorite|lucky) number?", "which number do I like( best|)?", "what's my (favourite|favorite|lucky) number?", "do you remember my number?", "what number did I (say|tell you)?", "my (lucky|favourite) number?", "what was my number again?"]),
    "age": ("age", lambda s: str(s.number(11, 97)), ["I am {v} years old", "I'm {v}( years old|)", "my age is {v}", "I (just |)turned {v}", "I'll be {v} (soon|next week)", "I was {v} last birthday"],
            ["how old am I?", "what is my age?", "what's my age?", "do you remember (my age|how old I am)?", "(tell me|say) my age", "which age did I say?", "my age?"]),
    "hobby": ("hobby", lambda s: s.word(W.HOBBIES), ["my hobby is {v}", "I (enjoy|like|love) {v}", "in my free time I do {v}", "{v} is my hobby", "I spend my weekends on {v}", "I'm (really |)into {v}"],
              ["what is my hobby?", "what's my hobby?", "what do I (like|enjoy) doing?", "what do I do in my free time?", "do you remember my hobby?", "which hobby do I have?", "how do I spend my (weekends|free time)?"]),
    "birthday": ("birthday", W.date, ["my birthday is {v}", "I was born on {v}", "my birthday is on {v}", "I have my birthday on {v}", "I celebrate my birthday on {v}"],
                 ["when is my birthday?", "what is my birthday?", "what's my birthday?", "when was I born?", "do you remember my birthday?", "on which day is my birthday?", "my birthday?"]),
    "sister's name": ("sister's name", W.first_name, ["my sister is called {v}", "my sister's name is {v}", "I have a sister (called|named) {v}", "{v} is my sister", "my sister {v} (called|visited me)"],
                      ["what is my sister's name?", "what's my sister called?", "who is my sister?", "do you remember my sister's name?", "what is the name of my sister?", "how is my sister called?", "name of my sister?"]),
    "brother's name": ("brother's name", W.first_name, ["my brother is called {v}", "my brother's name is {v}", "I have a brother (called|named) {v}", "{v} is my brother", "my brother {v} (called|visited me)"],
                       ["what is my brother's name?", "what's my brother called?", "who is my brother?", "do you remember my brother's name?", "what is the name of my brother?", "how is my brother called?", "name of my brother?"]),
    "boss": ("boss", W.person, ["my boss is {v}", "my boss is called {v}", "I report to {v}", "{v} is my boss", "my boss's name is {v}"], ["who is my boss?", "what is my boss called?", "what's my boss's name?", "who do I report to?", "do you remember my boss?", "what is the name of my boss?", "my boss's name?"]),
    "employer": ("employer", lambda s: W.entity(s, "company"), ["I work at {v}", "I work for {v}", "my employer is {v}", "my company is {v}", "I have a job at {v}"], ["where do I work?", "what company do I work (for|at)?", "who is my employer?", "which company is mine?", "what's my company( called|)?", "do you remember where I work?", "for which company do I work?"]),
    "email": ("email", W.email, ["my email is {v}", "my (email|mail) address is {v}", "you can reach me at {v}", "write to me at {v}", "{v} is my email"], ["what is my email( address|)?", "what's my (mail|email)( address|)?", "how can you reach me?", "which email did I give you?", "do you remember my email?", "my email(, please|)?"]),
    "phone number": ("phone number", W.phone, ["my phone number is {v}", "my number is {v}", "you can call me at {v}", "{v} is my phone number", "call me on {v}"], ["what is my phone number?", "what's my phone number?", "on which number can you call me?", "do you remember my phone number?", "which phone number did I give?", "my phone number(, please|)?"]),
    "holiday destination": ("holiday destination", W.town, ["I'm going to {v} (on holiday|next month|in summer)", "my (holiday|vacation) is in {v}", "we (travel|fly) to {v} (soon|next week)", "I want to visit {v}", "I booked a trip to {v}"],
                            ["where am I going( on holiday|)?", "where is my (holiday|vacation)?", "what's my holiday destination?", "which place (do I want to visit|am I going to)?", "where do I (travel|fly) to?", "do you remember where I'm going?", "where is my trip to?"]),
    "car": ("car", lambda s: f"{s.word(W.COLOURS)} {W.cased(s, W.coined(s, 2, 2).capitalize())}", ["I drive a {v}", "my car is a {v}", "I have a {v} as a car", "I bought a {v}", "my new car is a {v}"], ["what car do I (drive|have)?", "what do I drive?", "what is my car?", "which car is mine?", "do you remember my car?", "what kind of car do I (drive|have)?", "my car?"]),
    "team": ("team", lambda s: W.cased(s, W.coined(s, 2, 2).capitalize() + " " + s.any(["United", "Rovers", "Tigers", "City", "Stars"])), ["my (favourite|favorite) team is {v}", "I support {v}", "I'm a fan of {v}", "{v} is my team", "I cheer for {v}"], ["which team do I support?", "what is my team?", "what's my (favourite|favorite) team?", "who do I cheer for?", "do you remember my team?", "what team am I a fan of?", "my team?"]),
    "language": ("language", lambda s: s.word(W.LANGUAGES), ["I'm learning {v}", "I study {v}", "I take {v} lessons", "I'm trying to learn {v}", "the language I learn is {v}"], ["which language (am I learning|do I study)?", "what language do I (learn|study)?", "what am I learning?", "do you remember which language I learn?", "what's the language I'm learning?", "which lessons do I take?"]),
}
# Things with a value: the attribute itself is made up, so that asking for anything works.
BARE = ("budget", "deadline", "address", "password", "contact")
THING_TELL = ["the {t} is {v}", "(remember|note|keep in mind): the {t} is {v}", "my {t} is {v}", "the {t} is set to {v}", "(write down|please note) that the {t} is {v}", "{t}: {v}", "our {t} is {v}", "(by the way|btw), the {t} is {v}", "we picked {v} as the {t}", "for the {t} we (use|have) {v}"]
THING_ASK = ["what is (the|my) {t}?", "what's (the|my) {t}( again|)?", "(tell me|give me|say) (the|my) {t}( again|)(, please|)", "do you (remember|know|still know) (the|my) {t}?", "what was (the|my) {t}( again|)?", "I forgot (the|my) {t}, (what is it?|can you help?)", "{t}?", "which {t} did I (give|tell) you?", "can you (repeat|remind me of) (the|my) {t}?", "and (the|my) {t}?", "what did I say (the|my) {t} was?", "(the|my) {t}, please", "(could you |please |)tell me what (the|my) {t} is", "(so|now), what is (the|my) {t}?"]
QUALITIES = {"code": W.code, "number": W.code, "password": W.code, "name": lambda s: W.cased(s, W.coined(s, 2, 2).capitalize()), "colour": lambda s: s.word(W.COLOURS), "date": W.date, "time": W.clock, "price": W.price, "address": lambda s: f"{s.number(1, 200)} {W.cased(s, W.coined(s, 2, 2).capitalize())} {W.cased(s, s.any(['Street', 'Road', 'Lane', 'Avenue']))}",
             "owner": W.person, "budget": W.price, "deadline": W.date, "size": lambda s: f"{s.number(2, 400)} {s.any(['cm', 'meters', 'feet', 'people', 'pages'])}", "weight": lambda s: f"{s.number(2, 900)} {s.any(['kg', 'grams', 'pounds'])}", "contact": W.person, "label": lambda s: W.title_pair(s), "place": W.town}
# Composed ways of asking, for training alone; {x} is "my name" or "the locker code". A question held out in a fact's own list is drawn again.
FRAMES = ["what is {x}?", "what's {x}?", "what was {x}?", "what is {x} again?", "tell me {x}", "please tell me {x}", "do you know {x}?", "do you still know {x}?", "do you remember {x}?", "can you remember {x}?", "could you tell me {x}?", "remind me of {x}", "I forgot {x}", "I can't remember {x}", "I have forgotten {x}", "help me remember {x}", "{x}?", "and {x}?", "{x}, please", "what about {x}?",
          "how about {x}?", "give me {x}", "say {x}", "repeat {x}", "you know {x}, right?", "did I tell you {x}?", "did I mention {x}?", "have I told you {x}?", "what did I say about {x}?", "what did I tell you about {x}?", "what did I give as {x}?", "what have you noted as {x}?", "do you have {x}?", "I need {x}", "I need {x} now", "now tell me {x}", "so what is {x}?", "ok, and {x}?", "next: {x}?", "let's see, what is {x}?",
          "what would you say is {x}?", "show me {x}", "write down {x}", "test: what is {x}?", "quick check: {x}?", "I hope you remember {x}", "can you look up {x}?", "let me hear {x}", "do you recall {x}?", "state {x}", "what {y} did I mention?", "which {y} did I tell you?", "what {y} did I give you?", "which {y} is it?", "the {y} was what?", "what {y} do I have?", "which {y} do I have?"]
OPENINGS = ["by the way, ", "btw, ", "just so you know, ", "fyi, ", "oh, and ", "also, ", "I forgot to say, ", "I should mention that ", "you should know that ", "for your information, ", "one more thing: ", "well, ", "so, ", "let me tell you: ", "in case you wonder, ", "I want you to know that ", "to be clear, ", "to tell you something about me: ", "guess what, ", "as I said, ", "please note, "]
ACKS = ["Got it, {you}.", "Got it, {you}.", "Good to know: {you}."]
NAME_ACKS = ["Nice to meet you, {v}!"]
YOU = {"city": "you live in {v}", "job": "you work as a {v}", "age": "you are {v} years old", "employer": "you work at {v}", "holiday destination": "you are going to {v}", "car": "you drive a {v}", "team": "your team is {v}", "language": "you are learning {v}",
       "hobby": "your hobby is {v}", "email": "your email is {v}"}
REPLY = {"city": "You live in {v}.", "job": "You work as a {v}.", "age": "You are {v} years old.", "employer": "You work at {v}.", "holiday destination": "You are going to {v}.", "car": "You drive a {v}.", "language": "You are learning {v}."}


class Fact:
    """What was told: attribute, value, and how to ask for it and answer."""

    def __init__(self, s, key=None, thing=False):
        if thing:
            quality = s.any(list(QUALITIES))
            self.name = f"{s.word(W.THINGS)} {quality}" if s.chance(0.6) else f"{s.any(W.ADJECTIVES)} {s.any(W.NOUNS)} {quality}"
            if s.split == "train" and s.chance(0.25):
                self.name = quality if quality in BARE and s.chance(0.3) else f"{s.any([W.coined(s), f'{W.coined(s)} {s.any(W.NOUNS)}', f'{s.any(W.NOUNS)} {W.coined(s)}', f'{s.any(W.NOUNS)} {s.any(W.NOUNS)}']).lower()} {quality}"
            self.make, self.tells, self.asks, self.key = QUALITIES[quality], THING_TELL, THING_ASK, None
            self.owner = "the"
        else:
            self.key = key or s.any(list(ATTRIBUTES))
            self.name, self.make, self.tells, self.asks = ATTRIBUTES[self.key]
            self.owner = "your"
        self.value = self.make(s)

    def tell(self, s):
        text = s.ask(self.tells, v=self.value, t=self.name)
        if s.split == "train" and s.chance(0.15):
            text = s.ask(s.any(OPENINGS)) + (text if s.lower else lower_start(text))
        return text

    def ask(self, s):
        r = s.rng.random() if s.split == "train" else 1
        if r < 0.35:
            return s.ask(wordings.draw(s, "recall", self.key or "thing", self.asks), t=self.name)
        if r < 0.65:
            text = s.any(FRAMES).format(x=f"{s.any(['my', 'my', self.owner.replace('your', 'my')])} {self.name}", y=self.name)
            if frames.plain(text.replace(self.name, "{t}")) not in frames.held(tuple(self.asks)) and frames.plain(text) not in frames.held(tuple(self.asks)):
                return s.ask(text)
        return s.ask(self.asks, t=self.name)

    def you(self):
        return YOU.get(self.key, "{o} {a} is {v}").format(o=self.owner, a=self.name, v=self.value)

    def answer(self):
        return upper_first(REPLY.get(self.key, "{o} {a} is {v}.").format(o=self.owner, a=self.name, v=self.value))

    def acknowledge(self, s):
        if self.key == "name":
            return s.say(NAME_ACKS, v=self.value)
        return s.say(ACKS, you=self.you())


def tell(s, conversation, facts, key=None):
    """The user tells something new; returns the fact."""
    for _ in range(20):
        fact = Fact(s, key, thing=key is None and s.chance(0.35))
        if all(f.name != fact.name and f.value != fact.value for f in facts) and not (clashes(fact, facts)):
            break
    facts.append(fact)
    text = fact.tell(s)
    if s.chance(0.2 if s.split == "train" else 0.12) and (key is None or key == "name" and s.split == "train"):
        other = Fact(s)
        if all(f.name != other.name for f in facts) and not clashes(other, facts):
            facts.append(other)
            conversation.user(f"{text.rstrip('.!')} and {other.tell(s) if s.lower else lower_start(other.tell(s))}")
            conversation.bot(s.say(["Got it, {x}, and {y}."], x=fact.you(), y=other.you()))
            conversation.about(f"{upper_first(fact.name)} and {other.name}", f"The user said that {third(fact)} and {third(other)}.")
            return fact
    conversation.user(text)
    conversation.bot(fact.acknowledge(s))
    conversation.about(upper_first(f"{'the user' + chr(39) + 's ' if fact.key else 'the '}{fact.name}"), f"The user said that {third(fact)}.")
    return fact


def lower_start(text):
    return text if text.startswith(("I ", "I'")) else text[:1].lower() + text[1:]


AMBIGUOUS = [{"phone number", "favourite number"}, {"boss", "employer"}, {"favourite food", "hobby"}, {"city", "holiday destination"}]


def clashes(fact, facts):
    """Facts whose statements or questions could be taken for each other."""
    return any({fact.key, f.key} in AMBIGUOUS or fact.name in f.name or f.name in fact.name for f in facts)


def third(fact):
    """For summaries."""
    return fact.you().replace("your ", "their ").replace("you are", "they are").replace("you ", "they ")


def ask(s, conversation, fact):
    conversation.user(fact.ask(s))
    conversation.bot(fact.answer())


def ask_two(s, conversation, facts):
    """Two facts asked for in one message."""
    if len(facts) < 2:
        return
    a, b = s.rng.sample(facts, 2)
    first, second = a.ask(s).rstrip("?.!"), b.ask(s)
    conversation.user(first + s.any([" and ", ", and ", "? and ", "? ", " and also ", ", "]) + (second if s.lower else lower_start(second)))
    conversation.bot(f"{a.answer().rstrip('.')}, and {lower_start(b.answer())}")


# What is on the way: a subject with several values, each of which may be asked for.
TRAVEL = ["flight", "train", "bus", "boat", "ferry", "plane", "coach", "ship"]
PLANS = [
    ("my {w} to {t} (leaves|goes|departs) on {d}( at {c}|)", "your {w} to {t} leaves on {d}"), ("I('m| am) (flying|travelling|going|driving) to {t} on {d}( at {c}|)", "you are going to {t} on {d}"), ("my {m} is on {d}( at {c}|)", "your {m} is on {d}"), ("(I have|there is|I've got) (a|an) {m} on {d}( at {c}|)", "your {m} is on {d}"),
    ("we('re| are) (going|travelling|moving) to {t} on {d}( at {c}|)", "you are going to {t} on {d}"), ("(I booked|we booked) a {w} to {t} (for|on) {d}( at {c}|)", "your {w} to {t} leaves on {d}"), ("the {w} to {t} is on {d}( at {c}|)", "your {w} to {t} leaves on {d}"), ("(on|it is on) {d}( at {c}|) my {w} (leaves|goes) to {t}", "your {w} to {t} leaves on {d}"),
]
MEETINGS = ["meeting", "exam", "wedding", "party", "interview", "concert", "dentist appointment", "driving test", "presentation", "dinner", "haircut", "workshop", "class", "game", "birthday party"]
WITH = [("I('m| am) (taking|bringing) my {r} {p}( with me| along|)", "your {r} {p} is coming with you"), ("my {r} {p} (comes|is coming|goes|travels|will come)( with me| along| too|)", "your {r} {p} is coming with you"), ("I('m| am) going (with|together with) my {r} {p}", "your {r} {p} is coming with you"), ("{p}, my {r}, (comes|is coming|will come)( with me| along| too|)", "your {r} {p} is coming with you"),
        ("(I have|I've got|we have) a (budget of|) {b}( for it| for that|)", "your budget is {b}"), ("my budget( for it| for that| for the trip|) is {b}", "your budget is {b}"), ("I (can|want to) spend {b}( on it| at most|)", "your budget is {b}"), ("(the |)budget( is|:) {b}", "your budget is {b}")]


def plans(s, conversation):
    """A trip or a date told in one sentence, a companion or a budget after it; then a question, a title or a summary comes naturally."""
    template, you = s.any(PLANS)
    date, clock, place, way, meeting = W.date(s), W.clock(s), W.town(s), s.any(TRAVEL), s.any(MEETINGS)
    text = s.ask(template, w=way, t=place, d=date, c=clock, m=meeting)
    at = f" at {clock}" if f" at {clock}" in text else ""
    you = you.format(w=way, t=place, d=date, m=meeting) + at
    conversation.user(text)
    conversation.bot(f"Got it, {you}.")
    subject = f"{meeting} on {date}" if "{m}" in template else f"{way} to {place} on {date}" if "{w}" in template else f"trip to {place} on {date}"
    conversation.about(upper_first(subject), f"The user said that {they(you)}.")
    answers = [(s.any(["when (is|will be) my {m}?", "on which day is my {m}?", "what day is the {m}?", "when do I have (my|the) {m}?"] if "{m}" in template else ["when do I (leave|go|travel)?", "on which day do I (leave|go|travel)?", "when is my trip?", "what day do I (go|leave)?", "when am I (leaving|going)?"]), upper_first(you) + ".")]
    if "{m}" not in template:
        answers.append((s.any(["where (do I go|am I going|do I travel)( to|)?", "what is my destination?", "which (town|city|place) am I going to?", "where to?"]), f"You are going to {place}."))
    if s.chance(0.6):
        template, more = s.any(WITH)
        person, relation, budget = W.first_name(s), s.any(RELATION + ["brother", "sister", "husband", "wife"]), W.price(s)
        more = more.format(r=relation, p=person, b=budget)
        conversation.user(s.ask(template, r=relation, p=person, b=budget))
        conversation.bot(f"Got it, {more}.")
        conversation.about(upper_first(more), f"{upper_first(they(more))}.")
        answers.append((s.any(["(who|whom) (comes|is coming|do I take)( with me| along|)?", "who is going with me?", "who travels with me?"]) if "{p}" in template else s.any(["what is my budget?", "how much (can I spend|money do I have)?", "my budget?", "what's the budget?"]), upper_first(more) + "."))
    for question, answer in s.rng.sample(answers, s.rng.choice((0, 1, len(answers)))):
        conversation.user(s.ask(question, m=meeting))
        conversation.bot(answer)


def they(text):
    """For summaries."""
    return f" {text}".replace(" your ", " their ").replace(" you are ", " they are ").replace(" you", " they").strip().replace("with they", "with them")


def ask_untold(s, conversation, facts, key=None):
    """Something never told."""
    known = {f.name for f in facts}
    key = key or s.any([k for k in ATTRIBUTES if k not in known])
    fact = Fact(s, key) if s.chance(0.7) else Fact(s, thing=True)
    if clashes(fact, facts) or fact.name in known:
        return
    conversation.user(fact.ask(s))
    conversation.bot(s.say(["You haven't told me {o} {a} yet."], o=fact.owner, a=fact.name))


CORRECT = ["(actually|sorry|no|wait|oops), (my mistake, |that was wrong, |)(it's|it is) {v}, not {w}", "(sorry|oops), I (meant|wanted to say) {v}(, not {w}|)", "(correction|I was wrong): (my|the) {a} is {v}", "(no|wait), (my|the) {a} is {v}", "(that changed|update): (my|the) {a} is (now |){v}",
           "I made a mistake, (my|the) {a} is {v}", "(actually|well), (make that|change it to) {v}",
           "(no|oh no|hm, no|sorry, no)(,|) (it's|it is|that's) {v}", "(wait|hold on|hang on)(,|) (I mean|I meant|it's|it is) {v}", "(not {w}|{w} is wrong), (it's |but |I meant |)({v}|{v}, sorry)", "{v}, not {w}", "(it|that) should (be|have been) {v}( instead|, not {w}|)", "(scratch|forget|strike) that, (it's|it is|make it) {v}", "(correction|typo|mistake)(:|,) {v}",
           "(oops|sorry|pardon|ah)(,|) {v}( it is| of course| I mean|)", "I (said|told you|wrote) {w}(,| but) (it's|it is|I meant|that should be) {v}", "(please |)(correct|change|update) (that|it) to {v}", "(my|the) {a} (isn't|is not|was never) {w}, it('s| is) {v}", "(no longer|not) {w}(,| but) {v}( now|)", "(it|that) is {v}(,| and) not {w}", "(in fact|to be exact|really)(,|) it('s| is) {v}"]


# For training alone.
MORE_CORRECT = ["(sorry|oops|ah|hm) I meant {v}", "(actually|sorry|no) it's (spelled|written|called) {v}", "no wait(,|) {v}", "my bad(,|) {v}", "(I mean|make it|let's say|rather) {v}", "it's {v} now", "(change|correct|update) (it|that) to {v}", "let me (fix|correct) that: {v}", "that was a (typo|slip|mistake), {v}", "(no|nope|wrong)(,|:|) {v}", "(did I say|have I said) {w}? (it's|I meant) {v}", "(I was wrong|I got that wrong|I mixed that up), it's {v}", "not {w} but {v}", "{v}, sorry", "(better|correct|right) would be {v}",
                "(things|that) changed, it's {v} now", "(replace|swap) {w} (with|by|for) {v}", "forget {w}, it's {v}", "{w} was (wrong|a mistake|last year), {v} is right", "it's not {w} any more, it's {v}"]


def correct(s, conversation, facts, fact=None):
    """The user changes a value told before."""
    fact = fact or facts[-1]
    old = fact.value
    for _ in range(9):
        fact.value = fact.make(s)
        if fact.value != old:
            break
    named = [c for c in CORRECT[2:6] if "{a}" in c]
    asks = s.any(MORE_CORRECT) if s.split == "train" and fact is facts[-1] and s.chance(0.4) else CORRECT if fact is facts[-1] else named
    conversation.user(s.ask(asks, v=fact.value, w=old, a=fact.name))
    conversation.bot(s.say(["Thanks for the correction: {you}."], you=fact.you()))


OTHERS = {"lives in": (W.town, ["where does {p} live?", "in which (town|city) does {p} live?", "where is {p} from?", "what is {p}'s (city|town)?", "{p} lives where?", "do you know where {p} lives?", "which place does {p} live in?"], "{P} lives in {v}."),
          "works as a": (lambda s: s.word(W.JOBS), ["what does {p} do( for a living|)?", "what is {p}'s job?", "what job does {p} have?", "what does {p} work as?", "what's the job of {p}?", "do you know what {p} does?", "how does {p} earn money?"], "{P} works as a {v}."),
          "likes": (lambda s: s.word(W.FOODS), ["what does {p} like?", "what food does {p} like?", "which dish does {p} (like|love)?", "what is {p}'s favourite food?", "what does {p} (like|love) to eat?", "what would {p} eat?", "{p} likes what?"], "{P} likes {v}."),
          "has a dog called": (W.first_name, ["what is {p}'s dog called?", "how is {p}'s dog called?", "what's the name of {p}'s dog?", "what is the dog of {p} called?", "who is {p}'s dog?", "do you know {p}'s dog?", "name of {p}'s dog?"], "{P}'s dog is called {v}."),
          "is": (lambda s: f"{s.number(12, 97)} years old", ["how old is {p}?", "what is {p}'s age?", "what's the age of {p}?", "do you know how old {p} is?", "{p}'s age?", "which age is {p}?", "tell me how old {p} is"], "{P} is {v}."),
          "plays the": (lambda s: s.word(W.INSTRUMENTS), ["what does {p} play?", "which instrument does {p} play?", "what instrument is {p}'s?", "what is {p}'s instrument?", "{p} plays what?", "do you know what {p} plays?", "what music does {p} make?"], "{P} plays the {v}.")}
RELATION = ["friend", "cousin", "neighbour", "aunt", "uncle", "teacher", "colleague", "daughter", "son", "mother", "father", "roommate", "grandmother", "boss", "partner"]


def others(s, conversation, count=2):
    """Facts about other people, asked for by name or by pronoun."""
    people = []
    for _ in range(count):
        name, verb = W.first_name(s), s.any(list(OTHERS))
        if any(n == name for n, _, _ in people):
            continue
        make, _, _ = OTHERS[verb]
        value = make(s)
        people.append((name, verb, value))
        female = s.any(["he", "she"])
        conversation.user(s.ask(["my {r} {p} {x} {v}", "{p} {x} {v}", "(did you know|by the way), {p} {x} {v}", "{p} is my {r}. {p} {x} {v}", "I have a {r}, {p}, who {x} {v}", "my {r} is called {p} and {x} {v}", "(you should know that|so,) {p} {x} {v}"], r=s.any(RELATION), p=name, x=verb, v=value))
        conversation.bot(s.say(["Got it, {p} {x} {v}."], p=name, x=verb, v=value))
        conversation.about(f"About {name}", f"The user said that {name} {verb} {value}.")
        if s.chance(0.3):
            _, asks, reply = OTHERS[verb]
            conversation.user(s.ask(asks, p=female))
            conversation.bot(reply.format(P=name, v=value))
    if not people:
        return
    name, verb, value = s.any(people)
    _, asks, reply = OTHERS[verb]
    conversation.user(s.ask(asks, p=name))
    conversation.bot(reply.format(P=name, v=value))


# Said in passing, of no kind known before: noted in the user's own words and given back in them. {…} is told, never what is asked with.
MENTIONS = [
    ("I (parked|left) (the car|my car|our van) (on|at) {place}", "where (did I (park|leave it|leave the car)|is (my|the) (car|van))?"), ("(we are|I'm) painting the {noun} {colour}( this weekend| on {weekday}|)", "(what|which) colour (will it be|did I (say|choose)|are we using)?"), ("(my {rel} |){name} gave me a {adj} {noun}", "(what did I get|who gave me (that|it|something)|what was the present)?"),
    ("I put the {noun} (in|under|behind) the {noun2}", "where (did I put it|is it|did I leave it)?"), ("(I|we) paid {price} for the {noun}", "(how much|what) did (I|we) pay( for it|)?"), ("I (lent|sold|showed) {name} my {noun}", "(who has|what about|where is) (it|my thing)( now|)?"), ("I met {name} (at|near) {place}( on {weekday}|)", "(who did I meet|where did we meet)?"), ("(my|the) {noun} (broke|was stolen|got lost) on {weekday}", "(when was that|what happened( to it|)|on which day was it)?"),
    ("(my {rel} |){name} (is|was) (ill|away|angry|on holiday) (since|until) {weekday}", "(who was that|since when|until when|what's with (him|her|them))?"), ("I start (a new job|my course|work) (at|in) {place} on {weekday}", "(when|where) do I start?"), ("(the|our) (party|dinner|game|concert) (starts|begins) at {clock}", "(when|at what time) does it (start|begin)?"), ("I (need|want|am looking for) a name for my {noun}", "what did I (need|want|look for)?"),
    ("I have {n} {nouns} (at home|in the {noun}|with me)", "(how many|what) do I have( there|)?"), ("(we|I) (ate|had|cooked) {food} (yesterday|on {weekday})", "what did (we|I) (eat|have|cook)?"), ("the (code|password|pin) (of|for) the {noun} is {code}", "what was (it|the (code|password|pin))( again|)?"), ("(my|our) (train|bus|flight) (leaves|goes) at {clock} from {place}", "(when|from where) does it (leave|go)?"), ("I (read|bought|wrote) a book about {nouns}", "what (did I read|was the book about|was it about)?"),
    ("{name} (likes|hates|collects|is afraid of) {nouns}", "(who was that|what about {name}|what did I say about {name})?"), ("my {rel} has {n} {nouns}", "(how many|what|who) (was it|has them)?"), ("I('m| am) saving (money |)for a {adj} {noun}", "what am I saving for?"), ("(the|my) (doctor|teacher|boss) said that the {noun} is {adj}", "what did (he|she|they) say?"), ("it (took|takes) me {n} (minutes|hours|days) to {place}", "how long (does it take|did it take|was that)?"), ("I (won|lost|found) {price} (on {weekday}|at {place})", "(how much|what) (was it|did I (win|lose|find))?"),
    ("(my {rel} |){name} (moved|went|drove) to {place}", "(where did (he|she|they) go|who (moved|went))?"), ("I (grow|sell|collect|draw) {nouns} (and {nouns2}|)", "what do I (grow|sell|collect|draw|do)?"),
]
MENTION_ASK = ["what did I (say|tell you|mention|write)( about that| about it| just now|)?", "(remind me|repeat that|what was that)( please| again|)?", "what was it( again|)?", "(do you|can you) remember (it|that|what I said)?"]


def mention(s, conversation):
    """Something said in passing; returns what asks for it."""
    slots = {"place": sentences.make(s, s.any(["{street}", "the {noun}", "{building}", "{town}", "level {n}", "platform {n}"])), "noun2": s.any(W.NOUNS), "nouns2": sentences.plural(s.any(W.NOUNS))}
    slots |= {k: sentences.MAKERS[k](s) for k in ("noun", "nouns", "colour", "weekday", "rel", "name", "adj", "price", "n", "clock", "food", "code")}
    told, asked = s.any(MENTIONS)
    text = s.ask(told, **slots)
    conversation.user(text)
    conversation.bot(f"Noted: {text.rstrip('.')}.")
    conversation.about(f"A note about {slots['noun']}" if slots["noun"] in text else "A note", f"The user said: {text.rstrip('.')}.")

    def ask(at_once):
        conversation.user(s.ask(s.any(MENTION_ASK) if at_once and s.chance(0.25) else asked, **slots))
        conversation.bot(f"You said: {text.rstrip('.')}.")

    return ask


MEMORY_FORMS = ["What you know about the user:\n{x}", "Known facts about the user:\n{x}", "Remembered about the user:\n{x}", "Facts the user asked you to remember:\n{x}", "Memory:\n{x}", "About the user:\n{x}", "You remember these facts:\n{x}"]


def remembered(s, facts, count):
    """Lines for the system turn, and the facts in them."""
    lines = []
    for _ in range(count):
        fact = Fact(s, thing=s.chance(0.25))
        if clashes(fact, facts) or any(f.name == fact.name for f in facts):
            continue
        facts.append(fact)
        first = s.fill(s.pick(fact.tells), {"v": fact.value, "t": fact.name})
        third_form = upper_first(fact.you().replace("your ", "the user's ").replace("you are ", "the user is ").replace("you live", "the user lives").replace("you work", "the user works").replace("you drive", "the user drives").replace("you ", "the user "))
        lines.append("- " + s.any([first, first, third_form, third_form, f"{fact.name}: {fact.value}"]))
    return s.fill(s.pick(MEMORY_FORMS), {"x": "\n".join(lines)}) if lines else ""
