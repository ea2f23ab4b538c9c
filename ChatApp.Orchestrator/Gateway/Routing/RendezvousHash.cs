using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace ChatApp.Orchestrator.Gateway.Routing;

/// <summary>
/// Weighted rendezvous hashing: each key ranks all places, by itself, so that a place that goes moves only its own keys
/// and one that comes takes only its share.
/// </summary>
internal static class RendezvousHash
{
    public static double Score(string key, string place, double weight) => -weight / Math.Log(Unit(key, place));

    /// <summary>A number in (0, 1) that depends on both texts only.</summary>
    public static double Unit(string key, string place)
    {
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(key + "\0" + place)));
        return ((hash >> 11) + 0.5) / (1UL << 53);
    }
}
