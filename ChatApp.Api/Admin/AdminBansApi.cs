using ChatApp.Api.Abuse;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Contracts.Ids;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults;

namespace ChatApp.Api.Admin;

/// <summary>Banned addresses, networks and devices.</summary>
internal static class AdminBansApi
{
    public static async Task<IResult> ListAsync(BanList bans, CancellationToken cancellationToken) =>
        Results.Json(new
        {
            Data = (await bans.ListAsync(cancellationToken)).Select(ban => new { Id = WireId.Format(WireId.Ban, ban.Id), ban.Kind, ban.Value, ban.Reason, ban.Until, ban.CreatedAt }),
        });

    public static async Task<IResult> AddAsync(NewBan body, Caller caller, BanList bans, AuditLog audit, CancellationToken cancellationToken)
    {
        if (body.Kind is not (Ban.Address or Ban.Device))
            throw OpenAIException.Invalid("'kind' must be address or device.", "kind");
        var value = body.Value?.Trim() ?? "";
        if (body.Kind == Ban.Address)
        {
            try
            {
                value = Proxies.Parse(value).ToString();
            }
            catch (FormatException exception)
            {
                throw OpenAIException.Invalid(exception.Message, "value");
            }
        }
        else if (value.Length == 0)
        {
            throw OpenAIException.Invalid("'value' must be the device's name from the audit log.", "value");
        }

        var id = await bans.AddAsync(body.Kind, value, body.Reason, body.Until?.ToUniversalTime(), caller.Id, cancellationToken);
        await audit.WriteAsync("admin.ban_added", caller.Id, id, new { body.Kind, value, body.Until });
        return Results.Json(new { Id = WireId.Format(WireId.Ban, id), body.Kind, Value = value, body.Reason, body.Until }, statusCode: StatusCodes.Status201Created);
    }

    public static async Task<IResult> RemoveAsync(string id, Caller caller, BanList bans, AuditLog audit, CancellationToken cancellationToken)
    {
        var ban = WireId.Parse(WireId.Ban, id) ?? throw OpenAIException.NotFound("ban");
        if (!await bans.RemoveAsync(ban, cancellationToken))
            throw OpenAIException.NotFound("ban");
        await audit.WriteAsync("admin.ban_removed", caller.Id, ban, null);
        return Results.NoContent();
    }

    internal sealed record NewBan(string? Kind, string? Value, string? Reason, DateTimeOffset? Until);
}
