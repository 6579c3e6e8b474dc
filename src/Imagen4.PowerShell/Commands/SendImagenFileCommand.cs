using System.Management.Automation;
using Imagen4.Core.Input;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using Imagen4.PowerShell.Binding;
using Imagen4.PowerShell.Completion;
using Imagen4.PowerShell.Pipeline;
using Imagen4.PowerShell.Progress;

namespace Imagen4.PowerShell.Commands;

/// <summary><c>Send-ImagenFile</c>: uploads local files to the host's storage.</summary>
[Cmdlet(VerbsCommunications.Send, "ImagenFile", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(ImagenFile))]
public sealed class SendImagenFileCommand : HostCommand
{
    private const string PathSet = "Path";
    private const string LiteralSet = "LiteralPath";

    // The line is the bound, not the host; a large file has several parts in progress.
    private const int AtOnce = 4;

    private readonly UploadProgress _uploads = new();
    private FileSending _files = null!;
    private FilePaths _paths = null!;
    private ObjectLifetime? _lifetime;
    private string? _provider;
    private string? _type;
    private object? _target;

    /// <summary>The files; wildcards are taken.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    public object? Path { get; set; }

    /// <summary>The files, as their names stand.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralSet)]
    [Alias("PSPath", "FullName", "LP")]
    public object? LiteralPath { get; set; }

    /// <summary>The media type; told from the file where none is given.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(NothingCompleter))]
    public string? ContentType { get; set; }

    /// <summary>How long the host is to keep the files.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public object? ObjectLifetime { get; set; }

    /// <summary>Uploads files that the host has already, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>What came down the pipeline, whatever it is.</summary>
    [Parameter(ValueFromPipeline = true, DontShow = true)]
    public object? InputObject { get; set; }

    /// <inheritdoc/>
    protected override object? Target => _target ?? InputObject ?? LiteralPath ?? Path;

    /// <inheritdoc/>
    protected override void OnBegin()
    {
        _provider = BoundValue.Plain(Provider)?.ToString();
        _lifetime = Text(nameof(ObjectLifetime), BoundValue.AsWritten(ObjectLifetime)) is { } lifetime ? FileSending.Lifetime(lifetime) : null;
        _type = string.IsNullOrWhiteSpace(ContentType) ? null : FileSending.ContentType(ContentType.Trim());
        _files = ModuleSession.Client.Files(CommonOptions(_provider));
        _paths = new FilePaths(this);
        Limit = ThrottleLimit > 0 ? ThrottleLimit : AtOnce;
    }

    /// <inheritdoc/>
    protected override void OnRecord()
    {
        _target = null;
        var record = MyInvocation.ExpectingInput ? new Record(InputObject) : null;
        if (record?.IsBlank == true)
        {
            BlankLines++;
            return;
        }

        var profile = FindProvider(Text(nameof(Provider), Provider ?? (record?.Table is null ? null : record.At(nameof(Provider)))));
        foreach (var path in Paths(record))
        {
            _target = path;
            try
            {
                Start(profile, path);
            }
            catch (ImagenException error)
            {
                WriteRecordError(error, Target);
            }
        }
    }

    /// <inheritdoc/>
    private protected override UploadProgress Uploads => _uploads;

    /// <inheritdoc/>
    protected override void Emit(object value, object? target) => Write((RowOutcome<ImagenFile>)value, target);

    private void Start(ProviderProfile profile, string path)
    {
        var length = FileSending.LengthOf(path);
        if (!ShouldProcess(path, CommandMessages.ShouldUploadAction.With(profile.Name, profile.StorageUri!.Host)))
        {
            return;
        }

        // On this thread: a vault may ask its user.
        var host = Connect(profile);
        var progress = _uploads.Add(length);
        var order = new FileOrder(path, _type, _lifetime) { IsForced = Force };
        Start(path, async stop => await _files.SendAsync(host, order, progress, stop.Stopping).ConfigureAwait(false));
    }

    // By name from a record, or as given for all; text that is piped is like -Path.
    private IEnumerable<string> Paths(Record? record)
    {
        var literal = LiteralPath ?? (record is { IsRows: true, Table: not null } ? record.At("LiteralPath", "PSPath", "FullName") : null);
        var path = Path ?? (record is { IsRows: true, Table: not null } ? record.At(nameof(Path)) : null);
        if (record?.Text is { } text)
        {
            path = path is null && literal is null
                ? text
                : throw new InvalidInputException(
                    CommandMessages.PathTwice.With(path is null ? "-LiteralPath" : "-Path")) { Row = Row };
        }

        if (literal is null && path is null)
        {
            throw record is null ? new InvalidInputException(CommandMessages.PathMissing)
                : record.IsRows ? MissingColumn.Of(Row, record, CommandMessages.RecordHasNoPath, MyInvocation.MyCommand.Name, nameof(Path))
                : new InvalidInputException(CommandMessages.RecordIsNotPath.With(record.TypeName)) { Row = Row };
        }

        return literal is not null
            ? BoundValue.List(literal).Select(item => _paths.Literal(Name(item)))
            : BoundValue.List(path).SelectMany(item => _paths.Matching(Name(item)));
    }

    // A file object that is given as an argument turns into its name alone, wherever it is.
    private static string Name(object? item) => BoundValue.Plain(item) switch
    {
        FileSystemInfo file => file.FullName,
        var other when other?.ToString() is { } name && !string.IsNullOrWhiteSpace(name) => name,
        _ => throw new InvalidInputException(CommandMessages.PathEmpty),
    };

    // A provider or a key that is wrong for this file is wrong for every one, unless the record itself named the provider.
    private ProviderProfile FindProvider(string? provider) => OrEnd(() => _files.FindProvider(provider), provider);

    private HostConnection Connect(ProviderProfile profile) => OrEnd(() => _files.Connect(profile), Provider is null ? null : profile.Name);

    private T OrEnd<T>(Func<T> find, string? provider)
    {
        try
        {
            return find();
        }
        catch (ImagenException error) when (provider is null || provider == _provider)
        {
            EndWith(error, Target);
            throw;
        }
    }

    private string? Text(string name, object? value) => new Cell(Row, name, BoundValue.Cell(Row, name, value)).Text()?.Trim();
}
