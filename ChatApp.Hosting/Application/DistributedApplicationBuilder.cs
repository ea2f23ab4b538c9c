using System.Reflection;
using Aspire.Hosting.Eventing;
using ChatApp.Hosting.Proxying;
using ChatApp.Hosting.Reporting;
using ChatApp.Hosting.Running;
using ChatApp.Hosting.State;
using ChatApp.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Aspire.Hosting;

/// <inheritdoc />
public class DistributedApplicationBuilder : IDistributedApplicationBuilder
{
    private const string DefaultDashboard = "http://localhost:18888";
    private const string ResetSwitch = "--reset";

    private readonly HostApplicationBuilder _host;
    private readonly DistributedApplicationOptions _options;
    private readonly EntryPointCapture? _capture;
    private readonly StateDirectory _state;

    public DistributedApplicationBuilder(DistributedApplicationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _capture = EntryPointCapture.Current;
        string[] args = [.. options.Args ?? [], .. _capture?.Args ?? []];
        var settings = new HostApplicationBuilderSettings
        {
            Args = [.. args.Where(arg => arg != ResetSwitch)],
            EnvironmentName = System.Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT")
                ?? System.Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
                ?? Environments.Development,
        };
        _capture?.Configure(options, settings);
        options.ConfigureHost?.Invoke(options, settings);

        AppHostAssembly = options.Assembly ?? _capture?.Assembly ?? (options.AssemblyName is { } name ? Assembly.Load(name) : Assembly.GetEntryAssembly());
        AppHostDirectory = DirectoryOf(AppHostAssembly);
        settings.ContentRootPath ??= AppHostDirectory;
        _host = new HostApplicationBuilder(settings);

        var isTesting = IsTesting;
        _state = isTesting && string.IsNullOrEmpty(Configuration[StateDirectory.ConfigurationKey])
            ? StateDirectory.Temporary()
            : StateDirectory.For(Configuration, AppHostDirectory);
        Services.AddSingleton(new SecretStore(_state));
        AddServices(reset: args.Contains(ResetSwitch, StringComparer.Ordinal), isTesting);
    }

    /// <inheritdoc />
    public ConfigurationManager Configuration => _host.Configuration;

    /// <inheritdoc />
    public string AppHostDirectory { get; }

    /// <inheritdoc />
    public Assembly? AppHostAssembly { get; }

    /// <inheritdoc />
    public IHostEnvironment Environment => _host.Environment;

    /// <inheritdoc />
    public IServiceCollection Services => _host.Services;

    /// <inheritdoc />
    public IDistributedApplicationEventing Eventing { get; } = new DistributedApplicationEventing();

    /// <inheritdoc />
    public DistributedApplicationExecutionContext ExecutionContext { get; } = new(DistributedApplicationOperation.Run);

    /// <inheritdoc />
    public IResourceCollection Resources { get; } = new ResourceCollection();

    private bool IsTesting => _capture is not null || _options.IsTesting;

    /// <inheritdoc />
    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        if (Resources.FirstOrDefault(other => string.Equals(other.Name, resource.Name, StringComparison.OrdinalIgnoreCase)) is { } taken)
            throw new DistributedApplicationException($"Cannot add resource of type '{resource.GetType()}' with name '{resource.Name}': a resource of type '{taken.GetType()}' has that name already. Names are unique, whatever their case.");
        Resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    /// <inheritdoc />
    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource
    {
        ArgumentNullException.ThrowIfNull(resource);
        return new DistributedApplicationResourceBuilder<T>(this, resource);
    }

    /// <inheritdoc />
    public DistributedApplication Build()
    {
        _capture?.OnBuilding(this);
        try
        {
            var application = new DistributedApplication(_host.Build(), _capture);
            _capture?.OnBuilt(application);
            return application;
        }
        catch (Exception exception)
        {
            _capture?.OnFailed(exception);
            throw;
        }
    }

    // The build writes the project's folder into the AppHost's assembly; settings and relative paths start there.
    private static string DirectoryOf(Assembly? assembly)
    {
        var path = assembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(attribute => attribute.Key == "apphostprojectpath")?.Value;
        return path is not null && Directory.Exists(path) ? path : AppContext.BaseDirectory;
    }

    private void AddServices(bool reset, bool isTesting)
    {
        Services.AddSingleton(_ => new HostingOptions
        {
            AppHostDirectory = AppHostDirectory,
            State = _state,
            Reset = reset,
            RandomizePorts = Configuration.GetValue("DcpPublisher:RandomizePorts", defaultValue: isTesting),
            Dashboard = _options.DisableDashboard ? null : DashboardAddress(),
            ReportToConsole = !isTesting,
            LongestRestartDelay = Configuration.GetValue("AppHost:LongestRestartDelay", TimeSpan.FromSeconds(30)),
        });
        Services.AddSingleton(new DistributedApplicationModel(Resources));
        Services.AddSingleton(Eventing);
        Services.AddSingleton(ExecutionContext);
        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(services => new ResourceNotificationService(services.GetRequiredService<DistributedApplicationModel>(), services.GetRequiredService<HostingOptions>().DefaultWaitBehavior));
        Services.AddSingleton(_ => new ResourceLoggerService(id => Path.Combine(_state.LogsFolder, $"{id}.log")));
        Services.AddSingleton(services => new ResourceCommandService(services.GetRequiredService<ApplicationRun>));
        Services.AddSingleton<ConsoleReporter>();
        Services.AddSingleton<ApplicationRun>();
        Services.AddHostedService(services => services.GetRequiredService<ApplicationRun>());
        // Draining is bounded for each process; the host must not give up before.
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMinutes(3));
        if (isTesting)
            Services.AddHttpClient();
        else
        {
            _host.Logging.SetMinimumLevel(LogLevel.Warning);
            // What keeps the application from starting is said once, in a sentence.
            _host.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);
        }
    }

    private Uri DashboardAddress()
    {
        if (Configuration.GetValue<int?>("Ports:Dashboard") is { } port)
            return new Uri($"http://localhost:{port}");
        if (IsTesting)
            return new Uri($"http://localhost:{FreePorts.Take()}");
        var given = Configuration["ASPNETCORE_URLS"]?.Split(';', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(url => url.StartsWith("http:", StringComparison.OrdinalIgnoreCase));
        // Such as http://+:8080, which a container image sets for whatever runs in it.
        return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.IsLoopback ? address : new Uri(DefaultDashboard);
    }
}
