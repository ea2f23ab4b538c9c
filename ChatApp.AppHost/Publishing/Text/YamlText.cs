using System.Text.RegularExpressions;
using YamlDotNet.Serialization;

namespace ChatApp.AppHost.Publishing.Text;

/// <summary>Writes YAML.</summary>
internal static partial class YamlText
{
    private static readonly ISerializer s_serializer = new SerializerBuilder()
        // As readers of YAML 1.1 have it too, Helm and Compose among them: there "no" and "off" are booleans.
        .WithQuotingNecessaryStrings(quoteYaml1_1Strings: true)
        .WithIndentedSequences()
        .WithNewLine("\n")
        .DisableAliases()
        .Build();

    /// <summary>One document a map, with a comment above the first.</summary>
    public static string Write(string comment, params IEnumerable<YamlMap> documents)
    {
        var lines = comment.Length == 0 ? "" : string.Concat(comment.Split('\n').Select(line => $"# {line}".TrimEnd() + "\n"));
        return lines + string.Join("---\n", documents.Select(document => Unquoted().Replace(s_serializer.Serialize(document), "$1")));
    }

    // A template's number is not a string: Helm fills it in before the text is read as YAML.
    [GeneratedRegex(@"'(\{\{ int [^}']+ \}\})'")]
    private static partial Regex Unquoted();
}

/// <summary>A mapping that keeps its order. What is null is left out.</summary>
internal sealed class YamlMap : OrderedDictionary<string, object>
{
    public new object? this[string key]
    {
        set
        {
            if (value is not null)
                base[key] = value;
        }
    }
}
