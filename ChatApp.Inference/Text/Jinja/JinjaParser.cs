using System.Globalization;
using static ChatApp.Inference.Text.Jinja.JinjaNode;

namespace ChatApp.Inference.Text.Jinja;

/// <summary>Parses the statements and expressions of Jinja that published chat templates use; anything else is refused by name.</summary>
internal sealed class JinjaParser
{
    private const int MaximumDepth = 100;

    private readonly List<JinjaToken> _tokens;
    private int _at;
    private int _depth;

    private JinjaParser(List<JinjaToken> tokens) => _tokens = tokens;

    private JinjaToken Current => _tokens[_at];

    public static List<Statement> Parse(string source)
    {
        var parser = new JinjaParser(JinjaLexer.Tokenize(source));
        var body = parser.Body();
        return parser.Current.Kind == JinjaTokenKind.End ? body : throw parser.Fail($"'{parser.PeekBlock()}' has nothing to close or belong to");
    }

    /// <summary>Statements up to the end or one of the block names given, whose tag is left to the caller.</summary>
    private List<Statement> Body(params ReadOnlySpan<string> until)
    {
        Enter();
        var body = new List<Statement>();
        while (Current.Kind != JinjaTokenKind.End)
        {
            if (Current.Kind == JinjaTokenKind.BlockBegin && until.Contains(PeekBlock()))
                break;
            var line = Current.Line;
            switch (Current.Kind)
            {
                case JinjaTokenKind.Data:
                    body.Add(new Data(Take().Text) { Line = line });
                    break;
                case JinjaTokenKind.VariableBegin:
                    Take();
                    body.Add(new Output(ExpressionOrTuple()) { Line = line });
                    Expect(JinjaTokenKind.VariableEnd, "}}");
                    break;
                default:
                    if (PeekBlock() is "endif" or "endfor" or "endset" or "endmacro" or "else" or "elif" or "endgeneration" or "endcall" or "endfilter")
                        return Leave(body);
                    body.Add(Block() with { Line = line });
                    break;
            }
        }
        return Leave(body);
    }

    private Statement Block()
    {
        Expect(JinjaTokenKind.BlockBegin, "{%");
        var name = Expect(JinjaTokenKind.Name, "a statement").Text;
        switch (name)
        {
            case "if": return ParseIf();
            case "for": return ParseFor();
            case "set": return ParseSet();
            case "macro": return ParseMacro();
            case "call": return ParseCallBlock();
            case "filter":
                var filter = Filters(null) ?? throw Fail("a filter is expected");
                return new FilterBlock(filter, Enclosed("endfilter"));
            case "generation": return new Group(Enclosed("endgeneration"));
            case "break" or "continue":
                EndBlock();
                return new Jump(name == "continue");
            default: throw Fail($"the statement '{name}' is not supported in chat templates");
        }
    }

    private If ParseIf()
    {
        var branches = new List<(Expression, List<Statement>)>();
        var otherwise = new List<Statement>();
        var condition = ExpressionOrTuple();
        while (true)
        {
            EndBlock();
            branches.Add((condition, Body("elif", "else", "endif")));
            var next = ClosingName();
            if (next == "elif")
            {
                condition = ExpressionOrTuple();
                continue;
            }
            if (next == "else")
            {
                EndBlock();
                otherwise = Body("endif");
                next = ClosingName();
            }
            if (next != "endif")
                throw Fail($"'endif' is expected, not '{next}'");
            EndBlock();
            return new If(branches, otherwise);
        }
    }

    private For ParseFor()
    {
        var parenthesized = TakeOperator("(");
        var targets = new List<string> { Expect(JinjaTokenKind.Name, "a loop variable").Text };
        while (TakeOperator(","))
            targets.Add(Expect(JinjaTokenKind.Name, "a loop variable").Text);
        if (parenthesized)
            ExpectOperator(")");
        ExpectName("in");
        var items = ParseTuple(conditional: false);
        var condition = TakeName("if") ? ParseExpression() : null;
        if (TakeName("recursive"))
            throw Fail("recursive loops are not supported");
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
            throw Fail($"'endfor' is expected, not '{next}'");
        EndBlock();
        return new For(targets, items, condition, body, otherwise);
    }

