using System.Net;
using System.Net.Http.Headers;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Api;

/// <summary>Uploads through the whole product.</summary>
public sealed class FileApiTests
{
    private static readonly byte[] Png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, .. "<script>alert(1)</script>"u8];

    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        using var api = await ProductGraph.ApiAsync();
        _address = api.BaseAddress!;
    }

    [Test]
    public async Task A_text_file_is_uploaded_attached_read_back_and_deleted()
    {
        using var ada = await UserAsync();
        var file = (await UploadAsync(ada, "Notizen für Ada.md", "Hello from the file.\n"u8.ToArray())).ShouldBe(HttpStatusCode.Created);
        file["id"].ShouldStartWith("file_");
        file["name"].ShouldBe("Notizen für Ada.md");
        file["media_type"].ShouldBe("text/markdown");
        ((long)file.Json["bytes"]!).ShouldBe(21);

        var stream = (await ada.PostAsync("/api/turns", new { content = "what does it say?", model = "chatapp-nano", file_ids = new[] { file["id"] }, sampling = new { max_tokens = 4 } })).ShouldBe(HttpStatusCode.OK);
        stream.Text.ShouldContain("\"Completed\"");
        var conversation = (await ada.GetAsync("/api/conversations")).Json["data"]![0]!["id"]!;
        var message = (await ada.GetAsync($"/api/conversations/{conversation}")).Json["messages"]![0]!;
        ((string)message["content"]!["files"]![0]!["name"]!).ShouldBe("Notizen für Ada.md");

        var read = (await ada.GetAsync($"/api/files/{file["id"]}/content")).ShouldBe(HttpStatusCode.OK);
        read.Text.ShouldBe("Hello from the file.\n");
        read.Headers["Content-Disposition"].ShouldStartWith("attachment");
        read.Headers["Content-Type"].ShouldBe("text/markdown; charset=utf-8");
        ((string)(await ada.GetAsync("/api/files")).Json["data"]![0]!["id"]!).ShouldBe(file["id"]);
        (await ada.GetAsync($"/api/files/{file["id"]}")).ShouldBe(HttpStatusCode.OK)["name"].ShouldBe("Notizen für Ada.md");
        (await ada.DeleteAsync($"/api/files/{file["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await ada.GetAsync($"/api/files/{file["id"]}/content")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task What_a_file_is_is_told_by_its_bytes_and_nothing_that_a_browser_runs_is_handed_out()
    {
        using var ada = await UserAsync();
        var image = (await UploadAsync(ada, "page.html", Png, "text/html")).ShouldBe(HttpStatusCode.Created);
        image["media_type"].ShouldBe("image/png");
        var answer = await ada.GetAsync($"/api/files/{image["id"]}/content");
        answer.Headers["Content-Type"].ShouldBe("image/png");
        answer.Headers["X-Content-Type-Options"].ShouldBe("nosniff");
        answer.Headers["Content-Security-Policy"].ShouldContain("sandbox");

        var page = (await UploadAsync(ada, "page.svg", "<svg onload='alert(1)'/>"u8.ToArray(), "image/svg+xml")).ShouldBe(HttpStatusCode.Created);
        page["media_type"].ShouldBe("text/plain");
        (await ada.GetAsync($"/api/files/{page["id"]}/content")).Headers["Content-Disposition"].ShouldStartWith("attachment");

        foreach (var binary in (byte[][])["MZ\x90\0\x03"u8.ToArray(), [.. "PK\x03\x04"u8, 0x14, 0, 0x14, 0], [0x93, 0xFA, 0x96, 0x7B, 0x8C, 0xEA]])
            (await UploadAsync(ada, "thing.txt", binary, "text/plain")).ShouldBe(HttpStatusCode.BadRequest, "unsupported_file_type");
        (await ada.GetAsync("/api/files")).Json["data"]!.AsArray().Count.ShouldBe(2, "of what was refused nothing is left");
    }

    [Test]
    public async Task A_text_in_an_old_encoding_is_kept_as_it_is_and_handed_out_as_what_it_is()
    {
        using var ada = await UserAsync();
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        byte[] table = [.. "Name;Stadt\nJ"u8, 0xFC, .. "rgen;K"u8, 0xF6, .. "ln\n"u8];
        var file = (await UploadAsync(ada, "table.csv", table)).ShouldBe(HttpStatusCode.Created);
        file["media_type"].ShouldBe("text/plain; charset=windows-1252");
        (await ada.GetAsync($"/api/files/{file["id"]}/content")).Headers["Content-Type"].ShouldBe("text/plain; charset=windows-1252");

        // Web and mail servers leave something in front of a PDF.
        (await UploadAsync(ada, "junk.pdf", "\n%PDF-1.4\n1 0 obj"u8.ToArray())).ShouldBe(HttpStatusCode.BadRequest, "pdf_unreadable");
        (await UploadAsync(ada, "about.md", "A PDF begins with %PDF-1.4, always."u8.ToArray())).ShouldBe(HttpStatusCode.Created)["media_type"].ShouldBe("text/markdown");
    }

    [Test]
    public async Task A_PDF_is_read_when_it_comes_and_handed_out_to_be_saved()
    {
        using var ada = await UserAsync();
        using var builder = new UglyToad.PdfPig.Writer.PdfDocumentBuilder();
        builder.AddPage(UglyToad.PdfPig.Content.PageSize.A4).AddText(
            "The lighthouse keeper is Mabel.", 12, new UglyToad.PdfPig.Core.PdfPoint(50, 700), builder.AddStandard14Font(UglyToad.PdfPig.Fonts.Standard14Fonts.Standard14Font.Helvetica));
        var bytes = builder.Build();

        var file = (await UploadAsync(ada, "keepers.txt", bytes, "text/plain")).ShouldBe(HttpStatusCode.Created);
        file["media_type"].ShouldBe("application/pdf");
        var read = (await ada.GetAsync($"/api/files/{file["id"]}/content")).ShouldBe(HttpStatusCode.OK);
        read.Headers["Content-Type"].ShouldBe("application/pdf");
        read.Headers["Content-Disposition"].ShouldStartWith("attachment");
        read.Headers["Content-Security-Policy"].ShouldContain("sandbox");
        (await ada.PostAsync("/api/turns", new { content = "who keeps it?", model = "chatapp-nano", file_ids = new[] { file["id"] }, sampling = new { max_tokens = 4 } }))
            .ShouldBe(HttpStatusCode.OK).Text.ShouldContain("\"Completed\"");

        (await UploadAsync(ada, "broken.pdf", "%PDF-1.7\n\0\x1"u8.ToArray())).ShouldBe(HttpStatusCode.BadRequest, "pdf_unreadable");
        (await ada.GetAsync("/api/files")).Json["data"]!.AsArray().Count.ShouldBe(1);
    }

    [TestCase("../../etc/passwd", "passwd")]
    [TestCase("C:\\temp\\a.txt", "a.txt")]
    [TestCase("a\u202Etxt.b", "atxt.b")]
    [TestCase("a\tb.txt", "ab.txt")]
    [TestCase("\U0001F469\u200D\U0001F4BB.txt", "\U0001F469\u200D\U0001F4BB.txt")]
    [TestCase("\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645.txt", "\u0645\u06CC\u200C\u062E\u0648\u0627\u0647\u0645.txt")]
    [TestCase("{long}.report.pdf.txt", "{longer}.txt")]
    public async Task A_name_is_never_a_path_and_shows_as_what_it_is(string given, string kept)
    {
        using var ada = await UserAsync();
        (await UploadAsync(ada, given.Replace("{long}", new string('n', 300)), "x"u8.ToArray())).ShouldBe(HttpStatusCode.Created)["name"]
            .ShouldBe(kept.Replace("{longer}", new string('n', 196)));
    }

    [Test]
    public async Task A_file_larger_than_the_plan_allows_is_refused_whether_or_not_its_length_is_announced()
    {
        using var nobody = new EdgeClient(_address, null);
        var token = (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created)["access_token"];
        var large = new byte[(5 << 20) + 1];
        Array.Fill(large, (byte)'a');
        foreach (var chunked in (bool[])[false, true])
        {
            var refused = await UploadAsync(token, "large.txt", large, chunked: chunked);
            refused.ShouldBe(HttpStatusCode.RequestEntityTooLarge, "file_too_large");
            refused.Text.ShouldContain("guest");
        }

        (await UploadAsync(token, "right.txt", large[..(5 << 20)])).ShouldBe(HttpStatusCode.Created);
        using var guest = new EdgeClient(_address, token);
        (await guest.GetAsync("/api/files")).Json["data"]!.AsArray().Count.ShouldBe(1);
    }

    [Test]
    public async Task What_is_no_form_with_one_file_is_refused_with_what_is_wrong()
    {
        using var ada = await UserAsync();
        (await ada.PostAsync("/api/files", new { name = "a" })).ShouldBe(HttpStatusCode.UnsupportedMediaType);
        using var two = new MultipartFormDataContent { { new ByteArrayContent([65]), "file", "a.txt" }, { new ByteArrayContent([66]), "file", "b.txt" } };
        (await SendAsync(ada.Headers.Authorization!.Parameter!, two)).ShouldBe(HttpStatusCode.BadRequest);
        using var other = new MultipartFormDataContent { { new ByteArrayContent([65]), "avatar", "a.txt" } };
        (await SendAsync(ada.Headers.Authorization!.Parameter!, other)).ShouldBe(HttpStatusCode.BadRequest, "missing_required_parameter");
        (await UploadAsync(ada, "empty.txt", [])).ShouldBe(HttpStatusCode.BadRequest);
        using var broken = new StringContent("--b\r\nContent-Disposition: form-data; name=file; filename=a.txt\r\n\r\nnever ends");
        broken.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        (await SendAsync(ada.Headers.Authorization!.Parameter!, broken)).ShouldBe(HttpStatusCode.BadRequest, "invalid_form");
        (await ada.GetAsync("/api/files")).Json["data"]!.AsArray().ShouldBeEmpty();
    }

    [Test]
    public async Task Someone_else_s_file_is_not_found_by_any_route_nor_attached()
    {
        using var ada = await UserAsync();
        using var eve = await UserAsync();
        var id = (await UploadAsync(ada, "secret.txt", "the secret"u8.ToArray()))["id"];

        (await eve.GetAsync($"/api/files/{id}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/api/files/{id}/content")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.DeleteAsync($"/api/files/{id}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PostAsync("/api/turns", new { content = "read it", model = "chatapp-nano", file_ids = new[] { id } })).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync("/api/files")).Json["data"]!.AsArray().ShouldBeEmpty();
        (await ada.GetAsync($"/api/files/{id}")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task Another_site_s_form_can_not_upload_into_a_product_without_sign_in()
    {
        using var form = new MultipartFormDataContent { { new ByteArrayContent([65]), "file", "a.txt" } };
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/api/files")) { Content = form };
        request.Headers.Add("Origin", "https://evil.example");
        using var response = await http.SendAsync(request);
        (await EdgeAnswer.ReadAsync(response)).ShouldBe(HttpStatusCode.Forbidden, "cross_site");
    }

    [Test]
    public async Task An_image_is_refused_by_name_for_a_model_that_does_not_see()
    {
        using var ada = await UserAsync();
        var id = (await UploadAsync(ada, "cat.png", Png))["id"];
        var refused = (await ada.PostAsync("/api/turns", new { content = "what is it?", model = "chatapp-nano", file_ids = new[] { id } })).ShouldBe(HttpStatusCode.BadRequest);
        refused.Text.ShouldContain("cat.png");
        ((string)refused.Json["param"]!).ShouldBe("file_ids");
    }

    private async Task<EdgeClient> UserAsync()
    {
        return new EdgeClient(_address, (await EdgeClient.SignUpAsync(_address))["access_token"]);
    }

    private Task<EdgeAnswer> UploadAsync(EdgeClient user, string name, byte[] content, string mediaType = "application/octet-stream") =>
        UploadAsync(user.Headers.Authorization!.Parameter!, name, content, mediaType);

    private async Task<EdgeAnswer> UploadAsync(string token, string name, byte[] content, string mediaType = "application/octet-stream", bool chunked = false)
    {
        using var part = new ByteArrayContent(content);
        part.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        // Written by hand: the class would encode the name away.
        part.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=utf-8''{Uri.EscapeDataString(name)}");
        using var form = new MultipartFormDataContent { part };
        return await SendAsync(token, form, chunked);
    }

    private async Task<EdgeAnswer> SendAsync(string token, HttpContent form, bool chunked = false)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_address, "/api/files")) { Content = form };
        request.Headers.TransferEncodingChunked = chunked ? true : null;
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        return await EdgeAnswer.ReadAsync(response);
    }
}
