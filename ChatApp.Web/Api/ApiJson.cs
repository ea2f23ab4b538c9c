using System.Text.Json;
using System.Text.Json.Serialization;

namespace ChatApp.Web.Api;

internal static class ApiJson
{
    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

/// <summary>How the Api wraps a list.</summary>
internal sealed record DataPage<T>(IReadOnlyList<T> Data);
