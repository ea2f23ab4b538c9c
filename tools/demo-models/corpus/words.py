"""Word lists and makers of names, written for this corpus."""
import functools
import random
import re
import string

from .grammar import HELD_EVERY, held_word

FIRST = """Anna Ben Clara David Emma Felix Grace Henry Iris Jack Kate Leo Maria Noah Olivia Paul Rosa Sam Tina Victor Wendy
Adam Alice Amir Amy Andre Asha Bruno Carla Carlos Chen Chloe Daniel Diego Elena Eli Ella Erik Esther Eva Farid Fiona Frank
Gina Hana Hugo Ida Ivan Jana Jane Jonas Julia Kai Karim Lara Laura Lena Liam Lily Linda Lucas Lucy Luis Maya Mark Marta Max
Mia Mike Mina Nadia Nina Nora Omar Oscar Peter Petra Priya Ravi Rita Robert Ruth Sara Simon Sofia Stefan Tara Theo Thomas
Tom Uma Vera Wei Yara Yusuf Zoe Alex Chris Jordan Taylor Casey Robin Sasha John James Mary Susan Ali Fatima Ahmed Yuki Hiro""".split()
CITIES = """Paris London Berlin Madrid Rome Vienna Lisbon Dublin Oslo Stockholm Helsinki Copenhagen Amsterdam Brussels Prague
Warsaw Budapest Athens Istanbul Cairo Nairobi Lagos Tokyo Kyoto Osaka Seoul Beijing Shanghai Delhi Mumbai Bangkok Hanoi Jakarta
Manila Singapore Sydney Melbourne Auckland Toronto Montreal Vancouver Boston Chicago Seattle Denver Austin Miami Houston Lima
Bogota Santiago Quito Porto Valencia Naples Milan Munich Hamburg Lyon Geneva Zurich Krakow Riga Vilnius Tallinn Bristol Leeds""".split()
ONSETS = "b c d f g h j k l m n p r s t v w z br cr dr fr gr pr tr st sl pl gl bl ch sh th kl kr sp sk sn sw qu y".split()
VOWELS = "a e i o u a e i o u ai ea ee ia io oa oo ou ay ey".split()
CODAS = ["", "", "", "n", "r", "l", "s", "m", "x", "th", "nd", "rk", "ld", "st", "sk", "v", "ck", "ll", "nt", "rd", "k", "p", "t"]
PLACE_ENDS = "ton ville burg field ford ham port wick mere dale stead bridge haven brook hill".split()
COLOURS = """red blue green yellow orange purple pink brown black white grey turquoise crimson teal violet indigo gold silver maroon
navy olive coral lavender beige magenta cyan amber ivory mint peach scarlet emerald plum mustard charcoal""".split()
FOODS = """pizza|pasta|sushi|curry|soup|salad|tacos|pancakes|ramen|noodles|rice|bread|cheese|chocolate|ice cream|apple pie|dumplings|
lasagna|burgers|falafel|paella|risotto|waffles|stew|couscous|hummus|fried chicken|mushroom soup|potato salad|lentils|goulash|strudel""".replace("\n", "").split("|")
DRINKS = "coffee|tea|water|lemonade|orange juice|hot chocolate|green tea|milk|cider|mint tea|apple juice|espresso|ginger ale|cocoa".split("|")
ANIMALS = """dog cat rabbit parrot hamster turtle horse goldfish lizard ferret canary pony snake mouse duck goat fox owl bear wolf
hedgehog squirrel otter badger penguin dolphin tiger lion elephant sparrow robin frog beaver raven swan deer""".split()
JOBS = """teacher|nurse|baker|doctor|engineer|lawyer|carpenter|painter|pilot|farmer|chef|librarian|gardener|plumber|electrician|
journalist|photographer|dentist|musician|writer|architect|tailor|mechanic|biologist|translator|programmer|designer|accountant|
bus driver|firefighter|potter|florist|waiter|sailor|editor|actor|judge|vet|barber|fisherman""".replace("\n", "").split("|")
HOBBIES = """painting|chess|hiking|swimming|gardening|cooking|reading|running|cycling|photography|knitting|fishing|dancing|singing|
climbing|sailing|pottery|skiing|surfing|yoga|baking|drawing|archery|birdwatching|juggling|sewing|woodwork|rowing|tennis|camping|
astronomy|origami|calligraphy|badminton""".replace("\n", "").split("|")
SUBJECTS = """history maths physics biology chemistry geography music art economics philosophy Spanish French German Latin law
medicine geology astronomy statistics literature""".split()
LANGUAGES = "English Spanish French German Italian Portuguese Dutch Polish Turkish Arabic Hindi Japanese Korean Chinese Greek Swedish Finnish Czech".split()
INSTRUMENTS = "piano guitar violin flute cello drums trumpet harp clarinet saxophone banjo accordion ukulele oboe".split()
SPORTS = "football tennis basketball volleyball hockey rugby cricket golf badminton baseball handball swimming judo fencing".split()
FRUITS = "apple banana cherry mango pear plum grape melon kiwi peach lemon fig papaya apricot".split()
FLOWERS = "rose tulip daisy lily orchid sunflower violet poppy iris jasmine dahlia peony marigold".split()
WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
ADJECTIVES = """small big old new quiet bright dark cold warm green blue red golden silver hidden broken lost secret lucky tall
wild gentle brave clever tiny huge strange wooden stone copper iron glass paper velvet early late northern southern""".split()
NOUNS = """garden river bridge tower castle forest island mountain valley window door key lamp book letter map boat train wagon
clock mirror basket blanket candle bell drum ladder hammer bottle box bag coat hat ring coin stone feather shell pocket table
chair shelf drawer kitchen cellar attic garage office school library museum market station harbour bakery farm mill barn
workshop studio cabin tent camp path road street square fountain statue engine wheel rope net kite lantern compass""".split()
THINGS = """locker|garage|bike lock|alarm|suitcase|gate|office door|wifi|safe|front door|mailbox|storage room|printer|project|team|
server|meeting room|hotel room|boat|van|tent|garden shed|piano|library card|gym|parking spot|ticket|invoice|order|parcel|flight|
train seat|table|badge|notebook|backup drive|router|camera|greenhouse|workshop|basement""".replace("\n", "").split("|")


