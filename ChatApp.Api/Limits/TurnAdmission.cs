using System.Globalization;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits.Buckets;
using ChatApp.Contracts.OpenAI;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Limits;

/// <summary>
/// The plan's gate before every model call: a free slot, requests and tokens from the buckets, money from the month's
/// budget. Tokens and money are reserved by estimate and settled by what was used.
/// </summary>
internal sealed class TurnAdmission(
    TokenBuckets buckets, TurnSlots slots, MonthlyBudget money, ModelPrices prices, TurnSettlement settlement, IOptionsMonitor<PlansOptions> plans)
{
    private const double Minute = 60;
    private const double Day = 86_400;

    /// <summary>Reserves what the call may cost and writes the <c>x-ratelimit-*</c> headers.</summary>
    /// <param name="requestId">Of a request that may be repeated, and then joins the turn that it began.</param>
    /// <exception cref="OpenAIException">The plan does not allow it, or not now; or there is no such model.</exception>
    public async Task<TurnReservation> ReserveAsync(HttpContext context, Caller caller, TurnEstimate estimate, string? requestId = null)
    {
        var plan = plans.CurrentValue[caller.Plan];
        await RequireModelAsync(context, caller, plan, estimate.Model);

        ITurnSlot? slot = null;
        if (plan.ConcurrentTurns is { } most && (slot = await slots.HoldAsync(caller.UserId, most, requestId)) is null)
        {
            throw OpenAIException.TooMany(
                $"The plan '{caller.Plan}' runs {most} {(most == 1 ? "turn" : "turns")} at a time; wait for one to end, or stop it.",
                "rate_limit_exceeded", TimeSpan.FromSeconds(1), "requests");
        }

        var takes = Takes(caller, plan, estimate.Tokens);
        BucketAnswer? taken = null;
        try
        {
            var answer = await buckets.TakeAsync([.. takes.Select(take => take.Take)]);
            AnnounceHeaders(context.Response, takes, answer);
            if (answer.Refused is { } index)
                throw Refusal(caller, takes[index], answer.RetryAfter);

            taken = answer;
            await prices.RequireAsync(estimate.Model, context.RequestAborted);
            var held = await HoldMoneyAsync(context, caller, plan, estimate);
            return new TurnReservation(caller, estimate, new HeldAllowance(Tokens(takes), answer.IsLocal, held), slot, settlement);
        }
        catch
        {
            // Nothing stays held of what is not to run. The request itself was one all the same.
            if (taken is not null)
                await buckets.SettleAsync([.. Tokens(takes).Select(take => take with { Amount = -take.Amount })], taken.IsLocal);
            if (slot is not null)
                await slot.DisposeAsync();
            throw;
        }
    }

    private static List<BucketTake> Tokens(List<Limit> takes) => [.. takes.Where(take => take.CountsTokens).Select(take => take.Take)];

    /// <summary>One call that runs no model.</summary>
    /// <exception cref="OpenAIException">There were too many in the last minute.</exception>
    public async Task CountCallAsync(Caller caller)
    {
        if (plans.CurrentValue[caller.Plan].CallsPerMinute is not { } most)
            return;
        var answer = await buckets.TakeAsync([new BucketTake($"calls:{{{caller.UserId}}}", most, most / Minute, 1)]);
        if (!answer.Allowed)
            throw OpenAIException.TooMany($"More than {most} calls in a minute.", "rate_limit_exceeded", answer.RetryAfter, "requests");
    }

    /// <summary>A request that names no model gets the catalogue's default one, so that is what the plan has to include.</summary>
    private async Task RequireModelAsync(HttpContext context, Caller caller, Plan plan, string model)
    {
        if (plan.Models is not { } models)
            return;
        var served = model.Length > 0 ? model : await prices.DefaultModelAsync(context.RequestAborted);
        if (served is not null && models.Contains(served))
            return;
        var which = model.Length > 0 ? $"the model '{model}'" : "the model that is used where none is named";
        throw new OpenAIException(new OpenAIError(StatusCodes.Status403Forbidden,
            $"The plan '{caller.Plan}' does not include {which}; it has: {string.Join(", ", models)}.",
            OpenAIError.InvalidRequest, "model", "model_not_allowed"));
    }

    private async Task<Guid?> HoldMoneyAsync(HttpContext context, Caller caller, Plan plan, TurnEstimate estimate)
    {
        if (plan.MonthlyBudget is not { } budget)
            return null;
        var cost = await prices.MicrosAsync(estimate.Model, estimate.InputTokens, estimate.OutputTokens, context.RequestAborted);
        if (cost == 0)
            return null;
        if (await money.HoldAsync(caller.Id, cost, budget) is { } hold)
            return hold;

        throw new OpenAIException(new OpenAIError(StatusCodes.Status429TooManyRequests,
            $"This month's budget of the plan '{caller.Plan}' ({budget.ToString(CultureInfo.InvariantCulture)}) does not cover this request.",
            "insufficient_quota", Code: "insufficient_quota"));
    }

    private static List<Limit> Takes(Caller caller, Plan plan, long tokens)
    {
        var takes = new List<Limit>(3);
        if (plan.RequestsPerMinute is { } requests)
            takes.Add(new("requests", "requests", "requests per minute", false, new($"rpm:{{{caller.UserId}}}", requests, requests / Minute, 1)));
        if (plan.TokensPerMinute is { } minute)
            takes.Add(new("tokens", "tokens", "tokens per minute", true, new($"tpm:{{{caller.UserId}}}", minute, minute / Minute, Math.Min(tokens, minute))));
        if (plan.TokensPerDay is { } day)
            takes.Add(new("tokens-day", "tokens", "tokens per day", true, new($"tpd:{{{caller.UserId}}}", day, day / Day, Math.Min(tokens, day))));
        return takes;
    }

    private static OpenAIException Refusal(Caller caller, Limit limit, TimeSpan wait) => OpenAIException.TooMany(
        $"Rate limit reached for {limit.Words} (plan '{caller.Plan}', limit {limit.Take.Capacity.ToString(CultureInfo.InvariantCulture)}). Try again in {Duration(wait)}.",
        "rate_limit_exceeded", wait, limit.Type);

    /// <summary>A refusal is written by the exception handler, which first drops the headers that it finds.</summary>
    private static void AnnounceHeaders(HttpResponse response, List<Limit> takes, BucketAnswer answer) => response.OnStarting(() =>
    {
        WriteHeaders(response.Headers, takes, answer);
        return Task.CompletedTask;
    });

    private static void WriteHeaders(IHeaderDictionary headers, List<Limit> takes, BucketAnswer answer)
    {
        for (var i = 0; i < takes.Count; i++)
        {
            var take = takes[i].Take;
            var left = Math.Max(0, Math.Floor(answer.Levels[i]));
            headers[$"x-ratelimit-limit-{takes[i].Name}"] = take.Capacity.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-remaining-{takes[i].Name}"] = left.ToString(CultureInfo.InvariantCulture);
            headers[$"x-ratelimit-reset-{takes[i].Name}"] = Duration(TimeSpan.FromSeconds(Math.Max(0, take.Capacity - answer.Levels[i]) / take.PerSecond));
        }
    }

    /// <summary>A duration as OpenAI writes it: <c>1s</c>, <c>6m0s</c>, <c>250ms</c>.</summary>
    private static string Duration(TimeSpan time) => time switch
    {
        { TotalSeconds: < 1 } => $"{Math.Ceiling(time.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)}ms",
        { TotalMinutes: < 1 } => $"{Math.Ceiling(time.TotalSeconds).ToString(CultureInfo.InvariantCulture)}s",
        { TotalHours: < 1 } => $"{(int)time.TotalMinutes}m{time.Seconds}s",
        _ => $"{(int)time.TotalHours}h{time.Minutes}m{time.Seconds}s",
    };

    private sealed record Limit(string Name, string Type, string Words, bool CountsTokens, BucketTake Take);
}
