// Copy, cut and paste of cells, to and from Excel and WPS.

import { mapBlock, readBlock, writeBlock } from "./blocks.js";
import { newCode, rowAddress, splitAddress } from "./documents.js";
import { say } from "./dom.js";

export class Clipboard {
  constructor(sheet, store, grid) {
    Object.assign(this, { sheet, store, grid });
    document.addEventListener("paste", (event) => this.paste(event));
    document.addEventListener("copy", (event) => this.copy(event));
    document.addEventListener("cut", (event) => this.copy(event, { cut: true }));
    grid.addEventListener("clear", () => this.clear());
  }

  // -- out -----------------------------------------------------------------------------------------

  copy(event, { cut = false } = {}) {
    const cell = event.target.cell;
    if (!cell || this.grid.mode === "edit") return;
    event.preventDefault();
    if (!cell.column) writeBlock(event.clipboardData, [[this.sheet.raw(cell)]], [[1]]);
    else {
      const { rows, columns } = this.grid.block();
      const whole = this.grid.range ? rows : rows.slice(0, 1);
      const texts = whole.map((code) => columns.map((column) => String(this.store.get(rowAddress(code, column.field)) ?? "")));
      const runs = this.sheet.runs();
      const numbers = whole.map((code) => this.sheet.rows.get(code).number);
      const spans = numbers.map((number, at) => columns.map((column) => this.span(runs.get(column.field), numbers, number, at)));
      writeBlock(event.clipboardData, texts, spans);
      say(`已复制 ${whole.length} 行 ${columns.length} 列`);
    }
    if (cut) this.clear();
  }

  // How many of the copied rows the cell stands for; 0 where one further up covers it.
  span(run, numbers, number, at) {
    if (!run) return 1;
    const first = [...run.keys()].filter((one) => one <= number).at(-1);
    if (at && first !== number) return 0;
    const end = first + run.get(first);
    return Math.min(end, numbers[0] + numbers.length) - number;
  }

  clear() {
    const { cell } = this.grid;
    if (!cell || this.sheet.readOnly) return;
    if (!cell.column) {
      if (!cell.locked) this.store.write(cell.address, "", { label: "清空" });
      return;
    }
    const { rows, columns } = this.grid.block();
    const open = columns.filter((column) => !column.locked);
    this.store.writeAll(
      rows.flatMap((code) => open.map((column) => [rowAddress(code, column.field), ""])),
      "清空",
      cell.address,
    );
  }

  // -- in ------------------------------------------------------------------------------------------

  paste(event) {
    const { target, clipboardData } = event;
    if (this.sheet.readOnly || event.defaultPrevented) return;
    const cell = target.cell;
    const onSheet = cell || target.closest?.(".empty-hint") || target === document.body;
    if (!onSheet || document.querySelector("dialog[open]")) return;
    const block = readBlock(clipboardData);
    if (!block) return;
    const single = block.length === 1 && block[0].length === 1;
    if (this.grid.mode === "edit" && cell?.editing && !this.isBlock(clipboardData)) return;
    // Several lines without columns are one text, except in the tree, where they are rows.
    const text = clipboardData.getData("text/plain");
    event.preventDefault();
    if (cell && (single || (!cell.column && !this.isBlock(clipboardData)))) this.pasteText(cell, single ? block[0][0] : text);
    else if (cell && !cell.column) this.pasteFixed(cell, block);
    else this.pasteRows(cell, block);
  }

  isBlock(transfer) {
    return transfer.getData("text/plain").includes("\t") || /<td[\s\S]*<td/i.test(transfer.getData("text/html"));
  }

  pasteText(cell, text) {
    if (cell.locked) return void say("这一格不能改动");
    this.grid.commit();
    const codes = cell.group ? this.sheet.codesOf(cell) : null;
    const entries = codes ? codes.map((code) => [rowAddress(code, cell.field), text]) : [[cell.address, text]];
    this.store.writeAll(entries, "粘贴", cell.address);
    this.again(cell.address);
  }

  // Into the fixed part: cell by cell along the grid.
  pasteFixed(cell, block) {
    const { matrix } = this.sheet;
    const start = matrix.places.get(cell.td);
    const entries = [];
    block.forEach((texts, down) => {
      const { cells = [] } = matrix.rows[start.row + down] ?? {};
      const open = [...new Set(cells.slice(start.column))].filter((td) => td?.dataset.address && matrix.places.get(td).row === start.row + down);
      texts.forEach((text, number) => {
        const there = open[number]?.querySelector("textarea")?.cell;
        if (there?.fixed && !there.locked) entries.push([there.address, text]);
      });
    });
    this.store.writeAll(entries, "粘贴", cell.address);
    this.again(cell.address);
    say(`已粘贴 ${entries.length} 格`);
  }

  pasteRows(cell, block) {
    const fields = this.sheet.columns.map((column) => column.field);
    const from = cell ? fields.indexOf(cell.field) : 0;
    const mapped = mapBlock(block, { all: fields, following: fields.slice(from) });
    if (!mapped.rows.length || mapped.fields.every((field) => !field)) return void say("剪贴板中没有可粘贴的行");
    const { indicators } = this.store.doc;
    const place = cell && splitAddress(cell.address);
    const start = place ? indicators.findIndex((row) => row.code === place.code) : indicators.length;
    const locked = new Set(this.sheet.columns.filter((column) => column.locked).map((column) => column.field));
    const put = (row, texts) => {
      const next = { ...row };
      mapped.fields.forEach((field, at) => {
        if (field && !locked.has(field)) next[field] = texts[at] ?? "";
      });
      return next;
    };
    const rows = [...indicators];
    let left = 0;
    mapped.rows.forEach((texts, at) => {
      if (rows[start + at]) rows[start + at] = put(rows[start + at], texts);
      else if (this.sheet.locked) left += 1;
      else rows.push(put({ ...BLANK_ROW, code: newCode() }, texts));
    });
    this.grid.commit();
    const first = rows[Math.min(start, rows.length - 1)];
    const address = rowAddress(first.code, mapped.fields.find(Boolean));
    this.store.change("粘贴", (doc) => ({ ...doc, indicators: rows }), { address });
    this.again(address);
    const notes = [
      `已粘贴 ${mapped.rows.length - left} 行 ${mapped.fields.filter(Boolean).length} 列`,
      mapped.headed && "识别并跳过了标题行",
      left && `多出的 ${left} 行没有粘贴：指标取自申报表，不能增行`,
      mapped.beyond && `右侧多出 ${mapped.beyond} 列没有粘贴`,
    ];
    say(`${notes.filter(Boolean).join("，")}。按 Ctrl+Z 可撤销。`);
  }

  // The cell pasted into stays the current one, showing what it now says.
  again(address) {
    this.grid.goTo(address);
  }
}

export const BLANK_ROW = { level1: "", level2: "", name: "", target: "" };
