using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using ChatApp.AppHost.Supervision;
using ChatApp.Tests.Orchestrator.Graph;
using Npgsql;

namespace ChatApp.Tests.AppHost;

/// <summary>What is known to be wrong before anything is started.</summary>
public sealed class PreflightTests
{
    [Test]
    public void A_port_in_use_is_named_with_its_resource_its_owner_and_the_remedy()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var builder = Builder();
        builder.AddExecutable("service", "sleep", ".", "100").WithHttpEndpoint(port, name: "http");

        var failure = Should.Throw<DistributedApplicationException>(() => builder.CheckBeforeStart(state: null));

        failure.Message.ShouldContain($"Port {port} of 'service'");
        failure.Message.ShouldContain("--Ports:Web=");
        if (OperatingSystem.IsLinux())
            failure.Message.ShouldContain($"process {Environment.ProcessId} ");
    }

    [Test]
    public void The_dashboard_s_port_counts_too()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var builder = Builder(("Ports:Dashboard", $"{port}"));
        builder.UseDashboardPorts();

        Should.Throw<DistributedApplicationException>(() => builder.CheckBeforeStart(state: null)).Message.ShouldContain($"Port {port} of 'dashboard'");
    }

    [TestCase("chatdb", "Host=127.0.0.1;Port=1;Username=a;Password=b;Database=c")]
    [TestCase("chatdb", "nonsense")]
    [TestCase("redis", "127.0.0.1:1")]
    public void A_connection_string_that_leads_nowhere_is_named_with_the_remedy(string name, string connectionString)
    {
        var builder = Builder(($"ConnectionStrings:{name}", connectionString));

        var failure = Should.Throw<DistributedApplicationException>(() => builder.CheckBeforeStart(state: null));

        failure.Message.ShouldContain($"ConnectionStrings:{name}");
        failure.Message.ShouldContain("leave it out");
    }

    [Test]
    public async Task A_wrong_password_is_told_before_anything_starts()
    {
        var right = (await Stores.SharedAsync()).ChatDb;
        var builder = Builder(("ConnectionStrings:chatdb", new NpgsqlConnectionStringBuilder(right) { Password = "wrong" }.ConnectionString));

        var failure = Should.Throw<DistributedApplicationException>(() => builder.CheckBeforeStart(state: null));

        failure.Message.ShouldContain("password authentication failed");
        Should.NotThrow(() => Builder(("ConnectionStrings:chatdb", right)).CheckBeforeStart(state: null));
    }

    [Test]
    public void Containers_without_an_engine_are_refused_with_the_remedy()
    {
        var builder = Builder(("ASPIRE_CONTAINER_RUNTIME", "no-such-engine"));
        builder.AddContainer("store", "image");

        var failure = Should.Throw<DistributedApplicationException>(() => builder.CheckBeforeStart(state: null));

        failure.Message.ShouldContain("Stores=Containers");
        failure.Message.ShouldContain("no-such-engine");
    }

    private static IDistributedApplicationBuilder Builder(params (string Name, string Value)[] settings)
    {
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });
        foreach (var (name, value) in settings)
            builder.Configuration[name] = value;
        return builder;
    }
}
