using System;
using System.Collections.Generic;
using System.Linq;
using System.Threading;

namespace Drs
{
    /// <summary>DRS declines: its answer has status error.</summary>
    public sealed class DrsDeclinedException : Exception
    {
        public DrsDeclinedException(string message) : base(message)
        {
        }
    }

    /// <summary>DRS did not answer, or something else answered. It may have done what it was asked.</summary>
    public sealed class NoAnswerException : Exception
    {
        public NoAnswerException(string message, Exception cause) : base(message, cause)
        {
        }
    }

    /// <summary>Finds and books appointments for repairs in DRS.</summary>
    public sealed class RepairsService
    {
        // The default profile of the simulator has this property, schedule of rates code and priority.
        private const string Contract = "0";
        private const string Location = "3670010";
        private const string SorCode = "N373049";
        private const string Priority = "Priority 20 Days";
        private const string User = "repairs@example.gov.uk";

        private const int MaxPeriods = 6;
        private const int MaxSlots = 3;
        private const int MaxTries = 3;
        private static readonly TimeSpan WaitBetweenTries = TimeSpan.FromMilliseconds(200);
        private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

        private readonly IGateway drs;
        private readonly string login;
        private readonly string password;
        private string session;

        public RepairsService(IGateway drs, string login, string password)
        {
            this.drs = drs;
            this.login = login;
            this.password = password;
        }

        /// <summary>Finds the next days with a free slot, from tomorrow on; returns the free slots of each day.</summary>
        public IList<IList<slotInfo>> FindDays(string number, int wanted = 5)
        {
            var days = new List<IList<slotInfo>>();
            var begin = Today().AddDays(1);
            for (var period = 0; period < MaxPeriods && days.Count < wanted; period++)
            {
                var from = begin;
                var last = begin.AddDays(6);
                // DRS reads a date without an offset as local time, which is what a working day is.
                var answer = TryAgain(() => Ask(() => drs.CheckAvailability(new xmbCheckAvailability
                {
                    newBooking = true,
                    periodBegin = from,
                    periodBeginSpecified = true,
                    periodEnd = from.AddDays(7).AddSeconds(-1),
                    periodEndSpecified = true,
                    sessionId = session,
                    theOrder = Describe(number),
                })));
                foreach (var day in answer.theSlots ?? new daySlotsInfo[0])
                {
                    var free = (day.slotsForDay ?? new slotInfo[0])
                        .Where(slot => slot.availableSpecified && slot.available == availableValue.YES).ToList();
                    if (free.Count > 0)
                    {
                        days.Add(free);
                    }
                    // DRS may cut the period: the next one begins after the last day that came back.
                    last = InLondon(day.day).Date;
                }
                begin = last.AddDays(1);
            }
            return days.Take(wanted).ToList();
        }

        /// <summary>
        /// Books the first slot that DRS grants. If DRS grants none, deletes the order and returns null.
        /// If DRS does not answer, deletes what it may have of the order.
        /// </summary>
        public slotInfo Book(string number, IList<slotInfo> slots)
        {
            if (slots.Count == 0)
            {
                return null;
            }
            try
            {
                var bookingId = CreateOrder(number);
                foreach (var slot in slots.Take(MaxSlots))
                {
                    try
                    {
                        Schedule(bookingId, number, slot);
                        return slot;
                    }
                    catch (DrsDeclinedException)
                    {
                        // The slot is full: try the next one.
                    }
                }
            }
            catch (NoAnswerException)
            {
                try
                {
                    DeleteOrder(number);
                }
                catch (Exception error) when (error is DrsDeclinedException || error is NoAnswerException)
                {
                    // DRS does not have the order, or does not answer: there is no more to be done.
                }
                throw;
            }
            DeleteOrder(number);
            return null;
        }

        /// <summary>Closes the session. If that fails, it ends at midnight.</summary>
        public void Close()
        {
            if (session == null)
            {
                return;
            }
            try
            {
                Send(() => drs.CloseSession(new xmbCloseSession { sessionId = session }));
            }
            catch (Exception error) when (error is DrsDeclinedException || error is NoAnswerException)
            {
            }
            session = null;
        }

        /// <summary>Creates the order and returns the id of its booking.</summary>
        private int CreateOrder(string number)
        {
            Func<xmbCreateOrderResponse> create = () => Ask(
                () => drs.CreateOrder(new xmbCreateOrder { sessionId = session, theOrder = Describe(number) }));
            order created;
            try
            {
                created = create().theOrder;
            }
            catch (NoAnswerException)
            {
                // DRS may have the order. A second createOrder comes only after a look.
                created = Find(number) ?? create().theOrder;
            }
            return created.theBookings[0].bookingId;
        }

