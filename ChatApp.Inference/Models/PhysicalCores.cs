namespace ChatApp.Inference.Models;

/// <summary>Cores without counting hyper-threads twice: matrix products gain nothing from the second thread of a core.</summary>
internal static class PhysicalCores
{
    /// <summary>At most what the process may use (container limits included).</summary>
    public static int Count { get; } = Math.Max(1, Math.Min(Read(), Environment.ProcessorCount));

    private static int Read()
    {
        if (!OperatingSystem.IsLinux())
            return int.MaxValue;
        try
        {
            var cores = new HashSet<string>();
            foreach (var cpu in Directory.EnumerateDirectories("/sys/devices/system/cpu", "cpu*"))
            {
                var siblings = Path.Combine(cpu, "topology", "thread_siblings_list");
                if (File.Exists(siblings))
                    cores.Add(File.ReadAllText(siblings));
            }

            return cores.Count > 0 ? cores.Count : int.MaxValue;
        }
        catch (IOException)
        {
            return int.MaxValue;
        }
    }
}
