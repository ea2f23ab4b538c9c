using ChatApp.Web.Api;
using ChatApp.Web.Logging;
using ChatApp.Web.Turns;

namespace ChatApp.Web.Chat;

/// <summary>The sidebar's list: loaded by cursor, searched as one types, changed at once and confirmed afterwards.</summary>
internal sealed class ConversationList(ConversationsClient conversations, TimeProvider time, ILogger<ConversationList> logger) : IDisposable
{
    private const int PageSize = 40;
    private readonly HashSet<string> _hidden = [];
    private List<ConversationSummary> _items = [];
    private CancellationTokenSource? _search;

    public event Action? Changed;

    public string Query { get; private set; } = "";

    public bool Archived { get; private set; }

    /// <summary>The open folder, whose conversations show below its name.</summary>
    public string? Folder { get; private set; }

    /// <summary>The names of all folders.</summary>
    public IReadOnlyList<string> Folders { get; private set; } = [];

    public bool Loading { get; private set; }

    public bool Loaded { get; private set; }

    public string? Error { get; private set; }

    public string? NextCursor { get; private set; }

    /// <summary>As <see cref="NextCursor"/>, for the open folder.</summary>
    public string? FolderCursor { get; private set; }

    /// <summary>What was found or archived; else the conversations of no folder.</summary>
    public IEnumerable<ConversationSummary> Items => _items.Where(item => !_hidden.Contains(item.Id) && !IsInOpenFolder(item));

    /// <summary>The conversations of the open folder.</summary>
    public IEnumerable<ConversationSummary> FolderItems => _items.Where(item => !_hidden.Contains(item.Id) && IsInOpenFolder(item));

