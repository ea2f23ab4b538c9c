namespace ChatApp.Inference.Engine.Sampling;

/// <summary>
/// Random numbers by position rather than by state: the n-th number of a choice is the same whatever ran beside it, and after a
/// preemption nothing has to be replayed. SplitMix64's finaliser (Steele, Lea, Flood 2014) over a keyed counter.
/// </summary>
internal static class CounterRandom
{
    /// <summary>Uniform in [0, 1).</summary>
    public static double Uniform(long seed, int choice, int position)
    {
        var state = Mix((ulong)seed + 0x9E3779B97F4A7C15 * ((ulong)choice + 1));
        state = Mix(state + 0xD1B54A32D192ED03 * ((ulong)position + 1));
        return (state >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
