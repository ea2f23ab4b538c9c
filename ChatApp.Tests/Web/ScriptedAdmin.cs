using System.Text.Json;
using ChatApp.Web.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ChatApp.Tests.Web;

/// <summary>What the scripted Api shows to an administrator, and keeps of what one changes.</summary>
internal sealed class ScriptedAdmin
{
    private static readonly string[] AllPlans = ["guest", "free", "plus"];

    public Dictionary<string, UserProfile> Users { get; } = [];

    public List<Ban> Bans { get; } = [];

    public List<string> SignedOut { get; } = [];

    /// <summary>What everything is refused with; null: nothing is.</summary>
    public string? Refusal { get; set; }

    public static object Usage(DateOnly today) => new
    {
        Data = Enumerable.Range(0, 12).SelectMany(back => new[] { "small", "large" }.Select(model => new
        {
            Day = today.AddDays(-back).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            Model = model,
            Purpose = model == "small" ? "title" : "turn",
            Requests = 3 + back,
            InputTokens = 900 + (back * 137 % 700),
            CachedTokens = 40,
            OutputTokens = 300 + (back * 71 % 400),
            Cost = 0.012m,
        })),
        SpentThisMonth = 0.31m,
        Plan = new { Name = "free", Limits = new { RequestsPerMinute = 20, TokensPerMinute = 40_000, TokensPerDay = 5_000, ConcurrentTurns = 2, UploadBytes = 20 << 20, MonthlyBudget = 1m } },
    };

    public void Reset()
    {
        Users.Clear();
        Bans.Clear();
        SignedOut.Clear();
        Refusal = null;
        for (var i = 1; i <= 3; i++)
            Users[$"user_{i}"] = new UserProfile { Id = $"user_{i}", Kind = i == 3 ? "guest" : "account", Email = i == 3 ? null : $"person{i}@example.org", Role = i == 1 ? "admin" : "user", Plan = "free", CreatedAt = DateTimeOffset.UtcNow };
    }

    public void Map(WebApplication app)
    {
        var today = () => DateOnly.FromDateTime(DateTime.UtcNow);
        app.MapGet("/api/usage", () => Usage(today()));
        var admin = app.MapGroup("/api/admin").AddEndpointFilter(async (context, next) =>
            Refusal is { } refusal ? Results.Problem(refusal, statusCode: 403) : await next(context));
        admin.MapGet("/users", (string? q) => new { Data = Users.Values.Where(user => q is null || user.Email?.Contains(q, StringComparison.OrdinalIgnoreCase) == true).OrderBy(user => user.Id) });
        admin.MapPatch("/users/{id}", (string id, UserChange change) =>
        {
            var user = Users[id];
            return Users[id] = user with { Role = change.Role ?? user.Role, Plan = change.Plan ?? user.Plan, BannedUntil = change.Unban == true ? null : change.BannedUntil ?? user.BannedUntil };
        });
        admin.MapPost("/users/{id}/sign-out", (string id) =>
        {
            SignedOut.Add(id);
            return Results.NoContent();
        });
        admin.MapGet("/users/{id}/usage", () => Usage(today()));
        admin.MapGet("/usage", () => Usage(today()));
        admin.MapGet("/plans", () => new { Data = AllPlans.ToDictionary(name => name, name => new { RequestsPerMinute = name == "plus" ? (int?)null : 20, TokensPerDay = 100_000, UploadBytes = 5 << 20, MonthlyBudget = 1m }) });
        admin.MapGet("/models", () => new { Data = new[] { new { Id = "small", Tier = "fast", ContextWindow = 8192, Capabilities = new[] { "chat", "tools" }, InputPricePerMillion = 0.1, OutputPricePerMillion = 0.4 } } });
        admin.MapGet("/bans", () => new { Data = Bans });
        admin.MapPost("/bans", (Ban ban) =>
        {
            if (ban.Value == "nonsense")
                return Results.Problem("'value' is no address.", statusCode: 400);
            Bans.Add(ban with { Id = $"ban_{Bans.Count + 1}" });
            return Results.Json(Bans[^1], statusCode: 201);
        });
        admin.MapDelete("/bans/{id}", (string id) => Bans.RemoveAll(ban => ban.Id == id) > 0 ? Results.NoContent() : Results.NotFound());
        admin.MapGet("/audit", (long? before, string? subject) => new
        {
            Data = Enumerable.Range(1, 150).Reverse().Where(number => (before is null || number < before) && (subject is null || subject == $"user_{number % 3}")).Take(100).Select(number => new
            {
                Id = number,
                At = DateTimeOffset.UtcNow.AddMinutes(-number),
                ActorId = "user_1",
                Action = "admin.user_changed",
                SubjectId = $"user_{number % 3}",
                Address = "203.0.113.7",
                Details = JsonSerializer.SerializeToElement(new { number }),
            }),
        });
    }
}
