using ChatApp.ServiceDefaults;
using ChatApp.Web;
using ChatApp.Web.Components;
using ChatApp.Web.Endpoints;
using ChatApp.Web.Sessions;

BuiltAssets.FollowCheckout(AppContext.BaseDirectory);
var builder = WebApplication.CreateBuilder(args);

builder.AddServiceDefaults();
builder.AddWebServices();

var app = builder.Build();

app.UseForwardedHeaders();
app.UsePathBase();
// Routes are chosen from what is left of the path.
app.UseRouting();
app.UseExceptionHandler("/error", createScopeForErrors: true);
app.UseLeaving();
app.UseSecurityHeaders();
app.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
app.UseRequestLocalization();
app.UseAntiforgery();
app.UseSessionGate();
app.MapDefaultEndpoints();
app.MapMetrics(MetricsAudience.ThisMachine);
app.MapStaticAssets();
app.MapSessions();
app.MapDownloads();
app.MapUploads();
app.MapOfflinePage();
app.MapDiagramFrame();
app.MapExternalSignIn();
app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'");

app.Run();
