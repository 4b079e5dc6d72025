// A form as plain JSON, never changed in place: cells by address, the changes between two documents,
// and what two people made of one.
//
// A cell of a row has the address "row:CODE.field", which holds when rows move; every other cell has
// its path. The API speaks of paths only.

import { canonical } from "./numbers.js";

const NUMERIC = /^(funds\.(?!.*deviation_reason)|total_(weight|score)$|row:[^.]*\.(weight|score)$)/;
const ROW_NUMERIC = new Set(["weight", "score"]);

export const isNumeric = (address) => NUMERIC.test(address);

export function newCode() {
  return Array.from(crypto.getRandomValues(new Uint8Array(4)), (n) => n.toString(16).padStart(2, "0")).join("");
}

export function rowAddress(code, field) {
  return `row:${code}.${field}`;
}

export function splitAddress(address) {
  if (!address.startsWith("row:")) return null;
  const [code, field] = address.slice(4).split(".");
  return { code, field };
}

export function addressOf(doc, path) {
  const found = /^indicators\.(\d+)\.(\w+)$/.exec(path);
  const row = found && doc.indicators[Number(found[1])];
  return row ? rowAddress(row.code, found[2]) : path;
}

export function pathOf(doc, address) {
  const place = splitAddress(address);
  if (!place) return address;
  const number = doc.indicators.findIndex((row) => row.code === place.code);
  return number < 0 ? null : `indicators.${number}.${place.field}`;
}

export function read(doc, address) {
  const place = splitAddress(address);
  if (place) return doc.indicators.find((row) => row.code === place.code)?.[place.field] ?? "";
  return address.split(".").reduce((here, part) => here?.[part], doc) ?? "";
}

export function written(doc, address, value) {
  const place = splitAddress(address);
  if (!place) return writtenAt(doc, address.split("."), value);
  const indicators = doc.indicators.map((row) =>
    row.code === place.code ? { ...row, [place.field]: value } : row,
  );
  return { ...doc, indicators };
}

function writtenAt(part, [name, ...rest], value) {
  return { ...part, [name]: rest.length ? writtenAt(part?.[name] ?? {}, rest, value) : value };
}

// Every row gets a code of its own; says which were given one here.
export function withCodes(doc) {
  const given = new Set();
  const taken = new Set();
  const indicators = (doc.indicators ?? []).map((row) => {
    const code = row.code && !taken.has(row.code) ? row.code : newCode();
    if (code !== row.code) given.add(code);
    taken.add(code);
    return code === row.code ? row : { ...row, code };
  });
  return { doc: { ...doc, indicators }, given };
}

// Do two contents of a cell say the same? A blank is a blank, and 1,000 is 1000.00.
export function same(address, one, other) {
  const [a, b] = [one, other].map((value) => (value === null || value === undefined ? "" : value));
  if (a === b) return true;
  if (typeof a === "object" || typeof b === "object") return JSON.stringify(a || {}) === JSON.stringify(b || {});
  const number = isNumeric(address) ? canonical(a) : null;
  return number !== null && number === canonical(b);
}

function fixedCells(doc) {
  const cells = new Map();
  const walk = (part, path) => {
    for (const [name, value] of Object.entries(part)) {
      const here = path ? `${path}.${name}` : name;
      if (here === "indicators") continue;
      if (value && typeof value === "object") walk(value, here);
      else cells.set(here, value);
    }
  };
  walk(doc, "");
  return cells;
}

const rowsByCode = (doc) => new Map(doc.indicators.map((row) => [row.code, row]));
const codesOf = (doc) => doc.indicators.map((row) => row.code);
const fieldsOf = (...rows) =>
  [...new Set(rows.flatMap((row) => Object.keys(row ?? {})))].filter((name) => name !== "code");

function rowChanged(one, other) {
  return fieldsOf(one, other).some((field) => !same(rowAddress("", field), one[field], other[field]));
}

// What differs, cell by cell and row by row: {kind: cell | added | removed | moved, address, before, after}.
export function changesBetween(before, after) {
  const found = [];
  const [old, now] = [fixedCells(before), fixedCells(after)];
  for (const address of new Set([...old.keys(), ...now.keys()])) {
    if (!same(address, old.get(address), now.get(address)))
      found.push({ kind: "cell", address, before: old.get(address), after: now.get(address) });
  }
  const [oldRows, newRows] = [rowsByCode(before), rowsByCode(after)];
  for (const [code, row] of newRows) {
    const earlier = oldRows.get(code);
    if (!earlier) found.push({ kind: "added", address: `row:${code}`, after: row.name });
    for (const field of fieldsOf(earlier, row)) {
      const address = rowAddress(code, field);
      if (!same(address, earlier?.[field], row[field]))
        found.push({ kind: "cell", address, before: earlier?.[field], after: row[field], inside: !earlier });
    }
  }
  for (const [code, row] of oldRows) {
    if (!newRows.has(code)) found.push({ kind: "removed", address: `row:${code}`, before: row.name });
  }
  if (orderChanged(before, after)) found.push({ kind: "moved", address: "order" });
  return found;
}

function orderChanged(before, after) {
  const [old, now] = [codesOf(before), codesOf(after)];
  const [inOld, inNow] = [new Set(old), new Set(now)];
  const common = now.filter((code) => inOld.has(code));
  return old.filter((code) => inNow.has(code)).some((code, number) => code !== common[number]);
}

