using ChatApp.Hosting.Guarding;
using ChatApp.Hosting.Redis;

// The helper processes that an AppHost starts; not for use by hand.
switch (args)
{
    case [Guard.Command, var lockFile]:
        return await Guard.RunAsync(lockFile, Console.In, Guard.Grace);
    case [GarnetHelper.Command, .. var options]:
        return await GarnetHelper.RunAsync(options);
    default:
        await Console.Error.WriteLineAsync("This program is started by ChatApp.AppHost. To start the product: dotnet run --project ChatApp.AppHost");
        return 2;
}
