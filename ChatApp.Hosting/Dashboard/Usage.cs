namespace ChatApp.Hosting.Dashboard;

/// <summary>What a process and its children take.</summary>
/// <param name="Processor">Share of one core, where two readings allow to tell; 1 is a full core.</param>
/// <param name="Memory">Resident bytes; memory that children share with the process counts once.</param>
internal readonly record struct Usage(double? Processor, long Memory);
