using ChatApp.ServiceDefaults.Telemetry;

namespace ChatApp.Tests.Graph;

public sealed class UrlRedactionTests
{
    [TestCase("/", "/")]
    [TestCase("/v1/chat/completions", "/v1/chat/*")]
    [TestCase("/api/conversations", "/api/conversations")]
    [TestCase("/api/conversations/conv_01a22d/shares", "/api/conversations/*")]
    [TestCase("/api/shared/Tk7Zq0w-NotAReal", "/api/shared/*")]
    [TestCase("/shared/abcDEFghi123", "/shared/*")]
    [TestCase("/%2e%2e/secret", "/*")]
    [TestCase("/chatapp.orchestrator.v1.Turns/Run", "/chatapp.orchestrator.v1.Turns/Run")]
    public void Of_a_path_the_first_words_stay(string path, string expected) => UrlRedaction.RedactPath(path).ShouldBe(expected);

    [TestCase("folder=My plans&after=7", "folder=*&after=*")]
    [TestCase("?q=secret", "q=*")]
    [TestCase("My%20secret", "*")]
    public void Of_a_query_the_names_stay(string query, string expected) => UrlRedaction.RedactQuery(query).ShouldBe(expected);

    [TestCase("http://api:8081/api/files/file_1?name=a", "http://api:8081/api/files/*?name=*")]
    [TestCase("http://user:password@host/x", "http://host/x")]
    [TestCase("not a url", "*")]
    public void Of_an_address_who_is_asked_stays(string url, string expected) => UrlRedaction.RedactUrl(url).ShouldBe(expected);
}
