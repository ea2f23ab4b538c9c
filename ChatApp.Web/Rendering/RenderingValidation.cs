using Microsoft.Extensions.Options;

namespace ChatApp.Web.Rendering;

/// <summary>Stops a start with a host that is none.</summary>
internal sealed class RenderingValidation : IValidateOptions<RenderingOptions>
{
    public ValidateOptionsResult Validate(string? name, RenderingOptions options) =>
        options.FindFault() is { } fault ? ValidateOptionsResult.Fail(fault) : ValidateOptionsResult.Success;
}
