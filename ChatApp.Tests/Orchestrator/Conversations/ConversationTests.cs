using System.Text.Json;
using ChatApp.Orchestrator.V1;
using ChatApp.Tests.Orchestrator.Graph;
using ChatApp.Tests.Orchestrator.Upstreams;
using Google.Protobuf;
using Grpc.Core;
using static ChatApp.Tests.Orchestrator.Graph.OrchestratorProcess;

namespace ChatApp.Tests.Orchestrator.Conversations;

public sealed class ConversationTests : GraphTest
{
    private ChatApp.Orchestrator.V1.Conversations.ConversationsClient Conversations => Graph.First.Conversations;

    private Shares.SharesClient Shares => Graph.First.Shares;

    private Transfers.TransfersClient Transfers => Graph.First.Transfers;

    [Test]
    public async Task What_a_guest_made_goes_to_an_account_only_with_the_guest_s_signed_identity()
    {
        var guest = $"guest-{Guid.NewGuid():N}";
        var signer = new ChatApp.Contracts.Identity.CallerIdentitySigner(OrchestratorProcess.IdentityKey, TimeProvider.System);
        var proof = signer.Sign(guest, "guest", "guest", TimeSpan.FromMinutes(1));
        var made = await new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "mine tokens=3", RequestId = "same" }, OrchestratorProcess.As(guest, "guest")));
        var own = await RunAsync(new RunTurnRequest { Content = "own tokens=3", RequestId = "same" });

        foreach (var refused in (string[])["", "x.y", signer.Sign(guest, "user", "free", TimeSpan.FromMinutes(1))])
            (await RefusalAsync(Graph.First.Transfers.AdoptAsync(new AdoptRequest { GuestIdentity = refused }, Me))).StatusCode.ShouldBe(StatusCode.InvalidArgument);
        (await RefusalAsync(Graph.First.Transfers.AdoptAsync(new AdoptRequest { GuestIdentity = proof }, OrchestratorProcess.As("other-guest", "guest")))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

        var running = new ViewedTurn().FollowAsync(Graph.First.Turns.Run(new RunTurnRequest { Content = "long tokens=100 delay=20", ConversationId = made.Started.ConversationId }, OrchestratorProcess.As(guest, "guest")));
        await Eventually.BecomesAsync(() => Graph.ScalarAsync<long>("SELECT count(*) FROM chat.turns WHERE user_id = @guest AND status = 'Running'", new { guest }), count => count == 1);
        (await RefusalAsync(Graph.First.Transfers.AdoptAsync(new AdoptRequest { GuestIdentity = proof }, Me))).StatusCode.ShouldBe(StatusCode.Aborted);
        await running;

        (await Graph.First.Transfers.AdoptAsync(new AdoptRequest { GuestIdentity = proof }, Me)).Conversations.ShouldBe(1);
        (await GetAsync(made.Started.ConversationId)).Messages.Count.ShouldBe(4);
        (await Graph.First.Transfers.AdoptAsync(new AdoptRequest { GuestIdentity = proof }, Me)).Conversations.ShouldBe(0);
        // Every table that says whose a row is, also those that are added later.
        var tables = await Graph.ScalarAsync<string>("SELECT string_agg(table_name, ',') FROM information_schema.columns WHERE table_schema = 'chat' AND column_name = 'user_id'");
        foreach (var table in tables.Split(','))
            (await Graph.ScalarAsync<long>($"SELECT count(*) FROM chat.{table} WHERE user_id = @guest", new { guest })).ShouldBe(0, table);
        var report = await Graph.First.Metering.GetUsageAsync(new GetUsageRequest(), Me);
        report.Days.Sum(day => day.OutputTokens).ShouldBeGreaterThanOrEqualTo(106);
        own.Ended!.Status.ShouldBe("Completed");
    }

    [Test]
    public async Task Pages_of_the_list_show_each_conversation_once_newest_activity_first()
    {
        List<string> made = [];
        for (var i = 0; i < 7; i++)
            made.Add((await Conversations.CreateAsync(new CreateConversationRequest { Title = $"number {i}" }, Me)).Id);
        await Conversations.UpdateAsync(new UpdateConversationRequest { Id = made[2], Pinned = true }, Me);
        await Conversations.UpdateAsync(new UpdateConversationRequest { Id = made[3], Archived = true }, Me);

        List<string> listed = [];
        var cursor = "";
        do
        {
            var page = await Conversations.ListAsync(new ListConversationsRequest { Limit = 2, Cursor = cursor }, Me);
            listed.AddRange(page.Conversations.Select(hit => hit.Conversation.Id));
            cursor = page.NextCursor;
        }
        while (cursor.Length > 0);

        listed.ShouldBe([made[2], made[6], made[5], made[4], made[1], made[0]]);
        var archived = await Conversations.ListAsync(new ListConversationsRequest { Archived = true }, Me);
        archived.Conversations.Single().Conversation.Id.ShouldBe(made[3]);
    }

    [Test]
    public async Task A_folder_is_a_name_that_conversations_share()
    {
        var (kept, loose) = (await NewAsync("kept"), await NewAsync("loose"));
        (await Conversations.UpdateAsync(new UpdateConversationRequest { Id = kept, Folder = " Work\n " }, Me)).Folder.ShouldBe("Work");

        var inside = await Conversations.ListAsync(new ListConversationsRequest { Folder = "Work" }, Me);
        inside.Folders.ShouldBe(["Work"]);
        inside.Conversations.Single().Conversation.Id.ShouldBe(kept);
        var outside = (await Conversations.ListAsync(new ListConversationsRequest { Folder = "", Limit = 100 }, Me)).Conversations.Select(hit => hit.Conversation.Id).ToList();
        outside.ShouldContain(loose);
        outside.ShouldNotContain(kept);

        (await Conversations.RenameFolderAsync(new RenameFolderRequest { From = "Work", To = "Home" }, As("stranger"))).Conversations.ShouldBe(0);
        (await Conversations.RenameFolderAsync(new RenameFolderRequest { From = "Work", To = "Home" }, Me)).Conversations.ShouldBe(1);
        (await Conversations.GetAsync(new GetConversationRequest { Id = kept }, Me)).Conversation.Folder.ShouldBe("Home");
        await Conversations.RenameFolderAsync(new RenameFolderRequest { From = "Home" }, Me);
        (await Conversations.ListAsync(new ListConversationsRequest(), Me)).Folders.ShouldBeEmpty();
        (await RefusalAsync(Conversations.UpdateAsync(new UpdateConversationRequest { Id = kept, Folder = new string('x', 81) }, Me))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

        async Task<string> NewAsync(string title) => (await Conversations.CreateAsync(new CreateConversationRequest { Title = title }, Me)).Id;
    }

    [Test]
    public async Task Search_finds_words_of_titles_and_messages_and_shows_the_passage()
    {
        var asked = await RunAsync("Where does the zanzibarleopard live? tokens=3");
        var titled = await Conversations.CreateAsync(new CreateConversationRequest { Title = "My zanzibarleopard notes" }, Me);
        await Conversations.CreateAsync(new CreateConversationRequest { Title = "Something else" }, Me);

        var found = await Conversations.ListAsync(new ListConversationsRequest { Query = "ZanzibarLeo" }, Me);

        found.Conversations.Select(hit => hit.Conversation.Id).ShouldBe([titled.Id, asked.Started.ConversationId], ignoreOrder: true);
        found.Conversations.Single(hit => hit.Conversation.Id == asked.Started.ConversationId).Snippet.ShouldContain("the \u0002zanzibarleo\u0003pard live");
    }

    [TestCase("')' | !'x")]
    [TestCase("a:* & b <-> c")]
    [TestCase("it's \"quoted\" -and \\escaped")]
    public async Task A_query_that_looks_like_search_syntax_is_only_words(string query) =>
        (await Conversations.ListAsync(new ListConversationsRequest { Query = query }, Me)).Conversations.ShouldBeEmpty();

    [Test]
    public async Task What_stands_in_a_message_is_found_as_it_stands_there()
    {
        (string Message, string[] Queries)[] cases =
        [
            ("見積もりの問題について日本の会社に聞く", ["日本", "問題", "会社"]),
            ("สวัสดีครับ ภาษาไทย", ["สวัสดี", "ครับ"]),
            ("हिन्दी में लिखो", ["हिन्दी", "लिखो"]),
            ("저는 한국어를 배우고 있습니다", ["국어", "한국어를 있습니다"]),
            ("⭐️ favourite 🦓 animal", ["⭐", "🦓"]),
            ("see foo.png and report-2024.pdf", ["png", "foo.png", "2024", "report-2024.pdf"]),
            ("born 2024-05-17 at 12:30", ["2024-05-17", "05", "12:30"]),
            ("mail to anna.smith@example.org", ["smith", "anna.smith@example.org", "example"]),
            ("https://docs.example.com/guide/setup.html?x=1", ["https://docs.example.com/guide/setup.html?x=1", "setup.html", "example.com"]),
            ("version 10.0.401 of pi 3.14159 is -7", ["10.0.401", "401", "3.14", "-7"]),
            ("snake_case_name and camelCaseName", ["CaseName", "casename", "_case_"]),
            ("50% off_now at C:\\temp", ["%", "_", "\\"]),
            ("e\u0301clair decomposed", ["e\u0301clair", "\u00e9clair", "clair"]),
        ];
        var conversations = cases.Select((test, index) => new { id = $"{index}", title = $"Nothing {index}", messages = new[] { new { id = "m", role = "user", text = test.Message } } });
        var document = JsonSerializer.SerializeToUtf8Bytes(new { format = "chatapp.conversations", version = 1, conversations });
        var imported = (await ImportAsync(ByteString.CopyFrom(document))).ConversationIds;

        foreach (var (test, id) in cases.Zip(imported))
        {
            foreach (var query in test.Queries)
            {
                var hit = (await Conversations.ListAsync(new ListConversationsRequest { Query = query }, Me)).Conversations.SingleOrDefault(hit => hit.Conversation.Id == id);
                hit.ShouldNotBeNull($"'{query}' in '{test.Message}'").Snippet.ShouldContain("\u0002");
            }
        }

        (await Graph.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_indexes WHERE indexname = 'messages_search') = EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"))
            .ShouldBeTrue("messages are indexed where that is possible");
        (await Conversations.ListAsync(new ListConversationsRequest { Query = "Nothing 3" }, Me)).Conversations.ShouldContain(hit => hit.Conversation.Id == imported[3]);
        (await RefusalAsync(Conversations.ListAsync(new ListConversationsRequest { Query = "  " }, Me))).StatusCode.ShouldBe(StatusCode.InvalidArgument);
    }

    [Test]
    public async Task A_title_comes_by_itself_and_never_over_one_that_the_user_gave()
    {
        var titled = await RunAsync("first question tokens=3");
        var own = await Conversations.CreateAsync(new CreateConversationRequest { Title = "Mine" }, Me);
        await RunAsync("another question tokens=3", own.Id);

        var title = await Eventually.BecomesAsync(async () => (await GetAsync(titled.Started.ConversationId)).Conversation.Title, title => title.Length > 0);

        title.Length.ShouldBeLessThanOrEqualTo(60);
        (await GetAsync(own.Id)).Conversation.Title.ShouldBe("Mine");
        Graph.Model.Requests.Any(request => request.TryGetProperty("priority", out _)).ShouldBeTrue("titles are background work");
    }

    [Test]
    public async Task A_deleted_conversation_is_gone_for_its_owner_and_purged_after_its_retention()
    {
        var turn = await RunAsync("to be deleted tokens=3");
        var id = turn.Started.ConversationId;
        var share = await Shares.ShareAsync(new ShareRequest { ConversationId = id }, Me);

        await Conversations.DeleteAsync(new DeleteConversationRequest { Id = id }, Me);
        await Conversations.DeleteAsync(new DeleteConversationRequest { Id = id }, Me);

        var refused = await RefusalAsync(Conversations.GetAsync(new GetConversationRequest { Id = id }, Me));
        refused.StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        refused.Status.Detail.ShouldBe("gone");
        (await RefusalAsync(() => RunAsync("more", id))).StatusCode.ShouldBe(StatusCode.FailedPrecondition);
        (await RefusalAsync(Shares.GetSharedAsync(new GetSharedRequest { Token = share.Token }, Me))).StatusCode.ShouldBe(StatusCode.NotFound);
        (await Conversations.ListAsync(new ListConversationsRequest { Query = "deleted" }, Me)).Conversations.ShouldBeEmpty();

        await Graph.ExecuteAsync("UPDATE chat.conversations SET deleted_at = now() - interval '31 days' WHERE user_id = @User", new { User });
        await Eventually.BecomesAsync(() => Graph.ScalarAsync<long>("SELECT count(*) FROM chat.messages WHERE user_id = @User", new { User }), count => count == 0);
        (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @User AND turn_id IS NOT NULL", new { User })).ShouldBe(1);
    }

    [Test]
    public async Task An_export_imports_into_another_account_as_the_same_tree()
    {
        var first = await RunAsync("question one tokens=4");
        await RunAsync("question two tokens=4", first.Started.ConversationId);
        await RunAsync(new RunTurnRequest
        {
            ConversationId = first.Started.ConversationId,
            ParentId = first.Started.UserMessageId,
            Regenerate = true,
        });
        var original = await GetAsync(first.Started.ConversationId);
        var document = await ExportAsync();

        User += "-other";
        var imported = await ImportAsync(document);

        var copy = await GetAsync(imported.ConversationIds.Single());
        Shape(copy).ShouldBe(Shape(original));
        copy.Messages.Select(m => m.Id).Intersect(original.Messages.Select(m => m.Id)).ShouldBeEmpty();
        (await RunAsync("goes on tokens=3", copy.Conversation.Id)).Ended!.Status.ShouldBe("Completed");
    }

    [Test]
    public async Task ChatGPTs_export_is_imported_with_its_branches_and_without_what_nobody_saw()
    {
        const string Json = """
            [{"title": "Old chat", "create_time": 1700000000.5, "update_time": 1700000100, "current_node": "a2", "mapping": {
              "root": {"id": "root", "message": null, "parent": null, "children": ["s"]},
              "s": {"id": "s", "message": {"author": {"role": "system"}, "content": {"content_type": "text", "parts": ["hidden"]}}, "parent": "root"},
              "q": {"id": "q", "message": {"author": {"role": "user"}, "create_time": 1700000001, "content": {"content_type": "text", "parts": ["Hello"]}}, "parent": "s"},
              "a1": {"id": "a1", "message": {"author": {"role": "assistant"}, "create_time": 1700000002, "content": {"content_type": "text", "parts": ["Hi", {"asset": 1}, "there"]}, "metadata": {"model_slug": "gpt-4"}}, "parent": "q"},
              "a2": {"id": "a2", "message": {"author": {"role": "assistant"}, "create_time": 1700000003, "content": {"content_type": "text", "parts": ["Hello again"]}}, "parent": "q"}}}]
            """;

        var reply = await ImportAsync(ByteString.CopyFromUtf8(Json));

        reply.SkippedMessages.ShouldBe(2, "the system's note and a picture");
        var imported = await GetAsync(reply.ConversationIds.Single());
        imported.Conversation.Title.ShouldBe("Old chat");
        imported.Messages.Select(m => (m.Role, m.Text)).ShouldBe([("user", "Hello"), ("assistant", "Hi\nthere"), ("assistant", "Hello again")]);
        imported.Messages[1].ParentId.ShouldBe(imported.Messages[0].Id);
        imported.Messages[1].Model.ShouldBe("gpt-4");
        imported.Conversation.CurrentMessageId.ShouldBe(imported.Messages[2].Id);
    }

    [Test]
    public async Task Of_ChatGPTs_export_what_was_hidden_stays_hidden_and_marks_become_links()
    {
        const string Json = """
            [{"title": "T", "current_node": "a", "mapping": {
              "n": {"message": {"author": {"role": "user"}, "content": {"content_type": "user_editable_context", "parts": ["About me"]}}},
              "h": {"message": {"author": {"role": "user"}, "metadata": {"is_visually_hidden_from_conversation": true}, "content": {"content_type": "text", "parts": ["Hidden"]}}, "parent": "n"},
              "q": {"message": {"author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}, {"content_type": "audio_transcription", "text": "Where?"}]}}, "parent": "h"},
              "t": {"message": {"author": {"role": "assistant"}, "recipient": "web", "content": {"content_type": "code", "text": "search()"}}, "parent": "q"},
              "p": {"message": {"author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": [{"content_type": "image_asset_pointer"}]}}, "parent": "t"},
              "a": {"message": {"author": {"role": "assistant"}, "recipient": "all", "metadata": {"model_slug": "gpt\u00004", "content_references": [{"matched_text": "\ue200cite\ue202turn0search0\ue201", "alt": "([Atlas](https://example.org))"}]},
                    "content": {"content_type": "text", "parts": ["There \ue200cite\ue202turn0search0\ue201 and \ue200cite\ue202turn0search1\ue201here【12†source】."]}}, "parent": "p"}}}]
            """;

        var reply = await ImportAsync(ByteString.CopyFromUtf8("\uFEFF" + Json));

        reply.SkippedMessages.ShouldBe(5, "two hidden ones, a picture in a question, a call of a tool, a question that is a picture");
        var imported = await GetAsync(reply.ConversationIds.Single());
        imported.Messages.Select(m => m.Text).ShouldBe(["Where?", "There ([Atlas](https://example.org)) and here."]);
        imported.Messages[1].Model.ShouldBe("gpt4");
        imported.Messages[1].ParentId.ShouldBe(imported.Messages[0].Id);
    }

    [Test]
    public async Task Everything_that_is_known_of_a_user_is_imported_with_its_conversations_and_titles_are_cut_between_characters()
    {
        var title = new string('x', 199) + "👩‍👩‍👧 and more";
        var document = new
        {
            user = new { id = "user_1" },
            files = new[] { new { id = "file_1" } },
            conversations = new
            {
                format = "chatapp.conversations",
                version = 1,
                conversations = new[] { new { title, messages = new[] { new { id = "m", role = "user", text = "hi", content = new { files = new[] { new { id = "file_1", name = "a.txt" } } } } } } },
            },
        };

        var reply = await ImportAsync(ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(document)));

        reply.SkippedMessages.ShouldBe(1, "the file");
        var imported = await GetAsync(reply.ConversationIds.Single());
        imported.Conversation.Title.ShouldBe(new string('x', 199));
        imported.Messages.Single().Text.ShouldBe("hi");
    }

    [TestCase("""[{"mapping": {"a": {"parent": "b", "message": null}, "b": {"parent": "a", "message": null}}}]""", "circle")]
    [TestCase("""{"format": "chatapp.conversations", "version": 1, "conversations": [{"messages": [{"id": "x", "role": "user", "text": "1"}, {"id": "x", "role": "user", "text": "2"}]}]}""", "same id")]
    [TestCase("""{"some": "json"}""", "neither")]
    [TestCase("""[1, 2]""", "not an object")]
    [TestCase("""[{"title": "\ud800", "mapping": {}}]""", "surrogate")]
    [TestCase("""[{"mapping": {"\ud800": {"message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}}}]""", "surrogate")]
    [TestCase("""[{"mapping": {"a": {"message": {"author": {"role": "user"}, "content": {"parts": ["\ud800"]}}}}}]""", "surrogate")]
    [TestCase("not json", "not valid JSON")]
    public async Task A_document_that_can_t_be_imported_is_refused_with_the_reason_and_leaves_nothing(string json, string reason)
    {
        var refused = await RefusalAsync(() => ImportAsync(ByteString.CopyFromUtf8(json)));

        refused.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        refused.Status.Detail.ShouldContain(reason);
        (await Conversations.ListAsync(new ListConversationsRequest(), Me)).Conversations.ShouldBeEmpty();
    }

    [Test]
    public async Task A_document_that_is_too_large_is_refused_with_the_limit_and_leaves_nothing()
    {
        var tooLong = await RefusalAsync(() => ImportAsync(ByteString.CopyFrom(new byte[2_000_001])));
        var messages = string.Join(',', Enumerable.Range(0, 1001).Select(i => $$"""{"id": "m{{i}}", "role": "user", "text": "x"}"""));
        var tooMany = await RefusalAsync(() => ImportAsync(ByteString.CopyFromUtf8(
            $$"""{"format": "chatapp.conversations", "version": 1, "conversations": [{"messages": [{{messages}}]}]}""")));

        tooLong.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        tooLong.Status.Detail.ShouldContain("2000000");
        tooMany.StatusCode.ShouldBe(StatusCode.InvalidArgument);
        tooMany.Status.Detail.ShouldContain("1000");
        (await Conversations.ListAsync(new ListConversationsRequest(), Me)).Conversations.ShouldBeEmpty();
    }

    [Test]
    public async Task Deep_json_is_refused() =>
        (await RefusalAsync(() => ImportAsync(ByteString.CopyFromUtf8(new string('[', 100_000))))).StatusCode.ShouldBe(StatusCode.InvalidArgument);

    [Test]
    public async Task A_link_shows_what_was_shared_until_it_is_revoked()
    {
        var turn = await RunAsync("shared question tokens=3");
        var link = await Shares.ShareAsync(new ShareRequest { ConversationId = turn.Started.ConversationId }, Me);
        await RunAsync("later and private tokens=3", turn.Started.ConversationId);

        var seen = await Graph.Second.Shares.GetSharedAsync(new GetSharedRequest { Token = link.Token }, As("anyone"));
        seen.Messages.Select(m => m.Text).ShouldBe(["shared question tokens=3", turn.Text]);
        link.Token.Length.ShouldBeGreaterThanOrEqualTo(43);
        var listed = await Shares.ListSharesAsync(new ListSharesRequest { ConversationId = turn.Started.ConversationId }, Me);
        listed.Shares.Single().Token.ShouldBe(link.Token, "its owner can copy it again");

        await Shares.UnshareAsync(new UnshareRequest { Id = link.Id }, Me);
        (await RefusalAsync(Shares.GetSharedAsync(new GetSharedRequest { Token = link.Token }, Me))).StatusCode.ShouldBe(StatusCode.NotFound);
    }

    [Test]
    public async Task A_temporary_conversation_leaves_nothing_but_its_usage()
    {
        var secret = $"secret{Guid.NewGuid():N}";
        var seen = await RunAsync(new RunTurnRequest
        {
            Temporary = true,
            Content = $"{secret} tokens=5",
            History = { new HistoryMessage { Role = "user", Text = $"before {secret}" }, new HistoryMessage { Role = "assistant", Text = "answer" } },
        });

        seen.Text.ShouldBe(ScriptedModel.AnswerTo($"{secret} tokens=5"));
        seen.Ended!.Status.ShouldBe("Completed");
        (await RefusalAsync(() => new ViewedTurn().FollowAsync(Graph.First.Turns.Resume(new ResumeTurnRequest { TurnId = seen.TurnId }, Me)))).StatusCode.ShouldBe(StatusCode.NotFound);
        foreach (var table in new[] { "conversations", "messages", "turns" })
            (await Graph.ScalarAsync<long>($"SELECT count(*) FROM chat.{table} WHERE user_id = @User", new { User })).ShouldBe(0);
        (await Graph.ScalarAsync<long>("SELECT count(*) FROM chat.usage_events WHERE user_id = @User", new { User })).ShouldBe(1);
        (Graph.First.Output + Graph.Second.Output).ShouldNotContain(secret);
        (Graph.First.Output + Graph.Second.Output).ShouldNotContain(seen.TurnId);
    }

    private async Task<ByteString> ExportAsync()
    {
        using var document = new MemoryStream();
        using var call = Transfers.Export(new ExportRequest(), Me);
        await foreach (var piece in call.ResponseStream.ReadAllAsync())
            piece.Json.WriteTo(document);
        return ByteString.CopyFrom(document.ToArray());
    }

    private async Task<ImportReply> ImportAsync(ByteString document)
    {
        using var call = Transfers.Import(Me);
        try
        {
            for (var offset = 0; offset < document.Length; offset += 10_000)
                await call.RequestStream.WriteAsync(new ImportChunk { Json = ByteString.CopyFrom(document.Span.Slice(offset, Math.Min(10_000, document.Length - offset))) });
            await call.RequestStream.CompleteAsync();
        }
        catch (RpcException)
        {
            // The refusal comes with the response.
        }

        return await call.ResponseAsync;
    }

    private static IEnumerable<(string Role, string Text, int Parent, long Seq)> Shape(ConversationWithMessages conversation)
    {
        var places = conversation.Messages.Select((message, index) => (message.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index);
        return [.. conversation.Messages.Select(m => (m.Role, m.Text, m.ParentId.Length == 0 ? -1 : places[m.ParentId], m.Seq))];
    }
}
