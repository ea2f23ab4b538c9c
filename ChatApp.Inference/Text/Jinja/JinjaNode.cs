namespace ChatApp.Inference.Text.Jinja;

/// <summary>The parts of a parsed template.</summary>
internal abstract record JinjaNode
{
    public int Line { get; init; }

    public abstract record Expression : JinjaNode;

    public sealed record Literal(object? Value) : Expression;

    public sealed record Name(string Id) : Expression;

    public sealed record ListLiteral(List<Expression> Items) : Expression;

    public sealed record MapLiteral(List<(Expression Key, Expression Value)> Items) : Expression;

    public sealed record Member(Expression Target, string Key) : Expression;

    public sealed record Subscript(Expression Target, Expression Key) : Expression;

    public sealed record Slice(Expression Target, Expression? Start, Expression? Stop, Expression? Step) : Expression;

    public sealed record Call(Expression Target, ArgumentList Arguments) : Expression;

    public sealed record Filter(Expression? Input, string Id, ArgumentList Arguments) : Expression;

    public sealed record Test(Expression Input, string Id, ArgumentList Arguments, bool Negated) : Expression;

    public sealed record Unary(string Operator, Expression Operand) : Expression;

    public sealed record Binary(string Operator, Expression Left, Expression Right) : Expression;

    public sealed record Compare(Expression First, List<(string Operator, Expression Operand)> Rest) : Expression;

    public sealed record Conditional(Expression Condition, Expression Then, Expression? Else) : Expression;

    public abstract record Statement : JinjaNode;

    public sealed record Data(string Text) : Statement;

    public sealed record Output(Expression Value) : Statement;

    public sealed record If(List<(Expression Condition, List<Statement> Body)> Branches, List<Statement> Else) : Statement;

    public sealed record For(List<string> Targets, Expression Items, Expression? Condition, List<Statement> Body, List<Statement> Else) : Statement;

    public sealed record Set(List<Expression> Targets, Expression Value) : Statement;

    public sealed record SetBlock(Expression Target, List<Expression> Filters, List<Statement> Body) : Statement;

    public sealed record FilterBlock(Expression Chain, List<Statement> Body) : Statement;

    public sealed record Macro(string Id, List<(string Id, Expression? Default)> Parameters, List<Statement> Body) : Statement;

    public sealed record CallBlock(Call Target, Macro Caller) : Statement;

    public sealed record Group(List<Statement> Body) : Statement;

    public sealed record Jump(bool Continue) : Statement;

    /// <summary>Arguments of a call, filter or test.</summary>
    public sealed record ArgumentList(List<Expression> Positional, List<(string Id, Expression Value)> Named)
    {
        public static ArgumentList None { get; } = new([], []);
    }
}
