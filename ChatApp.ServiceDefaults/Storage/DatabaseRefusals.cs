using System.Data;
using Dapper;
using Npgsql;

namespace ChatApp.ServiceDefaults.Storage;

/// <summary>What PostgreSQL can't hold, which is for whoever sent it to correct: it is no outage, and sending it again changes nothing.</summary>
public static class DatabaseRefusals
{
    /// <summary>For whoever sent it.</summary>
    public const string Message = "The request holds a value that can't be stored, such as the character U+0000.";

    private const string DataException = "22";

    /// <summary>Whether a value was refused, here or by the database.</summary>
    public static bool IsRefusal(Exception exception) =>
        exception is UnstorableTextException || (exception is PostgresException refused && refused.SqlState.StartsWith(DataException, StringComparison.Ordinal));

    /// <summary>Has every text be checked where it is bound to a statement, whatever way it came.</summary>
    internal static void CheckParameters()
    {
        // Else Dapper asks no handler.
        SqlMapper.RemoveTypeMap(typeof(string));
        SqlMapper.AddTypeHandler(typeof(string), new Checked());
        SqlMapper.AddTypeHandler(typeof(string[]), new Checked());
    }

    private sealed class Checked : SqlMapper.ITypeHandler
    {
        public void SetValue(IDbDataParameter parameter, object value)
        {
            if (value is string[] texts)
            {
                Array.ForEach(texts, Check);
            }
            else
            {
                Check(value as string);
                parameter.DbType = DbType.String;
            }

            parameter.Value = value;
        }

        public object? Parse(Type destinationType, object value) => value is DBNull ? null : value;

        private static void Check(string? text)
        {
            if (text is not null && (text.Contains('\0') || !IsWhole(text)))
                throw new UnstorableTextException();
        }

        private static bool IsWhole(string text)
        {
            for (var rest = text.AsSpan(); rest.IndexOfAnyInRange('\uD800', '\uDFFF') is var at and >= 0; rest = rest[(at + 2)..])
            {
                if (at + 1 == rest.Length || !char.IsSurrogatePair(rest[at], rest[at + 1]))
                    return false;
            }

            return true;
        }
    }
}

/// <summary>A text with U+0000 or half a surrogate pair was to be bound to a statement.</summary>
public sealed class UnstorableTextException() : ArgumentException(DatabaseRefusals.Message);
