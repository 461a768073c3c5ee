// The diary: bookings are moved by dragging, or by the keyboard. DRS decides; what it refuses goes back.
"use strict";

{
  const DISTANCE = 5; // pixels before a press becomes a drag
  const LONG_PRESS = 350; // milliseconds before a touch becomes a drag
  const REFRESH = 5000; // milliseconds from one look for changes to the next
  const isList = matchMedia("(max-width: 48rem)");
  const said = document.getElementById("said");
  let diary = document.getElementById("diary");
  let shown = diary.outerHTML; // as the server has sent it
  let drag = null; // the booking that is moved: { block, row, slots, target, drop, … }
  let wasDragged = false;

  const minutes = (text) => { const [hour, minute] = text.split(":").map(Number); return hour * 60 + minute; };
  const readable = (slot) => slot.replace("-", "–");
  const blockOf = (booking) => diary.querySelector(`.block[data-booking="${booking}"]`);
  const tracks = () => [...diary.querySelectorAll(".track")];

  const place = (element, slot) => {
    const opens = Number(diary.dataset.opens) * 60;
    const length = Number(diary.dataset.closes) * 60 - opens;
    const [begin, end] = slot.split("-").map(minutes);
    const left = Math.max(0, (begin - opens) / length);
    element.style.left = `${left * 100}%`;
    element.style.width = `${(Math.min(1, (end - opens) / length) - left) * 100}%`;
  };

  const slotsOf = (block) => {
    const all = JSON.parse(diary.dataset.slots);
    return (all[block.dataset.slots] ?? all[""]).toSorted((a, b) => minutes(a) - minutes(b) || a.localeCompare(b));
  };

  // The narrowest slot at a place of a row, or the nearest one.
  const slotAt = (track, x, slots) => {
    const box = track.getBoundingClientRect();
    const opens = Number(diary.dataset.opens) * 60;
    const minute = opens + ((x - box.left) / box.width) * (Number(diary.dataset.closes) * 60 - opens);
    const distance = (slot) => {
      const [begin, end] = slot.split("-").map(minutes);
      return minute < begin ? begin - minute : Math.max(0, minute - end);
    };
    const width = (slot) => { const [begin, end] = slot.split("-").map(minutes); return end - begin; };
    return slots.toSorted((a, b) => distance(a) - distance(b) || width(a) - width(b))[0];
  };

  const begin = (block) => {
    dismiss();
    const track = block.closest(".track");
    const window = block.dataset.window.replace("–", "-");
    const slots = slotsOf(block);
    const drop = document.createElement("div");
    drop.className = "drop";
    for (const each of track.querySelectorAll(".window")) each.classList.toggle("own", each.dataset.window === block.dataset.window);
    drag = { block, track, slots, drop, target: null, own: slots.includes(window) ? window : slotAt(track, block.getBoundingClientRect().left + 1, slots) };
  };

  const aim = (track, slot) => {
    drag.target = { track, slot };
    place(drag.drop, slot);
    drag.drop.textContent = readable(slot);
    track.append(drag.drop);
  };

  const end = () => {
    const { block, drop } = drag;
    drop.remove();
    block.classList.remove("dragged", "moving");
    block.style.transform = "";
    for (const each of diary.querySelectorAll(".own")) each.classList.remove("own");
    drag = null;
  };

  const dismiss = () => { for (const each of document.querySelectorAll(".refused")) each.remove(); };

  const say = (text, kind) => { said.textContent = text; said.className = kind; };

  const giveBack = (block) => {
    block.classList.add("returned");
    block.addEventListener("animationend", () => block.classList.remove("returned"), { once: true });
    block.focus();
  };

  // What DRS says, and why, where the booking was dropped.
  const showRefusal = (track, slot, refusal, block) => {
    const bubble = document.createElement("div");
    bubble.className = "refused";
    bubble.setAttribute("role", "alert");
    const words = document.createElement("p");
    words.className = "words";
    words.textContent = refusal.refusal;
    bubble.append(words);
    if (refusal.reason) {
      const reason = document.createElement("p");
      reason.textContent = refusal.reason;
      bubble.append(reason);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "small secondary";
    close.textContent = "✕";
    close.setAttribute("aria-label", "Close");
    close.addEventListener("click", () => { dismiss(); block.focus(); });
    bubble.append(close);
    track.append(bubble);
    const zone = document.createElement("div");
    place(zone, slot);
    bubble.style.left = `min(${zone.style.left}, 100% - 24rem)`;
    if (track.getBoundingClientRect().width < 400) bubble.style.left = "0";
    bubble.scrollIntoView({ block: "nearest" });
  };

  // Shows the diary as it is now, without losing place or focus.
  const refresh = async () => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("diary");
    if (!fresh || drag || fresh.outerHTML === shown) return;
    if (document.querySelector(".empty") && !page.querySelector(".empty")) { location.reload(); return; }
    shown = fresh.outerHTML;
    const focused = diary.contains(document.activeElement) ? document.activeElement.dataset.booking : "";
    diary.replaceWith(fresh);
    diary = fresh;
    if (focused) blockOf(focused)?.focus({ preventScroll: true });
  };

  const move = async () => {
    const { block, target, track, own } = drag;
    const { dataset } = block;
    end();
    if (!target || (target.track === track && target.slot === own)) {
      block.focus();
      return;
    }
    const form = new URLSearchParams({ day: target.track.dataset.day, slot: target.slot, operative: target.track.dataset.operative });
    say(`Moving ${dataset.number}…`, "");
    let answer;
    let result;
    try {
      answer = await fetch(dataset.move, { method: "POST", body: form, headers: { Accept: "application/json" } });
      result = await answer.json();
    } catch {
      result = { refusal: "The simulator did not answer as expected. Reload the page to see whether the booking was moved." };
    }
    if (!answer?.ok) {
      say("", "");
      showRefusal(target.track, target.slot, result, block);
      giveBack(block);
      return;
    }
    await refresh();
    say(result.moved, "done");
    blockOf(dataset.booking)?.focus();
  };

  // Mouse, pen and touch
  document.addEventListener("pointerdown", (event) => {
    const block = event.target.closest(".block");
    wasDragged = false;
    if (!block || event.button !== 0 || isList.matches || drag) return;
    const start = { x: event.clientX, y: event.clientY };
    const lift = () => {
      begin(block);
      drag.start = start;
      block.classList.add("dragged");
      wasDragged = true;
    };
    const timer = event.pointerType === "touch" ? setTimeout(lift, LONG_PRESS) : null;
    const follow = (moved) => {
      const far = Math.hypot(moved.clientX - start.x, moved.clientY - start.y) > DISTANCE;
      if (!drag?.start && far) {
        if (timer !== null) { stop(); return; }
        lift();
      }
      if (!drag?.start) return;
      block.style.transform = `translate(${moved.clientX - start.x}px, ${moved.clientY - start.y}px)`;
      const track = document.elementFromPoint(moved.clientX, moved.clientY)?.closest(".track");
      if (track) aim(track, slotAt(track, moved.clientX, drag.slots));
      else { drag.drop.remove(); drag.target = null; }
    };
    const drop = () => { stop(); if (drag?.start) move(); };
    const cancel = () => { stop(); if (drag?.start) end(); };
    const escape = (pressed) => { if (pressed.key === "Escape") cancel(); };
    const hold = (touch) => { if (drag?.start) touch.preventDefault(); };
    const stop = () => {
      clearTimeout(timer);
      document.removeEventListener("pointermove", follow);
      document.removeEventListener("pointerup", drop);
      document.removeEventListener("pointercancel", cancel);
      document.removeEventListener("keydown", escape);
      document.removeEventListener("touchmove", hold);
    };
    document.addEventListener("pointermove", follow);
    document.addEventListener("pointerup", drop);
    document.addEventListener("pointercancel", cancel);
    document.addEventListener("keydown", escape);
    document.addEventListener("touchmove", hold, { passive: false });
  });
  document.addEventListener("click", (event) => {
    if (wasDragged && event.target.closest(".track")) event.preventDefault();
    wasDragged = false;
  }, true);
  document.addEventListener("contextmenu", (event) => { if (drag?.start) event.preventDefault(); });

  // Keyboard
  const choose = (track, slot) => {
    aim(track, slot);
    track.scrollIntoView({ block: "nearest" });
    say(`${drag.block.dataset.number} to ${track.dataset.dayName}, ${readable(slot)}, ${track.dataset.name}. Enter moves it, Escape leaves it.`, "notice");
  };
  const keys = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => rowBy(-1),
    ArrowDown: () => rowBy(1),
    Enter: () => move(),
    Escape: () => { const { block } = drag; end(); say("", ""); block.focus(); },
  };
  // To the slot before or after; beyond the first and last of a day to the same operative's next day.
  const step = (by) => {
    const { track, slot } = drag.target;
    const index = drag.slots.indexOf(slot) + by;
    if (drag.slots[index]) { choose(track, drag.slots[index]); return; }
    const own = tracks().filter((each) => each.dataset.operative === track.dataset.operative);
    const next = own[own.indexOf(track) + by];
    if (next) choose(next, drag.slots.at(by > 0 ? 0 : -1));
  };
  const rowBy = (by) => {
    const all = tracks();
    const next = all[all.indexOf(drag.target.track) + by];
    if (next) choose(next, drag.target.slot);
  };
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") dismiss();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (drag && !drag.start) {
      if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
      return;
    }
    const block = event.target.closest?.(".block");
    if (block && !isList.matches && event.key.toLowerCase() === "m") {
      event.preventDefault();
      begin(block);
      block.classList.add("moving");
      choose(drag.track, drag.own);
    }
  });
  document.addEventListener("focusout", (event) => {
    if (drag && !drag.start && event.target === drag.block && event.relatedTarget) { end(); say("", ""); }
  });

  // What others book appears by itself.
  const follow = async () => {
    if (document.hidden || drag || document.querySelector(".refused")) return;
    try {
      await refresh();
    } catch {
      // The simulator may be restarting.
    }
  };
  setInterval(follow, REFRESH);
  document.addEventListener("visibilitychange", follow);
}
