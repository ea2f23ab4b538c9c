namespace ChatApp.Inference.Endpoints.Requests;

/// <summary>Ids of requests: a prefix that tells the endpoint, then a time-ordered UUID.</summary>
internal static class RequestIds
{
    public static string New(string prefix) => prefix + Guid.CreateVersion7().ToString("n");
}
