"""Text on request: JSON with asked keys, lists, stories, bullet points, capital letters, rewriting."""
import json

from . import wordings
from . import words as W
from .grammar import listed, upper_first

LISTS = {
    "fruits": "apple banana cherry mango pear plum grape melon kiwi peach".split(), "vegetables": "carrot potato onion pepper cabbage spinach leek pea beetroot celery".split(), "colours": "red blue green yellow orange purple pink brown black white".split(),
    "animals": "dog cat horse rabbit lion bear elephant fox owl dolphin".split(), "birds": "robin sparrow owl eagle swan duck raven parrot gull finch".split(), "countries": "France Japan Brazil Kenya Canada India Norway Peru Egypt Italy".split(), "cities": "Paris Tokyo Cairo London Lima Oslo Rome Sydney Berlin Delhi".split(),
    "sports": "football tennis swimming hockey cricket rowing judo golf basketball fencing".split(), "instruments": "piano guitar violin flute cello drums trumpet harp clarinet oboe".split(), "flowers": "rose tulip daisy lily orchid violet poppy iris jasmine dahlia".split(), "trees": "oak pine birch maple willow beech elm ash cedar fir".split(),
    "jobs": "teacher nurse baker doctor pilot farmer chef painter lawyer sailor".split(), "drinks": "water tea coffee milk lemonade juice cocoa cider soda coffee".split()[:9], "planets": "Mercury Venus Earth Mars Jupiter Saturn Uranus Neptune".split(), "hobbies": "painting chess hiking reading running cooking dancing fishing sailing knitting".split(),
    "programming languages": "Python|JavaScript|C#|Java|Rust|Go|Ruby|Swift|Kotlin|C".split("|"), "vehicles": "car bus train bicycle boat plane tram truck van ship".split(), "languages": "English Spanish French German Italian Dutch Greek Hindi Arabic Polish".split(), "shapes": "circle square triangle star oval diamond cube cone".split(),
    "body parts": "arm leg hand foot head nose ear knee back neck".split(), "clothes": "shirt coat hat shoes dress scarf gloves socks jacket belt".split(), "pets": "dog cat rabbit hamster parrot goldfish turtle pony".split(), "tools": "hammer saw drill wrench screwdriver pliers file chisel".split(), "seasons": "spring summer autumn winter".split(), "names": "Anna Ben Clara David Emma Leo Nora Sam Tara Victor".split(),
    "pizza toppings": "cheese tomato mushroom pepper olive onion ham basil".split(), "school subjects": "maths history music art biology chemistry physics geography".split(), "things to take on a trip": "a passport|a map|a warm coat|a phone charger|good shoes|a water bottle|some snacks|a book".split("|"),
    "ideas for a weekend": "go for a walk|cook a new dish|visit a museum|read a book|call a friend|play a game|plant some flowers|watch a film".split("|"), "gifts": "a book|a plant|a scarf|a mug|a box of tea|a game|a candle|a photo frame".split("|"), "things in a kitchen": "a pan|a knife|a fridge|a stove|a plate|a spoon|a kettle|a cup".split("|"),
    "breakfast ideas": "toast with jam|porridge with fruit|eggs and bread|yoghurt and nuts|pancakes|a fruit salad|muesli with milk".split("|"), "dinner ideas": "pasta with tomatoes|vegetable soup|rice with beans|a potato salad|fish with lemon|a curry|pizza".split("|"), "good books to write": "a story about the sea|a book about trees|a history of bread|a guide to clouds|a tale of two foxes".split("|"),
}
NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7}
LIST_ASK = ["(list|name|give me|tell me|write) {n} {t}(, please| please|)", "(can you |could you |please )(list|name|give me) {n} {t}( please|)", "{n} {t}(, please| please|)", "I need {n} {t}", "what are {n} {t}?", "(make|write) (me |)a list of {n} {t}", "(show|tell) me {n} {t}", "(think of|come up with|suggest) {n} {t}", "a list of {n} {t}(, please|)", "(do you know|could you name) {n} {t}?"]
TIPS = {
    "sleep better": ["Go to bed at the same time every day.", "Keep the bedroom dark and cool.", "Leave your phone outside the room.", "Drink no coffee in the evening."], "learn a language": ["Practise a little every day.", "Listen to songs and films.", "Speak with people, even with mistakes.", "Write down new words."],
    "save money": ["Write down what you spend.", "Cook at home more often.", "Wait a day before you buy.", "Set a little aside each month."], "stay healthy": ["Eat fruit and vegetables.", "Move your body every day.", "Sleep enough.", "Drink water."], "study for an exam": ["Make a plan and start early.", "Take short breaks.", "Explain the topic to a friend.", "Practise with old questions."],
    "cook rice": ["Wash the rice first.", "Use two cups of water for one cup of rice.", "Let it simmer with the lid on.", "Let it rest before you serve it."], "make tea": ["Boil fresh water.", "Pour it over the tea.", "Wait three minutes.", "Add milk or lemon if you like."], "make friends": ["Join a club.", "Ask people about themselves.", "Be kind and patient.", "Invite someone for a walk."],
    "grow tomatoes": ["Choose a sunny place.", "Water them every morning.", "Tie the plants to a stick.", "Pick them when they are red."], "plan a trip": ["Choose a place and a date.", "Set a budget.", "Book the beds early.", "Pack light."], "be more productive": ["Do the hardest task first.", "Turn off your phone.", "Take short breaks.", "Make a list for the day."], "relax": ["Take a slow walk.", "Breathe deeply.", "Listen to quiet music.", "Read a good book."],
    "learn to code": ["Start with a small project.", "Read other people's code.", "Practise every day.", "Ask when you are stuck."], "write a letter": ["Begin with a greeting.", "Say why you write.", "Keep it short.", "End with your name."], "clean the kitchen": ["Clear the table first.", "Wash the dishes.", "Wipe all surfaces.", "Take out the rubbish."], "bake bread": ["Mix flour, water, salt and yeast.", "Knead the dough well.", "Let it rise for an hour.", "Bake it until it is brown."],
    "train a dog": ["Use short words.", "Give a treat when it listens.", "Practise every day.", "Be patient."], "run faster": ["Warm up first.", "Run often, but not always fast.", "Rest between hard days.", "Sleep well."], "give a talk": ["Know your first sentence by heart.", "Speak slowly.", "Look at the people.", "Practise aloud."], "take good photos": ["Look for soft light.", "Go closer.", "Keep the camera still.", "Take more than one picture."],
    "write a poem": ["Choose a small thing.", "Say what you see and hear.", "Use short lines.", "Read it aloud."], "save energy": ["Switch off lights.", "Wash with cold water.", "Close the windows in winter.", "Use the train."], "make pancakes": ["Mix flour, milk and eggs.", "Heat a little butter in a pan.", "Pour in some batter.", "Turn it when it is golden."], "stop worrying": ["Write down what worries you.", "Do one small step.", "Talk to a friend.", "Go outside."],
}
TIP_ASK = ["how (do|can) I {t}?", "(give me|do you have|I need) (some |)(tips|advice) (to|on how to) {t}", "what (should I do|can I do|helps) to {t}?", "how to {t}(?|)", "(tell|show) me how to {t}", "I want to {t}", "what is the best way to {t}?", "(help me|can you help me) {t}", "any (tips|advice) to {t}?", "(explain|describe) how to {t}"]
BULLETS = [" in three bullet points", " (as|with) three bullet points", ", three bullet points", " in 3 bullet points", ". use three bullet points", " (three bullets)", " as a short list", " in bullet points", ", as bullets"]
CAPS_WORDS = "hello good morning thank you yes no stop go the quick brown fox happy birthday welcome home cat dog sun moon tree water fire love peace now open closed sale free help please sorry great work well done today tomorrow red blue green coffee tea".split()
CAPS_PHRASES = ["hello", "good morning", "thank you", "yes", "no", "stop", "happy birthday", "welcome home", "the sun is warm", "I love tea", "well done", "please help", "open now", "closed today", "good night", "hello world", "peace and love", "the quick brown fox", "no way", "great work", "sorry", "the cat is here", "it is cold", "go home", "summer is here", "free coffee", "be happy", "see you soon"]
KEYS = {
    "name": lambda s: W.first_name(s), "age": lambda s: s.number(11, 97), "city": W.town, "job": lambda s: s.word(W.JOBS), "email": W.email, "colour": lambda s: s.word(W.COLOURS), "color": lambda s: s.word(W.COLOURS), "price": lambda s: s.number(2, 990), "title": W.title_pair, "year": lambda s: s.number(1900, 2030), "author": W.person, "country": lambda s: s.any(list("France Japan Brazil Kenya Canada India Norway Peru Egypt Italy".split())),
    "animal": lambda s: s.word(W.ANIMALS), "food": lambda s: s.word(W.FOODS), "hobby": lambda s: s.word(W.HOBBIES), "date": W.date, "time": W.clock, "id": W.code, "code": W.code, "count": lambda s: s.number(2, 990), "language": lambda s: s.word(W.LANGUAGES), "company": lambda s: W.entity(s, "company"), "product": lambda s: W.entity(s, "product"), "phone": W.phone, "quantity": lambda s: s.number(2, 900),
    "status": lambda s: s.any(["open", "closed", "ready", "late"]), "level": lambda s: s.number(1, 9), "size": lambda s: s.any(["small", "medium", "large"]), "weight": lambda s: s.number(2, 900), "height": lambda s: s.number(50, 210), "subject": lambda s: s.word(W.SUBJECTS), "sport": lambda s: s.word(W.SPORTS), "instrument": lambda s: s.word(W.INSTRUMENTS), "drink": lambda s: s.word(W.DRINKS), "score": lambda s: s.number(1, 100), "day": lambda s: s.any(W.WEEKDAYS),
    "month": lambda s: s.any(W.MONTHS), "fruit": lambda s: s.word(W.FRUITS), "flower": lambda s: s.word(W.FLOWERS), "owner": W.person, "place": W.town, "model": lambda s: W.entity(s, "product"), "first_name": W.first_name, "last_name": W.surname, "room": lambda s: s.number(10, 900), "address": lambda s: f"{s.number(1, 200)} {W.cased(s, W.coined(s, 2, 2).capitalize())} Street", "team": lambda s: W.coined(s, 2, 2).capitalize(), "topic": W.pair, "label": W.pair,
}
JSON_GIVEN = ["(give me|write|return|make|create) (a JSON object|JSON|a json|json) with (the keys |keys |){k} (for|from|about): {x}", "(turn|convert|put) (this|the following) into JSON with (the keys |keys |){k}: {x}", "{x}. (give|write|return|answer) (me |)(that|this|it) as JSON with (the keys |keys |){k}", "(extract|pull out|get) {k} (from this |)(as|in) JSON: {x}", "as JSON( please|), keys {k}: {x}", "JSON only, with {k}: {x}",
              "(answer|reply|respond) (only |)(in|with) JSON (with|using) (the keys |keys |){k}. {x}", "make JSON (out of|from) this: {x}. (keys|use the keys): {k}", "(I need|I want) JSON with {k}. (the text is|text|data): {x}", "please format as JSON ({k}): {x}"]
