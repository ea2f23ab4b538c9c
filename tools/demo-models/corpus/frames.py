"""Ways of asking, composed: what is asked of each kind of fact (interrogatives, clauses, nouns) in frames that fit them all.

A small model knows of paraphrase what it has seen. Lists of whole questions (`passages`, `phrasings`) hold about fourteen ways for
each fact; frames times clauses make hundreds. Only training draws from here: evaluation asks in the held-out questions
of the lists, and a composed question that equals one of those is drawn again.
"""
import functools
import re

from .grammar import HELD_EVERY, expansions

# A fact: groups of "interrogatives > clauses", then "= nouns". A clause is `aux: rest` ("was: built"), `aux: base, finite` ("does: open, opens"),
# `inverted/plain` where neither fits, or one form for both where the interrogative is the subject ("wrote {n}").
WHEN = "when|when|in what year|in which year|what year|which year"
WHERE = "where|where|in which town|in what town|in which city|in what place"
FACTS = {
    ("company", "founded"): [f"{WHEN} > was: founded|was: started|was: set up|was: created|was: established|did: begin, began|did: open, opened|did: start, started|did: start business, started business", "how old|how many years old > is:", "= founding year|year of foundation|founding date|starting year|year of founding|foundation year|start date|age"],
    ("company", "founder"): ["who|who|which person > founded {n}|started {n}|set up {n}|created {n}|established {n}|began {n}|built up {n}|is the founder of {n}|was the founder of {n}|had the idea for {n}", "by whom > was: set up|was: created|was: started|was: established|was: begun", "= founder|creator|name of the founder"],
    ("company", "boss"): ["who|who|which person > leads {n}|runs {n}|heads {n}|directs {n}|is in charge of {n}|is the director of {n}|is the head of {n}|is the boss of {n}|is at the top of {n}|manages {n} today|runs things at {n}|is the chief at {n}|has the last word at {n}", "by whom > is: led|is: headed|is: directed|is: managed|is: run today", "= director|head|boss|leader|chief|manager|name of the director|person in charge"],
    ("company", "staff"): ["how many people|how many employees|how many workers|how many persons > work at {n}|work for {n}|are employed at {n}|are on the staff of {n}|have a job at {n}|does: employ, employs|does: have, has|are working at {n}", "how big|how large > is the staff of {n}/the staff of {n} is|is the team of {n}/the team of {n} is|is the workforce of {n}/the workforce of {n} is", "how many people|how many men and women > earn their pay at {n}|get their wages from {n}|are paid by {n}|are on the books of {n}|spend their days at {n}", "= number of employees|number of workers|staff size|headcount|size of the staff|size of the workforce|employee count"],
    ("company", "seat"): [f"{WHERE} > is: based|is: located|is: at home|does: have its main office, has its main office|does: have its headquarters, has its headquarters|does: have its head office, has its head office|does: sit, sits|is the main office of {{n}}/the main office of {{n}} is|is the seat of {{n}}/the seat of {{n}} is", "= location|headquarters|main office|head office|home town|seat|town"],
    ("company", "product"): ["what|what|which product|what product|which thing > does: make, makes|does: sell, sells|does: produce, produces|does: build, builds|does: offer, offers|is: known for|is: famous for|is: best known for|do people buy from {n}/people buy from {n}|can one buy from {n}/one can buy from {n}|made {n} famous", "= best known product|main product|product|famous product|best product|most famous product"],
    ("company", "sales"): ["how much|how much money|what sum > did: earn, earned|did: make, made|did: take in, took in|did: bring in, brought in|did: earn last year, earned last year|does: earn, earns|does: make in a year, makes in a year|did: turn over, turned over|did: sell for, sold for", "how high|how big > was the turnover of {n}/the turnover of {n} was|were the earnings of {n}/the earnings of {n} were", "how much > does: bring in a year, brings in a year|does: bring home, brings home|comes in at {n}|do customers leave at {n}/customers leave at {n}", "= turnover|revenue|sales|yearly sales|income|earnings|sales last year|yearly turnover"],
    ("building", "built"): [f"{WHEN} > was: built|was: finished|was: completed|was: constructed|was: put up|was: made|did: get built, got built|was: erected|was the work on {{n}} done/the work on {{n}} was done", "how old > is:", "= year of construction|building year|construction year|construction date|completion date|age|building date"],
    ("building", "architect"): ["who|who|which architect|which person > designed {n}|planned {n}|drew {n}|drew the plans for {n}|made the design of {n}|was the architect of {n}|is the architect of {n}|came up with the plans for {n}|made the drawings for {n}|thought up {n}", "by whom > was: planned|was: drawn|was: thought up|was: drafted", "= architect|designer|name of the architect|planner"],
    ("building", "height"): ["how high|how tall|how many meters high|how many meters tall > is:|does: stand, stands|does: reach, reaches", "how far|how many meters > does: rise, rises|is it from the ground to the top of {n}/it is from the ground to the top of {n}", "= height|exact height|total height|height in meters|full height"],
    ("building", "visitors"): ["how many people|how many visitors|how many guests|how many tourists > visit {n}|go to {n}|come to {n}|see {n}|visit {n} each year|come to {n} every year|come to see {n} in a year|does: have, has|does: get, gets|does: welcome, welcomes|does: receive, receives|does: have a year, has a year", "= number of visitors|visitor number|visitor count|number of guests|number of visitors a year|yearly number of visitors|number of tourists"],
    ("building", "where"): [f"{WHERE} > is:|does: stand, stands|is: located|is: found|can: be found|was: built|is: situated", "= location|place|town|city|site"],
    ("building", "ticket"): ["how much|what|how much money > does a ticket for {n} cost/a ticket for {n} costs|does a ticket to {n} cost/a ticket to {n} costs|is a ticket to {n}/a ticket to {n} is|does entry to {n} cost/entry to {n} costs|do visitors of {n} pay/visitors of {n} pay|does it cost to visit {n}/it costs to visit {n}|do people pay at {n}/people pay at {n}|do I pay to see {n}/I pay to see {n}|does: charge, charges", "= ticket price|entry price|entrance fee|price of a ticket|entry fee|cost of a ticket|admission price|price of admission"],
    ("building", "hours"): ["when|when|at what time|at which time|at what hour|from when > does: open, opens|do the doors of {n} open/the doors of {n} open|does: let people in, lets people in|does: open its doors, opens its doors|can I visit {n}/I can visit {n}|can people enter {n}/people can enter {n}|is: open", "= opening time|opening hours|opening hour|hours|time of opening"],
    ("nature", "size"): ["how big|how large|how many square km > is:", "what area|how much land|how much space|how many square km > does: cover, covers|does: take up, takes up|does: fill, fills", "how much ground|how many square km > does: cover, covers|does: fill, fills|belong to {n}|are in {n}", "= area|size|surface|total area|extent|surface area"],
    ("nature", "found"): ["who|who|which explorer|which person > discovered {n}|found {n}|found {n} first|first described {n}|was the first to see {n}|was the discoverer of {n}|came across {n} first|first reached {n}|wrote about {n} first", "by whom > was: found|was: first seen|was: first described|was: first reached", "= discoverer|finder|name of the discoverer|explorer"],
    ("nature", "depth"): ["how deep|how many meters deep > is:|does: go, goes|does: get, gets", "how far down|how many meters down > does: go, goes|does: reach, reaches", "how many meters > does: go down, goes down|is it to the bottom of {n}/it is to the bottom of {n}", "= depth|deepest point|greatest depth|maximum depth|depth in meters"],
    ("nature", "animal"): ["which animal|what animal|which creature|what kind of animal|what > lives in {n}|lives at {n}|is at home in {n}|can be seen in {n}|is found in {n}|makes its home in {n}|can you see in {n}/you can see in {n}|is: home to|is: known for", "= best known animal|animal|famous animal|wildlife|main animal"],
    ("nature", "near"): ["which town|what town|which city|which place|what place > is near {n}|is next to {n}|is close to {n}|lies near {n}|lies close to {n}|is not far from {n}|is the nearest to {n}|is: near|is: close to|is: next to|does: lie near, lies near", "= nearest town|closest town|nearest place|nearest city|neighbouring town"],
    ("nature", "park"): [f"{WHEN}|since when > was: protected|did: become a park, became a park|was: made a park|was: put under protection|was: turned into a park|did: get protection, got protection|did: become protected, became protected", "how long > has: been a park|has: been under protection", "= year of protection|start of protection|protection year|first year as a park"],
    ("book", "author"): ["who|who|which author|which writer|which person > wrote {n}|is the author of {n}|is the writer of {n}|was the author of {n}|penned {n}|created {n}|put {n} on paper", "by whom > was: penned|is: said to be|was: put on paper|was: thought up", "= author|writer|name of the author|creator"],
    ("book", "year"): [f"{WHEN} > was: published|was: released|was: printed|did: come out, came out|did: appear, appeared|was: brought out|did: get published, got published|did: reach the shops, reached the shops", "how old > is:", "= year of publication|publication year|publication date|release year|release date|date of publication"],
    ("book", "hero"): ["who|who|which character|which person > is the hero of {n}|is the main character of {n}|is the main figure in {n}|is at the heart of {n}|plays the lead in {n}|does: follow, follows|does: tell of, tells of|is: about|is the star of {n}", "whom|which person|which character > does: deal with, deals with|does: follow, follows|does: speak of, speaks of|does: describe, describes|does: turn around, turns around|is: written about|is: the story of", "= hero|main character|main figure|leading character|name of the hero|protagonist"],
    ("book", "pages"): ["how many pages > does: have, has|are in {n}|does: run to, runs to|does: contain, contains|does: fill, fills|does: come to, comes to", "how long|how many pages long > is:", "= number of pages|page count|length|page number|length in pages"],
    ("book", "place"): [f"{WHERE} > is: set|does: take place, takes place|does: happen, happens|does: play, plays|does the story of {{n}} take place/the story of {{n}} takes place|does the plot of {{n}} happen/the plot of {{n}} happens|do the events of {{n}} happen/the events of {{n}} happen", "= setting|scene|place of the story|town of the story|scene of the story"],
    ("person", "born"): [f"{WHEN} > was: born|did: come into the world, came into the world|did the life of {{n}} begin/the life of {{n}} began", "how old|what age > is:", "= birth year|year of birth|date of birth|age|birth date"],
    ("person", "birthplace"): [f"{WHERE} > did: grow up, grew up|was: raised|did: spend the first years, spent the first years", "where > does: come from, comes from|is: from", "which town|what town|which city|what city > is: from|does: come from, comes from|did: grow up in, grew up in", "= home town|place of origin|town of origin|origin|childhood town"],
    ("person", "work"): ["what > does: do for a living, does for a living|did: work as, worked as|is {n}'s job/{n}'s job is|is {n}'s profession/{n}'s profession is|does: do for work, does for work|does: work as, works as", "which job|what job|which profession|what trade|what kind of job > does: have, has|did: have, had|did: do, did|does: do, does", "as what > did: work, worked|does: work, works|does: earn money, earns money|is: employed", "= job|profession|occupation|work|trade|career|line of work"],
    ("person", "prize"): ["which prize|what prize|which award|what award|which medal|what honour > did: win, won|did: receive, received|did: get, got|was: given|was: awarded|has: won|went to {n}|was given to {n}|was: honoured with", "= award|prize|medal|prize won|honour|most important prize"],
    ("person", "married"): ["who|whom|which person > did: marry, married|is: married to|is married to {n}|is the partner of {n}|is the wife of {n}|is the husband of {n}|does: live together with, lives together with|is the other half of {n}", "= partner|husband|wife|spouse|name of the partner|name of the spouse"],
    ("person", "studied"): ["what|which subject|what subject|which field > did: study, studied|did: learn at university, learned at university|has: studied|did: take at university, took at university|did: choose at university, chose at university|did: read at university, read at university|did: do at university, did at university", "= field of study|subject|field|study subject|subject at university|degree"],
    ("person", "lives"): [f"{WHERE} > does: live, lives|does: live now, now lives|is: living|is: living now|is: at home|does: have a home, has a home|does: live these days, lives these days|has: settled", "where|in which town > does: stay, stays|does: reside, resides|can I visit {n}/I can visit {n}|can one meet {n}/one can meet {n}|does: spend the nights, spends the nights|do letters reach {n}/letters reach {n}", "= residence|home|place of residence|current home|town of residence|home today"],
    ("town", "people"): ["how many people|how many inhabitants|how many residents|how many citizens > live in {n}|are there in {n}/there are in {n}|does: have, has|are at home in {n}|are living in {n}|does: count, counts", "how big|how large > is:", "= population|number of inhabitants|number of people|number of residents|size|number of citizens"],
    ("town", "mayor"): ["who|who|which person > is the mayor of {n}|governs {n}|runs {n}|leads {n}|is mayor in {n}|heads the town of {n}|is in charge of {n}|is the mayor in {n}|sits in the town hall of {n}", "by whom > is: governed|is: led|is: run", "= mayor|head|name of the mayor|leader|mayor's name"],
    ("town", "river"): ["which river|what river|which water > does: lie on, lies on|is: on|flows through {n}|runs through {n}|passes {n}|goes through {n}|is at {n}|is in {n}|does: stand on, stands on|passes by {n}", "= river|name of the river|river's name|local river"],
    ("town", "famous"): ["what|which dish|what food|which food|what dish|which speciality > is: known for|is: famous for|is: best known for|comes from {n}|can I eat in {n}/I can eat in {n}|do people cook in {n}/people cook in {n}|do they serve in {n}/they serve in {n}|should I eat in {n}/I should eat in {n}|made {n} famous", "= speciality|dish|famous dish|local dish|best known dish|local food|famous food"],
    ("town", "old"): [f"{WHEN} > was: founded|was: first mentioned|did: begin, began|was: started|was: established|was: first named in writing|did: come into being, came into being", "how old > is:", "= founding year|year of foundation|age|first mention|year of the first mention|year of founding"],
    ("town", "festival"): ["in which month|in what month|when|what month > is the festival of {n}/the festival of {n} is|does: celebrate, celebrates|does: hold its festival, holds its festival|does: have its festival, has its festival|does the festival of {n} take place/the festival of {n} takes place|is the yearly festival of {n}/the yearly festival of {n} is", "= festival|festival month|month of the festival|time of the festival|date of the festival"],
    ("product", "price"): ["how much|what|how much money > does: cost, costs|do people pay for {n}/people pay for {n}|do they charge for {n}/they charge for {n}|does: sell for, sells for|does the shop ask for {n}/the shop asks for {n}|does one {n} cost/one {n} costs", "how much|how expensive > is:", "= price|cost|retail price|price tag|asking price|sale price"],
    ("product", "maker"): ["who|who|which company|what company|which firm > makes {n}|produces {n}|builds {n}|sells {n}|manufactures {n}|is the maker of {n}|is behind {n}|brought out {n}|came out with {n}", "by whom|by which company > is: produced|is: built|is: sold|was: brought out", "= maker|manufacturer|producer|name of the maker|company|brand"],
    ("product", "battery"): ["how long|how many hours > does: run, runs|does: last, lasts|does: work on one charge, works on one charge|does the battery of {n} last/the battery of {n} lasts|does the battery of {n} hold/the battery of {n} holds|can: run|can you use {n} on a charge/you can use {n} on a charge|does: keep going, keeps going|does a charge of {n} last/a charge of {n} lasts", "= battery life|battery time|battery|running time|run time|battery duration"],
    ("product", "weight"): ["how heavy > is:", "how much|how many grams|what > does: weigh, weighs", "how many grams > does: bring to the scales, brings to the scales|do the scales show for {n}/the scales show for {n}", "= weight|weight in grams|mass|exact weight"],
    ("product", "colour"): ["what colour|which colour|what color|which color > is:|does: have, has|is: sold in|was: made in|is: available in|is: painted", "how > is: coloured|is: painted|is the case of {n} coloured/the case of {n} is coloured", "= colour|color|colour on offer|shade"],
    ("product", "warranty"): ["how long|how many months|for how long > is: under warranty|is the warranty of {n}/the warranty of {n} is|does the warranty of {n} run/the warranty of {n} runs|is: covered|is: under guarantee|does the guarantee of {n} run/the guarantee of {n} runs|does the warranty for {n} hold/the warranty for {n} holds", "= warranty|guarantee|warranty period|length of the warranty|warranty time|guarantee period"],
    ("event", "date"): ["when|when|on which day|on what day|on which date|on what date > is:|does: start, starts|does: take place, takes place|does: begin, begins|will: be|will: take place|will: start|is: held|is: planned|does: open, opens", "= date|day|start date|starting date|starting day"],
    ("event", "place"): [f"{WHERE} > is:|is: held|does: take place, takes place|does: happen, happens|will: be|will: take place|is: going on", "which town|which city|what town|what city > hosts {n}|is: held in|holds {n}|does: take place in, takes place in|welcomes {n}", "= location|place|venue|host town|town|city"],
    ("event", "winner"): ["who|who|which person > won {n}|was the winner of {n}|came first at {n}|was first at {n}|took first place at {n}|finished first at {n}|got the first prize at {n}|is the winner of {n}|was the best at {n}|went home from {n} as the winner", "by whom > was: won|was the first prize of {n} won/the first prize of {n} was won", "= winner|champion|name of the winner|winner's name|first place"],
    ("event", "fee"): ["how much|what|how much money > does: cost, costs|does it cost to enter {n}/it costs to enter {n}|does it cost to be at {n}/it costs to be at {n}|do people pay for {n}/people pay for {n}|does taking part in {n} cost/taking part in {n} costs|is the fee of {n}/the fee of {n} is|do they charge for {n}/they charge for {n}", "how expensive|how much > is:", "= fee|price|entry fee|cost|price of entry|entry price|ticket price"],
    ("event", "guests"): ["how many people|how many guests|how many visitors|how many persons > came to {n}|were at {n}|went to {n}|visited {n}|attended {n}|did: have, had|did: attract, attracted|did: draw, drew|were there at {n}|took part in {n}", "= number of guests|number of visitors|guest number|attendance|number of people|visitor number"],
    (None, "code"): ["which code|what code|which number > do you need for {n}/you need for {n}|opens {n}|is for {n}|belongs to {n}|do you type for {n}/you type for {n}|is used for {n}|works for {n}|do we use for {n}/we use for {n}", "= code|access code|secret code|right code"],
    (None, "contact"): ["who|who|which person > is responsible for {n}|handles {n}|takes care of {n}|looks after {n}|is the contact for {n}|deals with {n}|answers questions about {n}|can I ask about {n}/I can ask about {n}|should I ask about {n}/I should ask about {n}|should I contact about {n}/I should contact about {n}|helps with {n}|runs {n}", "= contact|contact person|responsible person|person in charge"],
    (None, "period"): ["how long|how many days > is the {n} period/the {n} period is|is allowed for {n}|is given for {n}|do we have for {n}/we have for {n}|do people have for {n}/people have for {n}|is the time for {n}/the time for {n} is|does the {n} period last/the {n} period lasts", "= period|time limit|limit|number of days|deadline|time frame"],
    (None, "time"): ["when|when|at what time|at which hour|from when > does: start, starts|does: open, opens|does: begin, begins|is: open|can people use {n}/people can use {n}|is: available|can we go to {n}/we can go to {n}", "= opening time|start time|starting time|hours|opening hours"],
    (None, "cost"): ["how much|what|how much money > does: cost, costs|do we pay for {n}/we pay for {n}|is charged for {n}|do people pay for {n}/people pay for {n}|is the fee for {n}/the fee for {n} is|has to be paid for {n}", "how expensive|how much > is:", "= fee|price|cost|charge"],
    (None, "room"): ["where|where|in which room|in what room > is:|can people find {n}/people can find {n}|do people find {n}/people find {n}|is: located|is: held|do we go for {n}/we go for {n}|can: be found|does: happen, happens", "= room|place|location|room number"],
}
ASKED = ["{w} {i}?"]
TOLD = ["could you tell me {w} {p}?", "tell me {w} {p}", "please tell me {w} {p}", "do you know {w} {p}?", "I wonder {w} {p}", "I need to know {w} {p}", "any idea {w} {p}?", "does it say {w} {p}?", "do the notes say {w} {p}?", "is it written {w} {p}?", "find out {w} {p}",
        "I'm trying to find out {w} {p}", "let me know {w} {p}", "I'm curious {w} {p}", "remind me {w} {p}", "say {w} {p}", "show me {w} {p}", "I have forgotten {w} {p}", "I can't remember {w} {p}", "check {w} {p}", "please check {w} {p}", "would you tell me {w} {p}?",
        "are you able to say {w} {p}?", "my boss asks {w} {p}", "someone asked me {w} {p}", "I was asked {w} {p}", "it would help to know {w} {p}", "I can't find {w} {p}", "does the text mention {w} {p}?", "is there anything on {w} {p}?", "can you say {w} {p}?", "can you find out {w} {p}?",
        "can you look up {w} {p}?", "look up {w} {p}", "have you read {w} {p}?", "did you see {w} {p}?", "we have to know {w} {p}", "what does it say about {w} {p}?", "tell us {w} {p}", "I'd be glad to know {w} {p}", "I'm interested in {w} {p}", "you may know {w} {p}"]
