using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Computes expressions, within a budget.</summary>
internal sealed class JinjaEvaluator(JinjaBudget budget)
{
    public object? Evaluate(Expression expression, JinjaScope scope)
    {
        budget.Step();
        budget.Enter();
        var value = expression switch
        {
            Literal literal => literal.Value,
            Name name => scope.Get(name.Id),
            ListLiteral list => list.Items.ConvertAll(i => Evaluate(i, scope)),
            MapLiteral map => MakeMap(map, scope),
            Member member => GetMember(Evaluate(member.Target, scope), member.Key, member.Line),
            Subscript index => GetIndex(Evaluate(index.Target, scope), Evaluate(index.Key, scope), index.Line),
            Slice slice => Charged(JinjaValues.Slice(Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope))),
            Call call => EvaluateCall(call, scope),
            Filter filter => ApplyFilter(filter, Evaluate(filter.Input!, scope), scope),
            Test test => ApplyTest(test, scope),
            Unary unary => EvaluateUnary(unary, scope),
            Binary binary => EvaluateBinary(binary, scope),
            Compare compare => EvaluateCompare(compare, scope),
            Conditional conditional => JinjaValues.Truth(Evaluate(conditional.Condition, scope)) ? Evaluate(conditional.Then, scope)
                : conditional.Else is { } otherwise ? Evaluate(otherwise, scope) : new JinjaUndefined("an inline if without else"),
            _ => throw new JinjaException("chat template: an expression of unknown kind."),
        };
        budget.Leave();
        return value;
    }

    private object? EvaluateCall(Call call, JinjaScope scope)
    {
        // A method is looked up on the value it is called on, before any entry of that name.
        object? target;
        if (call.Target is Member member)
        {
            var owner = Evaluate(member.Target, scope);
            target = (object?)JinjaMethods.Find(owner, member.Key) ?? GetMember(owner, member.Key, member.Line);
        }
        else
            target = Evaluate(call.Target, scope);
        var (positional, named) = Arguments(call.Arguments, scope);
        return Charged(Invoke(target, positional, named, call));
    }

    public static object? Invoke(object? target, List<object?> positional, Dictionary<string, object?> named, JinjaNode at) =>
        target is JinjaFunction function ? function(positional, named)
            : throw new JinjaException($"chat template, line {at.Line}: {JinjaValues.Kind(target)} cannot be called.");

    public (List<object?> Positional, Dictionary<string, object?> Named) Arguments(ArgumentList arguments, JinjaScope scope)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (id, value) in arguments.Named)
            named[id] = Evaluate(value, scope);
        return (arguments.Positional.ConvertAll(a => Evaluate(a, scope)), named);
    }

    public object? ApplyFilter(Filter filter, object? input, JinjaScope scope)
    {
        var (positional, named) = Arguments(filter.Arguments, scope);
        if (input is string text)
            JinjaBudget.Charge(text.Length);
        return JinjaFilters.Apply(filter.Id, input, positional, named);
    }

    public object? ApplyChain(Expression filter, object? input, JinjaScope scope) =>
        filter is Filter f ? ApplyFilter(f, f.Input is null ? input : ApplyChain(f.Input, input, scope), scope) : input;

    private bool ApplyTest(Test test, JinjaScope scope)
    {
        var (positional, named) = Arguments(test.Arguments, scope);
        return JinjaTests.Apply(test.Id, Evaluate(test.Input, scope), positional, named) != test.Negated;
    }

    private static object? GetMember(object? target, string key, int line) => target switch
    {
        JinjaLoop loop => loop.Get(key),
        JinjaNamespace space => space.Attributes.TryGetValue(key, out var value) ? value : new JinjaUndefined($"'{key}' of the namespace"),
        JinjaUndefined undefined => throw new JinjaException($"chat template, line {line}: {undefined.What} is undefined and has no '{key}'."),
        JinjaMap map when map.TryGet(key, out var value) => value,
        _ => (object?)JinjaMethods.Find(target, key) ?? (target is JinjaMap ? JinjaValues.Item(target, key) : new JinjaUndefined($"'{key}'")),
    };

    private static object? GetIndex(object? target, object? key, int line) => target switch
    {
        JinjaLoop or JinjaNamespace when key is string name => GetMember(target, name, line),
        string when key is string method => (object?)JinjaMethods.Find(target, method) ?? new JinjaUndefined($"'{method}'"),
        JinjaUndefined undefined => throw new JinjaException($"chat template, line {line}: {undefined.What} is undefined and has no element {JinjaText.Repr(key)}."),
        _ => JinjaValues.Item(target, key),
    };

    private JinjaMap MakeMap(MapLiteral literal, JinjaScope scope)
    {
        var map = new JinjaMap();
        foreach (var (key, value) in literal.Items)
            map[JinjaText.Of(Evaluate(key, scope))] = Evaluate(value, scope);
        return map;
    }

    private object? EvaluateUnary(Unary unary, JinjaScope scope)
    {
        var value = Evaluate(unary.Operand, scope);
        return unary.Operator switch
        {
            "not" => !JinjaValues.Truth(value),
            "-" => value is double number ? (object)-number : -JinjaValues.Integer(value, "a negated value"),
            _ => JinjaValues.Number(value) is null ? throw new JinjaException("chat template: '+' needs a number.") : value,
        };
    }

    private object? EvaluateBinary(Binary binary, JinjaScope scope)
    {
        var left = Evaluate(binary.Left, scope);
        if (binary.Operator == "and")
            return JinjaValues.Truth(left) ? Evaluate(binary.Right, scope) : left;
        if (binary.Operator == "or")
            return JinjaValues.Truth(left) ? left : Evaluate(binary.Right, scope);
        var right = Evaluate(binary.Right, scope);
        switch (binary.Operator)
        {
            case "~":
                return Charged(JinjaText.Of(left) + JinjaText.Of(right));
            case "+" when left is string a && right is string b:
                JinjaBudget.Charge(a.Length + b.Length);
                return a + b;
            case "+" when left is List<object?> a && right is List<object?> b:
                JinjaBudget.Charge((a.Count + b.Count) * 8L);
                return new List<object?>([.. a, .. b]);
            case "*" when left is string or List<object?>:
                return Repeat(left, JinjaValues.Integer(right, "a repetition"));
            case "%" when left is string format:
                return JinjaText.Percent(format, right as List<object?> ?? [right]);
            default:
                return JinjaArithmetic.Apply(binary.Operator, left, right, binary.Line);
        }
    }

    private object Repeat(object value, long times)
    {
        times = Math.Max(0, times);
        var length = value is string text ? text.Length : ((List<object?>)value).Count;
        if (length > 0 && times > budget.Limits.OutputCharacters / length)
            throw new JinjaException("chat template: a repetition is too long.");
        JinjaBudget.Charge(times * length);
        return value is string s ? string.Concat(Enumerable.Repeat(s, (int)times)) : Enumerable.Repeat((List<object?>)value, length == 0 ? 0 : (int)times).SelectMany(l => l).ToList();
    }

    private bool EvaluateCompare(Compare compare, JinjaScope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (op, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            if (right is string searched)
                JinjaBudget.Charge(searched.Length);
            var holds = op switch
            {
                "==" => JinjaValues.Same(left, right),
                "!=" => !JinjaValues.Same(left, right),
                "<" => JinjaValues.Order(left, right) < 0,
                ">" => JinjaValues.Order(left, right) > 0,
                "<=" => JinjaValues.Order(left, right) <= 0,
                ">=" => JinjaValues.Order(left, right) >= 0,
                "in" => JinjaValues.Contains(right, left),
                _ => !JinjaValues.Contains(right, left),
            };
            if (!holds)
                return false;
            left = right;
        }
        return true;
    }

    private long? Bound(Expression? expression, JinjaScope scope) =>
        expression is null || Evaluate(expression, scope) is not { } value ? null : JinjaValues.Integer(value, "a slice's bound");

    private static object? Charged(object? value)
    {
        JinjaBudget.Charge(value switch { string text => text.Length, List<object?> list => list.Count * 8L, _ => 0 });
        return value;
    }
}