    private Statement ParseSet()
    {
        var targets = new List<Expression> { SetTarget() };
        while (TakeOperator(","))
            targets.Add(SetTarget());
        if (TakeOperator("="))
        {
            var value = ExpressionOrTuple();
            EndBlock();
            return new Set(targets, value);
        }
        var filters = new List<Expression>();
        while (Current is { Kind: JinjaTokenKind.Operator, Text: "|" })
            filters.Add(OneFilter(null));
        return new SetBlock(targets[0], filters, Enclosed("endset"));
    }

    private Expression SetTarget()
    {
        Expression target = new Name(Expect(JinjaTokenKind.Name, "a variable").Text);
        while (TakeOperator("."))
            target = new Member(target, Expect(JinjaTokenKind.Name, "an attribute").Text);
        return target;
    }

    private Macro ParseMacro()
    {
        var name = Expect(JinjaTokenKind.Name, "a macro name").Text;
        var parameters = Parameters();
        return new Macro(name, parameters, Enclosed("endmacro"));
    }

    private CallBlock ParseCallBlock()
    {
        var parameters = Current is { Kind: JinjaTokenKind.Operator, Text: "(" } ? Parameters() : [];
        var call = ParseExpression() as Call ?? throw Fail("a call is expected");
        return new CallBlock(call, new Macro("caller", parameters, Enclosed("endcall")));
    }

