namespace ChatApp.Web.Turns;

/// <summary>A file that goes with a message.</summary>
public sealed record AttachedFile(string Id, string Name, string? MediaType, long Bytes)
{
    public bool IsImage => MediaType?.StartsWith("image/", StringComparison.Ordinal) == true;
}