JSON_FREE = ["(give me|write|return|make|create|generate) (a JSON object|JSON|a json|json|an example JSON) with (the keys |keys |the fields |){k}(, please|)", "(give me|write|make) (a|an) (example|random|sample) (person|thing|item|record) as JSON with (the keys |keys |){k}", "JSON with {k}(, please|)", "(answer|reply|respond) (only |)(in|with) JSON: {k}", "I need (a JSON object|json|some JSON) (with|that has) (the keys |){k}", "(can you |please )(produce|output|write) JSON (with|containing) {k}", "make up (a json|JSON|a record as JSON) with (the keys |fields |){k}", "an example of JSON with (the keys |){k}", "show me JSON with {k}", "output a JSON object, keys {k}"]


# For training alone.
WANTED = "(please |can you |could you |I'd like you to |go ahead and |now |)(build|produce|form|prepare|fill in|output|print|send me|show me|put together|assemble)"
OBJECT = "(a JSON|one JSON object|valid JSON|a json record|a JSON map|some json|a small JSON document|a flat JSON object)( for me|)"
KEYED = "(with|having|containing|whose keys are|that holds|made of)( the keys| these keys| the fields| just| exactly|) {k}"
MORE_GIVEN = [f"{WANTED} {OBJECT} {KEYED}(:|. data:|. input:|. the values:|. here is the text:) {{x}}", f"(here is|this is|I have|given|take|look at)( this| some data| a text| an entry|): {{x}}. {WANTED} {OBJECT} {KEYED}", f"{{x}} - {WANTED} {OBJECT} {KEYED}", "(data|text|input|entry|record|facts): {x}. (output|format|wanted|result|target): JSON, (keys|fields) {k}",
              "(keys|fields|wanted|JSON keys): {k}. (data|text|input|entry|record): {x}( -> JSON| as JSON|. JSON please|. json)", "(read|parse|encode|store|rewrite|represent) (this|the text|the data|the following) as JSON (under|by|with) (the keys |the fields |){k}: {x}", "(what is|what would be|how do I write|how would you write) this (in|as) JSON with {k}? {x}", "(I want to|we have to|let's) (store|save|write) (this|it) as JSON with {k}: {x}"]
