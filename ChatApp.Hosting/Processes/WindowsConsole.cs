using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace ChatApp.Hosting.Processes;

[SupportedOSPlatform("windows")]
internal static partial class WindowsConsole
{
    private const uint CtrlBreakEvent = 1;

    /// <summary>Sends Ctrl+Break to a process group of this console; .NET and PostgreSQL treat it as a request to end.</summary>
    public static void SendBreak(int processGroupId) => GenerateConsoleCtrlEvent(CtrlBreakEvent, (uint)processGroupId);

    [LibraryImport("kernel32.dll", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool GenerateConsoleCtrlEvent(uint controlEvent, uint processGroupId);
}
