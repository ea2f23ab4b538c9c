using System.Globalization;

namespace ChatApp.Inference.Constraints.Grammars;

/// <summary>
/// A JSON number within bounds, written without superfluous zeros; an exponent only where there are no bounds.
/// A is the index of the text written so far, which tells what may follow.
/// </summary>
internal sealed class NumberNode : ConsumingNode
{
    private const int MaximumIntegerDigits = 18;
    private const int MaximumFractionDigits = 9;
    private const int MaximumRemembered = 100_000;

    private readonly bool _integer;
    private readonly decimal? _low;
    private readonly decimal? _high;
    private readonly bool _lowOpen;
    private readonly bool _highOpen;
    private readonly List<string> _texts = [""];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal) { [""] = 0 };

    public NumberNode(bool integer, decimal? low = null, bool lowOpen = false, decimal? high = null, bool highOpen = false)
    {
        _integer = integer;
        (_low, _lowOpen, _high, _highOpen) = (low, lowOpen, high, highOpen);
    }

    private bool Bounded => _low is not null || _high is not null;

    /// <summary>Whether any number fits.</summary>
    public bool IsPossible => CanGrow("");

    public override void Step(GrammarStack frame, byte value, GrammarSteps output)
    {
        var text = _texts[frame.A] + (char)value;
        if (!IsPrefix(text) || !CanGrow(text))
            return;
        if (!_indexes.TryGetValue(text, out var index))
        {
            if (_texts.Count >= MaximumRemembered)
                throw new ConstraintException("Too many numbers have been tried.");
            index = _texts.Count;
            _texts.Add(text);
            _indexes.Add(text, index);
        }
        output.Move(frame, index);
    }

    public override bool MayEnd(GrammarStack frame) => IsWhole(_texts[frame.A]) && (!Bounded || Fits(Value(_texts[frame.A])));

    /// <summary>At most: a number that is begun within bounds needs no more digits than they have.</summary>
    public override int Rest(GrammarStack frame)
    {
        if (MayEnd(frame))
            return 0;
        var digits = Math.Max(WholeDigits(_low), WholeDigits(_high)) + (_integer || !Bounded ? 0 : 1 + MaximumFractionDigits);
        return Math.Max(1, digits - _texts[frame.A].Length);
    }

    private static int WholeDigits(decimal? bound) =>
        bound is { } value ? decimal.Truncate(value).ToString(CultureInfo.InvariantCulture).Length : 0;

    /// <summary>Whether the text is how a number begins: sign, digits without a leading zero, fraction, exponent.</summary>
    private bool IsPrefix(string text)
    {
        var at = text.StartsWith('-') ? 1 : 0;
        var digits = Digits(text, at);
        if (digits > MaximumIntegerDigits || (digits > 1 && text[at] == '0'))
            return false;
        at += digits;
        if (at == text.Length)
            return true;
        if (digits == 0)
            return false;
        if (text[at] == '.' && !_integer)
        {
            var fraction = Digits(text, at + 1);
            at += 1 + fraction;
            if (at == text.Length)
                return fraction <= MaximumFractionDigits;
            if (fraction == 0)
                return false;
        }
        if (Bounded || _integer || text[at] is not ('e' or 'E'))
            return false;
        at++;
        if (at < text.Length && text[at] is '+' or '-')
            at++;
        var exponent = Digits(text, at);
        return at + exponent == text.Length && exponent <= 2;
    }

    private static int Digits(string text, int from)
    {
        var at = from;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
            at++;
        return at - from;
    }

    private static bool IsWhole(string text) => text.Length > 0 && char.IsAsciiDigit(text[^1]);

    private static decimal Value(string text) => decimal.Parse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture);

    private bool Fits(decimal value) =>
        (_low is not { } low || (_lowOpen ? value > low : value >= low)) && (_high is not { } high || (_highOpen ? value < high : value <= high));

    /// <summary>Whether the text can become a number within the bounds.</summary>
    private bool CanGrow(string text)
    {
        if (!Bounded)
            return true;
        if (text.Length == 0)
            return CanGrow("-") || Enumerable.Range(0, 10).Any(d => CanGrow(d.ToString(CultureInfo.InvariantCulture)));
        var negative = text[0] == '-';
        if (negative && text.Length == 1)
            return Enumerable.Range(0, 10).Any(d => CanGrow("-" + d.ToString(CultureInfo.InvariantCulture)));
        var dot = text.IndexOf('.');
        if (dot >= 0)
        {
            var start = Value(dot == text.Length - 1 ? text[..^1] : text);
            var digits = text.Length - dot - 1;
            // With no more digits allowed only the number itself is left; a bare point still needs one.
            return digits == MaximumFractionDigits ? Fits(start) : Reaches(start, Power(-digits), negative);
        }
        var whole = Value(text);
        var zero = text[negative ? 1 : 0] == '0';
        var more = zero ? 0 : MaximumIntegerDigits - (text.Length - (negative ? 1 : 0));
        for (var k = 0; k <= more; k++)
        {
            var scale = Power(k);
            if (_integer ? ReachesInteger(whole * scale, scale, negative) : Reaches(whole * scale, scale, negative))
                return true;
        }
        return false;
    }

    /// <summary>Whether a number from <paramref name="start"/> on, less than <paramref name="width"/> further from zero, fits.</summary>
    private bool Reaches(decimal start, decimal width, bool negative)
    {
        if (Fits(start))
            return true;
        var (from, to) = negative ? (start - width, start) : (start, start + width);
        // Bounds closer than the digits allowed are refused when the schema is compiled, so an open overlap holds a number.
        return (_low is not { } low || low < to) && (_high is not { } high || high > from) && Math.Max(_low ?? from, from) < Math.Min(_high ?? to, to);
    }

    private bool ReachesInteger(decimal start, decimal width, bool negative)
    {
        var (from, to) = negative ? (start - width + 1, start) : (start, start + width - 1);
        var low = _low is { } l ? _lowOpen ? decimal.Floor(l) + 1 : decimal.Ceiling(l) : from;
        var high = _high is { } h ? _highOpen ? decimal.Ceiling(h) - 1 : decimal.Floor(h) : to;
        return Math.Max(low, from) <= Math.Min(high, to);
    }

    private static decimal Power(int exponent)
    {
        var power = 1m;
        for (var i = 0; i < Math.Abs(exponent); i++)
            power = exponent > 0 ? power * 10 : power / 10;
        return power;
    }
}
