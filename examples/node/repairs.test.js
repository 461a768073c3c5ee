// The story, against the simulator at DRS_URL.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";
import { DrsDeclined, NoAnswer, Repairs } from "./repairs.js";

const {
  DRS_URL: url = "http://127.0.0.1:8080/OTWebServiceGateway_LINCOLN/ws/soap",
  DRS_LOGIN: login = "drs",
  DRS_PASSWORD: password = "drs",
  DRS_SCENARIO: scenario,
} = process.env;
// In a scenario of drs-contracts exercise DRS may decline. Then there may be no appointment.
const mayFail = (scenario ?? "healthy") !== "healthy";
const skip = scenario === undefined ? false : "the scenario says what goes wrong";

let repairs;
let number;

beforeEach(async () => {
  repairs = await Repairs.connect(url, login, password);
  number = randomBytes(6).toString("hex");
});

afterEach(() => repairs.close());

test("a repair is booked", async () => {
  try {
    const days = await repairs.findDays(number);
    const booked = await repairs.book(number, firstSlots(days));
    assert.ok(mayFail || days.length === 5);
    assert.ok(mayFail || booked === days[0][0]);
  } catch (error) {
    assert.ok(mayFail && (error instanceof DrsDeclined || error instanceof NoAnswer), error);
  }
});

test("a full slot is not booked", { skip }, async () => {
  const slots = firstSlots(await repairs.findDays(number));
  await breakDrs("scheduleBooking", "slot_taken");
  assert.equal(await repairs.book(number, slots), slots[1]);
});

for (const operation of ["createOrder", "scheduleBooking"]) {
  test(`a lost answer to ${operation} does not book twice`, { skip }, async () => {
    const slots = firstSlots(await repairs.findDays(number));
    await breakDrs(operation, "response_lost");
    assert.equal(await repairs.book(number, slots), slots[0]);
    assert.equal((await admin("GET", `/bookings?number=${number}`)).total, 1);
  });
}

function firstSlots(days) {
  return days.map((slots) => slots[0]);
}

/** Makes the next call of the operation go wrong. docs/faults.md lists the effects. */
async function breakDrs(operation, kind) {
  await admin("POST", "/faults", { rules: [{ operation, times: 1, effect: { kind } }] });
}

async function admin(method, path, body) {
  const [root] = url.split("/OTWebServiceGateway");
  const answer = await fetch(`${root}/__admin${path}`, {
    method,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  assert.ok(answer.ok, `${method} ${path}: HTTP ${answer.status}`);
  return answer.json();
}