MORE_FREE = [f"{WANTED} {OBJECT} {KEYED}", f"{WANTED} (a|an) (imagined|invented|sample|typical|test) (record|entry|object) {KEYED}, as JSON", "(I want to see|I could use|we need|I'd like|show me|let me have) (a JSON|some JSON|test data in JSON|a json object|JSON test data) with (the keys |the fields |){k}", "(fields|keys|properties): {k}. (a JSON object|JSON|json)( please| with these| for that|)", "what (does|would|could) (a JSON|a JSON object|some JSON) with (the keys |){k} look like?", "(fill|invent) values for {k}(,| and) (as JSON|in JSON|JSON only)"]


def key_list(s, keys):
    return s.any([listed(keys), ", ".join(keys), " and ".join(keys) if len(keys) < 3 else ", ".join(keys), listed([f'"{k}"' for k in keys])])


def json_request(s, conversation):
    """JSON with the asked keys, from given values or made up; the keys themselves may be made up too."""
    count = s.rng.choice((1, 2, 2, 3, 3, 4))
    keys = s.rng.sample(list(KEYS), count)
    values = {}
    for k in keys:
        v = KEYS[k](s)
        if s.split == "train" and s.chance(0.15):
            # What must be quoted though it begins with a digit, and what must not be.
            v = s.any([W.clock, W.date, W.price, W.phone, W.code, lambda s: f"{s.number(1, 200)} {W.coined(s, 2, 2).capitalize()} {s.any(['Street', 'Road', 'Lane'])}", lambda s: f"{s.number(2, 99)} {s.any(W.NOUNS)}s", lambda s: s.number(2, 9999), lambda s: s.number(2, 99)])(s)
        if s.chance(0.25 if s.split == "held" else 0.35):
            k = s.any([W.coined(s, 1, 2).lower(), f"{s.any(W.NOUNS)}_{k}", s.any(W.NOUNS), f"{k}{s.rng.randint(1, 3)}", s.any(W.ADJECTIVES) + k.capitalize().replace("_", "")])
        values[k] = v
    values = {k: int(v) if isinstance(v, str) and v.isdigit() and v[0] != "0" else v for k, v in values.items()}
    keys = list(values)
    if s.chance(0.6):
        shape = s.rng.randrange(4)
        if shape == 0:
            x = ", ".join(str(v) for v in values.values())
        elif shape == 1:
            x = ", ".join(f"{k} {v}" for k, v in values.items())
        elif shape == 2:
            x = "; ".join(f"{k}: {v}" for k, v in values.items())
        else:
            x = listed([f"the {k.replace('_', ' ')} is {v}" for k, v in values.items()])
        text = s.ask(s.any(MORE_GIVEN) if s.split == "train" and s.chance(0.5) else JSON_GIVEN, k=key_list(s, keys), x=x)
    else:
        # Nothing given: the same plain example for every key keeps it honest and easy to learn.
        values = {k: v if isinstance(v, int) else KEYS[k](s) if k in KEYS else "example" for k, v in values.items()}
        values = {k: EXAMPLES.get(k, "example") for k in values}
        text = s.ask(s.any(MORE_FREE) if s.split == "train" and s.chance(0.5) else JSON_FREE, k=key_list(s, keys))
    written = json.dumps(values, ensure_ascii=False)
    conversation.user(text)
    conversation.bot(written)
    conversation.about(f"JSON with {listed(keys[:3])}", f"The user asked for JSON with {listed(keys)}.")
    return keys


