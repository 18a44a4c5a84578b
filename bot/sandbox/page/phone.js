"use strict";
// Two phones on one page. Everything goes through the sandbox's control API, live by server-sent events.

const PLATFORMS = { zalo_oa: "Zalo OA", telegram: "Telegram" };
const BOT = "Sổ tay đảng viên";
const HOURS = 3600 * 1000;
let cast = [];
let people = new Map();
let ahead = 0; // milliseconds by which the sandbox's clock is ahead of this browser's
let phones = [];

async function call(path, data) {
  const given = data === undefined ? {} : { method: "POST", body: JSON.stringify(data) };
  const answer = await fetch(`/control/${path}`, { ...given, headers: { "Content-Type": "application/json" } });
  const found = await answer.json();
  if (!answer.ok) throw new Error(found.error || answer.statusText);
  return found;
}

const key = (part) => `${part.platform}/${part.user_id}/${part.chat_id}`;

async function refresh() {
  people = new Map((await call("people")).people.map((person) => [`${person.platform}/${person.user_id}`, person]));
}

function parts() {
  const known = new Set(cast.map(key));
  const others = [...people.values()].filter((person) => !known.has(key(person)));
  return [...cast, ...others.map((person) => ({ ...person, label: person.name, hint: "" }))];
}

class Phone {
  constructor(number) {
    this.number = number;
    this.root = document.getElementById("phone").content.firstElementChild.cloneNode(true);
    this.root.dataset.number = number;
    translate(this.root);
    const title = t(["Máy thứ nhất", "Máy thứ hai"][number]);
    this.root.setAttribute("aria-label", title);
    this.$(".name").textContent = t("{0}, đồng chí là:", title);
    this.$(".text").setAttribute("aria-label", t("Tin nhắn, {0}", title.toLowerCase()));
    this.$(".talk").setAttribute("aria-label", t("Khung chat, {0}", title.toLowerCase()));
    this.$(".pick").addEventListener("change", (event) => this.become(event.target.value));
    this.$(".newcomer form").addEventListener("submit", (event) => this.create(event));
    this.$(".write").addEventListener("submit", (event) => { event.preventDefault(); this.say(); });
    this.$(".text").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.say();
    });
    this.$(".text").addEventListener("input", () => this.grow());
    this.$(".start").addEventListener("click", () => this.act(this.person.blocked ? "unblock" : "start"));
    for (const button of this.root.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.more(button.dataset.act));
    }
    this.$(".file").addEventListener("change", (event) => this.upload(event.target.files[0]));
    this.$(".more").addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.$(".more").open = false;
      this.$(".more summary").focus();
    });
    // Whoever is at the end of the chat stays there when anything around it grows.
    const talk = this.$(".talk");
    talk.addEventListener("scroll", () => { this.atEnd = talk.scrollHeight - talk.scrollTop - talk.clientHeight < 60; });
    new ResizeObserver(() => this.toEnd()).observe(talk);
    this.$(".seen").addEventListener("toggle", () => this.look());
    this.$(".strict").addEventListener("change", (event) =>
      call("switches", { zalo_oa: { window: event.target.checked } })
        .then(() => phones.forEach((phone) => phone.part && phone.state()), (error) => this.tell(error.message)));
  }

  $(selector) { return this.root.querySelector(selector); }

  get person() { return people.get(`${this.part.platform}/${this.part.user_id}`); }

  get group() { return this.part.chat_id !== this.part.user_id; }

  toEnd() {
    const talk = this.$(".talk");
    if (this.atEnd) talk.scrollTop = talk.scrollHeight;
  }

  options() {
    const pick = this.$(".pick");
    pick.replaceChildren(...Object.entries(PLATFORMS).map(([platform, label]) =>
      make("optgroup", { label }, ...parts().filter((part) => part.platform === platform)
        .map((part) => make("option", { value: key(part), text: part.label })))));
    if (this.part) pick.value = key(this.part);
  }

  become(wanted) {
    this.part = parts().find((part) => key(part) === wanted);
    if (!this.part) return;
    this.options();
    this.source?.close();
    this.entries = new Map();
    this.toasted = Infinity; // toasts of before are over; set when the past has been read
    this.keyboard = null;
    this.lastDay = "";
    const { platform, user_id: user, chat_id: chat, label, hint } = this.part;
    this.root.dataset.platform = platform;
    this.root.dataset.ready = "";
    this.$(".hint").textContent = hint;
    this.$(".title").textContent = this.group ? label.split(",")[0] : BOT;
    this.$(".about").textContent = this.group ? t("Nhóm Telegram") : platform === "telegram" ? "bot" : "Official Account";
    this.$("[data-act=block]").textContent = t(platform === "telegram" ? "Chặn bot" : "Bỏ quan tâm OA");
    const talk = this.$(".talk");
    talk.replaceChildren();
    this.atEnd = true;
    talk.setAttribute("aria-live", "off");
    this.source = new EventSource(`/control/events?${new URLSearchParams({ platform, chat })}`);
    this.source.onmessage = (event) => this.draw(JSON.parse(event.data), user);
    this.source.addEventListener("ready", () => {
      if (this.toasted === Infinity) this.toasted = Math.max(0, ...[...this.entries.values()].map((each) => each.entry.toast_seq));
      talk.setAttribute("aria-live", "polite");
      this.toEnd();
      this.root.dataset.ready = "yes";
      this.state();
    });
    this.state();
    remember();
  }

  draw(entry, user) {
    const { platform } = this.part;
    const author = entry.author ? people.get(`${platform}/${entry.author}`)?.name || t("Thành viên") : BOT;
    const node = bubble(entry, platform, user, author, (index, button) => this.tap(entry, index, button));
    const talk = this.$(".talk");
    const old = this.entries.get(entry.seq);
    const focused = old?.node?.contains(document.activeElement);
    if (old?.node && node) old.node.replaceWith(node);
    else if (old?.node) old.node.remove();
    else if (node) {
      this.day(entry.at);
      talk.append(node);
    }
    if (focused) (node?.querySelector("button") || this.$(".text")).focus();
    this.entries.set(entry.seq, { entry, node });
    if (entry.toast_seq > this.toasted) {
      this.toasted = entry.toast_seq;
      this.tell(entry.toast);
    }
    if (["reply", "remove"].includes(entry.keyboard) && !entry.author) {
      this.keyboard = entry.keyboard === "reply" ? entry : null;
    }
    if (entry.author === user) this.atEnd = true;
    this.toEnd();
    if (this.root.dataset.ready) this.later();
  }

  day(at) {
    const day = DAY.format(at);
    if (this.lastDay === day) return;
    this.lastDay = day;
    this.$(".talk").append(make("p", { class: "day", text: day }));
  }

  // What depends on the person's standing follows a moment after the chat, once for many messages.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.state(), 150);
  }

  async state() {
    const part = this.part;
    await refresh();
    if (part !== this.part) return;
    const person = this.person;
    const zalo = part.platform === "zalo_oa";
    const start = this.$(".start");
    const gone = person.blocked || (zalo && person.open === false) || (!zalo && !person.open);
    start.hidden = this.group || !gone;
    start.textContent = t(person.blocked ? (zalo ? "Quan tâm lại OA" : "Bỏ chặn bot") : zalo ? "Quan tâm OA" : "Bắt đầu");
    this.$(".write").hidden = !this.group && (person.blocked || (!zalo && gone));
    const keys = this.$(".keys");
    keys.hidden = !this.keyboard;
    keys.replaceChildren(...(this.keyboard?.buttons || []).map((button, index) =>
      make("button", { type: "button", text: button.label, click: (event) => this.tap(this.keyboard, index, event.currentTarget) })));
    this.$(".window").hidden = !zalo || !person.last_interaction;
    if (zalo && person.last_interaction) {
      this.$(".left").textContent = this.windowWords(person.last_interaction);
      const switches = (await call("switches")).zalo_oa;
      this.$(".strict").checked = switches.window;
      this.$(".cost").hidden = !switches.window;
      if (switches.window) this.$(".cost").textContent = await this.costWords(person, switches.price);
    }
    if (this.$(".seen").open) this.look();
  }

  // Zalo's OA messages: free for 48 hours after a person's last interaction, possible for 7 days.
  windowWords(last) {
    const now = Date.now() + ahead;
    const until = (hours) => `${HOUR.format(last + hours * HOURS)} ${DAY.format(last + hours * HOURS)}`;
    if (now < last + 48 * HOURS) return t("Gửi miễn phí đến {0}", until(48));
    if (now < last + 168 * HOURS) return t("Gửi có phí đến {0}", until(168));
    return t("Đã quá 7 ngày: OA không gửi được");
  }

  // What this person cost so far, and what the platform's newest answer says of the quota.
  async costWords(person, price) {
    const money = (value) => value.toLocaleString(ENGLISH ? "en-GB" : "vi-VN");
    const words = t("{0} tin có phí × {1} đ = {2} đ", person.paid, money(price), money(person.paid * price));
    const { log } = await call(`log?${new URLSearchParams({ platform: "zalo_oa", chat: person.user_id })}`);
    const quota = log.map((entry) => entry.answer?.data?.quota).filter(Boolean).pop();
    return quota?.total ? `${words} · ${t("hạn mức còn {0}/{1}", quota.remain, quota.total)}` : words;
  }

  async act(name, data = {}) {
    const { platform, user_id: user, chat_id: chat } = this.part;
    try {
      const where = this.group ? { chat_id: chat } : {};
      const answer = await call(`people/${platform}/${user}/${name}`, { ...where, ...data });
      this.later();
      return answer;
    } catch (error) {
      this.tell(t("Không làm được: {0}", error.message));
      return null;
    }
  }

  async say() {
    const box = this.$(".text");
    const text = box.value.trim();
    if (!text) return;
    box.value = "";
    this.grow();
    if (await this.act("say", { text }) === null) box.value = text;
  }

  grow() {
    const box = this.$(".text");
    box.rows = Math.min(5, box.value.split("\n").length);
  }

  async tap(entry, index, button) {
    button.classList.add("pressed");
    await this.act("tap", { message_id: entry.id, index });
    button.classList.remove("pressed");
    if (entry.keyboard === "reply") this.$(".text").focus();
  }

  more(name) {
    this.$(".more").open = false;
    if (name === "file") this.$(".file").click();
    else this.act(name, name === "contact" ? { of: "own" } : name === "sticker" ? { emoji: "👍" } : {});
  }

  async upload(file) {
    if (!file) return;
    const bytes = new Uint8Array(await file.arrayBuffer());
    let binary = "";
    for (let i = 0; i < bytes.length; i += 32768) binary += String.fromCharCode(...bytes.subarray(i, i + 32768));
    await this.act("file", { name: file.name, base64: btoa(binary), media_type: file.type });
    this.$(".file").value = "";
  }

  async create(event) {
    event.preventDefault();
    const form = event.target;
    const person = await call("people", { name: form.elements.name.value, platform: form.elements.platform.value });
    await refresh();
    for (const phone of phones) phone.options();
    this.$(".newcomer").open = false;
    this.become(key(person));
    this.$(".pick").focus();
  }

  tell(words) {
    const toast = this.$(".toast");
    toast.textContent = words;
    toast.hidden = false;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => { toast.hidden = true; }, 5000);
  }

  async look() {
    if (!this.$(".seen").open || !this.part) return;
    const { platform, chat_id: chat } = this.part;
    const found = (await call(`log?${new URLSearchParams({ platform, chat, last: 40 })}`)).log.reverse();
    const box = this.$(".calls");
    if (!found.length) { box.replaceChildren(make("p", { text: t("Chưa có gì.") })); return; }
    const pretty = (value) => {
      try { return JSON.stringify(typeof value === "string" ? JSON.parse(value) : value, null, 2); } catch { return String(value); }
    };
    box.replaceChildren(...found.map((entry) => {
      const way = entry.kind === "call" ? t("bot → nền tảng") : t("nền tảng → bot");
      const title = `${HOUR.format(entry.at)} · ${way} · ${entry.name.replace(/^https?:\/\/[^/]+/, "")} · ${entry.status}`;
      return make("details", {}, make("summary", { text: title }),
        make("p", { text: t("Lời gọi") }), make("pre", { tabindex: "0", text: pretty(entry.request) }),
        make("p", { text: t("Trả lời") }), make("pre", { tabindex: "0", text: pretty(entry.answer) }));
    }));
  }
}

