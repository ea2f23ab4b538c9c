namespace ChatApp.AppHost.Publishing;

/// <summary>What tells that more replicas are needed.</summary>
internal enum ScalesBy
{
    /// <summary>Nothing: it is one.</summary>
    Nothing,

    Cpu,

    /// <summary>Requests that wait for the engine, and how full its KV cache is. An accelerator's CPU says nothing of either.</summary>
    EngineQueue,
}
