/* What the desk does in a browser beside reading: everything here is a convenience, pages and forms work without it. */
"use strict";
(() => {
  const root = document.documentElement;
  root.classList.remove("no-script");
  const own = (selector, within = document) => [...within.querySelectorAll(selector)];
  const later = (act, wait) => { let timer; return (...given) => { clearTimeout(timer); timer = setTimeout(() => act(...given), wait); }; };
  const persian = root.lang === "fa" && root.dataset.digits !== "latin";
  const said = (text) => persian ? String(text).replace(/\d/g, (digit) => "۰۱۲۳۴۵۶۷۸۹"[digit]) : String(text);
  const latin = (text) => text.replace(/[۰-۹]/g, (digit) => "۰۱۲۳۴۵۶۷۸۹".indexOf(digit)).replace(/[٠-٩]/g, (digit) => "٠١٢٣٤٥٦٧٨٩".indexOf(digit));

  /* A form with data-live asks again as it is filled in, and puts the answer in the places that data-target names. */
  const asked = new WeakMap();
  async function ask(form) {
    const ids = form.dataset.target.split(" ");
    const places = () => ids.map((id) => document.getElementById(id)).filter(Boolean);
    const aside = form.dataset.ask;  // asked elsewhere than where the form goes: what is typed stays, whatever comes back
    const address = new URL(aside ?? form.action, location.href);
    address.search = new URLSearchParams([...new FormData(form)].filter(([name, value]) => value !== "" && name !== "_token")).toString();
    asked.get(form)?.abort();
    const stop = new AbortController();
    asked.set(form, stop);
    places()[0]?.classList.add("busy");
    try {
      const answer = await fetch(address, { signal: stop.signal });
      if (answer.redirected || answer.status === 401) { if (!aside) location.assign(address); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      places().forEach((place) => {
        const part = page.getElementById(place.id);
        if (part) { place.replaceWith(part); prepare(part); }
      });
      if (aside) return;
      history.replaceState(null, "", address);
      own("form.look [name=next]").forEach((one) => { one.value = address.pathname + address.search; });
    } catch (error) {
      if (error.name !== "AbortError" && !aside) location.assign(address);
    } finally {
      if (asked.get(form) === stop) places()[0]?.classList.remove("busy");
    }
  }
  function live(form) {
    const soon = later(() => ask(form), 180);
    form.addEventListener("input", soon);
    if (!form.dataset.ask) form.addEventListener("submit", (event) => { event.preventDefault(); ask(form); });
    own("[data-only-without-script]", form).forEach((one) => { one.hidden = true; });
  }

  /* data-poll: ask its address again until the answer no longer asks to be polled. */
  function poll(element) {
    setTimeout(async () => {
      if (!element.isConnected) return;
      try {
        const answer = await fetch(element.dataset.poll);
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const part = page.getElementById(element.id);
        if (part) { element.replaceWith(part); prepare(part); } else location.reload();
      } catch { poll(element); }
    }, 1200);
  }

  /* Sliders say their value; data-output names where. */
  function slider(input) {
    const output = document.getElementById(input.dataset.output);
    const percent = (value) => `${Math.round(100 * value)}${persian ? "٪" : "%"}`;
    const show = () => { if (output) output.value = said("percent" in input.dataset ? percent(input.value) : persian ? input.value.replace(".", "٫") : input.value); };
    input.addEventListener("input", show);
    show();
  }

  /* What is typed is kept in this tab until it is sent: boxes that were changed, and what the page showed in them then. A box
     that somebody else changed meanwhile comes back with what its writer saw, so that the service tells of both. */
  function draft(form) {
    const key = `draft ${location.pathname} ${form.dataset.draft}`;
    const fields = () => own("input:not([type=hidden],[type=password],[type=file],[type=checkbox]), textarea, select", form).filter((one) => one.name);
    const seen = (one) => form.elements.namedItem(`seen_${one.name}`);
    const value = (one) => one.type === "radio" ? fields().find((other) => other.name === one.name && other.checked)?.value ?? "" : one.value;
    const stood = new Map(fields().map((one) => [one.name, value(one)]));
    try {
      const kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
      if (kept) fields().forEach((one) => {
        if (!Array.isArray(kept[one.name])) return;
        const [typed, saw] = kept[one.name];
        if (one.type === "radio") one.checked = typed === one.value; else one.value = typed;
        if (saw !== null && seen(one)) seen(one).value = saw;
      });
    } catch { sessionStorage.removeItem(key); }
    let sent = false;  // who sends at once after typing has sent what waits to be kept
    form.addEventListener("input", later(() => {
      if (sent) return;
      const changed = fields().filter((one) => value(one) !== stood.get(one.name));
      if (changed.length) sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(changed.map((one) => [one.name, [value(one), seen(one)?.value ?? null]]))));
      else sessionStorage.removeItem(key);
    }, 250));
    form.addEventListener("submit", () => { sent = true; sessionStorage.removeItem(key); });
  }

  /* Rows of a table with data-rows: j and k or the arrows move, Enter opens, x marks. */
  function rows(table) {
    table.addEventListener("keydown", (event) => {
      const row = event.target.closest("tbody tr");
      if (!row || event.target.matches("input:not([type=checkbox]), select, textarea")) return;
      const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
      if (step) {
        const all = own("tbody tr", table);
        const next = all[all.indexOf(row) + step];
        if (next) { event.preventDefault(); next.querySelector("a, input")?.focus(); }
      } else if (event.key === "x") { row.querySelector("input[type=checkbox]")?.click(); }
    });
  }
  function everything(box) {
    box.addEventListener("change", () => own(`input[name="${box.dataset.all}"]`).forEach((one) => { one.checked = box.checked; }));
  }

  /* Jalali calendar: the arithmetic of the 2820-year cycle as the browser's own calendar has it. */
  const parts = new Intl.DateTimeFormat("en-u-ca-persian-nu-latn", { year: "numeric", month: "numeric", day: "numeric", timeZone: "UTC" });
  const jalali = (day) => { const found = Object.fromEntries(parts.formatToParts(day).map((one) => [one.type, parseInt(one.value, 10)])); return [found.year, found.month, found.day]; };
  const gregorian = ([year, month, day]) => {
    let at = Date.UTC(year + 621, 2, 20) + ((month - 1) * 31 - Math.max(0, month - 7) + day - 1) * 864e5;
    for (let turn = 0; turn < 4; turn++) {
      const [y, m, d] = jalali(new Date(at));
      const off = (year - y) * 365 + (month - m) * 30 + (day - d);
      if (!off) break;
      at += off * 864e5;
    }
    return new Date(at);
  };
  function dated(input) {
    const calendar = root.lang === "fa";
    const names = new Intl.DateTimeFormat(calendar ? "fa-u-ca-persian" : "en", { month: "long", year: "numeric", timeZone: "UTC" });
    const write = (day) => {
      const [y, m, d] = calendar ? jalali(day) : [day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate()];
      const pad = (part) => String(part).padStart(2, "0");
      return said(calendar ? `${y}/${pad(m)}/${pad(d)}` : `${y}-${pad(m)}-${pad(d)}`);
    };
    const read = () => {
      const found = latin(input.value).match(/^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/);
      if (!found) return null;
      const [, y, m, d] = found.map(Number);
      return y < 1700 ? gregorian([y, m, d]) : new Date(Date.UTC(y, m - 1, d));
    };
    const today = () => { const now = new Date(); return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate())); };
    const wrap = document.createElement("span");
    wrap.className = "dated";
    input.replaceWith(wrap);
    wrap.append(input);
    input.setAttribute("aria-haspopup", "dialog");
    let shown = null;
    const close = () => { shown?.remove(); shown = null; };
    const move = (day, by, month) => {
      if (!month) return new Date(day.getTime() + by * 864e5);
      if (!calendar) {
        const [year, turned] = [day.getUTCFullYear(), day.getUTCMonth() + by];
        const last = new Date(Date.UTC(year, turned + 1, 0)).getUTCDate();
        return new Date(Date.UTC(year, turned, Math.min(day.getUTCDate(), last)));
      }
      const [y, m, d] = jalali(day);
      const all = y * 12 + (m - 1) + by;
      return gregorian([Math.floor(all / 12), all % 12 + 1, Math.min(d, 29)]);
    };
    const set = (day) => { input.value = write(day); input.dispatchEvent(new Event("input", { bubbles: true })); };
    const open = (day) => {
      close();
      shown = document.createElement("div");
      shown.className = "calendar";
      shown.setAttribute("role", "dialog");
      shown.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
      const first = calendar ? gregorian([jalali(day)[0], jalali(day)[1], 1]) : new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), 1));
      const head = document.createElement("div");
      head.className = "head";
      const turn = (by, sign) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
        button.setAttribute("aria-label", names.format(move(first, by, true)));
        button.addEventListener("click", () => open(move(day, by, true)));
        return button;
      };
      const name = Object.assign(document.createElement("span"), { textContent: names.format(first) });
      head.append(turn(-1, root.dir === "rtl" ? "›" : "‹"), name, turn(1, root.dir === "rtl" ? "‹" : "›"));
      const table = document.createElement("table");
      const days = calendar ? ["ش", "ی", "د", "س", "چ", "پ", "ج"] : ["M", "T", "W", "T", "F", "S", "S"];
      const line = table.createTHead().insertRow();
      days.forEach((one) => { const cell = document.createElement("th"); cell.textContent = one; line.append(cell); });
      const body = table.createTBody();
      const begin = (first.getUTCDay() + (calendar ? 1 : 6)) % 7;
      let row = body.insertRow();
      for (let blank = 0; blank < begin; blank++) row.insertCell();
      for (let at = first; ; at = move(at, 1)) {
        if ((calendar ? jalali(at)[1] !== jalali(first)[1] : at.getUTCMonth() !== first.getUTCMonth())) break;
        if (row.cells.length === 7) row = body.insertRow();
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: said(calendar ? jalali(at)[2] : at.getUTCDate()) });
        const same = write(at) === write(day);
        button.setAttribute("aria-pressed", String(same));
        button.tabIndex = same ? 0 : -1;
        if (write(at) === write(today())) button.classList.add("today");
        const here = at;
        button.addEventListener("click", () => { set(here); close(); input.focus(); });
        row.insertCell().append(button);
      }
      shown.append(head, table);
      wrap.append(shown);
      shown.querySelector("[aria-pressed=true]")?.focus();
      shown.addEventListener("keydown", (event) => {
        const toward = root.dir === "rtl" ? 1 : -1;
        const step = { ArrowLeft: toward, ArrowRight: -toward, ArrowUp: -7, ArrowDown: 7 }[event.key];
        if (step) { event.preventDefault(); day = move(day, step); open(day); }
        else if (event.key === "PageUp" || event.key === "PageDown") { event.preventDefault(); day = move(day, event.key === "PageUp" ? -1 : 1, true); open(day); }
        else if (event.key === "Escape") { close(); input.focus(); }
      });
    };
    input.addEventListener("keydown", (event) => {
      const day = read() ?? today();
      if (event.key === "ArrowDown" && event.altKey) { event.preventDefault(); open(day); }
      else if (event.key === "ArrowUp" || event.key === "ArrowDown") { event.preventDefault(); set(read() ? move(day, event.key === "ArrowUp" ? 1 : -1) : day); }
      else if (event.key === "PageUp" || event.key === "PageDown") { event.preventDefault(); set(move(day, event.key === "PageUp" ? 1 : -1, true)); }
    });
    const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: "▾" });
    button.setAttribute("aria-label", input.dataset.open ?? "");
    button.addEventListener("click", () => shown ? close() : open(read() ?? today()));
    wrap.append(button);
    document.addEventListener("click", (event) => { if (!wrap.contains(event.target)) close(); });
  }

  /* A form that keeps where one is reads the address as it is now. */
  own("input[data-here]").forEach((input) => input.form.addEventListener("submit", () => { input.value = location.pathname + location.search; }));

  /* A link with data-part puts what it leads to in the place of that name. */
  async function part(link) {
    const place = document.getElementById(link.dataset.part);
    place?.classList.add("busy");
    try {
      const answer = await fetch(link.href);
      if (answer.redirected || answer.status === 401) { location.assign(link.href); return; }
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(link.dataset.part);
      place.replaceWith(found);
      prepare(found);
      found.focus({ preventScroll: true });
      found.scrollIntoView({ block: "nearest" });
    } catch { location.assign(link.href); }
  }
  function parted(link) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      part(link);
    });
  }

  /* What is dragged is put down where its kind is taken, and then does what its own link or form does without a mouse: a link is
     followed, a form is sent with what the place says of itself (data-slot of the place goes into its box "slot"). */
  let dragged = null;
  const taking = () => own(`[data-takes="${CSS.escape(dragged?.dataset.drag ?? "")}"]`);
  function draggable(item) {
    item.draggable = true;
    own("a", item).forEach((link) => { link.draggable = false; });
    item.addEventListener("dragstart", (event) => {
      if (event.target !== item) return;
      dragged = item;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", item.textContent.trim().slice(0, 80));
      taking().forEach((place) => place.classList.add("open"));
    });
    item.addEventListener("dragend", () => { own("[data-takes]").forEach((place) => place.classList.remove("open", "over")); dragged = null; });
  }
  function takes(place) {
    const fits = () => dragged?.dataset.drag === place.dataset.takes && !place.contains(dragged);
    place.addEventListener("dragover", (event) => { if (fits()) { event.preventDefault(); place.classList.add("over"); } });
    place.addEventListener("dragleave", (event) => { if (!place.contains(event.relatedTarget)) place.classList.remove("over"); });
    place.addEventListener("drop", (event) => {
      if (!fits()) return;
      event.preventDefault();
      own("[data-fill]", dragged).forEach((box) => { box.value = place.dataset[box.dataset.fill]; });
      dragged.querySelector("[data-dropped]").click();
    });
  }

  function prepare(within) {
    const each = (selector, act) => { if (within.matches?.(selector)) act(within); own(selector, within).forEach(act); };
    each("form[data-live]", live);
    each("[data-poll]", poll);
    each("input[type=range][data-output]", slider);
    each("form[data-draft]", draft);
    each("table[data-rows]", rows);
    each("input[data-all]", everything);
    each("input[data-date]", dated);
    each("a[data-part]", parted);
    each("[data-drag]", draggable);
    each("[data-takes]", takes);
    each("form[data-at-once]", (form) => {
      form.addEventListener("change", () => form.requestSubmit());
      own("button", form).forEach((one) => { one.hidden = true; });
    });
  }
  prepare(document);

  /* Keys: / searches, ? helps, g and a letter goes somewhere. */
  let went = 0;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
    if (event.key === "/") {
      const search = document.querySelector("input[type=search]");
      if (search) { event.preventDefault(); search.focus(); search.select(); }
    } else if (event.key === "?") { document.getElementById("keys")?.showModal(); }
    else if (event.key === "g") { went = Date.now(); }
    else if (Date.now() - went < 1500) {
      went = 0;
      document.querySelector(`.side a[data-key="${CSS.escape(event.key)}"]`)?.click();
    }
  });
  document.querySelector(".menu")?.addEventListener("click", (event) => {
    const side = event.currentTarget.closest(".side");
    event.currentTarget.setAttribute("aria-expanded", String(side.classList.toggle("open")));
  });
  own("dialog [data-close]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
})();
