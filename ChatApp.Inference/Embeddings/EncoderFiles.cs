using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using ChatApp.Inference.Text;

namespace ChatApp.Inference.Embeddings;

/// <summary>
/// The files of a text encoder: of its folder, or embedded as resources in an assembly, as packages of encoders carry them
/// (<c>….Resources.model.onnx</c>, <c>….Resources.vocab.txt</c>); a folder with such an assembly may add files of its own.
/// An assembly is read, never loaded: its code does not run.
/// </summary>
internal sealed class EncoderFiles
{
    private const long MaximumAssembly = 2L << 30;

    private static readonly string[] _models = ["model.onnx", "onnx/model.onnx"];

    private readonly string? _folder;
    private readonly Dictionary<string, byte[]> _resources = new(StringComparer.Ordinal);

    /// <param name="path">A folder with the files, an assembly that embeds them, or the folder of a package with such an assembly in it.</param>
    /// <exception cref="TokenizerFormatException">It is neither, or an assembly is damaged.</exception>
    public EncoderFiles(string path)
    {
        Path = path;
        Name = System.IO.Path.GetFileName(path);
        if (Directory.Exists(path))
        {
            _folder = path;
            if (Model() is not null)
                return;
            Path = Directory.EnumerateFiles(path, "*.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal).FirstOrDefault()
                ?? throw new TokenizerFormatException($"{path} has no model.onnx (nor onnx/model.onnx, nor an assembly that embeds one): an encoder needs it.");
        }
        else if (!File.Exists(path))
            throw new TokenizerFormatException($"{path} does not exist: an encoder's folder or assembly is expected.");
        else
            Name = System.IO.Path.GetFileNameWithoutExtension(path);
        ReadResources(Path);
    }

    /// <summary>What the model is called: its folder's name, or its assembly's.</summary>
    public string Name { get; }

    /// <summary>The folder, or the assembly where one embeds the model.</summary>
    public string Path { get; }

    /// <summary>When the model was made.</summary>
    public DateTimeOffset Created => File.GetLastWriteTimeUtc(Model() is { } file && IsInFolder(file) ? PlaceOf(file) : Path);

    /// <summary>The name of the graph's file, or null.</summary>
    public string? Model() => Array.Find(_models, Has);

    /// <summary>The graph: where it lies, or its bytes.</summary>
    public (string? File, byte[]? Bytes) Graph() => Model() is { } name
        ? IsInFolder(name) ? (PlaceOf(name), null) : (null, _resources[name])
        : throw new TokenizerFormatException($"{Path} embeds no model.onnx: an encoder needs it.");

    public bool Has(string name) => IsInFolder(name) || _resources.ContainsKey(name);

    /// <summary>The bytes of a file that is there.</summary>
    public byte[] Read(string name) => IsInFolder(name) ? File.ReadAllBytes(PlaceOf(name)) : _resources[name];

    /// <summary>A file's place, for messages.</summary>
    public string PlaceOf(string name) => _folder is not null && !_resources.ContainsKey(name) || IsInFolder(name) ? System.IO.Path.Combine(_folder!, name) : $"{Path} ({name})";

    private bool IsInFolder(string name) => _folder is not null && File.Exists(System.IO.Path.Combine(_folder, name));

    private void ReadResources(string assembly)
    {
        if (new FileInfo(assembly).Length > MaximumAssembly)
            throw new TokenizerFormatException($"{assembly} is larger than an encoder's assembly can be.");
        try
        {
            using var file = new PEReader(File.OpenRead(assembly));
            if (!file.HasMetadata || file.PEHeaders.CorHeader is not { } header)
                throw new TokenizerFormatException($"{assembly} is no .NET assembly: an encoder's folder or assembly is expected.");
            var metadata = file.GetMetadataReader();
            var section = file.GetSectionData(header.ResourcesDirectory.RelativeVirtualAddress);
            foreach (var handle in metadata.ManifestResources)
            {
                var resource = metadata.GetManifestResource(handle);
                if (!resource.Implementation.IsNil)
                    continue;
                var reader = section.GetReader((int)resource.Offset, section.Length - (int)resource.Offset);
                _resources[FileName(metadata.GetString(resource.Name))] = reader.ReadBytes(reader.ReadInt32());
            }
        }
        catch (Exception error) when (error is BadImageFormatException or ArgumentException or InvalidOperationException)
        {
            throw new TokenizerFormatException($"{assembly} is no assembly that can be read (truncated?): {error.Message}", error);
        }
    }

    /// <summary>A resource's name is its project's namespace and folders, then the file's.</summary>
    private static string FileName(string resource)
    {
        var parts = resource.Split('.');
        return parts.Length < 2 ? resource : $"{parts[^2]}.{parts[^1]}";
    }
}
