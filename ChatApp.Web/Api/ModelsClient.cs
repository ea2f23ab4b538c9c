namespace ChatApp.Web.Api;

public sealed class ModelsClient(ApiConnection api)
{
    public async Task<IReadOnlyList<ModelInfo>> ListAsync(CancellationToken cancellationToken) =>
        (await api.ReadAsync<ModelPage>(HttpMethod.Get, "/api/models", null, cancellationToken)).Data;

    private sealed record ModelPage(IReadOnlyList<ModelInfo> Data);
}
