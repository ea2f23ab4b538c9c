using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes a <see cref="ReferenceExpression"/> piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly StringBuilder _format = new();
    private readonly List<IValueProvider> _valueProviders = [];
    private readonly List<string> _manifestExpressions = [];

    /// <summary>Whether nothing was appended.</summary>
    public bool IsEmpty => _format.Length == 0;

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));
    }

    /// <summary>Appends text.</summary>
    public void AppendFormatted(string? value)
    {
        if (value is not null)
            AppendLiteral(value);
    }

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T valueProvider)
        where T : IValueProvider, IManifestExpressionProvider
    {
        _format.Append('{').Append(_valueProviders.Count).Append('}');
        _valueProviders.Add(valueProvider);
        _manifestExpressions.Add(valueProvider.ValueExpression);
    }

    /// <summary>The expression.</summary>
    public ReferenceExpression Build() => ReferenceExpression.Create(_format.ToString(), [.. _valueProviders], [.. _manifestExpressions]);
}
