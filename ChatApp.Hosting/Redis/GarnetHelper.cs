using System.Runtime.InteropServices;
using Garnet;

namespace ChatApp.Hosting.Redis;

/// <summary>Garnet as a process of its own.</summary>
internal static class GarnetHelper
{
    public const string Command = "garnet";
    public const string PasswordVariable = "GARNET_PASSWORD";

    /// <param name="options">Garnet's own options; the password comes by environment, where <c>ps</c> does not show it.</param>
    public static async Task<int> RunAsync(string[] options)
    {
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { Length: > 0 } password)
            options = [.. options, "--auth", "Password", "--password", password];
        try
        {
            using var server = new GarnetServer(options);
            using var stop = new SemaphoreSlim(0);
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            server.Start();
            await stop.WaitAsync();
            return 0;

            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Release();
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            await Console.Error.WriteLineAsync($"Garnet cannot start: {exception.Message}");
            return 1;
        }
    }
}
