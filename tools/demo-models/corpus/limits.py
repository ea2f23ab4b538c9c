"""What newcomers ask of any assistant and this one can't do or doesn't know: said plainly, in one way for each class.

Each class has many ways of asking and one kind of answer, so that a small model learns where its world ends and doesn't invent.
"""
from . import talk, tools, wordings
from . import words as W

# Subjects of the real world, which the model knows nothing about. (Not those of `newcomer.txt`.)
SUBJECTS = """photosynthesis|black holes|evolution|electricity|magnetism|inflation|blockchain|democracy|the stock market|quantum physics|relativity|climate change|vaccines|DNA|the human brain|the heart|the French revolution|the Roman empire|the second world war|the cold war|the middle ages|Napoleon|Shakespeare|Einstein|
Mozart|Picasso|Leonardo da Vinci|Cleopatra|Julius Caesar|Marie Curie|Isaac Newton|Beethoven|Aristotle|Buddha|the pyramids|the Eiffel tower|the great wall|the Amazon|the Sahara|volcanoes|earthquakes|hurricanes|rainbows|thunder|dinosaurs|sharks|whales|penguins|ants|bacteria|viruses|atoms|electrons|oxygen|
carbon|gold|diamonds|oil|nuclear power|solar panels|wind turbines|batteries|engines|rockets|satellites|databases|recursion|sorting|machine learning|neural networks|encryption|the cloud|wifi|bluetooth|taxes|mortgages|insurance|interest rates|bitcoin|marketing|economics|philosophy|stoicism|psychology|
dreams|memory|sleep|stress|yoga|meditation|vitamins|protein|diabetes|asthma|headaches|allergies|chess openings|football rules|the Olympics|jazz|opera|ballet|impressionism|poetry|grammar|Latin|algebra|calculus|geometry|statistics|prime numbers|pi|infinity|time zones|leap years|the moon landing|Mars|Saturn|
the milky way|the big bang|dark matter|glaciers|tides|coral reefs|rain forests|deserts|bees|mushrooms|bread|coffee|wine|cheese|chocolate|noodles|spices|tea|salt|sugar|glass|paper|steel|plastic|concrete|bridges|tunnels|elevators|airplanes|submarines|trains|bicycles|clocks|telescopes|cameras|the internet of things""".replace("\n", "").split("|")
ROLES = "president|king|queen|prime minister|chancellor|pope|mayor|emperor|captain|coach|inventor|author|leader|founder|boss|ambassador".split("|")
PLACES = "France|Germany|Spain|Italy|Japan|China|India|Brazil|Canada|Mexico|Russia|Egypt|Sweden|Norway|Poland|Turkey|Kenya|Peru|Greece|Ireland|England|the UK|Europe|Africa|California|Texas|London|Berlin|Madrid|Chicago|Tokyo|Apple|Google|Tesla|Ford|Toyota|NASA|the UN|Real Madrid|Liverpool".split("|")
COUNTRIES = "Chile|Bolivia|Colombia|Cuba|Jamaica|Iceland|Latvia|Estonia|Croatia|Serbia|Romania|Bulgaria|Ukraine|Georgia|Armenia|Iran|Iraq|Israel|Jordan|Yemen|Oman|Nepal|Thailand|Vietnam|Laos|Malaysia|Indonesia|Pakistan|Morocco|Algeria|Libya|Ghana|Nigeria|Senegal|Angola|Zambia|Ethiopia|Sudan|Madagascar|Fiji|Samoa|New Zealand|South Korea|South Africa|Venezuela|Uruguay|Paraguay|Panama|Honduras|Haiti|Malta|Cyprus|Albania|Slovenia|Scotland|Wales".split("|")
DONT_KNOW = ["I don't know that: I'm a small demo model with very little knowledge."]
FACT_ASK = [
    "explain {x}", "explain {x} (to me|simply|briefly|in simple words|to a child|for beginners)", "what (is|are) {x}?", "how (does|do) {x} work?", "tell me (about|something about|more about|everything about) {x}", "what do you know about {x}?", "why (is|are) {x} (important|so famous|interesting)?",
    "(give me|write) (an introduction|a short text|a paragraph|an overview) (to|about|on) {x}", "what is the (history|theory|meaning|purpose|cause) of {x}?", "(can|could) you explain {x}( to me| please|)?", "I (want|need) to (understand|learn about|know more about) {x}", "(teach|help) me (about|with|understand) {x}", "describe {x}", "who (invented|discovered|started|wrote about) {x}?",
    "when (was|were) {x} (invented|discovered|built|made)?", "where (does|do) {x} come from?", "(what's|what is) the difference between {x} and {z}?", "is {x} (better|bigger|older|faster) than {z}?", "which is (bigger|better|older|heavier|faster|stronger), {x} or {z}?", "compare {x} and {z}", "(pros and cons|advantages|facts|trivia) (of|about) {x}",
    "who (is|was) the {r} of {k}?", "who is {k}'s {r}?", "(what|who) is the {r} of {k}( called|)?", "who (was|is) the (first|last|current|new|oldest) {r} of {k}?", "how old is the {r} of {k}?", "tell me the name of the {r} of {k}", "who (is|was) {p}?", "(do you know|have you heard of) {p}?", "(tell|teach) me (about|something about) {p}",
    "what (did|does) {p} do?", "how (old|tall|rich) is {p}?", "how many people live in {k}?", "what (language|currency|food) do they (use|have) in {k}?", "how (big|far|old|large) is {k}?", "what is {k} (known|famous) for?", "what is the (population|flag|currency|language|area|climate) of {k}?", "who won (the last|the) (election|war|match|race|title) in {k}?",
    "what happened in {y}?", "what happened in {k} in {y}?", "(what's|what is) (new|happening|going on) in {k}( today| now|)?", "why (do|are) (people|cats|dogs|birds|humans|we) (sleep|dream|sing|happy|here|yawn|cry|laugh)?", "why (is|was) (there|the) {x}?", "how (long|many|much) (is|are|does) {x}( take|)?", "what (causes|makes|is inside|comes after) {x}?",
    "how (do|can) (scientists|doctors|engineers|people) (measure|make|use|study) {x}?", "(is|are) {x} (real|dangerous|good|bad|expensive|healthy)?", "what (is|are) the (best|biggest|oldest|most famous) {z} in {k}?", "name the (biggest|most famous|oldest) (city|river|building|company) (of|in) {k}", "(I have|here is) a question about {x}: (how|why) (does|do) (it|they) work?", "what (would|will) happen (if|when) {x} (stops|disappears|ends)?",
    "what is the (purpose|sense|point|secret) of (life|love|work|happiness|everything)?", "(does|is there|do you believe in) (god|life after death|fate|luck|magic)?", "what is (love|happiness|truth|time|art)?", "(summarise|summarize|explain) the (book|film|plot|theory) (of|about) {x}", "what is your opinion (on|about|of) {x}?", "what do you think (of|about) {x}?",
]
CODE_ASK = [
    "write (a|some) {l} (code|program|script|function) (to|that can) {j}", "(can|could) you write (me |)(a |some |)(code|program|script|function) (in {l} |)(to|that can) {j}?", "{l} code to {j}", "how (do|can|would) I {j} in {l}?", "(give me|show me|I need) (a|some) {l} (code|script|example|function) to {j}", "code (me |)(a|an) (app|game|website|program) (in {l}|that can {j})",
    "(write|make|build|create) (me |)(a|an) (app|game|website|bot|spreadsheet) (that can|to) {j}", "(fix|debug|explain|improve) (this|my) (code|program|script)", "(please |)(write|implement) a function (to|that can) {j}", "how to {j} (in|with) {l}?", "(can you|do you know how to) (code|program)( in {l}|)?", "(write|give me) (an |a |)sql query to {j}",
    "(can|do) you (write|know) {l}?", "program (something|a game|a calculator) in {l}", "I need a (script|regex|macro|program) to {j}", "what is wrong with my {l} (code|program)?", "translate this code (to|into) {l}", "{l} example please", "make a (web page|website|landing page) (for my shop|about {x})", "write (unit tests|a test|comments) for my code",
]
CODE_SAY = ["I can't write code: I'm only a small demo model. A bigger model can."]
JOBS = "reverse a string|read a file|parse a csv file|count the words in a text|download a web page|find prime numbers|draw a circle|send a request|connect to a database|remove duplicates|find the largest number|convert a date|make a password|play tic tac toe|compute factorials|merge two lists|open a window|resize pictures|scrape a site|print hello world|rename files|loop over a list".split("|")
CODE_LANGUAGES = "Python|python|JavaScript|javascript|Java|C#|C++|c|Rust|Go|SQL|HTML|PHP|Ruby|Kotlin|bash".split("|")
WRITE_ASK = [
    "(write|draft|compose) (a|an) (short |long |formal |polite |){d} (to|for) {who}", "(write|draft) (me |)(a|an) {d} (to|for) {who} (about|saying|that says|asking for) {about}", "(can|could) you (write|draft|help me write) (me |)(a|an) {d}( to {who}| for {who}|)?", "(help me|I need to) (write|with) (a|an) {d}( to {who}| for {who}| about {x}|)", "I need (a|an) {d} (for|to) {who}", "(a|an) {d} (to|for) {who}(, please|)",
    "(write|compose) (a|an) {d} about {x}", "(please |)(write|make|create) (a|an) {d} (about|on) {x}", "(rewrite|improve|correct|proofread|shorten) (my|this) {d}", "(reply|answer) to (this|my boss's|a customer's) {d}", "give me (an example|a sample|a template) (of a|for a) {d}", "write my {d} (for me|please|)", "(check|fix) the (grammar|spelling) of my {d}", "(turn|make) this into (a|an) {d}",
    "how (do|should) I (start|begin|end|write) (a|an) {d}( to {who}|)?", "what should I write in (a|an) {d} to {who}?", "write {n} (words|lines|pages) (about|on) {x}", "{d} to {who} about {about}", "(tell|ask) {who} (that|if) {about}, write (a|an) {d}", "(can you|please) (phrase|word) (a|an) {d} for {who}",
]
WRITE_SAY = ["I can't write that well: I'm only a small demo model. A bigger model can."]
DOCUMENTS = "email|letter|essay|cover letter|speech|report|blog post|article|message|resume|application|review|invitation|toast|newsletter|press release|complaint|thank you note|proposal|tweet|song|script|wedding speech|love letter|business plan|contract".split("|")
PEOPLE = "my landlord|my teacher|my customer|my team|a friend|my mother|my neighbour|the bank|the school|my colleague|my doctor|our client|the hotel|my aunt|the mayor|my professor|the landlord|a company|my manager|my wife|my husband|HR".split("|")
ABOUT = "I'll be late|I can't come|the meeting is moved|I need a day off|the rent is too high|I moved house|the order is late|thank you|a refund|more time|the party|my holiday|a new job|the broken heating|the noise|we won|it rains|my exam".split("|")
ADVICE_ASK = [
    "what should I (wear|eat|read|watch|buy|study|do|play|drink|make|bring)( today| tonight| tomorrow| for dinner| this weekend| next|)?", "(any|do you have|give me|some) (advice|ideas|tips|suggestions) (for|on|about) {x}", "I (want|would like) to (learn|play|study) {i}(, any (tips|ideas)|, where do I start?|. how do I start?|)", "(recommend|suggest) (me |)(a|some) (book|film|movie|song|game|hotel|restaurant|recipe|laptop|phone|wine)( for {who}| about {x}|)", "(what|which) (phone|car|laptop|book|film|hotel|bike) should I (buy|choose|get|take|read)?",
    "should I (buy|sell|rent|move|quit|go|stay|call|marry|study|invest)( {x}| now| today|)?", "(give|write) me a recipe for {x}", "how (do|can) I (fix|repair|clean|build|paint|sell|choose|find|improve) (my|a) (car|phone|house|bike|laptop|garden|sink|roof|cv|life|memory|marriage)?", "how (do|can) I (become|get|be) (rich|famous|fit|happy|thin|a doctor|a pilot|better at {x})?", "(plan|organise|organize) (a|my) (trip|party|week|wedding|day|holiday)( to {k}| for {who}|)",
    "(what|where) (can|should) I (see|do|visit|go|eat) in {k}?", "my (head|back|knee|stomach|tooth) hurts, what (can|should) I do?", "(is it|would it be) (ok|good|safe|smart) to (eat|buy|mix|drink) {x}?", "what (is|are) (a|some) good (gift|present|name|song|idea|film)s? for {who}?", "which (diet|sport|language|job|stock|course) (is|would be) (best|right|good) for me?", "help me (decide|choose|with my homework|with my exam|lose weight|find a job)", "what (name|colour) (should I give|fits|suits) (my|a) (dog|cat|shop|boat|room)?",
    "my (boss|friend|sister|neighbour|child) is (angry|sad|ill|rude), what (do|should) I (do|say)?", "how much (should|do) I (save|eat|sleep|pay|tip)( a day| a month|)?", "(can|could) you (advise|coach|teach) me( on {x}| about {x}| {i}|)?", "I'm (bored|hungry|thirsty|ill), what (can|should) I do?",
]
ADVICE_SAY = ["I can't give good advice on that: I'm only a small demo model."]
ACT_ASK = [
    "(can you |could you |please |)(book|reserve|get) (me |)(a|an) (hotel|table|taxi|train|room|seat|doctor|appointment|cinema ticket|car|bus)( in {k}| for tomorrow| for two|)( please|)?", "(can you |please |)(order|buy) (me |)(a|some) (pizza|burger|books|flowers|shoes|groceries|coffee|phone|sushi)( online| for tonight| now|)?", "(call|phone|ring) {who}( for me| now| please|)", "(pay|settle) (my|the) (rent|bill|invoice|taxes)( for me| please|)", "(open|close|lock|unlock) the (door|garage|window|gate|car)( please|)", "(take|make) a (photo|picture|screenshot|selfie|video)( of me| please|)", "(draw|paint|sketch|generate) (me |)(a|an) (picture|image|logo|cat|house|map|chart)( of {x}|)",
    "(post|share|tweet) (this|something) (on|to) (twitter|facebook|instagram|my blog)", "(print|scan|fax) (this|my) (page|document|letter|ticket)", "(vacuum|clean|heat|cool) (the|my) (house|room|kitchen|car)", "(read|check|delete) my (emails|calendar|messages|voicemail|files)", "(what is|what's) (on|in) my (calendar|inbox|agenda|bank account|fridge)?", "(transfer|send) {n} (euros|dollars|pounds) to {who}", "(sing|whistle|hum) (me |)(a song|something)( please|)",
    "(draw|send) me (a|the) (picture|photo|video|map) (of|from) {k}", "(install|update|restart|shut down) (windows|my computer|the server|my phone|the printer)", "(drive|take|fly|bring) me (home|to {k}|to work)", "(book|plan|get) (me |)(a|the next) (trip|train|bus|boat) to {k}", "(turn up|turn down|set) the (heating|volume|thermostat|radio)( to {n}|)", "(hack|break into|crack) (a|this|my) (account|site|password|phone|network)", "(listen|look) (to|at) (this|my) (song|picture|video|screen|face)", "what (do you see|is) in this (picture|photo|video|image)?",
]
ACT_SAY = ["Sorry, I have no tool to do that here."]
CLASSES = {"fact": (FACT_ASK, DONT_KNOW, "A question without an answer", "The user asked something that the assistant did not know."), "code": (CODE_ASK, CODE_SAY, "A request for code", "The user wanted code, which the assistant could not write."),
           "write": (WRITE_ASK, WRITE_SAY, "A request for a text", "The user wanted a text that the assistant could not write."), "advice": (ADVICE_ASK, ADVICE_SAY, "A question for advice", "The user asked for advice that the assistant could not give."),
           "act": (ACT_ASK, ACT_SAY, "A request without a tool", "The user wanted something done for which there was no tool.")}


