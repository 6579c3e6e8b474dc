namespace Imagen4.Emulator.Generation;

/// <summary>How the body of a failure is built.</summary>
internal enum FailureForm
{
    /// <summary><c>{"detail":"…","error_type":"…"}</c></summary>
    Infrastructure,

    /// <summary><c>{"detail":[{…}]}</c>, from the model.</summary>
    Problems,

    /// <summary><c>{"detail":"…"}</c>, from models that were not migrated.</summary>
    Text,
}