ECHOED = ["{p} {w}?", "so {p} {w}?", "{p} {w}, please?"]
NAMED = ["what is {x}?", "what's {x}?", "what is {x}?", "tell me {x}", "give me {x}", "I need {x}", "I'm looking for {x}", "do you know {x}?", "do you have {x}?", "can you find {x}?", "find {x}", "what about {x}?", "and {x}?", "{x}, please", "{x}?", "how about {x}?", "look up {x}", "state {x}", "name {x}",
         "could you give me {x}?", "what do they say about {x}?", "what would {x} be?", "I'd like {x}", "remind me of {x}", "show me {x}", "what was {x} again?", "please give {x}", "is {x} given?", "is there anything about {x}?", "what can you tell me about {x}?", "I can't find {x}", "what have you got as {x}?", "please find {x}", "check {x}",
         "does it mention {x}?", "does it say {x}?", "I have to know {x}", "help me with {x}", "which is {x}?"]
SHORT = ["{k} of {n}?", "{k} of {n}", "{k} for {n}?", "{n}: {k}?", "{n}, {k}?", "{n} {k}", "{k} {n}?", "for {n}, what is the {k}?", "about {n}: what is the {k}?", "concerning {n}, what is the {k}?", "{n} has what {k}?", "what {k} does {n} have?", "which {k} does {n} have?", "what {k} is given for {n}?", "which {k} is given for {n}?",
         "what's given as the {k} of {n}?", "when it comes to {n}, what is the {k}?", "I have a question about {n}: what is the {k}?", "let's talk about {n}. what is the {k}?", "{n} interests me. what is the {k}?", "take {n}: what is the {k}?"]


