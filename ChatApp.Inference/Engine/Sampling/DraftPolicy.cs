namespace ChatApp.Inference.Engine.Sampling;

/// <summary>
/// Switches drafting off where it does not pay: compares the time per committed token of drafted and plain steps, and after a loss
/// pauses for twice as many tokens as the time before.
/// </summary>
internal sealed class DraftPolicy
{
    private const double Weight = 0.2;
    private const int FirstPause = 16;
    private const int LongestPause = 1024;

    private double _plain;
    private double _drafted;
    private int _tries;
    private int _pause;
    private int _pauseLength = FirstPause;

    /// <summary>A draft may be tried now. Some plain steps come first, to have something to compare with.</summary>
    public bool ShouldTry => _plain > 0 && _pause == 0;

    /// <summary>A step without a draft took this long.</summary>
    public void Plain(double milliseconds)
    {
        _plain = Average(_plain, milliseconds);
        if (_pause > 0)
            _pause--;
    }

    /// <summary>A step with a draft took this long and committed this many tokens.</summary>
    public void Drafted(double milliseconds, int tokens)
    {
        _drafted = Average(_drafted, milliseconds / tokens);
        _tries++;
        if (_tries < 4 || _drafted <= _plain)
        {
            if (_tries >= 16)
                _pauseLength = FirstPause;
            return;
        }

        _pause = _pauseLength;
        _pauseLength = Math.Min(_pauseLength * 2, LongestPause);
        _drafted = 0;
        _tries = 0;
    }

    private static double Average(double average, double value) => average == 0 ? value : average + Weight * (value - average);
}
