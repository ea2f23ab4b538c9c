using System.Text.Json;
using ChatApp.AppHost.Publishing.Model;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>The properties that <c>dotnet publish /t:PublishContainer</c> makes an image of.</summary>
public sealed class ContainerImageTests
{
    [TestCase("ChatApp.Api", "chatapp-api")]
    [TestCase("ChatApp.Inference", "chatapp-inference")]
    [TestCase("ChatApp.Orchestrator", "chatapp-orchestrator")]
    [TestCase("ChatApp.Web", "chatapp-web")]
    public async Task A_project_publishes_the_image_that_the_deployment_names(string project, string repository)
    {
        var file = Path.Combine(AppHostRun.Checkout, project, $"{project}.csproj");
        var output = await AppHostRun.RunAsync("dotnet", ["msbuild", file, "-getProperty:ContainerRepository", "-getProperty:ContainerBaseImage", "-getProperty:EnableSdkContainerSupport", "-getProperty:SelfContained"]);
        var properties = JsonDocument.Parse(output).RootElement.GetProperty("Properties");

        properties.GetProperty("ContainerRepository").GetString().ShouldBe(repository);
        ContainerRepository.Of(file).ShouldBe(repository);
        properties.GetProperty("ContainerBaseImage").GetString().ShouldBe("mcr.microsoft.com/dotnet/aspnet:10.0");
        // What the SDK has for web projects by itself, and what makes the base image fit.
        properties.GetProperty("EnableSdkContainerSupport").GetString().ShouldBe("true");
        properties.GetProperty("SelfContained").GetString().ShouldNotBe("true");
    }
}
