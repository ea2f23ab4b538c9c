using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ChatApp.Contracts.Identity;

/// <summary>Registration of the signer.</summary>
public static class CallerIdentityServices
{
    /// <summary>Adds <see cref="CallerIdentitySigner"/> with the key of <c>Internal:IdentityKey</c>; the start fails without one.</summary>
    public static TBuilder AddCallerIdentity<TBuilder>(this TBuilder builder) where TBuilder : IHostApplicationBuilder
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        var key = builder.Configuration[CallerIdentitySigner.KeySetting] ?? "";
        var signer = new CallerIdentitySigner(key, TimeProvider.System);
        builder.Services.AddSingleton(signer);
        return builder;
    }
}
