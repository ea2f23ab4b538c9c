using System.Collections;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>The tests of Jinja (<c>x is …</c>).</summary>
internal static class JinjaTests
{
    public static bool Apply(string name, object? value, List<object?> arguments, Dictionary<string, object?> named)
    {
        var other = arguments.Count > 0 ? arguments[0] : named.Values.FirstOrDefault();
        return name switch
        {
            "defined" => value is not JinjaUndefined,
            "undefined" => value is JinjaUndefined,
            "none" => value is null,
            "boolean" => value is bool,
            "true" => value is true,
            "false" => value is false,
            "string" => value is string,
            "number" => value is long or double or bool,
            "integer" => value is long,
            "float" => value is double,
            "mapping" => value is JinjaMap,
            "sequence" or "iterable" => value is string or JinjaMap or IList or JinjaUndefined,
            "callable" => value is JinjaFunction,
            "odd" => JinjaValues.Integer(value, "the tested value") % 2 != 0,
            "even" => JinjaValues.Integer(value, "the tested value") % 2 == 0,
            "divisibleby" => JinjaValues.Integer(other, "the divisor") is not 0 and var divisor ? JinjaValues.Integer(value, "the tested value") % divisor == 0
                : throw new JinjaException("chat template: division by zero."),
            "eq" or "equalto" or "==" => JinjaValues.Same(value, other),
            "ne" or "!=" => !JinjaValues.Same(value, other),
            "lt" or "lessthan" or "<" => JinjaValues.Order(value, other) < 0,
            "le" or "<=" => JinjaValues.Order(value, other) <= 0,
            "gt" or "greaterthan" or ">" => JinjaValues.Order(value, other) > 0,
            "ge" or ">=" => JinjaValues.Order(value, other) >= 0,
            "in" => JinjaValues.Contains(other, value),
            "sameas" => value is null || other is null || value is bool || other is bool ? Equals(value, other) : JinjaValues.Same(value, other),
            "lower" => value is string lower && lower.Any(char.IsLower) && !lower.Any(char.IsUpper),
            "upper" => value is string upper && upper.Any(char.IsUpper) && !upper.Any(char.IsLower),
            _ => throw new JinjaException($"chat template: the test '{name}' is not supported."),
        };
    }
}
