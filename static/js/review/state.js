// What the reviewer says, in the shape of a document, so that it is kept, merged and sent like any other:
// {opinion, indicators: [{code, score, remark}]}.

import { digits } from "../editor/numbers.js";
import { Api } from "../editor/api.js";

// An answer of the interface as the store takes it. ``codes``: of the rows, from top to bottom.
export function asState(answer, { codes, status_label, now }) {
  const { review, rows } = answer;
  return {
    ...answer,
    document: {
      opinion: review?.opinion ?? "",
      indicators: codes.filter(Boolean).map((code) => ({ code, score: rows[code]?.score ?? "", remark: rows[code]?.remark ?? "" })),
    },
    version: review?.edits ?? 0,
    saved_at: now,
    status_label,
    // The totals stand in places of their own.
    evaluation: null,
    totals: answer,
  };
}

export class ReviewApi extends Api {
  constructor(address, page) {
    super(address);
    this.page = page;
  }

  async patch({ version, changes, user }, options) {
    const { base, doc } = this.store;
    const rows = new Map();
    const data = { edits: version, user };
    for (const { path, value } of changes) {
      const [, number, field] = /^indicators\.(\d+)\.(\w+)$/.exec(path) ?? [];
      if (number === undefined) data[path] = value;
      else {
        const { code } = doc.indicators[number];
        if (!rows.has(code)) {
          const stored = base.indicators.find((row) => row.code === code);
          rows.set(code, { row_code: code, score: stored.score || null, remark: stored.remark });
        }
        rows.get(code)[field] = field === "score" ? digits(value) : value;
      }
    }
    data.rows = [...rows.values()];
    const answer = await this.ask(`${this.address}/review`, { method: "PATCH", data, ...options });
    const page = { ...this.page, now: new Date().toISOString() };
    if (answer.ok) answer.data = asState(answer.data, page);
    else if (answer.current) answer.current = asState(answer.current, page);
    return answer;
  }
}

// Why a text is no score for a row of that weight; "" where it is one. The server judges the same.
export function scoreFault(text, weight) {
  if (!text.trim()) return "";
  const found = digits(text);
  if (found === null) return "应为数字";
  if (found.startsWith("-") || Number(found) > Number(weight)) return `应在 0 至 ${weight} 之间`;
  return (found.split(".")[1] ?? "").replace(/0+$/, "").length > 2 ? "最多两位小数" : "";
}
