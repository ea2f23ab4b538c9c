using ChatApp.Api.Accounts;
using ChatApp.Api.Admin;
using ChatApp.Api.ApiKeys;
using ChatApp.Api.Audit;
using ChatApp.Api.Callers;
using ChatApp.Api.Profile;
using ChatApp.Api.Revocations;
using ChatApp.Api.Sessions;
using ChatApp.Api.SignIn;
using ChatApp.Api.SigningKeys;
using ChatApp.Contracts.Identity;
using ChatApp.ServiceDefaults.Migrations;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Npgsql;

namespace ChatApp.Api;

internal static class CallerServices
{
    public static void AddCallers(this WebApplicationBuilder builder)
    {
        builder.AddCallerIdentity();
        builder.AddPostgresStore("chatdb");
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;

        var services = builder.Services;
        services.AddOptions<AccountsOptions>().BindConfiguration(AccountsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddHttpContextAccessor();
        services.AddSingleton<SchemaMigrator>();
        services.AddSingleton<AuditLog>();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<OpenRequests>();
        services.AddHostedService(provider => provider.GetRequiredService<OpenRequests>());
        services.AddSingleton<AccountDirectory>();
        services.TryAddSingleton<IPasswordHasher<object>>(provider => new PasswordHasher<object>(Options.Create(new PasswordHasherOptions
        {
            IterationCount = provider.GetRequiredService<IOptions<AccountsOptions>>().Value.PasswordIterations,
        })));
        services.AddSingleton<Passwords>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<Registration>();
        services.AddSingleton<PasswordSignIn>();
        services.AddSingleton<ExternalSignIn>();
        services.AddSingleton<SessionOpening>();
        services.AddSingleton<FirstAdmin>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<SessionLifecycle>();
        services.AddSingleton<SessionCookies>();
        services.AddSingleton<AccessTokens>();
        services.AddHostedService<SessionSweeper>();
        services.AddSingleton<KeySeal>();
        services.AddSingleton<SigningKeyStore>();
        services.AddSingleton<SigningKeyRing>();
        services.AddHostedService(provider => provider.GetRequiredService<SigningKeyRing>());
        services.AddSingleton<ApiKeyStore>();
        services.AddSingleton<ApiKeyIssuer>();
        services.AddSingleton<CurrentCaller>();
        services.AddSingleton<CallerResolver>();
        services.AddSingleton<Belongings>();
        services.AddSingleton<AccountRemoval>();
        services.AddSingleton<Adoption>();
        services.AddSingleton<GuestMerge>();
        services.AddSingleton<UserAdministration>();
        services.AddSingleton<UsageStatement>();
        services.AddSingleton<OwnData>();
        services.AddSingleton<HandOvers>();
        services.AddAccessTokenValidation();
        builder.AddExternalSignIn();
        services.AddDataProtection().SetApplicationName("ChatApp.Api");
        services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource>((keys, dataSource) => keys.XmlRepository = new PostgresKeyRepository(dataSource));
        services.AddAntiforgery(antiforgery =>
        {
            antiforgery.HeaderName = "X-CSRF-Token";
            // An upload is a form too, and must not be read whole to look for a token.
            antiforgery.SuppressReadingTokenFromFormBody = true;
            antiforgery.Cookie.Name = "chatapp_antiforgery";
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
            antiforgery.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    private static void AddAccessTokenValidation(this IServiceCollection services)
    {
        services.AddAuthentication().AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme)
            .Configure<SigningKeyRing, IOptions<AccountsOptions>, TimeProvider>((bearer, ring, accounts, time) =>
            {
                bearer.MapInboundClaims = false;
                bearer.TimeProvider = time;
                bearer.TokenValidationParameters = new TokenValidationParameters
                {
                    ValidIssuer = accounts.Value.Issuer,
                    ValidAudience = accounts.Value.Audience,
                    ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
                    RequireExpirationTime = true,
                    NameClaimType = JwtRegisteredClaimNames.Sub,
                    ClockSkew = TimeSpan.FromSeconds(30),
                    LifetimeValidator = (notBefore, expires, _, parameters) =>
                    {
                        var now = time.GetUtcNow().UtcDateTime;
                        return expires + parameters.ClockSkew > now && (notBefore is null || notBefore - parameters.ClockSkew <= now);
                    },
                    IssuerSigningKeyResolver = (_, _, id, _) => ring.VerificationKeys.Where(key => key.KeyId == id),
                };
                bearer.Events = new JwtBearerEvents
                {
                    OnMessageReceived = context =>
                    {
                        if (context.Request.Headers.Authorization.Count == 0)
                            context.Token = SessionCookies.ReadAccessToken(context.Request);
                        return Task.CompletedTask;
                    },
                };
            });
    }
}
