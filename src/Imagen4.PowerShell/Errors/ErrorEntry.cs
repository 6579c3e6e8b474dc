using System.Management.Automation;

namespace Imagen4.PowerShell.Errors;

/// <summary>What a kind of error is in PowerShell.</summary>
/// <param name="Id">The stable first part of the fully qualified error id.</param>
/// <param name="Category">The category.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record ErrorEntry(string Id, ErrorCategory Category, string? Advice);
