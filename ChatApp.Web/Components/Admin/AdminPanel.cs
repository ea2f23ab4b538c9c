using ChatApp.Web.Api;
using ChatApp.Web.Components.Elements;
using ChatApp.Web.Localization;
using ChatApp.Web.Preferences;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Localization;

namespace ChatApp.Web.Components.Admin;

/// <summary>A section of the administration: reads when it is shown, and says what failed.</summary>
public abstract class AdminPanel : ComponentBase, IDisposable
{
    private readonly CancellationTokenSource _gone = new();

    protected CancellationToken Gone => _gone.Token;

    /// <summary>Why there is nothing to see.</summary>
    protected string? Error { get; private set; }

    protected bool Loading { get; private set; } = true;

    [CascadingParameter]
    protected ViewerZone Zone { get; set; } = ViewerZone.Of(null);

    [Inject]
    protected AdminClient Client { get; set; } = null!;

    [Inject]
    protected Toasts Toasts { get; set; } = null!;

    [Inject]
    protected IStringLocalizer<UiText> Text { get; set; } = null!;

    protected override Task OnInitializedAsync() => ReloadAsync();

    protected async Task ReloadAsync()
    {
        (Error, Loading) = (null, true);
        try
        {
            await LoadAsync();
        }
        catch (ApiException exception)
        {
            Error = exception.Message;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return;
        }

        Loading = false;
    }

    protected abstract Task LoadAsync();

    /// <summary>Does what a person asked for, and says how it went.</summary>
    protected async Task<bool> DoAsync(Func<Task> change, string? done = null)
    {
        try
        {
            await change();
            if (done is not null)
                Toasts.Show(done);
            return true;
        }
        catch (ApiException exception)
        {
            Toasts.Show(exception.Message, isError: true);
            return false;
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _gone.Cancel();
        _gone.Dispose();
        GC.SuppressFinalize(this);
    }
}
