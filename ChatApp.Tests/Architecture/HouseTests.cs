using System.Reflection;
using Mono.Cecil;

namespace ChatApp.Tests.Architecture;

/// <summary>The map of the house: which rooms (namespaces, each a folder) there are, and that no stairs lead up.</summary>
public sealed class HouseTests
{
    // A room may use those before it. "" is the room without a name, where a project is put together.
    private static readonly Dictionary<string, string[]> s_rooms = new()
    {
        ["ChatApp.Contracts"] =
        [
            "Identity", "Ids", "OpenAI", "OpenAI.Answers", "Orchestrator",
        ],
        ["ChatApp.ServiceDefaults"] =
        [
            "", "Migrations", "Storage", "Telemetry",
        ],
        ["ChatApp.Orchestrator"] =
        [
            "Conversations.Messages", "Errors", "Ids", "Logging", "Storage", "Jobs", "Objects", "Conversations.Changes", "Metering", "Gateway.Settings", "Gateway.Wire",
            "Gateway.Routing", "Gateway.Upstreams", "Turns.Records", "Gateway.Caching", "Tools", "Turns.Events", "Turns.Leases",
            "Conversations.Answers", "Gateway", "Tools.BuiltIn", "Conversations", "Files", "Conversations.Sharing", "Conversations.Titles",
            "Conversations.Transfer", "Prompts", "Turns.Starting", "Turns.Running", "Turns.Takeover", "Turns.Viewing", "Grpc", "",
        ],
        ["ChatApp.Inference"] =
        [
            "Answers", "Constraints.Characters", "Engine.Runner", "Logging", "Text.Jinja", "Tokens", "Constraints.Patterns", "Engine.Requests",
            "Text", "Constraints.Grammars", "Embeddings", "Engine.Metrics", "Engine.Sampling", "Models", "Constraints", "Constraints.Schemas",
            "Engine.Scheduling", "Reasoning", "Engine", "ToolCalls", "Serving", "Endpoints.Requests", "Endpoints.Answers", "Endpoints", "",
        ],
        ["ChatApp.Api"] =
        [
            "Audit", "Ids", "Logging", "Settings", "Errors", "Limits.Buckets", "Revocations", "Orchestration", "Streaming", "Abuse", "Accounts", "ApiKeys",
            "SigningKeys", "Sessions", "Callers", "Limits", "Chats", "Gate", "SignIn", "Uploads", "OpenAI", "Profile", "Admin", "",
        ],
        ["ChatApp.Web"] =
        [
            "Api", "Localization", "Logging", "Preferences", "Components.Account", "Components.Elements", "Rendering", "Sessions", "Turns", "Chat",
            "Components.Admin", "", "Components.Chat", "Components.Dialogs", "Components.Settings", "Components.Sidebar", "Endpoints",
            "Components.Layout", "Components.Pages", "Components",
        ],
        ["ChatApp.AppHost"] =
        [
            "Health", "Local", "Local.State", "Publishing.Model", "Publishing.Text", "Local.Garnet", "Publishing.Compose", "Publishing.Helm",
            "Qdrant", "Supervision", "Local.Postgres", "Publishing",
        ],
    };

    private const int MostFiles = 20;
    private const int MostPublicTypes = 180;
    private const int MostParameters = 7;

    private static IEnumerable<string> Projects => s_rooms.Keys;

    [TestCaseSource(nameof(Projects))]
    public void A_room_uses_only_those_before_it(string project)
    {
        var order = s_rooms[project].Select((room, index) => (room, index)).ToDictionary(pair => pair.room, pair => pair.index);
        using var module = Open(project);

        var wrong = new SortedSet<string>();
        foreach (var type in module.GetTypes().Where(type => !IsGenerated(type)))
        {
            var from = RoomOf(type, project);
            if (!order.TryGetValue(from, out var place))
                wrong.Add($"'{from}' is not on the map");
            foreach (var used in Used(type).Where(used => used.Scope == module && !IsGenerated(used)))
            {
                var to = RoomOf(used, project);
                if (to != from && order.GetValueOrDefault(to, int.MaxValue) > place)
                    wrong.Add($"{from} -> {to} ({type.Name} uses {used.Name})");
            }
        }

        wrong.ShouldBeEmpty();
    }

