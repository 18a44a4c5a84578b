"use strict";
// How one entry of a chat looks. People's words go in through textContent alone.

const VIETNAM = "Asia/Ho_Chi_Minh";
const HOUR = new Intl.DateTimeFormat(ENGLISH ? "en-GB" : "vi-VN", { timeZone: VIETNAM, hour: "2-digit", minute: "2-digit" });
const DAY = new Intl.DateTimeFormat(ENGLISH ? "en-GB" : "vi-VN", { timeZone: VIETNAM, weekday: "long", day: "numeric", month: "numeric" });
const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "code",
  blockquote: "q", expandable_blockquote: "q",
};

function make(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "text") node.textContent = value;
    else if (name === "click") node.addEventListener("click", value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

function link(url, label, given = {}) {
  // Only the web's own addresses; whatever else a bot sends stays words.
  if (!/^https?:\/\//i.test(url)) return make("span", { ...given, text: label });
  return make("a", { ...given, href: url, target: "_blank", rel: "noopener noreferrer", text: label });
}

// Addresses in plain words open too, as on both platforms' phones.
function worded(piece) {
  const out = document.createDocumentFragment();
  for (const part of piece.split(/(https?:\/\/\S+)/i)) out.append(/^https?:\/\//i.test(part) ? link(part, part) : part);
  return out;
}

// Telegram counts offsets in UTF-16 units, as this language's strings do.
function formatted(text, spans) {
  const cuts = new Set([0, text.length]);
  for (const span of spans) cuts.add(span.offset).add(span.offset + span.length);
  const points = [...cuts].sort((a, b) => a - b);
  const out = document.createDocumentFragment();
  for (let i = 0; i + 1 < points.length; i += 1) {
    const piece = text.slice(points[i], points[i + 1]);
    let node = worded(piece);
    for (const span of spans) {
      if (span.offset > points[i] || span.offset + span.length < points[i + 1]) continue;
      if (span.type === "text_link" || span.type === "url") node = link(span.url || piece, piece);
      else if (TAGS[span.type]) node = make(TAGS[span.type], {}, node);
    }
    out.append(node);
  }
  return out;
}

function fileCard(file) {
  const size = file.size < 10240 ? `${file.size} B` : `${Math.round(file.size / 1024)} KB`;
  return make("a", { class: "card", href: `/control/files/${encodeURIComponent(file.id)}`, download: file.name },
    make("span", { class: "sheet", "aria-hidden": "true", text: (file.name.split(".").pop() || t("tệp")).slice(0, 4) }),
    make("span", { class: "label" }, make("span", { text: file.name }), make("small", { text: `${size} · ${t("Tải về")}` })));
}

function content(entry) {
  const out = document.createDocumentFragment();
  if (entry.reply_to) out.append(make("p", { class: "quote", text: entry.reply_to }));
  const plain = {
    sticker: entry.emoji || "👍", voice: `🎤 ${t("Tin thoại")}`, location: `📍 ${t("Vị trí")}`,
    contact: `📇 ${t("Đã gửi số điện thoại")}`,
  }[entry.kind];
  if (entry.forwarded) out.append(make("p", { class: "quote", text: t("Chuyển tiếp từ {0}", entry.forwarded) }));
  if (entry.kind === "template") out.append(make("p", { class: "quote", text: t("Tin mẫu trả phí") }));
  if (plain) out.append(make("p", { class: entry.kind === "sticker" ? "sticker" : "", text: plain }));
  else if (entry.file) out.append(["photo", "image"].includes(entry.kind) ? make("p", { text: `🖼 ${t("Ảnh")}` }) : fileCard(entry.file));
  if (entry.kind === "service") out.append(make("p", { text: t("Thành viên nhóm thay đổi") }));
  if (entry.text && !plain) {
    const words = make("p", { class: "words" });
    words.append(formatted(entry.text, entry.spans));
    out.append(words);
  }
  return out;
}

// The buttons of a message, in the platform's own rows; `press` takes the button's number and itself.
function buttons(entry, platform, press) {
  const rows = platform === "telegram" && entry.rows.length ? entry.rows : entry.buttons.map(() => 1);
  const box = make("div", { class: "buttons", role: "group", "aria-label": t("Nút của tin này") });
  let index = 0;
  for (const length of rows) {
    const row = make("div", { class: "row" });
    for (let i = 0; i < length; i += 1, index += 1) {
      const button = entry.buttons[index];
      const number = index;
      row.append(button.kind === "link"
        ? link(button.payload, button.label, { class: "button" })
        : make("button", { type: "button", class: "button", text: button.label, click: (event) => press(number, event.currentTarget) }));
    }
    box.append(row);
  }
  return box;
}

// The whole entry, or null for what a phone does not show: a deleted message, or a tap as such.
function bubble(entry, platform, me, author, press) {
  if (entry.deleted || entry.kind === "tap") return null;
  const mine = entry.author === me;
  const side = entry.kind === "service" ? "service" : mine ? "mine" : "theirs";
  const box = make("article", { class: `entry ${side}` });
  const who = mine ? t("Đồng chí") : author;
  const body = make("div", { class: "bubble" }, make("span", { class: "away", text: `${who}: ` }));
  if (!mine && entry.author) body.append(make("p", { class: "author", "aria-hidden": "true", text: author }));
  body.append(content(entry));
  const at = `${entry.edited ? `${t("đã sửa")} · ` : ""}${HOUR.format(entry.at)}`;
  const reactions = [entry.reaction, entry.reacted].filter(Boolean).join(" ");
  if (reactions) body.append(make("p", { class: "reaction", role: "img", "aria-label": t("Bày tỏ: {0}", reactions), text: reactions }));
  body.append(make("time", { datetime: new Date(entry.at).toISOString(), text: at }));
  box.append(body);
  if (entry.buttons.length && entry.keyboard !== "reply") box.append(buttons(entry, platform, press));
  return box;
}
