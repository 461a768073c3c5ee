using Xunit;

namespace Drs.Tests
{
    /// <summary>A fact that is skipped in scenarios, which judge all that is sent as one service.</summary>
    public sealed class FactOutsideScenariosAttribute : FactAttribute
    {
        public FactOutsideScenariosAttribute()
        {
            if (DrsFixture.Scenario != null)
            {
                Skip = "The scenario judges another test.";
            }
        }
    }

    /// <summary>A theory with a fault of its own: skipped in scenarios, which have theirs.</summary>
    public sealed class TheoryOutsideScenariosAttribute : TheoryAttribute
    {
        public TheoryOutsideScenariosAttribute()
        {
            if (DrsFixture.Scenario != null)
            {
                Skip = "The scenario says what goes wrong.";
            }
        }
    }
}