def syllable(s):
    return s.rng.choice(ONSETS) + s.rng.choice(VOWELS) + s.rng.choice(CODAS)


@functools.lru_cache(maxsize=1)
def listed():
    """Everything in the lists of entities, in lower case."""
    return [x.lower() for x in [*FIRST, *CITIES, *COLOURS, *FOODS, *DRINKS, *ANIMALS, *JOBS, *HOBBIES, *SUBJECTS, *LANGUAGES, *INSTRUMENTS, *SPORTS, *FRUITS, *FLOWERS, *WEEKDAYS, *MONTHS, *ADJECTIVES, *NOUNS, *THINGS]]


@functools.lru_cache(maxsize=1)
def pieces():
    """Parts of made-up words: all listed words."""
    return sorted({w for x in listed() for w in x.split(" ")})


@functools.lru_cache(maxsize=1)
def spellings():
    """Made-up words around each token that is in held-out words alone: what was never written is not copied either."""
    from . import tokenizer, tools

    t, rng = tokenizer(), random.Random("spellings")
    texts = {i: t.decode([i]) for i in t.names.keys() - t.special}
    plain = [x.strip() for x in texts.values() if re.fullmatch(r" ?[a-z]{2,5}", x)]
    tokens = lambda some: {i for w in some for i in t.encode(" " + w)}
    held = tokens(x for x in listed() if held_word(x)) | tokens(re.findall("[a-z]+", " ".join(tools.FACTS[HELD_EVERY - 1 :: HELD_EVERY])))
    found = []
    for i in sorted(held - tokens(x for x in listed() if not held_word(x))):
        x = texts[i]
        for _ in range(40):
            w = x.strip() + rng.choice(plain) if x[0] == " " else rng.choice(plain) + x
            if len(w) < 13 and i in t.encode(" " + w) and not held_word(w):
                found.append(w)
    return found


