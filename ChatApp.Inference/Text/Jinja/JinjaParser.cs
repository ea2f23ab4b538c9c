using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Parses the statements and expressions of Jinja that published chat templates use; anything else is refused by name.</summary>
internal sealed class JinjaParser(JinjaTokenReader reader)
{
    private readonly JinjaExpressionParser _expressions = new(reader);

    public static List<Statement> Parse(string source)
    {
        var all = new JinjaTokenReader(JinjaLexer.Tokenize(source));
        var body = new JinjaParser(all).Body();
        return all.Current.Kind == JinjaTokenKind.End ? body : throw all.Fail($"'{all.PeekBlock()}' has nothing to close or belong to");
    }

    /// <summary>Statements up to the end or one of the block names given, whose tag is left to the caller.</summary>
    private List<Statement> Body(params ReadOnlySpan<string> until)
    {
        reader.Enter();
        var body = new List<Statement>();
        while (reader.Current.Kind != JinjaTokenKind.End)
        {
            if (reader.Current.Kind == JinjaTokenKind.BlockBegin && until.Contains(reader.PeekBlock()))
                break;
            var line = reader.Current.Line;
            switch (reader.Current.Kind)
            {
                case JinjaTokenKind.Data:
                    body.Add(new Data(reader.Take().Text) { Line = line });
                    break;
                case JinjaTokenKind.VariableBegin:
                    reader.Take();
                    body.Add(new Output(_expressions.ExpressionOrTuple()) { Line = line });
                    reader.Expect(JinjaTokenKind.VariableEnd, "}}");
                    break;
                default:
                    if (reader.PeekBlock() is "endif" or "endfor" or "endset" or "endmacro" or "else" or "elif" or "endgeneration" or "endcall" or "endfilter")
                        return reader.Leave(body);
                    body.Add(Block() with { Line = line });
                    break;
            }
        }
        return reader.Leave(body);
    }

    private Statement Block()
    {
        reader.Expect(JinjaTokenKind.BlockBegin, "{%");
        var name = reader.Expect(JinjaTokenKind.Name, "a statement").Text;
        switch (name)
        {
            case "if": return ParseIf();
            case "for": return ParseFor();
            case "set": return ParseSet();
            case "macro": return ParseMacro();
            case "call": return ParseCallBlock();
            case "filter":
                var filter = _expressions.Filters(null) ?? throw reader.Fail("a filter is expected");
                return new FilterBlock(filter, Enclosed("endfilter"));
            case "generation": return new Group(Enclosed("endgeneration"));
            case "break" or "continue":
                EndBlock();
                return new Jump(name == "continue");
            default: throw reader.Fail($"the statement '{name}' is not supported in chat templates");
        }
    }

    private If ParseIf()
    {
        var branches = new List<(Expression, List<Statement>)>();
        var otherwise = new List<Statement>();
        var condition = _expressions.ExpressionOrTuple();
        while (true)
        {
            EndBlock();
            branches.Add((condition, Body("elif", "else", "endif")));
            var next = ClosingName();
            if (next == "elif")
            {
                condition = _expressions.ExpressionOrTuple();
                continue;
            }
            if (next == "else")
            {
                EndBlock();
                otherwise = Body("endif");
                next = ClosingName();
            }
            if (next != "endif")
                throw reader.Fail($"'endif' is expected, not '{next}'");
            EndBlock();
            return new If(branches, otherwise);
        }
    }

    private For ParseFor()
    {
        var parenthesized = reader.TakeOperator("(");
        var targets = new List<string> { reader.Expect(JinjaTokenKind.Name, "a loop variable").Text };
        while (reader.TakeOperator(","))
            targets.Add(reader.Expect(JinjaTokenKind.Name, "a loop variable").Text);
        if (parenthesized)
            reader.ExpectOperator(")");
        reader.ExpectName("in");
        var items = _expressions.ParseTuple(conditional: false);
        var condition = reader.TakeName("if") ? _expressions.ParseExpression() : null;
        if (reader.TakeName("recursive"))
            throw reader.Fail("recursive loops are not supported");
        EndBlock();
        var body = Body("else", "endfor");
        var otherwise = new List<Statement>();
        var next = ClosingName();
        if (next == "else")
        {
            EndBlock();
            otherwise = Body("endfor");
            next = ClosingName();
        }
        if (next != "endfor")
            throw reader.Fail($"'endfor' is expected, not '{next}'");
        EndBlock();
        return new For(targets, items, condition, body, otherwise);
    }

    private Statement ParseSet()
    {
        var targets = new List<Expression> { SetTarget() };
        while (reader.TakeOperator(","))
            targets.Add(SetTarget());
        if (reader.TakeOperator("="))
        {
            var value = _expressions.ExpressionOrTuple();
            EndBlock();
            return new Set(targets, value);
        }
        var filters = new List<Expression>();
        while (reader.Current is { Kind: JinjaTokenKind.Operator, Text: "|" })
            filters.Add(_expressions.OneFilter(null));
        return new SetBlock(targets[0], filters, Enclosed("endset"));
    }

    private Expression SetTarget()
    {
        Expression target = new Name(reader.Expect(JinjaTokenKind.Name, "a variable").Text);
        while (reader.TakeOperator("."))
            target = new Member(target, reader.Expect(JinjaTokenKind.Name, "an attribute").Text);
        return target;
    }

    private Macro ParseMacro()
    {
        var name = reader.Expect(JinjaTokenKind.Name, "a macro name").Text;
        var parameters = Parameters();
        return new Macro(name, parameters, Enclosed("endmacro"));
    }

    private CallBlock ParseCallBlock()
    {
        var parameters = reader.Current is { Kind: JinjaTokenKind.Operator, Text: "(" } ? Parameters() : [];
        var call = _expressions.ParseExpression() as Call ?? throw reader.Fail("a call is expected");
        return new CallBlock(call, new Macro("caller", parameters, Enclosed("endcall")));
    }

    private List<(string, Expression?)> Parameters()
    {
        reader.ExpectOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!reader.TakeOperator(")"))
        {
            var id = reader.Expect(JinjaTokenKind.Name, "a parameter").Text;
            parameters.Add((id, reader.TakeOperator("=") ? _expressions.ParseExpression() : null));
            if (!reader.TakeOperator(","))
            {
                reader.ExpectOperator(")");
                break;
            }
        }
        return parameters;
    }

    private List<Statement> Enclosed(string end)
    {
        EndBlock();
        var body = Body(end);
        var name = ClosingName();
        if (name != end)
            throw reader.Fail($"'{end}' is expected, not '{name}'");
        // "endmacro" and "endset" may repeat the name.
        if (reader.Current.Kind == JinjaTokenKind.Name)
            reader.Take();
        EndBlock();
        return body;
    }

    private string ClosingName()
    {
        if (reader.Current.Kind == JinjaTokenKind.End)
            throw reader.Fail("a block is not closed");
        reader.Expect(JinjaTokenKind.BlockBegin, "{%");
        return reader.Expect(JinjaTokenKind.Name, "a block name").Text;
    }

    private void EndBlock() => reader.Expect(JinjaTokenKind.BlockEnd, "%}");
}
