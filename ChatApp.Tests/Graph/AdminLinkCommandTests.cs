using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.AppHost.Supervision;
using ChatApp.Tests.Api.Accounts;

namespace ChatApp.Tests.Graph;

/// <summary>The dashboard's command that signs a developer in as an administrator.</summary>
public sealed class AdminLinkCommandTests
{
    [Test]
    public async Task The_link_signs_the_administrator_in_on_the_page_once()
    {
        var graph = await ProductGraph.SharedAsync();
        var result = await graph.ResourceCommands.ExecuteCommandAsync("api", AdminLink.Command);
        result.Success.ShouldBeTrue(result.Message);
        var link = result.Data.ShouldNotBeNull().Value;
        link.ShouldStartWith(graph.GetEndpoint("web", "http").ToString());

        using var browser = new Cookies();
        await browser.PageAsync(link);
        (await browser.PageAsync(new Uri(new Uri(link), "/account").ToString())).ShouldContain(ProductGraph.AdminEmail);

        using var other = new Cookies();
        (await other.PageAsync(link)).ShouldContain("did not succeed");
    }
}
