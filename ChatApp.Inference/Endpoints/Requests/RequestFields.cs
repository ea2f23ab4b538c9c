using System.Text.Json;
using ChatApp.Contracts.OpenAI;

namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Typed access to the members of a JSON object of a request; what does not fit is refused with the member's path. Null counts as absent.</summary>
internal readonly struct RequestFields(JsonElement element, string path = "")
{
    public JsonElement Element { get; } = element;

    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    public bool Has(string name) => Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    public string? Text(string name, int maximum = int.MaxValue) => Find(name) is { } value ? Text(value, PathOf(name), maximum) : null;

    public double? Number(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var number) || !double.IsFinite(number))
            throw Wrong(name, "a number", value);
        return number;
    }

    public float? Single(string name) => (float?)Number(name);

    public long? Integer(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.Number)
        {
            if (value.TryGetInt64(out var whole))
                return whole;
            if (value.TryGetDouble(out var number) && number == Math.Floor(number) && Math.Abs(number) < 9e15)
                return (long)number;
        }
        throw Wrong(name, "an integer", value);
    }

    public int? Int32(string name, int minimum, int maximum)
    {
        if (Integer(name) is not { } value)
            return null;
        return value >= minimum && value <= maximum ? (int)value
            : throw OpenAIException.Invalid($"{PathOf(name)} is {value}; accepted: {minimum} to {maximum}.", PathOf(name), "invalid_value");
    }

    public bool? Flag(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => throw Wrong(name, "true or false", value),
    };

    public RequestFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new RequestFields(value, PathOf(name)),
        { } value => throw Wrong(name, "an object", value),
    };

    public JsonElement? Array(string name, int maximum)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.Array)
            throw Wrong(name, "an array", value);
        var count = value.GetArrayLength();
        return count <= maximum ? value
            : throw OpenAIException.Invalid($"{PathOf(name)} has {count} entries; at most {maximum} are accepted.", PathOf(name), "array_above_max_length");
    }

    public JsonElement? Find(string name) =>
        Element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>Refuses a field that would change the answer but is not supported.</summary>
    public void Refuse(string name, string remedy)
    {
        if (Has(name))
            throw OpenAIException.Invalid($"{PathOf(name)} is not supported: {remedy}", PathOf(name), "unsupported_parameter");
    }

    public static string Text(JsonElement value, string path, int maximum = int.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.String)
            throw WrongAt(path, "text", value);
        string text;
        try
        {
            text = value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw OpenAIException.Invalid($"{path} holds half of a surrogate pair, which is no character.", path, "invalid_value");
        }
        return text.Length <= maximum ? text
            : throw OpenAIException.Invalid($"{path} has {text.Length} characters; at most {maximum} are accepted.", path, "string_above_max_length");
    }

    private OpenAIException Wrong(string name, string expected, JsonElement value) => WrongAt(PathOf(name), expected, value);

    private static OpenAIException WrongAt(string path, string expected, JsonElement value)
    {
        var kind = value.ValueKind switch
        {
            JsonValueKind.String => "text",
            JsonValueKind.Number => "a number out of range",
            JsonValueKind.True or JsonValueKind.False => "a boolean",
            JsonValueKind.Array => "an array",
            JsonValueKind.Object => "an object",
            _ => "null",
        };
        return OpenAIException.Invalid($"{path} must be {expected}, not {kind}.", path, "invalid_type");
    }
}
