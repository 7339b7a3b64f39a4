// What Python sends to the scripts. tests/server/test_messages.py compares it with messages that Python makes.

/** A line across a chart at one value (browser/curves.py). */
interface Level {
  text: string;
  at: number;
}

/** Numbers, packed by Python, or as scripts have them; null: a missing one. */
type Figures = string | (number | null)[];

/** A chart over the epochs. Figures are on its scale: see `unpackFigures`. */
interface Chart {
  name: string;
  title: string;
  training: string | null;
  validation: string;
  solid: string;
  tickformat: string;
  hoverformat: string;
  unit: string;
  log: boolean;
  called: string;
  best: "highest" | "lowest";
  factor: number;
  range: [number, number];
  baselines?: Level[];
  remark?: string;
}

/** How many seeds of a setting have finished each epoch, half the interval of their mean, and each one's curve. */
interface Seeds {
  counts: string | number[];
  every: number;
  half: Record<string, Figures>;
  single: Record<string, Figures[]>;
}

/** The curves of one setting (browser/curves.py): one run has a trail, several have seeds. */
interface Curves {
  id: string;
  label: string;
  color: string;
  marker: string;
  figures: Record<string, Figures>;
  trail?: { at: Figures; figures: Record<string, Figures> };
  seeds?: Seeds;
}

/** What report/html_report.py sends; a script says how many epochs there will be. */
type Drawn = { charts: Chart[]; groups: Curves[]; epochs?: number };

/** The texts of a run's or setting's card (services/board_cards.py). */
interface Card {
  status: string;
  state: string;
  fraction: number;
  best: string;
  best_note: string;
  so_far: boolean;
  size: string;
  pace: string;
  layers: string;
  left: string;
  reason: string;
  press: "" | "Stop" | "Continue";
  stopping: boolean;
}

/** The live board (server/live.py). */
interface Board {
  subject: string;
  replay: string;
  groups: (Curves & Card)[];
  charts: Chart[];
  gap: boolean;
  busy: boolean;
  epochs: number;
  hint: string;
  note: string;
  findings: { color: string; text: string; help: string }[];
}

/** A formula: its lines assign expressions, which are names, numbers, and lists of an operation and its operands. */
type Formula = { inputs: string[]; lines: [string, any][]; outputs: string[] };

interface Phase {
  blocks: string[];
  operand: string;
  forward: Formula;
  backward: Formula;
  recalled: Formula | null;
}

/** A cell as it is trained in a browser (browser/trainable.py). */
interface TrainableCell {
  name: string;
  states: string[];
  suffixes: string[];
  bias_rows: number;
  recurrent: string;
  stored: string[];
  splits_gradients: boolean;
  phases: Phase[];
}

type Tensor = { shape: number[]; initializer: string; options: number[] };

/** A network as it is trained in a browser. */
interface Trainable {
  units: number;
  embedding_size: number;
  vocabulary_size: number;
  maxlen: number;
  batch_size: number;
  optimizer: string;
  learning_rate: number;
  seed: number;
  skips_padding: boolean;
  cell: TrainableCell;
  tensors: Tensor[];
}

type Bytes = { scale: number; bytes: string }; // a byte for each number, in 127ths of the largest

/** How one network reads a text (dashboard/widgets/reading.py): with a cell, or with a note in place of it. */
interface ReadRun {
  id: string;
  title: string;
  labels: string[];
  color: string;
  first: number;
  unknown: number[];
  logits: number[];
  units: number;
  note?: string;
  windows?: { words: string[]; outputs: number; logit: number }[];
  cell?: string;
  cell_name?: string;
  unit_numbers?: number[];
  all_units?: number;
  backward?: boolean;
  signals?: (Bytes & { name: string; title: string; gate: boolean; help?: string })[];
  input?: Bytes;
  before?: Record<string, Bytes>;
}

interface Reading {
  words: string[];
  author: boolean | null;
  cut: string;
  drawings: Record<string, string>;
  runs: ReadRun[];
  left_out: Record<string, number[] | null>;
}

/** A network that reads in a browser, without its weights (report/reader.py): a cell, or layers between. */
interface Network {
  cell?: {
    name: string;
    states: string[];
    suffixes: string[];
    bias_rows: number;
    recurrent: string;
    signals: { name: string; title: string; kind: string }[];
    phases: { blocks: string[]; returns: string[] }[];
  };
  between?: { kind: string; arguments: any[]; has_weights: boolean; [option: string]: any }[];
  without_cell?: string;
  maxlen: number;
  vocabulary_size: number;
  embedding_size: number;
  units: number;
  layers: number;
  skips_padding: boolean;
  tensors: Record<string, number>[][];
}
