"""Small talk, what the model says about itself and about ChatApp, a few well-known facts, and not knowing."""
from . import wordings
from . import words as W
from .grammar import upper_first

# intent: (what users type, what is said, title)
INTENTS = {
    "hello": (["(hi|hello|hey|yo|hiya|howdy|greetings)(!|.| there| there!|)", "good (morning|afternoon|evening|day)(!|.|)", "(hi|hello|hey)(,|) (chatapp|bot|friend|everyone)(!|)", "(hello|hi) (again|there)", "heya", "hallo", "(hey|hi), (are you there|anyone there|can you hear me)?", "nice to meet you", "hi hi", "helo", "sup", "is anybody there?", "hey hey", "hello hello(!|)"],
              ["Hello! How can I help you?", "Hi! What can I do for you?", "Hello there! What would you like to talk about?"], "A friendly greeting"),
    "how": (["how are you( today| doing| doing today|)?", "how's it going?", "how do you (do|feel)( today|)?", "what's up?", "(are you|you) (ok|okay|well|good)?", "how is your day( going|)?", "how have you been?", "(hi|hello|hey), how are you?", "everything (ok|fine|alright)?", "how is life?", "hows it going", "you doing well?", "how are things?", "all good?"],
            ["I'm doing well, thanks for asking. How are you?", "I'm fine, thank you! How can I help?", "All good here. What can I do for you?"], "How things are going"),
    "fine": (["I'm (fine|good|great|ok|well)(, thanks|, thank you|)", "(doing|feeling) (well|good|great|fine)(, thanks|)", "not bad(, you?|)", "pretty good(, thanks|)", "(very|quite) well, thank you", "I'm happy (today|)", "great, thanks", "all good( here|)"],
             ["Glad to hear it! What can I do for you?", "That's good to hear. How can I help?"], "Feeling well"),
    "sad": (["I'm (sad|tired|stressed|bored|lonely|upset)( today|)", "I (feel|am feeling) (bad|sad|down|lonely|awful)( today|)", "I had a (bad|hard|terrible) day", "today was (awful|hard|bad)", "I'm not (feeling well|so good|happy)", "everything (goes wrong|is going wrong)", "I failed (my exam|my test)", "I can't sleep"],
            ["I'm sorry to hear that. Would you like to talk about it?", "That sounds hard. I'm here if you want to talk.", "I'm sorry. A short walk or a talk with a friend may help."], "A hard day"),
    "thanks": (["thanks(!|.| a lot| so much| for your help|)", "thank you( very much| so much| for the help| for that|)(!|.|)", "(cool|great|ok|perfect|nice), (thanks|thank you)(!|)", "thx", "ty", "much appreciated", "that (helps|helped)( a lot|)(, thanks|)", "you('re| are) (very |so |)(helpful|kind|great)", "(good|great|nice) (job|work|answer)(!|)", "awesome(!|)", "many thanks", "cheers", "that was helpful", "perfect(!|)", "I appreciate it"],
               ["You're welcome!", "You're welcome! Is there anything else I can do?", "Happy to help!"], "A thank you"),
    "bye": (["bye(!|.| bye| for now|)", "goodbye(!|.|)", "see you( later| soon| tomorrow|)(!|)", "good night(!|.|)", "I have to go( now|)", "(that's all|that is all|nothing else)(, thanks|, bye| for today|)", "talk to you later", "farewell", "cya", "(ok|thanks), bye", "have a (nice|good) day", "catch you later", "I'm leaving now", "until next time"],
            ["Goodbye! Have a nice day.", "See you next time!", "Bye! Come back any time."], "Saying goodbye"),
    "who": (["(who|what) are you( exactly| really|)?", "(tell me|say something) about (you|yourself)", "introduce yourself", "what('s| is) your name?", "do you have a name?", "what (kind of|sort of) (model|ai|bot|assistant|program|thing) are you?", "are you (chatgpt|gpt|an ai|a robot|a bot|claude|llama|gemini|a machine)?", "are you (a human|human|a person|a real person|real|alive)?", "which (model|ai) (are you|is this|am I talking to)?", "who am I (talking|speaking|chatting) (to|with)?", "what is this( thing|)?",
             "what should I call you?", "are you (smart|intelligent|clever)?", "what model (is this|are you)?", "who is this?", "hi, who are you?", "so what are you?", "how (big|smart|large|good) are you?", "what are you called?", "explain what you are", "are you a language model?"],
            ["I'm ChatApp's small demo model, trained from scratch. I'm a tiny language model, so I make mistakes.", "I'm a small demo model that comes with ChatApp. I was trained from scratch and I know very little, but I can show how ChatApp works."], "Who the assistant is"),
    "maker": (["who (made|created|built|trained|wrote|programmed|designed) you?", "where (do|did) you come from?", "who is your (creator|maker|author|owner|developer)?", "how were you (made|trained|built|created)?", "what were you trained on?", "which company made you?", "were you made by (openai|google|meta|microsoft|anthropic)?", "what is your training data?", "how old are you?", "when were you (made|born|trained|created)?", "what data did you learn from?", "where were you trained?", "how did you learn (to talk|english|this)?", "are you from openai?"],
              ["I was trained from scratch for ChatApp, on text written for this purpose. I'm only a small demo model.", "I come with ChatApp: a small demo model, trained from scratch on generated text."], "Who made the assistant"),
    "can": (["what can you do( for me|)?", "what (are you able to|do you) do?", "how can you help( me|)?", "what are you good (at|for)?", "(help|help me)(!|.|)", "what can I (ask|do|say)( you| here|)?", "what are your (abilities|skills|features|functions|limits)?", "(show|tell) me what you can do", "what is this (app|site|page) for?", "can you help me?", "how does this work?", "what should I (ask|try)( you| first|)?", "give me some ideas (what to ask|of what you can do)", "what do you know?", "why should I use you?", "I need help"],
            ["I can chat, remember what you tell me in this conversation, use tools such as a calculator or a web search, answer from your documents, make titles and summaries, write JSON and tell short stories. I'm a small demo model, so keep it simple.", "I can chat, use tools, answer questions about passages with citations, summarise, write JSON, short stories and lists. I'm only a small demo model."], "What the assistant can do"),
    "chatapp": (["what is chatapp?", "(tell me|explain) (about|what is) chatapp", "what can chatapp do?", "what does chatapp do?", "how does chatapp work?", "what is this (product|program|software)?", "who is chatapp for?", "what are the features of chatapp?", "describe chatapp", "is chatapp (free|open source|private|local)?", "does chatapp need the internet?", "why would I use chatapp?", "where does chatapp run?", "can I host chatapp myself?"],
                ["ChatApp is a self-hosted chat application: a web chat, an API that speaks OpenAI's protocol, tools, memory, answers from your documents, and its own inference engine. It runs on your own machine.", "ChatApp is a chat product that you run yourself. It has a web chat, an OpenAI-compatible API, tools, memory and document search, and it runs models with its own engine."], "What ChatApp is"),
    "plug": (["how (can|do) I (use|plug in|add|connect|load|install|get) a (real|better|bigger|different|larger|good|smarter|proper|new|another) model?", "how do I (change|switch|replace) the model?", "can I use (another|a bigger|a real|a better|my own) model?", "(where|how) do I (set|configure|put) (the|a|my) model( folder|)?", "can I (connect|use) (ollama|vllm|openai|llama|qwen|gpt|mistral)( here| with chatapp|)?", "how (can|do) I make you (smarter|better)?", "I want a (better|bigger|real) model", "you are (not very smart|too small|stupid|dumb|bad), can I use another model?", "how do I get a smarter assistant?", "which models can (I use|chatapp run|it run)?", "does chatapp support (other models|onnx|gguf|llama|openai)?", "can I bring my own model?", "how to use a real model", "how do I connect an openai server?", "is there a bigger model?", "use a different model", "how to set up a good model?"],
             ["Point ChatApp at an ONNX model folder or at any OpenAI-compatible server; the README says how.", "You can plug in a real model: set the model folder to an ONNX model, or point ChatApp at any OpenAI-compatible server. See the README."], "Plugging in a real model"),
    "private": (["is (this|my data|my chat|what I write) (private|safe|secret|secure)?", "who can (read|see) (this|my messages|what I write)?", "do you (store|save|keep) (my data|my messages|this chat)?", "where (is|are) my (data|messages|chats) (stored|kept|saved)?", "do you send (my data|this) (to anyone|somewhere|to the cloud)?", "can others read this?", "do you spy on me?", "what happens (to|with) my data?"],
                ["ChatApp runs on the machine it is installed on, and conversations are kept there. Whoever runs it can tell you more.", "Your conversations stay with the ChatApp you are using. Ask the person who runs it if you need to be sure."], "Privacy of the chat"),
    "feel": (["do you (have|feel) (feelings|emotions|pain)?", "do you (like|love|hate) me?", "are you (happy|sad|lonely|bored|tired)?", "can you (think|feel|dream|love)?", "do you (sleep|eat|dream)?", "what do you like?", "are you conscious?", "do you have (friends|a family|a body)?", "what is your favourite (colour|food|film|book|song)?", "do you get (tired|bored)?", "will you be my friend?", "I love you", "do you want to be human?", "what do you dream of?"],
             ["I'm a small language model, so I have no feelings, but I'm happy to talk.", "I'm only a program: I don't feel or like things. How are you?"], "Whether the assistant has feelings"),
    "rude": (["you('re| are) (stupid|dumb|useless|an idiot|bad|wrong)(!|)", "(shut up|go away|I hate you)(!|)", "that('s| is) (wrong|not right|nonsense|rubbish|false)(!|)", "(no|nope), (that's|this is) wrong", "that makes no sense", "you don't understand( me| anything|)", "this is (bad|terrible|useless)", "what nonsense", "wrong(!|)", "bad bot"],
             ["I'm sorry. I'm only a small demo model and I get things wrong. Can you put it another way?", "Sorry about that. I'm a small model; maybe try it in simpler words."], "A complaint"),
    "ok": (["(ok|okay|alright|I see|sure|yes|yeah|cool|fine|right|hmm|aha|nice|interesting|great)(.|!|)", "(ok|okay), (got it|I see|good|cool)", "(that's|thats) (nice|interesting|cool|funny|good)", "good to know", "(no|nope|nah)(.|)", "I understand", "makes sense", "really?", "wow(!|)", "lol", "haha(ha|)", "(well|so|and)..."],
           ["Is there anything else I can do for you?", "Good. What would you like to do next?", "Alright. What else can I do?"], "A short chat"),
    "joke": (["(tell|give) me a joke( please|)", "(do you know|know) (a|any) (joke|good jokes|jokes)?", "make me laugh", "(say|tell me) something funny", "(another|one more) joke( please|)", "joke(!| please|)", "I want to hear a joke", "can you tell (jokes|a joke)?", "cheer me up", "be funny"],
             ["Why did the clock go to school? It wanted to be on time.", "What do you call a bear in the rain? A drizzly bear.", "Why was the broom late? It overswept.", "Why did the tree go to the dentist? It needed a root check.", "What did the wall say to the lamp? You light up my day.", "Why don't eggs tell secrets? They might crack.", "Why did the computer take a nap? It needed to reboot."], "A joke"),
    "repeat": (["(what|huh|sorry|pardon)?", "I don't (understand|get it)", "what do you mean?", "(can you|could you) (explain|say) that( again|)?", "say that again", "come again?", "what did you say?", "that's not clear"],
               ["Sorry, I'm a small model and may have been unclear. What would you like to know?", "Let me try again: what would you like me to do?"], "Asking again"),
    "test": (["(test|testing|test test|123|abc|asdf|asdfgh|qwerty|xyz|hjkl|foo|blah blah)", "(just |this is a |)test(ing|)( message|)", "does this work?", "is (this|it) (on|working)?", "(are you|is this thing) (working|online|on|awake)?", "can you read this?", "one two three", "ping", "is this a test?"],
             ["It works: I can read you. What would you like to do?", "I'm here and listening. How can I help?"], "Testing the chat"),
}
MORE = {
    "hello": ["hello (my friend|you|bot|assistant|world)", "hi (how can you help me|what's new)?", "(good day|morning|evening|hey there|hi friend)(!|)", "hey (buddy|mate|assistant|ai)", "(hello|hi), I'm new here", "(hi|hello), (let's|can we) (chat|talk)", "(ahoy|welcome|aloha|bonjour|hola|servus)(!|)"],
    "how": ["how are you feeling( today| right now|)?", "(and |so |)how (are|is) (you|it|things|everything)( today| going|)?", "how do you do", "are you (fine|doing ok|having a good day)( today|)?", "what's going on?", "how was your (day|night|weekend)?", "you (ok|okay|alright|good)?"],
    "sad": ["I'm (feeling |really |so |very |)(sad|down|blue|tired|unhappy|lonely|anxious|nervous|stressed|worried|angry)( today| right now| lately|)", "I (feel|am) (a little|a bit|quite|rather) (sad|down|low|tired|lonely|stressed)( today|)", "my (day|week|night) was (bad|awful|terrible|hard)", "nobody (likes|understands) me", "I (miss|lost) my (friend|dog|cat|job|grandmother|family)", "I'm having a (bad|hard|rough) (day|time|week)", "(life|work|school) is (hard|too much)( right now|)"],
    "thanks": ["(thanks|thank you) for (everything|that|your time|the answer|helping)(!|.|)", "(oh |ok |wow |)(great|nice|super|good), thanks( a lot|)(!|)", "thank you, (that's|that is) (all|great|perfect|kind)", "(thanks|thank you), (bot|chatapp|friend|you're great)", "that was (great|nice|good|kind|perfect)", "I'm (very |so |)(thankful|grateful)", "(well done|bravo|excellent|brilliant)(!|)"],
    "bye": ["(ok |okay |well |so |)(bye|goodbye|see you)( then| now| everyone|)(!|)", "I('m| am) (done|off|going|leaving)( now| for today|)", "(take care|so long|cheerio|adieu)(!|)", "see (you|ya)( around| next time| again|)", "gotta go( now|)", "(that was all|we're done|I'm finished)( for today|, bye|)", "(thanks and |)(goodbye|bye bye)(!|)"],
    "who": ["(are|so are) you (a |an |)(computer|program|language model|chatbot|app|software|neural network|person|human being)?", "(is this|am I talking to|am I chatting with) (a|an) (human|bot|person|robot|ai|machine|real person)?", "(who|what) (is|am I) (talking|this|chatting)( to| with|)( here|)?", "(hello|hi|hey|ok), (who|what) are you( then|)?", "(please |)(introduce|describe|present) yourself( please|)", "(say|give me) (your name|something about yourself)", "are you (like |)(siri|alexa|copilot|bard|mistral|deepseek|openai|gpt-4|a chatbot)?", "what (version|model|kind of model|size) (are you|do you have|is this)?", "how many parameters do you have?", "what's (this|that) (bot|model|assistant)( called|)?", "do you (know|understand) who you are?", "is your name (chatapp|gpt|bob|alexa)?", "what (are you called|do people call you)?", "you are (what|who) exactly?", "are you (a big|a small|a real|a good) (model|ai)?"],
    "maker": ["who (is behind|stands behind|develops|trained|owns) (you|this|this model)?", "(by whom|where|when|how) were you (made|trained|built|developed)?", "(who|which company|which people) (made|built|wrote) (this|you)( and why| and how|)?", "what (books|texts|data|websites) (did you read|do you know|were used)( in training|)?", "did (openai|google|a company|students|you) (make|train) (you|yourself)?", "how long (did it take to train|were) you( trained|)?", "tell me (who made you|how you were made|about your training|about your creator)"],
    "can": ["what (else |)can (you|this|this thing|the assistant) do( for me| here|)?", "(what|which) (things|tasks|jobs|questions) can (you do|I give you|I ask)( here|)?", "(list|describe|explain) (your|the) (features|abilities|skills|functions)", "what (is|are) (you|this|this bot) (good|useful|made) for?", "(how|where) do I (start|begin)?", "(can|could) you (do|explain) (anything|something useful|more)( for me|)?", "(please |)help( me| please| me please|)", "what (would|do) you suggest (I ask|to ask|we do)?", "I (don't know|have no idea) what to (ask|say|do)( here|)", "(any|some) examples of what you can do?", "do you have (any |)(skills|features|tools)?", "how can I use you?", "I'm new here, what can I do?", "what kind of questions can I ask?", "so what can you do?"],
    "chatapp": ["(is|are) (it|this app|this software|this program|chatapp) (free to use|open source|safe|local|self hosted|expensive)?", "(do|must|should) I (have to |)pay (for (this|it|chatapp)|anything)?", "what does (it|this|chatapp) cost?", "(what|who) is this (app|website|program|service|site)( for|)?", "(tell me|I want to know) (more |something |)about (chatapp|this app|this program|this product)", "what (can I use|do people use|is) chatapp( for| good at|)?", "how (good|big|new|fast) is chatapp?", "(is|does) chatapp (a|an|work) (chat app|like chatgpt|offline|website|without internet)?", "(describe|explain) (this app|this product|chatapp)( to me|)", "what's special about (chatapp|this app)?", "(is|was) there a (free|paid) version?", "where (can|do) I (get|download|run) chatapp?", "which features does (chatapp|this app) have?", "does it run (offline|locally|on my machine|on my laptop)?"],
    "plug": ["how (do|can|could) I (run|have|put in|attach|try|choose|select|use) (a|another|some other|a stronger|a large|a proper|my own) (model|llm|ai)( here| in chatapp| in this app|)?", "(is it possible|are you able) to (use|run|load) (a bigger|another|a better|a real) model?", "where can I (change|pick|configure|find) the model?", "(I'd like|we want|I need) (to use |)(a better|another|a stronger|a smarter|a real) (model|ai|brain)( here|)", "(can|how can) this (be|become|get) (smarter|better|bigger)?", "how (does|do) (one|people|we) (add|connect|install) (models|a model|an llm)?", "(can chatapp|does this) (use|run|load) (llama|qwen|phi|mistral|gpt|gemma|my model)?"],
    "private": ["(are|is) my (chats|messages|conversation|words|files) (private|safe|secret|stored|saved|logged)?", "(does anyone|can somebody|who|can my boss) (read|see|watch) (this|my chats|what I type)?", "(where|how long) (do you|does chatapp|is it) (keep|store|save|saved) (this|my data|my messages|it)?", "is (it|this|this chat|everything) (confidential|private|encrypted|anonymous)?", "(do|will) you (sell|share|use|leak) my (data|messages|secrets)?", "can I trust you( with my data| with a secret|)?", "(does|is) (this|my data) (go|sent|leave) (to the cloud|my computer|anywhere)?"],
    "feel": ["(what|who) (do you|would you) (like|love|prefer|hate)( most| best|)?", "(do|can) you (have|feel) (a soul|fun|joy|fear|a heart|opinions|dreams|hobbies)?", "what('s| is) your (favourite|favorite) (animal|number|season|game|city|sport|drink|movie|music|word)?", "are you (angry|afraid|in love|alive|bored|excited|jealous)( with me| of me|)?", "(do you|would you) (want|like) to (be|become|have) (a human|free|a body|rich|a friend)?", "how (do|does it) (you |)feel( to be a bot| being a program|)?", "(where|when) do you (live|sleep|eat|go on holiday)?", "(are you|were you ever) (a child|married|tired|ill)?"],
    "rude": ["you (really |)(are|'re) (so |very |really |)(stupid|dumb|bad|useless|silly|slow|annoying)(!|)", "you (suck|are the worst|are no good|know nothing|can't do anything)", "(this|that|it) (is|was) (a |)(bad|wrong|stupid|useless|silly|terrible) (answer|reply|nonsense|bot)?", "(what a|such a) (bad|stupid|useless) (bot|answer|program)", "(idiot|moron|dummy|stupid bot|useless)(!|)", "(that's|this is) not (what I asked|true|correct|helpful|an answer)", "(you're|you are) (wrong|lying|not helping|making things up)(!| again|)"],
    "joke": ["(tell|do you know|give) (me |us |)(a|another|one|some) (good |funny |short |silly |)(joke|jokes|pun)(, please| please|)", "(say|tell) something (silly|that makes me laugh)", "(are|can) you (be |)funny?", "I (need|want) (a |to |)(laugh|joke)( now|)", "(got|know) any (good |)jokes?", "one (more |)joke(, please|)", "your best joke(, please|)?"],
    "test": ["(hello|test) (1 2 3|123|one two)", "(qwertz|dfgdfg|sdfsdf|lkjlkj|uiop|zxcvb|fghj|jkl|wasd|aaaa|bbb|xxx)", "(lorem ipsum|bla bla|la la la|hm|uh|eh|\.\.\.)", "(can you hear|do you read|do you see) me?", "(are|is) (you|it|the chat|this chat) (there|working|up|alive|ready)( now|)?", "(just |)(checking|trying (this|it) out|a test|testing this)", "(hjkhjk|asdasd|qweqwe|poiuy|ghghgh|vbnm|ertz)"],
    "repeat": ["(sorry |)(what|how) do you mean( by that|)?", "(I'm|I am) (confused|lost)", "(that|it) (was|is) (confusing|unclear|not clear to me)", "(please |can you |)(say|explain) (it|that) (again|differently|better)( please|)", "I (didn't|don't) (get|follow|understand) (that|you|this)", "(once more|again)(,| please|) please?", "(what|which) (one|thing) do you mean?"],
}
for intent, more in MORE.items():
    INTENTS[intent][0].extend(more)
