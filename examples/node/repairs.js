import { setTimeout as wait } from "node:timers/promises";
import { createClientAsync } from "soap";

// The default profile of the simulator has this property, schedule of rates code and priority.
const CONTRACT = "0";
const LOCATION = "3670010";
const SOR_CODE = "N373049";
const PRIORITY = "Priority 20 Days";
const USER = "repairs@example.gov.uk";

const MAX_PERIODS = 6;
const MAX_SLOTS = 3;
const MAX_TRIES = 3;
const TIMEOUT = 10_000;
const WAIT_BETWEEN_TRIES = 200;

/** DRS declines: its answer has status error. */
export class DrsDeclined extends Error {}

/** DRS did not answer, or something else answered. It may have done what it was asked. */
export class NoAnswer extends Error {}

/** Finds and books appointments for repairs in DRS. */
export class Repairs {
  #soap;
  #login;
  #password;
  #session = null;

  constructor(soap, login, password) {
    this.#soap = soap;
    this.#login = login;
    this.#password = password;
  }

  /** Reads the WSDL at the address and makes a client of it. */
  static async connect(url, login, password) {
    return new Repairs(await createClientAsync(`${url}?wsdl`, { endpoint: url }), login, password);
  }

  /** Finds the next days with a free slot, from tomorrow on; returns the free slots of each day. */
  async findDays(number, wanted = 5) {
    const days = [];
    let begin = addDays(today(), 1);
    for (let period = 0; period < MAX_PERIODS && days.length < wanted; period++) {
      let last = addDays(begin, 6);
      // DRS reads a date without an offset as local time, which is what a day of work is.
      const answer = await tryAgain(() =>
        this.#ask("checkAvailability", {
          canSelectOtherOrders: false,
          newBooking: true,
          periodBegin: `${begin}T00:00:00`,
          periodEnd: `${last}T23:59:59`,
          theOrder: describe(number),
        }),
      );
      for (const day of listOf(answer.theSlots)) {
        const free = listOf(day.slotsForDay).filter((slot) => slot.available === "YES");
        if (free.length > 0) days.push(free);
        // DRS may cut the period: the next one begins after the last day that came back.
        last = localDay(day.day);
      }
      begin = addDays(last, 1);
    }
    return days.slice(0, wanted);
  }

  /**
   * Books the first slot that DRS grants and returns it. If DRS grants none, deletes the order and returns null.
   * If DRS does not answer, deletes what it may have of the order.
   */
  async book(number, slots) {
    if (slots.length === 0) return null;
    try {
      const booking = await this.#createOrder(number);
      for (const slot of slots.slice(0, MAX_SLOTS)) {
        if (await this.#isGranted(booking, number, slot)) return slot;
      }
    } catch (error) {
      // If this fails too, DRS does not have the order, or does not answer.
      if (error instanceof NoAnswer) await this.#deleteOrder(number).catch(() => {});
      throw error;
    }
    await this.#deleteOrder(number);
    return null;
  }

  /** Closes the session. If that fails, it ends at midnight. */
  async close() {
    if (this.#session === null) return;
    try {
      await this.#send("closeSession", { sessionId: this.#session });
    } catch (error) {
      if (!(error instanceof DrsDeclined || error instanceof NoAnswer)) throw error;
    }
    this.#session = null;
  }

  /** Creates the order and returns the id of its booking. */
  async #createOrder(number) {
    const request = { theOrder: describe(number) };
    let order;
    try {
      order = (await this.#ask("createOrder", request)).theOrder;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // DRS may have the order. A second createOrder comes only after a look.
      order = (await this.#find(number)) ?? (await this.#ask("createOrder", request)).theOrder;
    }
    return listOf(order.theBookings)[0].bookingId;
  }

  async #deleteOrder(number) {
    await tryAgain(() => this.#ask("deleteOrder", { theOrder: describe(number) }));
  }

  /** Puts the booking into the slot; returns false if the slot is full. */
  async #isGranted(booking, number, slot) {
    try {
      await this.#schedule(booking, number, slot);
      return true;
    } catch (error) {
      if (!(error instanceof DrsDeclined)) throw error;
      return false;
    }
  }

  /** Puts the booking into the slot. */
  async #schedule(booking, number, slot) {
    const request = {
      theBooking: {
        bookingId: booking,
        contract: CONTRACT,
        locationID: LOCATION,
        planningWindowEnd: slot.endDate.toISOString(),
        planningWindowStart: slot.beginDate.toISOString(),
        primaryOrderNumber: number,
        theBookingCodes: [describeWork(number)],
        userId: USER,
      },
      userId: USER,
    };
    try {
      await this.#ask("scheduleBooking", request);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      const found = listOf((await this.#find(number))?.theBookings)[0];
      const isDone = found?.assignedStart && +found.planningWindowStart === +slot.beginDate;
      if (!isDone) await this.#ask("scheduleBooking", request);
    }
  }

  /** Finds the order in DRS; null if DRS does not have it. */
  async #find(number) {
    try {
      const answer = await tryAgain(() => this.#ask("selectOrder", { primaryOrderNumber: [number] }));
      return listOf(answer.theOrders)[0] ?? null;
    } catch (error) {
      if (error instanceof DrsDeclined) return null;
      throw error;
    }
  }

  /** Calls DRS in a session. If the session has ended, opens another one and calls once more. */
  async #ask(operation, request) {
    this.#session ??= await this.#openSession();
    try {
      return await this.#send(operation, { sessionId: this.#session, ...request });
    } catch (error) {
      if (!(error instanceof DrsDeclined && /session/i.test(error.message))) throw error;
    }
    this.#session = await this.#openSession();
    return this.#send(operation, { sessionId: this.#session, ...request });
  }

  async #openSession() {
    const answer = await this.#send("openSession", { login: this.#login, password: this.#password });
    return answer.sessionId;
  }

  async #send(operation, request) {
    let answer;
    try {
      // The request is wrapped twice: in the call, which soap adds, and in an element of the same name.
      const [result] = await this.#soap[`${operation}Async`]({ [operation]: request }, { timeout: TIMEOUT });
      answer = result?.return;
    } catch (error) {
      throw new NoAnswer(`${operation}: ${error.message}`, { cause: error });
    }
    if (answer?.status === undefined) throw new NoAnswer(`${operation}: the answer is not one of DRS`);
    if (answer.status !== "success") throw new DrsDeclined(`${operation}: ${answer.errorMsg ?? answer.status}`);
    return answer;
  }
}