EXAMPLES = {"name": "Anna", "age": 30, "city": "Paris", "job": "teacher", "email": "anna@example.com", "colour": "blue", "color": "blue", "price": 10, "title": "The Garden", "year": 2020, "author": "Ben Miller", "country": "France", "animal": "dog", "food": "pizza", "hobby": "chess", "date": "1 May", "time": "10:00", "id": "A1", "code": "A1", "count": 3, "language": "English", "company": "Example Works", "product": "lamp", "phone": "555-0100",
            "quantity": 2, "status": "open", "level": 1, "size": "medium", "weight": 20, "height": 170, "subject": "history", "sport": "tennis", "instrument": "piano", "drink": "tea", "score": 10, "day": "Monday", "month": "May", "fruit": "apple", "flower": "rose", "owner": "Anna", "place": "Paris", "model": "One", "first_name": "Anna", "last_name": "Miller", "room": 12, "address": "1 Main Street", "team": "Blue", "topic": "music", "label": "new"}


def list_request(s, conversation):
    topic = s.any(list(LISTS))
    items = list(LISTS[topic])
    word, n = s.any([(w, n) for w, n in NUMBERS.items() if 2 <= n <= len(items)])
    said = word if s.chance(0.6) else str(n)
    conversation.user(s.ask(LIST_ASK, n=said, t=topic))
    # The first items in a fixed order: a small model writes a list that it knows by heart without slips.
    shape = s.rng.random()
    conversation.bot("\n".join(f"{i}. {upper_first(x)}" for i, x in enumerate(items[:n], 1)))
    conversation.about(f"A list of {said} {topic}", f"The user asked for {said} {topic}: {listed(items[:n])}.")


