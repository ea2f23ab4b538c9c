using System.Text;
using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Renders a parsed template once, within limits.</summary>
internal sealed class JinjaInterpreter
{
    private readonly JinjaBudget _budget;
    private readonly JinjaEvaluator _evaluator;
    private readonly JinjaScope _globals = new(null);
    private StringBuilder _output = new();
    private int _loops;

    private JinjaInterpreter(JinjaLimits limits)
    {
        _budget = new JinjaBudget(limits);
        _evaluator = new JinjaEvaluator(_budget);
    }

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
        var outer = interpreter._budget.Begin();
        try
        {
            interpreter.Run(template, new JinjaScope(interpreter._globals));
            return interpreter._output.ToString();
        }
        finally
        {
            JinjaBudget.Restore(outer);
        }
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
        _budget.Step();
        switch (statement)
        {
            case Data data:
                Write(data.Text);
                break;
            case Output output:
                Write(JinjaText.Of(_evaluator.Evaluate(output.Value, scope)));
                break;
            case If branch:
                foreach (var (condition, body) in branch.Branches)
                {
                    if (JinjaValues.Truth(_evaluator.Evaluate(condition, scope)))
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
                    text = _evaluator.ApplyFilter(filter, text, scope);
                AssignTo(set.Target, text, scope);
                break;
            case FilterBlock filter:
                Write(JinjaText.Of(_evaluator.ApplyChain(filter.Chain, Capture(filter.Body, scope), scope)));
                break;
            case Macro macro:
                scope.Set(macro.Id, MakeMacro(macro, scope));
                break;
            case CallBlock call:
                var (positional, named) = _evaluator.Arguments(call.Target.Arguments, scope);
                named["caller"] = MakeMacro(call.Caller, scope);
                Write(JinjaText.Of(JinjaEvaluator.Invoke(_evaluator.Evaluate(call.Target.Target, scope), positional, named, call)));
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
        var items = JinjaValues.Iterate(_evaluator.Evaluate(loop.Items, scope));
        if (loop.Condition is not null)
        {
            items = [.. items.Where(item =>
            {
                _budget.Step();
                var inner = new JinjaScope(scope);
                Bind(loop.Targets, item, inner);
                return JinjaValues.Truth(_evaluator.Evaluate(loop.Condition, inner));
            })];
        }
        if (items.Count == 0)
        {
            Run(loop.Else, scope);
            return;
        }
        _budget.Enter();
        _loops++;
        var state = new JinjaLoop(items, _loops);
        for (var i = 0; i < items.Count; i++)
        {
            _budget.Step();
            var inner = new JinjaScope(scope);
            state.Position = i;
            inner.Set("loop", state);
            Bind(loop.Targets, items[i], inner);
            if (Run(loop.Body, inner) == Flow.Break)
                break;
        }
        _loops--;
        _budget.Leave();
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
        var value = _evaluator.Evaluate(set.Value, scope);
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
        else if (target is Member member && _evaluator.Evaluate(member.Target, scope) is JinjaNamespace space)
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
        _budget.Enter();
        var scope = new JinjaScope(definition);
        for (var i = 0; i < macro.Parameters.Count; i++)
        {
            var (id, fallback) = macro.Parameters[i];
            scope.Set(id, i < positional.Count ? positional[i]
                : named.TryGetValue(id, out var value) ? value
                : fallback is not null ? _evaluator.Evaluate(fallback, scope) : new JinjaUndefined($"parameter '{id}'"));
        }
        if (named.TryGetValue("caller", out var caller))
            scope.Set("caller", caller);
        var text = Capture(macro.Body, scope);
        _budget.Leave();
        return text;
    };

    private void Write(string text)
    {
        JinjaBudget.Charge(text.Length);
        if (_output.Length + text.Length > _budget.Limits.OutputCharacters)
            throw new JinjaException($"chat template: the rendered text exceeds {_budget.Limits.OutputCharacters} characters.");
        _output.Append(text);
    }
}