def coined(s, low=1, high=3):
    """A made-up word, mostly pronounceable; in training sometimes with a real word inside, so that every token gets written."""
    if s.split == "train" and s.chance(0.15):
        w = s.rng.choice(pieces()) + s.rng.choice((syllable(s), syllable(s), s.rng.choice(pieces())))
        if s.chance(0.3):
            w = syllable(s) + s.rng.choice(pieces())
        if len(w) < 14 and s.allowed(w):
            return w
    if s.split == "train" and s.chance(0.12):
        return s.rng.choice(spellings())
    for _ in range(50):
        count = s.rng.choice([n for n in range(low, high + 1) for _ in range(2 if n == 2 else 1)])
        w = "".join(syllable(s) for _ in range(count))
        if 3 <= len(w) <= 11 and s.allowed(w) and not re.search(r"(.)\1\1", w):
            return w
    return w


def cased(s, text):
    return text.lower() if s.lower else text


def first_name(s):
    """A given name: real or made up."""
    return s.word(FIRST) if s.chance(0.45) else cased(s, coined(s, 1, 2).capitalize())


def surname(s):
    return cased(s, coined(s, 2, 3).capitalize())


def awkward(s, p):
    """Whether to make a value of a rarer shape: in training alone, so that every shape gets copied to its end."""
    return s.split == "train" and s.chance(p)


def person(s):
    if awkward(s, 0.1):
        letter = cased(s, s.any(string.ascii_uppercase))
        return s.any([lambda: f"{first_name(s)} {letter}. {surname(s)}", lambda: f"{first_name(s)} {surname(s)}-{surname(s)}", lambda: f"{first_name(s)} {first_name(s)} {surname(s)}", lambda: f"{first_name(s)}-{first_name(s)} {surname(s)}", lambda: f"{first_name(s)} {s.any(['van', 'de', 'von', 'al', 'da'])} {surname(s)}", lambda: f"{first_name(s)} {cased(s, 'Mc')}{surname(s)}"])()
    return f"{first_name(s)} {surname(s)}"


def town(s):
    """A town: mostly made up."""
    if awkward(s, 0.08):
        base = cased(s, coined(s, 1, 2).capitalize())
        return cased(s, s.any([f"{s.any(['New', 'Upper', 'Lower', 'North', 'Saint', 'Port', 'Great', 'Old'])} {base}", f"{base}-{s.any(['on-Sea', 'upon-Hill', 'le-Bois', 'in-the-Woods'])}", f"{base} {coined(s, 1, 1).capitalize()}", f"{base} {s.any(['Bay', 'Springs', 'Heath', 'Park', 'Corner'])}", f"{base}-{coined(s, 1, 1).capitalize()}"]))
    if s.chance(0.3):
        return s.word(CITIES)
    name = coined(s, 1, 1) + s.rng.choice(PLACE_ENDS) if s.chance(0.4) else coined(s, 2, 3)
    return cased(s, name.capitalize())


def pair(s):
    """Adjective and noun."""
    return f"{s.rng.choice(ADJECTIVES)} {s.rng.choice(NOUNS)}"


def title_pair(s):
    return cased(s, pair(s).title())


ENTITY_ENDS = {
    "company": ["Works", "Labs", "Group", "Systems", "Foods", "Motors", "Studio", "Partners", "Textiles", "Software", "Press", "Energy"],
    "building": ["Tower", "Castle", "Museum", "Library", "Bridge", "Station", "Hall", "Abbey", "Theatre", "Lighthouse"],
    "nature": ["Lake", "Mountain", "River", "Forest", "Island", "Valley", "Glacier", "Desert", "Falls", "Cave"],
    "book": [], "person": [], "town": [], "product": [], "event": ["Festival", "Fair", "Cup", "Marathon", "Conference", "Parade"],
    "school": ["School", "College", "University", "Academy", "Institute"], "dish": [], "animal": [],
}


