using System.Reflection;

namespace ChatApp.Tests.Architecture;

/// <summary>Calls go down: Web → Api → Orchestrator → Inference, over the network and never by assembly reference.</summary>
public sealed class ProjectReferenceTests
{
    [TestCase("ChatApp.Web")]
    [TestCase("ChatApp.Api")]
    [TestCase("ChatApp.Orchestrator")]
    [TestCase("ChatApp.Inference")]
    public void A_plane_references_no_other_plane(string plane)
    {
        string[] planes = ["ChatApp.Web", "ChatApp.Api", "ChatApp.Orchestrator", "ChatApp.Inference"];

        var references = Assembly.Load(plane).GetReferencedAssemblies().Select(name => name.Name);

        references.Intersect(planes).ShouldBeEmpty();
    }
}
