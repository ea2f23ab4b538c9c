using System.ComponentModel.DataAnnotations;

namespace ChatApp.Orchestrator.Gateway;

/// <summary>A new version of a model that a share of its conversations gets; a conversation stays with what it got.</summary>
public sealed record CanaryOptions
{
    [Required]
    public string Model { get; init; } = "";

    [Range(0, 100)]
    public double Percent { get; init; }
}
