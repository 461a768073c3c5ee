package uk.gov.example;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import drs.SlotInfo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The story, against the simulator at DRS_URL. */
class RepairsTest {
    private static final String URL =
        read("DRS_URL", "http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap");
    private static final String SCENARIO = System.getenv("DRS_SCENARIO");

    private final String number = UUID.randomUUID().toString().replace("-", "").substring(0, 12);
    private Repairs repairs;

    @BeforeEach
    void connect() {
        repairs = new Repairs(URL, read("DRS_LOGIN", "drs"), read("DRS_PASSWORD", "drs"));
    }

    @AfterEach
    void close() {
        repairs.close();
    }

    @Test
    void aRepairIsBooked() {
        // In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
        boolean mayFail = SCENARIO != null && !SCENARIO.equals("healthy");
        try {
            var days = repairs.findDays(number, 5);
            var booked = repairs.book(number, firstSlots(days));
            assertTrue(mayFail || days.size() == 5);
            assertTrue(mayFail || booked == days.get(0).get(0));
        } catch (DrsDeclinedException | NoAnswerException error) {
            assertTrue(mayFail, error.toString());
        }
    }

    @Test
    void aFullSlotIsNotBooked() throws Exception {
        assumeTrue(SCENARIO == null, "the scenario says what goes wrong");
        var slots = firstSlots(repairs.findDays(number, 5));
        breakDrs("scheduleBooking", "slot_taken");
        assertSame(slots.get(1), repairs.book(number, slots));
    }

    @Test
    void aLostAnswerToCreateOrderDoesNotBookTwice() throws Exception {
        bookWithLostAnswer("createOrder");
    }

    @Test
    void aLostAnswerToScheduleBookingDoesNotBookTwice() throws Exception {
        bookWithLostAnswer("scheduleBooking");
    }

    private void bookWithLostAnswer(String operation) throws Exception {
        assumeTrue(SCENARIO == null, "the scenario says what goes wrong");
        var slots = firstSlots(repairs.findDays(number, 5));
        breakDrs(operation, "response_lost");
        assertSame(slots.get(0), repairs.book(number, slots));
        assertEquals(1, callAdmin("GET", "/bookings?number=" + number, "").split("\"order_number\"").length - 1);
    }

    private static List<SlotInfo> firstSlots(List<List<SlotInfo>> days) {
        return days.stream().map(slots -> slots.get(0)).toList();
    }

    /** Makes the next call of the operation go wrong. docs/faults.md lists the effects. */
    private static void breakDrs(String operation, String effect) throws IOException, InterruptedException {
        var rule = "{\"operation\": \"%s\", \"times\": 1, \"effect\": {\"kind\": \"%s\"}}".formatted(operation, effect);
        callAdmin("POST", "/faults", "{\"rules\": [" + rule + "]}");
    }

    private static String callAdmin(String method, String path, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(URL.split("/OTWebServiceGateway")[0] + "/__admin" + path))
            .header("Content-Type", "application/json")
            .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
        var answer = HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
        assertEquals(200, answer.statusCode(), answer.body());
        return answer.body();
    }

    private static String read(String variable, String otherwise) {
        var value = System.getenv(variable);
        return value == null ? otherwise : value;
    }
}
