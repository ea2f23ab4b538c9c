using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway.Settings;

/// <summary>What is wrong with a gateway's configuration, each by the full name of its setting.</summary>
internal static class GatewayValidation
{
    public static List<string> Check(GatewayOptions options, SecretStore secrets)
    {
        var errors = new List<string>();
        Annotated(errors, "Gateway", options);
        Annotated(errors, "Gateway:Breaker", options.Breaker);
        Annotated(errors, "Gateway:RetryBudget", options.RetryBudget);
        Annotated(errors, "Gateway:Auto", options.Auto);
        Annotated(errors, "Gateway:Cache", options.Cache);
        foreach (var (name, upstream) in options.Upstreams)
            CheckUpstream(errors, $"Gateway:Upstreams:{name}", upstream, secrets);
        for (var i = 0; i < options.Models.Count; i++)
            CheckModel(errors, $"Gateway:Models:{i}", options, i);

        // Models that upstreams list themselves are not known yet.
        if (options.Upstreams.Count > 0 && !options.Upstreams.Values.Any(upstream => upstream.Discover))
        {
            if (options.Models.Count == 0)
                errors.Add("Gateway:Models: there is none, and no upstream has Discover; requests could not be answered");
            Known(errors, "Gateway:DefaultModel", options.DefaultModel, options);
            Known(errors, "Gateway:BackgroundModel", options.BackgroundModel, options);
        }

        return errors;
    }

    private static void CheckUpstream(List<string> errors, string path, UpstreamOptions upstream, SecretStore secrets)
    {
        Annotated(errors, path, upstream);
        if (!Uri.TryCreate(upstream.BaseUrl, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https" or "https+http" or "http+https"))
            errors.Add($"{path}:BaseUrl: must be an absolute http or https URL");
        else if (url.UserInfo.Length > 0 || url.Query.Length > 0)
            errors.Add($"{path}:BaseUrl: must hold no user, password or query; a key belongs behind ApiKey");
        if (upstream is { Kind: UpstreamKind.AzureOpenAI, Discover: true })
            errors.Add($"{path}:Discover: Azure's deployments can't be listed; describe them in Gateway:Models");
        try
        {
            secrets.Read(upstream.ApiKey);
        }
        catch (SecretException exception)
        {
            errors.Add($"{path}:ApiKey: {exception.Message}");
        }
    }

    private static void CheckModel(List<string> errors, string path, GatewayOptions options, int index)
    {
        var model = options.Models[index];
        Annotated(errors, path, model);
        if (options.Models.FindIndex(other => other.Id == model.Id) < index)
            errors.Add($"{path}:Id: '{model.Id}' is described twice");
        if (model.Id == options.Auto.Id && model.Id.Length > 0)
            errors.Add($"{path}:Id: '{model.Id}' is the name of Gateway:Auto; rename one of them");
        if (model.Routes.Count == 0 && options.Upstreams.Count > 1)
            errors.Add($"{path}:Routes: name at least one of the upstreams ({string.Join(", ", options.Upstreams.Keys)})");
        for (var i = 0; i < model.Routes.Count; i++)
        {
            Annotated(errors, $"{path}:Routes:{i}", model.Routes[i]);
            if (options.Upstreams.Count > 0 && model.Routes[i].Upstream is { Length: > 0 } upstream && !options.Upstreams.ContainsKey(upstream))
                errors.Add($"{path}:Routes:{i}:Upstream: '{upstream}' is not in Gateway:Upstreams ({string.Join(", ", options.Upstreams.Keys)})");
        }

        var discovers = options.Upstreams.Count == 0 || options.Upstreams.Values.Any(upstream => upstream.Discover);
        for (var i = 0; i < model.Fallbacks.Count; i++)
        {
            if (model.Fallbacks[i] == model.Id)
                errors.Add($"{path}:Fallbacks:{i}: a model can't replace itself");
            else if (!discovers)
                Known(errors, $"{path}:Fallbacks:{i}", model.Fallbacks[i], options);
        }

        if (model.Canary is { } canary)
        {
            Annotated(errors, $"{path}:Canary", canary);
            if (!discovers)
                Known(errors, $"{path}:Canary:Model", canary.Model, options);
        }
    }

    private static void Known(List<string> errors, string path, string? id, GatewayOptions options)
    {
        if (id is { Length: > 0 } && id != options.Auto.Id && options.Models.All(model => model.Id != id))
            errors.Add($"{path}: there is no model '{id}' in Gateway:Models ({string.Join(", ", options.Models.Select(model => model.Id))})");
    }

    private static void Annotated(List<string> errors, string path, object value)
    {
        var results = new List<ValidationResult>();
        if (Validator.TryValidateObject(value, new ValidationContext(value), results, validateAllProperties: true))
            return;
        foreach (var result in results)
            errors.Add($"{path}:{string.Join(",", result.MemberNames)}: {result.ErrorMessage}");
    }
}
