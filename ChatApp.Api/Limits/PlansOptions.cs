namespace ChatApp.Api.Limits;

/// <summary>The plans, from the section <c>Plans</c>: each entry changes one of these or adds another.</summary>
internal sealed class PlansOptions
{
    public const string Section = "Plans";

    public Dictionary<string, Plan> Plans { get; } = new()
    {
        ["guest"] = new Plan
        {
            CallsPerMinute = 120,
            RequestsPerMinute = 10,
            TokensPerMinute = 20_000,
            TokensPerDay = 100_000,
            ConcurrentTurns = 1,
            UploadBytes = 5 << 20,
            StorageBytes = 20L << 20,
            MonthlyBudget = 0.25m,
        },
        ["free"] = new Plan
        {
            CallsPerMinute = 300,
            RequestsPerMinute = 20,
            TokensPerMinute = 40_000,
            TokensPerDay = 500_000,
            ConcurrentTurns = 2,
            UploadBytes = 20 << 20,
            StorageBytes = 200L << 20,
            MonthlyBudget = 1m,
        },
        ["plus"] = new Plan
        {
            CallsPerMinute = 600,
            RequestsPerMinute = 60,
            TokensPerMinute = 200_000,
            TokensPerDay = 5_000_000,
            ConcurrentTurns = 5,
            UploadBytes = 100 << 20,
            StorageBytes = 2048L << 20,
            MonthlyBudget = 20m,
        },
        ["pro"] = new Plan
        {
            CallsPerMinute = 1200,
            RequestsPerMinute = 200,
            TokensPerMinute = 1_000_000,
            TokensPerDay = 50_000_000,
            ConcurrentTurns = 20,
            UploadBytes = 500 << 20,
            StorageBytes = 20480L << 20,
            MonthlyBudget = 200m,
        },
        ["unlimited"] = new Plan(),
    };

    /// <summary>The plan of a user; one whose plan was taken out of the configuration has the guest's.</summary>
    public Plan this[string name] => Plans.GetValueOrDefault(name) ?? Plans["guest"];

    /// <exception cref="FormatException">A plan has a setting that does not exist or is no number.</exception>
    internal void Read(IConfigurationSection section)
    {
        foreach (var child in section.GetChildren())
        {
            var plan = Plans.GetValueOrDefault(child.Key) is { } known ? known with { } : new Plan();
            try
            {
                child.Bind(plan, binder => binder.ErrorOnUnknownConfiguration = true);
            }
            catch (InvalidOperationException exception)
            {
                throw new FormatException($"Plans:{child.Key}: {exception.InnerException?.Message ?? exception.Message}", exception);
            }

            Plans[child.Key] = plan;
        }
    }

    /// <returns>What is wrong, in the operator's words; null when nothing is.</returns>
    internal string? FindFault()
    {
        foreach (var (name, plan) in Plans)
        {
            if (plan is { CallsPerMinute: <= 0 } or { RequestsPerMinute: <= 0 } or { TokensPerMinute: <= 0 } or { TokensPerDay: <= 0 } or { ConcurrentTurns: <= 0 } or { UploadBytes: < 0 } or { StorageBytes: < 0 } or { MonthlyBudget: < 0 })
                return $"Plans:{name}: limits are positive numbers; leave one out for no limit.";
        }

        return null;
    }
}
