namespace ChatApp.Inference.Engine;

/// <summary>Who gets and who loses a lane before a step. Numbers are indices of the scheduler's input; reused from step to step.</summary>
internal sealed class AdmissionPlan
{
    /// <summary>Waited too long: to be refused.</summary>
    public List<int> Expired { get; } = [];

    /// <summary>To give their lanes up, before the admissions.</summary>
    public List<int> Preempted { get; } = [];

    /// <summary>To be given these lanes.</summary>
    public List<(int Sequence, int Lane)> Admitted { get; } = [];

    internal void Clear()
    {
        Expired.Clear();
        Preempted.Clear();
        Admitted.Clear();
    }
}
