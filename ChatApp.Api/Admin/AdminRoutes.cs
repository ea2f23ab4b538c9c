namespace ChatApp.Api.Admin;

/// <summary>What administrators see and do, under <c>/api/admin</c>; every act is in the audit log.</summary>
internal static class AdminRoutes
{
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/api/admin").WithTags("Admin");
        admin.MapGet("/users", AdminUsersApi.ListAsync);
        admin.MapGet("/users/{id}", AdminUsersApi.GetAsync);
        admin.MapPatch("/users/{id}", AdminUsersApi.UpdateAsync);
        admin.MapPost("/users/{id}/sign-out", AdminUsersApi.SignOutAsync);
        admin.MapGet("/users/{id}/usage", AdminUsersApi.UsageAsync);
        admin.MapGet("/usage", AdminStateApi.UsageAsync);
        admin.MapGet("/plans", AdminStateApi.Plans);
        admin.MapGet("/models", AdminModelsApi.ListAsync);
        admin.MapGet("/bans", AdminBansApi.ListAsync);
        admin.MapPost("/bans", AdminBansApi.AddAsync);
        admin.MapDelete("/bans/{id}", AdminBansApi.RemoveAsync);
        admin.MapGet("/audit", AdminStateApi.AuditAsync);
    }
}
