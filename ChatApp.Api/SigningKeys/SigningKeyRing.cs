using System.Security.Cryptography;
using ChatApp.Api.Accounts;
using ChatApp.Api.Logging;
using ChatApp.ServiceDefaults;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace ChatApp.Api.SigningKeys;

/// <summary>
/// The signing keys as this replica knows them. One key signs; those before it verify until the last token they signed
/// has expired. Every replica reads the ring each minute and whichever is first replaces a key that has aged.
/// </summary>
internal sealed class SigningKeyRing(SigningKeyStore store, KeySeal seal, IOptions<AccountsOptions> options, TimeProvider time, ILogger<SigningKeyRing> logger)
    : PeriodicService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(2);

    private volatile Ring? _ring;

    /// <summary>The key that signs now.</summary>
    public SigningCredentials SigningCredentials => Current.Signing;

    /// <summary>Every key whose tokens are accepted.</summary>
    public IReadOnlyList<ECDsaSecurityKey> VerificationKeys => Current.Verifying;

    private Ring Current => _ring ?? throw new InvalidOperationException("The signing keys have not been read yet.");

    /// <summary>Reads the ring and makes a key where none can sign.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        var rows = await store.ListAsync(cancellationToken);
        if (Signer(rows) is null)
            rows = await store.AddAsync(known => Signer(known) is null ? Make() : null, cancellationToken);
        if (Signer(rows) is not { } signer)
            throw new InvalidOperationException("No signing key can be used: the replicas of this service do not share one Internal:IdentityKey.");

        var signing = ECDsa.Create();
        signing.ImportPkcs8PrivateKey(signer.Secret, out _);
        _ring = new Ring(
            new SigningCredentials(new ECDsaSecurityKey(signing) { KeyId = signer.Row.Id }, SecurityAlgorithms.EcdsaSha256),
            [.. rows.Select(Verifier)]);
    }

    protected override PeriodicTimer NewTimer() => new(Interval, time);

    protected override Task WorkAsync(CancellationToken cancellationToken) => LoadAsync(cancellationToken);

    protected override void Failed(Exception exception) => logger.SigningKeysNotRead(exception);

    /// <summary>The newest key that is not retired and that this graph sealed.</summary>
    private (SigningKeyRow Row, byte[] Secret)? Signer(IReadOnlyList<SigningKeyRow> rows)
    {
        foreach (var row in rows.Where(row => row.RetiresAt > time.GetUtcNow().UtcDateTime))
        {
            if (seal.Open(row.Sealed, row.Id) is { } secret)
                return (row, secret);
        }

        return null;
    }

    private SigningKeyRow Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        var id = Guid.NewGuid().ToString("N")[..16];
        var now = time.GetUtcNow().UtcDateTime;
        var retires = now.AddDays(options.Value.SigningKeyDays);
        return new SigningKeyRow
        {
            Id = id,
            Algorithm = SecurityAlgorithms.EcdsaSha256,
            PublicX = point.X!,
            PublicY = point.Y!,
            Sealed = seal.Seal(key.ExportPkcs8PrivateKey(), id),
            CreatedAt = now,
            RetiresAt = retires,
            ExpiresAt = retires + Overlap,
        };
    }

    private static ECDsaSecurityKey Verifier(SigningKeyRow row) => new(ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = row.PublicX, Y = row.PublicY },
    }))
    {
        KeyId = row.Id,
    };

    private sealed record Ring(SigningCredentials Signing, IReadOnlyList<ECDsaSecurityKey> Verifying);
}
