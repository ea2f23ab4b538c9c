using ChatApp.Orchestrator.Gateway.Settings;
using Microsoft.Extensions.Options;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>Attempts beyond the first are paid from what first attempts bring in, so that under failure the load grows by a share only.</summary>
internal sealed class RetryBudget(IOptionsMonitor<GatewayOptions> options)
{
    private readonly Lock _lock = new();
    private double? _balance;

    /// <summary>A request arrived.</summary>
    public void Deposit()
    {
        var budget = options.CurrentValue.RetryBudget;
        lock (_lock)
            _balance = Math.Min(budget.Burst, (_balance ?? budget.Burst) + budget.Ratio);
    }

    /// <summary>Whether another attempt may be made; it is paid for then.</summary>
    public bool TryWithdraw()
    {
        var budget = options.CurrentValue.RetryBudget;
        lock (_lock)
        {
            var balance = _balance ?? budget.Burst;
            if (balance < 1)
                return false;
            _balance = balance - 1;
            return true;
        }
    }
}
