using System.Globalization;
using System.Text;
using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Renders a parsed template once, within limits.</summary>
internal sealed class JinjaInterpreter
{
    [ThreadStatic]
    private static JinjaInterpreter? _running;

    private readonly JinjaLimits _limits;
    private readonly JinjaScope _globals = new(null);
    private StringBuilder _output = new();
    private long _steps;
    private long _charged;
    private int _depth;
    private int _loops;

    private JinjaInterpreter(JinjaLimits limits) => _limits = limits;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public static string Render(List<Statement> template, JinjaMap variables, JinjaLimits limits, TimeProvider time)
    {
        var interpreter = new JinjaInterpreter(limits);
        foreach (var (name, function) in JinjaGlobals.All(time))
            interpreter._globals.Set(name, function);
        foreach (var (name, value) in variables)
            interpreter._globals.Set(name, value);
        var outer = _running;
        _running = interpreter;
        try
        {
            interpreter.Run(template, new JinjaScope(interpreter._globals));
            return interpreter._output.ToString();
        }
        finally
        {
            _running = outer;
        }
    }

    /// <summary>Accounts for text produced or searched by a filter or method of the template that is being rendered on this thread.</summary>
    public static void Charge(long characters)
    {
        if (_running is not { } running)
            return;
        running._charged += characters;
        running._steps += characters >> 6;
        // Text held at once is bounded by what was ever produced.
        if (running._steps > running._limits.Steps || running._charged > running._limits.Steps * 64)
            throw new JinjaException("chat template: it takes too many steps to render.");
        if (characters > running._limits.OutputCharacters)
            throw new JinjaException($"chat template: a text of more than {running._limits.OutputCharacters} characters.");
    }

