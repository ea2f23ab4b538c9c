using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using ChatApp.AppHost.Publishing.Compose;
using ChatApp.AppHost.Publishing.Helm;
using ChatApp.AppHost.Publishing.Model;

namespace ChatApp.Tests.AppHost.Publishing;

/// <summary>Values of the model as texts of a deployment.</summary>
public sealed class DeployedTextReaderTests
{
    private readonly ContainerResource _store = new("store");
    private readonly DeployedTextReader _reader;

    public DeployedTextReaderTests()
    {
        _store.Annotations.Add(new EndpointAnnotation(System.Net.Sockets.ProtocolType.Tcp, uriScheme: "http", name: "main", targetPort: 6334));
        _reader = new DeployedTextReader(new Dictionary<IResource, IReadOnlyList<DeployedEndpoint>> { [_store] = DeployedEndpoint.Of(_store) });
    }

    [Test]
    public void An_expression_keeps_its_literals_and_braces_and_the_names_of_its_secrets()
    {
        var secret = new ParameterResource("store-key", _ => throw new InvalidOperationException("A secret was asked for."), secret: true);
        var endpoint = new EndpointReference(_store, "main");

        var text = _reader.Read(ReferenceExpression.Create($"{{at}}={endpoint};{endpoint.Property(EndpointProperty.Host)}:{endpoint.Property(EndpointProperty.Port)};Key={secret}"));

        text.Write(part => part is TextPart.Literal literal ? literal.Text : $"<{((TextPart.Setting)part).Name}>").ShouldBe("{at}=http://store:6334;store:6334;Key=<store-key>");
    }

    [TestCase("True", "plain")]
    [TestCase("False", "tls")]
    public void A_condition_is_decided_when_it_is_published(string matches, string expected)
    {
        // The endpoint has no TLS, so that its TlsEnabled is False.
        var condition = ReferenceExpression.CreateConditional(
            new EndpointReference(_store, "main").Property(EndpointProperty.TlsEnabled), matches, ReferenceExpression.Create($"tls"), ReferenceExpression.Create($"plain"));

        _reader.Read(condition).Write(part => ((TextPart.Literal)part).Text).ShouldBe(expected);
    }

    [Test]
    public void What_is_known_only_where_it_runs_stops_the_publishing()
    {
        Should.Throw<DistributedApplicationException>(() => _reader.Read(new object())).Message.ShouldContain("parameter");
        var other = new ContainerResource("other");
        other.Annotations.Add(new EndpointAnnotation(System.Net.Sockets.ProtocolType.Tcp, name: "main"));
        Should.Throw<DistributedApplicationException>(() => _reader.Read(new EndpointReference(other, "main"))).Message.ShouldContain("'other'");
        var secret = new ParameterResource("password", _ => "p@ss", secret: true);
        Should.Throw<DistributedApplicationException>(() => _reader.Read(ReferenceExpression.Create($"http://{secret:uri}@host"))).Message.ShouldContain("uri");
    }

    [Test]
    public void A_dollar_of_the_model_is_a_dollar_in_the_container()
    {
        var text = _reader.Read("$(date) $HOME");

        new ComposeVariables().Text(text).ShouldBe("$$(date) $$HOME");
        new HelmEnvironment(new HelmValues()).Text(text).ShouldBe("$$(date) $HOME");
        Should.Throw<DistributedApplicationException>(() => new HelmEnvironment(new HelmValues()).Text(_reader.Read("{{ .Values.x }}")));
    }

    [TestCase("250m", "0.25")]
    [TestCase("2", "2")]
    public void Cores_are_written_as_Compose_has_them(string quantity, string expected) => Quantities.Cores(quantity).ShouldBe(expected);

    [TestCase("512Mi", "512m")]
    [TestCase("8Gi", "8g")]
    public void Bytes_are_written_as_Compose_has_them(string quantity, string expected) => Quantities.Bytes(quantity).ShouldBe(expected);
}
