namespace ChatApp.Tests.Browser;

/// <summary>Stops the graph that the tests of this project share.</summary>
[SetUpFixture]
public sealed class GraphLifetime : SharedGraphLifetime;
