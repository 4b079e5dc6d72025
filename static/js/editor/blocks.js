// Blocks of cells as spreadsheets put them on the clipboard: read into rows of texts, and written.

const HEADINGS = [
  ["level1", /^一级指标(名称)?$/],
  ["level2", /^二级指标(名称)?$/],
  ["name", /^(三级指标|绩效指标|指标|指标名称|三级指标名称)$/],
  ["target", /^(年度(\(\/项目\))?)?(指标值|目标值)$|^(年度|预期)目标值?$|^指标值\(.*\)$/],
  ["actual", /^(全年)?实际完成(值|情况)?$/],
  ["weight", /^(分值|分数|权重)(\(.*\))?$/],
  ["score", /^(自评)?得分$/],
  ["deviation_reason", /^偏差原因/],
];
const CLOSING = /^(总分|合计|评分等级|总计)$/;

// The block in a clipboard: a table where there is one, else lines and tabs. Null for plain text.
export function readBlock(transfer) {
  const html = transfer.getData("text/html");
  const table = html && /<table/i.test(html) ? new DOMParser().parseFromString(html, "text/html").querySelector("table") : null;
  const rows = table ? readTable(table) : readLines(transfer.getData("text/plain"));
  return rows.length ? rows : null;
}

function readTable(table) {
  const grid = [];
  [...table.rows].forEach((tr, row) => {
    grid[row] ??= [];
    let column = 0;
    for (const td of tr.cells) {
      while (grid[row][column] !== undefined) column += 1;
      const text = cellText(td);
      for (let down = 0; down < td.rowSpan && row + down < table.rows.length; down += 1) {
        grid[row + down] ??= [];
        // A merged cell stands for every row it covers; of the columns it covers only the first has text.
        for (let right = 0; right < td.colSpan; right += 1) grid[row + down][column + right] = right ? null : text;
      }
      column += td.colSpan;
    }
  });
  const width = Math.max(0, ...grid.map((row) => row.length));
  const used = Array.from({ length: width }, (_, column) => grid.some((row) => typeof row[column] === "string" && row.filter((one) => one !== null).length > 1));
  const kept = used.some(Boolean) ? used : used.map((_, column) => grid.some((row) => typeof row[column] === "string"));
  return trimmed(grid.map((row) => kept.flatMap((keep, column) => (keep ? [row[column] ?? ""] : []))));
}

function cellText(td) {
  let text = "";
  const walk = (node) => {
    for (const child of node.childNodes) {
      if (child.nodeType === Node.TEXT_NODE) text += child.data.replace(/[\t\r\n ]+/g, " ");
      else if (child.nodeName === "BR") text += "\n";
      else if (child.nodeName === "P" || child.nodeName === "DIV") {
        if (text.trim()) text += "\n";
        walk(child);
      } else if (child.nodeName !== "STYLE") walk(child);
    }
  };
  walk(td);
  return text.replaceAll("\u00a0", " ").replace(/ *\n */g, "\n").trim();
}

// Lines and tabs, with texts in quotes that hold either.
export function readLines(text) {
  const rows = [[]];
  let at = 0;
  const source = text.replace(/\r\n?/g, "\n");
  while (at < source.length) {
    let cell = "";
    if (source[at] === '"' && /^"(?:[^"]|"")*"(?:\t|\n|$)/.test(source.slice(at))) {
      const [quoted] = /^"(?:[^"]|"")*"/.exec(source.slice(at));
      cell = quoted.slice(1, -1).replaceAll('""', '"');
      at += quoted.length;
    } else {
      const end = source.slice(at).search(/[\t\n]/);
      cell = end < 0 ? source.slice(at) : source.slice(at, at + end);
      at += cell.length;
    }
    rows.at(-1).push(cell);
    if (source[at] === "\n") rows.push([]);
    else if (source[at] === "\t" && at === source.length - 1) rows.at(-1).push("");
    at += 1;
  }
  return trimmed(rows);
}

function trimmed(rows) {
  const last = rows.findLastIndex((row) => row.some((text) => text.trim()));
  return rows.slice(0, last + 1);
}

const folded = (text) => text.normalize("NFKC").replace(/\s+/g, "");

function headingOf(text) {
  return HEADINGS.find(([, pattern]) => pattern.test(folded(text)))?.[0] ?? null;
}

// What a block says of which field: {fields: one for each column or null, rows, headed}. Without
// headings the columns follow ``fields`` from where the block is put.
export function mapBlock(block, fields) {
  const at = block.findIndex((row) => row.filter((text) => fields.all.includes(headingOf(text))).length >= 2);
  if (at >= 0) {
    const named = block[at].map((text) => headingOf(text));
    const mapped = named.map((field, column) => (field && fields.all.includes(field) && named.indexOf(field) === column ? field : null));
    return { headed: true, fields: mapped, rows: contents(block.slice(at + 1), mapped) };
  }
  const rows = withoutSide(block);
  const mapped = (rows[0] ?? []).map((_, column) => fields.following[column] ?? null);
  return { headed: false, fields: mapped, rows: contents(rows, mapped), beyond: Math.max(0, mapped.length - fields.following.length) };
}

// The label at the left edge of the official sheet is no column of it.
function withoutSide(block) {
  const side = block.length && block.every((row) => !row[0] || folded(row[0]) === "绩效指标") && block.some((row) => row[0]);
  return side ? block.map((row) => row.slice(1)) : block;
}

// The rows without blank lines and the total, merged cells filled down.
function contents(rows, mapped) {
  const place = (field) => mapped.indexOf(field);
  const filled = [];
  for (const source of rows) {
    if (source.every((text) => !text.trim())) continue;
    if (source.some((text) => CLOSING.test(folded(text)))) continue;
    const row = [...source];
    const above = filled.at(-1);
    const [one, two] = [place("level1"), place("level2")];
    const ownClass = one >= 0 && row[one] && above && row[one] !== above[one];
    if (above && one >= 0 && !row[one]) row[one] = above[one];
    if (above && two >= 0 && !row[two] && !ownClass) row[two] = above[two];
    filled.push(row);
  }
  return filled;
}

// A block of texts as spreadsheets take it. ``spans``: how many rows a cell stands for, 0 below its first.
export function writeBlock(transfer, rows, spans) {
  const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  transfer.setData("text/plain", rows.map((row) => row.map(quoted).join("\t")).join("\n"));
  const table = document.createElement("table");
  rows.forEach((row, number) => {
    const tr = table.insertRow();
    row.forEach((text, column) => {
      const span = spans[number][column];
      if (!span) return;
      const td = tr.insertCell();
      if (span > 1) td.rowSpan = span;
      text.split("\n").forEach((line, at) => {
        if (at) td.append(document.createElement("br"));
        td.append(line);
      });
    });
  });
  transfer.setData("text/html", table.outerHTML);
}
