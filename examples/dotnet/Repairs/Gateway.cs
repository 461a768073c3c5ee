using System;
using System.ServiceModel;
using System.ServiceModel.Channels;

namespace Drs
{
    /// <summary>The calls that the example makes, with either mend.</summary>
    public interface IGateway : IDisposable
    {
        xmbOpenSessionResponse OpenSession(xmbOpenSession request);

        xmbCloseSessionResponse CloseSession(xmbCloseSession request);

        xmbCheckAvailabilityResponse CheckAvailability(xmbCheckAvailability request);

        xmbCreateOrderResponse CreateOrder(xmbCreateOrder request);

        xmbScheduleBookingResponse ScheduleBooking(xmbScheduleBooking request);

        xmbSelectOrderResponse SelectOrder(xmbSelectOrder request);

        xmbDeleteOrderResponse DeleteOrder(xmbDeleteOrder request);
    }

    /// <summary>The generated service reference, mended by a message inspector.</summary>
    public sealed class InspectedGateway : Gateway<SOAP>, IGateway
    {
        public InspectedGateway(Uri address) : base(address)
        {
            Factory.Endpoint.EndpointBehaviors.Add(new PrefixedWrapper());
        }

        public xmbOpenSessionResponse OpenSession(xmbOpenSession request)
        {
            return Contract.openSession(new openSession(request)).@return;
        }

        public xmbCloseSessionResponse CloseSession(xmbCloseSession request)
        {
            return Contract.closeSession(new closeSession(request)).@return;
        }

        public xmbCheckAvailabilityResponse CheckAvailability(xmbCheckAvailability request)
        {
            return Contract.checkAvailability(new checkAvailability(request)).@return;
        }

        public xmbCreateOrderResponse CreateOrder(xmbCreateOrder request)
        {
            return Contract.createOrder(new createOrder(request)).@return;
        }

        public xmbScheduleBookingResponse ScheduleBooking(xmbScheduleBooking request)
        {
            return Contract.scheduleBooking(new scheduleBooking(request)).@return;
        }

        public xmbSelectOrderResponse SelectOrder(xmbSelectOrder request)
        {
            return Contract.selectOrder(new selectOrder(request)).@return;
        }

        public xmbDeleteOrderResponse DeleteOrder(xmbDeleteOrder request)
        {
            return Contract.deleteOrder(new deleteOrder(request)).@return;
        }
    }

    /// <summary>The patched contract. It needs no inspector.</summary>
    public sealed class PatchedGateway : Gateway<Patched.SOAP>, IGateway
    {
        public PatchedGateway(Uri address) : base(address)
        {
        }

        public xmbOpenSessionResponse OpenSession(xmbOpenSession request)
        {
            return Contract.openSession(new Patched.openSession { openSession1 = request }).@return;
        }

        public xmbCloseSessionResponse CloseSession(xmbCloseSession request)
        {
            return Contract.closeSession(new Patched.closeSession { closeSession1 = request }).@return;
        }

        public xmbCheckAvailabilityResponse CheckAvailability(xmbCheckAvailability request)
        {
            return Contract.checkAvailability(new Patched.checkAvailability { checkAvailability1 = request }).@return;
        }

        public xmbCreateOrderResponse CreateOrder(xmbCreateOrder request)
        {
            return Contract.createOrder(new Patched.createOrder { createOrder1 = request }).@return;
        }

        public xmbScheduleBookingResponse ScheduleBooking(xmbScheduleBooking request)
        {
            return Contract.scheduleBooking(new Patched.scheduleBooking { scheduleBooking1 = request }).@return;
        }

        public xmbSelectOrderResponse SelectOrder(xmbSelectOrder request)
        {
            return Contract.selectOrder(new Patched.selectOrder { selectOrder1 = request }).@return;
        }

        public xmbDeleteOrderResponse DeleteOrder(xmbDeleteOrder request)
        {
            return Contract.deleteOrder(new Patched.deleteOrder { deleteOrder1 = request }).@return;
        }
    }

    /// <summary>Calls DRS through a contract.</summary>
    public abstract class Gateway<TContract> : IDisposable
    {
        private const int MaxAnswerBytes = 10_000_000;
        private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);
        private readonly Lazy<TContract> channel;

        protected Gateway(Uri address)
        {
            Factory = new ChannelFactory<TContract>(MakeBinding(address), new EndpointAddress(address));
            channel = new Lazy<TContract>(Factory.CreateChannel);
        }

        protected ChannelFactory<TContract> Factory { get; }

        protected TContract Contract => channel.Value;

        public void Dispose()
        {
            Factory.Abort();
        }

        /// <summary>BasicHttpBinding speaks http only, and BasicHttpsBinding https only.</summary>
        private static Binding MakeBinding(Uri address)
        {
            if (address.Scheme == "https")
            {
                return new BasicHttpsBinding { MaxReceivedMessageSize = MaxAnswerBytes, SendTimeout = Timeout };
            }
            return new BasicHttpBinding { MaxReceivedMessageSize = MaxAnswerBytes, SendTimeout = Timeout };
        }
    }
}
