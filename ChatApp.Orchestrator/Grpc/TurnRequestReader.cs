using System.Diagnostics;
using System.Security.Cryptography;
using ChatApp.Contracts.Identity;
using ChatApp.Contracts.OpenAI;
using ChatApp.Orchestrator.Conversations.Messages;
using ChatApp.Orchestrator.Errors;
using ChatApp.Orchestrator.Files;
using ChatApp.Orchestrator.Gateway;
using ChatApp.Orchestrator.Gateway.Wire;
using ChatApp.Orchestrator.Tools;
using ChatApp.Orchestrator.Turns.Records;
using ChatApp.Orchestrator.Turns.Running;
using ChatApp.Orchestrator.Turns.Starting;
using ChatApp.Orchestrator.V1;
using Google.Protobuf;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Grpc;

/// <summary>Reads and checks what a turn is asked for.</summary>
internal sealed class TurnRequestReader(
    FileStore files, ModelCatalogue catalogue, ToolRegistry tools, IOptions<TurnOptions> options, IOptions<Files.FileOptions> fileOptions)
{
    private const int LongestRequestId = 200;
    private const int LongestSystem = 100_000;
    private const int MostTools = 128;
    private const int MostHistory = 400;

    /// <exception cref="RefusedException">Something asked for cannot be, or is not there.</exception>
    public async Task<NewTurn> ReadAsync(RunTurnRequest request, CallerIdentity caller, CancellationToken cancellationToken)
    {
        var turn = ToNewTurn(request, caller.Name);
        await CheckFilesAsync(caller.Subject, turn, cancellationToken);
        return turn;
    }

    /// <summary>A turn that is stored nowhere: what to do, and all messages.</summary>
    /// <exception cref="RefusedException">Something asked for cannot be.</exception>
    public (TurnOrder Order, IReadOnlyList<ChatMessage> Messages) ReadTemporary(RunTurnRequest request, string? callerName)
    {
        var turn = ToNewTurn(request, callerName);
        if (turn.ConversationId is not null || turn.ParentId is not null || turn.Kind != TurnKind.Append)
            throw RefusedException.Invalid("temporary", "A temporary conversation is stored nowhere: give its messages with 'history' and no ids.");
        if (turn.Files.Count > 0)
            throw RefusedException.Invalid("file_ids", "A temporary conversation takes no files: they are stored.");
        if (request.History.Count > MostHistory)
            throw RefusedException.Invalid("history", $"At most {MostHistory} earlier messages are possible.");
        if (request.History.FirstOrDefault(message => message.Role is not (MessageRoles.User or MessageRoles.Assistant)) is { } odd)
            throw RefusedException.Invalid("history", $"A message's role is user or assistant, not '{odd.Role}'.");
        return (turn.Order, [.. request.History.Select(message => new ChatMessage(new ChatRole(message.Role), message.Text)), new(ChatRole.User, turn.Content)]);
    }

    private async Task CheckFilesAsync(string owner, NewTurn turn, CancellationToken cancellationToken)
    {
        if (turn.Files.Count == 0)
            return;
        var found = await files.FindAsync(owner, turn.Files, cancellationToken);
        if (found.Count < turn.Files.Count)
            throw RefusedException.NotFound("file");
        if (found.FirstOrDefault(file => file.IsImage) is not { } image)
            return;
        var model = await catalogue.ResolveAsync(turn.Order.Model, cancellationToken);
        if (!Attachments.CanSee(model))
        {
            var others = (await catalogue.ListAsync(cancellationToken)).Where(Attachments.CanSee).Select(other => other.Id).ToList();
            throw RefusedException.Invalid("file_ids", $"'{image.Name}' is an image, and the model '{model.Id}' does not take images (capability '{Attachments.Vision}'). "
                + (others.Count > 0 ? $"Models that do: {string.Join(", ", others)}." : "No model that is on offer does."));
        }

        if (image.Bytes > fileOptions.Value.MostImageBytes)
            throw RefusedException.Invalid("file_ids", $"'{image.Name}' has {image.Bytes} bytes; an image for a model has at most {fileOptions.Value.MostImageBytes}.");
    }

    private NewTurn ToNewTurn(RunTurnRequest request, string? callerName)
    {
        Check(request);
        var hashed = request.Clone();
        hashed.RequestId = "";
        return new NewTurn
        {
            ConversationId = WireIds.Optional(request.ConversationId, WireIds.Conversation),
            ParentId = WireIds.Optional(request.ParentId, WireIds.Message),
            RequestId = request.RequestId.Length == 0 ? null : request.RequestId,
            ContentHash = SHA256.HashData(hashed.ToByteArray()),
            Content = request.Content,
            Kind = request.Regenerate ? TurnKind.Regenerate : request.ContinueMessage ? TurnKind.Continue : TurnKind.Append,
            Branch = request.Branch,
            Files = [.. request.FileIds.Select(WireIds.File).Distinct()],
            Order = new TurnOrder
            {
                Model = request.Model.Length == 0 ? null : request.Model,
                System = request.System.Length == 0 ? null : request.System,
                Tools = [.. request.Tools.Distinct()],
                NoTools = request.NoTools,
                CallerName = callerName,
                TraceParent = Activity.Current?.Id,
                Sampling = request.Sampling is not { } sampling ? new SamplingSettings() : new SamplingSettings
                {
                    Temperature = sampling.HasTemperature ? sampling.Temperature : null,
                    TopP = sampling.HasTopP ? sampling.TopP : null,
                    MaxTokens = sampling.HasMaxTokens ? sampling.MaxTokens : null,
                    Seed = sampling.HasSeed ? sampling.Seed : null,
                    Stop = [.. sampling.Stop],
                    FrequencyPenalty = sampling.HasFrequencyPenalty ? sampling.FrequencyPenalty : null,
                    PresencePenalty = sampling.HasPresencePenalty ? sampling.PresencePenalty : null,
                    ReasoningEffort = sampling.ReasoningEffort.Length == 0 ? null : sampling.ReasoningEffort,
                },
            },
        };
    }

    private void Check(RunTurnRequest request)
    {
        var longest = options.Value.MaximumContentLength;
        if (request is { Regenerate: true, ContinueMessage: true })
            throw RefusedException.Invalid("regenerate", "Either answer again or continue, not both.");
        if (request is { Regenerate: false, ContinueMessage: false } && request.FileIds.Count == 0 && string.IsNullOrWhiteSpace(request.Content))
            throw RefusedException.Invalid("content", "The message is empty.");
        if ((request.Regenerate || request.ContinueMessage) && request.Content.Length + request.FileIds.Count > 0)
            throw RefusedException.Invalid("content", "Answering again or continuing takes no new text.");
        if (request.FileIds.Count > fileOptions.Value.MostPerMessage)
            throw RefusedException.Invalid("file_ids", $"A message takes at most {fileOptions.Value.MostPerMessage} files.");
        if (request.Content.Length > longest)
            throw RefusedException.Invalid("content", $"The message has {request.Content.Length} characters; at most {longest} are possible.");
        if (request.Content.Contains('\0') || request.System.Contains('\0'))
            throw RefusedException.Invalid("content", "The message contains the character U+0000, which text can't hold.");
        if (request.System.Length > LongestSystem)
            throw RefusedException.Invalid("system", $"The system text has {request.System.Length} characters; at most {LongestSystem} are possible.");
        if (request.RequestId.Length > LongestRequestId)
            throw RefusedException.Invalid("request_id", $"A request id has at most {LongestRequestId} characters.");
        if (request.RequestId.Contains('\0'))
            throw RefusedException.Invalid("request_id", "A request id can't contain the character U+0000.");
        if (request.Tools.Count > MostTools)
            throw RefusedException.Invalid("tools", $"At most {MostTools} tools are possible.");
        tools.Check(request.Tools);
        if (request.Sampling is { } sampling)
            Check(sampling);
    }

    private static void Check(Sampling sampling)
    {
        Within("temperature", sampling.HasTemperature, sampling.Temperature, 0, 2);
        Within("top_p", sampling.HasTopP, sampling.TopP, 0, 1);
        Within("max_tokens", sampling.HasMaxTokens, sampling.MaxTokens, 1, int.MaxValue);
        Within("frequency_penalty", sampling.HasFrequencyPenalty, sampling.FrequencyPenalty, -2, 2);
        Within("presence_penalty", sampling.HasPresencePenalty, sampling.PresencePenalty, -2, 2);
        if (sampling.ReasoningEffort.Length > 0 && !RequestLimits.ReasoningEfforts.Contains(sampling.ReasoningEffort))
            throw RefusedException.Invalid("reasoning_effort", $"'reasoning_effort' must be one of: {string.Join(", ", RequestLimits.ReasoningEfforts)}.");
        if (sampling.Stop.Count > RequestLimits.Stops)
            throw RefusedException.Invalid("stop", $"At most {RequestLimits.Stops} stop texts are possible.");
    }

    private static void Within(string param, bool given, double value, double least, double most)
    {
        if (given && !(value >= least && value <= most))
            throw RefusedException.Invalid(param, $"'{param}' is {value}; it must be between {least} and {most}.");
    }
}