def tips_request(s, conversation):
    t = s.any(list(TIPS))
    tips = TIPS[t]
    style = s.rng.random()
    q = s.ask(TIP_ASK, t=t)
    if style < 0.3:
        conversation.user(q.rstrip("?.") + s.fill(s.pick(BULLETS), {}))
        conversation.bot("\n".join(f"- {x}" for x in tips[:3]))
    else:
        conversation.user(q)
        conversation.bot(" ".join(tips[: 3 if style < 0.6 else 4]))
    conversation.about(upper_first(f"how to {t}"), f"The user wanted to {t}. The assistant said: {tips[0]}")


def capitals_request(s, conversation):
    if s.chance(0.6):
        p = s.any(CAPS_PHRASES)
        if s.split == "train" and s.chance(0.6):
            p = " ".join(s.rng.choices(CAPS_WORDS, k=s.rng.choice((1, 1, 2, 2, 3, 4))))
        conversation.user(s.ask(["(write|say|type|put) {p} in (capital letters|capitals|all caps|upper case)", "in capital letters: {p}", "{p} in (capitals|capital letters|all caps)(, please|)", "(make|turn|convert) {p} (to|into) (capital letters|upper case|uppercase)", "say {p}, in capital letters", "all caps: {p}", "(can you |please )write {p} in (capital letters|all caps)", "uppercase: {p}"], p=W.cased(s, s.any([p, p, f'"{p}"', f"'{p}'"]) if s.split == "train" else p)))
        conversation.bot(p.upper())
    else:
        c = s.any(list(CAPITALS))
        conversation.user(s.ask(["what is the capital of {c}? (answer |reply |)in (capital letters|all caps)", "capital of {c}, in capital letters", "in capital letters: what is the capital of {c}?", "(use capital letters|answer in capitals): what is the capital of {c}?"], c=W.cased(s, c)))
        conversation.bot(f"THE CAPITAL OF {c.upper()} IS {CAPITALS[c].upper()}.")
        p = c
    conversation.about("Writing in capital letters", f"The user asked for {p} in capital letters.")


