using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Settings;
using ChatApp.Orchestrator.Gateway.Wire;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>Decides for <c>auto</c>: which questions are hard, and which beginnings of an answer are unsure.</summary>
internal sealed class AutoJudge(IOptionsMonitor<GatewayOptions> options)
{
    private static readonly string[] Refusals =
    [
        "i can't", "i cannot", "i can not", "i'm sorry", "i am sorry", "sorry,", "i'm unable", "i am unable", "i'm not able", "i am not able",
        "i don't know", "i do not know", "i'm not sure", "i am not sure", "as an ai",
    ];

    public bool IsHard(AutoPair pair, GatewayCall call)
    {
        var tokens = GenerationMeter.Estimate(call.PromptBytes);
        return call.IsHard
            || tokens > options.CurrentValue.Auto.HardPromptTokens
            || tokens > pair.Fast.Options.ContextWindow
            || !pair.Fast.Options.Offers(call.Needs.Capabilities);
    }

    /// <summary>Whether enough of an answer is there to be judged.</summary>
    public bool IsEnough(int pieces) => pieces >= options.CurrentValue.Auto.JudgedTokens;

    /// <param name="text">The answer's beginning.</param>
    /// <param name="logProbabilities">Of its tokens; empty where the upstream does not tell.</param>
    public bool IsUnsure(string text, IReadOnlyCollection<double> logProbabilities)
    {
        var begin = text.TrimStart().Replace('’', '\'');
        return Array.Exists(Refusals, refusal => begin.StartsWith(refusal, StringComparison.OrdinalIgnoreCase))
            || (logProbabilities.Count > 0 && logProbabilities.Average() < options.CurrentValue.Auto.LeastConfidence);
    }
}