    /// <summary>Python's <c>%</c> formatting, as far as <c>%s</c>, <c>%d</c> and <c>%%</c>.</summary>
    public static string Percent(string format, List<object?> arguments)
    {
        var output = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
                output.Append(format[i]);
            else if (format[++i] == '%')
                output.Append('%');
            else if (format[i] is 's' or 'd' or 'i' or 'r')
                output.Append(next < arguments.Count ? JinjaText.Of(arguments[next++]) : throw new JinjaException("chat template: a format has too few arguments."));
            else
                throw new JinjaException($"chat template: the format '%{format[i]}' is not supported.");
            Charge(1);
        }
        return output.ToString();
    }

    private Flow Run(List<Statement> body, JinjaScope scope)
    {
        foreach (var statement in body)
        {
            if (Run(statement, scope) is not Flow.Next and var flow)
                return flow;
        }
        return Flow.Next;
    }

    private Flow Run(Statement statement, JinjaScope scope)
    {
        Step();
        switch (statement)
        {
            case Data data:
                Write(data.Text);
                break;
            case Output output:
                Write(JinjaText.Of(Evaluate(output.Value, scope)));
                break;
            case If branch:
                foreach (var (condition, body) in branch.Branches)
                {
                    if (JinjaValues.Truth(Evaluate(condition, scope)))
                        return Run(body, scope);
                }
                return Run(branch.Else, scope);
            case For loop:
                RunLoop(loop, scope);
                break;
            case Set set:
                Assign(set, scope);
                break;
            case SetBlock set:
                object? text = Capture(set.Body, scope);
                foreach (var filter in set.Filters.Cast<Filter>())
                    text = ApplyFilter(filter, text, scope);
                AssignTo(set.Target, text, scope);
                break;
            case FilterBlock filter:
                Write(JinjaText.Of(ApplyChain(filter.Chain, Capture(filter.Body, scope), scope)));
                break;
            case Macro macro:
                scope.Set(macro.Id, MakeMacro(macro, scope));
                break;
            case CallBlock call:
                var (positional, named) = Arguments(call.Target.Arguments, scope);
                named["caller"] = MakeMacro(call.Caller, scope);
                Write(JinjaText.Of(Invoke(Evaluate(call.Target.Target, scope), positional, named, call)));
                break;
            case Group group:
                return Run(group.Body, scope);
            case Jump jump:
                return jump.Continue ? Flow.Continue : Flow.Break;
        }
        return Flow.Next;
    }

    private void RunLoop(For loop, JinjaScope scope)
    {
        var items = JinjaValues.Iterate(Evaluate(loop.Items, scope));
        if (loop.Condition is not null)
        {
            items = [.. items.Where(item =>
            {
                Step();
                var inner = new JinjaScope(scope);
                Bind(loop.Targets, item, inner);
                return JinjaValues.Truth(Evaluate(loop.Condition, inner));
            })];
        }
        if (items.Count == 0)
        {
            Run(loop.Else, scope);
            return;
        }
        Enter();
        _loops++;
        var state = new JinjaLoop(items, _loops);
        for (var i = 0; i < items.Count; i++)
        {
            Step();
            var inner = new JinjaScope(scope);
            state.Position = i;
            inner.Set("loop", state);
            Bind(loop.Targets, items[i], inner);
            if (Run(loop.Body, inner) == Flow.Break)
                break;
        }
        _loops--;
        _depth--;
    }

    private static void Bind(List<string> targets, object? item, JinjaScope scope)
    {
        if (targets.Count == 1)
        {
            scope.Set(targets[0], item);
            return;
        }
        var parts = JinjaValues.Iterate(item);
        if (parts.Count != targets.Count)
            throw new JinjaException($"chat template: {parts.Count} values cannot be unpacked into {targets.Count} names.");
        for (var i = 0; i < targets.Count; i++)
            scope.Set(targets[i], parts[i]);
    }

    private void Assign(Set set, JinjaScope scope)
    {
        var value = Evaluate(set.Value, scope);
        if (set.Targets.Count == 1)
        {
            AssignTo(set.Targets[0], value, scope);
            return;
        }
        var parts = JinjaValues.Iterate(value);
        if (parts.Count != set.Targets.Count)
            throw new JinjaException($"chat template: {parts.Count} values cannot be unpacked into {set.Targets.Count} names.");
        for (var i = 0; i < parts.Count; i++)
            AssignTo(set.Targets[i], parts[i], scope);
    }

    private void AssignTo(Expression target, object? value, JinjaScope scope)
    {
        if (target is Name name)
            scope.Set(name.Id, value);
        else if (target is Member member && Evaluate(member.Target, scope) is JinjaNamespace space)
            space.Attributes[member.Key] = value;
        else
            throw new JinjaException("chat template: only attributes of a namespace can be set.");
    }

    private string Capture(List<Statement> body, JinjaScope scope)
    {
        var outer = _output;
        _output = new StringBuilder();
        try
        {
            Run(body, new JinjaScope(scope));
            return _output.ToString();
        }
        finally
        {
            _output = outer;
        }
    }

    private JinjaFunction MakeMacro(Macro macro, JinjaScope definition) => (positional, named) =>
    {
        Enter();
        var scope = new JinjaScope(definition);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (id, fallback) = macro.Parameters[i];
            scope.Set(id, i < positional.Count ? positional[i]
                : named.TryGetValue(id, out var value) ? value
                : fallback is not null ? Evaluate(fallback, scope) : new JinjaUndefined($"parameter '{id}'"));
        }
        if (named.TryGetValue("caller", out var caller))
            scope.Set("caller", caller);
        var text = Capture(macro.Body, scope);
        _depth--;
        return text;
    };

    private object? Evaluate(Expression expression, JinjaScope scope)
    {
        Step();
        Enter();
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
        _depth--;
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

    private static object? Invoke(object? target, List<object?> positional, Dictionary<string, object?> named, JinjaNode at) =>
        target is JinjaFunction function ? function(positional, named)
            : throw new JinjaException($"chat template, line {at.Line}: {JinjaValues.Kind(target)} cannot be called.");

    private (List<object?> Positional, Dictionary<string, object?> Named) Arguments(ArgumentList arguments, JinjaScope scope)
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (id, value) in arguments.Named)
            named[id] = Evaluate(value, scope);
        return (arguments.Positional.ConvertAll(a => Evaluate(a, scope)), named);
    }

    private object? ApplyFilter(Filter filter, object? input, JinjaScope scope)
    {
        var (positional, named) = Arguments(filter.Arguments, scope);
        if (input is string text)
            Charge(text.Length);
        return JinjaFilters.Apply(filter.Id, input, positional, named);
    }

    private object? ApplyChain(Expression filter, object? input, JinjaScope scope) =>
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
                Charge(a.Length + b.Length);
                return a + b;
            case "+" when left is List<object?> a && right is List<object?> b:
                Charge((a.Count + b.Count) * 8L);
                return new List<object?>([.. a, .. b]);
            case "*" when left is string or List<object?>:
                return Repeat(left, JinjaValues.Integer(right, "a repetition"));
            case "%" when left is string format:
                return Percent(format, right as List<object?> ?? [right]);
            default:
                return JinjaArithmetic.Apply(binary.Operator, left, right, binary.Line);
        }
    }

    private object Repeat(object value, long times)
    {
        times = Math.Max(0, times);
        var length = value is string text ? text.Length : ((List<object?>)value).Count;
        if (length > 0 && times > _limits.OutputCharacters / length)
            throw new JinjaException("chat template: a repetition is too long.");
        Charge(times * length);
        return value is string s ? string.Concat(Enumerable.Repeat(s, (int)times)) : Enumerable.Repeat((List<object?>)value, length == 0 ? 0 : (int)times).SelectMany(l => l).ToList();
    }

    private bool EvaluateCompare(Compare compare, JinjaScope scope)
    {
        var left = Evaluate(compare.First, scope);
        foreach (var (op, operand) in compare.Rest)
        {
            var right = Evaluate(operand, scope);
            if (right is string searched)
                Charge(searched.Length);
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
        Charge(value switch { string text => text.Length, List<object?> list => list.Count * 8L, _ => 0 });
        return value;
    }

    private void Write(string text)
    {
        Charge(text.Length);
        if (_output.Length + text.Length > _limits.OutputCharacters)
            throw new JinjaException($"chat template: the rendered text exceeds {_limits.OutputCharacters} characters.");
        _output.Append(text);
    }

    private void Step()
    {
        if (++_steps > _limits.Steps)
            throw new JinjaException("chat template: it takes too many steps to render.");
    }

    private void Enter()
    {
        if (++_depth > _limits.Depth)
            throw new JinjaException($"chat template: calls and loops are nested deeper than {_limits.Depth}.");
    }
}
