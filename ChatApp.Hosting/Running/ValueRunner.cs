namespace ChatApp.Hosting.Running;

/// <summary>Shows a resource that only is a value: a parameter or a configured connection string.</summary>
internal sealed class ValueRunner(IResource resource, RunServices run) : IResourceRunner
{
    public IResource Resource { get; } = resource;

    public string Id => Resource.Name;

    public bool HasCommands => false;

    public void Start() => Running = ShowAsync();

    public Task Running { get; private set; } = Task.CompletedTask;

    public Task StopAsync() => Running;

    private async Task ShowAsync()
    {
        try
        {
            var value = Resource is IValueProvider provider ? await provider.GetValueAsync() : null;
            var shown = Secrets.IsSecret(Resource.Name, Resource) ? Secrets.Mask : value;
            await PublishAsync(snapshot => snapshot.With(KnownProperties.Value, shown) with { State = KnownResourceStates.Running });
        }
        catch (Exception exception)
        {
            await PublishAsync(snapshot => snapshot.With(KnownProperties.Failure, exception.Message) with { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) });
        }
    }

    private Task PublishAsync(Func<CustomResourceSnapshot, CustomResourceSnapshot> change) => run.Notifications.PublishUpdateAsync(Resource, Id, change);
}