def entity(s, kind):
    """A named thing of a kind."""
    if kind == "person":
        return person(s)
    if kind == "town":
        return town(s)
    if kind == "book":
        return cased(s, "The " + s.any(ADJECTIVES).title() + " " + coined(s, 1, 2).capitalize()) if s.chance(0.5) else \
            cased(s, f"The {s.any(NOUNS).title()} of {coined(s, 2, 2).capitalize()}")
    if kind == "product":
        return cased(s, f"{coined(s, 2, 2).capitalize()} {s.any(['X', 'Pro', 'Mini', 'One', 'Air', 'Plus', 'Go'])}{s.any(['', '', str(s.rng.randint(2, 9))])}")
    if kind == "dish":
        return cased(s, f"{coined(s, 2, 2).capitalize()} {s.any(['soup', 'pie', 'stew', 'bread', 'cake', 'curry'])}")
    if kind == "animal":
        return cased(s, f"{coined(s, 2, 2).capitalize()} {s.any(ANIMALS)}")
    base = coined(s, 2, 2).capitalize()
    end = s.any(ENTITY_ENDS[kind])
    if kind == "nature" and end in ("Lake",) or kind == "school" and end == "University" and s.chance(0.3):
        return cased(s, f"{end} {base}" if end == "Lake" else f"University of {base}")
    return cased(s, f"{base} {end}")


def code(s):
    """A short code of letters and digits."""
    rng = s.rng
    if awkward(s, 0.22):
        part = lambda chars, low, high: "".join(rng.choice(chars) for _ in range(rng.randint(low, high)))
        a, d, mixed = string.ascii_uppercase, string.digits, string.ascii_uppercase + string.digits
        for _ in range(30):
            made = rng.choice([lambda: "-".join(part(mixed, 2, 4) for _ in range(rng.choice((2, 3, 4)))), lambda: part(d, 5, 9), lambda: f"{part(a, 1, 3)}-{part(d, 3, 6)}-{part(a, 1, 2)}", lambda: f"{part(d, 2, 4)}/{part(d, 2, 4)}", lambda: part(mixed, 5, 8), lambda: f"{coined(s, 1, 2)}_{part(d, 2, 3)}", lambda: f"{part(a, 2, 2)}.{part(d, 2, 3)}.{part(d, 2, 3)}", lambda: f"#{part(d, 3, 5)}", lambda: f"{coined(s, 1, 2)}-{coined(s, 1, 2)}-{part(d, 1, 2)}"])()
            if s.allowed(made):
                return cased(s, made)
    for _ in range(30):
        kind = rng.randrange(6)
        letters = "".join(rng.choice(string.ascii_uppercase) for _ in range(rng.choice((1, 2, 3))))
        digits = "".join(rng.choice(string.digits) for _ in range(rng.choice((2, 3, 4))))
        made = (letters + digits, f"{letters}-{digits}", digits, digits + letters, f"{letters}{digits[:1]}{rng.choice(string.ascii_uppercase)}{digits[1:]}",
                coined(s, 1, 2) + digits)[kind]
        if s.allowed(made):
            break
    return cased(s, made)


