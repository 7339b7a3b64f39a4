// What Python sends to the pages of a lecture: the wall, the notes and phones.

/** The answers to one vote (lecture/phone_message.py). */
interface Tally {
  answered: number;
  labels: string[];
  counts: number[];
  edges: number[];
  band: number[][];
}

interface Outcome {
  said: string;
  answer: any;
  accepted: [number, number] | null; // the least and the largest number that count as right
  also: number[]; // further choices that count as right
  final: boolean;
  only_names: boolean;
}

/** What phones train; `here`: whether the step is about these networks. */
interface PhoneTask {
  trains: boolean;
  here: boolean;
  epochs: number;
  heldOut: number;
  cells: { cell: string; color: string; bests: number[] }[] | null;
}

/** Lines over a number, mostly of words (browser/figures.py). */
interface LinesFigure {
  title?: string;
  words: string;
  across: string;
  upward: string;
  unit: string;
  log: boolean;
  ends: number[];
  ticks: number[];
  range: number[];
  lines: { name: string; color: string; width: number; marker: string; x: number[]; y: number[] }[];
  levels: { name: string | null; low: number; high: number }[];
  edges: { at: number; text: string }[];
}

/** A review's prediction by one network, as shares on a bar from its `labels[0]` to its `labels[1]`. */
interface Verdict {
  title: string;
  color: string;
  share: string;
  label: string;
  labels: string[];
  from: number;
  to: number;
  positive: boolean;
  start: string;
  note: string;
  problem: string;
}

interface CurvesPart {
  kind: "curves";
  charts: Chart[];
  groups: (Curves & Partial<Card>)[];
  epochs: number;
  band?: { low: string; middle: string; high: string };
  text?: string;
}

/** A part of a step's content (lecture/steps/); lecture/pages/common/parts.js draws each kind. */
type Part =
  | CurvesPart
  | { kind: "sentences"; lines: string[]; small?: boolean }
  | { kind: "cards"; cards: { title: string; color: string; lines: string[] }[] }
  | { kind: "drawing"; html: string }
  | { kind: "progress"; rows: { name: string; color: string; done: number; text: string }[]; status: string }
  | { kind: "bars"; rows: [string, number, string][]; note: string }
  | { kind: "figures"; figures: LinesFigure[] }
  | { kind: "reading"; reading: Reading }
  | { kind: "verdicts"; text: string; cards: Partial<Verdict>[] }
  | { kind: "waiting"; challenge: string }
  | { kind: "home"; sentence: string };

/** A button of the presenter: what it posts to `stage/press`, with a text or a choice that is asked for first. */
interface Press {
  label: string;
  press: string;
  value?: any;
  primary?: boolean;
  on?: boolean;
  help?: string;
  input?: { label: string; most: number; value: string };
  choices?: { label: string; value: any }[];
}

/** What the presenter's pages are sent; without a lecture, or with a problem, not all of it (lecture/message.py). */
interface StageState {
  lecture: number;
  on: boolean;
  problem: string; // in place of the lecture
  place: string; // where the lecture is: another after each move
  step: number;
  steps: number;
  title: string;
  phase: "idle" | "open" | "closed" | "shown" | "revealed";
  round: number;
  question: any;
  tallies: Tally[];
  legend: string[];
  colors: Record<string, string>;
  outcome: Outcome | null;
  presses: Press[];
}

interface WallState extends StageState {
  text: string; // HTML
  writes: boolean;
  parts: Part[];
  score: string;
  surprised: string;
  discussion: string;
  train: { cell: string; seed: number }[]; // what its browser is to train
}

interface NotesState extends StageState {
  notes: string; // HTML
  next: string;
  began: number; // seconds since 1970
  sentences: string[];
  lines: string[];
  reviews: { id: string; text: string; shown: boolean }[];
  takesReviews: boolean;
  onWall: string; // the review's id
  warnings: string[];
}

/** The pages that phones can open, and their codes as images; "" if they cannot reach this machine. */
interface WallOwn {
  join: { address: string; code: string };
  home: { address: string; code: string } | null;
}

/** What changes with every vote. */
interface Counts {
  joined: number;
  here: number;
  answered: number;
  waiting: number;
}

/** What all phones are sent (lecture/phone_message.py and broadcast.py). */
interface PhoneState {
  lecture: number; // when it began, in microseconds
  task: PhoneTask | null;
  parts: Part[];
  dashboard: string; // its address while no lecture runs
  on: boolean;
  step: number;
  title: string;
  text: string;
  question: any;
  phase: "idle" | "open" | "closed" | "revealed";
  round: number;
  rows: boolean;
  neighbours: number;
  reviews: boolean;
  networks: boolean;
  wall: { id: string; text: string; verdicts: string[] } | null;
  hasRuns: boolean;
  curves: { chart: Chart; groups: Curves[] } | null;
  played: string;
  epochs: number;
  tallies: Tally[];
  outcome: Outcome | null;
}

/** What one phone is sent about itself. */
interface PhoneOwn {
  question: string;
  round: number;
  answer: any;
  confidence: number | null;
  right: boolean | null;
  row: number | null;
  sign: { colour: string; shape: string; number: number; others: number; differs: boolean } | null;
  review: { id: string; shown: boolean } | null;
  deal: [string, number] | null;
  sent: boolean;
}
