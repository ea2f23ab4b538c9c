namespace ChatApp.Orchestrator.Prompts;

/// <summary>Which messages a prompt holds: the newest ones, without a hole, as many as fit.</summary>
public static class PromptBudget
{
    /// <returns>The index of the first message that is kept; 0 when all are.</returns>
    /// <param name="messages">Oldest first; the last is the question and is always kept.</param>
    /// <param name="budget">Tokens for all of them.</param>
    /// <exception cref="RefusedException">Even the question alone does not fit.</exception>
    public static int FirstThatFits(IReadOnlyList<PromptMessage> messages, int budget)
    {
        var first = messages.Count - 1;
        var used = messages[first].Tokens;
        if (used > budget)
            throw new RefusedException(Refusal.Invalid, "context_length_exceeded",
                $"The message has {used} tokens; with everything else that the prompt must hold, {Math.Max(0, budget)} are left for it in this model's context. Shorten it or choose a model with a longer context.")
            { Param = "content" };

        while (first > 0 && used + messages[first - 1].Tokens <= budget)
            used += messages[--first].Tokens;
        return first;
    }
}