// The page's own things: clock, looks, which phone is shown, what is remembered.

function remember() {
  const chosen = phones.map((phone) => (phone.part ? key(phone.part) : ""));
  history.replaceState(null, "", `#${chosen.join("|")}`);
}

async function tick(data) {
  const found = await call("clock", data);
  ahead = found.now_ms - Date.now();
  showNow();
  for (const phone of phones) if (phone.part) phone.state();
}

function showNow() {
  const now = Date.now() + ahead;
  document.getElementById("now").textContent = `${HOUR.format(now)} ${DAY.format(now)}`;
}

function secondsUntil(hour) {
  const [hours, minutes] = hour.split(":").map(Number);
  const day = 86400;
  const inVietnam = Math.floor((Date.now() + ahead) / 1000) + 7 * 3600; // no summer time there
  return ((hours * 60 + minutes) * 60 - (inVietnam % day) + day) % day || day;
}

function look() {
  const root = document.documentElement;
  const set = (id, attribute, on) => {
    document.getElementById(id).setAttribute("aria-pressed", String(on));
    root.dataset[attribute] = on ? "yes" : "no";
    keep(id, on ? "yes" : "no");
  };
  const dark = kept("dark") ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "yes" : "no");
  set("dark", "dark", dark === "yes");
  set("large", "large", kept("large") === "yes");
  document.documentElement.lang = ENGLISH ? "en" : "vi";
  document.title = t(document.title);
  translate(document.body);
  const english = document.getElementById("english");
  english.lang = ENGLISH ? "vi" : "en";
  english.addEventListener("click", () => {
    keep("english", ENGLISH ? "no" : "yes");
    location.reload();
  });
  for (const id of ["dark", "large"]) {
    document.getElementById(id).addEventListener("click", () => set(id, id, root.dataset[id] !== "yes"));
  }
}

