using ChatApp.Web.Api;

namespace ChatApp.Web.Chat;

/// <summary>The models on offer, the server's default first, and the one chosen; null leaves the choice to the server.</summary>
internal sealed class ModelChoice(ModelsClient client)
{
    private Task<IReadOnlyList<ModelInfo>>? _loading;

    public event Action? Changed;

    public IReadOnlyList<ModelInfo> Models { get; private set; } = [];

    public string? Selected { get; private set; }

    public string? Error { get; private set; }

    /// <summary>No model on offer chooses by the question: that nothing is chosen is then a choice of its own.</summary>
    public bool IsServersChoiceOffered => Models.All(model => !model.IsAuto);

    /// <summary>What answers as things are; null: the server decides.</summary>
    public string? Shown => Selected ?? (IsServersChoiceOffered ? null : Models[0].Id);

    /// <summary>Chosen for this and later conversations; null leaves the choice to the server.</summary>
    public void Choose(string? id)
    {
        Selected = id;
        Changed?.Invoke();
    }

    /// <summary>Starts with what was read before.</summary>
    public void Start(IReadOnlyList<ModelInfo> models)
    {
        Models = models;
        ForgetUnknown();
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (Models.Count > 0)
            return;
        try
        {
            Models = await (_loading ??= client.ListAsync(cancellationToken));
            Error = null;
            ForgetUnknown();
        }
        catch (ApiException exception)
        {
            Error = exception.Message;
        }
        finally
        {
            _loading = null;
            Changed?.Invoke();
        }
    }

    public ModelInfo? Find(string? id) => Models.FirstOrDefault(model => model.Id == id);

    private void ForgetUnknown()
    {
        if (Models.Count > 0 && Models.All(model => model.Id != Selected))
            Selected = null;
    }
}
