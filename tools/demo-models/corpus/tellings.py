"""More ways in which passages tell a fact, for training alone: the value first, passives, relative clauses, the fact's name as the subject,
two facts in a sentence, facts that hang on others. Questions stay those of `passages` and `frames`.
"""
import functools

from .frames import read

# {e} the thing, {v} the value; as in `passages`, what starts with {e} may begin with a pronoun.
TELLS = {
    ("company", "founded"): ["it was in {v} that {e} (began|opened its doors|started)", "{v} saw the (start|founding|birth) of {e}", "{e} has been (around|in business|at work) since {v}", "{e}, (set up|founded|started) in {v}, is still at work", "in {v} somebody had the idea for {e} and (founded|started) it"],
    ("company", "founder"): ["{v} had the idea for {e} and founded it", "{e} goes back to {v}, who founded it", "it was {v} who (set up|founded|started) {e}", "{e}, (set up|started|created) by {v}, is well known", "behind the founding of {e} stood {v}", "the person who founded {e} was called {v}"],
    ("company", "boss"): ["{v} is (in charge of|at the head of|the director of) {e}", "{e} is (managed|directed|headed|run) by {v}", "at the top of {e} (sits|stands) {v}", "{e}, with {v} as its director, does well", "today {v} (leads|heads|directs) {e}", "the one who (leads|heads|runs) {e} is {v}"],
    ("company", "staff"): ["{e} gives work to {v} people", "{v} (employees|workers) earn their living at {e}", "the staff of {e} (counts|numbers) {v}", "{e}, with its {v} employees, is not small", "there are {v} (people|workers) on the staff of {e}", "{v} is the number of people who work for {e}"],
    ("company", "seat"): ["{v} is (home to|the home of|the seat of) {e}", "the head office of {e} (stands|is found) in {v}", "{e} sits in {v}", "{e}, based in {v}, has other offices too", "it is in {v} that {e} has its main office", "{e} works from {v}", "in {v} you find the headquarters of {e}"],
    ("company", "product"): ["the {v} made {e} famous", "{e} became famous with the {v}", "the {v} comes from {e}", "the {v} is the best known product of {e}", "most people know {e} for the {v}", "{e}, maker of the {v}, has many customers", "what {e} sells best is the {v}"],
    ("company", "sales"): ["{e} took in {v} last year", "last year {v} went to {e} in sales", "{v} was the turnover of {e}", "the yearly turnover of {e} is {v}", "{e}, with sales of {v}, did well", "{e} sold goods for {v} last year", "revenue of {e} came to {v}"],
    ("building", "built"): ["{v} is the year in which {e} was (built|finished)", "builders finished {e} in {v}", "{e}, (built|finished|completed) in {v}, still stands", "since {v} {e} has stood in its place", "it was {v} when {e} was (finished|completed)", "{e} was completed in {v}"],
    ("building", "architect"): ["{v} was the architect of {e}", "the plans for {e} (came from|were drawn by|are by) {v}", "{e} is the work of the architect {v}", "it was {v} who (designed|planned|drew) {e}", "{e}, designed by {v}, is well liked", "the architect {v} drew {e}"],
    ("building", "height"): ["at {v}, {e} can be seen from far away", "{e} rises to {v}", "{e} reaches a height of {v}", "from the ground to the top {e} measures {v}", "{e}, {v} (high|tall), is hard to miss", "{v} is the height of {e}"],
    ("building", "visitors"): ["{v} (guests|visitors) a year come to {e}", "each year {v} people (see|go to|enter) {e}", "{e} is visited by {v} people every year", "{e} counts {v} visitors a year", "{e}, with {v} visitors a year, is popular"],
    ("building", "where"): ["{v} is (home to|the home of|where you find) {e}", "in {v} stands {e}", "{e} can be (seen|visited|found) in {v}", "{e} is located in {v}", "whoever goes to {v} can visit {e}", "{e}, in {v}, is open to all"],
    ("building", "ticket"): ["{v} is what a ticket for {e} costs", "to enter {e} you pay {v}", "{e} asks {v} for a ticket", "tickets for {e} are sold at {v}", "for {v} you can enter {e}", "the entry price of {e} is {v}"],
    ("building", "hours"): ["at {v} {e} opens", "{v} is when {e} opens", "visitors can enter {e} from {v} on", "{e} is open from {v}", "opening time at {e} is {v}", "nobody gets into {e} before {v}"],
    ("nature", "size"): ["{v} is the (area|size) of {e}", "{e} takes up {v}", "{e} has an area of {v}", "{e}, {v} in size, is well known", "with its {v}, {e} is easy to find on the map", "an area of {v} belongs to {e}"],
    ("nature", "found"): ["{v} discovered {e}", "it was {v} who discovered {e}", "the first to (find|see|reach) {e} was {v}", "{e}, discovered by {v}, is on every map now", "the discovery of {e} is owed to {v}", "{e} was found by {v}"],
    ("nature", "depth"): ["{v} is how deep {e} is", "{e} goes down {v}", "{e} has a depth of {v}", "at its deepest {e} measures {v}", "from the top to the bottom of {e} it is {v}", "{e}, {v} deep, is a strange place"],
    ("nature", "animal"): ["the {v} has its home in {e}", "the {v} is found in {e}", "{e} is where the {v} lives", "{e} is known for the {v}", "whoever visits {e} may see the {v}", "{e}, home of the {v}, is protected"],
    ("nature", "near"): ["{v} is the town nearest to {e}", "not far from {e} lies the town of {v}", "the way to {e} starts in {v}, the nearest town", "{e} lies next to {v}", "{v} lies close to {e}", "the closest town to {e} is {v}"],
    ("nature", "park"): ["in {v} {e} became a park", "{v} is the year in which {e} became a park", "{e} was made a park in {v}", "since {v} {e} has been (a park|protected)", "{e}, a park since {v}, is open to all", "the law has protected {e} since {v}"],
    ("book", "author"): ["{v} is the author of {e}", "{e} is a book by {v}", "{e} comes from the pen of {v}", "it was {v} who wrote {e}", "the writer {v} (gave us|wrote) {e}", "{e}, written by {v}, found many readers", "among the works of {v} is {e}"],
    ("book", "year"): ["{v} saw the first edition of {e}", "in {v} {e} (appeared|was published|came out)", "{e} has been in the shops since {v}", "{e}, published in {v}, found many readers", "it was in {v} that {e} came out", "the publication year of {e} is {v}"],
    ("book", "hero"): ["{v} is the (hero|main character) of {e}", "{e} is about {v}", "at the centre of {e} stands {v}", "{e} follows the life of {v}", "in {e} we meet {v}, the main character", "{e}, the story of {v}, is well known"],
    ("book", "pages"): ["{v} pages make up {e}", "{e} runs to {v} pages", "there are {v} pages in {e}", "{e}, with its {v} pages, is read quickly", "on {v} pages {e} tells its story", "whoever reads {e} has {v} pages to turn"],
    ("book", "place"): ["{v} is the setting of {e}", "in {v} the story of {e} is set", "the events of {e} happen in {v}", "{e} plays in {v}", "{e}, set in {v}, is well known", "{e} takes its readers to {v}"],
    ("person", "born"): ["in {v} {e} was born", "{v} is the birth year of {e}", "{e}, born in {v}, is well known", "{e} came into the world in {v}", "the life of {e} began in {v}", "it was {v} when {e} was born"],
    ("person", "birthplace"): ["{v} is the home town of {e}", "{e} is from {v}", "in {v} {e} grew up", "{e}, who grew up in {v}, often speaks about it", "{e} spent the first years in {v}", "it was in {v} that {e} grew up"],
    ("person", "work"): ["{e} earns a living as a {v}", "{e}, a {v} by profession, is well known", "by profession {e} is a {v}", "for many years {e} was a {v}", "people know {e} as a {v}", "{v} is the profession of {e}"],
    ("person", "prize"): ["the {v} was given to {e}", "{e} was awarded the {v}", "{e}, winner of the {v}, was surprised", "among the winners of the {v} is {e}", "the {v} is the award that {e} won", "for good work {e} got the {v}"],
    ("person", "married"): ["{v} is married to {e}", "{v} is the partner of {e}", "{e} lives together with the partner, {v}", "{v} and {e} are a married couple", "{e}, married to {v}, has no children", "the name of the partner of {e} is {v}"],
    ("person", "studied"): ["{v} is what {e} studied", "{e} took {v} at university", "{e} has a degree in {v}", "{e}, who studied {v}, likes to teach", "as a student {e} chose {v}", "the field of {e} at university was {v}"],
    ("person", "lives"): ["{v} is where {e} lives", "{v} is home to {e} today", "{e} has a house in {v}", "{e}, who lives in {v}, travels a lot", "today {e} lives in {v}", "the home of {e} is in {v}", "{e} has settled in {v}"],
    ("town", "people"): ["{v} is the population of {e}", "{e} is home to {v} people", "{e} counts {v} inhabitants", "{e}, with its {v} inhabitants, is growing", "there are {v} people living in {e}", "{v} inhabitants make {e} what it is"],
    ("town", "mayor"): ["{v} is the mayor of {e}", "{v} (governs|runs|leads) {e}", "{e} has {v} as its mayor", "{e}, whose mayor is {v}, is growing", "the people of {e} chose {v} as mayor", "in the town hall of {e} sits the mayor, {v}"],
    ("town", "river"): ["{v} is the river of {e}", "{e} stands on the river {v}", "on the river {v} lies {e}", "through {e} flows the river {v}", "{e}, on the river {v}, has many bridges", "the water of the {v} passes {e}"],
    ("town", "famous"): ["the {v} made {e} famous", "{e} is known for the {v}", "the {v} comes from {e}", "the {v} is the speciality of {e}", "whoever comes to {e} eats the {v}", "{e}, famous for the {v}, has many guests"],
    ("town", "old"): ["{v} is the founding year of {e}", "in {v} {e} was founded", "{e} goes back to {v}", "{e}, founded in {v}, has a long history", "since {v} {e} has existed", "{e} has been on the map since {v}"],
    ("town", "festival"): ["in {v} {e} holds its festival", "{v} is the month of the festival in {e}", "{e} celebrates in {v}", "every {v} people come to the festival of {e}", "{e} has its festival in {v}", "{e}, which celebrates its festival in {v}, is busy then"],
    ("product", "price"): ["{v} is the price of {e}", "for {v} you get {e}", "{e} is sold at {v}", "shops ask {v} for {e}", "whoever wants {e} pays {v}", "{e}, at {v}, is not for everyone", "{v} buys you {e}"],
    ("product", "maker"): ["{v} (built|brought out|produces|sells) {e}", "{e} comes from {v}", "{e} is a product of {v}", "behind {e} is {v}", "{e}, made by {v}, sells well", "it is {v} that makes {e}", "the firm {v} came out with {e}"],
    ("product", "battery"): ["{v} is the battery life of {e}", "one charge keeps {e} going for {v}", "{e} works {v} on one charge", "after {v} the battery of {e} is empty", "{e}, with a battery that lasts {v}, is handy", "the battery life of {e} is {v}"],
    ("product", "weight"): ["{v} is the weight of {e}", "at {v}, {e} is easy to carry", "{e} has a weight of {v}", "on the scales {e} shows {v}", "{e}, weighing {v}, fits into a bag", "{e} brings {v} to the scales"],
    ("product", "colour"): ["{v} is the colour of {e}", "{e} is sold in {v}", "{e} is {v} in colour", "{e} is painted {v}", "you can get {e} in {v}", "the makers chose {v} as the colour of {e}"],
    ("product", "warranty"): ["{v} of warranty come with {e}", "for {v} {e} is under warranty", "the makers of {e} give a warranty of {v}", "{e} is covered for {v}", "{e}, with a warranty of {v}, is a safe buy", "the guarantee of {e} runs for {v}"],
    ("event", "date"): ["{v} is the date of {e}", "on {v} {e} (begins|starts|takes place)", "{e} is planned for {v}", "{e} begins on {v}", "{e}, which starts on {v}, is sold out", "it is on {v} that {e} takes place"],
    ("event", "place"): ["{v} is the (place|town) of {e}", "in {v} {e} is held", "{e} takes place in {v}", "{e}, held in {v}, is well known", "whoever wants to see {e} goes to {v}", "{v} welcomes the guests of {e}", "{v} is where {e} is held"],
    ("event", "winner"): ["{v} was the winner of {e}", "first at {e} was {v}", "{e} ended with a win for {v}", "it was {v} who won {e}", "{e}, won by {v}, is over now", "{v} took the first prize at {e}"],
    ("event", "fee"): ["{v} is the fee for {e}", "to take part in {e} you pay {v}", "{e} costs {v}", "for {v} you can take part in {e}", "everyone at {e} pays {v}", "{e} asks for a fee of {v}"],
    ("event", "guests"): ["{v} guests were at {e}", "{e} drew {v} people", "{e} was visited by {v} people", "{e}, with {v} guests, was a success", "there were {v} people at {e}", "{v} is the number of guests that {e} had"],
    (None, "code"): ["{v} is the {t} code", "for {t} the code is {v}", "the code for {t} is {v}", "type {v} for {t}", "{t}: the code is {v}", "whoever needs the {t} code may use {v}"],
    (None, "contact"): ["{v} is the contact for {t}", "{v} (handles|looks after|takes care of) {t}", "for {t}, ask {v}", "{t} is in the hands of {v}", "questions about {t} go to {v}", "{t}: the contact is {v}"],
    (None, "period"): ["{v} is the {t} period", "the period for {t} is {v}", "you have {v} for {t}", "for {t} there is a limit of {v}", "{t}: the period is {v}", "within {v} the {t} has to be done"],
    (None, "time"): ["at {v} {t} starts", "from {v} on {t} is open", "{v} is when {t} starts", "for {t}, come at {v}", "{t}: open from {v}", "nobody needs to come for {t} before {v}"],
    (None, "cost"): ["{v} is the price for {t}", "for {t} you pay {v}", "the {t} price is {v}", "we ask {v} for {t}", "{t}: the fee is {v}", "there is a fee of {v} for {t}"],
    (None, "room"): ["{v} is (for|used for) {t}", "for {t} go to {v}", "in {v} you find {t}", "{t} can be found in {v}", "{t}: {v}", "{v} is the place for {t}"],
}
# Around any sentence. What stands before keeps the sentence's first letter small unless a name begins it.
BEFORE = ["as (everyone|everybody) (knows|says|can see)", "as (the guide|an old book|the brochure|a sign) (says|tells us|has it)", "according to (the records|a report|the owners|one newspaper|local people|its web page)", "it is (well known|no secret|a fact|written|said) that", "the (records|papers|files|books) (say|show) that", "the locals say that", "(in fact|by the way|of course|as it happens|for the record|note that|today as before)", "(many|few|some) (people|visitors|readers) know that", "(nobody|no one) doubts that", "we (learn|read|know) that"]
AFTER = [", (as everyone knows|as the records show|or so they say|says the guide|which surprised many|and that is no secret|it is said|a fact few know|nobody knows why)", " (without doubt|by all accounts|according to the records|as far as we know|it seems)", " - (a fact|no joke|really|not bad|see the web page|so the papers say)"]
# Two facts in one sentence.
JOINTS = ["{a}, and {b}", "{a} and {b}", "{a}, while {b}", "{a}; {b}", "{a}; (also|moreover|besides), {b}", "{a} - {b}", "while {a}, {b}", "{a}. (Also|Besides|Moreover|What is more), {b}", "{a} ({b})", "although {a}, {b}"]
# The fact's name as the subject.
NAMED = ["the {k} of {e}: {v}", "the {k} of {e} is {v}", "{v} is the {k} of {e}", "the {k} of {e} is given as {v}", "as the {k} of {e} the papers give {v}", "{e} ({k}: {v}) is in the list", "{k} of {e}: {v}", "for {e}, the {k} is {v}", "{e}: {k} {v}", "what is the {k} of {e}? It is {v}", "{e} - {k}: {v}"]
NAMED_RULE = ["the {k} for {t} is {v}", "{t} - {k}: {v}", "{t} ({k}: {v})", "as for {t}, the {k} is {v}", "{v} is the {k} for {t}"]
# Nouns that ask for a fact and would be wrong beside its value.
ODD = {"age", "company", "hours", "main office", "head office", "place", "page number", "town", "city", "thing", "first mention", "scene", "festival", "work", "battery", "time", "size", "day", "degree", "length", "first place", "career", "date of birth", "birth date", "foundation date", "founding date", "start date"}


@functools.lru_cache(maxsize=None)
def nouns(kind, key, label):
    return [label] + [k for k in read(kind, key)[1] if k not in ODD]


def tell(s, kind, key, label):
    """One template for a fact's sentence."""
    if s.chance(0.22):
        return s.any(NAMED if kind else NAMED_RULE).replace("{k}", s.any(nouns(kind, key, label)))
    return s.any(TELLS[kind, key])