/** Calls what may be called again: it changes nothing, or nothing more the next time. */
async function tryAgain(call) {
  for (let tried = 1; ; tried++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof NoAnswer) || tried === MAX_TRIES) throw error;
      await wait(WAIT_BETWEEN_TRIES);
    }
  }
}

function describe(number) {
  return {
    contract: CONTRACT,
    locationID: LOCATION,
    orderComments: "The back door does not close.",
    primaryOrderNumber: number,
    priority: PRIORITY,
    targetDate: `${addDays(today(), 20)}T23:59:59`,
    theBookingCodes: [describeWork(number)],
    userId: USER,
  };
}

function describeWork(number) {
  return {
    bookingCodeSORCode: SOR_CODE,
    itemNumberWithinBooking: "1",
    primaryOrderNumber: number,
    quantity: "1",
  };
}

/** soap gives one element as itself, several as a list, and none as undefined. */
function listOf(value) {
  return [value ?? []].flat();
}

/** The day of a moment in London, as 2026-11-30. */
function localDay(moment) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/London" }).format(moment);
}

function today() {
  return localDay(new Date());
}

function addDays(day, days) {
  const moment = new Date(`${day}T12:00:00Z`);
  moment.setUTCDate(moment.getUTCDate() + days);
  return moment.toISOString().slice(0, 10);
}
