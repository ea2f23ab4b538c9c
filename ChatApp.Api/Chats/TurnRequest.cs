using ChatApp.Orchestrator.V1;

namespace ChatApp.Api.Chats;

/// <summary>Body of <c>POST /api/turns</c>.</summary>
internal sealed record TurnRequest
{
    public string? ConversationId { get; init; }

    public string? ParentId { get; init; }

    public string? RequestId { get; init; }

    public string? Content { get; init; }

    public string? Model { get; init; }

    public string? System { get; init; }

    public bool Regenerate { get; init; }

    public bool ContinueMessage { get; init; }

    public bool Branch { get; init; }

    /// <summary>Files of <c>/api/files</c> that go with the message.</summary>
    public IReadOnlyList<string>? FileIds { get; init; }

    /// <summary>Tools by name that the turn may call; none: all of them, where the model is known to use tools.</summary>
    public IReadOnlyList<string>? Tools { get; init; }

    public bool NoTools { get; init; }

    /// <summary>Nothing of the turn is kept; earlier messages come with <see cref="History"/>.</summary>
    public bool Temporary { get; init; }

    public IReadOnlyList<Earlier>? History { get; init; }

    public TurnSampling? Sampling { get; init; }

    public RunTurnRequest ToRun(string requestId) => new()
    {
        ConversationId = ConversationId ?? "",
        ParentId = ParentId ?? "",
        RequestId = requestId,
        Content = Content ?? "",
        Model = Model ?? "",
        System = System ?? "",
        Regenerate = Regenerate,
        ContinueMessage = ContinueMessage,
        Branch = Branch,
        Sampling = Sampling?.ToSampling(),
        Temporary = Temporary,
        FileIds = { FileIds ?? [] },
        Tools = { Tools ?? [] },
        NoTools = NoTools,
        History = { (History ?? []).Select(message => new HistoryMessage { Role = message.Role ?? "", Text = message.Text ?? "" }) },
    };

    internal sealed record Earlier(string? Role, string? Text);

    internal sealed record TurnSampling(double? Temperature, double? TopP, int? MaxTokens, long? Seed)
    {
        public Sampling ToSampling()
        {
            var sampling = new Sampling();
            if (Temperature is { } temperature)
                sampling.Temperature = temperature;
            if (TopP is { } topP)
                sampling.TopP = topP;
            if (MaxTokens is { } maxTokens)
                sampling.MaxTokens = maxTokens;
            if (Seed is { } seed)
                sampling.Seed = seed;
            return sampling;
        }
    }
}
