using System.Globalization;
using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Parses expressions: operators by precedence, filters, tests, calls, subscripts and literals.</summary>
internal sealed class JinjaExpressionParser(JinjaTokenReader reader)
{
    public Expression ExpressionOrTuple() => ParseTuple(conditional: true);

    public Expression ParseTuple(bool conditional)
    {
        var first = conditional ? ParseExpression() : ParseOr();
        if (reader.Current is not { Kind: JinjaTokenKind.Operator, Text: "," })
            return first;
        var items = new List<Expression> { first };
        while (reader.TakeOperator(",") && reader.Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.VariableEnd))
            items.Add(conditional ? ParseExpression() : ParseOr());
        return new ListLiteral(items);
    }

    public Expression ParseExpression()
    {
        reader.Enter();
        var value = ParseOr();
        while (reader.TakeName("if"))
        {
            var condition = ParseOr();
            var otherwise = reader.TakeName("else") ? ParseExpression() : null;
            value = new Conditional(condition, value, otherwise) { Line = reader.Current.Line };
        }
        return reader.Leave(value);
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (reader.TakeName("or"))
            left = new Binary("or", left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (reader.TakeName("and"))
            left = new Binary("and", left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!reader.TakeName("not"))
            return ParseCompare();
        reader.Enter();
        return reader.Leave(new Unary("not", ParseNot()));
    }

    private Expression ParseCompare()
    {
        var first = ParseSum();
        List<(string, Expression)>? rest = null;
        while (true)
        {
            if (reader.Current.Kind == JinjaTokenKind.Operator && reader.Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=")
                (rest ??= []).Add((reader.Take().Text, ParseSum()));
            else if (reader.TakeName("in"))
                (rest ??= []).Add(("in", ParseSum()));
            else if (reader.Current is { Kind: JinjaTokenKind.Name, Text: "not" } && reader.Following is { Kind: JinjaTokenKind.Name, Text: "in" })
            {
                reader.Take();
                reader.Take();
                (rest ??= []).Add(("not in", ParseSum()));
            }
            else
                return rest is null ? first : new Compare(first, rest) { Line = reader.Current.Line };
        }
    }

    private Expression ParseSum() => LeftAssociative(["+", "-"], () => LeftAssociative(["~"], () => LeftAssociative(["*", "/", "//", "%"], ParsePower)));

    private Expression LeftAssociative(string[] operators, Func<Expression> operand)
    {
        var left = operand();
        while (reader.Current.Kind == JinjaTokenKind.Operator && operators.Contains(reader.Current.Text))
        {
            var line = reader.Current.Line;
            left = new Binary(reader.Take().Text, left, operand()) { Line = line };
        }
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(filters: true);
        while (reader.TakeOperator("**"))
            left = new Binary("**", left, ParseUnary(filters: true));
        return left;
    }

    private Expression ParseUnary(bool filters)
    {
        reader.Enter();
        Expression value;
        if (reader.Current.Kind == JinjaTokenKind.Operator && reader.Current.Text is "-" or "+")
            value = new Unary(reader.Take().Text, ParseUnary(filters: false));
        else
            value = Postfix(Primary());
        return reader.Leave(filters ? Filters(value)! : value);
    }

    private Expression Primary()
    {
        var token = reader.Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new Literal(true),
                    "false" or "False" => new Literal(false),
                    "none" or "None" => new Literal(null),
                    _ => new Name(token.Text) { Line = token.Line },
                };
            case JinjaTokenKind.Text:
                var text = token.Text;
                while (reader.Current.Kind == JinjaTokenKind.Text)
                    text += reader.Take().Text;
                return new Literal(text);
            case JinjaTokenKind.Integer when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer):
                return new Literal(integer);
            case JinjaTokenKind.Float or JinjaTokenKind.Integer:
                return new Literal(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case JinjaTokenKind.Operator when token.Text == "(":
                if (reader.TakeOperator(")"))
                    return new ListLiteral([]);
                var inner = ParseExpression();
                if (reader.Current is { Kind: JinjaTokenKind.Operator, Text: "," })
                {
                    var items = new List<Expression> { inner };
                    while (reader.TakeOperator(",") && reader.Current is not { Kind: JinjaTokenKind.Operator, Text: ")" })
                        items.Add(ParseExpression());
                    inner = new ListLiteral(items);
                }
                reader.ExpectOperator(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return new ListLiteral(Items("]"));
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseMap();
            default:
                throw reader.Fail($"a value is expected, not '{JinjaTokenReader.Describe(token)}'");
        }
    }

    private MapLiteral ParseMap()
    {
        var items = new List<(Expression, Expression)>();
        while (!reader.TakeOperator("}"))
        {
            var key = ParseExpression();
            reader.ExpectOperator(":");
            items.Add((key, ParseExpression()));
            if (!reader.TakeOperator(","))
            {
                reader.ExpectOperator("}");
                break;
            }
        }
        return new MapLiteral(items);
    }

    private List<Expression> Items(string close)
    {
        var items = new List<Expression>();
        while (!reader.TakeOperator(close))
        {
            items.Add(ParseExpression());
            if (!reader.TakeOperator(","))
            {
                reader.ExpectOperator(close);
                break;
            }
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (var links = 0; reader.Current.Kind == JinjaTokenKind.Operator; links++)
        {
            if (links > JinjaTokenReader.MaximumDepth)
                throw reader.Fail("a chain of attributes and calls is too long");
            var line = reader.Current.Line;
            if (reader.TakeOperator("."))
            {
                var key = reader.Take();
                value = key.Kind switch
                {
                    JinjaTokenKind.Name => new Member(value, key.Text) { Line = line },
                    JinjaTokenKind.Integer => new JinjaNode.Subscript(value, new Literal(long.Parse(key.Text, CultureInfo.InvariantCulture))) { Line = line },
                    _ => throw reader.Fail($"an attribute is expected, not '{JinjaTokenReader.Describe(key)}'"),
                };
            }
            else if (reader.TakeOperator("["))
                value = SubscriptOrSlice(value) with { Line = line };
            else if (reader.Current.Text == "(")
                value = new Call(value, CallArguments()) { Line = line };
            else
                break;
        }
        return value;
    }

    private Expression SubscriptOrSlice(Expression target)
    {
        var parts = new Expression?[3];
        var part = 0;
        while (!reader.TakeOperator("]"))
        {
            if (reader.TakeOperator(":"))
            {
                if (++part > 2)
                    throw reader.Fail("a slice has at most three parts");
                continue;
            }
            if (parts[part] is not null)
                throw reader.Fail("']' is expected");
            parts[part] = ParseExpression();
        }
        if (part > 0)
            return new Slice(target, parts[0], parts[1], parts[2]);
        return new JinjaNode.Subscript(target, parts[0] ?? throw reader.Fail("an index is expected"));
    }

    private ArgumentList CallArguments()
    {
        reader.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!reader.TakeOperator(")"))
        {
            if (reader.Current.Kind == JinjaTokenKind.Name && reader.Following is { Kind: JinjaTokenKind.Operator, Text: "=" })
            {
                var id = reader.Take().Text;
                reader.Take();
                named.Add((id, ParseExpression()));
            }
            else
                positional.Add(ParseExpression());
            if (!reader.TakeOperator(","))
            {
                reader.ExpectOperator(")");
                break;
            }
        }
        return new ArgumentList(positional, named);
    }

    /// <summary>Filters and tests after a value.</summary>
    public Expression? Filters(Expression? value)
    {
        for (var links = 0; ; links++)
        {
            if (links > JinjaTokenReader.MaximumDepth)
                throw reader.Fail("a chain of filters is too long");
            if (reader.Current is { Kind: JinjaTokenKind.Operator, Text: "|" })
                value = OneFilter(value);
            else if (value is null && reader.Current.Kind == JinjaTokenKind.Name)
                value = new Filter(null, reader.Take().Text, OptionalArguments());
            else if (value is not null && reader.TakeName("is"))
                value = OneTest(value);
            else if (value is not null && reader.Current is { Kind: JinjaTokenKind.Operator, Text: "(" or "." or "[" })
                value = Postfix(value);
            else
                return value;
        }
    }

    public Filter OneFilter(Expression? value)
    {
        reader.ExpectOperator("|");
        var line = reader.Current.Line;
        return new Filter(value, reader.Expect(JinjaTokenKind.Name, "a filter").Text, OptionalArguments()) { Line = line };
    }

    private Test OneTest(Expression value)
    {
        var negated = reader.TakeName("not");
        var line = reader.Current.Line;
        var name = reader.Current is { Kind: JinjaTokenKind.Operator, Text: "==" or "!=" or "<" or ">" or "<=" or ">=" } ? reader.Take().Text : reader.Expect(JinjaTokenKind.Name, "a test").Text;
        var arguments = OptionalArguments();
        if (arguments.Positional.Count == 0 && arguments.Named.Count == 0 && StartsTestOperand())
            arguments = new ArgumentList([Postfix(Primary())], []);
        return new Test(value, name, arguments, negated) { Line = line };
    }

    private bool StartsTestOperand() => reader.Current.Kind switch
    {
        JinjaTokenKind.Text or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
        JinjaTokenKind.Name => reader.Current.Text is not ("else" or "or" or "and" or "is" or "if" or "not" or "in" or "recursive"),
        JinjaTokenKind.Operator => reader.Current.Text is "[" or "{",
        _ => false,
    };

    private ArgumentList OptionalArguments() =>
        reader.Current is { Kind: JinjaTokenKind.Operator, Text: "(" } ? CallArguments() : ArgumentList.None;
}