# Facts that most people expect: question parts and the answer, learned by heart.
CAPITALS = dict(France="Paris", Germany="Berlin", Italy="Rome", Spain="Madrid", Portugal="Lisbon", Austria="Vienna", Poland="Warsaw", Greece="Athens", Norway="Oslo", Sweden="Stockholm", Finland="Helsinki", Denmark="Copenhagen", Ireland="Dublin", Belgium="Brussels", Hungary="Budapest", Japan="Tokyo", China="Beijing", India="New Delhi", Egypt="Cairo", Kenya="Nairobi", Canada="Ottawa", Australia="Canberra", Brazil="Brasilia", Argentina="Buenos Aires", Peru="Lima", Mexico="Mexico City", Turkey="Ankara", Russia="Moscow", England="London", Switzerland="Bern")
KNOWN = [
    ("what colour is the sky?|which colour does the sky have?|what is the colour of the sky?|sky colour?|is the sky blue?|why is the sky blue?", "The sky is blue by day, because air scatters blue light the most.", "Blue"),
    ("what colour is grass?|which colour does grass have?|what is the colour of grass?|grass colour?|is grass green?", "Grass is green.", "Green"),
    ("how many days are in a week?|how many days does a week have?|days in a week?|number of days in a week?", "A week has seven days.", "Seven"),
    ("how many months are in a year?|how many months does a year have?|months in a year?|number of months in a year?", "A year has twelve months.", "Twelve"),
    ("how many hours are in a day?|how many hours does a day have?|hours in a day?", "A day has 24 hours.", "24"),
    ("how many legs does a spider have?|how many legs has a spider?|number of legs of a spider?", "A spider has eight legs.", "Eight"),
    ("how many legs does a dog have?|how many legs has a cat?|how many legs has a dog?", "It has four legs.", "Four"),
    ("what is water made of?|what is water?|what does water consist of?", "Water is made of hydrogen and oxygen.", "Hydrogen and oxygen"),
    ("which planet do we live on?|what planet is this?|what is our planet called?|which planet are we on?", "We live on Earth.", "Earth"),
    ("what is the largest planet?|which planet is the biggest?|what is the biggest planet?", "Jupiter is the largest planet of our solar system.", "Jupiter"),
    ("what is the sun?|is the sun a star?|what kind of thing is the sun?", "The sun is a star. The Earth goes around it once a year.", "A star"),
    ("what is the moon?|what goes around the earth?|why does the moon shine?", "The moon goes around the Earth and reflects the light of the sun.", "The moon"),
    ("what is the opposite of hot?|what's the opposite of hot?|opposite of hot?", "The opposite of hot is cold.", "Cold"),
    ("what is the opposite of big?|what's the opposite of big?|opposite of big?", "The opposite of big is small.", "Small"),
    ("what is the opposite of day?|what's the opposite of day?|opposite of day?", "The opposite of day is night.", "Night"),
    ("what does a cow say?|what sound does a cow make?|which sound does a cow make?", "A cow says moo.", "Moo"),
    ("what does a dog say?|what sound does a dog make?|how does a dog sound?", "A dog says woof.", "Woof"),
    ("what does a cat say?|what sound does a cat make?|how does a cat sound?", "A cat says meow.", "Meow"),
    ("what do bees make?|what is made by bees?|which food do bees make?", "Bees make honey.", "Honey"),
    ("where does milk come from?|what animal gives milk?|which animal gives us milk?", "Milk comes from cows.", "Cows"),
    ("what season comes after winter?|which season is after winter?|what comes after winter?", "Spring comes after winter.", "Spring"),
    ("when does water boil?|at what temperature does water boil?|what is the boiling point of water?", "Water boils at 100 degrees Celsius at sea level.", "100 degrees"),
    ("when does water freeze?|at what temperature does water freeze?|what is the freezing point of water?", "Water freezes at 0 degrees Celsius.", "0 degrees"),
    ("what is the largest ocean?|which ocean is the biggest?|what's the biggest ocean?", "The Pacific is the largest ocean.", "The Pacific"),
    ("what is the highest mountain?|which mountain is the highest?|what's the tallest mountain?", "Mount Everest is the highest mountain.", "Everest"),
    ("what is a computer?|what does a computer do?|explain computers", "A computer is a machine that follows instructions to work with data.", "A machine"),
    ("what is the internet?|what's the internet?|explain the internet", "The internet connects computers all over the world so that they can share data.", "A network"),
    ("what is a language model?|what is an llm?|explain language models|how does a language model work?", "A language model is a program that writes text one piece at a time, guessing what comes next from what it has seen.", "A program"),
    ("what is ai?|what is artificial intelligence?|explain ai|what does ai mean?", "Artificial intelligence means programs that do things for which people need to think, such as understanding text.", "Programs"),
    ("what is python?|what is the python language?|what is python used for?", "Python is a programming language that is easy to read.", "A language"),
    ("what is an api?|explain apis|what does api mean?", "An API is a set of rules by which one program can use another.", "An interface"),
    ("what is onnx?|what does onnx mean?|explain onnx", "ONNX is a file format for models, so that many programs can run them.", "A format"),
    ("what is a tree?|what are trees?|describe a tree", "A tree is a tall plant with a trunk, branches and leaves.", "A plant"),
    ("why is the grass green?|why are leaves green?|why are plants green?", "Leaves are green because of chlorophyll, which takes in sunlight.", "Chlorophyll"),
    ("what is rain?|why does it rain?|where does rain come from?", "Rain is water that falls from clouds when the drops become heavy.", "Water"),
    ("what is snow?|why does it snow?|what is snow made of?", "Snow is frozen water that falls from clouds when it is cold.", "Frozen water"),
    ("what is the fastest animal?|which animal is the fastest?|what's the fastest animal on land?", "The cheetah is the fastest animal on land.", "The cheetah"),
    ("what is the biggest animal?|which animal is the largest?|what's the largest animal?", "The blue whale is the largest animal.", "The blue whale"),
]
CAPITAL_ASK = ["what is the capital of {c}?", "what's the capital( city|) of {c}?", "capital of {c}?", "which city is the capital of {c}?", "(tell me|do you know) the capital of {c}", "{c}'s capital?", "the capital of {c} is(?|...)", "name the capital of {c}", "what city is {c}'s capital?"]
UNKNOWN_ASK = [
    "who (is|was) {p}?", "when was {p} born?", "what did {p} (write|invent|discover)?", "who (won|lost) the {e} (in {y}|last year)?", "what happened in {t} in {y}?", "tell me about {p}", "how far is {t} from {t2}?", "what is the population of {t}?", "who wrote {b}?", "what is the plot of {b}?",
    "who (directed|sang|painted) {b}?", "explain {x} (theory|law|theorem|effect)", "what is the (price|share price) of {k}?", "who is the (ceo|director|president) of {k}?", "what is the weather (in|like in) {t}?", "how (high|tall|old) is {n}?", "(what|who) is {x}?", "how many people live in {t}?", "what does {k} (make|do|sell)?", "(where|when) (was|is) {n}( built|)?",
    "what is the (latest|newest) news?", "who is the president?", "who won the (world cup|election|match|game)?", "what is the meaning of life?", "solve this equation: {y}x + 3 = {z}", "what is the history of {t}?", "how do I (repair|build|cook) a {x}?", "what are the symptoms of {x}?", "is {p} (alive|married|famous)?", "what is quantum {x}?", "translate {x} into (Latin|French|Greek)", "give me the lyrics of {b}", "what is the (chemical formula|melting point) of {x}?", "how does a {x} work?",
]
UNKNOWN_SAY = ["I don't know that: I'm a small demo model with very little knowledge.", "I don't know, sorry. I'm only a small demo model.", "I don't know about that. A bigger model or a web search would help."]


