using System.Text.Json;
using ChatApp.Inference.Constraints;
using ChatApp.Inference.Constraints.Grammars;
using ChatApp.Inference.Constraints.Patterns;
using ChatApp.Inference.Constraints.Schemas;
using ChatApp.Inference.Text;
using ChatApp.Inference.ToolCalls;
using ChatApp.Tests.Inference.ToolCalls;

namespace ChatApp.Tests.Inference.Constraints;

[TestFixture]
internal sealed class SchemaConstraintTests
{
    private static readonly string[] _schemas =
    [
        """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer","minimum":0,"maximum":120},"tags":{"type":"array","items":{"type":"string","maxLength":5},"minItems":1,"maxItems":3}},"required":["name","tags"],"additionalProperties":false}""",
        """{"type":"object","properties":{"a":{"type":"boolean"},"b":{"type":"null"},"c":{"enum":["x","xy",3,null,{"k":[1]}]},"d":{"const":"é\"\\"}},"required":["d"]}""",
        """{"type":"string","minLength":3,"maxLength":6}""",
        """{"type":"string","pattern":"^[A-Z]{2}-\\d{3,4}$"}""",
        """{"type":"string","pattern":"colou?r","maxLength":12}""",
        """{"type":"string","pattern":"^(\"|\\\\|\\n|é|日|😀)+$","minLength":2,"maxLength":4}""",
        """{"type":"string","pattern":"^\\w+@\\w+\\.(com|org)$","maxLength":20}""",
        """{"type":"number","exclusiveMinimum":-2.5,"maximum":13.75}""",
        """{"type":"integer","minimum":-17,"exclusiveMaximum":1005}""",
        """{"type":"integer","exclusiveMinimum":999,"maximum":1001}""",
        """{"type":"array","items":{"type":"number","minimum":0.5,"maximum":0.75},"minItems":2,"maxItems":4}""",
        """{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"value":{"type":"integer"},"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value","next"],"additionalProperties":false}}}""",
        """{"anyOf":[{"type":"string","maxLength":4},{"type":"object","properties":{"k":{"type":"integer"}},"required":["k"],"additionalProperties":false},{"type":"array","items":{"type":"boolean"},"maxItems":2}]}""",
        """{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"],"additionalProperties":{"type":"string","maxLength":3}}""",
        """{"allOf":[{"type":"object","properties":{"a":{"type":"string","maxLength":3}},"required":["a"]},{"properties":{"b":{"type":"integer","maximum":9,"minimum":1}},"required":["b"]}]}""",
        """{"type":["string","null"],"maxLength":2}""",
        """{"type":"array","items":{"$ref":"#"},"maxItems":2}""",
        """{"type":"object"}""",
        """{"type":"string","pattern":"^a{2,}$","minLength":5,"maxLength":7}""",
        """{"oneOf":[{"type":"object","properties":{"kind":{"const":"circle"},"r":{"type":"integer"}},"required":["kind","r"]},{"$ref":"#/$defs/square"},{"type":"null"}],"$defs":{"square":{"type":"object","properties":{"kind":{"enum":["square","cube"]},"a":{"type":"integer"}},"required":["kind","a"]}}}""",
        """{"oneOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]},{"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]}""",
        """{"type":"object","properties":{"v":{"oneOf":[{"type":"integer","maximum":9,"minimum":0},{"type":"string","maxLength":3},{"enum":[true,"long text"]}]}},"required":["v"]}""",
        """{"type":"object","properties":{"when":{"type":"string","format":"date-time"},"id":{"type":"string","format":"uuid"}},"required":["when","id"]}""",
    ];

    private Tokenizer _tokenizer = null!;

    [OneTimeSetUp]
    public void Load() => _tokenizer = Tokenizer.Load(NanoModel.Folder);