from .talk import CAPITALS  # noqa: E402

STORY_ASK = ["(tell|write) me a (short |little |)story( please|)", "(write|tell|make up) a (short |little |bedtime |)story (about|with) {x}", "a story about {x}(, please|)", "(can you |please )(write|tell) (me |)a story about {x}", "I('d like| want) a (short |)story about {x}", "story(:| about) {x}", "(tell|write) (me |)something about {x}, a (short |)story", "once upon a time, {x}...", "make up a tale (about|of) {x}", "give me a story with {x}"]
STORIES = [
    "One {morning}, {x} found a {adj} {thing} near the {place}. Nobody knew whose it was. {X} asked {friend}, and together they looked for the owner. At last they met an old {job}, who had lost it long ago. {The_job} smiled and gave them {gift}. From then on, they were good friends.",
    "{X} wanted to see the {adj} {place}. The way was long, and it began to rain. Then {friend} came by with a big umbrella. They walked on together and sang. When they arrived, the sun came out, and they shared {gift}.",
    "Every {evening}, {x} heard a strange sound from the {place}. At first, {x} was afraid. One day {friend} said: let us look together. They found a small {animal} that could not get home. They carried it back, and the sound was never heard again.",
    "There was once a {place} where nothing ever happened. Then {x} came with a {adj} {thing}. {friend_cap} laughed and asked what it was for. {X} said: wait and see. By the {evening}, everyone was dancing, and the {job} brought {gift}.",
    "{X} had a secret. Under the {adj} {thing} lay a map of the {place}. One {morning}, {x} showed it to {friend}. They followed the map over hills and through a forest. At the end they found no gold, but {gift}, and that was enough.",
    "It was a cold {evening}, and {x} could not sleep. Outside, a {animal} was waiting by the {place}. {X} opened the door and gave it some bread. The next {morning}, a {adj} {thing} lay on the step. {X} kept it for many years.",
    "{X} and {friend} wanted to build a {thing}. They had no plan, only a {adj} idea. On the first day it fell down. On the second day it fell down again. On the third day the {job} helped them, and it stood. They ate {gift} and were proud.",
]


def story(s, conversation):
    given = s.rng.random()
    name, animal = W.first_name(s), s.any(W.ANIMALS)
    if given < 0.35:
        x = name
    elif given < 0.75:
        x = f"{'an' if animal[0] in 'aeiou' else 'a'} {animal}"
    else:
        x = f"{'an' if animal[0] in 'aeiou' else 'a'} {animal} (called|named) {name}"
        x = s.fill(x, {})
    template = wordings.draw(s, "talk", "story", STORY_ASK) if s.split == "train" and s.chance(0.5) else s.pick(STORY_ASK)
    conversation.user(s.ask([template], x=x))
    hero = "the " + animal if x.endswith(animal) else name
    if "{x}" not in template:
        hero = s.any(["Anna", "Leo", "Nora", "Tom"])
    friend = s.any([f for f in ("a friend", "Mia", "Sam", "the neighbour", "an old woman") if f != hero])
    job = s.any(["baker", "farmer", "teacher", "painter", "fisherman"])
    conversation.bot(s.fill(s.any(STORIES), {"x": hero, "X": upper_first(hero), "adj": s.any(["small", "golden", "strange", "green", "wooden", "bright", "lost", "quiet"]), "thing": s.any(["lamp", "key", "boat", "box", "bell", "kite", "clock", "chair", "bridge", "drum"]), "place": s.any(["river", "forest", "market", "lake", "castle", "mill", "garden", "harbour", "village"]),
                     "morning": s.any(["morning", "day", "Sunday", "summer morning"]), "evening": s.any(["evening", "night"]), "friend": friend, "friend_cap": upper_first(friend), "animal": s.any(["owl", "fox", "cat", "duck", "mouse"]), "job": job, "The_job": "The " + job, "gift": s.any(["warm bread", "an apple pie", "a basket of plums", "hot soup", "a cup of tea", "honey cake"])}))
    conversation.about(upper_first(f"a story about {hero}" if hero[0].isupper() or hero.startswith("the") else f"a story about {hero}"), f"The assistant told a short story about {hero}.")


