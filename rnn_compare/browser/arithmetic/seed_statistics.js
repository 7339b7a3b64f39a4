// What the best accuracies of some seeds say, with no assumption on their distribution but that seeds are alike.

// The share of all ways to deal these values into two groups of these sizes in which one group's ranks are at least as
// far apart from the other's: Wilcoxon's rank sum test, exact, also with ties.
export function chanceOfLead(a, b) {
  const all = [...a, ...b];
  const ranks = all.map((value) => (
    2 * all.filter((other) => other < value).length + all.filter((other) => other === value).length + 1
  )); // twice the mid-rank, an integer
  const sums = Array.from({ length: a.length + 1 }, () => new Map());
  sums[0].set(0, 1);
  for (const rank of ranks) {
    for (let size = a.length; size > 0; size--) {
      for (const [sum, ways] of sums[size - 1]) sums[size].set(sum + rank, (sums[size].get(sum + rank) ?? 0) + ways);
    }
  }
  const expected = a.length * (all.length + 1);
  const distance = Math.abs(ranks.slice(0, a.length).reduce((sum, rank) => sum + rank, 0) - expected);
  let [far, total] = [0, 0];
  for (const [sum, ways] of sums[a.length]) {
    total += ways;
    if (Math.abs(sum - expected) >= distance) far += ways;
  }
  return far / total;
}
