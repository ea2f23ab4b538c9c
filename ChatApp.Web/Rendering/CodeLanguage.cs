using System.Collections.Frozen;

namespace ChatApp.Web.Rendering;

/// <summary>What the lexer has to know of a programming language.</summary>
internal sealed record CodeLanguage(string Label)
{
    public FrozenSet<string> Keywords { get; init; } = FrozenSet<string>.Empty;

    public FrozenSet<string> Literals { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlyList<string> LineComments { get; init; } = [];

    public (string Open, string Close)? BlockComment { get; init; }

    /// <summary>Delimiters of text, longest first.</summary>
    public IReadOnlyList<string> Quotes { get; init; } = ["\"", "'"];

    /// <summary>Delimiters whose text may run over several lines.</summary>
    public IReadOnlyList<string> LongQuotes { get; init; } = [];

    public bool IgnoreCase { get; init; }

    public CodeSyntax Syntax { get; init; }

    private static readonly FrozenDictionary<string, CodeLanguage> Known = Build();

    /// <summary>The language of a fence's info word, or null when it is not known.</summary>
    public static CodeLanguage? Find(string? name) => name is not null && Known.TryGetValue(name, out var language) ? language : null;

    private static FrozenDictionary<string, CodeLanguage> Build()
    {
        var all = new Dictionary<string, CodeLanguage>(StringComparer.OrdinalIgnoreCase);
        void Add(CodeLanguage language, params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                all[name] = language;
        }

        var booleans = Words("true false null");
        CodeLanguage CLike(string label, string keywords) => new(label)
        {
            Keywords = Words(keywords),
            Literals = booleans,
            LineComments = ["//"],
            BlockComment = ("/*", "*/"),
        };

        Add(CLike("C#", "abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum event explicit extern file finally fixed float for foreach get global goto if implicit in init int interface internal is lock long nameof namespace new not object operator or and out override params partial private protected public readonly record ref required return sbyte scoped sealed set short sizeof stackalloc static string struct switch this throw try typeof uint ulong unchecked unsafe ushort using value var virtual void volatile when where while with yield") with { LongQuotes = ["\"\"\""] }, "csharp", "cs", "c#");
        Add(CLike("JavaScript", "async await break case catch class const continue debugger default delete do else export extends finally for from function get if import in instanceof let new of return set static super switch this throw try typeof var void while with yield") with { Literals = Words("true false null undefined NaN"), LongQuotes = ["`"] }, "javascript", "js", "jsx", "mjs", "node");
        Add(CLike("TypeScript", "abstract any as async await boolean break case catch class const continue declare default delete do else enum export extends finally for from function get if implements import in infer instanceof interface is keyof let namespace never new number object of private protected public readonly return satisfies set static string super switch symbol this throw try type typeof unknown var void while yield") with { Literals = Words("true false null undefined"), LongQuotes = ["`"] }, "typescript", "ts", "tsx");
        Add(CLike("Java", "abstract assert boolean break byte case catch char class const continue default do double else enum extends final finally float for if implements import instanceof int interface long native new package permits private protected public record return sealed short static super switch synchronized this throw throws transient try var void volatile while yield") with { LongQuotes = ["\"\"\""] }, "java");
        Add(CLike("Kotlin", "as break by class companion const constructor continue data do else enum fun for if import in init inline interface internal is lateinit object open operator out override package private protected public return sealed super suspend this throw try typealias val var when where while") with { LongQuotes = ["\"\"\""] }, "kotlin", "kt");
        Add(CLike("Swift", "as associatedtype async await break case catch class continue default defer deinit do else enum extension fallthrough for func guard if import in init inout internal is let mutating open operator private protocol public repeat rethrows return self static struct subscript super switch throw throws try typealias var where while") with { Literals = Words("true false nil") }, "swift");
        Add(CLike("C", "auto break case char const continue default do double else enum extern float for goto if inline int long register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while #include #define #ifdef #ifndef #endif #if #else #pragma"), "c", "h");
        Add(CLike("C++", "alignas auto bool break case catch char class co_await co_return co_yield concept const consteval constexpr continue decltype default delete do double else enum explicit export extern float for friend goto if inline int long mutable namespace new noexcept operator override private protected public requires return short signed sizeof static static_cast struct switch template this throw try typedef typename union unsigned using virtual void volatile while #include #define #ifdef #ifndef #endif #if #else #pragma") with { Literals = Words("true false nullptr") }, "cpp", "c++", "cc", "hpp", "cxx");
        Add(CLike("Go", "any bool break byte case chan const continue default defer else error fallthrough for func go goto if import int int32 int64 interface map package range return rune select string struct switch type uint var") with { Literals = Words("true false nil iota"), LongQuotes = ["`"] }, "go", "golang");
        Add(CLike("Rust", "as async await bool break const continue crate dyn else enum extern f32 f64 fn for i32 i64 if impl in let loop match mod move mut pub ref return self Self static str struct super trait type u8 u32 u64 unsafe use usize where while") with { Quotes = ["\""] }, "rust", "rs");
        Add(CLike("PHP", "abstract array as break case catch class clone const continue default do echo else elseif extends final finally fn for foreach function global if implements include instanceof interface match namespace new private protected public readonly require return static switch throw trait try use var while yield") with { LineComments = ["//", "#"] }, "php");
        Add(CLike("Scala", "abstract case catch class def do else enum extends final finally for given if implicit import lazy match new object override package private protected return sealed super then this throw trait try type using val var while with yield") with { LongQuotes = ["\"\"\""] }, "scala");
        Add(CLike("Dart", "abstract as async await break case catch class const continue default do dynamic else enum export extends extension factory final finally for get if implements import in is late library mixin new on operator part required rethrow return set static super switch this throw try typedef var void while with yield"), "dart");
        Add(new CodeLanguage("Python") { Keywords = Words("and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return self try while with yield"), Literals = Words("True False None"), LineComments = ["#"], LongQuotes = ["\"\"\"", "'''"] }, "python", "py", "python3");
        Add(new CodeLanguage("Ruby") { Keywords = Words("alias and begin break case class def defined? do else elsif end ensure for if in module next not or redo require rescue retry return self super then undef unless until when while yield"), Literals = Words("true false nil"), LineComments = ["#"] }, "ruby", "rb");
        Add(new CodeLanguage("Shell") { Keywords = Words("if then else elif fi for while until do done case esac in function return exit export local readonly set unset source alias cd echo sudo apt-get docker dotnet git npm curl"), LineComments = ["#"] }, "bash", "sh", "shell", "zsh", "console", "terminal");
        Add(new CodeLanguage("PowerShell") { Keywords = Words("begin break catch class continue do else elseif end exit filter finally for foreach function if in param process return switch throw try until using while"), LineComments = ["#"], BlockComment = ("<#", "#>"), IgnoreCase = true }, "powershell", "ps1", "pwsh");
        Add(new CodeLanguage("SQL") { Keywords = Words("add all alter and any as asc begin between by case check column commit constraint create cross current database default delete desc distinct drop else end exists explain foreign from full function group having if in index inner insert into is join key left like limit not null on or order outer over partition primary references returning right rollback select set table then transaction trigger union unique update using values view when where with"), Literals = Words("true false"), LineComments = ["--"], BlockComment = ("/*", "*/"), IgnoreCase = true }, "sql", "postgresql", "postgres", "mysql", "sqlite", "tsql");
        Add(new CodeLanguage("JSON") { Literals = booleans, Quotes = ["\""], LineComments = ["//"], Syntax = CodeSyntax.Keyed }, "json", "jsonc", "json5");
        Add(new CodeLanguage("YAML") { Literals = Words("true false null yes no on off"), LineComments = ["#"], Syntax = CodeSyntax.Keyed }, "yaml", "yml");
        Add(new CodeLanguage("TOML") { Literals = booleans, LineComments = ["#"], Syntax = CodeSyntax.Keyed }, "toml", "ini", "properties", "conf");
        Add(new CodeLanguage("Dockerfile") { Keywords = Words("FROM AS RUN CMD LABEL EXPOSE ENV ADD COPY ENTRYPOINT VOLUME USER WORKDIR ARG ONBUILD HEALTHCHECK SHELL"), LineComments = ["#"] }, "dockerfile", "docker");
        Add(new CodeLanguage("CSS") { Keywords = Words("@media @import @keyframes @supports @layer @font-face important"), LineComments = [], BlockComment = ("/*", "*/"), Syntax = CodeSyntax.Keyed }, "css", "scss", "less");
        Add(new CodeLanguage("HTML") { Syntax = CodeSyntax.Markup }, "html", "htm", "vue", "svelte");
        Add(new CodeLanguage("XML") { Syntax = CodeSyntax.Markup }, "xml", "svg", "xaml", "csproj", "xhtml");
        Add(new CodeLanguage("Razor") { Syntax = CodeSyntax.Markup }, "razor", "cshtml");
        Add(new CodeLanguage("Diff") { Syntax = CodeSyntax.Diff }, "diff", "patch");
        Add(new CodeLanguage("R") { Keywords = Words("break else for function if in next repeat return while library"), Literals = Words("TRUE FALSE NULL NA Inf"), LineComments = ["#"] }, "r");
        Add(new CodeLanguage("Lua") { Keywords = Words("and break do else elseif end for function goto if in local not or repeat return then until while"), Literals = Words("true false nil"), LineComments = ["--"] }, "lua");
        Add(new CodeLanguage("Haskell") { Keywords = Words("case class data deriving do else if import in infix instance let module newtype of then type where"), LineComments = ["--"], BlockComment = ("{-", "-}"), Quotes = ["\""] }, "haskell", "hs");
        Add(new CodeLanguage("F#") { Keywords = Words("abstract and as async begin class default do done downto elif else end exception extern for fun function if in inherit inline interface internal lazy let match member module mutable namespace new of open or override private public rec return static struct then to try type upcast use val when while with yield"), Literals = Words("true false null"), LineComments = ["//"], BlockComment = ("(*", "*)"), Quotes = ["\""] }, "fsharp", "fs", "f#");
        Add(new CodeLanguage("Text") { Syntax = CodeSyntax.None }, "text", "txt", "plaintext", "plain", "log", "output");
        Add(new CodeLanguage("Markdown") { Syntax = CodeSyntax.None }, "markdown", "md");
        Add(new CodeLanguage("Mermaid") { Syntax = CodeSyntax.None }, "mermaid");
        Add(new CodeLanguage("LaTeX") { LineComments = ["%"], Quotes = [], Syntax = CodeSyntax.None }, "latex", "tex");
        return all.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }

    private static FrozenSet<string> Words(string words) => words.Split(' ').ToFrozenSet(StringComparer.Ordinal);
}

/// <summary>How code of a language is cut into tokens.</summary>
internal enum CodeSyntax
{
    /// <summary>Words, numbers, text and comments.</summary>
    Words,

    /// <summary>The same, and a word or text before a colon or an equals sign is a name.</summary>
    Keyed,

    /// <summary>Tags and attributes.</summary>
    Markup,

    /// <summary>Lines by their first character.</summary>
    Diff,

    /// <summary>Shown as it is.</summary>
    None,
}
