using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>Looks at a row before anything is paid for: its host, its key, its model, its inputs, its file name.</summary>
/// <param name="services">What every run is given.</param>
/// <param name="options">Options for every row.</param>
/// <param name="hosts">The hosts of the batch.</param>
/// <param name="files">The files of the batch.</param>
/// <param name="uploads">Where they go.</param>
/// <param name="notices">What the user is told once.</param>
internal sealed class RowCheck(
    ClientServices services, BatchOptions options, HostConnections hosts, LocalFiles files, FileUploads uploads, RowNotices notices)
{
    private readonly RequestLedger _ledger = services.Ledger;
    private readonly NamedRequests _named = new(services.Ledger);
    private readonly RowImages _images = new(files);
    private readonly RowFileNames _names = new(options, notices);
    private readonly RowContinuation _continuation = new(services.Ledger, options, notices);

    /// <summary>What a row's model takes, as far as that is known; null too where the row cannot be submitted at all.</summary>
    public ModelDefinition? DefinitionOf(ImageRow row)
    {
        try
        {
            var host = hosts.For(row.Provider);
            return ModelCatalog.Find(host.Profile, ModelOf(row, host));
        }
        catch (ImagenException)
        {
            // The check says what is wrong.
            return null;
        }
    }

    /// <summary>Checks one row. Nothing is sent or written. Rows are checked one after the other.</summary>
    /// <exception cref="ImagenException">The row cannot be submitted; the message says why and what is allowed.</exception>
    public async ValueTask<CheckedRow> CheckAsync(ImageRow row, CancellationToken cancellation)
    {
        var host = hosts.For(row.Provider);
        var model = ModelOf(row, host);
        RequireNoZero(row, nameof(row.Key), row.Key);
        RequireNoZero(row, nameof(row.Model), model);
        _ = services.Protocols.For(host).SubmitAddress(host, model, row.Settings);
        if (row.Settings.Given().Except(host.Profile.Settings).ToList() is { Count: > 0 } refused)
        {
            throw new InvalidInputException(Messages.SettingNotTaken.With(host.Profile.Name,
                string.Join(", ", refused))) { Row = row.Index };
        }

        var names = _names.Of(row);
        InputNames.RequireOwnNames(host.Profile, row.Input, row.Index);
        var named = await _named.FindAsync(row, host, cancellation).ConfigureAwait(false);
        RequireOwnFiles(row, named);
        var definition = ModelCatalog.Find(host.Profile, model);
        var input = await _images.AddAsync(row, host, model, definition, named, cancellation).ConfigureAwait(false);
        if (definition is not null && !options.SkipInputCheck)
        {
            input = InputCheck.Check(row with { Input = Given(input, named, definition) }, model, definition);
            notices.WarnOfInput(input, model, definition);
        }
        else
        {
            notices.SayUnchecked(model);
        }

        var found = named is null
            ? await _continuation.OfRowAsync(row, host, model, input, cancellation).ConfigureAwait(false)
            : await _continuation.OfRecordAsync(row, host, model, input, named, cancellation).ConfigureAwait(false);
        found = found with { FileName = names };
        if (named is null && found.IsNew && !options.NoResume && (row.RequestId ?? row.LedgerId) is { } unknown)
        {
            if (row.IsInDoubt)
            {
                throw new InvalidInputException(Messages.RecordInDoubt.With(PlainText.Brief(unknown), _ledger.Location)) { Row = row.Index };
            }

            notices.Warn(Messages.NamedUnknown, Messages.NamedUnknown.With(PlainText.Brief(unknown), _ledger.Location));
        }

        if (!found.IsRepeated)
        {
            if (found.IsNew)
            {
                uploads.Require(host, found.Input, definition);
            }

            notices.WarnOfRetirement(found);
            _names.Claim(found);
        }

        return found;
    }

    // Databases end a text there, or refuse it: the row would be damaged when it is read again.
    private static void RequireNoZero(ImageRow row, string name, string? text)
    {
        if (text?.Contains('\0') == true)
        {
            throw new InvalidInputException(Messages.CellHasZero.With(name, PlainText.Brief(text))) { Row = row.Index, Parameter = name };
        }
    }

    // A record is data: it may name images, and cannot make other files of this machine, or what was uploaded before, its own.
    private static void RequireOwnFiles(ImageRow row, LedgerRequest? named)
    {
        var known = named?.Input is { } input ? FileReference.In(input).Select(file => file.Sha256).ToList() : [];
        if (FileReference.In(row.Input).Any(file => !row.Files.Contains(file.Sha256) && !known.Contains(file.Sha256)))
        {
            throw new InvalidInputException(Messages.FileForged.With(FileReference.MembersOf(row.Input).First())) { Row = row.Index };
        }
    }

    private string ModelOf(ImageRow row, HostConnection host) => row.Model ?? options.Model ?? host.Profile.DefaultModel;

    // A result tells the seed that its host chose, also of a host that takes none.
    private static ImageInput Given(ImageInput input, LedgerRequest? named, ModelDefinition model) =>
        named is not null && !model.Inputs.Any(definition => definition.Name == "seed")
            ? NamedRequests.WithoutReports(named, input)
            : input;
}