    private List<(string, Expression?)> Parameters()
    {
        ExpectOperator("(");
        var parameters = new List<(string, Expression?)>();
        while (!TakeOperator(")"))
        {
            var id = Expect(JinjaTokenKind.Name, "a parameter").Text;
            parameters.Add((id, TakeOperator("=") ? ParseExpression() : null));
            if (!TakeOperator(","))
            {
                ExpectOperator(")");
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
            throw Fail($"'{end}' is expected, not '{name}'");
        // "endmacro" and "endset" may repeat the name.
        if (Current.Kind == JinjaTokenKind.Name)
            Take();
        EndBlock();
        return body;
    }

    private Expression ExpressionOrTuple() => ParseTuple(conditional: true);

    private Expression ParseTuple(bool conditional)
    {
        var first = conditional ? ParseExpression() : ParseOr();
        if (Current is not { Kind: JinjaTokenKind.Operator, Text: "," })
            return first;
        var items = new List<Expression> { first };
        while (TakeOperator(",") && Current.Kind is not (JinjaTokenKind.BlockEnd or JinjaTokenKind.VariableEnd))
            items.Add(conditional ? ParseExpression() : ParseOr());
        return new ListLiteral(items);
    }

    private Expression ParseExpression()
    {
        Enter();
        var value = ParseOr();
        while (TakeName("if"))
        {
            var condition = ParseOr();
            var otherwise = TakeName("else") ? ParseExpression() : null;
            value = new Conditional(condition, value, otherwise) { Line = Current.Line };
        }
        return Leave(value);
    }

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (TakeName("or"))
            left = new Binary("or", left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (TakeName("and"))
            left = new Binary("and", left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!TakeName("not"))
            return ParseCompare();
        Enter();
        return Leave(new Unary("not", ParseNot()));
    }

    private Expression ParseCompare()
    {
        var first = ParseSum();
        List<(string, Expression)>? rest = null;
        while (true)
        {
            if (Current.Kind == JinjaTokenKind.Operator && Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=")
                (rest ??= []).Add((Take().Text, ParseSum()));
            else if (TakeName("in"))
                (rest ??= []).Add(("in", ParseSum()));
            else if (Current is { Kind: JinjaTokenKind.Name, Text: "not" } && _tokens[_at + 1] is { Kind: JinjaTokenKind.Name, Text: "in" })
            {
                _at += 2;
                (rest ??= []).Add(("not in", ParseSum()));
            }
            else
                return rest is null ? first : new Compare(first, rest) { Line = Current.Line };
        }
    }

    private Expression ParseSum() => LeftAssociative(["+", "-"], () => LeftAssociative(["~"], () => LeftAssociative(["*", "/", "//", "%"], ParsePower)));

    private Expression LeftAssociative(string[] operators, Func<Expression> operand)
    {
        var left = operand();
        while (Current.Kind == JinjaTokenKind.Operator && operators.Contains(Current.Text))
        {
            var line = Current.Line;
            left = new Binary(Take().Text, left, operand()) { Line = line };
        }
        return left;
    }

    private Expression ParsePower()
    {
        var left = ParseUnary(filters: true);
        while (TakeOperator("**"))
            left = new Binary("**", left, ParseUnary(filters: true));
        return left;
    }

    private Expression ParseUnary(bool filters)
    {
        Enter();
        Expression value;
        if (Current.Kind == JinjaTokenKind.Operator && Current.Text is "-" or "+")
            value = new Unary(Take().Text, ParseUnary(filters: false));
        else
            value = Postfix(Primary());
        return Leave(filters ? Filters(value)! : value);
    }

    private Expression Primary()
    {
        var token = Take();
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
                while (Current.Kind == JinjaTokenKind.Text)
                    text += Take().Text;
                return new Literal(text);
            case JinjaTokenKind.Integer when long.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var integer):
                return new Literal(integer);
            case JinjaTokenKind.Float or JinjaTokenKind.Integer:
                return new Literal(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case JinjaTokenKind.Operator when token.Text == "(":
                if (TakeOperator(")"))
                    return new ListLiteral([]);
                var inner = ParseExpression();
                if (Current is { Kind: JinjaTokenKind.Operator, Text: "," })
                {
                    var items = new List<Expression> { inner };
                    while (TakeOperator(",") && Current is not { Kind: JinjaTokenKind.Operator, Text: ")" })
                        items.Add(ParseExpression());
                    inner = new ListLiteral(items);
                }
                ExpectOperator(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return new ListLiteral(Items("]"));
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseMap();
            default:
                throw Fail($"a value is expected, not '{Describe(token)}'");
        }
    }

    private MapLiteral ParseMap()
    {
        var items = new List<(Expression, Expression)>();
        while (!TakeOperator("}"))
        {
            var key = ParseExpression();
            ExpectOperator(":");
            items.Add((key, ParseExpression()));
            if (!TakeOperator(","))
            {
                ExpectOperator("}");
                break;
            }
        }
        return new MapLiteral(items);
    }

    private List<Expression> Items(string close)
    {
        var items = new List<Expression>();
        while (!TakeOperator(close))
        {
            items.Add(ParseExpression());
            if (!TakeOperator(","))
            {
                ExpectOperator(close);
                break;
            }
        }
        return items;
    }

    private Expression Postfix(Expression value)
    {
        for (var links = 0; Current.Kind == JinjaTokenKind.Operator; links++)
        {
            if (links > MaximumDepth)
                throw Fail("a chain of attributes and calls is too long");
            var line = Current.Line;
            if (TakeOperator("."))
            {
                var key = Take();
                value = key.Kind switch
                {
                    JinjaTokenKind.Name => new Member(value, key.Text) { Line = line },
                    JinjaTokenKind.Integer => new JinjaNode.Subscript(value, new Literal(long.Parse(key.Text, CultureInfo.InvariantCulture))) { Line = line },
                    _ => throw Fail($"an attribute is expected, not '{Describe(key)}'"),
                };
            }
            else if (TakeOperator("["))
                value = SubscriptOrSlice(value) with { Line = line };
            else if (Current.Text == "(")
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
        while (!TakeOperator("]"))
        {
            if (TakeOperator(":"))
            {
                if (++part > 2)
                    throw Fail("a slice has at most three parts");
                continue;
            }
            if (parts[part] is not null)
                throw Fail("']' is expected");
            parts[part] = ParseExpression();
        }
        if (part > 0)
            return new Slice(target, parts[0], parts[1], parts[2]);
        return new JinjaNode.Subscript(target, parts[0] ?? throw Fail("an index is expected"));
    }

    private ArgumentList CallArguments()
    {
        ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        while (!TakeOperator(")"))
        {
            if (Current.Kind == JinjaTokenKind.Name && _tokens[_at + 1] is { Kind: JinjaTokenKind.Operator, Text: "=" })
            {
                var id = Take().Text;
                Take();
                named.Add((id, ParseExpression()));
            }
            else
                positional.Add(ParseExpression());
            if (!TakeOperator(","))
            {
                ExpectOperator(")");
                break;
            }
        }
        return new ArgumentList(positional, named);
    }

    /// <summary>Filters and tests after a value.</summary>
    private Expression? Filters(Expression? value)
    {
        for (var links = 0; ; links++)
        {
            if (links > MaximumDepth)
                throw Fail("a chain of filters is too long");
            if (Current is { Kind: JinjaTokenKind.Operator, Text: "|" })
                value = OneFilter(value);
            else if (value is null && Current.Kind == JinjaTokenKind.Name)
                value = new Filter(null, Take().Text, OptionalArguments());
            else if (value is not null && TakeName("is"))
                value = OneTest(value);
            else if (value is not null && Current is { Kind: JinjaTokenKind.Operator, Text: "(" or "." or "[" })
                value = Postfix(value);
            else
                return value;
        }
    }

    private Filter OneFilter(Expression? value)
    {
        ExpectOperator("|");
        var line = Current.Line;
        return new Filter(value, Expect(JinjaTokenKind.Name, "a filter").Text, OptionalArguments()) { Line = line };
    }

    private Test OneTest(Expression value)
    {
        var negated = TakeName("not");
        var line = Current.Line;
        var name = Current is { Kind: JinjaTokenKind.Operator, Text: "==" or "!=" or "<" or ">" or "<=" or ">=" } ? Take().Text : Expect(JinjaTokenKind.Name, "a test").Text;
        var arguments = OptionalArguments();
        if (arguments.Positional.Count == 0 && arguments.Named.Count == 0 && StartsTestOperand())
            arguments = new ArgumentList([Postfix(Primary())], []);
        return new Test(value, name, arguments, negated) { Line = line };
    }

    private bool StartsTestOperand() => Current.Kind switch
    {
        JinjaTokenKind.Text or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
        JinjaTokenKind.Name => Current.Text is not ("else" or "or" or "and" or "is" or "if" or "not" or "in" or "recursive"),
        JinjaTokenKind.Operator => Current.Text is "[" or "{",
        _ => false,
    };

    private ArgumentList OptionalArguments() =>
        Current is { Kind: JinjaTokenKind.Operator, Text: "(" } ? CallArguments() : ArgumentList.None;

    private string PeekBlock() =>
        Current.Kind == JinjaTokenKind.BlockBegin && _tokens[_at + 1].Kind == JinjaTokenKind.Name ? _tokens[_at + 1].Text : "";

    private string ClosingName()
    {
        if (Current.Kind == JinjaTokenKind.End)
            throw Fail("a block is not closed");
        Expect(JinjaTokenKind.BlockBegin, "{%");
        return Expect(JinjaTokenKind.Name, "a block name").Text;
    }

    private void EndBlock() => Expect(JinjaTokenKind.BlockEnd, "%}");

    private JinjaToken Take()
    {
        var token = Current;
        if (token.Kind != JinjaTokenKind.End)
            _at++;
        return token;
    }

    private JinjaToken Expect(JinjaTokenKind kind, string what) =>
        Current.Kind == kind ? Take() : throw Fail($"{what} is expected, not '{Describe(Current)}'");

    private void ExpectOperator(string text)
    {
        if (!TakeOperator(text))
            throw Fail($"'{text}' is expected, not '{Describe(Current)}'");
    }

    private void ExpectName(string text)
    {
        if (!TakeName(text))
            throw Fail($"'{text}' is expected, not '{Describe(Current)}'");
    }

    private bool TakeOperator(string text) => TakeIf(JinjaTokenKind.Operator, text);

    private bool TakeName(string text) => TakeIf(JinjaTokenKind.Name, text);

    private bool TakeIf(JinjaTokenKind kind, string text)
    {
        if (Current.Kind != kind || Current.Text != text)
            return false;
        _at++;
        return true;
    }

    private void Enter()
    {
        if (++_depth > MaximumDepth)
            throw Fail($"nesting is deeper than {MaximumDepth}");
    }

    private T Leave<T>(T value)
    {
        _depth--;
        return value;
    }

    private static string Describe(JinjaToken token) => token.Kind switch
    {
        JinjaTokenKind.End => "the end of the template",
        JinjaTokenKind.BlockEnd => "%}",
        JinjaTokenKind.VariableEnd => "}}",
        JinjaTokenKind.BlockBegin => "{%",
        JinjaTokenKind.VariableBegin => "{{",
        _ => token.Text,
    };

    private JinjaException Fail(string what) => new($"chat template, line {Current.Line}: {what}.");
}
