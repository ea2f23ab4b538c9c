using System.Buffers.Text;

namespace ChatApp.Api.SigningKeys;

/// <summary><c>GET /.well-known/jwks.json</c>: the public halves of the signing keys (RFC 7517).</summary>
internal static class JwksEndpoint
{
    public static IResult Get(SigningKeyRing ring) => Results.Json(new
    {
        Keys = ring.VerificationKeys.Select(key =>
        {
            var point = key.ECDsa.ExportParameters(includePrivateParameters: false).Q;
            return new
            {
                Kty = "EC",
                Use = "sig",
                Crv = "P-256",
                Alg = "ES256",
                Kid = key.KeyId,
                X = Base64Url.EncodeToString(point.X),
                Y = Base64Url.EncodeToString(point.Y),
            };
        }),
    });
}
