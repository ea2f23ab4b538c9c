using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ChatApp.Orchestrator.Gateway.Routing;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Metering;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>
/// What is needed to go on with a stateless answer when its upstream breaks off in the middle: the text so far, and the id
/// under which the caller knows it.
/// </summary>
internal sealed class AnswerContinuation(ForwardedRequest request)
{
    private const int Most = 2;

    private readonly StringBuilder _draft = new();
    private JsonNode? _id;
    private JsonNode? _created;
    private TokenUsage _usage;
    private TokenUsage _earlier;
    private bool _hasOther;
    private int _pieces;
    private int _continued;

    /// <summary>The model that answers.</summary>
    public CatalogueModel? Served { get; private set; }

    public bool IsContinued => _continued > 0;

    public void Read(AnswerChunk answer)
    {
        _usage = answer.Usage;
        Served = answer.From.Model;
        _pieces += answer.Chunk.Pieces;
        _draft.Append(answer.Chunk.Text);
        _hasOther |= answer.Chunk.HasToolCall || answer.Chunk.Reasoning.Length > 0;
        if (_id is null && JsonNode.Parse(answer.Chunk.Json.Span) is JsonObject first)
            (_id, _created) = (first["id"]?.DeepClone(), first["created"]?.DeepClone());
    }

    public bool CanContinue(UpstreamException exception) =>
        exception.MayContinue && request.CanContinue && !_hasOther && _draft.Length > 0 && _continued < Most;

    public GatewayCall Next()
    {
        if (_continued++ == 0)
            _earlier = _usage;
        else
            _earlier = _earlier with { OutputTokens = _earlier.OutputTokens + _usage.OutputTokens };
        return request.Continuation(_draft.ToString(), _pieces);
    }

    /// <summary>A chunk of a continuation as one of the answer that the caller reads: its id, and the usage of the whole.</summary>
    public ReadOnlyMemory<byte> Rewrite(ReadOnlyMemory<byte> json)
    {
        if (!IsContinued || JsonNode.Parse(json.Span) is not JsonObject chunk)
            return json;
        chunk["id"] = _id?.DeepClone();
        chunk["created"] = _created?.DeepClone();
        if (chunk["usage"] is JsonObject usage)
        {
            var output = _earlier.OutputTokens + (usage["completion_tokens"]?.GetValue<int>() ?? 0);
            usage["prompt_tokens"] = _earlier.InputTokens;
            usage["completion_tokens"] = output;
            usage["total_tokens"] = _earlier.InputTokens + output;
        }

        return JsonSerializer.SerializeToUtf8Bytes(chunk);
    }
}
