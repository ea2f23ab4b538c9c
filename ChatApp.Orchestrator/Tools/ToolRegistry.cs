using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Tools;

/// <summary>The tools that there are: built-in ones and configured endpoints, without those that are disabled.</summary>
internal sealed class ToolRegistry
{
    /// <summary>The capability that a model must have to be offered tools unasked.</summary>
    public const string Capability = "tools";

    private readonly Dictionary<string, Tool> _tools;
    private readonly List<AIFunction> _offered;

    public ToolRegistry(IEnumerable<Tool> builtIn, IOptions<ToolOptions> options, IHttpClientFactory clients)
    {
        var configured = options.Value.Http.Select(pair => ToTool(pair.Key, pair.Value, clients, options.Value.LongestResult));
        _tools = builtIn.Concat(configured)
            .Where(tool => !options.Value.Disabled.Contains(tool.Name, StringComparer.Ordinal))
            .ToDictionary(tool => tool.Name, StringComparer.Ordinal);
        _offered = [.. _tools.Values.Select(tool => tool.Function)];
    }

    /// <summary>Their names, in the order in which models are offered them.</summary>
    public IReadOnlyCollection<string> Names => _tools.Keys;

    public Tool? Find(string name) => _tools.GetValueOrDefault(name);

    /// <summary>What a turn's model may call: the tools that were asked for, or all of them where the model is known to use tools.</summary>
    public IReadOnlyList<AIFunction> For(TurnOrder order, CatalogueModel model)
    {
        if (order.NoTools)
            return [];
        if (order.Tools.Count > 0)
            return [.. order.Tools.Select(Find).OfType<Tool>().Select(tool => tool.Function)];
        return IsOffered(model) ? _offered : [];
    }

    /// <summary>What a turn's model may call where nothing is asked for.</summary>
    public IEnumerable<string> NamesFor(CatalogueModel model) => IsOffered(model) ? Names : [];

    /// <exception cref="RefusedException">One of them does not exist.</exception>
    public void Check(IEnumerable<string> names)
    {
        if (names.FirstOrDefault(name => !_tools.ContainsKey(name)) is { } unknown)
            throw RefusedException.Invalid("tools", $"There is no tool '{unknown.Beginning(64)}'. There are: {string.Join(", ", Names)}.");
    }

    private static bool IsOffered(CatalogueModel model) => model.Options.Capabilities.Contains(Capability, StringComparer.OrdinalIgnoreCase);

    private static Tool ToTool(string name, HttpToolOptions options, IHttpClientFactory clients, int longestResult) =>
        new(new HttpTool(name, options, clients, longestResult)) { IsIdempotent = options.Idempotent, Timeout = options.Timeout };
}
