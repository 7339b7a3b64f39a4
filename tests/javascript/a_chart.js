// A chart and a run as Python sends them, of a figure that no script knows by name. TypeScript checks their shape.

/** @type {Chart} */
export const CHART = {
  name: "speed", title: "Speed", training: "speed", validation: "val_speed", solid: "validation",
  called: "validation speed", tickformat: ".0f", hoverformat: ".1f", unit: " %", log: false, best: "highest",
  factor: 100, range: [0.4, 1.005], marks: [],
};

/** @type {Curves} */
export const RUN = {
  id: "a", label: "A", color: "red", marker: "circle",
  figures: { speed: "6NK6NK", val_speed: "6NK___" }, trail: { at: "1PU3JO", figures: { speed: "0006NK" } },
};
