using System.Net;
using ChatApp.Tests.Graph;

namespace ChatApp.Tests.Api;

/// <summary>What a user owns, on the whole product: it is theirs alone, it can be taken along, shared, and deleted.</summary>
public sealed class OwnDataTests
{
    private const string Password = "correct horse battery";

    private Uri _address = null!;

    [OneTimeSetUp]
    public async Task Connect()
    {
        using var api = await ProductGraph.ApiAsync();
        _address = api.BaseAddress!;
    }

    [Test]
    public async Task Someone_else_s_conversation_turn_and_share_are_not_found_by_any_route()
    {
        using var ada = await UserAsync();
        using var eve = await UserAsync();
        var (conversation, turn) = await TurnAsync(ada);
        var share = (await ada.PostAsync($"/api/conversations/{conversation}/shares")).ShouldBe(HttpStatusCode.Created);

        (await eve.GetAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PatchAsync($"/api/conversations/{conversation}", new { title = "mine" })).ShouldBe(HttpStatusCode.NotFound);
        (await eve.DeleteAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/api/turns/{turn}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/v1/turns/{turn}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/api/turns/{turn}/events")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PostAsync($"/api/turns/{turn}/stop")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PostAsync("/api/turns", new { conversation_id = conversation, content = "hi", model = "chatapp-nano" })).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PostAsync("/v1/chat/completions", new { conversation_id = conversation, model = "chatapp-nano", messages = new[] { new { role = "user", content = "hi" } } }))
            .ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/api/conversations/{conversation}/shares")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.PostAsync($"/api/conversations/{conversation}/shares")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.DeleteAsync($"/api/shares/{share["id"]}")).ShouldBe(HttpStatusCode.NotFound);
        (await eve.GetAsync($"/api/conversations/export?conversation_id={conversation}")).Text.ShouldNotContain("a question of my own");
        (await eve.GetAsync("/api/me/export")).Text.ShouldNotContain("a question of my own");
        (await eve.GetAsync("/api/conversations?q=question")).Json["data"]!.AsArray().ShouldBeEmpty();

        (await ada.GetAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_shared_link_is_read_without_an_account_until_it_is_taken_back()
    {
        using var ada = await UserAsync();
        using var nobody = new EdgeClient(_address, null);
        var (conversation, _) = await TurnAsync(ada);
        var share = (await ada.PostAsync($"/api/conversations/{conversation}/shares")).ShouldBe(HttpStatusCode.Created);

        (await nobody.GetAsync($"/api/shared/{share["token"]}")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("a question of my own");
        (await ada.DeleteAsync($"/api/shares/{share["id"]}")).ShouldBe(HttpStatusCode.NoContent);
        (await nobody.GetAsync($"/api/shared/{share["token"]}")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task An_account_is_exported_with_everything_and_deleted_with_everything()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var ada = await UserAsync(email);
        var (conversation, _) = await TurnAsync(ada);
        var key = (await ada.PostAsync("/api/keys", new { name = "laptop" }))["secret"];

        var export = (await ada.GetAsync("/api/me/export")).ShouldBe(HttpStatusCode.OK);
        ((string)export.Json["user"]!["email"]!).ShouldBe(email);
        export.Json["keys"]!.AsArray().Count.ShouldBe(1);
        export.Text.ShouldContain("a question of my own");
        export.Text.ShouldNotContain(key);

        (await ada.DeleteAsync("/api/me", new { password = "wrong" })).ShouldBe(HttpStatusCode.Forbidden, "wrong_credentials");
        (await ada.DeleteAsync("/api/me", new { password = Password })).ShouldBe(HttpStatusCode.NoContent);

        (await ada.GetAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.Unauthorized);
        using var keyed = new EdgeClient(_address, key);
        (await keyed.GetAsync("/v1/models")).ShouldBe(HttpStatusCode.Unauthorized);
        using var nobody = new EdgeClient(_address, null);
        (await nobody.PostAsync("/api/auth/sign-in", new { email, password = Password })).ShouldBe(HttpStatusCode.Unauthorized);
        // The address is free again.
        await EdgeClient.SignUpAsync(_address, email, Password);
    }

    [Test]
    public async Task A_guest_s_conversations_stay_theirs_when_they_sign_up()
    {
        using var nobody = new EdgeClient(_address, null);
        using var guest = new EdgeClient(_address, (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created)["access_token"]);
        var (conversation, _) = await TurnAsync(guest);
        var up = (await guest.PostAsync("/api/auth/sign-up", new { email = $"{Guid.NewGuid():N}@example.org", password = Password })).ShouldBe(HttpStatusCode.Created);
        using var account = new EdgeClient(_address, up["access_token"]);
        (await account.GetAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("a question of my own");
    }

    [Test]
    public async Task A_guest_who_signs_in_to_an_account_brings_along_what_they_made()
    {
        var email = $"{Guid.NewGuid():N}@example.org";
        using var ada = await UserAsync(email);
        await TurnAsync(ada);
        using var nobody = new EdgeClient(_address, null);
        using var guest = new EdgeClient(_address, (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created)["access_token"]);
        var (conversation, turn) = await TurnAsync(guest);

        (await guest.PostAsync("/api/auth/sign-in", new { email, password = "wrong" })).ShouldBe(HttpStatusCode.Unauthorized);
        (await guest.GetAsync($"/api/conversations/{conversation}")).ShouldBe(HttpStatusCode.OK);

        using var account = new EdgeClient(_address, (await guest.PostAsync("/api/auth/sign-in", new { email, password = Password })).ShouldBe(HttpStatusCode.OK)["access_token"]);
        (await account.GetAsync("/api/conversations")).Json["data"]!.AsArray().Count.ShouldBe(2);
        (await account.GetAsync($"/api/turns/{turn}")).ShouldBe(HttpStatusCode.OK);
        (await account.PostAsync("/api/turns", new { conversation_id = conversation, content = "go on", model = "chatapp-nano", sampling = new { max_tokens = 4 } }))
            .ShouldBe(HttpStatusCode.OK).Text.ShouldContain("Completed");
        (await guest.GetAsync("/api/me")).ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task Conversations_are_taken_from_one_account_into_another()
    {
        using var ada = await UserAsync();
        using var bob = await UserAsync();
        await TurnAsync(ada);
        var export = (await ada.GetAsync("/api/conversations/export")).ShouldBe(HttpStatusCode.OK);
        var import = (await bob.PostAsync("/api/conversations/import", export.Text)).ShouldBe(HttpStatusCode.Created);
        var id = (string)import.Json["conversation_ids"]![0]!;
        (await bob.GetAsync($"/api/conversations/{id}")).ShouldBe(HttpStatusCode.OK).Text.ShouldContain("a question of my own");
        (await ada.GetAsync($"/api/conversations/{id}")).ShouldBe(HttpStatusCode.NotFound);
    }

    [Test]
    public async Task A_guest_imports_nothing()
    {
        using var nobody = new EdgeClient(_address, null);
        using var guest = new EdgeClient(_address, (await nobody.PostAsync("/api/auth/guest", new { })).ShouldBe(HttpStatusCode.Created)["access_token"]);

        (await guest.PostAsync("/api/conversations/import", "[]")).ShouldBe(HttpStatusCode.Forbidden, "account_required");
    }

    private async Task<EdgeClient> UserAsync(string? email = null)
    {
        return new EdgeClient(_address, (await EdgeClient.SignUpAsync(_address, email, Password))["access_token"]);
    }

    private static async Task<(string Conversation, string Turn)> TurnAsync(EdgeClient user)
    {
        var stream = (await user.PostAsync("/api/turns", new { content = "a question of my own", model = "chatapp-nano", sampling = new { max_tokens = 4 } })).ShouldBe(HttpStatusCode.OK);
        var started = stream.Text.Split('\n').First(line => line.StartsWith("data: ", StringComparison.Ordinal))["data: ".Length..];
        var json = System.Text.Json.Nodes.JsonNode.Parse(started)!;
        return ((string)json["conversation_id"]!, (string)json["turn_id"]!);
    }
}
