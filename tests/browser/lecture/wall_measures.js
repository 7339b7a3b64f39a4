// What is wrong with a wall, a sentence each: what lies off the window, or on the step's number or the corner, and is not
// scrolled to, labels on one another, charts that are low, and QR codes of different addresses. The smallest text in pixels, that in pictures apart, each with an
// example. And how much of the wall is used: of 8 × 6 fields, the share in which there is anything.
() => {
  const wall = document.body;
  const furniture = [...document.querySelectorAll("#number, #corner")].filter((node) => node.getClientRects().length);
  const clipped = (rect, node) => {
    let { left, top, right, bottom } = rect;
    for (let up = node; up && up !== wall; up = up.parentElement) {
      if (getComputedStyle(up).overflow === "visible") continue;
      const box = up.getBoundingClientRect();
      [left, top] = [Math.max(left, box.left), Math.max(top, box.top)];
      [right, bottom] = [Math.min(right, box.right), Math.min(bottom, box.bottom)];
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : null;
  };
  const seen = [];
  const smallest = { text: [Infinity, ""], label: [Infinity, ""] };
  const measure = (node, name) => {
    const isLabel = Boolean(node.closest("svg, .rc-matrices"));
    const scale = node.closest("svg") ? Math.sqrt(Math.abs(determinant(node.getScreenCTM()))) : node.currentCSSZoom;
    const size = parseFloat(getComputedStyle(node.closest("text") ?? node).fontSize) * scale; // not of a subscript
    const kind = isLabel ? "label" : "text";
    if (size < smallest[kind][0]) smallest[kind] = [Number(size.toFixed(1)), name];
  };
  const determinant = ({ a, b, c, d }) => a * d - b * c;
  const add = (rects, node, name) => {
    if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return;
    for (const each of rects) {
      const rect = clipped(each, node);
      if (rect) seen.push({ rect, node, name });
    }
  };
  const texts = document.createTreeWalker(wall, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim() || /^(STYLE|SCRIPT)$/.test(text.parentElement.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const name = JSON.stringify(text.data.trim().slice(0, 40));
    const before = seen.length;
    add(range.getClientRects(), text.parentElement, name);
    if (seen.length > before) measure(text.parentElement, name);
  }
  for (const node of wall.querySelectorAll("img, canvas, button, input, .plot > svg, #choices li, i"))
    add([node.getBoundingClientRect()], node, `${node.tagName} ${node.className?.baseVal ?? node.className} ${node.alt ?? ""}`);
  const faults = [...document.querySelectorAll("#frame, #asked, #parts > *")]
    .filter((node) => node.scrollHeight > node.clientHeight + 1 && getComputedStyle(node).overflowY === "hidden")
    .map((node) => `${node.id || node.className} is ${node.scrollHeight - node.clientHeight} px too high`);
  for (const { rect, node, name } of seen) {
    const off = [[-rect.left, "left"], [-rect.top, "top"], [rect.right - innerWidth, "right"], [rect.bottom - innerHeight, "bottom"]];
    for (const [by, edge] of off) if (by > 1) faults.push(`${name} is ${Math.round(by)} px off at the ${edge}`);
    for (const fixed of furniture) {
      if (fixed.contains(node)) continue;
      const box = fixed.getBoundingClientRect();
      const wide = Math.min(rect.right, box.right) - Math.max(rect.left, box.left);
      const high = Math.min(rect.bottom, box.bottom) - Math.max(rect.top, box.top);
      if (wide > 1 && high > 1) faults.push(`${name} lies on ${fixed.id}`);
    }
  }
  const labels = seen.filter(({ node }) => node.closest("svg:not(.rc-cell), .rc-class-axis, .upright"));
  for (const [place, one] of labels.entries())
    for (const { rect, name } of labels.slice(place + 1)) {
      const wide = Math.min(rect.right, one.rect.right) - Math.max(rect.left, one.rect.left);
      const high = Math.min(rect.bottom, one.rect.bottom) - Math.max(rect.top, one.rect.top);
      if (wide > 1 && high > 6 && one.name.startsWith('"') && name.startsWith('"')) faults.push(`${one.name} lies on ${name}`);
    }
  for (const plot of wall.querySelectorAll(".plot")) {
    const share = plot.getBoundingClientRect().height / innerHeight;
    if (share < 0.3) faults.push(`a chart has ${Math.round(100 * share)} % of the wall's height`);
  }
  const codes = new Set(seen.map(({ node }) => node.alt).filter((alt) => alt?.startsWith("QR code")));
  if (codes.size > 1) faults.push(`different codes: ${[...codes].join(", ")}`);
  const [columns, rows] = [8, 6];
  const fields = new Set();
  for (const { rect } of seen)
    for (let column = 0; column < columns; column += 1)
      for (let row = 0; row < rows; row += 1) {
        const [left, top] = [(column * innerWidth) / columns, (row * innerHeight) / rows];
        const isIn = rect.left < left + innerWidth / columns && rect.right > left && rect.top < top + innerHeight / rows && rect.bottom > top;
        if (isIn) fields.add(row * columns + column);
      }
  return { faults: [...new Set(faults)], ...smallest, used: Number((fields.size / (columns * rows)).toFixed(2)) };
}