        private void DeleteOrder(string number)
        {
            TryAgain(() => Ask(() => drs.DeleteOrder(new xmbDeleteOrder { sessionId = session, theOrder = Describe(number) })));
        }

        /// <summary>Puts the booking into the slot.</summary>
        private void Schedule(int bookingId, string number, slotInfo slot)
        {
            Func<xmbScheduleBookingResponse> schedule = () => Ask(() => drs.ScheduleBooking(new xmbScheduleBooking
            {
                sessionId = session,
                theBooking = new booking
                {
                    bookingId = bookingId,
                    contract = Contract,
                    locationID = Location,
                    planningWindowEnd = slot.endDate,
                    planningWindowStart = slot.beginDate,
                    primaryOrderNumber = number,
                    theBookingCodes = new[] { DescribeWork(number) },
                    userId = User,
                },
                userId = User,
            }));
            try
            {
                schedule();
            }
            catch (NoAnswerException)
            {
                var found = Find(number)?.theBookings?.FirstOrDefault();
                var isDone = found != null && found.assignedStartSpecified
                    && found.planningWindowStart.ToUniversalTime() == slot.beginDate.ToUniversalTime();
                if (!isDone)
                {
                    schedule();
                }
            }
        }

        /// <summary>Finds the order in DRS; null if DRS does not have it.</summary>
        private order Find(string number)
        {
            try
            {
                var answer = TryAgain(() => Ask(() => drs.SelectOrder(
                    new xmbSelectOrder { primaryOrderNumber = new[] { number }, sessionId = session })));
                return answer.theOrders?.FirstOrDefault();
            }
            catch (DrsDeclinedException)
            {
                return null;
            }
        }

        /// <summary>Calls what may be called again: it changes nothing, or nothing more the next time.</summary>
        private static T TryAgain<T>(Func<T> call)
        {
            for (var tried = 1; ; tried++)
            {
                try
                {
                    return call();
                }
                catch (NoAnswerException) when (tried < MaxTries)
                {
                    Thread.Sleep(WaitBetweenTries);
                }
            }
        }

        /// <summary>Calls DRS in a session. If the session has ended, opens another one and calls once more.</summary>
        private T Ask<T>(Func<T> call) where T : commandResponse
        {
            session = session ?? OpenSession();
            try
            {
                return Send(call);
            }
            catch (DrsDeclinedException refusal) when (refusal.Message.ToLowerInvariant().Contains("session"))
            {
                session = OpenSession();
            }
            return Send(call);
        }

        private string OpenSession()
        {
            return Send(() => drs.OpenSession(new xmbOpenSession { login = login, password = password })).sessionId;
        }

        private static T Send<T>(Func<T> call) where T : commandResponse
        {
            T answer;
            try
            {
                answer = call();
            }
            catch (Exception error)
            {
                // Which exception it is depends on where the answer was lost.
                throw new NoAnswerException(error.Message, error);
            }
            if (answer == null || !answer.statusSpecified)
            {
                throw new NoAnswerException("The answer is not one of DRS.", null);
            }
            if (answer.status != responseStatus.success)
            {
                throw new DrsDeclinedException(answer.errorMsg ?? answer.status.ToString());
            }
            return answer;
        }

        private static order Describe(string number)
        {
            return new order
            {
                contract = Contract,
                locationID = Location,
                orderComments = "The back door does not close.",
                primaryOrderNumber = number,
                priority = Priority,
                targetDate = Today().AddDays(21).AddSeconds(-1),
                theBookingCodes = new[] { DescribeWork(number) },
                userId = User,
            };
        }

        private static bookingCode DescribeWork(string number)
        {
            return new bookingCode
            {
                bookingCodeSORCode = SorCode,
                itemNumberWithinBooking = "1",
                primaryOrderNumber = number,
                quantity = "1",
            };
        }

        /// <summary>Today in London, as a date without an offset.</summary>
        private static DateTime Today()
        {
            return DateTime.SpecifyKind(InLondon(DateTime.UtcNow).Date, DateTimeKind.Unspecified);
        }

        private static DateTime InLondon(DateTime moment)
        {
            return TimeZoneInfo.ConvertTime(moment.ToUniversalTime(), London);
        }
    }
}
