using System.Text.Json;
using ChatApp.Inference.Serving;

namespace ChatApp.Inference.Endpoints;

internal static class TokenIds
{
    /// <summary>Token ids of a request, each within the model's vocabulary.</summary>
    public static int[] Read(JsonElement array, string path, ServedModel model)
    {
        var count = array.GetArrayLength();
        // One longer than fits, so that the engine can say what the limit is.
        var ids = new int[Math.Min(count, model.Engine.Model.ContextLength + 1)];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (i == ids.Length)
                break;
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out var id) || (uint)id >= (uint)model.Tokenizer.VocabularySize)
                throw ApiException.Invalid($"{path}[{i}]", $"{path}[{i}] must be a token id from 0 to {model.Tokenizer.VocabularySize - 1}.", "invalid_value");
            ids[i++] = id;
        }
        return ids;
    }
}