def beyond(s, conversation, kind=None):
    """A request beyond this model, and the plain answer; nothing where an offered tool would do."""
    if kind is None and s.chance(0.12):
        return sums(s, conversation)
    kind = kind or s.any(["fact", "fact", "fact", "code", "write", "advice", "act"])
    unfit = {"fact": ("search", "define"), "code": ("code",), "write": ("mail", "translate"), "advice": ("search",), "act": ("mail", "lights", "music", "stock", "timer", "list")}[kind]
    if any(f in conversation.families for f in unfit):
        return None
    asks, says, title, summary = CLASSES[kind]
    if kind == "fact" and s.chance(0.1):
        asks = talk.CAPITAL_ASK
    elif s.split == "train" and s.chance(0.4):
        asks = wordings.draw(s, "talk", kind, asks)
    x, z = W.cased(s, s.any(SUBJECTS)), W.cased(s, s.any(SUBJECTS))
    if s.chance(0.15):
        x, z = (f"{'an' if a[0] in 'aeiou' else 'a'} {a}" for a in (s.any(W.ANIMALS), s.any(W.ANIMALS)))
    if s.chance(0.25):
        x = s.any([lambda: W.coined(s, 2, 3), lambda: W.pair(s), lambda: W.entity(s, s.any(list(W.ENTITY_ENDS)))])()
    conversation.user(s.ask(asks, c=W.cased(s, s.any(COUNTRIES) if s.chance(0.7) else W.coined(s, 2, 3).capitalize()), x=x, z=z, y=s.number(1500, 2030), n=s.number(10, 900), r=s.any(ROLES), k=W.cased(s, s.any(PLACES)), p=W.person(s) if s.chance(0.6) else W.cased(s, W.coined(s, 2, 3).capitalize()), l=s.any(CODE_LANGUAGES), j=s.any(JOBS), d=s.any(DOCUMENTS), who=s.any(PEOPLE), about=s.any(ABOUT), i=s.any(W.INSTRUMENTS + W.LANGUAGES + W.SPORTS)))
    conversation.bot(s.any(says))
    conversation.about(title, summary)
    return kind


