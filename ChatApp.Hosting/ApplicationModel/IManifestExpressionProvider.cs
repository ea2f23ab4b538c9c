namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something that can be named in a manifest instead of being evaluated.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The name, as in <c>{api.bindings.http.url}</c>.</summary>
    string ValueExpression { get; }
}
