namespace Imagen4.Core.Hosts;

/// <summary>The protocols hosts speak.</summary>
public enum HostProtocol
{
    /// <summary>fal's queue: submit, status, result, cancel.</summary>
    FalQueue,
}
