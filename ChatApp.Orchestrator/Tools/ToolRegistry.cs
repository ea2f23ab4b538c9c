using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Turns.Records;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Tools;

/// <summary>The tools that there are: built-in ones and configured endpoints, without those that are disabled.</summary>
internal sealed class ToolRegistry
{
    /// <summary>The capability that a model must have to be offered tools unasked.</summary>
    public const string Capability = "tools";

    private readonly Dictionary<string, ITool> _tools;
    private readonly List<OfferedTool> _offered;

    public ToolRegistry(IEnumerable<ITool> builtIn, IOptions<ToolOptions> options, IHttpClientFactory clients)
    {
        var configured = options.Value.Http.Select(pair => ToTool(pair.Key, pair.Value, clients, options.Value.LongestResult));
        _tools = builtIn.Concat(configured)
            .Where(tool => !options.Value.Disabled.Contains(tool.Definition.Name, StringComparer.Ordinal))
            .ToDictionary(tool => tool.Definition.Name, StringComparer.Ordinal);
        _offered = [.. _tools.Values.Select(Offer)];
    }

    /// <summary>Their names, in the order in which models are offered them.</summary>
    public IReadOnlyCollection<string> Names => _tools.Keys;

    public ITool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>What a turn's model may call: the tools that were asked for, or all of them where the model is known to use tools.</summary>
    public IReadOnlyList<OfferedTool> For(TurnOrder order, CatalogueModel model)
    {
        if (order.NoTools)
            return [];
        if (order.Tools.Count > 0)
            return [.. order.Tools.Select(Find).OfType<ITool>().Select(Offer)];
        return model.Options.Capabilities.Contains(Capability, StringComparer.OrdinalIgnoreCase) ? _offered : [];
    }

    /// <exception cref="RefusedException">One of them does not exist.</exception>
    public void Check(IEnumerable<string> names)
    {
        if (names.FirstOrDefault(name => !_tools.ContainsKey(name)) is { } unknown)
            throw RefusedException.Invalid("tools", $"There is no tool '{(unknown.Length <= 64 ? unknown : unknown[..64])}'. There are: {string.Join(", ", Names)}.");
    }

    private static OfferedTool Offer(ITool tool) => new(tool.Definition.Name, tool.Definition.Description, tool.Definition.Parameters);

    private static HttpTool ToTool(string name, HttpToolOptions options, IHttpClientFactory clients, int longestResult)
    {
        var definition = new ToolDefinition
        {
            Name = name,
            Description = options.Description,
            Parameters = ToolSettings.Schema(options),
            Idempotent = options.Idempotent,
            Timeout = options.Timeout,
        };
        return new HttpTool(definition, options.Url!, clients, longestResult);
    }
}
