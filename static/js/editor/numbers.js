// Numbers as the sheet prints them. Only digits are moved about: nothing is computed or rounded here.

const PLAIN = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

// What was typed, as the digits it stands for; null where it is no number.
export function digits(text) {
  const folded = String(text ?? "").normalize("NFKC").trim().replaceAll(",", "").replace(/%$/, "");
  return PLAIN.test(folded) ? folded : null;
}

// One spelling for one number: "1,000.50" and "1000.5" are the same.
export function canonical(text) {
  const found = digits(text);
  if (found === null) return null;
  const negative = found.startsWith("-");
  const [whole, decimals = ""] = found.replace(/^[+-]/, "").split(".");
  const kept = decimals.replace(/0+$/, "");
  const body = (whole.replace(/^0+(?=\d)/, "") || "0") + (kept ? `.${kept}` : "");
  return negative && body !== "0" ? `-${body}` : body;
}

function padded(text, places) {
  const [whole, decimals = ""] = text.split(".");
  const filled = decimals.padEnd(places, "0");
  return filled ? `${whole}.${filled}` : whole;
}

function grouped(text, places) {
  const [whole, decimals = ""] = text.split(".");
  const spaced = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return padded(decimals ? `${spaced}.${decimals}` : spaced, places);
}

const FORMATS = {
  plain: (text) => text,
  trimmed: canonical,
  padded: (text) => padded(canonical(text), 2),
  grouped: (text) => grouped(canonical(text), 2),
  grouped_trimmed: (text) => grouped(canonical(text), 0),
  percent: (text) => `${padded(canonical(text), 2)}%`,
};

// The number in a format of the layout; what is no number stays as it was typed.
export function printed(text, format) {
  const found = digits(text);
  return found === null ? String(text ?? "") : FORMATS[format](found);
}
