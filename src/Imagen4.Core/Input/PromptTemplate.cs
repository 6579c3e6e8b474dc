using System.Text;
using Imagen4.Core.Text;

namespace Imagen4.Core.Input;

/// <summary>
/// A prompt with alternatives: <c>a {red|blue} fox</c>. Groups can be nested, an alternative can be empty, and a backslash before
/// <c>{</c>, <c>}</c>, <c>|</c> or a backslash takes it literally. Everything else is kept as it is written.
/// </summary>
public sealed class PromptTemplate
{
    private readonly IReadOnlyList<Part> _parts;

    private PromptTemplate(IReadOnlyList<Part> parts)
    {
        _parts = parts;
        Count = Product(parts);
    }

    /// <summary>How many prompts it has; <see cref="long.MaxValue"/> for more than that.</summary>
    public long Count { get; }

    /// <summary>Reads a template.</summary>
    /// <exception cref="InvalidInputException">A brace is not closed or not opened, or a group has no alternatives.</exception>
    public static PromptTemplate Parse(string text)
    {
        var reader = new Reader(text);
        var parts = reader.Parts(isInside: false);
        return new PromptTemplate(parts);
    }

    /// <summary>One of its prompts. The first group changes slowest.</summary>
    /// <param name="number">Its number, from 0.</param>
    public ExpandedPrompt At(long number)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
        var chosen = new List<string>();
        return new ExpandedPrompt(Text(_parts, number, chosen), chosen);
    }

    // The number has one digit for each part, the last one the lowest; a part without alternatives has only the digit 0.
    private static string Text(IReadOnlyList<Part> parts, long number, List<string>? chosen)
    {
        var digits = new long[parts.Count];
        for (var at = parts.Count - 1; at >= 0; at--)
        {
            (number, digits[at]) = Math.DivRem(number, parts[at].Count);
        }

        var text = new StringBuilder();
        for (var at = 0; at < parts.Count; at++)
        {
            if (parts[at] is Group group)
            {
                var alternative = group.Text(digits[at]);
                chosen?.Add(alternative);
                text.Append(alternative);
            }
            else
            {
                text.Append(((Literal)parts[at]).Text);
            }
        }

        return text.ToString();
    }

    private static long Product(IEnumerable<Part> parts) =>
        parts.Aggregate(1L, (product, part) => product > long.MaxValue / part.Count ? long.MaxValue : product * part.Count);

    private abstract record Part(long Count);

    private sealed record Literal(string Text) : Part(1);

    private sealed record Group(IReadOnlyList<(IReadOnlyList<Part> Parts, long Count)> Alternatives)
        : Part(Alternatives.Aggregate(0L, (sum, one) => sum > long.MaxValue - one.Count ? long.MaxValue : sum + one.Count))
    {
        public string Text(long number)
        {
            foreach (var (parts, count) in Alternatives)
            {
                if (number < count)
                {
                    return PromptTemplate.Text(parts, number, chosen: null);
                }

                number -= count;
            }

            throw new ArgumentOutOfRangeException(nameof(number));
        }
    }

    private sealed class Reader(string text)
    {
        // Nobody nests by hand as deep as this; a text that does would use up the stack.
        private const int Deepest = 32;

        private int _at;
        private int _depth;

        // Up to the end of the text, or of the alternative.
        public List<Part> Parts(bool isInside)
        {
            var parts = new List<Part>();
            var literal = new StringBuilder();
            for (; _at < text.Length; _at++)
            {
                var letter = text[_at];
                if (letter == '}' || (isInside && letter == '|'))
                {
                    break;
                }

                switch (letter)
                {
                    case '\\' when _at + 1 < text.Length && text[_at + 1] is '{' or '}' or '|' or '\\':
                        literal.Append(text[++_at]);
                        break;
                    case '{':
                        Flush();
                        parts.Add(Group());
                        break;
                    default:
                        literal.Append(letter);
                        break;
                }
            }

            if (!isInside && _at < text.Length)
            {
                throw Wrong(Messages.TemplateNotOpened, _at);
            }

            Flush();
            return parts;

            void Flush()
            {
                if (literal.Length > 0)
                {
                    parts.Add(new Literal(literal.ToString()));
                    literal.Clear();
                }
            }
        }

        private Group Group()
        {
            var start = _at;
            if (++_depth > Deepest)
            {
                throw Wrong(Messages.TemplateTooDeep, start);
            }

            var alternatives = new List<(IReadOnlyList<Part>, long)>();
            do
            {
                _at++;
                var parts = Parts(isInside: true);
                alternatives.Add((parts, Product(parts)));
            }
            while (_at < text.Length && text[_at] == '|');

            if (_at == text.Length)
            {
                throw Wrong(Messages.TemplateNotClosed, start);
            }

            _depth--;
            return alternatives.Count > 1 ? new Group(alternatives) : throw Wrong(Messages.TemplateNoAlternatives, start);
        }

        private InvalidInputException Wrong(string message, int at) =>
            new(message.With(PlainText.Brief(text[at..]), at + 1, PlainText.Brief(text)));
    }
}

/// <summary>A prompt that a template stands for.</summary>
/// <param name="Text">The prompt.</param>
/// <param name="Chosen">The alternative that was chosen for each group, in their order.</param>
public sealed record ExpandedPrompt(string Text, IReadOnlyList<string> Chosen);
