using System.Net;
using System.Net.Sockets;
using System.Text;
using ChatApp.Hosting.Running;

namespace ChatApp.Hosting.Redis;

/// <summary>PING.</summary>
internal sealed class RedisProbe : ProbeAnnotation
{
    public override string Name => "ping";

    public override async Task<string?> AskAsync(ProbeContext context, CancellationToken cancellationToken)
    {
        var redis = (RedisResource)context.Resource;
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, context.Ports[RedisResource.PrimaryEndpointName], cancellationToken);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        if (redis.PasswordParameter is { } password
            && await CallAsync(stream, reader, ["AUTH", await password.GetValueAsync(cancellationToken) ?? ""], cancellationToken) is var authenticated and not "+OK")
            return $"AUTH answered {authenticated}";
        var answer = await CallAsync(stream, reader, ["PING"], cancellationToken);
        return answer == "+PONG" ? null : $"PING answered {answer}";
    }

    private static async Task<string?> CallAsync(Stream stream, StreamReader reader, string[] command, CancellationToken cancellationToken)
    {
        var text = new StringBuilder().Append('*').Append(command.Length).Append("\r\n");
        foreach (var part in command)
            text.Append('$').Append(Encoding.UTF8.GetByteCount(part)).Append("\r\n").Append(part).Append("\r\n");
        await stream.WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), cancellationToken);
        return await reader.ReadLineAsync(cancellationToken);
    }
}
