using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace ChatApp.Web.Components.Elements;

/// <summary>What a circuit asks of its page. A page that has gone answers nothing, and nothing is owed to it.</summary>
internal sealed class Browser(IJSRuntime js) : IAsyncDisposable
{
    private IJSObjectReference? _module;

    public ValueTask ConnectAsync<T>(ElementReference element, DotNetObjectReference<T> bridge)
        where T : class =>
        CallAsync("connect", element, bridge);

    /// <returns>False when the browser refused.</returns>
    public async ValueTask<bool> CopyAsync(string text) => await CallAsync<bool?>("copyText", text) ?? true;

    /// <summary>Focuses what the present change of the page brings.</summary>
    public async ValueTask FocusAsync(string selector)
    {
        // The change is drawn when the handler that made it first yields.
        await Task.Yield();
        await CallAsync("focusOn", selector);
    }

    /// <returns>The name of the viewer's time zone.</returns>
    public ValueTask<string?> ZoneAsync() => CallAsync<string>("zone");

    public ValueTask OpenDialogAsync(string id) => CallAsync("openDialog", id);

    public ValueTask CloseDialogAsync(string id) => CallAsync("closeDialog", id);

    public ValueTask SetCookieAsync(string name, string value) => CallAsync("setCookie", name, value);

    public async ValueTask DisposeAsync()
    {
        if (_module is null)
            return;
        try
        {
            await _module.DisposeAsync();
        }
        catch (JSDisconnectedException)
        {
        }
    }

    private async ValueTask CallAsync(string function, params object?[] arguments) => await CallAsync<object>(function, arguments);

    private async ValueTask<T?> CallAsync<T>(string function, params object?[] arguments)
    {
        try
        {
            _module ??= await js.InvokeAsync<IJSObjectReference>("import", "./js/bridge.js");
            return await _module.InvokeAsync<T>(function, arguments);
        }
        catch (Exception exception) when (exception is JSDisconnectedException or OperationCanceledException or ObjectDisposedException)
        {
            // Disposed is what was to be connected: a part of the page that left while the script was still being fetched.
            return default;
        }
    }
}
