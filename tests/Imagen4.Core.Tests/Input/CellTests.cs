using System.Numerics;
using Imagen4.Core.Input;

namespace Imagen4.Core.Tests.Input;

public sealed class CellTests
{
    public static TheoryData<object, long> WholeNumbers => new()
    {
        { "5", 5 }, { " 2 ", 2 }, { "-7", -7 }, { "+7", 7 }, { "007", 7 }, { "9223372036854775807", long.MaxValue },
        { 5, 5 }, { 5L, 5 }, { (byte)5, 5 }, { (short)-5, -5 }, { 5u, 5 }, { 5UL, 5 }, { 2.0, 2 }, { 2.0f, 2 }, { 2.00m, 2 },
        { 9007199254740993m, 9007199254740993 }, { new BigInteger(12), 12 }, { (double)(1L << 53), 1L << 53 }, { -0.0, 0 },
    };

    public static TheoryData<object> NotWholeNumbers => new()
    {
        "five", "2.6", "2.0", "1,000", "1 000", "0x10", "1e3", "٣", "--1", "9223372036854775808", "true", "2;",
        2.5, 2.6f, 2.5m, 2.0000000000000000001m, double.NaN, double.PositiveInfinity, 1e300, ulong.MaxValue,
        BigInteger.Pow(10, 30), decimal.MaxValue, true, new object(), new[] { 1 }, 'x', DayOfWeek.Monday,
    };

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\t\r\n")]
    public void An_empty_cell_is_an_input_that_was_not_given(string? value)
    {
        var cell = new Cell(1, "NumImages", value);

        Assert.True(cell.IsEmpty);
        Assert.Null(cell.Text());
        Assert.Null(cell.WholeNumber());
        Assert.Null(cell.TrueFalse());
    }

    [Theory]
    [InlineData(4, "4", true)]
    [InlineData(4.0, " 4 ", true)]
    [InlineData("04", 4, true)]
    [InlineData(1, 4, false)]
    [InlineData(true, "True", true)]
    [InlineData("true", "FALSE", false)]
    [InlineData("1:1", " 1:1", true)]
    [InlineData("1:1", "1:2", false)]
    [InlineData("a fox", "A fox", false)]
    [InlineData("true", 1, false)]
    [InlineData(2.5, "2.5", true)]
    public void Two_cells_say_the_same_or_not(object one, object other, bool expected)
    {
        Assert.Equal(expected, new Cell(1, "X", one).Says(new Cell(1, "X", other)));
        Assert.Equal(expected, new Cell(1, "X", other).Says(new Cell(1, "X", one)));
    }

    [Fact]
    public void A_database_null_is_an_empty_cell() => Assert.True(new Cell(1, "Seed", DBNull.Value).IsEmpty);

    [Theory]
    [MemberData(nameof(WholeNumbers))]
    public void What_is_exactly_a_whole_number_is_read_as_one(object value, long expected) =>
        Assert.Equal(expected, new Cell(1, "Seed", value).WholeNumber());

    [Theory]
    [MemberData(nameof(NotWholeNumbers))]
    public void What_is_not_exactly_a_whole_number_is_refused(object value) =>
        Assert.Throws<InvalidInputException>(() => new Cell(1, "Seed", value).WholeNumber());

    [Fact]
    public void The_refusal_names_the_row_the_parameter_and_the_value()
    {
        var error = Assert.Throws<InvalidInputException>(() => new Cell(17, "NumImages", "five").WholeNumber());

        Assert.Equal("Row 17: NumImages is 'five', not a whole number.", error.Message);
    }

    [Fact]
    public void The_refusal_of_a_fraction_is_the_same_in_every_culture()
    {
        var error = Assert.Throws<InvalidInputException>(() => new Cell(3, "NumImages", 2.6).WholeNumber());

        Assert.Contains("'2.6'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_value_cannot_steer_the_terminal_or_flood_it()
    {
        var error = Assert.Throws<InvalidInputException>(() => new Cell(1, "Seed", "\u001b[2J" + new string('x', 10_000)).WholeNumber());

        Assert.DoesNotContain('\u001b', error.Message);
        Assert.True(error.Message.Length < 200, error.Message);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData("true", true)]
    [InlineData("False", false)]
    [InlineData(" TRUE ", true)]
    public void True_and_false_are_read_in_any_case(object value, bool expected) =>
        Assert.Equal(expected, new Cell(1, "SyncMode", value).TrueFalse());

    [Theory]
    [InlineData("yes")]
    [InlineData("1")]
    [InlineData("0")]
    [InlineData("wahr")]
    [InlineData(1)]
    [InlineData(0.0)]
    public void Nothing_else_is_true_or_false(object value)
    {
        var error = Assert.Throws<InvalidInputException>(() => new Cell(4, "SyncMode", value).TrueFalse());

        Assert.Contains("Row 4: SyncMode", error.Message, StringComparison.Ordinal);
        Assert.Contains("true or false", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, "4")]
    [InlineData(1.5, "1.5")]
    [InlineData(true, "true")]
    [InlineData('4', "4")]
    [InlineData(" kept as it is ", " kept as it is ")]
    public void Numbers_and_truth_values_are_text_as_JSON_writes_them(object value, string expected) =>
        Assert.Equal(expected, new Cell(1, "SafetyTolerance", value).Text());

    [Fact]
    public void Half_a_character_is_no_text()
    {
        Assert.Throws<InvalidInputException>(() => new Cell(1, "Prompt", '\uD800').Text());
        Assert.Throws<InvalidInputException>(() => new Cell(1, "Prompt", "a fox \uDC00").Text());
        Assert.Null(new Cell(1, "AdditionalInput", "{\"a\":\"\uD800\"}").JsonMembers());
        Assert.Null(new Cell(1, "AdditionalInput", "{\"\uDC00\":1}").JsonMembers());
        Assert.Null(new Cell(1, "AdditionalInput", "{\"a\":\"\\uD800\"}").JsonMembers());
    }

    [Fact]
    public void An_object_or_a_list_is_not_text()
    {
        var error = Assert.Throws<InvalidInputException>(() => new Cell(2, "Prompt", new[] { "a", "b" }).Text());

        Assert.Equal("Row 2: Prompt is an array, not text.", error.Message);
    }
}
