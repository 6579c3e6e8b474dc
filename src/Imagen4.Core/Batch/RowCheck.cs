using System.Collections.Concurrent;
using Imagen4.Core.Hosts;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Protocols;
using Imagen4.Core.Rows;

namespace Imagen4.Core.Batch;

/// <summary>Looks at a row before anything is paid for: its host, its key, its model, its inputs, its file name.</summary>
/// <param name="options">What holds for every row.</param>
/// <param name="hosts">The hosts of the batch.</param>
public sealed class RowCheck(BatchOptions options, HostConnections hosts)
{
    // No known model makes more than 4; what an unknown one is asked for may be any number.
    private const int MostImages = 16;

    private readonly ConcurrentDictionary<string, bool> _noted = new(StringComparer.Ordinal);
    private readonly RowIdentities _identities = new(options.Output?.FullPath, options.Continues);
    private readonly RequestLedger _ledger = RequestLedger.Shared;
    private bool _hasRead;

    /// <summary>Checks one row. Nothing is sent or written.</summary>
    /// <exception cref="ImagenException">The row cannot be submitted; the message says why and what is allowed.</exception>
    public CheckedRow Check(ImageRow row)
    {
        var host = hosts.For(row.Provider);
        var model = row.Model ?? options.Model ?? host.Profile.DefaultModel;
        var input = row.Input;
        _ = HostProtocols.For(host.Profile.Protocol).SubmitAddress(host, model, row.Settings);
        if (row.Settings.Given().Except(host.Profile.Settings).ToList() is { Count: > 0 } refused)
        {
            throw new InvalidInputException(Messages.SettingNotTaken.With(row.Index, host.Profile.Name, string.Join(", ", refused)));
        }

        if (ModelCatalog.Find(host.Profile.Protocol, model) is { } definition)
        {
            input = InputCheck.Check(row, model, definition);
            WarnOfSuperseded(input, model, definition);
        }
        else
        {
            NoteOnce(model, options.Trace, Messages.ModelUnchecked.With(model));
        }

        var identity = _identities.Of(host.BaseUri, model, row.Key, input);
        var isNew = identity is null || IsNew(identity);
        ClaimName(row, host.Profile.Name, model, isNew);
        return new CheckedRow(row, host, model, input) { Identity = identity, IsNew = isNew };
    }

    // What the ledger says when the batch begins; what happens meanwhile is found out when the row has its turn.
    private bool IsNew(RowIdentity identity)
    {
        if (!_hasRead)
        {
            _ledger.View.Refresh();
            _hasRead = true;
            WarnOfDamage();
        }

        if (options.StartsAfresh || _ledger.View.OfRow(identity.Row) is not { } known)
        {
            WarnOfOtherFolder(identity);
            return true;
        }

        RowRules.Demand(identity, known);
        return RowRules.IsSubmittedAgain(known);
    }

    internal void WarnOfDamage()
    {
        foreach (var (path, lines) in _ledger.View.Damage)
        {
            options.Warn?.Invoke(Messages.LedgerDamaged.With(path, lines));
        }
    }

    // The same rows under another directory are new rows, and are paid for: that may not be what was meant.
    private void WarnOfOtherFolder(RowIdentity identity)
    {
        var elsewhere = options.StartsAfresh ? null : _ledger.View.OfSubject(identity.Subject)
            .LastOrDefault(known => known.Directory != identity.Directory && !RowRules.IsSubmittedAgain(known));
        if (elsewhere is not null)
        {
            NoteOnce("directory", options.Warn, elsewhere.Directory is { } folder
                ? Messages.RowsElsewhere.With(folder)
                : Messages.RowsOnlySubmitted);
        }
    }

    private void WarnOfSuperseded(ImageInput input, string model, ModelDefinition definition)
    {
        foreach (var parameter in InputCheck.Superseded(input, definition))
        {
            NoteOnce($"{model} {parameter}", options.Warn, Messages.InputSuperseded.With(parameter, model));
        }
    }

    // A name without the request's id may be another row's, or a file's that is there already: better known before than after.
    private void ClaimName(ImageRow row, string provider, string model, bool isNew)
    {
        if (options.Output is not { } folder || options.FileName.NamesRequest || (options.FileName.NeedsSeed && row.Input.Seed is null))
        {
            return;
        }

        var values = new FileNameValues
        {
            Index = row.Index,
            Key = row.Key,
            Provider = provider,
            Model = model,
            Prompt = row.Input.Prompt,
            Seed = row.Input.Seed,
        };
        var images = (int)Math.Clamp(row.Input.NumImages ?? 1, 1, MostImages);
        folder.Claim(isNew, [.. Enumerable.Range(1, images).Select(image => options.FileName.Expand(values, image))]);
    }

    private void NoteOnce(string about, Action<string>? note, string text)
    {
        if (_noted.TryAdd(about, true))
        {
            note?.Invoke(text);
        }
    }
}