    private bool IsBrowsing => Query.Length == 0 && !Archived;

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        Loading = true;
        Changed?.Invoke();
        try
        {
            Take(await ReadAsync(null, cancellationToken));
            if (IsBrowsing && Folder is { } open)
                TakeFolder(open, await ReadFolderAsync(open, null, cancellationToken));
        }
        catch (ApiException exception)
        {
            Error = exception.Message;
        }
        finally
        {
            Loading = false;
            Changed?.Invoke();
        }
    }

    /// <summary>Starts with a page that was read before, so that nothing flickers.</summary>
    public void Start(ConversationPage page)
    {
        Take(page);
        Changed?.Invoke();
    }

    public ConversationPage Snapshot() => new(_items, NextCursor, Folders);

    public Task LoadMoreAsync(CancellationToken cancellationToken) => NextCursor is not { Length: > 0 } cursor ? Task.CompletedTask : AddAsync(async () =>
    {
        var page = await ReadAsync(cursor, cancellationToken);
        NextCursor = page.NextCursor;
        return page;
    });

    public Task LoadMoreOfFolderAsync(CancellationToken cancellationToken) => FolderCursor is not { Length: > 0 } cursor || Folder is not { } open ? Task.CompletedTask : AddAsync(async () =>
    {
        var page = await ReadFolderAsync(open, cursor, cancellationToken);
        FolderCursor = page.NextCursor;
        return page;
    });

    private async Task AddAsync(Func<Task<ConversationPage>> read)
    {
        if (Loading)
            return;
        Loading = true;
        try
        {
            var page = await read();
            var known = _items.Select(item => item.Id).ToHashSet();
            _items.AddRange(page.Data.Where(item => !known.Contains(item.Id)));
        }
        catch (ApiException exception)
        {
            Error = exception.Message;
        }
        finally
        {
            Loading = false;
            Changed?.Invoke();
        }
    }

    /// <summary>Shows what matches; a later call ends an earlier one that has not answered yet.</summary>
    public async Task SearchAsync(string query, bool archived)
    {
        // All that the next call looks at is set before anything is waited for: letters come faster than answers.
        var (earlier, search) = (_search, new CancellationTokenSource());
        _search = search;
        var stop = search.Token;
        if (archived != Archived)
            (_items, NextCursor, Loaded) = ([], null, false);
        (Query, Archived) = (query.Trim(), archived);
        if (earlier is not null)
        {
            await earlier.CancelAsync();
            earlier.Dispose();
        }

        if (stop.IsCancellationRequested)
            return;
        try
        {
            await LoadAsync(stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Opens a folder where it stands, and closes the one that was open; null: only that.</summary>
    public async Task OpenFolderAsync(string? folder)
    {
        _items.RemoveAll(IsInOpenFolder);
        (Folder, FolderCursor) = (folder, null);
        Changed?.Invoke();
        await RefreshAsync(CancellationToken.None);
    }

    /// <summary>Brings the first page up to date without disturbing what was loaded below it.</summary>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        if (Loading || Query.Length > 0)
            return;
        try
        {
            var (archived, folder) = (Archived, Folder);
            var page = await ReadAsync(null, cancellationToken);
            var inside = IsBrowsing && folder is not null ? await ReadFolderAsync(folder, null, cancellationToken) : new ConversationPage([], null, null);
            if (Loading || Query.Length > 0 || archived != Archived || folder != Folder)
                return;
            var (outer, cursor) = WithOlder(page, _items.Where(item => !IsInOpenFolder(item)), NextCursor);
            var (inner, folderCursor) = WithOlder(inside, _items.Where(IsInOpenFolder), FolderCursor);
            List<ConversationSummary> items = [.. outer, .. inner];
            var folders = page.Folders ?? Folders;
            var same = Error is null && items.SequenceEqual(_items) && folders.SequenceEqual(Folders);
            Folders = folders;
            (_items, NextCursor, FolderCursor, Error, Loaded) = (items, cursor, folderCursor, null, true);
            if (!same)
                Changed?.Invoke();
        }
        catch (ApiException exception)
        {
            logger.ListRefreshFailed(exception.Message);
        }
    }

    /// <summary>What a conversation is now, wherever it was changed.</summary>
    public void Take(ConversationSummary conversation)
    {
        var index = _items.FindIndex(item => item.Id == conversation.Id);
        if (Query.Length > 0)
        {
            // What was found keeps its place and its passage.
            if (index >= 0)
                _items[index] = conversation with { Snippet = _items[index].Snippet };
        }
        else
        {
            if (index >= 0)
                _items.RemoveAt(index);
            if (conversation.Archived == Archived && (Archived || IsOpen(conversation.Folder)))
                Insert(conversation);
        }

        Changed?.Invoke();
    }

    public void Remove(string id)
    {
        if (_items.RemoveAll(item => item.Id == id) > 0)
            Changed?.Invoke();
    }

    /// <summary>The conversation on the page was used, named or has just been made.</summary>
    public void Touch(ConversationTree view)
    {
        if (view.Id is not { } id || !IsBrowsing || !IsOpen(view.Folder))
            return;
        var now = time.GetUtcNow();
        var known = _items.Find(item => item.Id == id) ?? new ConversationSummary { Id = id, CreatedAt = now, Folder = view.Folder };
        _items.RemoveAll(item => item.Id == id);
        _items.Insert(0, known with { Title = view.Title ?? known.Title, UpdatedAt = now });
        Changed?.Invoke();
    }

    public Task RenameAsync(string id, string title, CancellationToken cancellationToken) =>
        ChangeAsync(id, item => item with { Title = title }, new ConversationChange { Title = title }, cancellationToken);

    public Task PinAsync(string id, bool pinned, CancellationToken cancellationToken) =>
        ChangeAsync(id, item => item with { Pinned = pinned }, new ConversationChange { Pinned = pinned }, cancellationToken);

    /// <param name="folder">Where to; empty: out of its folder.</param>
    public async Task MoveAsync(string id, string folder, CancellationToken cancellationToken)
    {
        await conversations.ChangeAsync(id, new ConversationChange { Folder = folder }, cancellationToken);
        if (folder.Length > 0 && !Folders.Contains(folder))
            Folders = [.. Folders.Append(folder).Order(StringComparer.CurrentCulture)];
        if (IsBrowsing && !IsOpen(folder))
            _items.RemoveAll(item => item.Id == id);
        else
            Replace(id, item => item with { Folder = folder.Length == 0 ? null : folder });
        Changed?.Invoke();
        await RefreshAsync(cancellationToken);
    }

    public async Task RenameFolderAsync(string name, string newName, CancellationToken cancellationToken)
    {
        await conversations.RenameFolderAsync(name, newName, cancellationToken);
        await OpenFolderAsync(newName);
    }

    public async Task RemoveFolderAsync(string name, CancellationToken cancellationToken)
    {
        await conversations.RemoveFolderAsync(name, cancellationToken);
        await OpenFolderAsync(null);
    }

    public async Task ArchiveAsync(string id, bool archived, CancellationToken cancellationToken)
    {
        _hidden.Add(id);
        Changed?.Invoke();
        try
        {
            await conversations.ChangeAsync(id, new ConversationChange { Archived = archived }, cancellationToken);
            _items.RemoveAll(item => item.Id == id);
        }
        finally
        {
            _hidden.Remove(id);
            Changed?.Invoke();
        }
    }

    /// <summary>Takes a conversation out of sight; <see cref="Restore"/> brings it back until <see cref="DeleteAsync"/>.</summary>
    public void Hide(string id)
    {
        _hidden.Add(id);
        Changed?.Invoke();
    }

    public void Restore(string id)
    {
        _hidden.Remove(id);
        Changed?.Invoke();
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await conversations.DeleteAsync(id, cancellationToken);
            _items.RemoveAll(item => item.Id == id);
        }
        catch (ApiException exception) when (exception.Gone)
        {
            _items.RemoveAll(item => item.Id == id);
        }
        catch (ApiException exception)
        {
            logger.DeleteFailed(id, exception.Message);
            throw;
        }
        finally
        {
            _hidden.Remove(id);
            Changed?.Invoke();
        }
    }

    public void Dispose()
    {
        _search?.Cancel();
        _search?.Dispose();
    }

    private async Task ChangeAsync(
        string id, Func<ConversationSummary, ConversationSummary> apply, ConversationChange change, CancellationToken cancellationToken)
    {
        var before = _items.Find(item => item.Id == id);
        Replace(id, apply);
        try
        {
            await conversations.ChangeAsync(id, change, cancellationToken);
        }
        catch (ApiException) when (before is not null)
        {
            Replace(id, _ => before);
            throw;
        }
    }

    // In the list's order: pinned ones first, then by their last activity. What lies below what was loaded comes with its page.
    private void Insert(ConversationSummary conversation)
    {
        var inside = IsInOpenFolder(conversation);
        var before = _items.FindIndex(item =>
            IsInOpenFolder(item) == inside && (conversation.Pinned, conversation.UpdatedAt).CompareTo((item.Pinned, item.UpdatedAt)) > 0);
        if (before >= 0)
            _items.Insert(before, conversation);
        else if (string.IsNullOrEmpty(inside ? FolderCursor : NextCursor))
            _items.Add(conversation);
    }

    private bool IsOpen(string? folder) => string.IsNullOrEmpty(folder) || folder == Folder;

    private bool IsInOpenFolder(ConversationSummary conversation) => IsBrowsing && Folder is { } open && conversation.Folder == open;

    private static (List<ConversationSummary> Items, string? Cursor) WithOlder(ConversationPage page, IEnumerable<ConversationSummary> known, string? cursor)
    {
        var fresh = page.Data.Select(item => item.Id).ToHashSet();
        var older = page.Data.Count > 0 && !string.IsNullOrEmpty(page.NextCursor)
            ? known.Where(item => !fresh.Contains(item.Id) && item.UpdatedAt <= page.Data[^1].UpdatedAt).ToList()
            : [];
        return ([.. page.Data, .. older], older.Count > 0 ? cursor : page.NextCursor);
    }

    private void Replace(string id, Func<ConversationSummary, ConversationSummary> apply)
    {
        var index = _items.FindIndex(item => item.Id == id);
        if (index >= 0)
            _items[index] = apply(_items[index]);
        Changed?.Invoke();
    }

    private Task<ConversationPage> ReadAsync(string? cursor, CancellationToken cancellationToken) =>
        conversations.ListAsync(PageSize, cursor, Archived, Archived ? null : "", Query, cancellationToken);

    private Task<ConversationPage> ReadFolderAsync(string folder, string? cursor, CancellationToken cancellationToken) =>
        conversations.ListAsync(PageSize, cursor, false, folder, "", cancellationToken);

    private void Take(ConversationPage page)
    {
        _items = [.. page.Data];
        Folders = page.Folders ?? Folders;
        (NextCursor, Error, Loaded) = (page.NextCursor, null, true);
    }

    private void TakeFolder(string folder, ConversationPage page)
    {
        _items.RemoveAll(item => item.Folder == folder);
        _items.AddRange(page.Data);
        FolderCursor = page.NextCursor;
    }
}
