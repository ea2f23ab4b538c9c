using System.Text.Json;
using Microsoft.Extensions.AI;

namespace ChatApp.Orchestrator.Gateway.Wire;

/// <summary>What messages hold, as the wire wants it.</summary>
internal static class MessageContents
{
    /// <summary>A call whose arguments stay as the model wrote them, which need not be JSON.</summary>
    public static FunctionCallContent Call(string id, string name, string arguments) => new(id, name) { RawRepresentation = arguments };

    /// <summary>The arguments of a call as text.</summary>
    public static string ArgumentsText(this FunctionCallContent call) =>
        call.RawRepresentation as string ?? JsonSerializer.Serialize(call.Arguments, JsonSerializerOptions.Web);

    /// <summary>The result of a call as text.</summary>
    public static string ResultText(this FunctionResultContent result) =>
        result.Result as string ?? JsonSerializer.Serialize(result.Result, JsonSerializerOptions.Web);
}
