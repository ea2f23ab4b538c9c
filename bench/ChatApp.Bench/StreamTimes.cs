namespace ChatApp.Bench;

/// <summary>When a request was sent and its tokens came, milliseconds on one clock.</summary>
internal sealed record StreamTimes(double Sent, List<double> Tokens);
