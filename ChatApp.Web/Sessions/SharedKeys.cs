using System.Xml.Linq;
using ChatApp.ServiceDefaults.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Npgsql;

namespace ChatApp.Web.Sessions;

/// <summary>
/// Keeps the keys that seal cookies in PostgreSQL, where there is one, so that every replica opens what another sealed and
/// no restart, on whatever machine, ends a session. Without one they stay in a folder of this machine.
/// </summary>
internal sealed class SharedKeys(NpgsqlDataSource dataSource) : IXmlRepository
{
    private const string Database = "chatdb";

    private bool _made;

    public static void AddTo(WebApplicationBuilder builder)
    {
        builder.Services.AddDataProtection().SetApplicationName("ChatApp.Web");
        if (string.IsNullOrEmpty(builder.Configuration.GetConnectionString(Database)))
            return;
        // Keys are read at the start and now and then: a page lives on while the database is away.
        builder.AddPostgresStore(Database, isVital: false);
        builder.Services.AddOptions<KeyManagementOptions>().Configure<NpgsqlDataSource>((keys, source) => keys.XmlRepository = new SharedKeys(source));
    }

    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = Open();
        using var command = new NpgsqlCommand("SELECT xml FROM web.data_protection_keys ORDER BY name", connection);
        using var reader = command.ExecuteReader();
        var keys = new List<XElement>();
        while (reader.Read())
            keys.Add(XElement.Parse(reader.GetString(0)));
        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = Open();
        using var command = new NpgsqlCommand(
            "INSERT INTO web.data_protection_keys (name, xml) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET xml = EXCLUDED.xml", connection);
        command.Parameters.AddWithValue(friendlyName);
        command.Parameters.AddWithValue(element.ToString(SaveOptions.DisableFormatting));
        command.ExecuteNonQuery();
    }

    private NpgsqlConnection Open()
    {
        var connection = dataSource.OpenConnection();
        if (_made)
            return connection;
        // Replicas that start together would each make the schema; the lock lets them do so one after the other.
        using var command = new NpgsqlCommand(
            """
            BEGIN;
            SELECT pg_advisory_xact_lock(7305528901);
            CREATE SCHEMA IF NOT EXISTS web;
            CREATE TABLE IF NOT EXISTS web.data_protection_keys (name text PRIMARY KEY, xml text NOT NULL);
            COMMIT;
            """, connection);
        command.ExecuteNonQuery();
        _made = true;
        return connection;
    }
}
