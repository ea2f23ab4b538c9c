using ChatApp.Api.Accounts;
using ChatApp.Api.Audit;
using Npgsql;

namespace ChatApp.Api.SignIn;

/// <summary>
/// The command <c>admin-link</c>: prints the path of a page that signs whoever opens it first in as an administrator. It is
/// for whoever may read the database anyway, on the first day and when a password is lost. It needs the database's
/// connection string and none of the service's other settings.
/// </summary>
internal static class AdminLinkCommand
{
    /// <summary>The account that is made where there is no administrator yet. It has no password.</summary>
    public const string FirstAdmin = "admin@localhost";

    private const string Verb = "admin-link";

    public static bool IsAskedFor(string[] args) => args is [Verb, ..];

    /// <returns>The exit code: 0 when a link was printed.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var builder = Host.CreateApplicationBuilder(args[1..]);
        builder.Logging.ClearProviders();
        builder.AddNpgsqlDataSource("chatdb");
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton<AccountStore>().AddSingleton<AuditLog>().AddSingleton<HandOvers>();
        using var host = builder.Build();
        try
        {
            Console.WriteLine(await CreateAsync(host.Services, CancellationToken.None));
            return 0;
        }
        catch (Exception exception) when (exception is InvalidOperationException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync($"No link was made: {exception.Message}");
            return 1;
        }
    }

    private static async Task<string> CreateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var accounts = services.GetRequiredService<AccountStore>();
        var admin = await accounts.FindAdminAsync(cancellationToken)
            ?? await accounts.AddAccountAsync(new NewAccount(FirstAdmin, null, null, "unlimited", Account.Admin), guest: null, firstIsAdmin: false, cancellationToken)
            ?? throw new InvalidOperationException($"there is no administrator, and '{FirstAdmin}' is somebody else's account. Set Accounts:AdminEmail and Accounts:AdminPassword and start the service again.");
        var code = await services.GetRequiredService<HandOvers>().CreateLinkAsync(admin, cancellationToken);
        await services.GetRequiredService<AuditLog>().WriteAsync("admin_link.created", null, admin, null);
        return $"/session/link?code={code}";
    }
}
