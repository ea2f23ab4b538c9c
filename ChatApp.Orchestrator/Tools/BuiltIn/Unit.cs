namespace ChatApp.Orchestrator.Tools.BuiltIn;

/// <summary>A value times <paramref name="Factor"/> plus <paramref name="Offset"/> is the value in the quantity's base unit.</summary>
internal sealed record Unit(string Quantity, double Factor, double Offset = 0);
