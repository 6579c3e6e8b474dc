using Imagen4.Core.Input;
using Imagen4.Core.Ledger;
using Imagen4.Core.Media;
using Imagen4.Core.Pipeline.Results;

namespace Imagen4.Core.Tests.Support;

/// <summary>Names of files for tests that have no row.</summary>
internal static class TestNames
{
    /// <summary>Names by a template, kept in no ledger.</summary>
    public static IFileNames Of(OutputFolder folder, string template, FileNameValues values) => new TemplateNames(
        new FileNameTemplate(template), folder, new RecordingLedger(), new LedgerEntry("test", "model", Key: null, new ImageInput()), values)
    {
        Unrecorded = error => throw error,
    };
}
