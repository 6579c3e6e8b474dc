using System.Globalization;
using System.Text.Json;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Core.Protocols.Fal;

/// <summary>Looks for a request in doubt among those a host lists.</summary>
/// <param name="host">The host it was sent to.</param>
internal sealed class HistoryReader(HostConnection host)
{
    private const int PerPage = 100;

    // 10,000 requests of one endpoint since the submission. Where there are more, nothing that was not found counts as absent.
    private const int MostPages = 100;

    // The host's clock and this machine's differ.
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(5);

    // The last POST of a submission that somebody else has found in doubt was sent within this time of the first.
    private static readonly TimeSpan LongestSubmission = TimeSpan.FromHours(1);

    /// <summary>Whether a host lists past requests.</summary>
    public static bool IsOffered(ProviderProfile profile) => profile.PlatformUri is not null && profile.Offers.Contains(HostOffer.History);

    /// <summary>Looks for a request.</summary>
    /// <param name="sought">What is known of it.</param>
    /// <param name="isOthers">Whether a request of the host's is another one that is known.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="ImagenException">The history cannot be read.</exception>
    public async Task<HistoryMatch> FindAsync(
        HistoryQuery sought, Func<string, CancellationToken, Task<bool>> isOthers, CancellationToken cancellation)
    {
        if (sought.Input is not { } input)
        {
            return new HistoryMatch(HistoryFinding.Unknown);
        }

        var candidates = new List<(string Id, Likeness Likeness)>();
        var sent = JsonSerializer.SerializeToElement(input, ImageInputJson.Plain.ImageInput);
        JsonElement? exact = sought.Sent is { } known ? JsonSerializer.SerializeToElement(known, ImageInputJson.Plain.ImageInput) : null;
        var cursor = "";
        for (var page = 0; page < MostPages; page++)
        {
            var answer = await ReadAsync(sought, cursor, cancellation).ConfigureAwait(false);
            foreach (var item in answer.Items?.OfType<HistoryItem>() ?? [])
            {
                if (item.RequestId is not { } id || !RequestIds.IsOne(id))
                {
                    continue;
                }

                // Labels are not looked at: no item of the history has them.
                var likeness = LikenessOf(item.JsonInput, sent, exact);
                if (likeness != Likeness.None && IsInTime(item, sought) && !await isOthers(id, cancellation).ConfigureAwait(false))
                {
                    candidates.Add((id, likeness));
                }
            }

            if (answer is not { HasMore: true, NextCursor.Length: > 0 })
            {
                return candidates.Where(one => one.Likeness != Likeness.ButForFiles).ToList() switch
                {
                    [] when candidates.Count == 0 => new HistoryMatch(HistoryFinding.Absent),
                    [(var only, Likeness.Same)] => new HistoryMatch(HistoryFinding.Likely, only, Candidates: 1),
                    _ => new HistoryMatch(HistoryFinding.Unknown, Candidates: candidates.Count),
                };
            }

            cursor = $"&cursor={Uri.EscapeDataString(answer.NextCursor)}";
        }

        return new HistoryMatch(HistoryFinding.Unknown, Candidates: candidates.Count);
    }

    // What does not show its input may be any. One that differs in nothing but the addresses of files may be the same picture under
    // another address, or another picture: it rules out that there is none, and says no more.
    private static Likeness LikenessOf(JsonElement listed, JsonElement sent, JsonElement? exact) =>
        listed.ValueKind != JsonValueKind.Object ? Likeness.Unshown
        : exact is { } known && JsonText.AreEqual(known, listed) ? Likeness.Same
        : FileReference.IsSame(sent, listed) ? Likeness.ButForFiles
        : Likeness.None;

    private async Task<HistoryPage> ReadAsync(HistoryQuery sought, string cursor, CancellationToken cancellation)
    {
        var since = (sought.First - Skew).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var list = HostAddress.Append(host.Profile.PlatformUri!, "models/requests/by-endpoint");
        var model = Uri.EscapeDataString(sought.Model);
        var address = new Uri(string.Create(
            CultureInfo.InvariantCulture,
            $"{list}?endpoint_id={model}&start={Uri.EscapeDataString(since)}&limit={PerPage}&expand=payloads{cursor}"));
        var response = await host.GetAsync(address, cancellation, HostChannel.LargestList).ConfigureAwait(false);
        if (!response.IsSuccess)
        {
            var status = (int)response.Status;
            throw status is 401 or 402 or 403 or 429
                ? FalErrors.OfPlatform(host, sought.Model, response)
                : new HostUnavailableException(Messages.HostAnswers.With(host.Profile.Name, status,
                    FalErrorDetail.Read(response).Text)) { StatusCode = status };
        }

        return response.Read(HistoryJson.Default.HistoryPage) is { Items: not null } page
            ? page
            : throw new InvalidResponseException(Messages.InvalidResponse.With(host.Profile.Name, (int)response.Status,
                response.ContentType ?? "?", ""));
    }

    private static bool IsInTime(HistoryItem item, HistoryQuery sought)
    {
        var last = sought.Last < sought.First + LongestSubmission ? sought.Last : sought.First + LongestSubmission;
        return item.SentAt is not { } at || (at >= sought.First - Skew && at <= last + Skew);
    }

    private enum Likeness
    {
        None,
        Unshown,
        ButForFiles,
        Same,
    }
}
