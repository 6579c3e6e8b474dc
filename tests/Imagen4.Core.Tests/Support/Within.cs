
namespace Imagen4.Core.Tests.Support;

/// <summary>The deadline that turns a hang into a failure. Nothing is ever measured against it.</summary>
internal static class Within
{
    public static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static Task<T> InTime<T>(this Task<T> task) => task.WaitAsync(Deadline);

    public static Task InTime(this Task task) => task.WaitAsync(Deadline);

    public static Task<T> InTime<T>(this ValueTask<T> task) => task.AsTask().WaitAsync(Deadline);
}
