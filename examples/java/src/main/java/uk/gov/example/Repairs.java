package uk.gov.example;

import static java.time.format.DateTimeFormatter.ISO_LOCAL_DATE_TIME;

import drs.AvailableValue;
import drs.Booking;
import drs.BookingCode;
import drs.CommandResponse;
import drs.DaySlotsInfo;
import drs.Order;
import drs.ResponseStatus;
import drs.SOAP;
import drs.SOAP_Service;
import drs.SlotInfo;
import drs.XmbCheckAvailability;
import drs.XmbCloseSession;
import drs.XmbCreateOrder;
import drs.XmbCreateOrderResponse;
import drs.XmbDeleteOrder;
import drs.XmbOpenSession;
import drs.XmbScheduleBooking;
import drs.XmbScheduleBookingResponse;
import drs.XmbSelectOrder;
import jakarta.xml.ws.BindingProvider;
import jakarta.xml.ws.WebServiceException;
import java.net.MalformedURLException;
import java.net.URL;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import javax.xml.datatype.DatatypeConfigurationException;
import javax.xml.datatype.DatatypeFactory;
import javax.xml.datatype.XMLGregorianCalendar;

/** Finds and books appointments for repairs in DRS. */
public final class Repairs implements AutoCloseable {
    // The default profile of the simulator has this property, schedule of rates code and priority.
    private static final String CONTRACT = "0";
    private static final String LOCATION = "3670010";
    private static final String SOR_CODE = "N373049";
    private static final String PRIORITY = "Priority 20 Days";
    private static final String USER = "repairs@example.gov.uk";

    private static final int MAX_PERIODS = 6;
    private static final int MAX_SLOTS = 3;
    private static final int MAX_TRIES = 3;
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration WAIT_BETWEEN_TRIES = Duration.ofMillis(200);
    private static final ZoneId LONDON = ZoneId.of("Europe/London");

    static {
        // Without this Java sends a request again by itself when its answer is lost, and DRS may do it twice.
        System.setProperty("sun.net.http.retryPost", "false");
    }

    private final SOAP drs;
    private final String login;
    private final String password;
    private String session;

    /** Reads the WSDL at the address and makes a client of it. */
    public Repairs(String url, String login, String password) {
        this.login = login;
        this.password = password;
        try {
            drs = new SOAP_Service(new URL(url + "?wsdl")).getSOAPImplPort();
        } catch (MalformedURLException error) {
            throw new IllegalArgumentException(url + " is not an address", error);
        }
        Map<String, Object> context = ((BindingProvider) drs).getRequestContext();
        context.put(BindingProvider.ENDPOINT_ADDRESS_PROPERTY, url);
        context.put("com.sun.xml.ws.connect.timeout", (int) TIMEOUT.toMillis());
        context.put("com.sun.xml.ws.request.timeout", (int) TIMEOUT.toMillis());
    }

    /** Finds the next days with a free slot, from tomorrow on; returns the free slots of each day. */
    public List<List<SlotInfo>> findDays(String number, int wanted) {
        List<List<SlotInfo>> days = new ArrayList<>();
        LocalDate begin = LocalDate.now(LONDON).plusDays(1);
        for (int period = 0; period < MAX_PERIODS && days.size() < wanted; period++) {
            LocalDate first = begin;
            LocalDate last = begin.plusDays(6);
            var answer = tryAgain(() -> ask(() -> {
                var request = new XmbCheckAvailability();
                request.setNewBooking(true);
                // DRS reads a date without an offset as local time, which is what a working day is.
                request.setPeriodBegin(write(first.atStartOfDay()));
                request.setPeriodEnd(write(first.plusDays(7).atStartOfDay().minusSeconds(1)));
                request.setSessionId(session);
                request.setTheOrder(describe(number));
                return drs.checkAvailability(request);
            }));
            for (DaySlotsInfo day : answer.getTheSlots()) {
                var free = day.getSlotsForDay().stream().filter(s -> s.getAvailable() == AvailableValue.YES).toList();
                if (!free.isEmpty()) {
                    days.add(free);
                }
                // DRS may cut the period: the next one begins after the last day that came back.
                last = day.getDay().toGregorianCalendar().toZonedDateTime().withZoneSameInstant(LONDON).toLocalDate();
            }
            begin = last.plusDays(1);
        }
        return days.subList(0, Math.min(wanted, days.size()));
    }

    /**
     * Books the first slot that DRS grants and returns it. If DRS grants none, deletes the order and returns null.
     * If DRS does not answer, deletes what it may have of the order.
     */
    public SlotInfo book(String number, List<SlotInfo> slots) {
        if (slots.isEmpty()) {
            return null;
        }
        try {
            int bookingId = createOrder(number);
            for (SlotInfo slot : slots.subList(0, Math.min(MAX_SLOTS, slots.size()))) {
                try {
                    schedule(bookingId, number, slot);
                    return slot;
                } catch (DrsDeclinedException full) {
                    // The slot is full: try the next one.
                }
            }
        } catch (NoAnswerException error) {
            try {
                deleteOrder(number);
            } catch (DrsDeclinedException | NoAnswerException again) {
                error.addSuppressed(again);
            }
            throw error;
        }
        deleteOrder(number);
        return null;
    }

    /** Closes the session. If that fails, it ends at midnight. */
    @Override
    public void close() {
        if (session == null) {
            return;
        }
        try {
            var request = new XmbCloseSession();
            request.setSessionId(session);
            send(() -> drs.closeSession(request));
        } catch (DrsDeclinedException | NoAnswerException error) {
            // Nothing depends on it.
        }
        session = null;
    }

