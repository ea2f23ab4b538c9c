namespace Aspire.Hosting;

/// <summary>A parameter has no value.</summary>
public sealed class MissingParameterValueException : DistributedApplicationException
{
    public MissingParameterValueException()
    {
    }

    public MissingParameterValueException(string message)
        : base(message)
    {
    }

    public MissingParameterValueException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
