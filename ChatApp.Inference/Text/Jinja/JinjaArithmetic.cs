namespace ChatApp.Inference.Text.Jinja;

/// <summary>Numbers as Python computes with them: floor division, remainder with the divisor's sign, true division to float.</summary>
internal static class JinjaArithmetic
{
    public static object Apply(string op, object? left, object? right, int line)
    {
        if (JinjaValues.Number(left) is not { } a || JinjaValues.Number(right) is not { } b)
            throw new JinjaException($"chat template, line {line}: '{op}' cannot be applied to {JinjaValues.Kind(left)} and {JinjaValues.Kind(right)}.");
        if (op is "/" or "//" or "%" && b == 0)
            throw new JinjaException($"chat template, line {line}: division by zero.");
        try
        {
            if (left is double || right is double || op == "/")
                return Floats(op, a, b);
            return Integers(op, JinjaValues.Integer(left, "an operand"), JinjaValues.Integer(right, "an operand"));
        }
        catch (OverflowException)
        {
            throw new JinjaException($"chat template, line {line}: a number is too large.");
        }
    }

    private static double Floats(string op, double a, double b) => op switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "//" => Math.Floor(a / b),
        "%" => a - (Math.Floor(a / b) * b),
        _ => Math.Pow(a, b),
    };

    private static object Integers(string op, long a, long b) => op switch
    {
        "+" => (object)checked(a + b),
        "-" => checked(a - b),
        "*" => checked(a * b),
        "//" => FloorDivide(a, b),
        "%" => checked(a - (FloorDivide(a, b) * b)),
        _ => b < 0 ? (object)Math.Pow(a, b) : Power(a, b),
    };

    private static long FloorDivide(long a, long b)
    {
        var quotient = checked(a / b);
        return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
    }

    private static long Power(long a, long b)
    {
        var result = 1L;
        for (var i = 0; i < b && result is not 0 && a is not 1; i++)
            result = checked(result * a);
        return result;
    }
}
