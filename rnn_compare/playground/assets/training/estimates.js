// How long trainings take on this device, from those that it has done.

import { keeper } from "../../../browser/common/kept.js";
import { trainingReviews } from "../setup/setup_values.js";

const USUAL_LENGTH = 222; // words of a review; padding is read once
const PER_GATE = 8; // products that a unit's nonlinearity takes as long as
const LANES = 16; // units that are computed together
const FORWARD = 0.35; // of the time of training, for a review that validates
const [SLOW_MEMORY, SLOW_CORES] = [4, 3];

// A number in proportion to the time of an epoch.
function work({ settings, parameters: { layers: [, { count }] }, layout }) {
  const { units, maxlen, reviews } = settings;
  const training = trainingReviews(settings);
  const whole = LANES * Math.ceil(units / LANES);
  const perWord = count * (whole / units) ** 2 + PER_GATE * whole * layout.cell.suffixes.length;
  return (training + FORWARD * (reviews - training)) * Math.min(maxlen, USUAL_LENGTH) * perWord;
}

export function makePaces() {
  const kept = keeper("localStorage", "rnn-compare-playground-pace");
  const speeds = kept.read() ?? {}; // seconds of a unit of work, by cell
  return {
    note(network, seconds) {
      if (!(seconds > 0)) return;
      speeds[network.settings.cell] = seconds / work(network);
      kept.write(speeds);
    },
    // The seconds that trainings take, side by side on some cores; undefined before anything was trained. left(network,
    // seed): the epochs that are not done.
    seconds(networks, seeds, cores, left = (network, _seed) => network.settings.epochs) {
      const known = Object.values(speeds);
      if (!known.length) return undefined;
      const usual = known.reduce((sum, speed) => sum + speed, 0) / known.length;
      const ends = Array(cores).fill(0);
      for (let seed = 0; seed < seeds; seed++) {
        for (const network of networks) {
          const first = ends.indexOf(Math.min(...ends));
          ends[first] += left(network, seed) * work(network) * (speeds[network.settings.cell] ?? usual);
        }
      }
      return Math.max(...ends);
    },
  };
}

// Whether a device is likely to take long, by what it says of itself.
export function isSmall(device, isCoarse) {
  return device.deviceMemory <= SLOW_MEMORY || device.hardwareConcurrency < SLOW_CORES && isCoarse;
}

// As formatting.py.
export function roughDuration(seconds) {
  if (seconds < 8) return "a few seconds";
  if (seconds < 90) return `about ${Math.max(10, 10 * Math.round(seconds / 10))}\u00A0s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)}\u00A0min`;
  return `about ${(seconds / 3600).toFixed(1)}\u00A0h`;
}