    [TestCaseSource(nameof(_schemas))]
    public void Whatever_the_mask_lets_through_is_valid_against_the_schema(string schemaText)
    {
        using var schema = JsonDocument.Parse(schemaText);
        var root = JsonSchemaCompiler.Compile(schema.RootElement, "schema");
        var writer = new MaskedWriter(_tokenizer, new Random(5));
        var texts = new HashSet<string>();
        for (var round = 0; round < 25; round++)
        {
            var text = writer.Write(root);
            texts.Add(text);
            using var value = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 200 });
            SchemaCheck.Error(schema.RootElement, value.RootElement, schema.RootElement).ShouldBeNull(text);
        }
        texts.Count.ShouldBeGreaterThan(1);
    }

    [TestCase("""{"type":"object","properties":{"name":{"type":"string"},"n":{"type":"integer"}},"required":["name"]}""", "{\"name\": \"Zoë \\\"Z\\\" \\u00e9\\n\", \"n\": -12}")]
    [TestCase("""{"type":"object","properties":{"name":{"type":"string"},"n":{"type":"integer"}},"required":["name"]}""", "{\n  \"name\": \"x\"\n}")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"array","items":{"type":"number"}}},"required":["a"]}""", "{\"a\":[1,2.5,-3e10,0]}")]
    [TestCase("""{"type":"string","pattern":"^[a-c]+$"}""", "\"abcabc\"")]
    [TestCase("{}", "[1, {\"x\": [null, true, \"😀\"]}]")]
    public void Ordinary_texts_are_let_through(string schemaText, string text)
    {
        using var schema = JsonDocument.Parse(schemaText);
        Accepts(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), text).ShouldBeTrue();
    }

    [TestCase("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""", "{}")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""", "{\"a\": 1.5}")]
    [TestCase("""{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]}""", "{\"a\": 1, \"b\": 2}")]
    [TestCase("""{"type":"integer"}""", "007")]
    [TestCase("""{"type":"integer","maximum":99}""", "100")]
    [TestCase("""{"type":"number","minimum":1}""", "0.99")]
    [TestCase("""{"type":"string","maxLength":2}""", "\"abc\"")]
    [TestCase("""{"type":"string"}""", "\"a\nb\"")]
    [TestCase("""{"type":"string"}""", "\"\\ud800\"")]
    [TestCase("""{"type":"string","pattern":"^a$"}""", "\"b\"")]
    [TestCase("""{"enum":["a"]}""", "\"b\"")]
    [TestCase("{}", "{\"a\":1,}")]
    [TestCase("{}", "[1 2]")]
    public void Texts_that_do_not_fit_are_stopped(string schemaText, string text)
    {
        using var schema = JsonDocument.Parse(schemaText);
        Accepts(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), text).ShouldBeFalse();
    }

    [TestCase(ToolCallFormat.Hermes), TestCase(ToolCallFormat.Llama), TestCase(ToolCallFormat.Mistral), TestCase(ToolCallFormat.Phi)]
    public void A_forced_call_is_read_back_by_the_familys_own_parser(ToolCallFormat format)
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"city":{"type":"string","maxLength":8},"days":{"type":"integer","minimum":1,"maximum":7}},"required":["city"]}""");
        var root = ToolCallGrammar.Compile(format, [("get_weather", schema.RootElement, "p"), ("now", null, "p")], several: false);
        var writer = new MaskedWriter(_tokenizer, new Random(3));
        for (var round = 0; round < 10; round++)
        {
            var text = writer.Write(root);
            var sink = new RecordingSink();
            var parser = ToolCallFormats.CreateParser(format);
            parser.Append(text, sink);
            parser.Complete(sink);
            sink.Text.ShouldBeEmpty();
            var call = sink.Calls.ShouldHaveSingleItem();
            using var arguments = JsonDocument.Parse(call.Arguments.ToString());
            if (call.Name == "get_weather")
                SchemaCheck.Error(schema.RootElement, arguments.RootElement, schema.RootElement).ShouldBeNull(text);
            else
                call.Name.ShouldBe("now");
        }
    }

    [TestCase("It may be so.\n<tool_call>", false)]
    [TestCase("A <tool_call> in thought.</think>\n<tool_call>", true)]
    public void A_call_that_a_free_answer_begins_is_one_that_can_be_made(string before, bool isReasoning)
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":7}},"required":["n"],"additionalProperties":false}""");
        using var hostile = JsonDocument.Parse("""{"type":"object","properties":{"n":{"$ref":"#/nowhere"}}}""");
        var (mark, rest) = ToolCallGrammar.Begun(ToolCallFormat.Hermes, [("count", schema.RootElement, "p"), ("odd", hostile.RootElement, "p")])!.Value;
        var grammar = new CompiledGrammar(rest(), new Vocabulary(_tokenizer, new HashSet<int>()), [_tokenizer.EosId!.Value]);
        var writer = new MaskedWriter(_tokenizer, new Random(4));
        var names = new HashSet<string>();
        for (var round = 0; round < 20; round++)
        {
            var constraint = new BegunCalls(grammar, mark, new Detokenizer(_tokenizer), isReasoning, isReasoning);
            foreach (var id in _tokenizer.Encode(before, parseSpecial: true))
            {
                constraint.TryGetMask(default).ShouldBeFalse("the answer is free so far");
                constraint.Accept(id);
            }
            var text = writer.Write(constraint, until: () => !constraint.TryGetMask(new ulong[(_tokenizer.VocabularySize + 63) / 64]));

            var sink = new RecordingSink();
            var parser = ToolCallFormats.CreateParser(ToolCallFormat.Hermes);
            parser.Append(mark + text, sink);
            parser.Complete(sink);
            sink.Text.ShouldBeEmpty();
            var call = sink.Calls.ShouldHaveSingleItem();
            names.Add(call.Name);
            using var arguments = JsonDocument.Parse(call.Arguments.ToString());
            if (call.Name == "count")
                arguments.RootElement.GetProperty("n").GetInt32().ShouldBeInRange(1, 7);
        }
        names.Order().ShouldBe(["count", "odd"]);
    }

    [TestCase(ToolCallFormat.Hermes), TestCase(ToolCallFormat.Llama), TestCase(ToolCallFormat.Mistral), TestCase(ToolCallFormat.Phi)]
    public void Several_calls_are_read_back_and_bounded_in_number(ToolCallFormat format)
    {
        using var schema = JsonDocument.Parse("""{"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":7}},"required":["n"],"additionalProperties":false}""");
        var root = ToolCallGrammar.Compile(format, [("count", schema.RootElement, "p"), ("add", schema.RootElement, "p")], several: true);
        var writer = new MaskedWriter(_tokenizer, new Random(3));
        var numbers = new List<int>();
        for (var round = 0; round < 30; round++)
        {
            var sink = new RecordingSink();
            var parser = ToolCallFormats.CreateParser(format);
            parser.Append(writer.Write(root, hurryAfter: 2000), sink);
            parser.Complete(sink);
            sink.Text.ShouldBeEmpty();
            foreach (var call in sink.Calls)
            {
                call.Name.ShouldBeOneOf("count", "add");
                using var arguments = JsonDocument.Parse(call.Arguments.ToString());
                arguments.RootElement.GetProperty("n").GetInt32().ShouldBeInRange(1, 7);
            }
            numbers.Add(sink.Calls.Count);
        }
        numbers.Min().ShouldBeGreaterThanOrEqualTo(1);
        numbers.Max().ShouldBeInRange(2, ToolCallGrammar.MaximumCalls);
    }

    [TestCase("""{"type":"object","properties":{"name":{"type":"string","minLength":2,"maxLength":9},"tags":{"type":"array","items":{"type":"string","pattern":"^[a-z]+$","maxLength":9},"maxItems":3}},"required":["name"],"additionalProperties":{"type":"integer"}}""")]
    [TestCase("""{"anyOf":[{"type":"string","maxLength":3},{"type":"string","minLength":8},{"const":"a\nb"},{"type":"array","items":{}}]}""")]
    [TestCase("{}")]
    public void A_mask_has_exactly_the_tokens_whose_bytes_fit(string schemaText)
    {
        using var schema = JsonDocument.Parse(schemaText);
        var root = JsonSchemaCompiler.Compile(schema.RootElement, "schema");
        var vocabulary = new Vocabulary(_tokenizer, new HashSet<int>());
        var masked = new CompiledGrammar(root, vocabulary, []);
        var random = new Random(9);
        for (var round = 0; round < 6; round++)
        {
            var state = masked.Start;
            for (var length = 0; length < 40; length++)
            {
                var mask = masked.Mask(state);
                var allowed = new List<int>();
                for (var id = 0; id < _tokenizer.VocabularySize; id++)
                {
                    var bytes = _tokenizer.TokenBytes(id);
                    var fits = !bytes.IsEmpty && !_tokenizer.IsSpecial(id) && !ReferenceEquals(masked.Advance(state, bytes), Grammar.Dead);
                    ((mask[id >> 6] >> (id & 63) & 1) != 0).ShouldBe(fits, $"token {id} '{_tokenizer.TokenText(id)}' after {length} tokens of round {round}");
                    if (fits)
                        allowed.Add(id);
                }
                if (allowed.Count == 0)
                    break;
                // Bytes alone lead into escapes and halves of characters.
                var pool = random.Next(2) == 0 ? allowed.Where(i => _tokenizer.TokenBytes(i).Length == 1).ToList() : allowed;
                pool = pool.Count > 0 ? pool : allowed;
                state = masked.Advance(state, _tokenizer.TokenBytes(pool[random.Next(pool.Count)]));
            }
        }
    }

    [TestCase("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string","minLength":5}},"required":["a","b"]}""")]
    [TestCase("""{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"},"born":{"type":"string","format":"date"}},"required":["name","born"]},"minItems":1}""")]
    [TestCase("""{"type":"object","properties":{"kind":{"enum":["a","a very long kind of thing that takes many tokens"]},"n":{"type":"number","minimum":1000,"maximum":2000}},"required":["kind","n"],"additionalProperties":{"type":"string"}}""")]
    [TestCase("""{"type":"object","properties":{"child":{"$ref":"#"},"text":{"type":"string"},"code":{"type":"string","pattern":"^[a-z]{3}-[0-9]{2,9}$"}},"required":["text"]}""")]
    [TestCase("true")]
    public void A_text_ends_within_the_tokens_that_it_may_have_whatever_is_chosen(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        for (var seed = 0; seed < 40; seed++)
        {
            var text = new MaskedWriter(_tokenizer, new Random(seed)).Within(JsonSchemaCompiler.Compile(document.RootElement, "schema"), tokens: 90);
            using var value = JsonDocument.Parse(text);
            SchemaCheck.Error(document.RootElement, value.RootElement, document.RootElement).ShouldBeNull(text);
        }
    }

    [Test]
    public void Far_from_its_last_token_a_text_is_as_free_as_without_a_bound()
    {
        var grammar = new CompiledGrammar(JsonSchemaCompiler.AnyObject(), new Vocabulary(_tokenizer, new HashSet<int>()), [_tokenizer.EosId!.Value]);
        var (free, bounded) = (new ulong[(_tokenizer.VocabularySize + 63) / 64], new ulong[(_tokenizer.VocabularySize + 63) / 64]);
        grammar.Begin().TryGetMask(free);

        var constraint = grammar.Begin();
        constraint.TokensLeft = 40;
        constraint.TryGetMask(bounded);

        bounded.ShouldBe(free);
    }

    [Test]
    public void A_json_object_is_any_object_and_ends_when_it_closes()
    {
        var constraint = new CompiledGrammar(JsonSchemaCompiler.AnyObject(), new Vocabulary(_tokenizer, new HashSet<int>()), [_tokenizer.EosId!.Value]).Begin();
        var mask = new ulong[(_tokenizer.VocabularySize + 63) / 64];
        foreach (var id in _tokenizer.Encode("{\"a\": [1]}", parseSpecial: false))
        {
            Array.Clear(mask);
            constraint.TryGetMask(mask);
            (mask[id >> 6] >> (id & 63) & 1).ShouldBe(1UL);
            (mask[_tokenizer.EosId.Value >> 6] >> (_tokenizer.EosId.Value & 63) & 1).ShouldBe(0UL, "the text may not end yet");
            constraint.IsComplete.ShouldBeFalse();
            constraint.Accept(id);
        }
        constraint.IsComplete.ShouldBeTrue();
    }

    [TestCase("""{"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}""", "finite")]
    [TestCase("""{"$ref":"#"}""", "")]
    [TestCase("""{"$ref":"http://example.com/x"}""", "$ref")]
    [TestCase("""{"$ref":"#/$defs/none"}""", "points to nothing")]
    [TestCase("""{"type":"string","pattern":"(a*)*("}""", "pattern")]
    [TestCase("""{"type":"string","pattern":"(?=a)b"}""", "look-around")]
    [TestCase("""{"type":"string","pattern":"(a)\\1"}""", "not supported")]
    [TestCase("""{"type":"string","pattern":"((a{1000}){1000}){1000}"}""", "too large")]
    [TestCase("""{"type":"string","pattern":"(x+x+)+y(.*.*.*.*.*.*.*.*.*.*)(a|b|ab)*[^z]{900}q"}""", "")]
    [TestCase("""{"type":"string","pattern":"(.*a.{20}){5}"}""", "too large")]
    [TestCase("""{"type":"string","pattern":"^a$","minLength":3}""", "no text")]
    [TestCase("""{"type":"string","minLength":9,"maxLength":3}""", "minLength")]
    [TestCase("""{"type":"integer","minimum":5,"maximum":4}""", "minimum")]
    [TestCase("""{"type":"integer","minimum":0.2,"maximum":0.8}""", "integer")]
    [TestCase("""{"type":"number","multipleOf":0.5}""", "multipleOf")]
    [TestCase("""{"not":{}}""", "not")]
    [TestCase("""{"type":"array","uniqueItems":true}""", "uniqueItems")]
    [TestCase("""{"type":"frog"}""", "frog")]
    [TestCase("""{"enum":[]}""", "enum")]
    [TestCase("""{"allOf":[{"type":"string"},{"type":"integer"}]}""", "type")]
    [TestCase("""{"oneOf":[{"type":"integer"},{"type":"number"}]}""", "alternative 0 may also fit alternative 1")]
    [TestCase("""{"oneOf":[{"type":"string"},{"const":"a"}]}""", "oneOf")]
    [TestCase("""{"oneOf":[{"type":"object","properties":{"a":{"const":1}}},{"type":"object","properties":{"a":{"const":2}}}]}""", "oneOf")]
    [TestCase("""{"oneOf":[{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":true},{"type":"object","properties":{"b":{"type":"integer"}},"required":["b"]}]}""", "oneOf")]
    [TestCase("false", "nothing")]
    [TestCase("3", "schema")]
    public void A_schema_that_cannot_be_kept_is_refused_quickly_and_by_name(string schemaText, string reason)
    {
        using var schema = JsonDocument.Parse(schemaText);
        var used = ProcessorTime.Start();
        try
        {
            var root = JsonSchemaCompiler.Compile(schema.RootElement, "schema");
            // What compiles must also be usable without blowing up.
            reason.ShouldBeEmpty();
            new MaskedWriter(_tokenizer, new Random(1)).Write(root, limit: 20_000);
        }
        catch (SchemaException error)
        {
            error.Message.ShouldContain(reason);
        }
        used.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Test]
    public void Hostile_sizes_are_refused()
    {
        Refused("{\"anyOf\":[" + string.Join(',', Enumerable.Repeat("{}", 600)) + "]}");
        Refused("{\"enum\":[" + string.Join(',', Enumerable.Range(0, 6000)) + "]}");
        Refused("{\"type\":\"object\",\"properties\":{" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"\"p{i}\":{{}}")) + "}}");
        var deep = string.Concat(Enumerable.Repeat("{\"type\":\"array\",\"items\":", 200)) + "{}" + new string('}', 200);
        Refused(deep);

        static void Refused(string text)
        {
            using var schema = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 1000 });
            Should.Throw<SchemaException>(() => JsonSchemaCompiler.Compile(schema.RootElement, "schema"));
        }
    }

    [Test]
    public void A_schema_that_leaves_too_much_open_is_given_up_quickly()
    {
        var patterns = string.Join(',', Enumerable.Range(0, 400).Select(i => $"{{\"type\":\"string\",\"pattern\":\"^[a-z ]*{i}[a-z ]*$\"}}"));
        using var schema = JsonDocument.Parse("{\"anyOf\":[" + patterns + "]}");
        var vocabulary = new Vocabulary(_tokenizer, new HashSet<int>());
        var used = ProcessorTime.Start();
        try
        {
            var constraint = new CompiledGrammar(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), vocabulary, [2]).Begin();
            var mask = new ulong[(_tokenizer.VocabularySize + 63) / 64];
            _tokenizer.TryGetId("\"", out var quote).ShouldBeTrue();
            constraint.TryGetMask(mask);
            constraint.Accept(quote);
            constraint.TryGetMask(mask);
        }
        catch (ConstraintException error)
        {
            error.Message.ShouldContain("too many possibilities");
        }
        used.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Test]
    public void Huge_counts_cost_nothing()
    {
        using var schema = JsonDocument.Parse("""{"type":"array","items":{"type":"string","maxLength":2000000000},"minItems":0,"maxItems":2000000000}""");
        Accepts(JsonSchemaCompiler.Compile(schema.RootElement, "schema"), "[\"" + new string('a', 5000) + "\", \"b\"]").ShouldBeTrue();
    }

    [Test]
    public void Grammars_are_remembered_within_a_bound()
    {
        var cache = new ConstraintCache(() => new Vocabulary(_tokenizer, new HashSet<int>()), [2]);
        var first = cache.Get("0", JsonSchemaCompiler.AnyObject);
        cache.Get("0", JsonSchemaCompiler.AnyObject).ShouldBeSameAs(first);
        for (var i = 1; i < 100; i++)
            cache.Get(i.ToString(System.Globalization.CultureInfo.InvariantCulture), JsonSchemaCompiler.AnyObject);
        cache.Count.ShouldBeLessThan(50);
    }

    private static bool Accepts(GrammarNode root, string text)
    {
        var grammar = new Grammar(root);
        var state = grammar.Start;
        foreach (var b in System.Text.Encoding.UTF8.GetBytes(text))
        {
            state = grammar.Step(state, b);
            if (ReferenceEquals(state, Grammar.Dead))
                return false;
        }
        return state.MayEnd;
    }
}
