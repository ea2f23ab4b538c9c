namespace Aspire.Hosting.ApplicationModel;

internal static class KnownProperties
{
    public const string ProcessId = "executable.pid";
    public const string Restarts = "resource.restarts";
    public const string Failure = "resource.failure";
    public const string FailureLog = "resource.failureLog";
    public const string WaitsFor = "resource.waitsFor";
    public const string Source = "resource.source";
    public const string Value = "parameter.value";
}