// The document after two people changed one. ``conflicts``: what both changed differently, each with
// its address and both contents; ``choose`` says of one "mine" or "theirs", mine by default.
export function merge(base, mine, theirs, choose = () => "mine") {
  const conflicts = [];
  const decide = (address, values) => {
    conflicts.push({ address, ...values });
    return choose(address, values) === "theirs" ? values.theirs : values.mine;
  };
  const cell = (address, b, m, t) => {
    if (same(address, m, b) || same(address, m, t)) return t;
    if (same(address, t, b)) return m;
    return decide(address, { base: b, mine: m, theirs: t });
  };
  let doc = theirs;
  const cells = [base, mine, theirs].map(fixedCells);
  for (const address of new Set([...cells[1].keys(), ...cells[2].keys()])) {
    const merged = cell(address, ...cells.map((one) => one.get(address)));
    if (merged !== cells[2].get(address)) doc = writtenAt(doc, address.split("."), merged ?? null);
  }
  return { doc: { ...doc, indicators: mergedRows(base, mine, theirs, cell, decide) }, conflicts };
}

function mergedRows(base, mine, theirs, cell, decide) {
  const [b, m, t] = [base, mine, theirs].map(rowsByCode);
  const rows = new Map();
  for (const code of new Set([...t.keys(), ...m.keys()])) {
    const [inBase, inMine, inTheirs] = [b.get(code), m.get(code), t.get(code)];
    let row = inMine ?? inTheirs;
    if (inMine && inTheirs) row = mergedRow(code, inBase, inMine, inTheirs, cell);
    else if (inBase && rowChanged(inBase, row)) {
      row = decide(`row:${code}`, { base: inBase, mine: inMine ?? null, theirs: inTheirs ?? null });
    } else if (inBase) row = null;
    if (row) rows.set(code, row);
  }
  return mergedOrder(base, mine, theirs, decide)
    .filter((code) => rows.has(code))
    .map((code) => rows.get(code));
}

function mergedRow(code, base, mine, theirs, cell) {
  const row = { ...theirs };
  for (const field of fieldsOf(base, mine, theirs)) {
    row[field] = cell(rowAddress(code, field), base?.[field], mine[field], theirs[field]);
  }
  return row;
}

function mergedOrder(base, mine, theirs, decide) {
  const orders = { mine: codesOf(mine), theirs: codesOf(theirs) };
  const [moved, movedByThem] = [orderChanged(base, mine), orderChanged(base, theirs)];
  if (moved && movedByThem && orderChanged(mine, theirs)) {
    const chosen = decide("order", { mine: orders.mine, theirs: orders.theirs });
    return interleaved(chosen, chosen === orders.mine ? orders.theirs : orders.mine);
  }
  return moved ? interleaved(orders.mine, orders.theirs) : interleaved(orders.theirs, orders.mine);
}

// The codes of ``order``, and those only ``other`` has each behind the one it follows there.
function interleaved(order, other) {
  const result = [...order];
  const known = new Set(order);
  other.forEach((code, number) => {
    if (known.has(code)) return;
    result.splice(number ? result.indexOf(other[number - 1]) + 1 : 0, 0, code);
    known.add(code);
  });
  return result;
}

// The changes that lead from what the server holds to ``doc``, as PATCH takes them. ``skip``: addresses
// whose content the server has refused as it stands. ``codes``: rows whose code the server lacks.
export function operations(base, doc, { skip = new Set(), codes = new Set() } = {}) {
  const ops = rowOperations(base, doc);
  const old = rowsByCode(base);
  doc.indicators.forEach((row, number) => {
    const earlier = old.get(row.code);
    if (!earlier) return;
    if (codes.has(row.code)) ops.push({ op: "set", path: `indicators.${number}.code`, value: row.code });
    for (const field of fieldsOf(earlier, row)) {
      const address = rowAddress(row.code, field);
      if (skip.has(address) || same(address, earlier[field], row[field])) continue;
      ops.push({ op: "set", path: `indicators.${number}.${field}`, value: sent(address, row[field]) });
    }
  });
  const before = fixedCells(base);
  for (const [address, value] of fixedCells(doc)) {
    if (skip.has(address) || same(address, before.get(address), value)) continue;
    ops.push({ op: "set", path: address, value: sent(address, value) });
  }
  return ops;
}

function rowOperations(base, doc) {
  const path = "indicators";
  const target = codesOf(doc);
  const wanted = new Set(target);
  const here = codesOf(base);
  const rows = rowsByCode(doc);
  const ops = [];
  for (let at = here.length - 1; at >= 0; at -= 1) {
    if (wanted.has(here[at])) continue;
    here.splice(at, 1);
    ops.push({ op: "remove", path, at, count: 1 });
  }
  const known = new Set(here);
  for (let at = 0; at < target.length; at += 1) {
    if (here[at] === target[at]) continue;
    if (!known.has(target[at])) {
      const last = ops.at(-1);
      const row = wholeRow(rows.get(target[at]));
      if (last?.op === "insert" && last.at + last.rows.length === at) last.rows.push(row);
      else ops.push({ op: "insert", path, at, rows: [row] });
      here.splice(at, 0, target[at]);
      continue;
    }
    // One row that went far down is one move, not a move of every row it passed.
    const down = here[at + 1] === target[at];
    const from = down ? at : here.indexOf(target[at], at);
    const to = down ? Math.max(at + 1, Math.min(target.indexOf(here[at]), here.length - 1)) : at;
    here.splice(to, 0, ...here.splice(from, 1));
    ops.push({ op: "move", path, at: from, to });
  }
  return ops;
}

function wholeRow(row) {
  return Object.fromEntries(
    Object.entries(row)
      .filter(([, value]) => value !== "" && value !== null && value !== undefined)
      .map(([field, value]) => [field, ROW_NUMERIC.has(field) ? sent("row:x.weight", value) : value]),
  );
}

function sent(address, value) {
  if (value === "" || value === undefined) return isNumeric(address) || address.endsWith("attainment") ? null : "";
  return isNumeric(address) && typeof value === "string" ? value.trim().replace(/[%％]$/, "") : value;
}
