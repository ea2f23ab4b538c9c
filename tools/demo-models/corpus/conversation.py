"""A conversation under construction: turns, what is offered, and what a title or a summary of it would say."""


class Conversation:
    def __init__(self, s):
        self.s = s
        self.system = ""
        self.tools = []
        self.documents = []
        self.turns = []
        self.titles = []
        self.summaries = []
        self.families = {}

    def user(self, text):
        self.turns.append(("user", text))

    def bot(self, text, learn=True):
        self.turns.append(("assistant", text, learn))

    def tool(self, text):
        self.turns.append(("tool", text))

    def about(self, title, summary):
        """Remembers what a title and a summary of this part would be."""
        self.titles.append(title)
        self.summaries.append(summary)

    def as_dict(self):
        return {"system": self.system, "tools": [t[:3] for t in self.tools], "documents": self.documents, "turns": self.turns}