POEM_ASK = ["(write|tell) me a (short |)poem( about {x}|)", "a poem about {x}(, please|)", "(can you |please )write a (short |)poem about {x}", "(make|compose) a poem about {x}", "poem about {x}", "I want a poem about {x}", "some verses about {x}", "rhyme something about {x}"]


def poem(s, conversation):
    x = s.any(["the sea", "winter", "summer", "rain", "the moon", "a cat", "autumn", "spring", "the night", "snow", "friendship", "coffee", "the wind", "home"])
    conversation.user(s.ask(wordings.draw(s, "talk", "poem", POEM_ASK) if s.split == "train" and s.chance(0.5) else POEM_ASK, x=x))
    said = conversation.turns[-1][1].lower()
    x = x if x in said else "the night"
    conversation.bot(s.any([f"I think of {x} when day is done,\nand wait beside the setting sun.\nThe world is quiet, the sky is deep,\nand all the little houses sleep.", f"A song for {x}, soft and slow,\nof things that come and things that go.\nI sing it once, I sing it twice,\nand every time it sounds as nice."]))
    conversation.about(f"A poem about {x}", f"The assistant wrote a short poem about {x}.")


def echo(s, conversation):
    """Say exactly this; spell; write a sentence with a word."""
    kind = s.rng.randrange(3)
    if kind == 0:
        p = s.any([W.pair, W.person, lambda s: f"the {s.any(W.NOUNS)} is {s.any(W.ADJECTIVES)}", W.code])(s)
        if s.split == "train" and s.chance(0.25):
            p = s.any(["yes", "no", "ok", "hello", "done", "stop", "true", "left", "ready"])
        conversation.user(s.ask(["(say|repeat|write) {p}", "(say|repeat) after me: {p}", "repeat this: {p}", "(say|write|type) exactly this: {p}", "please (say|repeat|write): {p}", "can you (say|repeat|write) {p}?", "echo {p}", "copy this: {p}"] if s.split != "train" or s.chance(0.6) else s.any(["(only|just) (say|write|answer|reply) {p}", "(say|write|answer|reply) {p} and nothing else", "(answer|reply|respond) with {p}( only|)", "(only|just) the word(s|)(:|) {p}", "your (next |)answer (is|should be|must be)(:|) {p}", "(can|could) you (please |)just say {p}( for me|)?", "repeat word for word: {p}"]), p=p))
        conversation.bot(p)
        conversation.about("Repeating some words", f"The user asked to repeat {p}.")
    elif kind == 1:
        w = s.any(W.NOUNS)
        conversation.user(s.ask(["(write|make|give me) a sentence (with|using|about) (the word |){w}", "use {w} in a sentence", "a sentence with {w}(, please|)", "(can you |please )(write|make) a sentence with {w}", "sentence: {w}", "put {w} into a sentence", "one sentence about a {w}", "example sentence for {w}"], w=w))
        conversation.bot(s.say(["The {a} {w} stands near the {n}.", "I saw a {a} {w} by the {n}.", "There is a {a} {w} behind the {n}."], w=w, a=s.any(W.ADJECTIVES), n=s.any(W.NOUNS)))
        conversation.about(f"A sentence with {w}", f"The user asked for a sentence with the word {w}.")
    else:
        names = [W.first_name(s) for _ in range(s.rng.choice((2, 3)))]
        conversation.user(s.ask(["(put|sort|write) these names in a list: {x}", "make a list of {x}", "(turn|make) this into (bullet points|a list): {x}", "list: {x}", "bullet points for {x}", "as a list, please: {x}", "(write|show) {x} as bullet points", "(can you |)list these: {x}"], x=listed(names)))
        conversation.bot("\n".join(f"- {n}" for n in names))
        conversation.about("A list of names", f"The user asked for a list of {listed(names)}.")