def date(s):
    day, month = s.number(1, 28), s.any(MONTHS)
    if awkward(s, 0.25):
        m, y = MONTHS.index(month) + 1, s.number(1950, 2032)
        ordinal = f"{day}{'th' if 3 < day < 21 or day % 10 not in (1, 2, 3) else ('st', 'nd', 'rd')[day % 10 - 1]}"
        return cased(s, s.any([f"{y}-{m:02d}-{day:02d}", f"{day}/{m}/{y}", f"{day}.{m}.{y}", f"{ordinal} {month}", f"{month} {ordinal}", f"the {ordinal} of {month} {y}", f"{s.any(WEEKDAYS)} {day} {month}", f"{s.any(WEEKDAYS)} the {ordinal}", f"{day} {month[:3]} {y}", f"{day:02d}/{m:02d}"]))
    return cased(s, s.any([f"{day} {month}", f"{month} {day}", f"{day} {month} {s.number(1950, 2032)}", f"the {day}th of {month}" if 3 < day < 21 else f"{month} {day}"]))


def clock(s):
    hour, minute = s.rng.randint(1, 23), s.any(["00", "15", "30", "45", "05", "10", "20", "40", "50"])
    if awkward(s, 0.2):
        to = s.any(["half past", "a quarter to", "a quarter past", "ten past", "five to", "twenty to"])
        return cased(s, s.any([f"{to} {s.any('one two three four five six seven eight nine ten eleven twelve'.split())}", "noon", "midnight", f"{hour:02d}:{s.rng.randint(0, 59):02d}", f"{hour:02d}:{s.rng.randint(0, 59):02d}", f"{hour}.{minute}", f"{(hour - 1) % 12 + 1}{s.any(['am', 'pm'])}", f"{(hour - 1) % 12 + 1} o'clock", f"{(hour - 1) % 12 + 1}:{minute}{s.any(['am', 'pm'])}", f"{hour} h {minute}", f"{hour:02d}:{minute} sharp"]))
    return cased(s, s.any([f"{hour}:{minute}", f"{(hour - 1) % 12 + 1} {s.any(['am', 'pm'])}", f"{(hour - 1) % 12 + 1}:{minute} {s.any(['am', 'pm'])}", f"{hour}:{minute}"]))


def price(s):
    n = s.number(2, 990)
    if awkward(s, 0.3):
        n, cents = s.number(2, s.any([99, 990, 9990, 99000])), s.number(10, 99)
        return s.any([f"${n}.{cents}", f"${n}.{cents}", f"{n}.{cents} {s.any(['euros', 'dollars', 'pounds', 'EUR', 'USD', 'francs', 'crowns'])}", f"{n}.{cents} {s.any(['euros', 'dollars'])} {s.any(['a month', 'a year', 'each', 'per head'])}", f"EUR {n}.{cents}", f"{cents} cents", f"{n} {s.any(['francs', 'crowns', 'yen'])}", f"£{n}.{cents}", f"£{n}", f"€{n}.{cents}", f"€{n}", f"${n} {s.any(['a day', 'a month', 'each'])}"])
    return s.any([f"${n}", f"{n} euros", f"{n} dollars", f"${n}.{s.number(10, 99)}", f"{n} pounds"])


def big(s):
    """A larger number, sometimes with a comma."""
    n = s.number(1000, 99000)
    return s.any([str(n), f"{n:,}"])


def email(s):
    return f"{coined(s, 1, 2)}{s.any(['', '.' + coined(s, 1, 2), str(s.number(1, 99))])}@{coined(s, 1, 2)}.{s.any(['com', 'org', 'net', 'io'])}"


def phone(s):
    d = lambda n: "".join(s.rng.choice(string.digits) for _ in range(n))
    if awkward(s, 0.3):
        return s.any([f"({d(3)}) {d(3)}-{d(4)}", f"0{d(2)} / {d(6)}", f"+{d(2)}-{d(3)}-{d(3)}-{d(2)}", f"0{d(3)} {d(2)} {d(2)} {d(2)}", f"{d(4)}.{d(3)}.{d(3)}", f"{d(3)}-{d(3)}-{d(4)} ext {d(2)}", f"00{d(2)} {d(3)} {d(6)}"])
    return s.any([f"{d(3)}-{d(4)}", f"{d(3)} {d(3)} {d(4)}", f"+{d(2)} {d(3)} {d(4)}", d(7)])
