using ChatApp.Web.Api;

namespace ChatApp.Web.Chat;

/// <summary>Who the page is for.</summary>
internal sealed class Person(AccountClient client)
{
    public event Action? Changed;

    /// <summary>Null until known, and where the Api does not say.</summary>
    public UserProfile? Me { get; private set; }

    public void Start(UserProfile? me)
    {
        Me = me;
        Changed?.Invoke();
    }

    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            Start(await client.GetMeAsync(cancellationToken));
        }
        catch (ApiException)
        {
            // The list beside it says that the Api is away.
        }
    }
}
