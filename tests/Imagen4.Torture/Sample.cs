using System.Text.Json;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Ledger.Sqlite;
using Imagen4.Core.Ledger.States;
using Imagen4.Core.Ledger.Store;

namespace Imagen4.Torture;

/// <summary>Requests like real ones, and what a ledger has of them.</summary>
internal static class Sample
{
    private const string Model = "fal-ai/imagen4/preview";

    /// <summary>What the ledger is told of a row.</summary>
    public static LedgerEntry Entry(int number)
    {
        var input = new ImageInput { Prompt = $"A red fox in the snow, number {number}, with a long shadow and the sun low over the hills behind it", ["aspect_ratio"] = "16:9" };
        var hash = RowIdentity.Hash(Model, input);
        return new LedgerEntry("fal", Model, Key: null, input)
        {
            BaseAddress = "https://queue.fal.run",
            Row = RowIdentity.OfInput(new Uri("https://queue.fal.run/"), Model, hash, 1, "/home/user/out"),
            Index = number,
        };
    }

    /// <summary>A request that has come to a state, as the ledger has it.</summary>
    /// <param name="entry">What the ledger was told.</param>
    /// <param name="state">How far it is.</param>
    /// <param name="owner">Who works on it, or did when it ended.</param>
    public static StoredRequest Stored(LedgerEntry entry, RequestState state, long? owner = null) => new()
    {
        LedgerId = entry.LedgerId,
        Row = entry.Row?.Row,
        Subject = entry.Row?.Subject,
        InputHash = entry.Row?.InputHash,
        Directory = entry.Row?.Directory,
        Index = entry.Index,
        Provider = entry.Provider,
        Model = entry.Model,
        Key = entry.Key,
        BaseUri = entry.BaseAddress ?? "",
        Input = JsonSerializer.Serialize(entry.Input, ImageInputJson.Plain.ImageInput),
        Started = 1_700_000_000_000,
        Progress = new RequestProgress
        {
            State = state,
            Owner = owner,
            Attempt = Math.Max(entry.Attempt, state == RequestState.Claimed ? 0 : 1),
            RequestId = WasAccepted(state) ? entry.RequestId ?? $"request-{entry.LedgerId}" : null,
            Accepted = WasAccepted(state) ? 1_700_000_000_100 : null,
            Updated = 1_700_000_000_200,
            Seed = state is RequestState.Completed or RequestState.Delivered ? 42 : null,
            Error = state is RequestState.Failed or RequestState.Rejected ? "The host said no." : null,
            Delivery = state == RequestState.Delivered ? LedgerJson.Write(Result(entry), LedgerJson.Plain.LedgerResult) : null,
            Steps = 1,
        },
    };

    /// <summary>Writes requests as they are, however they have come to that.</summary>
    public static Task PutAsync(string home, params IReadOnlyList<StoredRequest> requests) => PutAsync(new SqliteDatabase(home), requests);

    /// <summary>Writes requests as they are into a database, and closes it.</summary>
    public static async Task PutAsync(ILedgerDatabase database, IReadOnlyList<StoredRequest> requests)
    {
        await using var closing = database.ConfigureAwait(false);
        var writer = new GroupCommit(database);
        await using var ending = writer.ConfigureAwait(false);
        foreach (var owner in requests.Select(request => request.Progress.Owner).OfType<long>().Distinct())
        {
            _ = await writer.RunAsync(new Statement(
                "INSERT INTO owner (id, machine, process, since) VALUES (@id, @machine, @process, @since) ON CONFLICT DO NOTHING",
                ("@id", owner),
                ("@machine", "elsewhere"),
                ("@process", 4711L),
                ("@since", 1_700_000_000_000L))).ConfigureAwait(false);
        }

        _ = await Task.WhenAll(requests.Select(request =>
        {
            var check = RequestChecksum.OfProgress(request);
            return writer.RunAsync(
                LedgerChanges.Claim(request, seen: null), LedgerChanges.Begin(request, check), LedgerChanges.AddStep(request.LedgerId, check));
        })).ConfigureAwait(false);
    }

    private static bool WasAccepted(RequestState state) => state is RequestState.Accepted or RequestState.Started or RequestState.Expired or RequestState.StatusCompleted
        or RequestState.Cancelled or RequestState.Failed or RequestState.Completed or RequestState.Delivered;

    /// <summary>What a host has made of it.</summary>
    public static LedgerResult Result(LedgerEntry entry) => new()
    {
        Images = [new ImagenImage { Index = 1, Path = $"/home/user/out/{entry.LedgerId}-1.png", ContentType = "image/png", Width = 1024, Height = 1024, FileSize = 1_234_567, Sha256 = new string('a', 64) }],
        Seed = 42,
        Elapsed = 7.5,
    };
}
