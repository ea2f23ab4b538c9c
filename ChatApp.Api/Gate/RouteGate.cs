using ChatApp.Api.Abuse;
using ChatApp.Api.Callers;
using ChatApp.Api.Errors;
using ChatApp.Api.Limits;
using ChatApp.Api.Settings;
using ChatApp.Contracts.OpenAI;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.Extensions.Options;

namespace ChatApp.Api.Gate;

/// <summary>
/// The one choke point: every request that has a route passes here, and goes on only when the route's rule lets it. The
/// caller it establishes is what endpoints and calls to the orchestrator act for.
/// </summary>
internal sealed class RouteGate(
    RequestDelegate next, AbuseGuard abuse, CallerResolver callers, TurnAdmission admission, IAntiforgery antiforgery,
    IOptions<EdgeOptions> edge, TimeProvider time)
{
    /// <summary>How long a request waits for a database that restarts before it is refused.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            // No route, or the framework's own answer that a route lacks the method.
            await abuse.AdmitAsync(context, RouteLimit.Address);
            await next(context);
            return;
        }

        var rule = Find(context, endpoint);
        if (rule.Limit != RouteLimit.None)
            await abuse.AdmitAsync(context, rule.Limit);
        var caller = await ResolveAsync(context, rule);
        if (rule.Access != RouteAccess.Public)
        {
            Admit(rule, caller);

            // What is public and changes something takes a JSON body, which another site's form cannot send.
            if (caller is { ByCookie: true })
                await RefuseForgedAsync(context);
            else if (caller is { Kind: CallerKind.Local })
                RefuseOtherSites(context);
        }

        if (rule.Limit == RouteLimit.Calls && caller is not null)
            await admission.CountCallAsync(caller);
        context.Features.Set(caller);
        context.Features.Set(rule);
        await next(context);
    }

    private static RouteRule Find(HttpContext context, Endpoint endpoint)
    {
        var name = RouteTable.NamesOf(endpoint).FirstOrDefault(name => name.StartsWith(context.Request.Method + " ", StringComparison.Ordinal) || name.StartsWith('*'));
        return (name is null ? null : RouteTable.Find(name))
            ?? throw OpenAIException.Forbidden("This route has no rule, so nobody may use it.", "no_rule");
    }

    /// <summary>A public route serves whoever comes: there a stale credential is as good as none.</summary>
    private async Task<Caller?> ResolveAsync(HttpContext context, RouteRule rule)
    {
        if (rule.Limit == RouteLimit.None)
            return null;
        try
        {
            return await TransientFailures.RetryAsync(time, Patience, _ => callers.ResolveAsync(context), context.RequestAborted);
        }
        catch (OpenAIException) when (rule.Access == RouteAccess.Public)
        {
            return null;
        }
    }

    /// <exception cref="OpenAIException">The caller may not use the route.</exception>
    private static void Admit(RouteRule rule, Caller? caller)
    {
        if (caller is null)
            throw OpenAIException.Unauthenticated("Sign in, or send an API key as 'Authorization: Bearer sk-...'.");

        if (caller.Scopes is { } scopes)
        {
            if (rule.Access != RouteAccess.Caller || rule.Scope is null)
                throw OpenAIException.Forbidden("This route is for a signed-in person; API keys are not accepted here.", "session_required");
            if (!scopes.Contains(rule.Scope))
                throw OpenAIException.Forbidden($"The API key lacks the scope '{rule.Scope}'.", "missing_scope");
        }

        if (rule.Access == RouteAccess.Account && caller.Kind == CallerKind.Guest)
            throw OpenAIException.Forbidden("Guests have no account; sign up first.", "account_required");
        if (rule.Access == RouteAccess.Admin && !caller.IsAdmin)
            throw OpenAIException.Forbidden("This route is for administrators.", "admin_required");
    }

    /// <summary>Without sign-in a browser on this machine is let in whatever page it shows, and a page may send a form anywhere.</summary>
    private void RefuseOtherSites(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0 || HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || edge.Value.AllowedOrigins.Contains(origin, StringComparer.OrdinalIgnoreCase))
            return;
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || !string.Equals(page.Authority, context.Request.Host.Value, StringComparison.OrdinalIgnoreCase))
            throw OpenAIException.Forbidden("This request comes from another site's page; name its origin in Edge:AllowedOrigins to let it in.", "cross_site");
    }

    private async Task RefuseForgedAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            return;
        try
        {
            await antiforgery.ValidateRequestAsync(context);
        }
        catch (AntiforgeryValidationException)
        {
            throw OpenAIException.Forbidden("Changes made by cookie need the X-CSRF-Token of GET /api/auth/antiforgery.", "antiforgery");
        }
    }
}
