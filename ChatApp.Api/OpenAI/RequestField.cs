using System.Text.Json;

namespace ChatApp.Api.OpenAI;

/// <summary>A documented field of a request: what it may hold, and whether the model's server sees it.</summary>
/// <param name="Check">The fault of a value, given the field's path; null when it is fine.</param>
/// <param name="Forwarded">False: the edge acts on it, or it asks for nothing, and it goes no further.</param>
/// <param name="Served">False: whatever its value, it is refused by its name.</param>
internal sealed record RequestField(Func<JsonElement, string, OpenAIError?> Check, bool Forwarded = true, bool Served = true);
