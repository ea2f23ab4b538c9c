using ChatApp.ServiceDefaults.Identity;

namespace ChatApp.Api.Callers;

internal static class CallerServices
{
    public static void AddCallers(this WebApplicationBuilder builder)
    {
        builder.AddCallerIdentity();
    }
}
