namespace ChatApp.Inference.ToolCalls;

/// <summary>How a model family writes tool calls.</summary>
public enum ToolCallFormat
{
    /// <summary>The template offers no tools.</summary>
    None,

    /// <summary>Hermes, Qwen and our own: <c>&lt;tool_call&gt;{"name": …, "arguments": …}&lt;/tool_call&gt;</c>.</summary>
    Hermes,

    /// <summary>Llama 3: the answer is <c>{"name": …, "parameters": …}</c>, perhaps after <c>&lt;|python_tag|&gt;</c>.</summary>
    Llama,

    /// <summary>Mistral: <c>[TOOL_CALLS]</c> and a list of calls, or <c>name[ARGS]{…}</c>.</summary>
    Mistral,

    /// <summary>Phi-4-mini: <c>&lt;|tool_call|&gt;</c> and a list of calls up to <c>&lt;|/tool_call|&gt;</c>.</summary>
    Phi,
}
