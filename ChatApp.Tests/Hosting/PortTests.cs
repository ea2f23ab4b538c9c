using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using ChatApp.Hosting.Proxying;
using static ChatApp.Tests.Hosting.TestGraph;

namespace ChatApp.Tests.Hosting;

[Parallelizable(ParallelScope.All)]
public sealed class PortTests
{
    [Test]
    public async Task A_port_in_use_is_named_with_the_resource_and_the_process_that_holds_it()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var builder = DistributedApplicationTestingBuilder.Create("--DcpPublisher:RandomizePorts=false");
        builder.AddScript("service", "exec sleep 100").WithHttpEndpoint(port, name: "http");
        await using var application = await builder.StartAsync();

        var failure = await Should.ThrowAsync<DistributedApplicationException>(application.ResourceNotifications.WaitForResourceHealthyAsync("service", Soon));

        failure.Message.ShouldContain($"Port {port}");
        failure.Message.ShouldContain("'service'");
        if (OperatingSystem.IsLinux())
            failure.Message.ShouldContain($"process {Environment.ProcessId} ");
    }

    [Test]
    public void A_port_that_is_given_out_is_free_and_not_given_out_twice()
    {
        int[] ports = [.. Enumerable.Range(0, 50).Select(_ => FreePorts.Take())];

        ports.ShouldBeUnique();
        ports.ShouldAllBe(port => FreePorts.IsFree(port));
    }

    [Test]
    public async Task Tests_get_other_ports_than_the_description_asks_for()
    {
        await using var builder = DistributedApplicationTestingBuilder.Create();
        builder.AddScript("service", "exec sleep 100").WithHttpEndpoint(8080, name: "http");
        await using var application = await builder.StartAsync();

        application.GetEndpoint("service").Port.ShouldNotBe(8080);
    }
}