def unknown_question(s):
    return s.ask(UNKNOWN_ASK, p=W.person(s), e=W.entity(s, "event"), y=s.number(1800, 2025), z=s.number(20, 999), t=W.town(s), t2=W.town(s), b=W.entity(s, "book"), x=W.cased(s, W.coined(s, 2, 3)), k=W.entity(s, "company"), n=W.entity(s, s.any(["building", "nature"])))


def small_talk(s, conversation, intent=None):
    intent = intent or s.any(list(INTENTS))
    asks, says, title = INTENTS[intent]
    if s.split == "train" and s.chance(0.5):
        asks = wordings.draw(s, "talk", intent, asks)
    conversation.user(s.ask(asks))
    conversation.bot(s.say(says))
    conversation.about(title, {"hello": "The user said hello.", "who": "The user asked who the assistant is; it is a small demo model.", "plug": "The user asked how to plug in a real model.", "can": "The user asked what the assistant can do.",
                               "chatapp": "The user asked about ChatApp.", "joke": "The assistant told a joke.", "thanks": "The user said thank you.", "sad": "The user had a hard day and the assistant tried to help."}.get(intent, "The user and the assistant had a short chat."))
    return intent


def known(s, conversation, short=False):
    """A well-known fact."""
    kind = s.rng.random()
    one = short or s.chance(0.06)
    suffix = s.any([" (in one word|one word|one word only|just one word|answer in one word)", ", in one word", ". answer in one word", " (one word answer)"]) if one else ""
    if kind < 0.4:
        c = s.any(list(CAPITALS))
        q, a, w, title = s.ask(CAPITAL_ASK, c=W.cased(s, c)), f"The capital of {c} is {CAPITALS[c]}.", CAPITALS[c], f"The capital of {c}"
    elif kind < 0.6 and not short:
        # Sums of the fingers of two hands it knows by heart; all others are the calculator's.
        if "calculate" in conversation.families:
            return
        a, b = s.rng.randint(1, 5), s.rng.randint(1, 5)
        q, w = s.ask(["what is {a} plus {b}?", "{a} + {b}", "{a}+{b}(?|=|)", "how much is {a} plus {b}?", "what's {a}+{b}?", "{a} plus {b}?", "(calculate|compute) {a} + {b}", "{a} + {b} (=|= ?|is what?)", "what (do|does) {a} (and|+|plus) {b} make?", "(add|sum) {a} and {b}", "(tell me|do you know) (what |)(is |){a}( |)+( |){b}( is|)", "(can you|please) add {a} (and|to) {b}"], a=a, b=b), str(a + b)
        if q.rstrip("?= ") == "2+2":
            return  # A prompt of newcomer.txt.
        a, title = f"{a}+{b} is {w}.", "A small sum"
    else:
        asks, a, w = s.any(KNOWN)
        q = s.ask(asks.split("|"))
        title = upper_first(asks.split("|")[0].rstrip("?"))
    conversation.user(q.rstrip("?") + s.fill(suffix, {}) if suffix else q)
    conversation.bot(w + "." if one else a)
    conversation.about(title, f"The user asked a question. {a}")


def unknown(s, conversation):
    """Something outside its world: said plainly."""
    q = unknown_question(s)
    conversation.user(q)
    conversation.bot(s.say(UNKNOWN_SAY))
    conversation.about("A question without an answer", f"The user asked: {q.rstrip('?')}. The assistant did not know.")
