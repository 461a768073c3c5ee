using Xunit;

namespace Drs.Tests
{
    /// <summary>A fact about a request that DRS refuses: skipped in scenarios, which judge what is sent.</summary>
    public sealed class FactOutsideScenariosAttribute : FactAttribute
    {
        public FactOutsideScenariosAttribute()
        {
            if (DrsFixture.Scenario != null)
            {
                Skip = "The scenario judges what is sent.";
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
