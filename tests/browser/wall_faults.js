// What of a wall lies off the window, or on the step's number or the corner: a sentence each.
() => {
  const wall = document.querySelector("[data-testid=stMain]");
  const furniture = [...document.querySelectorAll(".rc-wall-foot, .rc-corner")].filter((node) => node.getClientRects().length);
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
    add(range.getClientRects(), text.parentElement, JSON.stringify(text.data.trim().slice(0, 40)));
  }
  for (const node of wall.querySelectorAll("img, canvas, button, input, .main-svg, i"))
    add([node.getBoundingClientRect()], node, `${node.tagName} ${node.className?.baseVal ?? node.className} ${node.alt ?? ""}`);
  const faults = [];
  for (const { rect, node, name } of seen) {
    const off = [[-rect.left, "left"], [-rect.top, "top"], [rect.right - innerWidth, "right"], [rect.bottom - innerHeight, "bottom"]];
    for (const [by, edge] of off) if (by > 1) faults.push(`${name} is ${Math.round(by)} px off at the ${edge}`);
    for (const fixed of furniture) {
      if (fixed.contains(node)) continue;
      const box = fixed.getBoundingClientRect();
      const wide = Math.min(rect.right, box.right) - Math.max(rect.left, box.left);
      const high = Math.min(rect.bottom, box.bottom) - Math.max(rect.top, box.top);
      if (wide > 1 && high > 1) faults.push(`${name} lies on ${fixed.className}`);
    }
  }
  return [...new Set(faults)];
}
