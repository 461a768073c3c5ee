"""What a DRS does where there is no evidence: the simplest assumption, and what else is plausible."""

from __future__ import annotations

from typing import Literal

from drs_simulator.profile.values import Settings


class AssumptionSettings(Settings):
    """What DRS does where there is no evidence (all presumed). The first value of each setting is the default.

    ``variants.toml`` says why the other values are plausible, and what to ask to find out.

    Args:
        quantities: Whether a code's minutes are multiplied by its quantity, or the quantity is ignored.
        best_slots_day: Whether ``onlyBestSlots`` day leaves only the best slots, or all of them.
        reversed_period: Whether a period that ends before it begins is refused, or has no days.
        own_slot: Whether the slot of an order's own booking is free with ``newBooking`` false, or taken.
        other_orders: Which orders ``canSelectOtherOrders`` lists: open ones, all, or none.
        begun_slots: Whether slots that begin before the period, or earlier today, are available.
        unknown_booking_deleted: Whether deleteBooking of an unknown booking is refused, or ignored.
        absent_members: Whether updateOrder keeps the members that are not sent, or clears them.
        absent_booking_members: Whether updateBooking does.
        completed_order: Whether completeOrder completes the order's bookings too, or the order alone.
        completion_times: Whether a completed booking shows the times and operative of its completion, or of its plan.
        life_cycle: Whether a booking whose work has begun only goes forward, or to any state.
        moved_order: Whether updateOrder moves the order's bookings to another location too, or the order alone.
        completed_operative: Whether a completed booking keeps its operative, or loses those who are not sent.
        follow_on_window: Whether a follow-on booking has the planning window that is sent, or its order's.
        full_slots: Whether scheduleBooking into a full slot is refused, or overbooks it.
        long_comments: Whether comments over the limit are refused, or cut.
        comments_counted: Whether the limit of comments counts them as they are sent, or once they are trimmed.
        sent_order_id: Whether createOrder with an orderId is refused, or gets a number of its own.
        order_named_by: Whether an orderId and a number must agree, or only one of them counts where both are sent.
        unknown_abilities: Whether updateResource refuses an ability that no operative has, or accepts it.
        absence: Whether an operative's absence takes the bookings' places, or leaves them.
        changed_location: Whether updateLocation changes the orders that exist there, or only those to come.
        hours_of_one_day: Whether the hours of one day override those of its weekday, or are ignored.
        reversed_window: Whether a planning window that ends before it begins is refused, or turned round.
        reversed_filter: Whether a filter's period that ends before it begins is refused, or finds nothing.
        reservation: Whether createReservation holds a place for a while, or schedules the booking.
        unreserved_confirmed: Whether confirmReservation without a reservation is refused, or changes nothing.
        period_filter: Whether a period filter finds what overlaps it, or only what lies within.
        resources_without_contract: Whom selectResource finds without a contract: all operatives, or none.
        number_and_filters: Whether selectOrder with a number looks at its other filters too.
        unknown_data_names: Whether a filter by business data that the installation lacks finds nothing, or is ignored.
        schedule_order: Whether getSchedule lists bookings in the order of visits, or by bookingId.
        resource_templates: Whether selectMetaData lists a resource template for each trade, or none.
        working_hours: Whether selectResource shows working hours on request, or always.
    """

    quantities: Literal["multiply", "ignore"] = "multiply"
    best_slots_day: Literal["best", "all"] = "best"
    reversed_period: Literal["refuse", "empty"] = "refuse"
    own_slot: Literal["free", "taken"] = "free"
    other_orders: Literal["open", "all", "none"] = "open"
    begun_slots: Literal["unavailable", "available"] = "unavailable"
    unknown_booking_deleted: Literal["refuse", "ignore"] = "refuse"
    absent_members: Literal["keep", "clear"] = "keep"
    absent_booking_members: Literal["keep", "clear"] = "keep"
    completed_order: Literal["with_bookings", "alone"] = "with_bookings"
    completion_times: Literal["sent", "planned"] = "sent"
    life_cycle: Literal["forward", "any"] = "forward"
    moved_order: Literal["with_bookings", "alone"] = "with_bookings"
    completed_operative: Literal["keep", "drop"] = "keep"
    follow_on_window: Literal["sent", "order"] = "sent"
    full_slots: Literal["refuse", "overbook"] = "refuse"
    long_comments: Literal["refuse", "cut"] = "refuse"
    comments_counted: Literal["as_sent", "trimmed"] = "as_sent"
    sent_order_id: Literal["refuse", "ignore"] = "refuse"
    order_named_by: Literal["both", "number", "order_id"] = "both"
    unknown_abilities: Literal["refuse", "accept"] = "refuse"
    absence: Literal["unschedule", "keep"] = "unschedule"
    changed_location: Literal["all_orders", "new_orders"] = "all_orders"
    hours_of_one_day: Literal["override", "ignore"] = "override"
    reversed_window: Literal["refuse", "swap"] = "refuse"
    reversed_filter: Literal["refuse", "empty"] = "refuse"
    reservation: Literal["hold", "schedule"] = "hold"
    unreserved_confirmed: Literal["refuse", "accept"] = "refuse"
    period_filter: Literal["overlap", "within"] = "overlap"
    resources_without_contract: Literal["all", "none"] = "all"
    number_and_filters: Literal["both", "number"] = "both"
    unknown_data_names: Literal["find_nothing", "ignore"] = "find_nothing"
    schedule_order: Literal["visits", "booking_ids"] = "visits"
    resource_templates: Literal["trades", "none"] = "trades"
    working_hours: Literal["on_request", "always"] = "on_request"
