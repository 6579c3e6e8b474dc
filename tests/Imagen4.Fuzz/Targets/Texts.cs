using System.Text;
using Imagen4.Core.Http;
using Imagen4.Core.Input;
using Imagen4.Core.Ledger.Postgres;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Files;
using Imagen4.Core.Providers;
using Imagen4.Core.Text;

namespace Imagen4.Fuzz.Targets;

/// <summary>Text of which something is made: names of files, addresses, prompts, headers, messages.</summary>
internal static class Texts
{
    private static readonly Uri Host = new("https://host.example/base");
    private static readonly DataText Data = new(["Prompt", "Key", "Model", "AspectRatio"]);

    public static Task ReadAsync(byte[] input)
    {
        // Latin-1 has a character for every byte: halves of characters do not get lost on the way.
        foreach (var text in (string[])[Encoding.UTF8.GetString(input), Encoding.Latin1.GetString(input), Halves(input)])
        {
            ReadName(text);
            ReadAddress(text);
            ReadPrompt(text);
            _ = PlainText.Line(text) + PlainText.Brief(text) + CommandText.Argument(text) + CloseMatch.Hint(text, ["prompt", "seed"]);
            Typed(() => _ = ContentTypes.Checked(text));
            Typed(() => _ = ObjectLifetime.TryParse(text));
            Typed(() => _ = KeyHeader.Parse(text));
            Typed(() => _ = new ApiKey(text, "the fuzzer").Mask(text));
        }

        return Task.CompletedTask;
    }

    /// <summary>What is asked of an address that a host names.</summary>
    public static void ReadServed(Uri address)
    {
        if (ServedAddress.IsAllowedFrom(address, Host))
        {
            _ = HttpStack.MediaOf(address, Host);
        }
    }

    // Two bytes are one unit of UTF-16, whatever it is.
    private static string Halves(byte[] input) =>
        new([.. input.Chunk(2).Select(pair => (char)(pair[0] | (pair.Length > 1 ? pair[1] << 8 : 0)))]);

    private static void ReadName(string text)
    {
        var values = new FileNameValues { Index = 1, Key = text, Prompt = text, Model = text, Provider = text, RequestId = text };
        _ = SafeFileName.Whole(text) + SafeFileName.Words(text) + FileNameTemplate.Default(values, 1, 1);
        _ = RowKey.Of(text, new ExpandedPrompt(text, [text]), [new("Seed", text)], []);
        Typed(() => _ = new FileNameTemplate("{Key}/{Prompt}-{RequestId}").Expand(values, 1, MediaType.Png));
        Typed(() =>
        {
            if (new FileNameTemplate(text) is { IsDefault: false } template)
            {
                _ = template.Expand(values, 2, MediaType.Jpeg);
            }
        });
    }

    private static void ReadAddress(string text)
    {
        _ = HostAddress.Rebase(Host, text, "r-1");
        Typed(() => _ = EndpointId.Parse(text));
        Typed(() => _ = SubmitPath.Check(text));
        Typed(() => _ = PostgresAddress.Show(PostgresAddress.Read(text)));
        if (Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var address))
        {
            _ = ProviderAddress.WithoutSecrets(address) + ProviderAddress.Meant(address.OriginalString);
            Typed(() => _ = ProviderAddress.Validate(address));
            if (address.IsAbsoluteUri)
            {
                ReadServed(address);
            }
        }
    }

    private static void ReadPrompt(string text)
    {
        _ = (Data.DelimiterOf(text), Data.IsJson(text), DataText.IsPrinted(text), DataText.IsPart(text));
        Typed(() =>
        {
            var template = PromptTemplate.Parse(text);
            _ = template.At(0);
            _ = template.At(template.Count - 1);
        });
        Typed(() => _ = RowReader.Read(1, new Dictionary<string, object?>
        {
            ["Prompt"] = text, ["Key"] = text, ["AdditionalInput"] = text, ["Tag"] = text, ["ImageUri"] = text, ["WebhookUri"] = text,
        }));
    }

    private static void Typed(Action read)
    {
        try
        {
            read();
        }
        catch (ImagenException)
        {
            // The module's own error.
        }
    }
}
