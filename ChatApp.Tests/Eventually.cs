using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace ChatApp.Tests;

/// <summary>Waits for what no event announces.</summary>
internal static class Eventually
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    /// <exception cref="AssertionException">It did not come to hold in time.</exception>
    public static Task HoldsAsync(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string what = "", TimeSpan? patience = null) =>
        HoldsAsync(() => Task.FromResult(condition()), what, patience);

    /// <inheritdoc cref="HoldsAsync(Func{bool}, string, TimeSpan?)"/>
    public static async Task HoldsAsync(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string what = "", TimeSpan? patience = null) =>
        await BecomesAsync(condition, holds => holds, what, patience);

    /// <summary>Asks until the answer is as wished.</summary>
    /// <exception cref="AssertionException">It was not in time; says what the last answer was.</exception>
    public static async Task<T> BecomesAsync<T>(Func<Task<T>> ask, Func<T, bool> wished, [CallerArgumentExpression(nameof(wished))] string what = "", TimeSpan? patience = null)
    {
        for (var started = Stopwatch.GetTimestamp(); ;)
        {
            var answer = await ask();
            if (wished(answer))
                return answer;
            if (Stopwatch.GetElapsedTime(started) > (patience ?? s_patience))
                throw new AssertionException($"Not within {(patience ?? s_patience).TotalSeconds} s: {what}. The last answer was: {answer}");
            await Task.Delay(s_pause);
        }
    }
}
