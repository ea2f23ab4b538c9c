"""The chat format, twice: as the Jinja template that ships, and as a fast Python renderer for training.

`test_chat.py` holds the two together. The renderer also says which characters the model is to learn to write
(the assistant's turns), so that loss falls on those.
"""
import json

CALLING = "To call a tool, write its name and arguments as JSON inside <tool_call></tool_call>."
CITING = "Answer from the passages and cite them like [1]. If they do not hold the answer, say so."

TEMPLATE = r"""
{%- set ns = namespace(system='') %}
{%- set rest = messages %}
{%- if messages and messages[0].role == 'system' %}
    {%- set ns.system = messages[0].content %}
    {%- set rest = messages[1:] %}
{%- endif %}
{%- if tools %}
    {%- if ns.system %}
        {%- set ns.system = ns.system + '\n\n' %}
    {%- endif %}
    {%- set ns.system = ns.system + 'Tools:\n' %}
    {%- for tool in tools %}
        {%- set f = tool.function if tool.function else tool %}
        {%- set ns.system = ns.system + '- ' %}
        {%- if f.description %}
            {%- set ns.system = ns.system + f.description + ': ' %}
        {%- endif %}
        {%- set ns.system = ns.system + f.name + '(' %}
        {%- if f.parameters and f.parameters.properties %}
            {%- for name in f.parameters.properties %}
                {%- set ns.system = ns.system + name %}
                {%- if not loop.last %}
                    {%- set ns.system = ns.system + ', ' %}
                {%- endif %}
            {%- endfor %}
        {%- endif %}
        {%- set ns.system = ns.system + ')\n' %}
    {%- endfor %}
    {%- set ns.system = ns.system + '@CALLING@' %}
{%- endif %}
{%- if documents %}
    {%- if ns.system %}
        {%- set ns.system = ns.system + '\n\n' %}
    {%- endif %}
    {%- set ns.system = ns.system + 'Passages:\n' %}
    {%- for document in documents %}
        {%- set ns.system = ns.system + '[' + loop.index|string + '] ' %}
        {%- if document.title %}
            {%- set ns.system = ns.system + document.title + ': ' %}
        {%- endif %}
        {%- set ns.system = ns.system + document.text + '\n' %}
    {%- endfor %}
    {%- set ns.system = ns.system + '@CITING@' %}
{%- endif %}
{%- if ns.system %}
    {{- '<|im_start|>system\n' + ns.system + '<|im_end|>\n' }}
{%- endif %}
{%- for message in rest %}
    {%- if message.role == 'tool' %}
        {%- if loop.first or rest[loop.index0 - 1].role != 'tool' %}
            {{- '<|im_start|>user' }}
        {%- endif %}
        {{- '\n<tool_response>\n' + message.content + '\n</tool_response>' }}
        {%- if loop.last or rest[loop.index0 + 1].role != 'tool' %}
            {{- '<|im_end|>\n' }}
        {%- endif %}
    {%- elif message.role == 'assistant' and message.tool_calls %}
        {{- '<|im_start|>assistant\n' }}
        {%- if message.content %}
            {{- message.content + '\n' }}
        {%- endif %}
        {%- for call in message.tool_calls %}
            {%- if not loop.first %}
                {{- '\n' }}
            {%- endif %}
            {%- set f = call.function if call.function else call %}
            {{- '<tool_call>\n{"name": "' + f.name + '", "arguments": ' }}
            {%- if f.arguments is string %}
                {{- f.arguments }}
            {%- else %}
                {{- f.arguments | tojson }}
            {%- endif %}
            {{- '}\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\n' }}
{%- endif %}
""".strip().replace("@CALLING@", CALLING).replace("@CITING@", CITING)


def system_text(system, tools, documents):
    """The whole system turn: instructions, then tools, then passages; each part only when given."""
    parts = [system] if system else []
    if tools:
        lines = ["Tools:"]
        for name, parameters, description in tools:
            # What a tool does comes before its name: a causal model then knows whose name it reads.
            lines.append("- " + (f"{description}: " if description else "") + f"{name}({', '.join(parameters)})")
        parts.append("\n".join([*lines, CALLING]))
    if documents:
        lines = ["Passages:"]
        for i, (title, text) in enumerate(documents, 1):
            lines.append(f"[{i}] {title}: {text}" if title else f"[{i}] {text}")
        parts.append("\n".join([*lines, CITING]))
    return "\n\n".join(parts)


def call_text(name, arguments):
    """One tool call as the model writes it."""
    written = json.dumps(arguments, ensure_ascii=False)
    return '<tool_call>\n{"name": "' + name + '", "arguments": ' + written + "}\n</tool_call>"


def segments(conversation):
    """(text, learn) pieces of a conversation, whose concatenation is what the template renders.

    `conversation`: dict with `system`, `tools`, `documents` (may be missing) and `turns`, a list of
    (role, text) or (role, text, learn), roles user, assistant, tool. An assistant's calls are already in its text.
    """
    pieces = []
    head = system_text(conversation.get("system"), conversation.get("tools"), conversation.get("documents"))
    if head:
        pieces.append(("<|im_start|>system\n" + head + "<|im_end|>\n", False))
    turns = conversation["turns"]
    for i, (role, text, *flags) in enumerate(turns):
        if role == "tool":
            first = i == 0 or turns[i - 1][0] != "tool"
            last = i + 1 == len(turns) or turns[i + 1][0] != "tool"
            pieces.append((("<|im_start|>user" if first else "") + "\n<tool_response>\n" + text +
                           "\n</tool_response>" + ("<|im_end|>\n" if last else ""), False))
        elif role == "assistant":
            pieces.append(("<|im_start|>assistant\n", False))
            pieces.append((text + "<|im_end|>", flags[0] if flags else True))
            pieces.append(("\n", False))
        else:
            pieces.append((f"<|im_start|>{role}\n{text}<|im_end|>\n", False))
    return pieces


def prompt(conversation):
    """The text the model continues."""
    return "".join(t for t, _ in segments(conversation)) + "<|im_start|>assistant\n"
