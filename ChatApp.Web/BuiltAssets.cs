using System.Text.Json.Nodes;

namespace ChatApp.Web;

/// <summary>
/// The page's scripts and styles, as a build finds them: by a manifest beside the assembly that names the folders of the checkout
/// that was built. Where that was copied or moved they are those of the checkout that runs.
/// </summary>
internal static class BuiltAssets
{
    private const string Project = "ChatApp.Web";

    /// <summary>Corrects the manifest; to be done before a builder reads it. A published server has none.</summary>
    /// <param name="output">The output folder that runs, <c>checkout/project/bin/configuration/framework</c>.</param>
    public static void FollowCheckout(string output)
    {
        var manifest = Path.Combine(output, $"{Project}.staticwebassets.runtime.json");
        if (!File.Exists(manifest) || new DirectoryInfo(Path.TrimEndingDirectorySeparator(output)).Parent?.Parent is not { Name: "bin", Parent.Parent: { } checkout })
            return;
        var json = JsonNode.Parse(File.ReadAllText(manifest))!;
        if (json["ContentRoots"] is not JsonArray roots)
            return;
        var isChanged = false;
        for (var i = 0; i < roots.Count; i++)
        {
            var inside = $"{Path.DirectorySeparatorChar}{Project}{Path.DirectorySeparatorChar}";
            if ((string?)roots[i] is not { } root || root.LastIndexOf(inside, StringComparison.Ordinal) is not (>= 0 and var at))
                continue;
            var own = checkout.FullName.TrimEnd(Path.DirectorySeparatorChar) + root[at..];
            if (own == root || !Directory.Exists(own))
                continue;
            roots[i] = own;
            isChanged = true;
        }

        if (!isChanged)
            return;
        var written = $"{manifest}.{Environment.ProcessId}";
        File.WriteAllText(written, json.ToJsonString());
        File.Move(written, manifest, overwrite: true);
    }
}