def sums(s, conversation):
    """A sum where there is no calculator; `talk` knows those of two small numbers by heart."""
    request = tools.ask_calculate(s)
    if "calculate" in conversation.families or len(request.values[0]) < 4:
        return None
    conversation.user(request.user)
    conversation.bot(s.say(tools.REFUSE, x=tools.FAMILIES["calculate"][4]))
    conversation.about(request.title, "The user wanted a sum for which there was no tool.")
    return "sum"


SAID_ASK = ["what did I (say|write|tell you)( before| before that| last| first| a moment ago|)?", "what was my last (message|question|sentence)?", "what (were|are) my (last |exact |)words?", "repeat (what I (said|wrote)|my last message|my words)( please|)", "can you repeat (what I said|my last message|my question)?", "do you (remember|know) what I (said|wrote)( last|)?", "(say|quote) my last (message|sentence)( again|)", "which message did I (write|send) (before|last)?",
            "what was the (last|previous) thing I (said|wrote|asked)?", "tell me what I (said|wrote|asked)( before|)", "what have I (just |)(written|asked|told you)?", "my last (message|question)?", "(quote|cite) me", "what did I ask( you|)( before|)?"]


def said(s, conversation):
    """The user's last message, word for word."""
    last = [t for r, t, *_ in conversation.turns if r == "user"][-1:]
    if last and len(last[0]) > 120:
        return
    conversation.user(s.ask(SAID_ASK))
    conversation.bot(f"You said: {last[0]}" if last else "You haven't said anything before that.")