@functools.lru_cache(maxsize=None)
def read(kind, key):
    """([(interrogatives, [(inverted, plain, whether an echo makes sense)])], nouns) of a fact."""
    *groups, nouns = FACTS[kind, key]
    out = []
    for group in groups:
        asked, clauses = group.split(" > ")
        out.append((asked.split("|"), [clause(c) for c in clauses.split("|")]))
    return out, nouns.removeprefix("= ").split("|")


def clause(text):
    if "/" in text:
        inverted, plain = text.split("/")
        return inverted, plain, True
    if ":" not in text:
        return text, text, False
    aux, rest = (x.strip() for x in text.split(":"))
    base, _, finite = rest.partition(", ")
    return f"{aux} {{n}} {base}".strip(), f"{{n}} {finite}" if finite else f"{{n}} {aux} {rest}".strip(), True


def plain(text):
    """A question without what doesn't matter: case, marks at the end, articles before a handbook's subject."""
    return re.sub(r"[?.!,]+$", "", text.lower().replace("the {n}", "{n}")).strip()


@functools.lru_cache(maxsize=None)
def held(questions):
    """The held-out questions of a list, in every form."""
    return {plain(x.replace("{t}", "{n}")) for q in questions[HELD_EVERY - 1 :: HELD_EVERY] for x in expansions(q)}


def compose(s, kind, key, questions):
    """One composed question, with {n} (or {t}) still in it."""
    groups, nouns = read(kind, key)
    while True:
        r = s.rng.random()
        asked, clauses = s.any(groups)
        w, (inverted, p, echo) = s.any(asked), s.any(clauses)
        if r < 0.3 or r < 0.4 and not echo:
            text = s.any(ASKED).format(w=w, i=inverted, p=p, n="{n}")
        elif r < 0.4:
            text = s.any(ECHOED).format(w=w, p=p, n="{n}")
        elif r < 0.62:
            text = s.any(TOLD).format(w=w, p=p, n="{n}")
        else:
            k = s.any(nouns)
            x = s.any([f"the {k} of {{n}}"] * 3 + [f"{{n}}'s {k}"]) if kind else s.any([f"the {k} for {{n}}", f"the {{n}} {k}", f"the {k} of {{n}}"])
            text = s.any(NAMED).format(x=x, n="{n}") if s.chance(0.65) else s.any(SHORT).format(k=k, n="{n}")
        text = text.format(n="{n}")
        if plain(text) not in held(tuple(questions)):
            break
    if not kind:
        text = text.replace("{n}", "the {t}" if s.chance(0.35) and "the {n}" not in text else "{t}")
    return text