    /** Creates the order and returns the id of its booking. */
    private int createOrder(String number) {
        Supplier<XmbCreateOrderResponse> create = () -> ask(() -> {
            var request = new XmbCreateOrder();
            request.setSessionId(session);
            request.setTheOrder(describe(number));
            return drs.createOrder(request);
        });
        Order created;
        try {
            created = create.get().getTheOrder();
        } catch (NoAnswerException error) {
            // DRS may have the order. A second createOrder comes only after a look.
            created = find(number);
            if (created == null) {
                created = create.get().getTheOrder();
            }
        }
        return created.getTheBookings().get(0).getBookingId();
    }

    private void deleteOrder(String number) {
        tryAgain(() -> ask(() -> {
            var request = new XmbDeleteOrder();
            request.setSessionId(session);
            request.setTheOrder(describe(number));
            return drs.deleteOrder(request);
        }));
    }

    /** Puts the booking into the slot. */
    private void schedule(int bookingId, String number, SlotInfo slot) {
        Supplier<XmbScheduleBookingResponse> schedule = () -> ask(() -> {
            var booking = new Booking();
            booking.setBookingId(bookingId);
            booking.setContract(CONTRACT);
            booking.setLocationID(LOCATION);
            booking.setPlanningWindowEnd(slot.getEndDate());
            booking.setPlanningWindowStart(slot.getBeginDate());
            booking.setPrimaryOrderNumber(number);
            booking.getTheBookingCodes().add(describeWork(number));
            booking.setUserId(USER);
            var request = new XmbScheduleBooking();
            request.setSessionId(session);
            request.setTheBooking(booking);
            request.setUserId(USER);
            return drs.scheduleBooking(request);
        });
        try {
            schedule.get();
        } catch (NoAnswerException error) {
            if (!isScheduled(find(number), slot)) {
                schedule.get();
            }
        }
    }

    private static boolean isScheduled(Order order, SlotInfo slot) {
        if (order == null || order.getTheBookings().isEmpty()) {
            return false;
        }
        var booking = order.getTheBookings().get(0);
        return booking.getAssignedStart() != null
            && booking.getPlanningWindowStart().toGregorianCalendar().toInstant()
                .equals(slot.getBeginDate().toGregorianCalendar().toInstant());
    }

    /** Finds the order in DRS; null if DRS does not have it. */
    private Order find(String number) {
        try {
            var answer = tryAgain(() -> ask(() -> {
                var request = new XmbSelectOrder();
                request.getPrimaryOrderNumber().add(number);
                request.setSessionId(session);
                return drs.selectOrder(request);
            }));
            return answer.getTheOrders().stream().findFirst().orElse(null);
        } catch (DrsDeclinedException unknown) {
            return null;
        }
    }

    /** Calls what may be called again: it changes nothing, or nothing more the next time. */
    private static <T> T tryAgain(Supplier<T> call) {
        for (int tried = 1;; tried++) {
            try {
                return call.get();
            } catch (NoAnswerException error) {
                if (tried == MAX_TRIES) {
                    throw error;
                }
                pause();
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(WAIT_BETWEEN_TRIES.toMillis());
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
    }

    /** Calls DRS in a session. If the session has ended, opens another one and calls once more. */
    private <T extends CommandResponse> T ask(Supplier<T> call) {
        if (session == null) {
            session = openSession();
        }
        try {
            return send(call);
        } catch (DrsDeclinedException refusal) {
            if (!refusal.getMessage().toLowerCase().contains("session")) {
                throw refusal;
            }
        }
        session = openSession();
        return send(call);
    }

    private String openSession() {
        var request = new XmbOpenSession();
        request.setLogin(login);
        request.setPassword(password);
        return send(() -> drs.openSession(request)).getSessionId();
    }

    private static <T extends CommandResponse> T send(Supplier<T> call) {
        T answer;
        try {
            answer = call.get();
        } catch (WebServiceException error) {
            throw new NoAnswerException(error.getMessage(), error);
        }
        if (answer == null || answer.getStatus() == null) {
            throw new NoAnswerException("the answer is not one of DRS", null);
        }
        if (answer.getStatus() != ResponseStatus.SUCCESS) {
            throw new DrsDeclinedException(String.valueOf(answer.getErrorMsg()));
        }
        return answer;
    }

    private static Order describe(String number) {
        var order = new Order();
        order.setContract(CONTRACT);
        order.setLocationID(LOCATION);
        order.setOrderComments("The back door does not close.");
        order.setPrimaryOrderNumber(number);
        order.setPriority(PRIORITY);
        order.setTargetDate(write(LocalDate.now(LONDON).plusDays(21).atStartOfDay().minusSeconds(1)));
        order.getTheBookingCodes().add(describeWork(number));
        order.setUserId(USER);
        return order;
    }

    private static BookingCode describeWork(String number) {
        var work = new BookingCode();
        work.setBookingCodeSORCode(SOR_CODE);
        work.setItemNumberWithinBooking("1");
        work.setPrimaryOrderNumber(number);
        work.setQuantity("1");
        return work;
    }

    private static XMLGregorianCalendar write(LocalDateTime local) {
        try {
            return DatatypeFactory.newInstance().newXMLGregorianCalendar(ISO_LOCAL_DATE_TIME.format(local));
        } catch (DatatypeConfigurationException error) {
            throw new IllegalStateException(error);
        }
    }
}
