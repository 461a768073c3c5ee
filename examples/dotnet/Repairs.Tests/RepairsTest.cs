using System;
using System.Collections.Generic;
using System.Linq;
using System.ServiceModel;
using Xunit;

namespace Drs.Tests
{
    /// <summary>The story, with the service reference mended in each of two ways.</summary>
    public sealed class RepairsTest : IClassFixture<DrsFixture>
    {
        private readonly DrsFixture drs;
        private readonly string number = Guid.NewGuid().ToString("N").Substring(0, 12);

        public RepairsTest(DrsFixture drs)
        {
            this.drs = drs;
        }

        public enum Mend
        {
            Inspector,
            PatchedContract,
        }

        [Fact]
        public void ARepairIsBookedWithAnInspector()
        {
            BookFirstSlot(Mend.Inspector);
        }

        [FactOutsideScenarios]
        public void ARepairIsBookedWithAPatchedContract()
        {
            BookFirstSlot(Mend.PatchedContract);
        }

        [TheoryOutsideScenarios]
        [InlineData(Mend.Inspector)]
        [InlineData(Mend.PatchedContract)]
        public void AFullSlotIsNotBooked(Mend mend)
        {
            With(mend, repairs =>
            {
                var slots = FirstSlots(repairs.FindDays(number));
                drs.Break("scheduleBooking", "slot_taken");
                Assert.Same(slots[1], repairs.Book(number, slots));
            });
        }

        [TheoryOutsideScenarios]
        [InlineData(Mend.Inspector, "createOrder")]
        [InlineData(Mend.Inspector, "scheduleBooking")]
        [InlineData(Mend.PatchedContract, "createOrder")]
        [InlineData(Mend.PatchedContract, "scheduleBooking")]
        public void ALostAnswerDoesNotBookTwice(Mend mend, string operation)
        {
            With(mend, repairs =>
            {
                var slots = FirstSlots(repairs.FindDays(number));
                drs.Break(operation, "response_lost");
                Assert.Same(slots[0], repairs.Book(number, slots));
                Assert.Equal(1, drs.CountBookings(number));
            });
        }

        [FactOutsideScenarios]
        public void AServiceReferenceIsRefusedAsItIsGenerated()
        {
            using (var gateway = new GeneratedGateway(drs.Address))
            {
                var request = new xmbOpenSession { login = drs.Login, password = drs.Password };
                var fault = Assert.ThrowsAny<FaultException>(() => gateway.OpenSession(request));
                Assert.Contains("interned", fault.Message);
            }
        }

        private void BookFirstSlot(Mend mend)
        {
            // In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
            var mayFail = (DrsFixture.Scenario ?? "healthy") != "healthy";
            With(mend, repairs =>
            {
                try
                {
                    var days = repairs.FindDays(number);
                    var booked = repairs.Book(number, FirstSlots(days));
                    Assert.True(mayFail || days.Count == 5);
                    Assert.True(mayFail || ReferenceEquals(days[0][0], booked));
                }
                catch (Exception error) when (error is DrsDeclinedException || error is NoAnswerException)
                {
                    Assert.True(mayFail, error.ToString());
                }
            });
        }

        private static IList<slotInfo> FirstSlots(IList<IList<slotInfo>> days)
        {
            return days.Select(day => day[0]).ToList();
        }

        private void With(Mend mend, Action<RepairsService> story)
        {
            using (var gateway = mend == Mend.Inspector ? new InspectedGateway(drs.Address) : (IGateway)new PatchedGateway(drs.Address))
            {
                var repairs = new RepairsService(gateway, drs.Login, drs.Password);
                try
                {
                    story(repairs);
                }
                finally
                {
                    repairs.Close();
                }
            }
        }

        /// <summary>The service reference without a mend.</summary>
        private sealed class GeneratedGateway : Gateway<SOAP>
        {
            public GeneratedGateway(Uri address) : base(address)
            {
            }

            public xmbOpenSessionResponse OpenSession(xmbOpenSession request)
            {
                return Contract.openSession(new openSession(request)).@return;
            }
        }
    }
}