function show(number) {
  document.getElementById("phones").dataset.shown = number;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.show) === number));
  }
}

async function open() {
  look();
  phones = [new Phone(0), new Phone(1)];
  document.getElementById("phones").append(...phones.map((phone) => phone.root));
  for (const button of document.querySelectorAll("[data-show]")) {
    button.addEventListener("click", () => show(Number(button.dataset.show)));
  }
  for (const button of document.querySelectorAll("[data-turn],[data-until]")) {
    button.addEventListener("click", () =>
      tick({ seconds: button.dataset.until ? secondsUntil(button.dataset.until) : Number(button.dataset.turn) }));
  }
  show(0);
  const given = await call("cast");
  cast = given.cast;
  document.getElementById("alone").hidden = given.shared_clock;
  document.getElementById("steps").hidden = !given.steps.length;
  document.querySelector("#steps ol").replaceChildren(...given.steps.map((text) => make("li", { text })));
  await refresh();
  await tick();
  setInterval(showNow, 5000);
  for (const phone of phones) phone.options();
  const wanted = decodeURIComponent(location.hash.slice(1)).split("|");
  const all = parts().map(key);
  phones.forEach((phone, number) => {
    const chosen = all.includes(wanted[number]) ? wanted[number] : all[number];
    if (chosen) phone.become(chosen);
    else phone.$(".newcomer").open = true;
  });
}

open();