    [Test]
    public void A_room_has_few_enough_files_to_be_found_in()
    {
        var full = Projects.Concat(["ChatApp.Tests", "ChatApp.Tests.Browser"]).Select(project => Checkout.PathTo(project))
            .SelectMany(project => Directory.EnumerateDirectories(project, "*", SearchOption.AllDirectories).Append(project))
            .Where(folder => !folder.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "node_modules"))
            .Select(folder => (Folder: Path.GetRelativePath(Checkout.Root, folder), Files: Directory.EnumerateFiles(folder).Count(file => Path.GetExtension(file) is ".cs" or ".razor")))
            .Where(folder => folder.Files > MostFiles);

        full.ShouldBeEmpty();
    }

    [Test]
    public void What_is_public_is_meant_for_others()
    {
        var count = 0;
        foreach (var project in Projects.Where(project => project != "ChatApp.Contracts"))
        {
            using var module = Open(project);
            count += module.Types.Count(type => type.IsPublic && !IsGenerated(type));
        }

        count.ShouldBeLessThanOrEqualTo(MostPublicTypes);
    }

    [TestCaseSource(nameof(Projects))]
    public void What_is_put_together_or_handles_a_request_takes_few_parts(string project)
    {
        using var module = Open(project);
        var large = module.GetTypes().Where(type => !IsGenerated(type) && !IsRecord(type)).SelectMany(type => type.Methods)
            .Where(method => (method.IsConstructor || method.ReturnType.FullName.Contains("Http.IResult", StringComparison.Ordinal)) && method.Parameters.Count > MostParameters)
            .Select(method => $"{method.DeclaringType.Name}.{method.Name} takes {method.Parameters.Count}");

        large.ShouldBeEmpty();
    }

    // A record's constructor is its fields.
    private static bool IsRecord(TypeDefinition type) => type.Methods.Any(method => method.Name == "PrintMembers");

    private static ModuleDefinition Open(string project) => ModuleDefinition.ReadModule(Assembly.Load(project).Location);

    private static string RoomOf(TypeReference type, string project)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        return type.Namespace == project ? "" : type.Namespace.StartsWith(project + ".", StringComparison.Ordinal) ? type.Namespace[(project.Length + 1)..] : type.Namespace;
    }

    private static bool IsGenerated(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
            type = outer;
        // The compiler's own, those of a package that writes code, and the Program of top-level statements.
        return type.Namespace.Length == 0 || type.Namespace is "ChatApp.Orchestrator.V1" or "Projects" || !type.Namespace.StartsWith("ChatApp", StringComparison.Ordinal);
    }

    private static IEnumerable<TypeReference> Used(TypeDefinition type)
    {
        var given = new List<TypeReference?> { type.BaseType };
        given.AddRange(type.Interfaces.Select(implemented => implemented.InterfaceType));
        given.AddRange(type.Fields.Select(field => field.FieldType));
        foreach (var method in type.Methods)
        {
            given.Add(method.ReturnType);
            given.AddRange(method.Parameters.Select(parameter => parameter.ParameterType));
            if (!method.HasBody)
                continue;
            given.AddRange(method.Body.Variables.Select(variable => variable.VariableType));
            foreach (var operand in method.Body.Instructions.Select(instruction => instruction.Operand))
            {
                given.Add(operand as TypeReference ?? (operand as MemberReference)?.DeclaringType);
                if (operand is MethodReference called)
                    given.AddRange([called.ReturnType, .. called.Parameters.Select(parameter => parameter.ParameterType), .. (called as GenericInstanceMethod)?.GenericArguments ?? []]);
            }
        }

        return given.OfType<TypeReference>().SelectMany(Parts);
    }

    private static IEnumerable<TypeReference> Parts(TypeReference type) =>
        type is GenericInstanceType generic ? generic.GenericArguments.SelectMany(Parts).Append(generic.ElementType)
        : type is TypeSpecification specification ? Parts(specification.ElementType)
        : type is GenericParameter ? []
        : [type];
}
