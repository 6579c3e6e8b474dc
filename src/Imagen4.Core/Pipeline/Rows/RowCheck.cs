using System.Collections.Concurrent;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Batch;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;
using NamedRequest = Imagen4.Core.Ledger.NamedRequest;

namespace Imagen4.Core.Pipeline.Rows;

/// <summary>Looks at a row before anything is paid for: its host, its key, its model, its inputs, its file name.</summary>
/// <param name="services">What every run is given.</param>
/// <param name="options">Options for every row.</param>
/// <param name="hosts">The hosts of the batch.</param>
/// <param name="files">The files of the batch.</param>
/// <param name="uploads">Where they go.</param>
internal sealed class RowCheck(ClientServices services, BatchOptions options, HostConnections hosts, LocalFiles files, FileUploads uploads)
{
    // No known model makes more than 4; what an unknown one is asked for may be any number.
    private const int MostImages = 16;

    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);
    private readonly RowIdentities _identities = new(options.Output?.RealPath);
    private readonly RequestLedger _ledger = services.Ledger;
    private readonly NamedRequests _named = new(services.Ledger);
    private readonly RowImages _images = new(files);
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);

    // Why the row that is being checked is new although it was submitted before.
    private PaidBefore? _paidBefore;

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
        _paidBefore = null;
        var host = hosts.For(row.Provider);
        var model = ModelOf(row, host);
        _ = services.Protocols.For(host).SubmitAddress(host, model, row.Settings);
        if (row.Settings.Given().Except(host.Profile.Settings).ToList() is { Count: > 0 } refused)
        {
            throw new InvalidInputException(Messages.SettingNotTaken.With(host.Profile.Name,
                string.Join(", ", refused))) { Row = row.Index };
        }

        var names = NamesOf(row);
        InputNames.RequireOwnNames(host.Profile, row.Input, row.Index);
        var named = await _named.FindAsync(row, host, cancellation).ConfigureAwait(false);
        RequireOwnFiles(row, named);
        var definition = ModelCatalog.Find(host.Profile, model);
        var input = await _images.AddAsync(row, host, model, definition, named, cancellation).ConfigureAwait(false);
        if (definition is not null && !options.SkipInputCheck)
        {
            input = InputCheck.Check(row with { Input = Given(input, named, definition) }, model, definition);
            WarnOfSuperseded(input, model, definition);
            WarnOfMissingImages(input, model, definition);
        }
        else
        {
            NoteOnce(model, options.Trace, Messages.ModelUnchecked.With(model));
        }

        var found = named is null
            ? await AsRowAsync(row, host, model, input, hash: null, cancellation).ConfigureAwait(false)
            : await AsRecordAsync(row, host, model, input, named, cancellation).ConfigureAwait(false);
        found = found with { FileName = names, PaidBefore = found.IsNew ? _paidBefore : null };
        if (named is null && found.IsNew && !options.NoResume && (row.RequestId ?? row.LedgerId) is { } unknown)
        {
            NoteOnce(Messages.NamedUnknown, options.Warn, Messages.NamedUnknown.With(PlainText.Brief(unknown), _ledger.Location));
        }

        if (!found.IsRepeated)
        {
            if (found.IsNew)
            {
                uploads.Require(host, found.Input, definition);
            }

            WarnOfRetirement(found);
            ClaimName(found);
        }

        return found;
    }

    // A cell overrides the parameter.
    private FileNameTemplate NamesOf(ImageRow row)
    {
        if (row.FileName is not { } template)
        {
            return options.FileName;
        }

        if (options.Output is null)
        {
            NoteOnce(Messages.FileNameUnused, options.Warn, Messages.FileNameUnused);
            return options.FileName;
        }

        try
        {
            return new FileNameTemplate(template);
        }
        catch (InvalidInputException error)
        {
            throw new InvalidInputException(error.Message) { Row = row.Index };
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

    // Only of what is to be paid for: a row that goes on has been.
    private void WarnOfRetirement(CheckedRow row)
    {
        var profile = row.Host.Profile;
        if (row.IsNew && _noted.TryAdd($"end of {profile.Name} {row.Model}", true)
            && ModelRetirement.Notice(profile, row.Model) is { } notice)
        {
            // Models that ended together are one piece of news.
            NoteOnce($"end of {profile.Name}: {ModelRetirement.Find(profile, row.Model)?.Ids[0] ?? row.Model}", options.Warn, notice);
        }
    }

    private async ValueTask<CheckedRow> AsRowAsync(
        ImageRow row, HostConnection host, string model, ImageInput input, string? hash, CancellationToken cancellation)
    {
        // Without a key, a prompt given as an argument is a new request in every run.
        if (row.Key is null && !options.Continues)
        {
            return new CheckedRow(row, host, model, input);
        }

        var identity = _identities.Of(host.BaseUri, model, row.Key, hash ?? RowIdentity.Hash(model, input), row.Index);
        var isNew = await IsNewAsync(identity, cancellation).ConfigureAwait(false);
        if (isNew && row.Key is not null && !options.NoResume)
        {
            await WarnOfKeylessAsync(_identities.WithoutKey(identity, host.BaseUri, model), cancellation).ConfigureAwait(false);
        }

        return new CheckedRow(row, host, model, input) { Identity = identity, IsNew = isNew };
    }

    // A key makes another row of it, which is paid for: that may not be what was meant.
    private async ValueTask WarnOfKeylessAsync(RowIdentity keyless, CancellationToken cancellation)
    {
        if (await _ledger.FindRowAsync(keyless, cancellation).ConfigureAwait(false) is { } known && !RowRules.IsSubmittedAgain(known, keyless))
        {
            _paidBefore = new PaidBefore(PaidBeforeReason.NoKey);
        }
        else
        {
            await WarnOfOtherFolderAsync(keyless, cancellation).ConfigureAwait(false);
        }
    }

    // A row whose record comes from a known request: it goes on with that one, unless it has been edited since.
    private async ValueTask<CheckedRow> AsRecordAsync(
        ImageRow row, HostConnection host, string model, ImageInput input, LedgerRequest named, CancellationToken cancellation)
    {
        var asked = NamedRequests.WithoutReports(named, input);
        var hash = RowIdentity.Hash(model, asked);
        if (!NamedRequests.IsForSame(named, row, host, model) || !RowRules.IsSameInput(named, hash))
        {
            return _identities.IsRepeated(named, host.BaseUri, hash, row.Key)
                ? new CheckedRow(row, host, model, input) { IsRepeated = true }
                : await AsRowAsync(row, host, model, asked, hash, cancellation).ConfigureAwait(false);
        }

        var current = named;
        if (RowRules.EndedBadly(named) && named.Row is { } known)
        {
            current = await _ledger.FindGenerationsAsync(known, cancellation).ConfigureAwait(false) is [.., var newest] ? newest : named;
        }

        if (!options.NoResume)
        {
            RowRules.RequireSameInput(named.InputHash ?? hash, current);
        }

        // What is submitted again without a directory is not another row for that: its batch goes on with it.
        var keepsDirectory = !options.NoResume && RowRules.EndedBadly(current);
        var found = _identities.OfRecord(host.BaseUri, named, hash, row.Index, row.Key, keepsDirectory);
        row = row with { Key = row.Key ?? named.Key };
        if (found is not { } identity)
        {
            return new CheckedRow(row, host, model, input) { IsRepeated = true };
        }

        if (options.Output is null && identity.Directory is { } folder)
        {
            NoteOnce("own directory", options.Warn, Messages.RowsNotSaved.With(folder));
        }

        return new CheckedRow(row, host, model, options.NoResume ? input : asked)
        {
            Identity = identity,
            Named = new NamedRequest(named.LedgerId, RowRules.EndedBadly(named)),
            IsNew = options.NoResume || await IsNewAsync(identity, current, cancellation).ConfigureAwait(false),
        };
    }

    // A result tells the seed that its host chose, also of a host that takes none.
    private static ImageInput Given(ImageInput input, LedgerRequest? named, ModelDefinition model) =>
        named is not null && !model.Inputs.Any(definition => definition.Name == "seed")
            ? NamedRequests.WithoutReports(named, input)
            : input;

    private async ValueTask<bool> IsNewAsync(RowIdentity identity, LedgerRequest current, CancellationToken cancellation) =>
        RowRules.IsSubmittedAgain(current, identity)
        && (current.Row == identity.Row || await IsNewAsync(identity, cancellation).ConfigureAwait(false));

    // What the ledger says when the batch begins; what happens meanwhile is found out when the row has its turn.
    private async ValueTask<bool> IsNewAsync(RowIdentity identity, CancellationToken cancellation)
    {
        if (options.NoResume)
        {
            return true;
        }

        if (await _ledger.FindRowAsync(identity, cancellation).ConfigureAwait(false) is not { } known)
        {
            await WarnOfOtherFolderAsync(identity, cancellation).ConfigureAwait(false);
            return true;
        }

        RowRules.RequireSameInput(identity.InputHash, known);
        if (!RowRules.IsSubmittedAgain(known, identity))
        {
            return false;
        }

        await WarnOfOtherFolderAsync(identity, cancellation).ConfigureAwait(false);
        return true;
    }

    // The same rows under another directory are new rows, and are paid for: that may not be what was meant.
    private async ValueTask WarnOfOtherFolderAsync(RowIdentity identity, CancellationToken cancellation)
    {
        var elsewhere = (await _ledger.FindSubjectAsync(identity.Subject, cancellation).ConfigureAwait(false))
            .FirstOrDefault(known => known.Directory != identity.Directory && !RowRules.EndedBadly(known));
        if (elsewhere is not null)
        {
            _paidBefore = elsewhere.Directory is { } folder
                ? new PaidBefore(PaidBeforeReason.OtherDirectory, folder)
                : new PaidBefore(PaidBeforeReason.NoDirectory);
        }
    }

    private void WarnOfSuperseded(ImageInput input, string model, ModelDefinition definition)
    {
        foreach (var parameter in InputCheck.Superseded(input, definition))
        {
            NoteOnce($"{model} {parameter}", options.Warn, Messages.InputSuperseded.With(parameter, model));
        }
    }

    // Models that change images may take other things instead, a film or a sound, so that none of them is required.
    private void WarnOfMissingImages(ImageInput input, string model, ModelDefinition definition)
    {
        if (definition is { Category: "image-to-image", ImageInput: not null }
            && input.AdditionalInput?.Keys.Any(name => name.EndsWith("_url", StringComparison.Ordinal) || name.EndsWith("_urls", StringComparison.Ordinal)) != true)
        {
            NoteOnce($"images of {model}", options.Warn, Messages.ImagesMissing.With(model));
        }
    }

    // A name without the request's id may be another row's, or a file's that is there already: better known before than after. A
    // default name that is taken is none of the row's.
    private void ClaimName(CheckedRow found)
    {
        var (row, names) = (found.Row, found.FileName);
        if (options.Output is not { } folder || names.IsDefault || names.UsesRequestId || (names.NeedsSeed && row.Input.Seed is null)
            || (found.Identity is { } identity && !_claimed.Add(identity.Row)))
        {
            return;
        }

        var values = new FileNameValues
        {
            Index = row.Index,
            Key = row.Key,
            Provider = found.Host.Profile.Name,
            Model = found.Model,
            Prompt = row.Input.Prompt,
            Seed = row.Input.Seed,
            Date = DateOnly.FromDateTime(options.Time.GetLocalNow().DateTime),
        };
        var images = Enumerable.Range(1, (int)Math.Clamp(row.Input.NumImages ?? 1, 1, MostImages)).ToList();
        var files = images.SelectMany(image => MediaType.Saved.Select(type => names.Expand(values, image, type)));
        folder.Claim(
            found.IsNew,
            [.. images.Select(image => names.Expand(values, image))],
            [.. options.Sidecar ? files.SelectMany(file => new[] { file, Sidecar.PathOf(file) }) : files]);
    }

    private void NoteOnce(string about, Action<string>? note, string text)
    {
        if (_noted.TryAdd(about, true))
        {
            note?.Invoke(text);
        }
    }
}
