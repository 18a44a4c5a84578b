"use strict";
// The page's own words in English. What bots and people say is theirs and stays as it is.

const EN = {
  "Điện thoại giả lập: Zalo OA và Telegram": "Simulated phones: Zalo OA and Telegram",
  "Điện thoại giả lập": "Simulated phones",
  "Đồng hồ": "Clock", "Giờ của buổi diễn": "Time of the show",
  "+1 giờ": "+1 hour", "+1 ngày": "+1 day", "8 ngày sau": "8 days later",
  "Cách hiển thị": "Looks", "Chữ to": "Large type", "Nền tối": "Dark", "English": "Tiếng Việt",
  "Chọn máy": "Choose a phone", "Máy 1": "Phone 1", "Máy 2": "Phone 2",
  "Bot chạy ở chương trình khác: chỉnh giờ ở đây chỉ đổi giờ của nền tảng giả lập.": "The bot runs in another program: turning the clock here turns the simulated platform's only.",
  "Mọi người, số phiếu và số điện thoại ở đây đều là dữ liệu mẫu. Trang này chỉ nói chuyện với máy của đồng chí.": "Everybody here, every slip and phone number is made up. This page talks to your own machine only.",
  "Thử vài việc": "A few things to try",
  "Thêm người mới": "Add somebody", "Họ tên": "Name", "Nền tảng": "Platform", "Tạo và dùng máy này": "Create and use this phone",
  "Áp dụng cửa sổ 7 ngày": "Enforce the 7-day window",
  "Bàn phím trả lời": "Reply keyboard", "Gửi thứ khác": "Send something else",
  "Gửi tệp…": "Send a file…", "Gửi số điện thoại": "Share the phone number", "Gửi 👍": "Send 👍",
  "Gửi ảnh mẫu": "Send a sample picture", "Gửi tin thoại mẫu": "Send a sample voice message",
  "Nhắn tin": "Message", "Gửi": "Send",
  "Nền tảng đã thấy gì": "What the platform saw",
  "Lời gọi và tin báo thô giữa nền tảng và bot trong khung chat này, mới nhất trước.": "Raw calls and deliveries between platform and bot in this chat, newest first.",
  "Sổ tay đảng viên": "Sổ tay đảng viên (the bot)",
  "Máy thứ nhất": "First phone", "Máy thứ hai": "Second phone", "{0}, đồng chí là:": "{0}, you are:",
  "Tin nhắn, {0}": "Message, {0}", "Khung chat, {0}": "Chat, {0}",
  "Nhóm Telegram": "Telegram group", "Thành viên": "Member", "Đồng chí": "You",
  "Chặn bot": "Block the bot", "Bỏ chặn bot": "Unblock the bot", "Bắt đầu": "Start",
  "Quan tâm OA": "Follow the OA", "Quan tâm lại OA": "Follow the OA again", "Bỏ quan tâm OA": "Unfollow the OA",
  "Gửi miễn phí đến {0}": "Free to send until {0}", "Gửi có phí đến {0}": "Billed per message until {0}",
  "Đã quá 7 ngày: OA không gửi được": "Over 7 days: the OA cannot send",
  "{0} tin có phí × {1} đ = {2} đ": "{0} billed × {1} VND = {2} VND", "hạn mức còn {0}/{1}": "quota {0}/{1} left",
  "Không làm được: {0}": "That cannot be done: {0}", "Chưa có gì.": "Nothing yet.",
  "bot → nền tảng": "bot → platform", "nền tảng → bot": "platform → bot", "Lời gọi": "Request", "Trả lời": "Answer",
  "Tải về": "Save", "Tin thoại": "Voice message", "Vị trí": "Location", "Đã gửi số điện thoại": "Phone number shared", "Ảnh": "Picture", "Tin mẫu trả phí": "Paid template",
  "Thành viên nhóm thay đổi": "The group's members changed", "Nút của tin này": "This message's buttons",
  "đã sửa": "edited", "Bày tỏ: {0}": "Reaction: {0}", "tệp": "file", "Chuyển tiếp từ {0}": "Forwarded from {0}", "Người Thử Mẫu": "Sample Person",
};

function kept(name) {
  try { return localStorage.getItem(name); } catch { return null; }
}

function keep(name, value) {
  try { localStorage.setItem(name, value); } catch { /* a browser without storage forgets, no more */ }
}

const ENGLISH = kept("english") === "yes";

function t(words, ...values) {
  return ((ENGLISH && EN[words]) || words).replace(/\{(\d)\}/g, (_all, place) => values[place]);
}

// Puts the words of a piece of the page into its language.
function translate(root) {
  if (!ENGLISH) return;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const words = walker.currentNode.data.trim();
    if (EN[words]) walker.currentNode.data = walker.currentNode.data.replace(words, EN[words]);
  }
  for (const name of ["aria-label", "placeholder", "value"]) {
    for (const node of root.querySelectorAll(`[${name}]`)) node.setAttribute(name, t(node.getAttribute(name)));
  }
}
