namespace Aspire.Hosting.ApplicationModel;

/// <summary>The value of a parameter that configuration does not give.</summary>
public abstract class ParameterDefault
{
    /// <summary>The value; a generated one differs at each call.</summary>
    public abstract string GetDefaultValue();
}
